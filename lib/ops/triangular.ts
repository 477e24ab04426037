import { factorFlops, solveFlops } from '../base/flops.ts';
import { requireRightHandSide, requireSquare } from '../base/matrix.ts';
import { readOptions, requireBoolean } from '../base/options.ts';
import { only } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import type { Op } from '../core/op.ts';
import { defineOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import type { TriangularParams } from '../kernels/linalg/triangular.ts';
import { choleskyKernel, triangularSolveKernel } from '../kernels/linalg/triangular.ts';
import { div, neg, sub } from './arithmetic.ts';
import { inEachExample } from './batchRules.ts';
import { matMul } from './matmul.ts';
import {
  asMatrixPair,
  asSquare,
  bandPart,
  matrixTranspose,
  sumOfShares,
  symmetricPart,
} from './matrices.ts';

// With T X = B: T dX = dB - dT X. The transpose of the solve solves with the transpose.
export const triangularSolveOp: Op<TriangularParams> = defineOp<TriangularParams>({
  name: 'triangularSolve',
  flops: solveFlops(0, 1),
  infer: ([, rhs]) => only(rhs),
  kernel: triangularSolveKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ inputs: [a], outputs: [x], params }, [ta, tb]) => {
      const moved = ta && neg(matMul(triangle(ta, params), x, params.adjoint));
      const rhs = sumOfShares([tb, moved]);
      return [rhs && apply(triangularSolveOp, [a, rhs], params)[0]];
    },
    vjp: ({ inputs: [a], outputs: [x], params }, [g], needed) => {
      if (g === null) return [null, null];
      const share = apply(triangularSolveOp, [a, g], { ...params, adjoint: !params.adjoint })[0];
      if (!needed[0]) return [null, share];
      const outer = params.adjoint ? matMul(x, share, false, true) : matMul(share, x, false, true);
      return [neg(triangle(outer, params)), share];
    },
  },
  batch: (inputs, batched, params, size) =>
    apply(triangularSolveOp, inEachExample(inputs, batched, size), params),
  undoes: { factor: 0, multiply: (a, x, params) => matMul(triangle(a, params), x, params.adjoint) },
  reads: { inputs: [0], outputs: [0] },
  kinks: 'an error for a zero on the diagonal',
});

/** The elements that the solve reads. */
function triangle(x: Tensor, { lower, unitDiagonal }: TriangularParams): Tensor {
  const whole = lower ? bandPart(x, -1, 0) : bandPart(x, 0, -1);
  return unitDiagonal ? sub(whole, bandPart(x, 0, 0)) : whole;
}

export interface TriangularSolveOptions {
  /** Whether the lower triangle counts, else the upper one; true if absent. */
  readonly lower?: boolean;
  /** Whether to solve with the transpose; false if absent. */
  readonly adjoint?: boolean;
}

/**
 * The solution X of `matrix X = rhs` for triangular matrices; leading axes broadcast.
 *
 * @param matrix - shape (..., n, n); the other triangle is not read
 * @param rhs - shape (..., n, k)
 * @throws ShapeError when the shapes do not fit
 * @throws ArgumentError when a diagonal element is 0, or for an unknown option
 * @example linalg.triangularSolve([[2, 0], [1, 4]], [[2], [9]]) // [[1], [2]]
 * @see Giles 2008, An extended collection of matrix derivative results, section 2.3.1
 */
export function triangularSolve(
  matrix: TensorLike,
  rhs: TensorLike,
  options?: TriangularSolveOptions,
): Tensor {
  const op = 'triangularSolve';
  const { lower = true, adjoint = false } = readOptions(op, options, {
    lower: true,
    adjoint: true,
  });
  requireBoolean(op, 'lower', lower);
  requireBoolean(op, 'adjoint', adjoint);
  const [a, b] = asMatrixPair(op, ['matrix', 'rhs'], [matrix, rhs]);
  requireSquare(op, 'matrix', a.shape);
  requireRightHandSide(op, a.shape, b.shape);
  return apply(triangularSolveOp, [a, b], { lower, adjoint, unitDiagonal: false })[0];
}

/** `L⁻¹ x` or `L⁻ᵀ x`. */
function solveLower(l: Tensor, x: Tensor, adjoint: boolean): Tensor {
  return apply(triangularSolveOp, [l, x], { lower: true, adjoint, unitDiagonal: false })[0];
}

/** The lower triangle with half of the diagonal: its own adjoint. */
function lowerHalf(x: Tensor): Tensor {
  return sub(bandPart(x, -1, 0), div(bandPart(x, 0, 0), 2));
}

export const choleskyOp: Op = defineOp({
  name: 'cholesky',
  flops: factorFlops(1 / 3),
  infer: ([a]) => only(a),
  kernel: choleskyKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ outputs: [l] }, [t]) => {
      if (t === null) return [null];
      const left = solveLower(l, symmetricPart(t), false);
      const both = solveLower(l, matrixTranspose(left), false);
      return [matMul(l, lowerHalf(both))];
    },
    vjp: ({ outputs: [l] }, [g]) => {
      if (g === null) return [null];
      const inner = lowerHalf(matMul(l, g, true));
      const left = solveLower(l, inner, true);
      const both = solveLower(l, matrixTranspose(left), true);
      return [symmetricPart(both)];
    },
  },
  batch: ([a]) => apply(choleskyOp, [a], undefined),
  reads: { inputs: [], outputs: [0] },
});

/**
 * The lower triangular L with positive diagonal and `L Lᵀ = a`, for positive definite matrices.
 *
 * Of a matrix that is not symmetric the symmetric part is taken, so that gradients are symmetric.
 *
 * @param a - shape (..., n, n)
 * @throws ShapeError when `a` is not square
 * @throws ArgumentError when a matrix is not positive definite
 * @example linalg.cholesky([[4, 2], [2, 5]]) // [[2, 0], [1, 2]]
 * @see Murray 2016, Differentiation of the Cholesky decomposition, (8) and (10)
 */
export function cholesky(a: TensorLike): Tensor {
  return apply(choleskyOp, [asSquare('cholesky', 'a', a)], undefined)[0];
}

/**
 * The solution X of `A X = rhs` from the Cholesky factor of A; leading axes broadcast.
 *
 * @param chol - shape (..., n, n), as `cholesky` gives it
 * @param rhs - shape (..., n, k)
 * @throws ShapeError when the shapes do not fit
 * @throws ArgumentError when a diagonal element of `chol` is 0
 * @example linalg.choleskySolve([[2, 0], [1, 2]], [[8], [8]]) // [[1.5], [1]]
 */
export function choleskySolve(chol: TensorLike, rhs: TensorLike): Tensor {
  const [l, b] = asMatrixPair('choleskySolve', ['chol', 'rhs'], [chol, rhs]);
  requireSquare('choleskySolve', 'chol', l.shape);
  requireRightHandSide('choleskySolve', l.shape, b.shape);
  return solveLower(l, solveLower(l, b, false), true);
}
