import { misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import type { Shape } from '../base/shape.ts';
import { only, sameShape } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import type { Op } from '../core/op.ts';
import { defineOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { tridiagonalSolveKernel } from '../kernels/linalg/triangular.ts';
import { mul, neg } from './arithmetic.ts';
import { inEachExample } from './batchRules.ts';
import { add } from './elementwise.ts';
import { stack } from './joining.ts';
import { asMatrixPair, sumOfShares } from './matrices.ts';
import { pad, slice } from './slicing.ts';
import { expandDims, squeeze, sum } from './structural.ts';

/* Tridiagonal matrices as their diagonals, in rows: above the main one, the main one, below it. */

/** Rows moved up by one (`step` 1) or down (-1), with a row of zeros for the one that is missing. */
function shifted(x: Tensor, step: 1 | -1): Tensor {
  const lead = x.shape.slice(0, -2);
  const [n, k] = x.shape.slice(-2);
  if (n === 0) return x;
  const begin = [...lead.map(() => 0), step === 1 ? 1 : 0, 0];
  const none = lead.map(() => [0, 0]);
  const rest = slice(x, begin, [...lead, n - 1, k]);
  return pad(rest, [...none, step === 1 ? [0, 1] : [1, 0], [0, 0]]);
}

/** One of the diagonals, as a column. */
function diagonalOf(diagonals: Tensor, which: 0 | 1 | 2): Tensor {
  const lead = diagonals.shape.slice(0, -2);
  const n = diagonals.shape[diagonals.rank - 1];
  const row = slice(diagonals, [...lead.map(() => 0), which, 0], [...lead, 1, n]);
  return expandDims(squeeze(row, -2), -1);
}

function product(diagonals: Tensor, x: Tensor, adjoint: boolean): Tensor {
  const [above, main, below] = ([0, 1, 2] as const).map((i) => diagonalOf(diagonals, i));
  const up = adjoint ? shifted(mul(below, x), 1) : mul(above, shifted(x, 1));
  const down = adjoint ? shifted(mul(above, x), -1) : mul(below, shifted(x, -1));
  return add(add(up, mul(main, x)), down);
}

/** The diagonals of `a bᵀ`, without the elements outside of the matrix. */
function outerDiagonals(a: Tensor, b: Tensor): Tensor {
  const rows = [shifted(b, 1), b, shifted(b, -1)].map((x) => sum(mul(a, x), -1));
  return stack(rows, -2);
}

export const tridiagonalSolveOp: Op<{ readonly adjoint: boolean }> = defineOp<{
  readonly adjoint: boolean;
}>({
  name: 'tridiagonalSolve',
  flops: ([, rhs]) => 8 * rhs.size,
  infer: ([, rhs]) => only(rhs),
  kernel: tridiagonalSolveKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ inputs: [a], outputs: [x], params }, [ta, tb]) => {
      const rhs = sumOfShares([tb, ta && neg(product(ta, x, params.adjoint))]);
      return [rhs && apply(tridiagonalSolveOp, [a, rhs], params)[0]];
    },
    vjp: ({ inputs: [a], outputs: [x], params: { adjoint } }, [g], needed) => {
      if (g === null) return [null, null];
      const share = apply(tridiagonalSolveOp, [a, g], { adjoint: !adjoint })[0];
      if (!needed[0]) return [null, share];
      return [neg(adjoint ? outerDiagonals(x, share) : outerDiagonals(share, x)), share];
    },
  },
  batch: (inputs, batched, params, size) =>
    apply(tridiagonalSolveOp, inEachExample(inputs, batched, size), params),
  undoes: { factor: 0, multiply: (a, x, { adjoint }) => product(a, x, adjoint) },
  reads: { inputs: [0], outputs: [0] },
});

/**
 * The solution X of `A X = rhs` for tridiagonal A, by elimination with swaps of neighbouring rows;
 * leading axes broadcast.
 *
 * @param diagonals - shape (..., 3, n): rows for the diagonal above the main one, whose last element
 *   is not read, the main one, and the one below, whose first element is not read
 * @param rhs - shape (..., n, k)
 * @throws ShapeError when the shapes do not fit
 * @throws ArgumentError when a matrix is singular
 * @example linalg.tridiagonalSolve([[1, 0], [2, 2], [0, 1]], [[3], [3]]) // [[1], [1]]
 */
export function tridiagonalSolve(diagonals: TensorLike, rhs: TensorLike): Tensor {
  const op = 'tridiagonalSolve';
  const [a, b] = asMatrixPair(op, ['diagonals', 'rhs'], [diagonals, rhs]);
  requireDiagonals(op, a.shape, b.shape);
  return apply(tridiagonalSolveOp, [a, b], { adjoint: false })[0];
}

/**
 * Products of tridiagonal matrices with others; leading axes broadcast.
 *
 * @param diagonals - shape (..., 3, n), as for `tridiagonalSolve`
 * @param rhs - shape (..., n, k)
 * @throws ShapeError when the shapes do not fit
 * @example linalg.tridiagonalMatMul([[1, 0], [2, 2], [0, 1]], [[1], [1]]) // [[3], [3]]
 */
export function tridiagonalMatMul(diagonals: TensorLike, rhs: TensorLike): Tensor {
  const op = 'tridiagonalMatMul';
  const [a, b] = asMatrixPair(op, ['diagonals', 'rhs'], [diagonals, rhs]);
  requireDiagonals(op, a.shape, b.shape);
  return product(a, b, false);
}

function requireDiagonals(op: string, diagonals: Shape, rhs: Shape): void {
  const n = rhs[rhs.length - 2];
  if (!sameShape(diagonals.slice(-2), [3, n])) {
    const condition = `have the shape [...,3,${String(n)}] that fits rhs ${formatShape(rhs)}`;
    throw misuse(ShapeError, op, 'diagonals', condition, formatShape(diagonals));
  }
}
