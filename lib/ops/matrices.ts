import { promoteDTypes } from '../base/dtype.ts';
import { ArgumentError, misuse } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import { requireMatrix, requireSquare } from '../base/matrix.ts';
import { broadcastShapes, only } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands, asTensor } from '../core/convert.ts';
import type { Op } from '../core/op.ts';
import { defineOp, readsNothing } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import type { BandParams } from '../kernels/linalg/triangular.ts';
import { bandPartKernel } from '../kernels/linalg/triangular.ts';
import { div } from './arithmetic.ts';
import { add, toFloat } from './elementwise.ts';
import { broadcastTo, cast, linearMap, transpose } from './structural.ts';

/* What the families of linear algebra share: matrices lie in the last two axes. */

/** A float tensor of matrices. */
export function asMatrix(op: string, argument: string, value: TensorLike): Tensor {
  const input = asTensor(value, argument, op);
  requireMatrix(op, argument, input.shape);
  return cast(input, toFloat(input.dtype));
}

/** A float tensor of square matrices. */
export function asSquare(op: string, argument: string, value: TensorLike): Tensor {
  const input = asMatrix(op, argument, value);
  requireSquare(op, argument, input.shape);
  return input;
}

/** Two float tensors of matrices of one dtype, with the same leading axes. */
export function asMatrixPair(
  op: string,
  names: readonly [string, string],
  values: readonly [TensorLike, TensorLike],
): readonly [Tensor, Tensor] {
  const tensors = asOperands(values, names, op);
  tensors.forEach((x, i) => {
    requireMatrix(op, names[i], x.shape);
  });
  const dtype = toFloat(promoteDTypes(tensors[0].dtype, tensors[1].dtype));
  const [a, b] = tensors.map((x) => cast(x, dtype));
  const batch = broadcastShapes(op, a.shape.slice(0, -2), b.shape.slice(0, -2));
  return [
    broadcastTo(a, [...batch, ...a.shape.slice(-2)]),
    broadcastTo(b, [...batch, ...b.shape.slice(-2)]),
  ];
}

/** The sum of what is there; null if nothing is. */
export function sumOfShares(shares: readonly (Tensor | null)[]): Tensor | null {
  return shares.reduce(
    (sum, one) => (sum === null ? one : one === null ? sum : add(sum, one)),
    null,
  );
}

/** The symmetric part of square matrices. */
export function symmetricPart(x: Tensor): Tensor {
  return div(add(x, matrixTranspose(x)), 2);
}

export const bandPartOp: Op<BandParams> = defineOp<BandParams>({
  name: 'bandPart',
  infer: ([x]) => only(x),
  kernel: bandPartKernel,
  derivative: linearMap(
    (t, _, params) => apply(bandPartOp, [t], params)[0],
    (g, _, params) => apply(bandPartOp, [g], params)[0],
  ),
  batch: ([x], _, params) => apply(bandPartOp, [x], params),
  traits: { linear: true, complex: true },
  reads: readsNothing,
});

/**
 * Matrices with zeros outside a band of diagonals.
 *
 * @param a - shape (..., m, n)
 * @param numLower - how many diagonals below the main one stay; all of them if negative; a number or
 *   a scalar, as is `numUpper`
 * @param numUpper - how many diagonals above the main one stay; all of them if negative
 * @throws ShapeError when `a` has fewer than 2 axes
 * @throws ArgumentError when a number of diagonals is no integer, or more than the matrix has
 * @example linalg.bandPart([[1, 2], [3, 4]], -1, 0) // [[1, 0], [3, 4]]
 */
export function bandPart(
  a: TensorLike,
  numLower: number | Tensor,
  numUpper: number | Tensor,
): Tensor {
  const input = asTensor(a, 'a', 'bandPart');
  requireMatrix('bandPart', 'a', input.shape);
  const [m, n] = input.shape.slice(-2);
  const params = {
    numLower: requireDiagonals('numLower', numLower, m),
    numUpper: requireDiagonals('numUpper', numUpper, n),
  };
  return apply(bandPartOp, [input], params)[0];
}

function requireDiagonals(argument: string, given: number | Tensor, most: number): number {
  const value = isTensor(given) ? given.item() : given;
  if (!Number.isInteger(value) || value > most) {
    const condition = `be an integer of at most ${String(most)}, the size of the matrix`;
    throw misuse(ArgumentError, 'bandPart', argument, condition, formatValue(value));
  }
  return value;
}

/**
 * Matrices with rows and columns exchanged; leading axes stay.
 *
 * @param a - shape (..., m, n)
 * @returns shape (..., n, m)
 * @throws ShapeError when `a` has fewer than 2 axes
 * @example linalg.matrixTranspose([[1, 2, 3]]) // [[1], [2], [3]]
 */
export function matrixTranspose(a: TensorLike): Tensor {
  const input = asTensor(a, 'a', 'matrixTranspose');
  requireMatrix('matrixTranspose', 'a', input.shape);
  const { rank } = input;
  const lead = Array.from({ length: rank - 2 }, (_, i) => i);
  return transpose(input, [...lead, rank - 1, rank - 2]);
}
