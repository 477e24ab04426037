import type { ArrayLike } from '../../lib/core/convert.ts';
import { createTensor } from '../../lib/core/convert.ts';
import type { Tensor } from '../../lib/core/tensor.ts';
import { logSoftmax, sigmoid, softmax } from '../../lib/ops/activations.ts';
import { add } from '../../lib/ops/elementwise.ts';
import { mul, neg, square, sub } from '../../lib/ops/arithmetic.ts';
import { losses } from '../../lib/functions/losses.ts';
import { Reduction } from '../../lib/ops/weighting.ts';
import { sum } from '../../lib/ops/structural.ts';
import { log } from '../../lib/ops/transcendental.ts';
import { ForwardAccumulator } from '../../lib/transforms/forward.ts';
import { GradientTape } from '../../lib/transforms/tape.ts';
import { vmap } from '../../lib/transforms/vmap.ts';

const { meanSquaredError, sigmoidCrossEntropy } = losses;
const { softmaxCrossEntropy, sparseSoftmaxCrossEntropy } = losses;

const float64 = (values: ArrayLike): Tensor => createTensor('tensor', values, undefined, 'float64');
const int32 = (values: ArrayLike): Tensor => createTensor('tensor', values, undefined, 'int32');

type Loss = (labels: Tensor, logits: Tensor) => Tensor;

function gradients(f: Loss, labels: Tensor, logits: Tensor): Tensor[] {
  const tape = new GradientTape();
  const y = tape.run(() => {
    tape.watch([labels, logits]);
    return f(labels, logits);
  });
  return tape.gradient(y, [labels, logits], { unconnectedGradients: 'zero' });
}

function expectClose(actual: Tensor, expected: Tensor, digits = 12): void {
  expect(actual.shape).toEqual(expected.shape);
  const wanted = expected.dataSync();
  actual.dataSync().forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i], digits);
  });
}

const labels = float64([
  [0, 1, 0],
  [0.2, 0.3, 0.5],
]);
const logits = float64([
  [0.3, -1.2, 0.7],
  [1.1, 0.2, -0.5],
]);
const along = float64([
  [1, 2, -3],
  [0.5, -1, 2],
]);

/** Checks all derivatives up to the second against a loss written out in other ops. */
function expectSameDerivatives(fused: Loss, plain: Loss): void {
  expectClose(fused(labels, logits), plain(labels, logits));
  const first = gradients(fused, labels, logits);
  gradients(plain, labels, logits).forEach((wanted, i) => {
    expectClose(first[i], wanted);
  });
  const both =
    (f: Loss): Loss =>
    (a, b) => {
      const [da, db] = gradients(f, a, b);
      return add(sum(mul(square(da), along)), sum(mul(square(db), along)));
    };
  const second = gradients(both(fused), labels, logits);
  gradients(both(plain), labels, logits).forEach((wanted, i) => {
    expectClose(second[i], wanted);
  });
  const tangent = (f: Loss): Tensor => {
    const accumulator = new ForwardAccumulator([labels, logits], [along, mul(along, along)]);
    return accumulator.jvp(accumulator.run(() => f(labels, logits)));
  };
  expectClose(tangent(fused), tangent(plain));
}

