import { factorFlops, solveFlops } from '../base/flops.ts';
import { requireRightHandSide, requireSquare } from '../base/matrix.ts';
import { requireBoolean } from '../base/options.ts';
import { only, specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import type { Op } from '../core/op.ts';
import { defineOp, readsNothing, zeroGradient } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { inverseKernel, luKernel, pivotsKernel, solveKernel } from '../kernels/linalg/lu.ts';
import { neg, sub } from './arithmetic.ts';
import { inEachExample } from './batchRules.ts';
import { diagonal, embedDiagonal } from './diagonal.ts';
import { add } from './elementwise.ts';
import { gather } from './indexing.ts';
import { concat } from './joining.ts';
import { matMul } from './matmul.ts';
import {
  asMatrix,
  asMatrixPair,
  asSquare,
  bandPart,
  matrixTranspose,
  sumOfShares,
} from './matrices.ts';
import { slice } from './slicing.ts';
import { onesLike } from './structural.ts';
import { triangularSolveOp } from './triangular.ts';

export const solveOp: Op<{ readonly adjoint: boolean }> = defineOp<{ readonly adjoint: boolean }>({
  name: 'solve',
  flops: solveFlops(2 / 3, 2),
  infer: ([, rhs]) => only(rhs),
  kernel: solveKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ inputs: [a], outputs: [x], params }, [ta, tb]) => {
      const rhs = sumOfShares([tb, ta && neg(matMul(ta, x, params.adjoint))]);
      return [rhs && apply(solveOp, [a, rhs], params)[0]];
    },
    vjp: ({ inputs: [a], outputs: [x], params: { adjoint } }, [g], needed) => {
      if (g === null) return [null, null];
      const share = apply(solveOp, [a, g], { adjoint: !adjoint })[0];
      if (!needed[0]) return [null, share];
      const outer = adjoint ? matMul(x, share, false, true) : matMul(share, x, false, true);
      return [neg(outer), share];
    },
  },
  batch: (inputs, batched, params, size) =>
    apply(solveOp, inEachExample(inputs, batched, size), params),
  undoes: { factor: 0, multiply: (a, x, { adjoint }) => matMul(a, x, adjoint) },
  reads: { inputs: [0], outputs: [0] },
});

/**
 * The solution X of `matrix X = rhs`, by elimination with pivoting; leading axes broadcast.
 *
 * @param matrix - shape (..., n, n)
 * @param rhs - shape (..., n, k)
 * @param adjoint - solve with the transpose
 * @throws ShapeError when the shapes do not fit
 * @throws ArgumentError when a matrix is singular
 * @example linalg.solve([[2, 1], [1, 3]], [[3], [4]]) // [[1], [1]]
 * @see Giles 2008, An extended collection of matrix derivative results, section 2.3.1
 */
export function solve(matrix: TensorLike, rhs: TensorLike, adjoint = false): Tensor {
  requireBoolean('solve', 'adjoint', adjoint);
  const [a, b] = asMatrixPair('solve', ['matrix', 'rhs'], [matrix, rhs]);
  requireSquare('solve', 'matrix', a.shape);
  requireRightHandSide('solve', a.shape, b.shape);
  return apply(solveOp, [a, b], { adjoint })[0];
}

export const invOp: Op = defineOp({
  name: 'inv',
  flops: factorFlops(2),
  infer: ([a]) => only(a),
  kernel: inverseKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ outputs: [y] }, [t]) => [t && neg(matMul(matMul(y, t), y))],
    vjp: ({ outputs: [y] }, [g]) => [g && neg(matMul(matMul(y, g, true), y, false, true))],
  },
  batch: ([a]) => apply(invOp, [a], undefined),
  reads: { inputs: [], outputs: [0] },
});

/**
 * Inverses of square matrices. To multiply by one, `solve` is quicker and more exact.
 *
 * @param matrix - shape (..., n, n)
 * @param adjoint - give the transposes of the inverses
 * @throws ShapeError when `matrix` is not square
 * @throws ArgumentError when a matrix is singular
 * @example linalg.inv([[2, 0], [0, 4]]) // [[0.5, 0], [0, 0.25]]
 * @see Giles 2008, An extended collection of matrix derivative results, section 2.2.3
 */
export function inv(matrix: TensorLike, adjoint = false): Tensor {
  requireBoolean('inv', 'adjoint', adjoint);
  const [y] = apply(invOp, [asSquare('inv', 'matrix', matrix)], undefined);
  return adjoint ? matrixTranspose(y) : y;
}

