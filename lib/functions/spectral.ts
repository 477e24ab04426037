import { isComplex, isFloat } from '../base/dtype.ts';
import { DTypeError, misuse, ShapeError } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import { requireInteger } from '../base/options.ts';
import { runtime } from '../base/runtime.ts';
import { requireAxes } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { div } from '../ops/arithmetic.ts';
import {
  asSpectrum,
  halfOf,
  hermitianFourier,
  realFourier,
  requireAxesFor,
  transformed,
} from '../ops/fourier.ts';
import { concat } from '../ops/joining.ts';
import { pad, slice } from '../ops/slicing.ts';
import { cast } from '../ops/structural.ts';

/**
 * The Fourier transform of real numbers along the last axis. Half of it tells all, since the other
 * half is its mirror image, so only the first n/2 + 1 elements are returned.
 *
 * @param fftLength - n: longer inputs are cut, shorter ones filled up with zeros; the size of the
 *   axis if absent
 * @throws ShapeError for a scalar
 * @throws DTypeError when `x` is complex
 * @throws ArgumentError when `fftLength` is no integer of at least 1
 * @example rfft([1, 2, 3, 4]) // [10, 0, -2, 2, -2, 0]
 */
export function rfft(x: TensorLike, fftLength?: number): Tensor {
  return realTransform('rfft', x, 1, fftLength === undefined ? undefined : [fftLength]);
}

/**
 * The inverse of `rfft`: real numbers from the first half of their transform.
 *
 * @param fftLength - n, of which the first n/2 + 1 elements of `x` are used; twice the size of the
 *   axis less 2 if absent
 * @throws ShapeError for a scalar
 * @throws ArgumentError when `fftLength` is no integer of at least 1
 * @example irfft(complex([10, -2, -2], [0, 2, 0])) // [1, 2, 3, 4]
 */
export function irfft(x: TensorLike, fftLength?: number): Tensor {
  return inverseRealTransform('irfft', x, 1, fftLength === undefined ? undefined : [fftLength]);
}

/**
 * The Fourier transform of real numbers along the last two axes; of the last, the first half.
 *
 * @param fftLength - lengths to cut or fill up the two axes to
 * @throws ShapeError when `x` has fewer axes, or `fftLength` does not hold two
 * @throws DTypeError when `x` is complex
 * @example rfft2d([[1, 1], [1, 1]]) // [[4, 0, 0, 0], [0, 0, 0, 0]]
 */
export function rfft2d(x: TensorLike, fftLength?: readonly number[]): Tensor {
  return realTransform('rfft2d', x, 2, fftLength);
}

/**
 * The inverse of `rfft2d`.
 *
 * @param fftLength - sizes of the last two axes of the result
 * @throws ShapeError when `x` has fewer axes, or `fftLength` does not hold two
 * @example irfft2d([[4, 0], [0, 0]]) // [[1, 1], [1, 1]]
 */
export function irfft2d(x: TensorLike, fftLength?: readonly number[]): Tensor {
  return inverseRealTransform('irfft2d', x, 2, fftLength);
}

/**
 * The Fourier transform of real numbers along the last three axes; of the last, the first half.
 *
 * @param fftLength - lengths to cut or fill up the three axes to
 * @throws ShapeError when `x` has fewer axes, or `fftLength` does not hold three
 * @throws DTypeError when `x` is complex
 * @example rfft3d([[[1, 1]]]) // [[[2, 0, 0, 0]]]
 */
export function rfft3d(x: TensorLike, fftLength?: readonly number[]): Tensor {
  return realTransform('rfft3d', x, 3, fftLength);
}

/**
 * The inverse of `rfft3d`.
 *
 * @param fftLength - sizes of the last three axes of the result
 * @throws ShapeError when `x` has fewer axes, or `fftLength` does not hold three
 * @example irfft3d([[[2, 0]]]) // [[[1, 1]]]
 */
export function irfft3d(x: TensorLike, fftLength?: readonly number[]): Tensor {
  return inverseRealTransform('irfft3d', x, 3, fftLength);
}

