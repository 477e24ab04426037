import fc from 'fast-check';
import type { DType } from '../../lib/base/dtype.ts';
import { copyRun } from '../../lib/kernels/copy.ts';
import { dtypes, isComplex } from '../../lib/base/dtype.ts';
import type { Operand } from '../../lib/kernels/kernel.ts';
import {
  broadcastToKernel,
  castKernel,
  concatKernel,
  padKernel,
  reverseKernel,
  sliceKernel,
  splitKernel,
  stackKernel,
  tileKernel,
  transposeKernel,
  unstackKernel,
} from '../../lib/kernels/movement.ts';
import { compute, computeAll, elementAt, indicesOf, operand, sample } from './operand.ts';

type Index = readonly number[];

/** The elements of `x` at `source(index)` for every index of a shape. */
function pick(x: Operand, shape: Index, source: (index: Index) => Index): number[] {
  return indicesOf(shape).map((index) => elementAt(x, source(index)));
}

describe('transposeKernel', () => {
  const transposed = (dtype: DType, shape: Index, perm: Index): void => {
    const x = sample(dtype, shape);
    const permuted = perm.map((axis) => shape[axis]);
    const expected = pick(x, permuted, (index) =>
      shape.map((_, axis) => index[perm.indexOf(axis)]),
    );
    expect(compute(transposeKernel, [x], { dtype, shape: permuted }, { perm })).toEqual(expected);
  };

  it.each(dtypes.filter((dtype) => !isComplex(dtype)))(
    'swaps the axes of matrices of %s',
    (dtype) => {
      for (const shape of [
        [1, 1],
        [3, 2],
        [8, 8],
        [9, 17],
        [40, 35],
        [0, 3],
      ]) {
        transposed(dtype, shape, [1, 0]);
      }
    },
  );

  it('permutes any axes', () => {
    const cases = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 5 }).chain((shape) =>
      fc.tuple(
        fc.constant(shape),
        fc.shuffledSubarray(
          shape.map((_, i) => i),
          { minLength: shape.length },
        ),
      ),
    );
    fc.assert(
      fc.property(cases, ([shape, perm]) => {
        transposed('float64', shape, perm);
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});

describe('broadcastToKernel', () => {
  it.each([
    [[], [3]],
    [[], [2, 20]],
    [[3], [4, 3]],
    [[40], [2, 40]],
    [
      [2, 1],
      [2, 50],
    ],
    [
      [2, 1, 3],
      [5, 2, 4, 3],
    ],
    [[1], [2, 0]],
  ])('repeats %j to %j', (from, to) => {
    const x = sample('float32', from);
    const result = { dtype: 'float32', shape: to } as const;
    expect(compute(broadcastToKernel, [x], result, undefined)).toEqual(
      pick(x, to, (index) => index),
    );
  });
});

describe('sliceKernel', () => {
  it.each([
    [[], [], []],
    [[5], [2], [3]],
    [[5], [5], [0]],
    [
      [4, 50],
      [1, 3],
      [2, 40],
    ],
    [
      [3, 4, 5],
      [1, 0, 2],
      [2, 4, 3],
    ],
  ])('cuts from %j, beginning at %j, the sizes %j', (from, begin, shape) => {
    const x = sample('int32', from);
    const expected = pick(x, shape, (index) => index.map((i, axis) => i + begin[axis]));
    expect(compute(sliceKernel, [x], { dtype: 'int32', shape }, { begin })).toEqual(expected);
  });
});

describe('padKernel', () => {
  it.each([
    [[], [], []],
    [[2], [1], [4]],
    [[0], [1], [3]],
    [
      [2, 3],
      [0, 2],
      [4, 6],
    ],
    [
      [2, 3],
      [0, 0],
      [2, 3],
    ],
  ])('surrounds %j, with %j before, to make %j', (from, before, shape) => {
    const x = sample('float64', from);
    const expected = indicesOf(shape).map((index) => {
      const own = index.map((i, axis) => i - before[axis]);
      return own.every((i, axis) => i >= 0 && i < from[axis]) ? elementAt(x, own) : 9;
    });
    expect(compute(padKernel, [x], { dtype: 'float64', shape }, { before, value: 9 })).toEqual(
      expected,
    );
  });
});

describe('concatKernel and splitKernel', () => {
  it.each([
    [0, [[2], [0], [3]], [5]],
    [
      1,
      [
        [2, 1, 2],
        [2, 3, 2],
      ],
      [2, 4, 2],
    ],
    [
      -1,
      [
        [2, 40],
        [2, 3],
      ],
      [2, 43],
    ],
  ])('join and cut along axis %j the shapes %j', (place, shapes, shape) => {
    const axis = place < 0 ? place + shape.length : place;
    const whole = sample('float32', shape);
    const results = shapes.map((one) => ({ dtype: 'float32', shape: one }) as const);
    const parts = computeAll(splitKernel, [whole], results, { axis });
    let start = 0;
    shapes.forEach((one, i) => {
      const from = start;
      const expected = pick(whole, one, (index) =>
        index.map((j, k) => (k === axis ? j + from : j)),
      );
      expect(parts[i]).toEqual(expected);
      start += one[axis];
    });
    const operands = parts.map((part, i) => operand('float32', shapes[i], part));
    expect(compute(concatKernel, operands, whole, { axis })).toEqual(Array.from(whole.values));
  });
});

describe('stackKernel and unstackKernel', () => {
  it.each([0, 1, 2])('join and take apart along axis %j', (axis) => {
    const shape = [2, 2, 2];
    shape[axis] = 3;
    const whole = sample('bool', shape);
    const rest = shape.filter((_, i) => i !== axis);
    const results = [0, 1, 2].map(() => ({ dtype: 'bool', shape: rest }) as const);
    const parts = computeAll(unstackKernel, [whole], results, { axis });
    expect(parts[2]).toEqual(
      pick(whole, rest, (index) => [...index.slice(0, axis), 2, ...index.slice(axis)]),
    );
    const operands = parts.map((part) => operand('bool', rest, part));
    expect(compute(stackKernel, operands, whole, { axis })).toEqual(Array.from(whole.values));
  });

  it('stack scalars', () => {
    const scalars = [1, 2, 3].map((x) => operand('float64', [], [x]));
    const result = { dtype: 'float64', shape: [3] } as const;
    expect(compute(stackKernel, scalars, result, { axis: 0 })).toEqual([1, 2, 3]);
  });
});

describe('tileKernel', () => {
  it.each([
    [[3], [2]],
    [
      [2, 3],
      [1, 4],
    ],
    [
      [2, 3],
      [3, 2],
    ],
    [[2], [0]],
    [[], []],
  ])('repeats %j %j times', (from, reps) => {
    const x = sample('float64', from);
    const shape = from.map((size, axis) => size * reps[axis]);
    const expected = pick(x, shape, (index) => index.map((i, axis) => i % from[axis]));
    expect(compute(tileKernel, [x], { dtype: 'float64', shape }, { reps })).toEqual(expected);
  });
});

describe('reverseKernel', () => {
  it.each([[[]], [[0]], [[1]], [[0, 2]], [[0, 1, 2]]])('turns the axes %j around', (axes) => {
    const x = sample('float32', [2, 3, 4]);
    const source = (index: Index): Index =>
      index.map((i, axis) => (axes.includes(axis) ? x.shape[axis] - 1 - i : i));
    expect(compute(reverseKernel, [x], x, { axes })).toEqual(pick(x, x.shape, source));
  });

  it('leaves empty arrays empty', () => {
    expect(
      compute(
        reverseKernel,
        [sample('int32', [0, 2])],
        { dtype: 'int32', shape: [0, 2] },
        { axes: [0] },
      ),
    ).toEqual([]);
  });
});

describe('castKernel', () => {
  const cast = (from: DType, to: DType, elements: number[]): number[] => {
    const x = operand(from, [elements.length], elements);
    return compute(castKernel, [x], { dtype: to, shape: x.shape }, undefined);
  };

  it('truncates toward zero and saturates', () => {
    const numbers = [1.9, -1.9, -0.5, NaN, Infinity, -Infinity, 3e9, -3e9, 2147483647.5];
    const largest = 2 ** 31 - 1;
    const smallest = -(2 ** 31);
    expect(cast('float64', 'int32', numbers)).toEqual([
      1,
      -1,
      0,
      0,
      largest,
      smallest,
      largest,
      smallest,
      largest,
    ]);
  });

  it('takes everything but 0 for true', () => {
    expect(cast('float64', 'bool', [0, -0, 1e-300, NaN, -2])).toEqual([0, 0, 1, 1, 1]);
    expect(cast('int32', 'bool', [0, 256, -1])).toEqual([0, 1, 1]);
  });

  it('rounds to float32 and widens exactly', () => {
    expect(cast('float64', 'float32', [0.1, 1e300, -0])).toEqual([Math.fround(0.1), Infinity, -0]);
    expect(cast('bool', 'float32', [0, 1])).toEqual([0, 1]);
    expect(cast('int32', 'float64', [-7, 2 ** 30])).toEqual([-7, 2 ** 30]);
    expect(cast('bool', 'int32', [1, 0])).toEqual([1, 0]);
  });

  it('copies when nothing changes', () => {
    expect(cast('int32', 'int32', [3, -4])).toEqual([3, -4]);
  });
});

describe('copyRun', () => {
  it.each([0, 1, 32, 33, 1000])('copies %j elements', (n) => {
    const x = sample('float64', [n]);
    const y = new Float64Array(n).fill(NaN);
    copyRun(x.values, 0, y, 0, n);
    expect(Array.from(y)).toEqual(Array.from(x.values));
  });
});
