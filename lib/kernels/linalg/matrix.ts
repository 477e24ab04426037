/* Matrices of doubles, row-major: what the kernels of linear algebra compute with. */

import type { Values } from '../../base/dtype.ts';

/** A copy in double of one matrix of a batch. */
export function readMatrix(values: Values, index: number, size: number): Float64Array {
  return Float64Array.from(values.subarray(index * size, (index + 1) * size));
}

export function identityMatrix(n: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) result[i * n + i] = 1;
  return result;
}

/** The product of an m by k and a k by n matrix. */
export function multiply(
  a: Float64Array,
  b: Float64Array,
  m: number,
  k: number,
  n: number,
): Float64Array {
  const result = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      const factor = a[i * k + p];
      for (let j = 0; j < n; j++) result[i * n + j] += factor * b[p * n + j];
    }
  }
  return result;
}

/** The n by m transpose of an m by n matrix. */
export function transposed(a: Float64Array, m: number, n: number): Float64Array {
  const result = new Float64Array(m * n);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) result[j * m + i] = a[i * n + j];
  return result;
}

/** `sum` of `factors[i]` times matrix `i`. */
export function combine(
  matrices: readonly Float64Array[],
  factors: readonly number[],
): Float64Array {
  const result = new Float64Array(matrices[0].length);
  matrices.forEach((matrix, k) => {
    for (let i = 0; i < result.length; i++) result[i] += factors[k] * matrix[i];
  });
  return result;
}

/** The greatest sum of magnitudes of a column. */
export function oneNorm(a: Float64Array, n: number): number {
  let most = 0;
  for (let j = 0; j < n; j++) {
    let total = 0;
    for (let i = 0; i < n; i++) total += Math.abs(a[i * n + j]);
    if (!(total <= most)) most = total;
  }
  return most;
}
