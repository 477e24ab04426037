import { factorFlops } from '../base/flops.ts';
import { requireFiniteElements } from '../base/matrix.ts';
import { readOptions, requireBoolean, requireFinite } from '../base/options.ts';
import { specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import type { Op, Point } from '../core/op.ts';
import { defineOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { pinvKernel, svdKernel } from '../kernels/linalg/svd.ts';
import { mul, neg, sub } from './arithmetic.ts';
import { lessEqual } from './compare.ts';
import { diagonal, embedDiagonal } from './diagonal.ts';
import { gapsOf, quotientUnless, tieTolerance } from './eigen.ts';
import { add } from './elementwise.ts';
import { concat } from './joining.ts';
import { asMatrix, matrixTranspose, sumOfShares } from './matrices.ts';
import { matMul } from './matmul.ts';
import { fullQrOp } from './qr.ts';
import { max } from './reduce.ts';
import { slice } from './slicing.ts';
import { expandDims } from './structural.ts';

/** `diag(s) x` */
function scaleRows(s: Tensor, x: Tensor): Tensor {
  return mul(expandDims(s, -1), x);
}

/** `x diag(s)` */
function scaleColumns(x: Tensor, s: Tensor): Tensor {
  return mul(x, expandDims(s, -2));
}

/** `F ∘ x` with `F[i,j] = 1 / (s[j]² - s[i]²)`, and 0 for equal values, such as two that count as 0. */
function overGaps(s: Tensor, x: Tensor): Tensor {
  const [gaps, areEqual] = gapsOf(s);
  const sums = add(expandDims(s, -2), expandDims(s, -1));
  return quotientUnless(areEqual, x, mul(gaps, sums));
}

/** The greatest singular value that counts as 0. */
function leastOf(s: Tensor): Tensor {
  return mul(max(s, -1, true), tieTolerance(s.dtype, s.shape[s.rank - 1]));
}

/** `x diag(s)⁻¹`, and 0 for values of 0. */
function divideColumns(x: Tensor, s: Tensor): Tensor {
  const isZero = lessEqual(s, leastOf(s));
  return quotientUnless(expandDims(isZero, -2), x, expandDims(s, -2));
}

/** What lies outside of the span of orthonormal columns; nothing if they are a whole basis. */
function outside(basis: Tensor, x: Tensor): Tensor | null {
  const [m, k] = basis.shape.slice(-2);
  return m === k ? null : sub(x, matMul(basis, matMul(basis, x, true)));
}

export const svdOp: Op = defineOp({
  name: 'svd',
  flops: factorFlops(22),
  infer: ([{ shape, dtype }]) => {
    const lead = shape.slice(0, -2);
    const [m, n] = shape.slice(-2);
    const k = Math.min(m, n);
    return [[k], [m, k], [n, k]].map((sizes) => specOf([...lead, ...sizes], dtype));
  },
  check: ([a]) => {
    requireFiniteElements('svd', 'a', a.values);
  },
  kernel: svdKernel,
  derivative: { kind: 'rules', jvp: forwardSvd, vjp: reverseSvd },
  batch: ([a]) => apply(svdOp, [a], undefined),
  reads: { inputs: [], outputs: [0, 1, 2] },
  kinks: 'vectors of equal singular values do not turn into one another; those of 0 stay',
});

function forwardSvd(
  { outputs: [s, u, v] }: Point<unknown>,
  [t]: readonly (Tensor | null)[],
): readonly (Tensor | null)[] {
  if (t === null) return [null, null, null];
  const right = matMul(t, v);
  const inner = matMul(u, right, true);
  const left = matMul(t, u, true);
  const innerT = matrixTranspose(inner);
  const turnU = overGaps(s, add(scaleColumns(inner, s), scaleRows(s, innerT)));
  const turnV = overGaps(s, add(scaleRows(s, inner), scaleColumns(innerT, s)));
  const beyondU = outside(u, right);
  const beyondV = outside(v, left);
  return [
    diagonal(inner, 0, -2, -1),
    sumOfShares([matMul(u, turnU), beyondU && divideColumns(beyondU, s)]),
    sumOfShares([matMul(v, turnV), beyondV && divideColumns(beyondV, s)]),
  ];
}

function reverseSvd(
  { outputs: [s, u, v] }: Point<unknown>,
  [gs, gu, gv]: readonly (Tensor | null)[],
): readonly (Tensor | null)[] {
  const symmetric = (x: Tensor): Tensor => add(x, matrixTranspose(x));
  const turnU = gu && symmetric(overGaps(s, matMul(u, gu, true)));
  const turnV = gv && symmetric(overGaps(s, matMul(v, gv, true)));
  const inner = sumOfShares([
    gs && embedDiagonal(gs),
    turnU && scaleColumns(turnU, s),
    turnV && scaleRows(s, turnV),
  ]);
  const beyondU = gu && outside(u, divideColumns(gu, s));
  const beyondV = gv && outside(v, divideColumns(gv, s));
  const left = sumOfShares([inner && matMul(u, inner), beyondU]);
  return [
    sumOfShares([left && matMul(left, v, false, true), beyondV && matMul(u, beyondV, false, true)]),
  ];
}

export interface SvdOptions {
  /** Whether to complete the vectors to whole bases; false if absent. */
  readonly fullMatrices?: boolean;
  /** Whether to give the vectors; true if absent. */
  readonly computeUv?: boolean;
}

/** `a = u diag(s) vᵀ`. */
export interface SingularValueDecomposition {
  /** Shape (..., k) with k the lesser of m and n; descending. */
  readonly s: Tensor;
  /** Shape (..., m, k), or (..., m, m) with `fullMatrices`; orthonormal columns. */
  readonly u: Tensor;
  /** Shape (..., n, k), or (..., n, n) with `fullMatrices`; orthonormal columns. */
  readonly v: Tensor;
}

/**
 * Singular values and vectors: `a = u diag(s) vᵀ`.
 *
 * The first of the largest elements of each column of `v` is positive.
 *
 * In derivatives of vectors the factor `1 / (s[j]² - s[i]²)` is taken as 0 for values that differ by
 * at most 8 k ε times the largest, ε being the machine epsilon of the dtype, and `1 / s[i]` as 0 for
 * values as small as that. So first derivatives of what depends on the span of the vectors of equal
 * values alone are right, and those of single ones do not exist.
 *
 * @param a - shape (..., m, n)
 * @returns the values alone with `computeUv: false`
 * @throws ShapeError when `a` has fewer than 2 axes
 * @throws ArgumentError when an element is not finite, or for an unknown option
 * @example linalg.svd([[3, 0], [0, -2]]).s // [3, 2]
 * @example linalg.svd([[3, 0], [0, -2]], { computeUv: false }) // [3, 2]
 * @see Townsend 2016, Differentiating the singular value decomposition; Giles 2008, section 3.2
 */
export function svd(a: TensorLike, options: SvdOptions & { readonly computeUv: false }): Tensor;
export function svd(a: TensorLike, options?: SvdOptions): SingularValueDecomposition;
export function svd(a: TensorLike, options?: SvdOptions): Tensor | SingularValueDecomposition {
  const given = readOptions('svd', options, { fullMatrices: true, computeUv: true });
  const { fullMatrices = false, computeUv = true } = given;
  requireBoolean('svd', 'fullMatrices', fullMatrices);
  requireBoolean('svd', 'computeUv', computeUv);
  const [s, u, v] = apply(svdOp, [asMatrix('svd', 'a', a)], undefined);
  if (!computeUv) return s;
  return fullMatrices ? { s, u: completed(u), v: completed(v) } : { s, u, v };
}

/** Orthonormal columns with more of them, up to a whole basis. */
function completed(basis: Tensor): Tensor {
  const lead = basis.shape.slice(0, -2);
  const [m, k] = basis.shape.slice(-2);
  if (m === k) return basis;
  const [q] = apply(fullQrOp, [basis], undefined);
  const begin = lead.map(() => 0);
  return concat([basis, slice(q, [...begin, 0, k], [...lead, m, m - k])], -1);
}

export const pinvOp: Op<{ readonly rcond: number }> = defineOp<{ readonly rcond: number }>({
  name: 'pinv',
  flops: factorFlops(24),
  infer: ([{ shape, dtype }]) => {
    const [m, n] = shape.slice(-2);
    return [specOf([...shape.slice(0, -2), n, m], dtype)];
  },
  check: ([a]) => {
    requireFiniteElements('pinv', 'a', a.values);
  },
  kernel: pinvKernel,
  // dY = -Y dA Y + Y Yᵀ dAᵀ (1 - A Y) + (1 - Y A) dAᵀ Yᵀ Y, while the rank stays the same.
  derivative: {
    kind: 'rules',
    jvp: ({ inputs: [a], outputs: [y] }, [t]) => {
      if (t === null) return [null];
      const tT = matrixTranspose(t);
      const left = matMul(matMul(y, y, false, true), tT);
      const right = matMul(tT, matMul(y, y, true));
      const around = sub(left, matMul(matMul(left, a), y));
      const beyond = sub(right, matMul(y, matMul(a, right)));
      return [add(neg(matMul(matMul(y, t), y)), add(around, beyond))];
    },
    vjp: ({ inputs: [a], outputs: [y] }, [g]) => {
      if (g === null) return [null];
      const gT = matrixTranspose(g);
      const left = matMul(gT, matMul(y, y, false, true));
      const right = matMul(matMul(y, y, true), gT);
      const around = sub(left, matMul(a, matMul(y, left)));
      const beyond = sub(right, matMul(matMul(right, y), a));
      return [add(neg(matMul(matMul(y, g, true), y, false, true)), add(around, beyond))];
    },
  },
  batch: ([a], _, params) => apply(pinvOp, [a], params),
  reads: { inputs: [0], outputs: [0] },
  kinks: 'the rank counts as constant',
});

/**
 * Moore and Penrose's inverses, of matrices of any shape and rank.
 *
 * @param a - shape (..., m, n)
 * @param rcond - singular values of at most this part of the largest count as 0; if absent, 10 times
 *   the greater of m and n times the machine epsilon of the dtype
 * @returns shape (..., n, m)
 * @throws ShapeError when `a` has fewer than 2 axes
 * @throws ArgumentError when an element is not finite, or `rcond` no number of at least 0
 * @example linalg.pinv([[2, 0], [0, 0]]) // [[0.5, 0], [0, 0]]
 * @see Golub & Pereyra 1973, The differentiation of pseudo-inverses, (4.12)
 */
export function pinv(a: TensorLike, rcond?: number): Tensor {
  const input = asMatrix('pinv', 'a', a);
  const epsilon = input.dtype === 'float64' ? 2 ** -52 : 2 ** -23;
  const least = 10 * Math.max(...input.shape.slice(-2)) * epsilon;
  const params = { rcond: requireFinite('pinv', 'rcond', rcond ?? least, { min: 0 }) };
  return apply(pinvOp, [input], params)[0];
}
