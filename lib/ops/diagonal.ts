import { AxisError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { requireInteger } from '../base/options.ts';
import type { Shape } from '../base/shape.ts';
import { requireAxis, requireElements, specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Op } from '../core/op.ts';
import { defineOp, readsNothing } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import type { DiagonalParams, EmbedDiagonalParams } from '../kernels/diagonal.ts';
import { diagonalKernel, embedDiagonalKernel } from '../kernels/diagonal.ts';
import { linearMap } from './structural.ts';

/* Diagonals of matrices along any two axes, and their adjoint. */

/** Params count axes from the front; the diagonal becomes the last axis, the others keep their order. */
export const diagonalOp: Op<DiagonalParams> = defineOp<DiagonalParams>({
  name: 'diagonal',
  infer: ([x], params) => [specOf(diagonalShape(x.shape, params), x.dtype)],
  kernel: diagonalKernel,
  derivative: linearMap(
    (t, _, params) => apply(diagonalOp, [t], params)[0],
    (g, { shape }, params) => {
      const sizes = { rows: shape[params.axis1], columns: shape[params.axis2] };
      return apply(embedDiagonalOp, [g], { ...params, ...sizes })[0];
    },
  ),
  batch: ([x], _, params) => apply(diagonalOp, [x], behindBatch(params)),
  traits: { linear: true, complex: true },
  reads: readsNothing,
});

/** The last axis becomes the diagonal of matrices of `rows` by `columns` along `axis1` and `axis2`. */
export const embedDiagonalOp: Op<EmbedDiagonalParams> = defineOp<EmbedDiagonalParams>({
  name: 'embedDiagonal',
  infer: ([x], params) => [specOf(embeddedShape(x.shape, params), x.dtype)],
  kernel: embedDiagonalKernel,
  derivative: linearMap(
    (t, _, params) => apply(embedDiagonalOp, [t], params)[0],
    (g, _, { axis1, axis2, offset }) => apply(diagonalOp, [g], { axis1, axis2, offset })[0],
  ),
  batch: ([x], _, params) => apply(embedDiagonalOp, [x], behindBatch(params)),
  traits: { linear: true, complex: true },
  reads: readsNothing,
});

function behindBatch<Params extends DiagonalParams>(params: Params): Params {
  return { ...params, axis1: params.axis1 + 1, axis2: params.axis2 + 1 };
}

function diagonalShape(shape: Shape, { axis1, axis2, offset }: DiagonalParams): Shape {
  const rows = Math.max(0, shape[axis1] + Math.min(offset, 0));
  const columns = Math.max(0, shape[axis2] - Math.max(offset, 0));
  const others = shape.filter((_, axis) => axis !== axis1 && axis !== axis2);
  return [...others, Math.min(rows, columns)];
}

function embeddedShape(shape: Shape, { axis1, axis2, rows, columns }: EmbedDiagonalParams): Shape {
  const rest = shape.slice(0, -1);
  const inPlace = [
    { axis: axis1, size: rows },
    { axis: axis2, size: columns },
  ].sort((a, b) => a.axis - b.axis);
  for (const { axis, size } of inPlace) rest.splice(axis, 0, size);
  return rest;
}

/**
 * The diagonal of `x` along two axes, which become one, the last.
 *
 * @param offset - how far the diagonal lies to the right of the main one; below it if negative
 * @param axis1 - the axis that counts rows
 * @param axis2 - the axis that counts columns
 * @throws AxisError when an axis is outside the rank, or both are the same
 * @throws ArgumentError when `offset` is no integer
 * @example diagonal([[1, 2], [3, 4]]) // [1, 4]
 * @example diagonal([[1, 2], [3, 4]], 1) // [2]
 */
export function diagonal(x: TensorLike, offset = 0, axis1 = 0, axis2 = 1): Tensor {
  const input = asTensor(x, 'x', 'diagonal');
  requireMatrices('diagonal', input.shape);
  const axes = requirePair('diagonal', axis1, axis2, input.rank);
  return apply(diagonalOp, [input], {
    ...axes,
    offset: requireInteger('diagonal', 'offset', offset),
  })[0];
}

/**
 * Matrices of zeros that have the last axis of `x` as a diagonal; the adjoint of `diagonal`.
 *
 * @param offset - how far the diagonal lies to the right of the main one; below it if negative
 * @param axis1 - the axis of the result that counts rows
 * @param axis2 - the axis of the result that counts columns
 * @throws AxisError when an axis is outside the rank of the result, or both are the same
 * @throws ShapeError when `x` is a scalar
 * @throws ArgumentError when `offset` is no integer
 * @example embedDiagonal([1, 2]) // [[1, 0], [0, 2]]
 */
export function embedDiagonal(x: TensorLike, offset = 0, axis1 = -2, axis2 = -1): Tensor {
  const op = 'embedDiagonal';
  const input = asTensor(x, 'x', op);
  if (input.rank === 0) {
    throw misuse(ShapeError, op, 'x', 'have at least 1 axis', `shape ${formatShape(input.shape)}`);
  }
  const size = input.shape[input.rank - 1] + Math.abs(requireInteger(op, 'offset', offset));
  const axes = requirePair(op, axis1, axis2, input.rank + 1);
  const params = { ...axes, offset, rows: size, columns: size };
  requireElements(op, 'result', embeddedShape(input.shape, params));
  return apply(embedDiagonalOp, [input], params)[0];
}

function requireMatrices(op: string, shape: Shape): void {
  if (shape.length < 2) {
    throw misuse(ShapeError, op, 'x', 'have at least 2 axes', `shape ${formatShape(shape)}`);
  }
}

function requirePair(
  op: string,
  axis1: number,
  axis2: number,
  rank: number,
): { readonly axis1: number; readonly axis2: number } {
  const pair = {
    axis1: requireAxis(op, axis1, rank, 'axis1'),
    axis2: requireAxis(op, axis2, rank, 'axis2'),
  };
  if (pair.axis1 === pair.axis2) {
    const got = `${String(axis1)} and ${String(axis2)}`;
    throw misuse(AxisError, op, 'axis1 and axis2', 'name two axes', got);
  }
  return pair;
}
