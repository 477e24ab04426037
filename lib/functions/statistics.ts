import { isComplex, promoteDTypes } from '../base/dtype.ts';
import { misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { requireBoolean, requireFinite, requireOneOf } from '../base/options.ts';
import { reducedShape, requireAxes, sizeOf } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands, asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { abs, div, mul, square, sub } from '../ops/arithmetic.ts';
import { isNaN } from '../ops/compare.ts';
import { add, toFloat } from '../ops/elementwise.ts';
import { stack } from '../ops/joining.ts';
import { euclideanNorm } from '../ops/norms.ts';
import type { Axes } from '../ops/reduce.ts';
import { mean, min } from '../ops/reduce.ts';
import { where } from '../ops/select.ts';
import { slice } from '../ops/slicing.ts';
import { sort } from '../ops/sort.ts';
import { broadcastTo, cast, reshape, stopGradient, sum, transpose } from '../ops/structural.ts';

interface Moments {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** A checked call: `x` as floats, and the axes to reduce. */
interface Reduced {
  readonly input: Tensor;
  readonly axes: readonly number[];
  /** Gives a result that kept its axes the shape that was asked for. */
  readonly shaped: (result: Tensor) => Tensor;
}

function reduced(op: string, x: TensorLike, axis: Axes | undefined, keepDims: boolean): Reduced {
  const given = asTensor(x, 'x', op);
  const axes = requireAxes(op, axis, given.rank);
  requireBoolean(op, 'keepDims', keepDims);
  const shape = reducedShape(given.shape, axes, keepDims);
  const input = cast(given, toFloat(given.dtype));
  return { input, axes, shaped: (result) => reshape(result, shape) };
}

function sizeOfElements(x: Tensor): Tensor {
  return isComplex(x.dtype) ? abs(x) : x;
}

function squaredSize(x: Tensor): Tensor {
  return square(sizeOfElements(x));
}

/**
 * Mean and variance over `axis` (one, several, or all): the variance of a population, that is, the mean
 * of squared distances from the mean. NaN of no elements.
 *
 * @param keepDims - keep reduced axes with size 1
 * @throws AxisError when an axis is outside the rank or named twice
 * @example moments([1, 2, 3, 6]).mean // 3
 * @example moments([1, 2, 3, 6]).variance // 3.5
 */
export function moments(x: TensorLike, axis?: Axes, keepDims = false): Moments {
  const { input, axes, shaped } = reduced('moments', x, axis, keepDims);
  const centre = mean(input, axes, true);
  const spread = mean(squaredSize(sub(input, centre)), axes, true);
  return { mean: shaped(centre), variance: shaped(spread) };
}

/**
 * Variance over `axis` (one, several, or all): the mean of squared distances from the mean, as of a
 * population. NaN of no elements. TensorFlow's `reduceVariance` is another name for it.
 *
 * @param keepDims - keep reduced axes with size 1
 * @throws AxisError when an axis is outside the rank or named twice
 * @example variance([1, 2, 3, 6]) // 3.5
 */
export function variance(x: TensorLike, axis?: Axes, keepDims = false): Tensor {
  const { input, axes, shaped } = reduced('variance', x, axis, keepDims);
  return shaped(mean(squaredSize(sub(input, mean(input, axes, true))), axes, true));
}

/**
 * Standard deviation over `axis` (one, several, or all): the square root of the variance. Its gradient
 * is 0 where all elements are equal. NaN of no elements. TensorFlow's `reduceStd` is another name for
 * it.
 *
 * @param keepDims - keep reduced axes with size 1
 * @throws AxisError when an axis is outside the rank or named twice
 * @example std([1, 2, 4, 9, 4]) // 2.756809711456299
 */
export function std(x: TensorLike, axis?: Axes, keepDims = false): Tensor {
  const { input, axes, shaped } = reduced('std', x, axis, keepDims);
  // Moving all elements changes no deviation; from the least one on, equal elements are exactly 0.
  const moved = isComplex(input.dtype) ? input : sub(input, stopGradient(min(input, axes, true)));
  const count = sizeOf(axes.map((i) => input.shape[i]));
  const centred = sub(moved, mean(moved, axes, true));
  return shaped(div(euclideanNorm(sizeOfElements(centred), axes, true), Math.sqrt(count)));
}

/**
 * Mean and variance over `axis` (one, several, or all) of elements that count as often as their weights
 * say.
 *
 * @param frequencyWeights - of a shape that can be broadcast to that of `x`
 * @param keepDims - keep reduced axes with size 1
 * @throws AxisError when an axis is outside the rank or named twice
 * @throws ShapeError when the weights do not broadcast to `x`
 * @example weightedMoments([1, 5], 0, [3, 1]).mean // 2
 * @example weightedMoments([1, 5], 0, [3, 1]).variance // 3
 */
export function weightedMoments(
  x: TensorLike,
  axis: Axes | undefined,
  frequencyWeights: TensorLike,
  keepDims = false,
): Moments {
  const op = 'weightedMoments';
  const operands = asOperands([x, frequencyWeights], ['x', 'frequencyWeights'], op);
  const dtype = toFloat(promoteDTypes(operands[0].dtype, operands[1].dtype));
  const [values, counts] = operands.map((one) => cast(one, dtype));
  requireBroadcast(op, counts, values);
  const { axes, shaped } = reduced(op, values, axis, keepDims);
  const weights = broadcastTo(counts, values.shape);
  const total = sum(weights, axes, true);
  const weighted = (terms: Tensor): Tensor => div(sum(mul(weights, terms), axes, true), total);
  const centre = weighted(values);
  const spread = weighted(squaredSize(sub(values, centre)));
  return { mean: shaped(centre), variance: shaped(spread) };
}

function requireBroadcast(op: string, weights: Tensor, x: Tensor): void {
  const lead = x.rank - weights.rank;
  const fits = weights.shape.every((size, i) => size === 1 || size === x.shape[lead + i]);
  if (lead >= 0 && fits) return;
  const condition = `broadcast to x ${formatShape(x.shape)}`;
  throw misuse(ShapeError, op, 'frequencyWeights', condition, formatShape(weights.shape));
}

/** What a quantile between two elements is. */
export type Interpolation = 'linear' | 'lower' | 'higher' | 'nearest' | 'midpoint';

const interpolations = ['linear', 'lower', 'higher', 'nearest', 'midpoint'] as const;

/**
 * Quantiles over `axis` (one, several, or all): with the elements in order from place 0 to n - 1, the
 * one at place q (n - 1). NaN if an element is. The gradient goes to the elements that a stable sort
 * puts at that place, or beside it.
 *
 * @param q - one number from 0 to 1, or several, which form a new first axis
 * @param keepDims - keep reduced axes with size 1
 * @param interpolation - between two places: 'linear', 'lower', 'higher', 'nearest' (the even one at a
 *   tie) or 'midpoint'
 * @throws AxisError when an axis is outside the rank or named twice
 * @throws ArgumentError when `q` is outside [0, 1], or for another interpolation
 * @throws ShapeError when there are no elements
 * @example quantile([1, 2, 4, 8], 0.5) // 3
 * @example quantile([1, 2, 4, 8], [0, 0.25, 1]) // [1, 1.75, 8]
 * @example quantile([1, 2, 4, 8], 0.5, 0, false, 'lower') // 2
 */
export function quantile(
  x: TensorLike,
  q: number | readonly number[],
  axis?: Axes,
  keepDims = false,
  interpolation: Interpolation = 'linear',
): Tensor {
  return quantiles('quantile', x, asPlaces('quantile', q, 1), axis, keepDims, interpolation);
}

/**
 * As `quantile`, with `q` from 0 to 100.
 *
 * @param q - one number from 0 to 100, or several, which form a new first axis
 * @param keepDims - keep reduced axes with size 1
 * @param interpolation - between two places: 'linear', 'lower', 'higher', 'nearest' (the even one at a
 *   tie) or 'midpoint'
 * @throws AxisError when an axis is outside the rank or named twice
 * @throws ArgumentError when `q` is outside [0, 100], or for another interpolation
 * @throws ShapeError when there are no elements
 * @example percentile([1, 2, 4, 8], 25) // 1.75
 */
export function percentile(
  x: TensorLike,
  q: number | readonly number[],
  axis?: Axes,
  keepDims = false,
  interpolation: Interpolation = 'linear',
): Tensor {
  return quantiles('percentile', x, asPlaces('percentile', q, 100), axis, keepDims, interpolation);
}

/**
 * Median over `axis` (one, several, or all): the element in the middle, or the mean of the two there.
 * NaN if an element is.
 *
 * @param keepDims - keep reduced axes with size 1
 * @throws AxisError when an axis is outside the rank or named twice
 * @throws ShapeError when there are no elements
 * @example median([7, 1, 3]) // 3
 * @example median([7, 1, 3, 4]) // 3.5
 */
export function median(x: TensorLike, axis?: Axes, keepDims = false): Tensor {
  return quantiles('median', x, 0.5, axis, keepDims, 'linear');
}

/** Checks one number or several, and brings them from [0, most] to [0, 1]. */
function asPlaces(op: string, q: unknown, most: number): number | readonly number[] {
  const bounds = { min: 0, max: most };
  if (!Array.isArray(q)) return requireFinite(op, 'q', q, bounds) / most;
  return Array.from(q, (one: unknown) => requireFinite(op, 'q', one, bounds) / most);
}

function quantiles(
  op: string,
  x: TensorLike,
  q: number | readonly number[],
  axis: Axes | undefined,
  keepDims: boolean,
  interpolation: Interpolation,
): Tensor {
  const { input, axes, shaped } = reduced(op, x, axis, keepDims);
  const wanted = requireOneOf(op, 'interpolation', interpolation, interpolations);
  const count = sizeOf(axes.map((i) => input.shape[i]));
  if (count === 0) {
    throw misuse(ShapeError, op, 'x', 'have elements', `shape ${formatShape(input.shape)}`);
  }
  const kept = input.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const last = transpose(input, [...kept, ...axes]);
  const rows = sort(reshape(last, [sizeOf(kept.map((i) => input.shape[i])), count]));
  const at = (place: number): Tensor => shaped(slice(rows, [0, place], [-1, 1]));
  const greatest = at(count - 1);
  const one = (place: number): Tensor =>
    where(isNaN(greatest), greatest, between(at, place * (count - 1), wanted));
  return typeof q === 'number' ? one(q) : stack(q.map(one));
}

function between(
  at: (place: number) => Tensor,
  place: number,
  interpolation: Interpolation,
): Tensor {
  const low = Math.floor(place);
  const part = place - low;
  if (part === 0 || interpolation === 'lower') return at(low);
  if (interpolation === 'higher') return at(low + 1);
  if (interpolation === 'nearest') {
    const isUp = part > 0.5 || (part === 0.5 && low % 2 === 1);
    return at(isUp ? low + 1 : low);
  }
  // Halves first: the sum of two elements may overflow, and the difference of infinities is NaN.
  if (interpolation === 'midpoint' || part === 0.5) {
    return add(mul(at(low), 0.5), mul(at(low + 1), 0.5));
  }
  return add(at(low), mul(sub(at(low + 1), at(low)), part));
}