describe('softmaxCrossEntropy', () => {
  it('has the derivatives of -sum(labels * logSoftmax(logits)), for labels too', () => {
    expectSameDerivatives(
      (a, b) => softmaxCrossEntropy(a, b, null, 0, 'none'),
      (a, b) => neg(sum(mul(a, logSoftmax(b)), -1)),
    );
  });

  it('has the gradient softmax - labels', () => {
    const [, d] = gradients((a, b) => softmaxCrossEntropy(a, b, 1, 0, 'sum'), labels, logits);
    expectClose(d, sub(softmax(logits), labels));
  });

  it('is finite at extremes, and leaves out an impossible class that is not labelled', () => {
    const loss = softmaxCrossEntropy(float64([[1, 0]]), float64([[-1000, 1000]]));
    expect(loss.item()).toBe(2000);
    expect(softmaxCrossEntropy([[1, 0]], [[0, -Infinity]]).item()).toBe(0);
  });

  it('smooths labels towards a uniform distribution', () => {
    const smooth = softmaxCrossEntropy(float64([[0, 1]]), logitsOf(2), null, 0.5);
    const by = softmaxCrossEntropy(float64([[0.25, 0.75]]), logitsOf(2));
    expect(smooth.item()).toBeCloseTo(by.item(), 14);
  });

  it('is mapped over a batch, and so is its gradient', () => {
    const f: Loss = (a, b) => softmaxCrossEntropy(a, b, null, 0, 'sum');
    expectClose(vmap(f)(labels, logits), softmaxCrossEntropy(labels, logits, null, 0, 'none'));
    const each = vmap((b) => gradients(f, float64([0, 1, 0]), b)[1])(logits);
    expectClose(each, sub(softmax(logits), [0, 1, 0]));
  });

  it('rejects shapes that differ, scalars, and a smoothing outside [0, 1]', () => {
    expect(() => softmaxCrossEntropy([1], [1, 2])).toThrow(
      'softmaxCrossEntropy: onehotLabels must have the shape of logits, [2]; got [1]; Error in softmaxCrossEntropy:  Shapes 1 and 2 must match',
    );
    expect(() => softmaxCrossEntropy(1, 2)).toThrow(
      'softmaxCrossEntropy: logits must have at least 1 axis; got []',
    );
    expect(() => softmaxCrossEntropy([1], [1], 1, 2)).toThrow(
      'softmaxCrossEntropy: labelSmoothing must be a finite number from 0 to 1; got 2',
    );
  });
});

function logitsOf(n: number): Tensor {
  return float64([Array.from({ length: n }, (_, i) => i)]);
}

describe('sparseSoftmaxCrossEntropy', () => {
  it('equals the loss of one-hot labels, with its gradient', () => {
    const classes = int32([1, 2]);
    const oneHot = float64([
      [0, 1, 0],
      [0, 0, 1],
    ]);
    expectClose(sparseSoftmaxCrossEntropy(classes, logits), softmaxCrossEntropy(oneHot, logits));
    const [, d] = gradients((_, b) => sparseSoftmaxCrossEntropy(classes, b), oneHot, logits);
    const [, wanted] = gradients((a, b) => softmaxCrossEntropy(a, b), oneHot, logits);
    expectClose(d, wanted);
    expect(sparseSoftmaxCrossEntropy(1, float64([0, 1000])).item()).toBe(0);
  });

  it('rejects labels that are no integers, out of range or of another shape', () => {
    const name = 'sparseSoftmaxCrossEntropy: labels must';
    expect(() => sparseSoftmaxCrossEntropy([0.5, 1], logits)).toThrow(
      `${name} have dtype int32; got float32; convert with cast(labels, 'int32')`,
    );
    expect(() => sparseSoftmaxCrossEntropy([0, 3], logits)).toThrow('lie in [0, 3); got 3');
    expect(() => sparseSoftmaxCrossEntropy([0], logits)).toThrow(
      `${name} have the shape of logits without its last axis, [2]; got [1]`,
    );
  });
});

describe('sigmoidCrossEntropy', () => {
  // TensorFlow.js is wrong at second order.
  it('has the derivatives of the written formula, for labels too', () => {
    expectSameDerivatives(
      (z, x) => sigmoidCrossEntropy(z, x, null, 0, 'none'),
      (z, x) => neg(add(mul(z, log(sigmoid(x))), mul(sub(1, z), log(sigmoid(neg(x)))))),
    );
  });

  it('has the gradient sigmoid - labels, also at 0', () => {
    const z = float64([1, 0, 0.25]);
    const x = float64([0, 0, 0]);
    const [dz, dx] = gradients((a, b) => sigmoidCrossEntropy(a, b, null, 0, 'sum'), z, x);
    expect(dx.arraySync()).toEqual([-0.5, 0.5, 0.25]);
    expectClose(dz, x);
  });

  it('neither overflows nor loses small losses', () => {
    const at = (z: number, x: number): number =>
      sigmoidCrossEntropy(createTensor('tensor', [z]), createTensor('tensor', [x])).item();
    expect([at(1, 1000), at(0, 1000), at(1, -1000), at(0, -1000)]).toEqual([0, 1000, 1000, 0]);
    expect([at(1, Infinity), at(0, -Infinity), at(0, Infinity)]).toEqual([0, 0, Infinity]);
    expect(at(1, 50)).toBe(Math.fround(Math.exp(-50)));
    expect(at(0, -50)).toBe(Math.fround(Math.exp(-50)));
  });

  it('smooths labels towards 1/2', () => {
    const smooth = sigmoidCrossEntropy(float64([1]), float64([2]), null, 0.5);
    expectClose(smooth, sigmoidCrossEntropy(float64([0.75]), float64([2])));
  });
});

