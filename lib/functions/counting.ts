import { ArgumentError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { requireBoolean, requireFinite, requireInteger } from '../base/options.ts';
import { requireElements, sameShape } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { div, mul, sub } from '../ops/arithmetic.ts';
import { greater, less } from '../ops/compare.ts';
import { toFloat, toNumber } from '../ops/elementwise.ts';
import { asIndices, segmentSumOp } from '../ops/indexing.ts';
import { clipByValue, floor, where } from '../ops/select.ts';
import { cast, onesLike, reshape } from '../ops/structural.ts';

/**
 * How often each integer from 0 to `size` - 1 occurs in `x`, or the sum of the weights of its
 * occurrences. Other integers are left out.
 *
 * @param x - int32, or an array of integers
 * @param weights - of the shape of `x`, or without elements for 1 each; it says the dtype of the result
 * @returns shape (size)
 * @throws DTypeError when `x` is a tensor of another dtype than int32
 * @throws ShapeError when `weights` has another shape
 * @throws ArgumentError when `size` is no integer of at least 0
 * @example bincount([1, 1, 1, 2], [], 3) // [0, 3, 1]
 * @example bincount([1, 1, 2], [0.5, 0.25, 2], 3) // [0, 0.75, 2]
 */
export function bincount(x: TensorLike, weights: TensorLike, size: number): Tensor {
  const [places, counts] = occurrences('bincount', x, weights);
  return counted('bincount', reshape(places, [-1]), reshape(counts, [-1]), size);
}

/**
 * As `bincount`, for one list of integers or for each row of a matrix.
 *
 * @param x - int32, or arrays of integers, of rank 1 or 2
 * @param weights - of the shape of `x`, or without elements for 1 each; it says the dtype of the result
 * @param binaryOutput - only whether an integer occurs, as 0 or 1, without regard to weights
 * @returns shape (size) or (rows, size)
 * @throws DTypeError when `x` is a tensor of another dtype than int32
 * @throws ShapeError when `x` has another rank, or `weights` another shape
 * @throws ArgumentError when `size` is no integer of at least 0
 * @example denseBincount([[1, 1], [1, 2]], [], 3) // [[0, 2, 0], [0, 1, 1]]
 * @example denseBincount([1, 1, 2], [], 3, true) // [0, 1, 1]
 */
export function denseBincount(
  x: TensorLike,
  weights: TensorLike,
  size: number,
  binaryOutput = false,
): Tensor {
  const op = 'denseBincount';
  const [places, counts] = occurrences(op, x, weights);
  if (places.rank !== 1 && places.rank !== 2) {
    throw misuse(ShapeError, op, 'x', 'have rank 1 or 2', `shape ${formatShape(places.shape)}`);
  }
  if (!requireBoolean(op, 'binaryOutput', binaryOutput)) return counted(op, places, counts, size);
  return cast(greater(counted(op, places, onesLike(places), size), 0), counts.dtype);
}

/** Integers and their weights, of one shape. */
function occurrences(
  op: string,
  x: TensorLike,
  weights: TensorLike,
): readonly [places: Tensor, counts: Tensor] {
  const places = asIndices(op, 'x', x);
  const given = asTensor(weights, 'weights', op);
  const counts = cast(given, toNumber(given.dtype));
  if (sameShape(counts.shape, places.shape)) return [places, counts];
  if (counts.size === 0) return [places, cast(onesLike(places), counts.dtype)];
  const condition = `have the shape of x ${formatShape(places.shape)}, or no elements`;
  throw misuse(ShapeError, op, 'weights', condition, formatShape(counts.shape));
}

/** Sums along the last axis, where negative ids are left out. */
function counted(op: string, places: Tensor, counts: Tensor, size: number): Tensor {
  const length = requireInteger(op, 'size', size, { min: 0 });
  const axis = places.rank - 1;
  requireElements(op, 'result', [...places.shape.slice(0, axis), length]);
  const ids = where(less(places, length), places, -1);
  return apply(segmentSumOp, [counts, ids], { axis, batchDims: axis, length })[0];
}

/**
 * How many elements of `values` lie in each of `nbins` equal parts of a range, as int32. Elements
 * outside the range count in the part nearest to them.
 *
 * @param valueRange - the ends of the range, in order
 * @throws ArgumentError when the range is not two finite numbers in order, or `nbins` is not a positive
 *   integer
 * @example histogramFixedWidth([-1, 0, 1.5, 2, 5, 15], [0, 5], 5) // [2, 1, 1, 0, 2]
 */
export function histogramFixedWidth(
  values: TensorLike,
  valueRange: readonly [low: number, high: number],
  nbins = 100,
): Tensor {
  const op = 'histogramFixedWidth';
  const given = asTensor(values, 'values', op);
  const count = requireInteger(op, 'nbins', nbins, { min: 1 });
  const [low, high] = requireRange(op, valueRange);
  const input = reshape(cast(given, toFloat(given.dtype)), [-1]);
  const places = floor(mul(div(sub(input, low), high - low), count));
  const bins = cast(clipByValue(places, 0, count - 1), 'int32');
  return counted(op, bins, onesLike(bins), count);
}

function requireRange(op: string, range: unknown): readonly [low: number, high: number] {
  const [low, high, ...others] = Array.isArray(range) ? (range as readonly unknown[]) : [];
  const least = requireFinite(op, 'valueRange[0]', low);
  const most = requireFinite(op, 'valueRange[1]', high);
  if (least < most && others.length === 0) return [least, most];
  throw misuse(ArgumentError, op, 'valueRange', 'hold two numbers in order', formatValue(range));
}