/** Which row each pivot of an elimination comes from. */
export const pivotsOp: Op = defineOp({
  name: 'pivots',
  flops: factorFlops(2 / 3),
  infer: ([a]) => [specOf(a.shape.slice(0, -1), 'int32')],
  kernel: pivotsKernel,
  derivative: zeroGradient,
  batch: ([a]) => apply(pivotsOp, [a], undefined),
  reads: readsNothing,
});

/** `x U⁻¹` or `x U⁻ᵀ` for the upper triangle U of `factors`. */
function divideByUpper(x: Tensor, factors: Tensor, adjoint: boolean): Tensor {
  const params = { lower: false, unitDiagonal: false, adjoint: !adjoint };
  return matrixTranspose(apply(triangularSolveOp, [factors, matrixTranspose(x)], params)[0]);
}

function divideByLower(x: Tensor, factors: Tensor, adjoint: boolean): Tensor {
  return apply(triangularSolveOp, [factors, x], { lower: true, unitDiagonal: true, adjoint })[0];
}

function strictlyLower(x: Tensor): Tensor {
  return sub(bandPart(x, -1, 0), bandPart(x, 0, 0));
}

function unitLowerOf(factors: Tensor): Tensor {
  return add(strictlyLower(factors), embedDiagonal(onesLike(diagonal(factors, 0, -2, -1))));
}

// Both factors in one matrix, of matrices whose rows are in the order of the pivots already:
// dA = dL U + L dU, so L⁻¹ dA U⁻¹ has L⁻¹ dL below the diagonal and dU U⁻¹ above.
export const luOp: Op = defineOp({
  name: 'lu',
  flops: factorFlops(2 / 3),
  infer: ([a]) => only(a),
  kernel: luKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ outputs: [y] }, [t]) => {
      if (t === null) return [null];
      const inner = divideByUpper(divideByLower(t, y, false), y, false);
      const below = matMul(unitLowerOf(y), strictlyLower(inner));
      return [add(below, matMul(bandPart(inner, 0, -1), bandPart(y, 0, -1)))];
    },
    vjp: ({ outputs: [y] }, [g]) => {
      if (g === null) return [null];
      const below = strictlyLower(matMul(unitLowerOf(y), g, true));
      const above = matMul(g, bandPart(y, 0, -1), false, true);
      const inner = add(below, bandPart(above, 0, -1));
      return [divideByUpper(divideByLower(inner, y, true), y, true)];
    },
  },
  batch: ([a]) => apply(luOp, [a], undefined),
  reads: { inputs: [], outputs: [0] },
  kinks: 'the pivots count as constant; an error for a singular matrix',
});

/** Row `i` of `lower upper` is row `permutation[i]` of the matrix. */
export interface LuDecomposition {
  /** Shape (..., m, k) with k the lesser of m and n; ones on the diagonal. */
  readonly lower: Tensor;
  /** Shape (..., k, n). */
  readonly upper: Tensor;
  /** Shape (..., m), int32. */
  readonly permutation: Tensor;
}

/**
 * Triangular factors of matrices whose rows were put in the order of their pivots: the first of the
 * largest elements of each column.
 *
 * @param a - shape (..., m, n)
 * @throws ShapeError when `a` has fewer than 2 axes
 * @throws ArgumentError when a matrix is not square and its leading part is singular
 * @example linalg.lu([[1, 3], [2, 4]]).upper // [[2, 4], [0, 1]]
 * @example linalg.lu([[1, 3], [2, 4]]).permutation // [1, 0]
 * @see Giles 2008, An extended collection of matrix derivative results, for the manner
 */
export function lu(a: TensorLike): LuDecomposition {
  const input = asMatrix('lu', 'a', a);
  const { rank, shape } = input;
  const [m, n] = shape.slice(-2);
  const k = Math.min(m, n);
  const [permutation] = apply(pivotsOp, [input], undefined);
  const rows = gather(input, permutation, rank - 2, rank - 2);
  const lead = shape.slice(0, -2);
  const begin = (i: number, j: number): readonly number[] => [...lead.map(() => 0), i, j];
  const block = (i: number, j: number, height: number, width: number): Tensor =>
    slice(rows, begin(i, j), [...lead, height, width]);
  const [factors] = apply(luOp, [m === n ? rows : block(0, 0, k, k)], undefined);
  const left = unitLowerOf(factors);
  const right = bandPart(factors, 0, -1);
  const lower =
    m > n ? concat([left, divideByUpper(block(k, 0, m - k, k), factors, false)], rank - 2) : left;
  const upperPart =
    m < n ? concat([right, divideByLower(block(0, k, k, n - k), factors, false)], rank - 1) : right;
  return { lower, upper: upperPart, permutation };
}
