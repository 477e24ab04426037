import { ArgumentError, misuse } from '../../base/errors.ts';
import { matrixCount, placeOf } from '../../base/matrix.ts';
import type { Kernel } from '../kernel.ts';
import { identityMatrix, readMatrix } from './matrix.ts';

/** Row `i` of the factored matrix is row `permutation[i]` of the given one. */
export interface Pivoting {
  readonly permutation: Int32Array;
  /** Determinant of the permutation: 1 or -1. */
  readonly sign: number;
}

/**
 * Turns an m by n matrix into its factors, in place: the upper triangle holds U, what is below it L,
 * whose diagonal of ones is not stored. Each pivot is the first of the largest in its column.
 *
 * @see Golub & Van Loan 2013, Matrix Computations, algorithm 3.4.1
 */
export function factorise(a: Float64Array, m: number, n: number, isPivoted = true): Pivoting {
  const permutation = Int32Array.from({ length: m }, (_, i) => i);
  let sign = 1;
  for (let k = 0; k < Math.min(m, n); k++) {
    const pivot = isPivoted ? pivotRow(a, m, n, k) : k;
    if (pivot !== k) {
      for (let j = 0; j < n; j++) {
        const swapped = a[k * n + j];
        a[k * n + j] = a[pivot * n + j];
        a[pivot * n + j] = swapped;
      }
      [permutation[k], permutation[pivot]] = [permutation[pivot], permutation[k]];
      sign = -sign;
    }
    eliminate(a, m, n, k);
  }
  return { permutation, sign };
}

function pivotRow(a: Float64Array, m: number, n: number, k: number): number {
  let best = k;
  for (let i = k + 1; i < m; i++) {
    if (Math.abs(a[i * n + k]) > Math.abs(a[best * n + k])) best = i;
  }
  return best;
}

function eliminate(a: Float64Array, m: number, n: number, k: number): void {
  for (let i = k + 1; i < m; i++) {
    // In a column of zeros there is nothing to eliminate.
    if (a[i * n + k] === 0) continue;
    const factor = a[i * n + k] / a[k * n + k];
    a[i * n + k] = factor;
    for (let j = k + 1; j < n; j++) a[i * n + j] -= factor * a[k * n + j];
  }
}

/** Whether a factored n by n matrix has no zero or NaN among its pivots. */
export function isInvertible(factors: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) {
    const pivot = factors[i * n + i];
    if (pivot === 0 || Number.isNaN(pivot)) return false;
  }
  return true;
}

/** The solution of `A X = B` for k columns, or of `Aᵀ X = B`, from the factors of A. */
export function solveFactored(
  factors: Float64Array,
  { permutation }: Pivoting,
  b: Float64Array,
  { n, k, adjoint = false }: { readonly n: number; readonly k: number; readonly adjoint?: boolean },
): Float64Array {
  const x = new Float64Array(n * k);
  const subtract = (i: number, j: number, factor: number): void => {
    if (factor === 0) return;
    for (let c = 0; c < k; c++) x[i * k + c] -= factor * x[j * k + c];
  };
  const divide = (i: number): void => {
    for (let c = 0; c < k; c++) x[i * k + c] /= factors[i * n + i];
  };
  if (!adjoint) {
    for (let i = 0; i < n; i++) {
      for (let c = 0; c < k; c++) x[i * k + c] = b[permutation[i] * k + c];
    }
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) subtract(i, j, factors[i * n + j]);
    for (let i = n - 1; i >= 0; i--) {
      for (let j = i + 1; j < n; j++) subtract(i, j, factors[i * n + j]);
      divide(i);
    }
    return x;
  }
  x.set(b);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) subtract(i, j, factors[j * n + i]);
    divide(i);
  }
  for (let i = n - 1; i >= 0; i--)
    for (let j = i + 1; j < n; j++) subtract(i, j, factors[j * n + i]);
  const result = new Float64Array(n * k);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < k; c++) result[permutation[i] * k + c] = x[i * k + c];
  }
  return result;
}

/** The inverse of an n by n matrix, or null of a singular one. */
export function inverse(a: Float64Array, n: number): Float64Array | null {
  const factors = a.slice();
  const pivoting = factorise(factors, n, n);
  if (!isInvertible(factors, n)) return null;
  return solveFactored(factors, pivoting, identityMatrix(n), { n, k: n });
}

function singular(op: string, place: string): Error {
  const hint = 'pinv takes singular matrices, too';
  return misuse(ArgumentError, op, 'matrix', 'be invertible', `a singular one${place}`, hint);
}

export const solveKernel: Kernel<{ readonly adjoint: boolean }> = ([a, b], [x], { adjoint }) => {
  const [n, k] = b.shape.slice(-2);
  for (let at = 0; at < matrixCount(a.shape); at++) {
    const factors = readMatrix(a.values, at, n * n);
    const pivoting = factorise(factors, n, n);
    if (!isInvertible(factors, n)) throw singular('solve', placeOf(a.shape, at));
    const rhs = readMatrix(b.values, at, n * k);
    x.values.set(solveFactored(factors, pivoting, rhs, { n, k, adjoint }), at * n * k);
  }
};

export const inverseKernel: Kernel<unknown> = ([a], [y]) => {
  const n = a.shape[a.shape.length - 1];
  for (let at = 0; at < matrixCount(a.shape); at++) {
    const found = inverse(readMatrix(a.values, at, n * n), n);
    if (found === null) throw singular('inv', placeOf(a.shape, at));
    y.values.set(found, at * n * n);
  }
};

export const pivotsKernel: Kernel<unknown> = ([a], [permutations]) => {
  const [m, n] = a.shape.slice(-2);
  for (let at = 0; at < matrixCount(a.shape); at++) {
    const { permutation } = factorise(readMatrix(a.values, at, m * n), m, n);
    permutations.values.set(permutation, at * m);
  }
};

/** Factors of matrices whose rows are in the order of the pivots already. */
export const luKernel: Kernel<unknown> = ([a], [y]) => {
  const n = a.shape[a.shape.length - 1];
  for (let at = 0; at < matrixCount(a.shape); at++) {
    const factors = readMatrix(a.values, at, n * n);
    factorise(factors, n, n, false);
    y.values.set(factors, at * n * n);
  }
};

/** Sign and logarithm of the magnitude of each determinant: 0 and -Infinity of a singular matrix. */
export const slogdetKernel: Kernel<unknown> = ([a], [signs, logarithms]) => {
  const n = a.shape[a.shape.length - 1];
  for (let at = 0; at < matrixCount(a.shape); at++) {
    const factors = readMatrix(a.values, at, n * n);
    let { sign } = factorise(factors, n, n);
    let logarithm = 0;
    for (let i = 0; i < n; i++) {
      sign *= Math.sign(factors[i * n + i]);
      logarithm += Math.log(Math.abs(factors[i * n + i]));
    }
    signs.values[at] = sign + 0; // not -0
    logarithms.values[at] = logarithm;
  }
};

export function determinant(a: Float64Array, n: number): number {
  const factors = a.slice();
  let result = factorise(factors, n, n).sign;
  for (let i = 0; i < n; i++) result *= factors[i * n + i];
  return result;
}

export const determinantKernel: Kernel<unknown> = ([a], [y]) => {
  const n = a.shape[a.shape.length - 1];
  for (let at = 0; at < matrixCount(a.shape); at++) {
    y.values[at] = determinant(readMatrix(a.values, at, n * n), n);
  }
};
