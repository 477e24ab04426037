import type { Tensor, TensorLike } from '../../lib/index.ts';
import {
  atan2,
  ceil,
  div,
  elu,
  floor,
  grad,
  grads,
  GradientTape,
  hypot,
  jvp,
  leakyRelu,
  linalg,
  log,
  logSumExp,
  max,
  maximum,
  maxPool,
  min,
  minimum,
  mul,
  norm,
  onesLike,
  pow,
  relu,
  relu6,
  round,
  segmentMax,
  selu,
  sign,
  sort,
  sqrt,
  square,
  step,
  std,
  sum,
  tensor,
  topk,
  UnconnectedGradientError,
  where,
  xdivy,
  xlogy,
  zerosLike,
} from '../../lib/index.ts';

/* Which slope there is at a corner, a tie, a jump or a singular point; docs/reference/ops.md lists them all. */

const slope = (f: (x: Tensor) => Tensor, x: TensorLike): unknown => grad(f)(x).arraySync();
const slopes = (f: (a: Tensor, b: Tensor) => Tensor, at: readonly [number, number]): unknown =>
  grads(f)(at).map((t) => t.item());

describe('at a corner', () => {
  it('an activation has its left slope', () => {
    expect(slope(relu, 0)).toBe(0);
    expect(slope(relu6, [0, 6])).toEqual([0, 0]);
    expect(slope((x) => leakyRelu(x, 0.25), 0)).toBe(0.25);
    expect(slope(elu, 0)).toBe(1);
    expect(slope(selu, 0)).toBeCloseTo(1.7581, 4);
  });

  it('functions that are equal elsewhere may differ', () => {
    expect(slope((x) => maximum(x, 0), 0)).toBe(0.5);
    expect(slope(relu, 0)).toBe(0);
  });
});

describe('at a tie', () => {
  it('the gradient is shared evenly', () => {
    expect(slopes(maximum, [2, 2])).toEqual([0.5, 0.5]);
    expect(slopes(minimum, [2, 2])).toEqual([0.5, 0.5]);
    expect(slope((x) => max(x), [1, 3, 3])).toEqual([0, 0.5, 0.5]);
    expect(slope((x) => min(x), [1, 1, 3])).toEqual([0.5, 0.5, 0]);
    const at = tensor([0, 0, 1], [3], 'int32');
    expect(slope((x) => sum(segmentMax(x, at)), [4, 4, 5])).toEqual([0.5, 0.5, 1]);
  });

  it('pools and topk give all of it to the first, and a sort is stable', () => {
    const image = tensor([7, 7, 7, 7], [1, 2, 2, 1]);
    const pooled = grad((x: Tensor) => sum(maxPool(x, 2, 2, 'valid')))(image);
    expect(Array.from(pooled.dataSync())).toEqual([1, 0, 0, 0]);
    expect(slope((x) => sum(topk(x, 1).values), [3, 3])).toEqual([1, 0]);
    expect(slope((x) => sum(mul(sort(x), [1, 10])), [3, 3])).toEqual([1, 10]);
  });
});

describe('a zero on the way', () => {
  it('stays zero, whatever the slope it meets, backward and forward', () => {
    const unused = (x: Tensor): Tensor => mul(sqrt(x), 0);
    expect(slope(unused, 0)).toBe(0);
    expect(slope((x) => where(x.greater(0), log(x), 0), [-1, 0, 2])).toEqual([0, 0, 0.5]);
    expect(slope((x) => mul(div(1, x), 0), 0)).toBeCloseTo(0, 12);
    expect(jvp(sqrt, 0, 0).tangent.item()).toBe(0);
  });

  it('is not made where the slope is infinite: norm is to be taken for it', () => {
    expect(slope(sqrt, 0)).toBe(Infinity);
    expect(slope((x) => sqrt(sum(square(x))), [0, 0])).toEqual([NaN, NaN]);
    expect(slope((x) => norm(x), [0, 0])).toEqual([0, 0]);
    expect(slopes(hypot, [0, 0])).toEqual([0, 0]);
    expect(slope((x) => std(x), [2, 2])).toEqual([0, 0]);
  });
});

describe('at a singular point', () => {
  it('powers and logarithms of zero have finite slopes where TensorFlow has them', () => {
    expect(slope((b) => pow(0, b), 2)).toBe(0);
    expect(slope((b) => pow(-2, b), 2)).toBe(0);
    expect(slope((x) => xlogy(x, 0), 0)).toBe(0);
    expect(slope((x) => xdivy(x, 0), 0)).toBe(0);
    expect(slopes(atan2, [0, 0])).toEqual([NaN, NaN]);
    expect(slope((x) => logSumExp(x), [-Infinity, -Infinity])).toEqual([0, 0]);
  });

  it('a determinant has its cofactors, and Cholesky a symmetric gradient', () => {
    const singular = [
      [1, 2],
      [2, 4],
    ];
    expect(slope((x) => linalg.det(x), singular)).toEqual([
      [4, -2],
      [-2, 1],
    ]);
    const positive = [
      [4, 1],
      [1, 3],
    ];
    const found = grad((x: Tensor) => sum(linalg.cholesky(x)))(positive);
    expect(found.arraySync()).toEqual(found.transpose().arraySync());
  });
});

describe('at a jump', () => {
  /** Whether a tape finds a way from the result of `f` back to its argument. */
  function isConnected(f: (x: Tensor) => Tensor): boolean {
    const x = tensor([1.5, -2]);
    const tape = new GradientTape();
    tape.watch(x);
    const y = f(x);
    tape.stop();
    try {
      expect(tape.gradient(y, x).arraySync()).toEqual([0, 0]);
      return true;
    } catch (error) {
      if (error instanceof UnconnectedGradientError) return false;
      throw error;
    }
  }

  it.each([
    ['floor', floor],
    ['ceil', ceil],
    ['round', round],
    ['floorDiv', (x: Tensor) => x.floorDiv(2)],
    ['a comparison', (x: Tensor) => x.greater(0).cast('float32')],
    ['a cast to integers', (x: Tensor) => x.cast('int32').cast('float32')],
  ])('%s cuts the way on a tape, and gives a function zeros', (_, f) => {
    expect(isConnected(f)).toBe(false);
    expect(slope(f, [1.5, -2])).toEqual([0, 0]);
    expect(grad((x: Tensor) => sum(grad(f)(x)))([1.5, -2]).arraySync()).toEqual([0, 0]);
  });

  it.each([
    ['sign', sign],
    ['step', (x: Tensor) => step(x)],
    ['zerosLike', (x: Tensor) => zerosLike(x)],
    ['onesLike', (x: Tensor) => onesLike(x)],
  ])('%s gives zeros on a tape, too', (_, f) => {
    expect(isConnected(f)).toBe(true);
    expect(slope(f, [1.5, -2])).toEqual([0, 0]);
  });
});
