import type { Matrix, ProductSizes as Sizes } from '../base/products.ts';

/** At most one in so many numbers of a sparse matrix differs from 0. */
const sparsity = 16;

/**
 * The product for an `a` that is nearly all zeros, as the directions of a Jacobian are: work is done
 * only where `a` is not 0. The bits are those of the whole sum.
 *
 * @returns false, with nothing done, where `a` is not sparse or `b` not finite (0 times infinity is NaN)
 */
export function multiplySparseRows(a: Matrix, b: Matrix, y: Matrix, sizes: Sizes): boolean {
  const { m, n, k } = sizes;
  if (!isSparse(a, m, k) || !isFiniteMatrix(b, k, n)) return false;
  const row = new Float64Array(n);
  for (let i = 0; i < m; i++) {
    row.fill(0);
    for (let p = 0, at = a.at + i * a.rowStep; p < k; p++, at += a.columnStep) {
      const factor = a.values[at];
      if (factor !== 0) addScaled(row, factor, b, p);
    }
    let out = y.at + i * y.rowStep;
    for (let j = 0; j < n; j++, out += y.columnStep) y.values[out] = row[j];
  }
  return true;
}

function addScaled(row: Float64Array, factor: number, { values, ...b }: Matrix, p: number): void {
  let from = b.at + p * b.rowStep;
  for (let j = 0; j < row.length; j++, from += b.columnStep) row[j] += factor * values[from];
}

// A dense matrix is recognised after a part of it was read.
function isSparse({ values, at, rowStep, columnStep }: Matrix, m: number, k: number): boolean {
  let left = Math.floor((m * k) / sparsity);
  for (let i = 0; i < m; i++) {
    let from = at + i * rowStep;
    for (let p = 0; p < k; p++, from += columnStep) {
      if (values[from] !== 0 && --left < 0) return false;
    }
  }
  return true;
}

function isFiniteMatrix(
  { values, at, rowStep, columnStep }: Matrix,
  k: number,
  n: number,
): boolean {
  let sum = 0;
  for (let p = 0; p < k; p++) {
    let from = at + p * rowStep;
    // What is not finite leaves NaN here, and NaN stays.
    for (let j = 0; j < n; j++, from += columnStep) sum += values[from] * 0;
  }
  return sum === 0;
}