/** An argument as a float tensor; complex ones are refused. */
export function asReal(op: string, argument: string, x: TensorLike): Tensor {
  const input = asTensor(x, argument, op);
  if (isComplex(input.dtype)) {
    const hint = 'real(x) drops the imaginary part';
    throw misuse(DTypeError, op, argument, 'be real', input.describe(), hint);
  }
  return cast(input, isFloat(input.dtype) ? input.dtype : runtime.defaultFloat);
}

/** `x` with its last axes cut, or filled up with zeros, to `sizes`. */
export function fitted(x: Tensor, sizes: readonly number[]): Tensor {
  const first = x.rank - sizes.length;
  const kept = x.shape.map((size, i) => (i < first ? size : Math.min(size, sizes[i - first])));
  const missing = kept.map((size, i) => (i < first ? 0 : sizes[i - first] - size));
  const cut = slice(
    x,
    kept.map(() => 0),
    kept,
  );
  return pad(
    cut,
    missing.map((count) => [0, count]),
  );
}

function realTransform(
  op: string,
  x: TensorLike,
  rank: number,
  fftLength: readonly number[] | undefined,
): Tensor {
  const input = asReal(op, 'x', x);
  requireAxesFor(op, input, rank);
  const lengths = requireLengths(op, rank, fftLength ?? input.shape.slice(-rank));
  const half = realFourier(fitted(input, lengths));
  return rank === 1 ? half : transformed(half, rank, -1, 1);
}

function inverseRealTransform(
  op: string,
  x: TensorLike,
  rank: number,
  fftLength: readonly number[] | undefined,
): Tensor {
  const input = asSpectrum(op, x, rank);
  const own = input.shape.slice(-rank);
  const last = 2 * (own[rank - 1] - 1);
  const lengths = requireLengths(op, rank, fftLength ?? [...own.slice(0, -1), last]);
  const n = lengths[rank - 1];
  const bins = halfOf(n);
  const half = fitted(input, [...lengths.slice(0, -1), bins]);
  const columns = rank === 1 ? half : transformed(half, rank, 1, 1);
  return div(hermitianFourier(columns, n), n);
}

function requireLengths(op: string, rank: number, lengths: readonly number[]): readonly number[] {
  if (!Array.isArray(lengths) || lengths.length !== rank) {
    const condition = `hold a length for each of the last ${String(rank)} axes`;
    throw misuse(ShapeError, op, 'fftLength', condition, formatValue(lengths));
  }
  return Array.from(lengths as readonly number[], (length) =>
    requireInteger(op, 'fftLength', length, { min: 1 }),
  );
}

/**
 * Moves the element of frequency 0, the first, to the middle of each axis.
 *
 * @param axes - all axes if absent
 * @throws AxisError when an axis is outside the rank or named twice
 * @example fftShift([0, 1, 2, -2, -1]) // [-2, -1, 0, 1, 2]
 */
export function fftShift(x: TensorLike, axes?: number | readonly number[] | null): Tensor {
  return swappedHalves('fftShift', x, axes, Math.ceil);
}

/**
 * The inverse of `fftShift`.
 *
 * @param axes - all axes if absent
 * @throws AxisError when an axis is outside the rank or named twice
 * @example ifftShift([-2, -1, 0, 1, 2]) // [0, 1, 2, -2, -1]
 */
export function ifftShift(x: TensorLike, axes?: number | readonly number[] | null): Tensor {
  return swappedHalves('ifftShift', x, axes, Math.floor);
}

function swappedHalves(
  op: string,
  x: TensorLike,
  axes: number | readonly number[] | null | undefined,
  rounding: (half: number) => number,
): Tensor {
  const input = asTensor(x, 'x', op);
  return requireAxes(op, axes, input.rank, 'axes').reduce((y, axis) => {
    const size = input.shape[axis];
    const cut = rounding(size / 2);
    const start = y.shape.map((_, i) => (i === axis ? cut : 0));
    const front = y.shape.map((length, i) => (i === axis ? cut : length));
    const parts = [slice(y, start), slice(y, 0, front)];
    return concat(parts, axis);
  }, input);
}
