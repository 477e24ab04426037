import type { DType } from '../../lib/base/dtype.ts';
import { newValues } from '../../lib/base/dtype.ts';
import { gatherKernel, segmentSumKernel } from '../../lib/kernels/indexing.ts';
import type { Operand } from '../../lib/kernels/kernel.ts';
import { both } from './both.ts';

function operand(dtype: DType, shape: readonly number[]): Operand {
  const size = shape.reduce((product, n) => product * n, 1);
  const values = newValues(dtype, size).map((_, i) =>
    dtype === 'bool' ? (i * i) & 1 : i % 11 === 0 ? -0 : Math.sin(i) * 1000,
  );
  return { values, shape, dtype, size: size };
}

/** Numbers of slices, of which some name none. */
function numbers(shape: readonly number[], length: number): Operand {
  const x = operand('int32', shape);
  return { ...x, values: x.values.map((_, i) => ((i * 7) % (length + 2)) - 1) };
}

const dtypes = ['float32', 'float64', 'int32', 'bool'] as const;

// Slices of one element, of two, of whole vectors, of runs that are none, of more than are staged.
const inner = [1, 2, 3, 4, 5, 8, 13, 40];

describe.each(dtypes)('slices of %s by number, in vectors and in loops', (dtype) => {
  it.each(inner)('of %d elements are picked', (n) => {
    for (const [rows, length, picks] of [
      [1, 9, 50],
      [3, 5, 21],
      [1, 300, 3001],
      [40, 7, 8],
    ]) {
      const x = operand(dtype, [rows, length, n]);
      const ids = numbers([picks], length);
      const [fast, slow] = both(() => {
        const y = { ...operand(dtype, [rows, picks, n]) };
        gatherKernel([x, ids], [y], { axis: 1, batchDims: 0 });
        return Array.from(y.values);
      }, 1);
      expect(fast).toEqual(slow);
    }
  });

  it.each(inner)('of %d elements are added up', (n) => {
    for (const [rows, length, picks] of [
      [1, 9, 50],
      [3, 25, 21],
      [1, 100, 20],
      [1, 300, 3001],
      [40, 7, 8],
    ]) {
      const g = operand(dtype, [rows, picks, n]);
      const ids = numbers([picks], length);
      const [fast, slow] = both(() => {
        const y = { ...operand(dtype, [rows, length, n]) };
        segmentSumKernel([g, ids], [y], { axis: 1, batchDims: 0 });
        return Array.from(y.values);
      }, 1);
      expect(fast).toEqual(slow);
    }
  });
});

it('batches have numbers of their own', () => {
  const x = operand('float32', [3, 2, 6, 4]);
  const ids = numbers([3, 20], 6);
  const [fast, slow] = both(() => {
    const y = operand('float32', [3, 2, 20, 4]);
    gatherKernel([x, ids], [y], { axis: 2, batchDims: 1 });
    const sums = operand('float32', [3, 2, 6, 4]);
    segmentSumKernel([y, ids], [sums], { axis: 2, batchDims: 1 });
    return [...y.values, ...sums.values];
  }, 1);
  expect(fast).toEqual(slow);
});

it('a sum of nothing but -0 is 0, however few slices there are', () => {
  for (const length of [2, 40]) {
    const g: Operand = { values: Float32Array.of(-0), shape: [1], dtype: 'float32', size: 1 };
    const [fast, slow] = both(() => {
      const y = operand('float32', [length]);
      segmentSumKernel([g, numbers([1], 1)], [y], { axis: 0, batchDims: 0 });
      segmentSumKernel([g, { ...numbers([1], 1), values: Int32Array.of(1) }], [y], {
        axis: 0,
        batchDims: 0,
      });
      return Array.from(y.values);
    }, 1);
    expect(fast).toEqual(new Array(length).fill(0));
    expect(slow).toEqual(fast);
  }
});
