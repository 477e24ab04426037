import { factorFlops } from '../base/flops.ts';
import { requireBoolean } from '../base/options.ts';
import type { Spec } from '../base/shape.ts';
import { specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import type { Op } from '../core/op.ts';
import { defineOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { qrKernel } from '../kernels/linalg/qr.ts';
import { div, mul, neg, sqrt, square, sub } from './arithmetic.ts';
import { greater } from './compare.ts';
import { embedDiagonal } from './diagonal.ts';
import { add } from './elementwise.ts';
import { concat } from './joining.ts';
import { asMatrix, bandPart, matrixTranspose, sumOfShares } from './matrices.ts';
import { matMul } from './matmul.ts';
import { where } from './select.ts';
import { pad, slice } from './slicing.ts';
import { onesLike, sum } from './structural.ts';
import { triangularSolveOp } from './triangular.ts';

function qrSpecs({ shape, dtype }: Spec, columns: number): readonly Spec[] {
  const lead = shape.slice(0, -2);
  const [m, n] = shape.slice(-2);
  return [specOf([...lead, m, columns], dtype), specOf([...lead, columns, n], dtype)];
}

/** `x R⁻¹` or `x R⁻ᵀ`. */
function divideBy(r: Tensor, x: Tensor, adjoint: boolean): Tensor {
  const params = { lower: false, adjoint: !adjoint, unitDiagonal: false };
  return matrixTranspose(apply(triangularSolveOp, [r, matrixTranspose(x)], params)[0]);
}

// Of matrices with at least as many rows as columns. With C = dA R⁻¹ and B = QᵀC the turning of Q in
// its own span is W = L - Lᵀ, where L is the lower triangle of B: dQ = Q W + C - Q B, dR = (B - W) R.
export const qrOp: Op = defineOp({
  name: 'qr',
  flops: factorFlops(4),
  infer: ([a]) => qrSpecs(a, a.shape[a.shape.length - 1]),
  kernel: qrKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ outputs: [q, r] }, [t]) => {
      if (t === null) return [null, null];
      const c = divideBy(r, t, false);
      const b = matMul(q, c, true);
      const below = bandPart(b, -1, 0);
      const turning = sub(below, matrixTranspose(below));
      return [add(c, matMul(q, sub(turning, b))), matMul(sub(b, turning), r)];
    },
    vjp: ({ outputs: [q, r] }, [gq, gr]) => {
      const own = gr && matMul(gr, r, false, true);
      const inner = sumOfShares([own, gq && neg(matMul(q, gq, true))]);
      if (inner === null) return [null];
      const share = sub(inner, bandPart(sub(inner, matrixTranspose(inner)), -1, 0));
      const whole = sumOfShares([gq, matMul(q, share)]);
      return [whole && divideBy(r, whole, true)];
    },
  },
  batch: ([a]) => apply(qrOp, [a], undefined),
  reads: { inputs: [], outputs: [0, 1] },
  kinks: 'an error for columns that depend on one another',
});

// The columns of Q beyond those of the matrix are not determined by it: their derivative is that of
// the reflections themselves.
export const fullQrOp: Op = defineOp({
  name: 'fullQr',
  flops: factorFlops(4),
  infer: ([a]) => qrSpecs(a, a.shape[a.shape.length - 2]),
  kernel: qrKernel,
  derivative: { kind: 'expansion', expand: ([a]) => reflections(a) },
  batch: ([a]) => apply(fullQrOp, [a], undefined),
  reads: { inputs: [0], outputs: [] },
  kinks: 'NaN for columns that depend on one another',
});

/** Householder's reflections of the columns of a matrix with more rows than columns. */
function reflections(a: Tensor): readonly Tensor[] {
  const lead = a.shape.slice(0, -2);
  const [m, n] = a.shape.slice(-2);
  const noPads = lead.map(() => [0, 0]);
  const column = (x: Tensor, i: number, j: number, height: number): Tensor =>
    slice(x, [...lead.map(() => 0), i, j], [...lead, height, 1]);
  let q = embedDiagonal(onesLike(sum(a, -1)));
  let r = a;
  for (let k = 0; k < n; k++) {
    const head = column(r, k, k, 1);
    const tail = column(r, k + 1, k, m - k - 1);
    const length = sqrt(add(square(head), sum(square(tail), -2, true)));
    const moved = sub(head, where(greater(head, 0), neg(length), length));
    const v = pad(concat([moved, tail], -2), [...noPads, [k, 0], [0, 0]]);
    const factor = div(2, sum(square(v), -2, true));
    r = sub(r, mul(factor, matMul(v, matMul(v, r, true))));
    q = sub(q, mul(factor, matMul(matMul(q, v), v, false, true)));
  }
  return [q, bandPart(r, 0, -1)];
}

/**
 * An orthogonal and an upper triangular factor, by Householder's reflections.
 *
 * Signs are those of TensorFlow.js: each column is reflected away from its diagonal element, so a
 * diagonal element of R is negative where that was positive.
 *
 * @param x - shape (..., m, n)
 * @param fullMatrices - for m > n: give Q all m columns, and R as many rows
 * @returns Q of shape (..., m, k) and R of shape (..., k, n), with k the lesser of m and n, or m
 * @throws ShapeError when `x` has fewer than 2 axes
 * @throws ArgumentError when `fullMatrices` is no boolean
 * @example linalg.qr([[3, 5], [4, 10]])[1] // [[-5, -11], [0, -2]]
 * @see Walter & Lehmann 2013, Algorithmic differentiation of linear algebra functions, for the
 *   derivative
 */
export function qr(x: TensorLike, fullMatrices = false): readonly [Tensor, Tensor] {
  requireBoolean('qr', 'fullMatrices', fullMatrices);
  const input = asMatrix('qr', 'x', x);
  const lead = input.shape.slice(0, -2);
  const [m, n] = input.shape.slice(-2);
  if (m >= n) {
    const [q, r] = apply(fullMatrices && m > n ? fullQrOp : qrOp, [input], undefined);
    return [q, r];
  }
  // The first columns alone determine Q.
  const begin = lead.map(() => 0);
  const [q, r] = apply(qrOp, [slice(input, [...begin, 0, 0], [...lead, m, m])], undefined);
  const rest = slice(input, [...begin, 0, m], [...lead, m, n - m]);
  return [q, concat([r, matMul(q, rest, true)], -1)];
}
