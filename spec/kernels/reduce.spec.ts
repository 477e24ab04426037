import type { DType } from '../../lib/base/dtype.ts';
import { reducedShape } from '../../lib/base/shape.ts';
import type { Kernel, Operand } from '../../lib/kernels/kernel.ts';
import type { ReduceParams } from '../../lib/kernels/reduce.ts';
import {
  allKernel,
  anyKernel,
  argMaxKernel,
  argMinKernel,
  logSumExpKernel,
  maxKernel,
  minKernel,
  prodKernel,
  sumKernel,
} from '../../lib/kernels/reduce.ts';
import { compute, indicesOf, operand, sample } from './operand.ts';

const shapes = [
  [],
  [1],
  [5],
  [3, 4],
  [2, 3, 4],
  [2, 1, 3],
  [3, 2, 2, 3],
  [2, 1, 2, 1, 2],
  [9, 150],
];

function subsetsOf(shape: readonly number[]): number[][] {
  const axes = shape.map((_, i) => i);
  return axes.reduce<number[][]>(
    (all, axis) => [...all, ...all.map((set) => [...set, axis])],
    [[]],
  );
}

/** The elements that are reduced to each element of the result. */
function groupsOf(x: Operand, axes: readonly number[]): number[][] {
  const groups = new Map<string, number[]>();
  indicesOf(x.shape).forEach((index, i) => {
    const key = index.filter((_, axis) => !axes.includes(axis)).join();
    groups.set(key, [...(groups.get(key) ?? []), x.values[i]]);
  });
  return [...groups.values()];
}

function checkAll(
  kernel: Kernel<ReduceParams>,
  dtype: DType,
  reduce: (group: number[]) => number,
): void {
  for (const shape of shapes) {
    const x = sample(dtype, shape);
    for (const axes of subsetsOf(shape)) {
      const result = { dtype, shape: reducedShape(shape, axes, false) };
      expect(compute(kernel, [x], result, { axes })).toEqual(groupsOf(x, axes).map(reduce));
    }
  }
}

function reduceRow(kernel: Kernel<ReduceParams>, dtype: DType, row: number[]): number {
  const along = compute(
    kernel,
    [operand(dtype, [row.length], row)],
    { dtype, shape: [] },
    { axes: [0] },
  );
  // The same numbers as columns of a matrix go another way through the kernel.
  const twice = operand(
    dtype,
    [row.length, 2],
    row.flatMap((x) => [x, x]),
  );
  const across = compute(kernel, [twice], { dtype, shape: [2] }, { axes: [0] });
  expect(across).toEqual([...along, ...along]);
  return along[0];
}

describe('sumKernel', () => {
  const total = (group: number[]): number => group.reduce((sum, x) => sum + x, 0);

  it.each(['float32', 'float64', 'int32'] as const)('sums over any axes of %s', (dtype) => {
    checkAll(sumKernel, dtype, total);
  });

  it('sums the columns of a tall and wide matrix', () => {
    const x = sample('int32', [200, 600]);
    const expected = Array.from({ length: 600 }, (_, j) => 200 * (j - 60_000) + 600 * 19_900);
    const result = { dtype: 'int32', shape: [600] } as const;
    expect(compute(sumKernel, [x], result, { axes: [0] })).toEqual(expected);
  });

  it('gives 0 over an empty axis', () => {
    expect(reduceRow(sumKernel, 'float64', [])).toBe(0);
  });

  it.each([
    [[1e7], [0]],
    [[1e6, 10], [0]],
    [
      [1e6, 2, 5],
      [0, 2],
    ],
    [[10, 1e6], [1]],
  ])('adds tenths of shape %j over %j without drift', (shape, axes) => {
    const length = shape.reduce((size, n) => size * n, 1);
    const values = new Float64Array(length).fill(0.1);
    const x = { values, shape, dtype: 'float64', size: length } as const;
    const kept = reducedShape(shape, axes, false);
    const y = operand('float64', kept, []);
    sumKernel([x], [y], { axes });
    const expected = (0.1 * length) / y.size;
    for (const sum of y.values) expect(Math.abs(sum / expected - 1)).toBeLessThan(1e-12);
  });

  it('adds float32 in double', () => {
    expect(reduceRow(sumKernel, 'float32', [2 ** 24, 1, 1, 1, -(2 ** 24)])).toBe(3);
  });

  it('keeps infinities and NaN', () => {
    expect(reduceRow(sumKernel, 'float64', [1, Infinity, 2])).toBe(Infinity);
    expect(reduceRow(sumKernel, 'float64', [-Infinity, Infinity])).toBeNaN();
  });

  it('wraps int32 around', () => {
    expect(reduceRow(sumKernel, 'int32', [2 ** 31 - 1, 1])).toBe(-(2 ** 31));
  });
});

