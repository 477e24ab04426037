import { ArgumentError, misuse } from '../../base/errors.ts';
import { matrixCount, placeOf } from '../../base/matrix.ts';
import type { Kernel } from '../kernel.ts';
import { identityMatrix, readMatrix } from './matrix.ts';

/** Sweeps of rotations: ten are many, and what takes more does not converge. */
const mostSweeps = 60;

/**
 * Rotates a symmetric n by n matrix into its eigenvalues, in place on the diagonal.
 *
 * @returns the eigenvectors as rows, or null when the sweeps did not suffice
 * @see Golub & Van Loan 2013, Matrix Computations, section 8.5 (cyclic Jacobi)
 */
export function diagonalise(a: Float64Array, n: number): Float64Array | null {
  const vectors = identityMatrix(n);
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let isDone = true;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const element = a[p * n + q];
        if (element === 0) continue;
        const least = Math.abs(a[p * n + p]) + Math.abs(a[q * n + q]);
        // Too small to change the diagonal, even after the sweeps to come.
        if (least + Math.abs(element) / 16 === least) {
          a[p * n + q] = a[q * n + p] = 0;
          continue;
        }
        isDone = false;
        rotate(a, vectors, n, p, q);
      }
    }
    if (isDone) return vectors;
  }
  return null;
}

function rotate(a: Float64Array, vectors: Float64Array, n: number, p: number, q: number): void {
  const tau = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
  const t = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.hypot(1, tau));
  const c = 1 / Math.hypot(1, t);
  const s = t * c;
  const shift = t * a[p * n + q];
  for (let i = 0; i < n; i++) {
    const vp = vectors[p * n + i];
    const vq = vectors[q * n + i];
    vectors[p * n + i] = c * vp - s * vq;
    vectors[q * n + i] = s * vp + c * vq;
    if (i === p || i === q) continue;
    const ap = a[p * n + i];
    const aq = a[q * n + i];
    a[p * n + i] = a[i * n + p] = c * ap - s * aq;
    a[q * n + i] = a[i * n + q] = s * ap + c * aq;
  }
  a[p * n + p] -= shift;
  a[q * n + q] += shift;
  a[p * n + q] = a[q * n + p] = 0;
}

/** 1 or -1, such that the first of the largest elements of a vector becomes positive. */
export function signOf(v: Float64Array, start: number, length: number): number {
  let largest = 0;
  for (let i = 0; i < length; i++) largest = Math.max(largest, Math.abs(v[start + i]));
  // Elements that only rounding tells apart count as equal.
  for (let i = 0; i < length; i++) {
    if (Math.abs(v[start + i]) >= largest * (1 - 1e-10)) return v[start + i] < 0 ? -1 : 1;
  }
  return 1;
}

/** Ascending eigenvalues of the symmetric part of each matrix, and eigenvectors as columns. */
export const eighKernel: Kernel<unknown> = ([a], [w, v]) => {
  const n = a.shape[a.shape.length - 1];
  for (let at = 0; at < matrixCount(a.shape); at++) {
    const given = readMatrix(a.values, at, n * n);
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) matrix[i * n + j] = (given[i * n + j] + given[j * n + i]) / 2;
    }
    const vectors = diagonalise(matrix, n);
    if (vectors === null) {
      const got = `one that does not${placeOf(a.shape, at)}`;
      throw misuse(ArgumentError, 'eigh', 'a', 'let the rotations converge', got);
    }
    const order = Array.from({ length: n }, (_, i) => i);
    order.sort((i, j) => matrix[i * n + i] - matrix[j * n + j]);
    order.forEach((from, to) => {
      w.values[at * n + to] = matrix[from * n + from];
      const sign = signOf(vectors, from * n, n);
      for (let i = 0; i < n; i++) v.values[(at * n + i) * n + to] = sign * vectors[from * n + i];
    });
  }
};
