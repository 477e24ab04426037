import { matrixCount } from './matrix.ts';
import type { Spec } from './shape.ts';

/* Operation counts of algorithms on matrices, by their leading terms (Golub and Van Loan, 4th edition). */

/** Rows, columns and the number of the matrices in a stack. */
function sizesOf({ shape }: Spec): readonly [m: number, n: number, count: number] {
  return [shape[shape.length - 2], shape[shape.length - 1], matrixCount(shape)];
}

/** A factorisation of each m x n matrix: `factor` times `m n min(m, n)`. */
export function factorFlops(factor: number): (inputs: readonly Spec[]) => number {
  return ([a]) => {
    const [m, n, count] = sizesOf(a);
    return factor * count * m * n * Math.min(m, n);
  };
}

/** A factorisation as above, then a solution that costs `each` times n for an element of `rhs`. */
export function solveFlops(factor: number, each: number): (inputs: readonly Spec[]) => number {
  return ([a, rhs]) => factorFlops(factor)([a]) + each * a.shape[a.shape.length - 1] * rhs.size;
}

/** A fast Fourier transform of the last axis, or of those of the given sizes. */
export function fourierFlops({ size }: Spec, lengths: readonly number[]): number {
  const stages = lengths.reduce((sum, length) => sum + Math.log2(Math.max(length, 1)), 0);
  return Math.round(5 * size * stages);
}

/** One operation for each element of the input: sums, running sums. */
export function perInput([x]: readonly Spec[]): number {
  return x.size;
}