describe('prodKernel', () => {
  it('multiplies over any axes', () => {
    const x = operand('float64', [2, 3, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const result = { dtype: 'float64', shape: [3] } as const;
    expect(compute(prodKernel, [x], result, { axes: [0, 2] })).toEqual([112, 1080, 3960]);
  });

  it('keeps the low 32 bits of integer products, over several blocks of axes too', () => {
    expect(reduceRow(prodKernel, 'int32', new Array<number>(40).fill(3))).toBe(
      Number(BigInt.asIntN(32, 3n ** 40n)),
    );
    const x = operand('int32', [2, 2, 2, 2, 2], new Array<number>(32).fill(7));
    expect(
      compute(prodKernel, [x], { dtype: 'int32', shape: [2, 2] }, { axes: [0, 2, 4] }),
    ).toEqual(new Array<number>(4).fill(7 ** 8));
    const y = operand('int32', [3, 1, 3, 2, 3], new Array<number>(54).fill(3));
    const expected = Number(BigInt.asIntN(32, 3n ** 27n));
    expect(
      compute(prodKernel, [y], { dtype: 'int32', shape: [1, 2] }, { axes: [0, 2, 4] }),
    ).toEqual([expected, expected]);
  });

  it('gives 1 over an empty axis', () => {
    expect(reduceRow(prodKernel, 'float32', [])).toBe(1);
  });
});

describe('maxKernel and minKernel', () => {
  it.each(['float32', 'float64', 'int32'] as const)(
    'find extremes over any axes of %s',
    (dtype) => {
      checkAll(maxKernel, dtype, (group) => Math.max(...group));
      checkAll(minKernel, dtype, (group) => Math.min(...group));
    },
  );

  it('pass NaN on', () => {
    expect(reduceRow(maxKernel, 'float32', [1, NaN, Infinity])).toBeNaN();
    expect(reduceRow(minKernel, 'float32', [1, NaN, -Infinity])).toBeNaN();
  });

  it('give the identity over an empty axis', () => {
    expect(reduceRow(maxKernel, 'float64', [])).toBe(-Infinity);
    expect(reduceRow(minKernel, 'float64', [])).toBe(Infinity);
    expect(reduceRow(maxKernel, 'int32', [])).toBe(-(2 ** 31));
    expect(reduceRow(minKernel, 'int32', [])).toBe(2 ** 31 - 1);
  });
});

describe('allKernel and anyKernel', () => {
  it('combine bools over any axes', () => {
    checkAll(allKernel, 'bool', (group) => Math.min(...group));
    checkAll(anyKernel, 'bool', (group) => Math.max(...group));
  });

  it('are true and false over an empty axis', () => {
    expect(reduceRow(allKernel, 'bool', [])).toBe(1);
    expect(reduceRow(anyKernel, 'bool', [])).toBe(0);
  });
});

describe('logSumExpKernel', () => {
  const row = (...x: number[]): number => reduceRow(logSumExpKernel, 'float64', x);

  it('survives where exp does not', () => {
    expect(row(1000, 1000)).toBe(1000 + Math.LN2);
    expect(row(-1000, -1000)).toBe(-1000 + Math.LN2);
    expect(row(0, -2000)).toBe(0);
  });

  it('is right at infinities and over an empty axis', () => {
    expect(row()).toBe(-Infinity);
    expect(row(-Infinity, -Infinity)).toBe(-Infinity);
    expect(row(-Infinity, 3)).toBe(3);
    expect(row(Infinity, 3)).toBe(Infinity);
    expect(row(Infinity, -Infinity)).toBe(Infinity);
    expect(row(NaN, 3)).toBeNaN();
  });

  it('reduces over several axes', () => {
    const x = operand('float64', [2, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7]);
    const result = { dtype: 'float64', shape: [2] } as const;
    const [a, b] = compute(logSumExpKernel, [x], result, { axes: [0, 2] });
    const direct = (...terms: number[]): number =>
      Math.log(terms.reduce((sum, term) => sum + Math.exp(term), 0));
    expect(a).toBeCloseTo(direct(0, 1, 4, 5), 14);
    expect(b).toBeCloseTo(direct(2, 3, 6, 7), 14);
  });
});

describe('argMaxKernel and argMinKernel', () => {
  const places = (kernel: typeof argMaxKernel, x: Operand, axis: number): number[] => {
    const shape = reducedShape(x.shape, [axis], false);
    return compute(kernel, [x], { dtype: 'int32', shape }, { axis });
  };

  it('find the first extreme along an axis', () => {
    const x = operand('float32', [2, 3], [3, 1, 3, 3, 5, 1]);
    expect(places(argMaxKernel, x, 0)).toEqual([0, 1, 0]);
    expect(places(argMaxKernel, x, 1)).toEqual([0, 1]);
    expect(places(argMinKernel, x, 0)).toEqual([0, 0, 1]);
    expect(places(argMinKernel, x, 1)).toEqual([1, 2]);
  });

  it('stop at the first NaN', () => {
    const x = operand('float64', [5], [1, NaN, Infinity, NaN, -Infinity]);
    expect(places(argMaxKernel, x, 0)).toEqual([1]);
    expect(places(argMinKernel, x, 0)).toEqual([1]);
  });

  it('work inside other axes', () => {
    const x = operand('int32', [2, 2, 2], [1, 8, 3, 4, 5, 6, 7, 2]);
    expect(places(argMaxKernel, x, 1)).toEqual([1, 0, 1, 0]);
    expect(places(argMinKernel, x, 1)).toEqual([0, 1, 0, 1]);
  });
});
