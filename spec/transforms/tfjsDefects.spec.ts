/** What the gradients of TensorFlow.js 4.22 get wrong or do not have: each as a spec that passes here. */
import * as g from '../../lib/index.ts';
import type { Tensor } from '../../lib/index.ts';
import { difference, refute } from '../../lib/testing/compare.ts';
import { tensorOf } from '../../lib/testing/setting.ts';
import { randomNumbers } from '../../lib/testing/randomNumbers.ts';

type Function = (x: Tensor) => Tensor;

const float64 = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor =>
  tensorOf(values, shape, 'float64');

function drawn(...shape: number[]): Tensor {
  const random = randomNumbers(1);
  const size = shape.reduce((a, b) => a * b, 1);
  return float64(
    Array.from({ length: size }, () => random.uniform(0.2, 1.8)),
    shape,
  );
}

const slopeOf = (f: Function, x: Tensor): number => g.grad(f)(x).item();

const gradientSum =
  (f: Function): Function =>
  (x) =>
    g.sum(g.square(g.grad((z: Tensor) => g.sum(f(z)))(x)));

/** The gradient of a function of the gradient, against differences of it. */
function requireSecondOrder(f: Function, x: Tensor): void {
  const h = 1e-5;
  const slope = gradientSum(f);
  const shifted = (i: number, by: number): number =>
    slope(
      float64(
        Array.from(x.values, (value, k) => value + (k === i ? by : 0)),
        x.shape,
      ),
    ).item();
  const expected = Array.from(x.values, (_, i) => (shifted(i, h) - shifted(i, -h)) / (2 * h));
  refute('the second order', difference(g.grad(slope)(x).values, expected, 1e-6));
}

describe('second derivatives with the argument on a second path', () => {
  it.each([
    ['exp(x)²', (x: Tensor) => g.square(g.exp(x)), 1, 4 * Math.exp(2)],
    ['x exp(x)', (x: Tensor) => g.mul(x, g.exp(x)), 0.5, 2.5 * Math.exp(0.5)],
    [
      'x tanh(x)',
      (x: Tensor) => g.mul(x, g.tanh(x)),
      0.5,
      (2 - Math.tanh(0.5)) * (1 - Math.tanh(0.5) ** 2),
    ],
  ])('%s', (_, f, at, expected) => {
    expect(slopeOf(g.grad(f), float64([at], []))).toBeCloseTo(expected, 12);
  });

  it('the saved result is the only path', () => {
    expect(slopeOf(g.grad(g.exp), float64([1], []))).toBeCloseTo(Math.E, 14);
  });

  it.each([
    ['sigmoid', (x: Tensor) => g.mul(x, g.sigmoid(x))],
    ['softmax', (x: Tensor) => g.mul(x, g.softmax(x))],
    ['logSoftmax', (x: Tensor) => g.mul(x, g.logSoftmax(x))],
    ['sigmoidCrossEntropy', (x: Tensor) => g.mul(x, g.losses.sigmoidCrossEntropy([0, 1, 1], x))],
  ])('%s', (_, f) => {
    requireSecondOrder(f, float64([0.3, -0.7, 1.1]));
  });
});

describe('second derivatives that are refused there', () => {
  const image = drawn(1, 4, 4, 2);
  const filter = drawn(2, 2, 2, 2);

  it.each<readonly [string, Function]>([
    ['elu', g.elu],
    ['selu', g.selu],
    ['leakyRelu', g.leakyRelu],
    ['relu6', g.relu6],
    ['prelu', (x) => g.prelu(x, 0.1)],
    ['clipByValue', (x) => g.clipByValue(x, -1, 1)],
    ['pow by the exponent', (x) => g.pow(2.5, x)],
    ['maximum', (x) => g.maximum(x, 0.1)],
    ['minimum', (x) => g.minimum(x, 0.1)],
    ['prod', (x) => g.prod(x)],
    ['max', (x) => g.max(x)],
    ['min', (x) => g.min(x)],
    ['logSumExp', (x) => g.logSumExp(x)],
    ['the largest element in absolute value', (x) => g.norm(x, Infinity)],
    ['huberLoss', (x) => g.losses.huberLoss(g.zerosLike(x), x)],
  ])('%s', (_, f) => {
    requireSecondOrder((x) => g.square(f(g.mul(x, x))), float64([0.3, -0.7, 1.4]));
  });

  it.each<readonly [string, Function]>([
    ['avgPool', (x) => g.avgPool(x, 2, 1, 'same')],
    ['maxPool', (x) => g.maxPool(x, 2, 1, 'same')],
    ['avgPool3d', (x) => g.avgPool3d(g.reshape(x, [1, 2, 4, 2, 2]), 2, 1, 'same')],
    ['maxPool3d', (x) => g.maxPool3d(g.reshape(x, [1, 2, 4, 2, 2]), 2, 1, 'same')],
    ['depthwiseConv2d', (x) => g.depthwiseConv2d(x, filter, 1, 'same')],
    ['dilation2d', (x) => g.dilation2d(x, drawn(2, 2, 2), 1, 'same')],
    ['resizeBilinear', (x) => g.image.resizeBilinear(x, [3, 5])],
    ['resizeNearestNeighbor', (x) => g.image.resizeNearestNeighbor(x, [3, 5])],
    ['localResponseNormalization', (x) => g.localResponseNormalization(x, 1)],
  ])('%s', (_, f) => {
    requireSecondOrder((x) => g.square(f(x)), image);
  });

  it.each<readonly [string, Function]>([
    ['conv2d', (w) => g.conv2d(image, w, 1, 'same')],
    ['depthwiseConv2d', (w) => g.depthwiseConv2d(image, w, 1, 'same')],
    ['conv2dTranspose', (w) => g.conv2dTranspose(image, w, [1, 5, 5, 2], 1, 'valid')],
    ['conv3d', (w) => g.conv3d(drawn(1, 2, 2, 3, 2), g.expandDims(w), 1, 'valid')],
  ])('%s by the filter', (_, f) => {
    requireSecondOrder((w) => g.square(f(w)), filter);
  });
});

