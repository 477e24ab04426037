import { dtypeFacts } from '../../base/dtype.ts';
import { ArgumentError, misuse } from '../../base/errors.ts';
import { matrixCount, placeOf } from '../../base/matrix.ts';
import type { Kernel } from '../kernel.ts';
import { readMatrix } from './matrix.ts';

export interface BandParams {
  /** How many diagonals below the main one stay; all of them if negative. */
  readonly numLower: number;
  /** How many diagonals above the main one stay; all of them if negative. */
  readonly numUpper: number;
}

export const bandPartKernel: Kernel<BandParams> = ([x], [y], { numLower, numUpper }) => {
  const [m, n] = x.shape.slice(-2);
  const { lanes } = dtypeFacts[x.dtype];
  for (let at = 0; at < x.values.length; at++) {
    const element = lanes === 1 ? at : at >> 1;
    const i = Math.floor(element / n) % m;
    const j = element % n;
    const isInside = (numLower < 0 || i - j <= numLower) && (numUpper < 0 || j - i <= numUpper);
    y.values[at] = isInside ? x.values[at] : 0;
  }
};

export interface TriangularParams {
  /** Which triangle of the matrix counts; the other one is not read. */
  readonly lower: boolean;
  /** Whether to solve with the transpose. */
  readonly adjoint: boolean;
  /** Whether the diagonal counts as ones, whatever it holds. */
  readonly unitDiagonal: boolean;
}

export const triangularSolveKernel: Kernel<TriangularParams> = ([a, b], [x], params) => {
  const [n, k] = b.shape.slice(-2);
  for (let at = 0; at < matrixCount(a.shape); at++) {
    const matrix = a.values.subarray(at * n * n, (at + 1) * n * n);
    if (!params.unitDiagonal) {
      for (let i = 0; i < n; i++) {
        if (matrix[i * n + i] !== 0) continue;
        const got = `0 at [${String(i)},${String(i)}]${placeOf(a.shape, at)}`;
        throw misuse(ArgumentError, 'triangularSolve', 'diagonal', 'have no zeros', got);
      }
    }
    const solution = readMatrix(b.values, at, n * k);
    substitute(matrix, solution, n, k, params);
    x.values.set(solution, at * n * k);
  }
};

// A lower triangle from the first row on, an upper one from the last; transposition swaps them.
function substitute(
  a: ArrayLike<number>,
  x: Float64Array,
  n: number,
  k: number,
  { lower, adjoint, unitDiagonal }: TriangularParams,
): void {
  const isForward = lower !== adjoint;
  for (let step = 0; step < n; step++) {
    const i = isForward ? step : n - 1 - step;
    for (let before = 0; before < step; before++) {
      const j = isForward ? before : n - 1 - before;
      const factor = adjoint ? a[j * n + i] : a[i * n + j];
      for (let c = 0; c < k; c++) x[i * k + c] -= factor * x[j * k + c];
    }
    if (!unitDiagonal) for (let c = 0; c < k; c++) x[i * k + c] /= a[i * n + i];
  }
}

/** The lower factor of the symmetric part of each matrix. */
export const choleskyKernel: Kernel<unknown> = ([a], [y]) => {
  const n = a.shape[a.shape.length - 1];
  for (let at = 0; at < matrixCount(a.shape); at++) {
    const matrix = readMatrix(a.values, at, n * n);
    const factor = new Float64Array(n * n);
    for (let j = 0; j < n; j++) {
      for (let i = j; i < n; i++) {
        let rest = (matrix[i * n + j] + matrix[j * n + i]) / 2;
        for (let p = 0; p < j; p++) rest -= factor[i * n + p] * factor[j * n + p];
        if (i > j) factor[i * n + j] = rest / factor[j * n + j];
        else if (rest > 0) factor[j * n + j] = Math.sqrt(rest);
        else throw notPositive(j, placeOf(a.shape, at));
      }
    }
    y.values.set(factor, at * n * n);
  }
};

function notPositive(j: number, place: string): Error {
  const got = `one whose leading ${String(j + 1)} rows and columns are not${place}`;
  return misuse(ArgumentError, 'cholesky', 'a', 'be positive definite', got);
}

/** Solves tridiagonal systems given as their diagonals: above the main one, the main one, below it. */
export const tridiagonalSolveKernel: Kernel<{ readonly adjoint: boolean }> = (
  [diagonals, b],
  [x],
  { adjoint },
) => {
  const [n, k] = b.shape.slice(-2);
  for (let at = 0; at < matrixCount(b.shape); at++) {
    const rows = readMatrix(diagonals.values, at, 3 * n);
    const above = new Float64Array(n);
    const below = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      above[i] = i + 1 < n ? (adjoint ? rows[2 * n + i + 1] : rows[i]) : 0;
      below[i] = i > 0 ? (adjoint ? rows[i - 1] : rows[2 * n + i]) : 0;
    }
    const solution = readMatrix(b.values, at, n * k);
    const band = { above, main: rows.slice(n, 2 * n), below, second: new Float64Array(n) };
    if (!solveBand(band, solution, n, k)) {
      const got = `a singular one${placeOf(b.shape, at)}`;
      throw misuse(ArgumentError, 'tridiagonalSolve', 'matrix', 'be invertible', got);
    }
    x.values.set(solution, at * n * k);
  }
};

interface Band {
  readonly above: Float64Array;
  readonly main: Float64Array;
  readonly below: Float64Array;
  /** The second diagonal above the main one, which swaps of rows fill. */
  readonly second: Float64Array;
}

/**
 * Elimination with swaps of neighbouring rows, in place.
 *
 * @returns false when the matrix is singular
 */
function solveBand(
  { above, main, below, second }: Band,
  x: Float64Array,
  n: number,
  k: number,
): boolean {
  for (let i = 0; i + 1 < n; i++) {
    if (Math.abs(below[i + 1]) > Math.abs(main[i])) {
      [main[i], below[i + 1]] = [below[i + 1], main[i]];
      [above[i], main[i + 1]] = [main[i + 1], above[i]];
      [second[i], above[i + 1]] = [above[i + 1], second[i]];
      for (let c = 0; c < k; c++) {
        const swapped = x[i * k + c];
        x[i * k + c] = x[(i + 1) * k + c];
        x[(i + 1) * k + c] = swapped;
      }
    }
    if (main[i] === 0) return false;
    const factor = below[i + 1] / main[i];
    main[i + 1] -= factor * above[i];
    above[i + 1] -= factor * second[i];
    for (let c = 0; c < k; c++) x[(i + 1) * k + c] -= factor * x[i * k + c];
  }
  if (n > 0 && main[n - 1] === 0) return false;
  for (let i = n - 1; i >= 0; i--) {
    for (let c = 0; c < k; c++) {
      let rest = x[i * k + c];
      if (i + 1 < n) rest -= above[i] * x[(i + 1) * k + c];
      if (i + 2 < n) rest -= second[i] * x[(i + 2) * k + c];
      x[i * k + c] = rest / main[i];
    }
  }
  return true;
}
