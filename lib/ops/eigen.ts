import { factorFlops } from '../base/flops.ts';
import type { DType } from '../base/dtype.ts';
import { requireFiniteElements } from '../base/matrix.ts';
import { specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import type { Op } from '../core/op.ts';
import { defineOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { eighKernel } from '../kernels/linalg/eigen.ts';
import { abs, div, mul, sub } from './arithmetic.ts';
import { lessEqual } from './compare.ts';
import { diagonal, embedDiagonal } from './diagonal.ts';
import { asSquare, sumOfShares, symmetricPart } from './matrices.ts';
import { matMul } from './matmul.ts';
import { max } from './reduce.ts';
import { where } from './select.ts';
import { expandDims } from './structural.ts';

/**
 * The tolerance, relative to the largest, within which `n` eigenvalues or singular values count as
 * equal: what rounding in their dtype leaves of an exact tie.
 */
export function tieTolerance(dtype: DType, n: number): number {
  return 8 * n * (dtype === 'float64' ? 2 ** -52 : 2 ** -23);
}

/** For each pair of values `w[j] - w[i]`, and whether they count as equal. */
export function gapsOf(w: Tensor): readonly [gaps: Tensor, areEqual: Tensor] {
  const gaps = sub(expandDims(w, -2), expandDims(w, -1));
  const largest = expandDims(max(abs(w), -1, true), -1);
  const tolerance = tieTolerance(w.dtype, w.shape[w.rank - 1]);
  return [gaps, lessEqual(abs(gaps), mul(largest, tolerance))];
}

/** `x` over `divisor`, and 0 where `isZero`. */
export function quotientUnless(isZero: Tensor, x: Tensor, divisor: Tensor): Tensor {
  return div(where(isZero, 0, x), where(isZero, 1, divisor));
}

export const eighOp: Op = defineOp({
  name: 'eigh',
  flops: factorFlops(9),
  infer: ([a]) => [specOf(a.shape.slice(0, -1), a.dtype), a],
  check: ([a]) => {
    requireFiniteElements('eigh', 'a', a.values);
  },
  kernel: eighKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ outputs: [w, v] }, [t]) => {
      if (t === null) return [null, null];
      const inner = matMul(matMul(v, symmetricPart(t), true), v);
      const [gaps, areEqual] = gapsOf(w);
      return [diagonal(inner, 0, -2, -1), matMul(v, quotientUnless(areEqual, inner, gaps))];
    },
    vjp: ({ outputs: [w, v] }, [gw, gv]) => {
      const [gaps, areEqual] = gapsOf(w);
      const inner = sumOfShares([
        gw && embedDiagonal(gw),
        gv && quotientUnless(areEqual, matMul(v, gv, true), gaps),
      ]);
      return [inner && symmetricPart(matMul(matMul(v, inner), v, false, true))];
    },
  },
  batch: ([a]) => apply(eighOp, [a], undefined),
  reads: { inputs: [], outputs: [0, 1] },
  kinks: 'eigenvectors of equal eigenvalues do not turn into one another',
});

export interface EigenDecomposition {
  /** Shape (..., n), ascending. */
  readonly eigenvalues: Tensor;
  /** Shape (..., n, n): column `i` belongs to eigenvalue `i`, and has length 1. */
  readonly eigenvectors: Tensor;
}

/**
 * Eigenvalues and eigenvectors of symmetric matrices.
 *
 * Of a matrix that is not symmetric the symmetric part is taken, so that gradients are symmetric. The
 * first of the largest elements of each eigenvector is positive.
 *
 * In derivatives of eigenvectors the factor `1 / (w[j] - w[i])` is taken as 0 for eigenvalues that
 * differ by at most 8 n ε times the largest magnitude, ε being the machine epsilon of the dtype. So
 * first derivatives of what depends on the span of such eigenvectors alone are right; those of single
 * ones do not exist, and second derivatives leave out how they turn into one another.
 *
 * @param a - shape (..., n, n)
 * @throws ShapeError when `a` is not square
 * @throws ArgumentError when an element is not finite
 * @example linalg.eigh([[2, 1], [1, 2]]).eigenvalues // [1, 3]
 * @see Giles 2008, An extended collection of matrix derivative results, section 3.1
 */
export function eigh(a: TensorLike): EigenDecomposition {
  const [eigenvalues, eigenvectors] = apply(eighOp, [asSquare('eigh', 'a', a)], undefined);
  return { eigenvalues, eigenvectors };
}

/**
 * Eigenvalues of symmetric matrices, ascending, as `eigh` gives them.
 *
 * @param a - shape (..., n, n)
 * @throws ShapeError when `a` is not square
 * @throws ArgumentError when an element is not finite
 * @example linalg.eigvalsh([[2, 1], [1, 2]]) // [1, 3]
 */
export function eigvalsh(a: TensorLike): Tensor {
  return apply(eighOp, [asSquare('eigvalsh', 'a', a)], undefined)[0];
}