describe('operands that broadcast', () => {
  it.each([
    ['maximum', g.maximum, [0, 0], [2, 2, 2]],
    ['minimum', g.minimum, [3, 3], [0, 0, 0]],
    ['squaredDifference', g.squaredDifference, [-24, -18], [14, 18, 10]],
  ] as const)('%s', (_, f, ofColumn, ofRow) => {
    const [column, row] = [float64([1, 2], [2, 1]), float64([5, 6, 4])];
    const [first, second] = g.grads((a, b) => g.sum(f(a, b)))([column, row]);
    expect([first.shape, Array.from(first.values)]).toEqual([[2, 1], ofColumn]);
    expect([second.shape, Array.from(second.values)]).toEqual([[3], ofRow]);
  });

  it.each([
    [
      [3, 2, 4],
      [4, 2],
    ],
    [
      [1, 2, 4],
      [3, 4, 2],
    ],
  ])('matMul of %j and %j', (first, second) => {
    const [a, b] = [drawn(...first), drawn(...second)];
    const [da, db] = g.grads((x, y) => g.sum(g.matMul(x, y)))([a, b]);
    expect([da.shape, db.shape]).toEqual([first, second]);
    requireSecondOrder((x) => g.square(g.matMul(x, b)), a);
    requireSecondOrder((y) => g.square(g.matMul(a, y)), b);
  });
});

