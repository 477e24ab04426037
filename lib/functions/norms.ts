import { isComplex } from '../base/dtype.ts';
import { ArgumentError, AxisError, misuse } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { requireBoolean } from '../base/options.ts';
import { reducedShape, requireAxes, requireAxis } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { abs, div, mul } from '../ops/arithmetic.ts';
import { equal, greater, isFinite, logicalAnd } from '../ops/compare.ts';
import { toFloat } from '../ops/elementwise.ts';
import { euclideanNorm } from '../ops/norms.ts';
import type { Axes } from '../ops/reduce.ts';
import { max, min } from '../ops/reduce.ts';
import { where } from '../ops/select.ts';
import { cast, reshape, stopGradient, sum } from '../ops/structural.ts';
import { pow } from '../ops/transcendental.ts';

/**
 * A norm of `x`: of the vectors along one axis, of the matrices along two, or of all elements as one
 * vector.
 *
 * Vectors have the norms 'euclidean' (also 'fro' or 2), `Infinity` and `-Infinity` (the greatest and
 * least size of an element), and for any other p > 0 the p-th root of the sum of p-th powers of sizes.
 * Matrices have 'fro' or 'euclidean', 1 (the greatest sum of sizes in a column), `Infinity` and
 * `-Infinity` (the greatest and least sum in a row).
 *
 * The gradient is 0 at 0; elements that are tied for an extreme share it evenly.
 *
 * @param axis - one axis, or [rows, columns] for the norms of matrices
 * @param keepDims - keep reduced axes with size 1
 * @throws ArgumentError when there is no such norm
 * @throws AxisError when an axis is outside the rank or named twice, or more than two are named
 * @example norm([3, -4]) // 5
 * @example norm([3, -4], 1) // 7
 * @example norm([[1, -2], [3, 4]], Infinity, [0, 1]) // 7
 */
export function norm(
  x: TensorLike,
  ord: number | 'euclidean' | 'fro' = 'euclidean',
  axis?: Axes,
  keepDims = false,
): Tensor {
  const given = asTensor(x, 'x', 'norm');
  // Every norm is one of sizes, so that complex elements need no rules of their own.
  const input = isComplex(given.dtype) ? abs(given) : cast(given, toFloat(given.dtype));
  const axes = requireAxes('norm', axis, input.rank);
  requireBoolean('norm', 'keepDims', keepDims);
  const isMatrix = Array.isArray(axis) && axes.length === 2;
  if (Array.isArray(axis) && axes.length > 2) {
    const hint = 'without an axis, all elements are one vector';
    throw misuse(AxisError, 'norm', 'axis', 'name at most two axes', formatShape(axis), hint);
  }
  const result = isMatrix
    ? matrixNorm(input, ord, requirePair(axis as readonly number[], input.rank))
    : vectorNorm(input, ord, axes);
  return keepDims ? result : reshape(result, reducedShape(input.shape, axes, false));
}

type Pair = readonly [rows: number, columns: number];

function requirePair([rows, columns]: readonly number[], rank: number): Pair {
  return [requireAxis('norm', rows, rank), requireAxis('norm', columns, rank)];
}

// Norms keep their axes.

function vectorNorm(x: Tensor, ord: number | string, axes: readonly number[]): Tensor {
  if (ord === 'euclidean' || ord === 'fro' || ord === 2) return euclideanNorm(x, axes, true);
  if (ord === 1) return sum(abs(x), axes, true);
  if (ord === Infinity) return max(abs(x), axes, true);
  if (ord === -Infinity) return min(abs(x), axes, true);
  if (typeof ord === 'number' && ord > 0) return powerNorm(x, ord, axes);
  const condition = "be a number above 0, Infinity, -Infinity, 'euclidean' or 'fro' for vectors";
  throw misuse(ArgumentError, 'norm', 'ord', condition, formatValue(ord));
}

function matrixNorm(x: Tensor, ord: number | string, [rows, columns]: Pair): Tensor {
  if (ord === 'euclidean' || ord === 'fro') return euclideanNorm(x, [rows, columns], true);
  if (ord === 1) return max(sum(abs(x), rows, true), columns, true);
  if (ord === Infinity) return max(sum(abs(x), columns, true), rows, true);
  if (ord === -Infinity) return min(sum(abs(x), columns, true), rows, true);
  const condition = "be 1, Infinity, -Infinity, 'fro' or 'euclidean' for matrices";
  const hint =
    'the spectral norm is the greatest of the singular values, the nuclear norm their sum';
  throw misuse(ArgumentError, 'norm', 'ord', condition, formatValue(ord), hint);
}

// A norm is homogeneous, so dividing by a constant and multiplying again changes no derivative; the
// greatest size as that constant keeps powers from overflowing.
function powerNorm(x: Tensor, p: number, axes: readonly number[]): Tensor {
  const peak = max(abs(x), axes, true);
  const isScale = logicalAnd(greater(peak, 0), isFinite(peak));
  const unit = stopGradient(where(isScale, peak, 1));
  const scaled = div(x, unit);
  const total = sum(p % 2 === 0 ? pow(scaled, p) : powerOfSize(scaled, p), axes, true);
  const isZero = equal(total, 0);
  return where(isZero, 0, mul(unit, pow(where(isZero, 1, total), 1 / p)));
}

/** `|x|` to a power, without a slope at 0. */
function powerOfSize(x: Tensor, p: number): Tensor {
  const isZero = equal(x, 0);
  return where(isZero, 0, pow(where(isZero, 1, abs(x)), p));
}