describe('meanSquaredError', () => {
  it('averages squares', () => {
    expect(meanSquaredError([1, 2, 3], [1, 4, 0]).item()).toBeCloseTo(13 / 3, 6);
    expect(meanSquaredError(int32([1]), int32([3])).dtype).toBe('float32');
  });

  const a = float64([1, 2, 3, 4]);
  const b = float64([2, 4, 3, 0]); // squares 1, 4, 0, 16
  it.each<[Reduction, ArrayLike | null, ArrayLike]>([
    ['none', null, [1, 4, 0, 16]],
    ['none', [1, 0, 1, 0.5], [1, 0, 0, 8]],
    ['sum', null, 21],
    ['sum', [1, 0, 1, 0.5], 9],
    ['mean', null, 5.25],
    ['mean', [1, 0, 1, 0.5], 3.6],
    ['mean', 2, 5.25],
    ['sumByNonzeroWeights', null, 5.25],
    ['sumByNonzeroWeights', [1, 0, 1, 0.5], 3],
    ['sumByNonzeroWeights', 2, 10.5],
    ['sumByNonzeroWeights', 0, 0],
    ['mean', [0, 0, 0, 0], 0],
  ])('reduces by %s with weights %j', (reduction, weights, expected) => {
    expect(meanSquaredError(a, b, weights, reduction).arraySync()).toEqual(expected);
  });

  it('has zero gradients where all weights are 0, even of infinite losses', () => {
    const x = float64([1, Infinity]);
    for (const reduction of ['mean', 'sumByNonzeroWeights'] as const) {
      const f: Loss = (u, v) => meanSquaredError(u, v, [0, 0], reduction);
      const [, d] = gradients(f, float64([0, 0]), x);
      expect(f(float64([0, 0]), x).item()).toBe(0);
      expect(d.arraySync()).toEqual([0, 0]);
    }
  });

  it('is 0 of no examples', () => {
    expect(meanSquaredError([], []).item()).toBe(0);
  });

  it('has gradients for the weights', () => {
    const [, d] = gradients((_, w) => meanSquaredError(a, b, w, 'mean'), a, float64([1, 1, 1, 1]));
    expect(d.arraySync()).toEqual([(1 - 5.25) / 4, (4 - 5.25) / 4, -5.25 / 4, (16 - 5.25) / 4]);
  });

  it('takes weights with axes of size 1 before the others', () => {
    const each = meanSquaredError([1, 2], [2, 4], [[3, 5]], 'none');
    expect(each.arraySync()).toEqual([3, 20]);
    expect(meanSquaredError([1, 2], [2, 4], [[3, 5]], 'mean').item()).toBe(23 / 8);
  });

  it('rejects weights that do not fit and unknown reductions', () => {
    expect(() => meanSquaredError([1, 2], [1, 2], [[1], [2]])).toThrow(
      'meanSquaredError: weights must broadcast to the shape of the losses, [2]; got [2,1]',
    );
    expect(() => meanSquaredError([1], [1], 1, 'avg' as Reduction)).toThrow(
      "meanSquaredError: reduction must be one of 'none', 'mean', 'sum', 'sumByNonzeroWeights'; got 'avg'",
    );
  });
});

describe('Reduction', () => {
  it("has TensorFlow.js's names", () => {
    expect(meanSquaredError([1], [3], 1, Reduction.SUM_BY_NONZERO_WEIGHTS).item()).toBe(4);
    expect(Object.keys(Reduction)).toEqual(['NONE', 'MEAN', 'SUM', 'SUM_BY_NONZERO_WEIGHTS']);
  });
});
