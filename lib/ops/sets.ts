import { DTypeError, misuse, ShapeError, UnsupportedError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { requireAxis, specOf } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands, asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { ownedTensor } from '../core/tensor.ts';
import type { Distinct } from '../kernels/sets.ts';
import { distinctSlices, placesOfOthers } from '../kernels/sets.ts';
import { gather } from './indexing.ts';
import { inTopK } from './sort.ts';

/*
 * Functions whose results have as many elements as the values say. They look at values, so they are no
 * ops, and work neither on symbols nor on examples of a batch; what they return is gathered from the
 * input, and so has a derivative.
 */

function requireValues(op: string, argument: string, x: Tensor): void {
  if (x.storage !== null) return;
  const condition = 'hold values, because the shape of the result depends on them';
  throw misuse(UnsupportedError, op, argument, condition, x.describe());
}

function int32(values: Int32Array): Tensor {
  return ownedTensor(specOf([values.length], 'int32'), values);
}

function distinct(op: string, x: Tensor, axis: number): Distinct & { readonly values: Tensor } {
  const at = requireAxis(op, axis, x.rank);
  requireValues(op, 'x', x);
  const found = distinctSlices(x, at);
  return { ...found, values: gather(x, int32(Int32Array.from(found.first)), at) };
}

/**
 * The distinct slices of `x` along an axis, in the order in which they come first, and for each slice
 * which of them it is. NaN equals NaN. The gradient goes to the first of equal slices.
 *
 * @returns values, and indices as int32
 * @throws AxisError when `axis` is outside the rank
 * @throws UnsupportedError inside `vmap` or a graph, where the number of values is not known
 * @example unique([1, 1, 2, 4, 4, 7]).values // [1, 2, 4, 7]
 * @example unique([1, 1, 2, 4, 4, 7]).indices // [0, 0, 1, 2, 2, 3]
 */
export function unique(
  x: TensorLike,
  axis = 0,
): { readonly values: Tensor; readonly indices: Tensor } {
  const { values, which } = distinct('unique', asTensor(x, 'x', 'unique'), axis);
  return { values, indices: int32(which) };
}

/**
 * As `unique`, with how often each of the slices occurs.
 *
 * @returns values, and indices and counts as int32
 * @throws AxisError when `axis` is outside the rank
 * @throws UnsupportedError inside `vmap` or a graph, where the number of values is not known
 * @example uniqueWithCounts([1, 1, 2, 4, 4, 7]).counts // [2, 1, 2, 1]
 */
export function uniqueWithCounts(
  x: TensorLike,
  axis = 0,
): { readonly values: Tensor; readonly indices: Tensor; readonly counts: Tensor } {
  const op = 'uniqueWithCounts';
  const { values, which, counts } = distinct(op, asTensor(x, 'x', op), axis);
  return { values, indices: int32(which), counts: int32(Int32Array.from(counts)) };
}

/**
 * The elements of `x` that `y` does not hold, repeated ones as often as they are there, and their places
 * as int32.
 *
 * @throws ShapeError when an operand is no vector
 * @throws DTypeError when the dtypes differ
 * @throws UnsupportedError inside `vmap` or a graph, where the number of values is not known
 * @example setdiff1d([1, 2, 3, 4, 5, 6], [1, 3, 5])[0] // [2, 4, 6]
 * @example setdiff1d([1, 2, 3, 4, 5, 6], [1, 3, 5])[1] // [1, 3, 5]
 */
export function setdiff1d(
  x: TensorLike,
  y: TensorLike,
): readonly [values: Tensor, indices: Tensor] {
  const op = 'setdiff1d';
  const [a, b] = asOperands([x, y], ['x', 'y'], op);
  requireVector(op, 'x', a);
  requireVector(op, 'y', b);
  if (a.dtype !== b.dtype) {
    throw misuse(DTypeError, op, 'x and y', 'have one dtype', `${a.dtype} and ${b.dtype}`);
  }
  requireValues(op, 'x', a);
  requireValues(op, 'y', b);
  const indices = int32(Int32Array.from(placesOfOthers(a, b)));
  return [gather(a, indices), indices];
}

function requireVector(op: string, argument: string, x: Tensor): void {
  if (x.rank !== 1) {
    throw misuse(ShapeError, op, argument, 'have rank 1', `shape ${formatShape(x.shape)}`);
  }
}

/**
 * As `setdiff1d`, as a promise, which is rejected where that one throws.
 *
 * @example await setdiff1dAsync([1, 2, 3], [1, 3]) // [[2], [1]]
 */
// eslint-disable-next-line @typescript-eslint/require-await -- a program that awaits sees no synchronous throw
export async function setdiff1dAsync(
  x: TensorLike,
  y: TensorLike,
): Promise<readonly [values: Tensor, indices: Tensor]> {
  return setdiff1d(x, y);
}

/**
 * As `inTopK`, as a promise, which is rejected where that one throws.
 *
 * @example await inTopKAsync([[20, 10, 40, 30], [30, 50, -20, 10]], [2, 0]) // [1, 0]
 */
// eslint-disable-next-line @typescript-eslint/require-await -- a program that awaits sees no synchronous throw
export async function inTopKAsync(
  predictions: TensorLike,
  targets: TensorLike,
  k = 1,
): Promise<Tensor> {
  return inTopK(predictions, targets, k);
}
