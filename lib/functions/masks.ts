import { misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { requireAxis, sameShape, sizeOf } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { reshape } from '../ops/structural.ts';
import { nonzero } from '../ops/coordinates.ts';
import { takeAt } from './rearrange.ts';

/* How many elements a mask takes depends on its values, so they are read here. */

/**
 * TensorFlow.js's name of `nonzero`, as a promise.
 *
 * @throws ArgumentError when `condition` is no tensor, in the promise
 * @example await whereAsync([0, 1]) // [[1]]
 */
export async function whereAsync(condition: TensorLike): Promise<Tensor> {
  return Promise.resolve(nonzero(asTensor(condition, 'condition', 'whereAsync')));
}

/**
 * The slices of `x` where a mask holds, one after the other. Gradients pass to `x`.
 *
 * @param mask - bool; its shape is that of axes of `x` from `axis` on
 * @param axis - where the axes of the mask begin
 * @throws AxisError when `axis` is outside the rank
 * @throws ShapeError when `mask` is a scalar or does not have the shape of those axes
 * @example booleanMask([1, 2, 3], [true, false, true]) // [1, 3]
 */
export function booleanMask(x: TensorLike, mask: TensorLike, axis = 0): Tensor {
  const op = 'booleanMask';
  const input = asTensor(x, 'x', op);
  const chosen = asTensor(mask, 'mask', op);
  const at = requireAxis(op, axis, Math.max(1, input.rank));
  const covered = input.shape.slice(at, at + chosen.rank);
  if (chosen.rank === 0 || !sameShape(covered, chosen.shape)) {
    const condition = `have the shape of axes of x ${formatShape(input.shape)} from ${String(at)} on`;
    throw misuse(ShapeError, op, 'mask', condition, formatShape(chosen.shape));
  }
  const places: number[] = [];
  chosen.dataSync().forEach((value: number, i: number) => {
    if (value !== 0) places.push(i);
  });
  const { shape } = input;
  const merged = [...shape.slice(0, at), sizeOf(covered), ...shape.slice(at + chosen.rank)];
  return takeAt(reshape(input, merged), places, at);
}

/**
 * As `booleanMask`, as a promise.
 *
 * @throws ShapeError as `booleanMask`, in the promise
 * @example await booleanMaskAsync([1, 2, 3], [true, false, true]) // [1, 3]
 */
export async function booleanMaskAsync(
  tensor: TensorLike,
  mask: TensorLike,
  axis = 0,
): Promise<Tensor> {
  const op = 'booleanMaskAsync';
  return Promise.resolve(
    booleanMask(asTensor(tensor, 'tensor', op), asTensor(mask, 'mask', op), axis),
  );
}
