import { requireFinite } from '../base/options.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { addN, div, mul, rsqrt, sqrt, squaredSize } from '../ops/arithmetic.ts';
import { equal, greater } from '../ops/compare.ts';
import { toFloat } from '../ops/elementwise.ts';
import { asList } from '../ops/joining.ts';
import { maximum, where } from '../ops/select.ts';
import { cast, sum } from '../ops/structural.ts';

type Axes = number | readonly number[] | null;

function asFloats(op: string, x: TensorLike): Tensor {
  const input = asTensor(x, 'x', op);
  return cast(input, toFloat(input.dtype));
}

// A root whose slope at 0 is 0, not infinite.
function safeRoot(squares: Tensor): Tensor {
  const isZero = equal(squares, 0);
  const one = cast(1, squares.dtype);
  return where(isZero, cast(0, squares.dtype), sqrt(where(isZero, one, squares)));
}

/**
 * `x`, shrunk so that its Euclidean norm over `axis` is at most `clipNorm`. Its slope at 0 is 1.
 *
 * @throws ArgumentError when `clipNorm` is no finite number above 0
 * @throws AxisError when an axis is outside the rank
 * @example clipByNorm([3, 4], 1) // [0.6, 0.8]
 */
export function clipByNorm(x: TensorLike, clipNorm: number, axis?: Axes): Tensor {
  const op = 'clipByNorm';
  const input = asFloats(op, x);
  requireFinite(op, 'clipNorm', clipNorm, { min: Number.MIN_VALUE });
  const norm = safeRoot(sum(squaredSize(input), axis, true));
  return shrunk(input, norm, clipNorm);
}

function shrunk(x: Tensor, norm: Tensor, limit: number): Tensor {
  const isLong = greater(norm, limit);
  const one = cast(1, x.dtype);
  return where(isLong, mul(x, div(limit, where(isLong, norm, one))), x);
}

/**
 * The Euclidean norm of all elements of several tensors together; its slope is 0 where all are 0.
 *
 * @throws ArgumentError when there is no tensor
 * @example globalNorm([[3], [[4]]]) // 5
 */
export function globalNorm(tensors: readonly TensorLike[]): Tensor {
  return normOf(floatsOf('globalNorm', tensors));
}

function floatsOf(op: string, tensors: readonly TensorLike[]): readonly Tensor[] {
  return asList(op, tensors).map((x) => cast(x, toFloat(x.dtype)));
}

function normOf(tensors: readonly Tensor[]): Tensor {
  return safeRoot(addN(tensors.map((x) => sum(squaredSize(x)))));
}

/**
 * Several tensors, all shrunk by the factor that makes their global norm at most `clipNorm`.
 *
 * @returns the tensors and the norm they had
 * @throws ArgumentError when there is no tensor, or `clipNorm` is no finite number above 0
 * @example clipByGlobalNorm([[3], [4]], 1)[0] // [[0.6], [0.8]]
 * @see Pascanu, Mikolov and Bengio 2013
 */
export function clipByGlobalNorm(
  tensors: readonly TensorLike[],
  clipNorm: number,
): [Tensor[], Tensor] {
  const op = 'clipByGlobalNorm';
  requireFinite(op, 'clipNorm', clipNorm, { min: Number.MIN_VALUE });
  const floats = floatsOf(op, tensors);
  const norm = normOf(floats);
  return [floats.map((x) => shrunk(x, norm, clipNorm)), norm];
}

/**
 * `x` over its Euclidean norm along `axis`, or over the root of `epsilon` where that is larger.
 *
 * @throws AxisError when an axis is outside the rank
 * @throws ArgumentError when `epsilon` is no finite number above 0
 * @example l2Normalize([3, 4]) // [0.6, 0.8]
 */
export function l2Normalize(x: TensorLike, axis?: Axes, epsilon = 1e-12): Tensor {
  const op = 'l2Normalize';
  const input = asFloats(op, x);
  requireFinite(op, 'epsilon', epsilon, { min: Number.MIN_VALUE });
  return mul(input, rsqrt(maximum(sum(squaredSize(input), axis, true), epsilon)));
}

/**
 * Half the sum of the squares.
 *
 * @example l2Loss([3, 4]) // 12.5
 */
export function l2Loss(x: TensorLike): Tensor {
  return div(sum(squaredSize(asFloats('l2Loss', x))), 2);
}
