import { ArgumentError, misuse } from '../../base/errors.ts';
import { matrixCount, placeOf } from '../../base/matrix.ts';
import type { Kernel } from '../kernel.ts';
import { signOf } from './eigen.ts';
import { identityMatrix, transposed } from './matrix.ts';

const mostSweeps = 60;

/** Singular values and vectors of one matrix: vectors are rows of length `m` and `n`, k of each. */
export interface Decomposition {
  readonly s: Float64Array;
  readonly u: Float64Array;
  readonly v: Float64Array;
}

/**
 * `A = Σ s[i] u[i] v[i]ᵀ` with descending `s`; the vectors are orthonormal also where `s` is 0. The
 * first of the largest elements of each `v[i]` is positive. Null when the rotations do not converge.
 *
 * @see Golub & Van Loan 2013, Matrix Computations, section 8.6.3 (one-sided Jacobi, Hestenes 1958)
 */
export function decompose(a: Float64Array, m: number, n: number): Decomposition | null {
  const k = Math.min(m, n);
  // Rotated are the columns of the taller side, kept as rows.
  const isTall = m >= n;
  const length = Math.max(m, n);
  const columns = isTall ? transposed(a, m, n) : a.slice();
  const rotations = identityMatrix(k);
  if (!orthogonalise(columns, rotations, k, length)) return null;
  const lengths = Float64Array.from({ length: k }, (_, i) => lengthOf(columns, i * length, length));
  const order = Array.from({ length: k }, (_, i) => i).sort((i, j) => lengths[j] - lengths[i]);
  const s = Float64Array.from(order, (i) => lengths[i]);
  const long = new Float64Array(k * length);
  const short = new Float64Array(k * k);
  order.forEach((from, to) => {
    for (let i = 0; i < length; i++) long[to * length + i] = columns[from * length + i];
    for (let i = 0; i < k; i++) short[to * k + i] = rotations[from * k + i];
  });
  normalise(long, s, k, length);
  const [u, v] = isTall ? [long, short] : [short, long];
  for (let i = 0; i < k; i++) {
    if (signOf(v, i * n, n) > 0) continue;
    for (let j = 0; j < n; j++) v[i * n + j] = -v[i * n + j];
    for (let j = 0; j < m; j++) u[i * m + j] = -u[i * m + j];
  }
  return { s, u, v };
}

/** Rotates pairs of rows until all are orthogonal. */
function orthogonalise(
  rows: Float64Array,
  rotations: Float64Array,
  k: number,
  length: number,
): boolean {
  const tolerance = Number.EPSILON * (4 + Math.sqrt(length));
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let isDone = true;
    for (let p = 0; p < k; p++) {
      for (let q = p + 1; q < k; q++) {
        const alpha = dot(rows, p, p, length);
        const beta = dot(rows, q, q, length);
        const gamma = dot(rows, p, q, length);
        if (Math.abs(gamma) <= tolerance * Math.sqrt(alpha) * Math.sqrt(beta)) continue;
        isDone = false;
        const zeta = (beta - alpha) / (2 * gamma);
        const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const c = 1 / Math.hypot(1, t);
        rotate(rows, p, q, length, c, c * t);
        rotate(rotations, p, q, k, c, c * t);
      }
    }
    if (isDone) return true;
  }
  return false;
}

function dot(rows: Float64Array, p: number, q: number, length: number): number {
  let total = 0;
  for (let i = 0; i < length; i++) total += rows[p * length + i] * rows[q * length + i];
  return total;
}

function rotate(
  rows: Float64Array,
  p: number,
  q: number,
  length: number,
  c: number,
  s: number,
): void {
  for (let i = 0; i < length; i++) {
    const x = rows[p * length + i];
    const y = rows[q * length + i];
    rows[p * length + i] = c * x - s * y;
    rows[q * length + i] = s * x + c * y;
  }
}

function lengthOf(v: Float64Array, start: number, length: number): number {
  let total = 0;
  for (let i = 0; i < length; i++) total += v[start + i] ** 2;
  return Math.sqrt(total);
}

/** Divides rows by their lengths; rows too short to have a direction get one that is still free. */
function normalise(rows: Float64Array, s: Float64Array, k: number, length: number): void {
  for (let i = 0; i < k; i++) {
    if (s[i] > s[0] * 1e-15 * length) {
      for (let j = 0; j < length; j++) rows[i * length + j] /= s[i];
    } else fillFree(rows, i, length);
  }
}

/** Makes row `i` a unit vector orthogonal to those before it: what is left of the best axis. */
function fillFree(rows: Float64Array, i: number, length: number): void {
  const covered = new Float64Array(length);
  for (let p = 0; p < i; p++) {
    for (let j = 0; j < length; j++) covered[j] += rows[p * length + j] ** 2;
  }
  rows.fill(0, i * length, (i + 1) * length);
  rows[i * length + covered.indexOf(Math.min(...covered))] = 1;
  // Twice: the second pass removes what rounding left.
  for (let pass = 0; pass < 2; pass++) {
    for (let p = 0; p < i; p++) {
      const product = dot(rows, i, p, length);
      for (let j = 0; j < length; j++) rows[i * length + j] -= product * rows[p * length + j];
    }
    const norm = lengthOf(rows, i * length, length);
    for (let j = 0; j < length; j++) rows[i * length + j] /= norm;
  }
}

/** The decomposition of one matrix of a batch, scaled so that no square over- or underflows. */
export function decomposeOne(
  op: string,
  a: { readonly values: ArrayLike<number>; readonly shape: readonly number[] },
  at: number,
): Decomposition {
  const [m, n] = a.shape.slice(-2);
  const matrix = Float64Array.from({ length: m * n }, (_, i) => a.values[at * m * n + i]);
  const scale = matrix.reduce((most, x) => Math.max(most, Math.abs(x)), 0) || 1;
  const found = decompose(
    matrix.map((x) => x / scale),
    m,
    n,
  );
  if (found === null) {
    const got = `one that does not${placeOf(a.shape, at)}`;
    throw misuse(ArgumentError, op, 'a', 'let the rotations converge', got);
  }
  return { ...found, s: found.s.map((x) => x * scale) };
}

/** s, U and V with the vectors as columns, as many as the lesser side. */
export const svdKernel: Kernel<unknown> = ([a], [s, u, v]) => {
  const [m, n] = a.shape.slice(-2);
  const k = Math.min(m, n);
  for (let at = 0; at < matrixCount(a.shape); at++) {
    const found = decomposeOne('svd', a, at);
    s.values.set(found.s, at * k);
    u.values.set(transposed(found.u, k, m), at * m * k);
    v.values.set(transposed(found.v, k, n), at * n * k);
  }
};

/** Pseudo-inverses; singular values of at most `rcond` times the largest count as 0. */
export const pinvKernel: Kernel<{ readonly rcond: number }> = ([a], [y], { rcond }) => {
  const [m, n] = a.shape.slice(-2);
  for (let at = 0; at < matrixCount(a.shape); at++) {
    const { s, u, v } = decomposeOne('pinv', a, at);
    const result = new Float64Array(n * m);
    s.forEach((value, p) => {
      if (value <= rcond * s[0]) return;
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < m; j++) result[i * m + j] += (v[p * n + i] / value) * u[p * m + j];
      }
    });
    y.values.set(result, at * n * m);
  }
};
