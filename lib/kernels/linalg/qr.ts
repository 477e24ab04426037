import { matrixCount } from '../../base/matrix.ts';
import type { Kernel } from '../kernel.ts';
import { identityMatrix, readMatrix } from './matrix.ts';

/**
 * Turns an m by n matrix into R, in place, and returns the orthogonal m by m matrix Q.
 *
 * Each column is reflected onto its axis, away from the element on the diagonal: R has a negative
 * diagonal element where that was positive, else a positive one.
 *
 * @see Golub & Van Loan 2013, Matrix Computations, section 5.2.2
 */
export function triangularise(a: Float64Array, m: number, n: number): Float64Array {
  const q = identityMatrix(m);
  const v = new Float64Array(m);
  for (let k = 0; k < Math.min(m, n); k++) {
    let scale = 0;
    for (let i = k; i < m; i++) scale = Math.max(scale, Math.abs(a[i * n + k]));
    if (scale === 0) continue;
    let squares = 0;
    for (let i = k; i < m; i++) squares += (a[i * n + k] / scale) ** 2;
    const length = scale * Math.sqrt(squares);
    const end = a[k * n + k] > 0 ? -length : length;
    // Divided, so that products with elements as large as these do not overflow.
    for (let i = k; i < m; i++) v[i] = a[i * n + k] / scale;
    v[k] = (a[k * n + k] - end) / scale;
    let half = 0;
    for (let i = k; i < m; i++) half += v[i] ** 2;
    if (half === 0) continue;
    reflectRows(a, v, { from: k, m, n, factor: 2 / half });
    reflectColumns(q, v, k, m, 2 / half);
    a[k * n + k] = end;
    for (let i = k + 1; i < m; i++) a[i * n + k] = 0;
  }
  return q;
}

interface Reflection {
  readonly from: number;
  readonly m: number;
  readonly n: number;
  /** 2 over the square of the length of v. */
  readonly factor: number;
}

function reflectRows(a: Float64Array, v: Float64Array, { from, m, n, factor }: Reflection): void {
  for (let j = from; j < n; j++) {
    let product = 0;
    for (let i = from; i < m; i++) product += v[i] * a[i * n + j];
    product *= factor;
    for (let i = from; i < m; i++) a[i * n + j] -= product * v[i];
  }
}

function reflectColumns(
  q: Float64Array,
  v: Float64Array,
  from: number,
  m: number,
  factor: number,
): void {
  for (let i = 0; i < m; i++) {
    let product = 0;
    for (let j = from; j < m; j++) product += q[i * m + j] * v[j];
    product *= factor;
    for (let j = from; j < m; j++) q[i * m + j] -= product * v[j];
  }
}

/** Q with as many columns as its output has, R with as many rows. */
export const qrKernel: Kernel<unknown> = ([a], [q, r]) => {
  const [m, n] = a.shape.slice(-2);
  const k = q.shape[q.shape.length - 1];
  for (let at = 0; at < matrixCount(a.shape); at++) {
    const upper = readMatrix(a.values, at, m * n);
    const orthogonal = triangularise(upper, m, n);
    for (let i = 0; i < m; i++) {
      q.values.set(orthogonal.subarray(i * m, i * m + k), (at * m + i) * k);
    }
    r.values.set(upper.subarray(0, k * n), at * k * n);
  }
};