describe('ops whose gradient throws or is wrong there', () => {
  it('cumsum along an axis that is not the last', () => {
    const slope = g.grad((x: Tensor) => g.cumsum(x, 0).sum());
    expect(slope(drawn(3, 2)).arraySync()).toEqual([
      [3, 3],
      [2, 2],
      [1, 1],
    ]);
  });

  it.each<readonly [string, (x: Tensor) => Tensor]>([
    ['less', (x) => g.less(x, 10)],
    ['lessEqual', (x) => g.lessEqual(x, 10)],
    ['greater', (x) => g.logicalNot(g.greater(x, 10))],
    ['greaterEqual', (x) => g.logicalNot(g.greaterEqual(x, 10))],
    ['equal', (x) => g.equal(x, 1)],
    ['notEqual', (x) => g.notEqual(x, 11)],
  ])('a condition by %s on the path', (_, condition) => {
    const f = (x: Tensor): Tensor => g.where(condition(x), x, g.mul(x, x)).sum();
    expect(g.grad(f)([1, 11]).arraySync()).toEqual([1, 22]);
  });

  it('divNoNan', () => {
    const [da, db] = g.grads((a, b) => g.divNoNan(a, b).sum())([
      [6, 1],
      [2, 0],
    ]);
    expect([da.arraySync(), db.arraySync()]).toEqual([
      [0.5, 0],
      [-1.5, 0],
    ]);
  });

  it.each([
    ['reflect', [1, 3, 1]],
    ['symmetric', [2, 1, 2]],
  ] as const)('mirrorPad by %s', (mode, expected) => {
    const slope = g.grad((x: Tensor) => g.mirrorPad(x, [[1, 1]], mode).sum());
    expect(slope([1, 2, 3]).arraySync()).toEqual(expected);
  });

  it('average pools do not count padding in the gradient either', () => {
    // Each of the four windows covers all four elements.
    const plane = g.grad((x: Tensor) => g.avgPool(x, 3, 1, 'same').sum());
    expect(Array.from(plane(drawn(1, 2, 2, 1)).values)).toEqual([1, 1, 1, 1]);
    const solid = g.grad((x: Tensor) => g.avgPool3d(x, 3, 1, 'same').sum());
    expect(Array.from(solid(drawn(1, 1, 2, 2, 1)).values)).toEqual([1, 1, 1, 1]);
  });

  it('floorDiv passes no gradient', () => {
    const tape = new g.GradientTape();
    const x = g.tensor([5, 7]);
    const y = tape.run(() => {
      tape.watch(x);
      return g.floorDiv(x, 2);
    });
    expect(() => tape.gradient(y, x)).toThrow('floorDiv');
    expect(
      g
        .grad((z: Tensor) => g.floorDiv(z, 2).sum())([5, 7])
        .arraySync(),
    ).toEqual([0, 0]);
  });

  it('slopes at kinks', () => {
    expect(slopeOf(g.abs, g.scalar(0))).toBe(0);
    expect(slopeOf(g.relu6, g.scalar(6))).toBe(0);
    expect(
      g
        .grad((x: Tensor) => g.max(x))([2, 2, 1])
        .arraySync(),
    ).toEqual([0.5, 0.5, 0]);
    expect(
      g
        .grad((x: Tensor) => g.min(x))([2, 1, 1])
        .arraySync(),
    ).toEqual([0, 0.5, 0.5]);
  });

  it('unstack of one row and split into one part', () => {
    expect(
      g
        .grad((x: Tensor) => g.square(g.unstack(x)[0]))([[3]])
        .arraySync(),
    ).toEqual([[6]]);
    expect(
      g
        .grad((x: Tensor) => g.square(g.split(x, 1)[0]))([3])
        .arraySync(),
    ).toEqual([6]);
    const band = g.grad((x: Tensor) => g.linalg.bandPart(x, 0, 0).sum());
    expect(band(drawn(2, 2)).arraySync()).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  it('gather by indices computed from the tensor', () => {
    expect(
      g
        .grad((x: Tensor) => g.gather(x, g.argMax(x)))([1, 5, 2])
        .arraySync(),
    ).toEqual([0, 1, 0]);
    const smallest = (x: Tensor): Tensor => g.gather(x, g.topk(g.neg(x), 2).indices).sum();
    expect(g.grad(smallest)([1, 5, 2]).arraySync()).toEqual([1, 0, 1]);
  });

  it('one tensor for two arguments', () => {
    const x = g.scalar(3);
    const slopes = g.grads((a, b) => g.mul(g.square(a), b))([x, x]);
    expect(slopes.map((one) => one.item())).toEqual([18, 9]);
  });

  it('the argument itself, and a constant', () => {
    expect(slopeOf((x) => x, g.scalar(3))).toBe(1);
    expect(slopeOf(() => g.scalar(2), g.scalar(3))).toBe(0);
  });

  it('a cast to int32 and back cuts the path', () => {
    const f = (x: Tensor): Tensor => g.cast(g.cast(x, 'int32'), 'float32').sum();
    expect(g.grad(f)([1.5, 2.5]).arraySync()).toEqual([0, 0]);
  });

  it('conv2d with dilations', () => {
    const x = drawn(1, 5, 4, 2);
    const w = drawn(2, 2, 2, 1);
    const f = (a: Tensor, b: Tensor): Tensor => g.square(g.conv2d(a, b, 1, 'same', 'NHWC', 2));
    requireSecondOrder((a) => f(a, w), x);
    requireSecondOrder((b) => f(x, b), w);
  });

  it('an int32 source has no gradient', () => {
    const x = g.tensor([1, 2], [2], 'int32');
    expect(() => g.grad((a: Tensor) => g.mul(a, a).sum())(x)).toThrow('int32');
    expect(
      g
        .grad((a: Tensor) => g.mul(a, 0.5))(x)
        .arraySync(),
    ).toEqual([0, 0]);
    expect(() => new g.GradientTape().watch(x)).toThrow('int32');
  });

  it('float64, forward mode, batches and an end to a gradient exist', () => {
    expect(slopeOf(g.sin, float64([1], []))).toBe(Math.cos(1));
    const x = g.scalar(2);
    const accumulator = new g.ForwardAccumulator(x, g.scalar(1));
    expect(accumulator.jvp(accumulator.run(() => g.square(x))).item()).toBe(4);
    expect(slopeOf((z) => g.mul(z, g.stopGradient(z)), g.scalar(3))).toBe(3);
    expect(
      g
        .vmap(g.grad((z: Tensor) => g.square(z)))([1, 2])
        .arraySync(),
    ).toEqual([2, 4]);
    expect(
      slopeOf(
        g.recomputeGrad((z: Tensor) => g.square(z)),
        g.scalar(3),
      ),
    ).toBe(6);
  });
});
