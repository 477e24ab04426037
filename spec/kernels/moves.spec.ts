import type { DType } from '../../lib/base/dtype.ts';
import { newValues } from '../../lib/base/dtype.ts';
import { copyBox } from '../../lib/kernels/copy.ts';
import { both } from './both.ts';

/** Copies a box within arrays of `length` elements, of which it may leave some as they were. */
function requireSameMove(
  dtype: DType,
  sizes: readonly number[],
  from: readonly [number, readonly number[]],
  to: readonly [number, readonly number[]],
  length: number,
): void {
  const x = newValues(dtype, length).map((_, i) => (dtype === 'bool' ? (i * i) % 251 : i + 1));
  const [fast, slow] = both(() => {
    const y = newValues(dtype, length).fill(7);
    const source = { values: x, at: from[0], strides: from[1] };
    copyBox(sizes, source, { values: y, at: to[0], strides: to[1] });
    return Array.from(y);
  }, 1);
  expect(fast).toEqual(slow);
}

const dtypes = ['float32', 'float64', 'int32', 'bool'] as const;

describe.each(dtypes)('boxes of %s, moved by vectors and by loops', (dtype) => {
  // Whole squares, what is left beside them, more than a block of columns, less than a square.
  it.each([
    [4, 4],
    [5, 9],
    [3, 70],
    [70, 3],
    [64, 68],
    [33, 101],
  ])('transposes of %d by %d', (rows, columns) => {
    requireSameMove(dtype, [rows, columns], [0, [1, rows]], [0, [columns, 1]], rows * columns);
  });

  it('permutations of three and four axes', () => {
    const sizes = [3, 5, 6, 4];
    const strides = [120, 24, 4, 1];
    for (const perm of permutations([0, 1, 2, 3])) {
      const shape = perm.map((axis) => sizes[axis]);
      const given = perm.map((axis) => strides[axis]);
      const own = shape.map((_, i) => shape.slice(i + 1).reduce((product, n) => product * n, 1));
      requireSameMove(dtype, shape, [0, given], [0, own], 360);
    }
  });

  it.each([1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 40])('parts of rows of %d', (n) => {
    requireSameMove(dtype, [9, n], [3, [50, 1]], [0, [n, 1]], 500);
    requireSameMove(dtype, [9, n], [0, [n, 1]], [5, [50, 1]], 500);
  });

  it('rows and columns that are repeated', () => {
    requireSameMove(dtype, [40, 5], [1, [0, 1]], [0, [5, 1]], 200);
    requireSameMove(dtype, [40, 5], [1, [1, 0]], [0, [5, 1]], 200);
    requireSameMove(dtype, [4, 5, 10], [1, [0, 1, 0]], [0, [50, 10, 1]], 200);
  });

  it('reversed axes', () => {
    requireSameMove(dtype, [20, 10], [9, [10, -1]], [0, [10, 1]], 200);
    requireSameMove(dtype, [20, 10], [190, [-10, 1]], [0, [10, 1]], 200);
    requireSameMove(dtype, [20, 10], [199, [-1, -20]], [0, [10, 1]], 200);
  });

  it('every second and third element', () => {
    requireSameMove(dtype, [50], [0, [2]], [1, [3]], 200);
    requireSameMove(dtype, [10, 7], [2, [20, 2]], [0, [7, 1]], 300);
  });
});

describe('boxes of more than are staged at a time', () => {
  it('are cut where the pieces lie apart on both sides', () => {
    const [n, rows, columns] = [30, 64, 100];
    const size = n * rows * columns;
    const perm = [rows * columns, 1, columns];
    requireSameMove('float32', [n, columns, rows], [0, perm], [0, [6400, 64, 1]], size);
    requireSameMove('float64', [2 * size], [2 * size - 1, [-1]], [0, [1]], 2 * size);
  });

  it('are staged whole where they do not', () => {
    requireSameMove('float32', [300, 301], [0, [1, 300]], [0, [301, 1]], 300 * 301);
  });
});

function permutations(of: readonly number[]): number[][] {
  if (of.length === 0) return [[]];
  return of.flatMap((first, i) =>
    permutations(of.filter((_, k) => k !== i)).map((rest) => [first, ...rest]),
  );
}
