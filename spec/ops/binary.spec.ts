import { tensor } from '../../lib/functions/creation.ts';
import { hypot, logAddExp, nextAfter, truncateDiv, truncateMod } from '../../lib/ops/binary.ts';
import { bitwiseAnd, leftShift, rightShift } from '../../lib/ops/bitwise.ts';
import { grads } from '../../lib/transforms/grad.ts';

describe('hypot', () => {
  it('neither overflows nor has a slope at the origin', () => {
    expect(hypot(3e30, 4e30).item()).toBeCloseTo(5e30, -24);
    const slopes = grads(hypot)([tensor([0, 3]), tensor([0, 4])]);
    expect(slopes[0].arraySync()).toEqual([0, Math.fround(0.6)]);
    expect(slopes[1].arraySync()).toEqual([0, Math.fround(0.8)]);
  });
});

describe('logAddExp', () => {
  it('takes infinities', () => {
    const x = logAddExp([-Infinity, Infinity, -Infinity, NaN], [-Infinity, Infinity, 1, 1]);
    expect(x.arraySync()).toEqual([-Infinity, Infinity, 1, NaN]);
    const slopes = grads(logAddExp)([tensor([-Infinity, -Infinity]), tensor([-Infinity, 1])]);
    expect(slopes.map((g) => g.arraySync())).toEqual([
      [0, 0],
      [0, 1],
    ]);
  });
});

describe('nextAfter', () => {
  it('steps by one unit in the last place', () => {
    const double = (x: number, to: number): number =>
      nextAfter(tensor(x, [], 'float64'), to).item();
    expect(double(1, 2)).toBe(1 + Number.EPSILON);
    expect(double(1, -2)).toBe(1 - Number.EPSILON / 2);
    expect(double(-1, 0)).toBe(-1 + Number.EPSILON / 2);
    expect(double(0, -1)).toBe(-Number.MIN_VALUE);
    expect(double(Number.MAX_VALUE, Infinity)).toBe(Infinity);
    expect(nextAfter([1, 0, 5, NaN], [0, 1, 5, 1]).arraySync()).toEqual([
      1 - 2 ** -24,
      2 ** -149,
      5,
      NaN,
    ]);
  });
});

describe('truncated division', () => {
  it('takes the sign of the dividend', () => {
    expect(truncateDiv([7, -7, 7], [2, 2, -2]).arraySync()).toEqual([3, -3, -3]);
    expect(truncateMod([7, -7, 7], [4, 4, -4]).arraySync()).toEqual([3, -3, 3]);
  });
});

describe('bits', () => {
  it('are those of int32 only', () => {
    expect(bitwiseAnd([-1, 6], [5, 3]).arraySync()).toEqual([5, 2]);
    expect(() => bitwiseAnd(tensor([1], undefined, 'float32'), [1])).toThrow(
      "bitwiseAnd: a must have dtype int32; got float32; BitwiseAnd: Only supports 'int32' values in tensor, so convert with cast(a, 'int32')",
    );
    expect(() => leftShift([1, 2], [1, 2, 3])).toThrow(
      'leftShift: shapes must broadcast together; got [2] and [3]; LeftShift: Tensors must have the same shape, or sizes of 1 where they differ',
    );
    expect(bitwiseAnd([[3], [4]], [1, 6, 7]).arraySync()).toEqual([
      [1, 2, 3],
      [0, 4, 4],
    ]);
    expect(bitwiseAnd([1, 6, 7], [[3], [4]]).shape).toEqual([2, 3]);
    expect(bitwiseAnd(tensor([], [0, 2], 'int32'), [1, 2]).shape).toEqual([0, 2]);
    expect(leftShift([1, 1, 1], [31, 32, -1]).arraySync()).toEqual([-(2 ** 31), 0, 1]);
    expect(rightShift([-8, -8, 8], [1, 40, 40]).arraySync()).toEqual([-4, -1, 0]);
  });
});
