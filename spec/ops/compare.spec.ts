import type { Tensor } from '../../lib/core/tensor.ts';
import { tensor } from '../../lib/functions/creation.ts';
import { mul } from '../../lib/ops/arithmetic.ts';
import * as compare from '../../lib/ops/compare.ts';
import { where } from '../../lib/ops/select.ts';
import { GradientTape } from '../../lib/transforms/tape.ts';

const { equal, greater } = compare;

const fault = (name: string, message: string): Error =>
  expect.objectContaining({ name, message }) as Error;

/** The gradient of the sum of `f`, or null if nothing connects it. */
function slopes(f: (x: Tensor) => Tensor, at: number | number[]): unknown {
  const x = tensor(at, undefined, 'float64');
  const tape = new GradientTape();
  tape.watch(x);
  return tape.gradient(f(x), x, { unconnectedGradients: 'none' })?.arraySync() ?? null;
}

describe('comparisons', () => {
  it.each([
    ['equal', [0, 1, 0, 0]],
    ['notEqual', [1, 0, 1, 1]],
    ['less', [1, 0, 0, 0]],
    ['lessEqual', [1, 1, 0, 0]],
    ['greater', [0, 0, 1, 0]],
    ['greaterEqual', [0, 1, 1, 0]],
  ] as const)('%s is exact, and false for NaN unless it says "not"', (name, expected) => {
    const result = compare[name]([1, 2, 3, NaN], [2, 2, 2, NaN]);
    expect(result).toMatchObject({ dtype: 'bool' });
    expect(result.arraySync()).toEqual(expected);
  });

  it('compare numbers in the dtype of the tensor beside them', () => {
    expect(equal(tensor([0.1]), 0.1).arraySync()).toEqual([1]);
    expect(equal(tensor([0.1], undefined, 'float64'), tensor([0.1])).arraySync()).toEqual([0]);
    expect(greater(tensor([1, 2], undefined, 'int32'), 1.5).arraySync()).toEqual([0, 1]);
    expect(equal(0, -0).arraySync()).toBe(1);
  });

  it('cut the gradient', () => {
    expect(slopes((x) => mul(where(greater(x, 1), 3, 4), x), 2)).toBe(3);
    expect(slopes((x) => where(greater(x, 1), 3, 4), 2)).toBeNull();
  });

  it('reject shapes that do not broadcast', () => {
    expect(() => equal([1, 2], [1, 2, 3])).toThrow(
      fault(
        'ShapeError',
        'equal: shapes must broadcast together; got a [2] and b [3]; sizes 2 and 3 at dimension -1 differ; each pair of sizes, counted from the end, must be equal or contain a 1',
      ),
    );
  });
});

describe('logical ops', () => {
  it('take numbers for true unless they are 0', () => {
    expect(compare.logicalAnd([2, 2, 0], [0.5, 0, 0]).arraySync()).toEqual([1, 0, 0]);
    expect(compare.logicalOr([2, 2, 0], [4, 0, 0]).arraySync()).toEqual([1, 1, 0]);
    expect(compare.logicalXor([2, 2, 0], [4, 0, 0]).arraySync()).toEqual([0, 1, 0]);
    expect(compare.logicalNot([NaN, 0])).toMatchObject({ dtype: 'bool' });
    expect(compare.logicalNot([NaN, 0]).arraySync()).toEqual([0, 1]);
  });
});

describe('isNaN, isFinite and isInf', () => {
  it('tell the special values apart', () => {
    const x = [1, NaN, Infinity, -Infinity];
    expect(compare.isNaN(x).arraySync()).toEqual([0, 1, 0, 0]);
    expect(compare.isFinite(x).arraySync()).toEqual([1, 0, 0, 0]);
    expect(compare.isInf(x).arraySync()).toEqual([0, 0, 1, 1]);
    expect(compare.isNaN(tensor([1], undefined, 'int32')).dtype).toBe('bool');
  });
});
