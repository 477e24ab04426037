import type { FloatDType } from '../base/dtype.ts';
import { realDType } from '../base/dtype.ts';
import { ArgumentError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { requireBoolean, requireInteger } from '../base/options.ts';
import { requireAxis, requireElements } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor, createTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { mul, square } from '../ops/arithmetic.ts';
import { quotient, toNumber } from '../ops/elementwise.ts';
import { asSpectrum, requireAxesFor } from '../ops/fourier.ts';
import { gather, segmentSumOp } from '../ops/indexing.ts';
import { pad, requireElement, slice, tile } from '../ops/slicing.ts';
import { cast, reshape, sum } from '../ops/structural.ts';
import { asReal, fitted, irfft, rfft } from './spectral.ts';
import { hannWindow } from './windows.ts';

/** A window of a given length; numbers take the dtype of the signal. */
export type WindowFunction = (length: number) => TensorLike;

/**
 * Cuts an axis into frames that start `frameStep` apart and may overlap.
 *
 * @param padEnd - whether frames may begin anywhere, what they lack being filled with `padValue`
 * @param axis - the last if absent; in its place the result has two, (frames, frameLength)
 * @throws ArgumentError when a length or step is no such integer
 * @throws AxisError when `axis` is outside the rank
 * @example frame([1, 2, 3, 4, 5], 3, 2) // [[1, 2, 3], [3, 4, 5]]
 * @example frame([1, 2, 3, 4, 5], 3, 3, true) // [[1, 2, 3], [4, 5, 0]]
 */
export function frame(
  signal: TensorLike,
  frameLength: number,
  frameStep: number,
  padEnd = false,
  padValue = 0,
  axis = -1,
): Tensor {
  const input = asTensor(signal, 'signal', 'frame');
  const at = requireAxis('frame', axis, input.rank);
  const length = requireInteger('frame', 'frameLength', frameLength, { min: 1 });
  requireBoolean('frame', 'padEnd', padEnd);
  requireElement('frame', 'padValue', padValue, input.dtype);
  const size = input.shape[at];
  const step = requireStep(frameStep, padEnd || size >= length);
  const count = padEnd ? Math.ceil(size / step) : framesIn(size, length, step);
  const shape = [...input.shape.slice(0, at), count, length, ...input.shape.slice(at + 1)];
  requireElements('frame', 'result', shape);
  const missing = padEnd ? Math.max(0, (count - 1) * step + length - size) : 0;
  const padded = pad(
    input,
    input.shape.map((_, i) => [0, i === at ? missing : 0]),
    padValue,
  );
  return gather(padded, places(count, length, step), at);
}

// A step of 0 is no mistake where no frame fits.
function requireStep(frameStep: number, hasFrames: boolean): number {
  return requireInteger('frame', 'frameStep', frameStep, { min: hasFrames ? 1 : 0 });
}

function framesIn(size: number, length: number, step: number): number {
  return size < length ? 0 : Math.floor((size - length) / step) + 1;
}

/** Where each element of each frame lies in the signal. */
function places(count: number, length: number, step: number): Tensor {
  const values = Int32Array.from(
    { length: count * length },
    (_, i) => Math.floor(i / length) * step + (i % length),
  );
  return createTensor('frame', values, [count, length], 'int32');
}

/**
 * Lays frames `frameStep` apart and adds up where they overlap: the adjoint of `frame`.
 *
 * @param signal - shape (…, frames, frameLength)
 * @returns shape (…, (frames - 1) * frameStep + frameLength)
 * @throws ShapeError when `signal` has fewer than two axes
 * @throws ArgumentError when `frameStep` is no integer of at least 1
 * @example overlapAndAdd([[1, 2, 3], [4, 5, 6]], 2) // [1, 2, 7, 5, 6]
 */
export function overlapAndAdd(signal: TensorLike, frameStep: number): Tensor {
  const op = 'overlapAndAdd';
  const given = asTensor(signal, 'signal', op);
  if (given.rank < 2) {
    const condition = 'have axes (…, frames, frameLength)';
    throw misuse(ShapeError, op, 'signal', condition, `shape ${formatShape(given.shape)}`);
  }
  const input = cast(given, toNumber(given.dtype));
  const step = requireInteger(op, 'frameStep', frameStep, { min: 1 });
  const outer = input.shape.slice(0, -2);
  const [count, length] = input.shape.slice(-2);
  const size = count === 0 ? 0 : (count - 1) * step + length;
  requireElements(op, 'result', [...outer, size]);
  const flat = reshape(input, [...outer, count * length]);
  const ids = reshape(places(count, length, step), [count * length]);
  const params = { axis: outer.length, batchDims: 0, length: size };
  return apply(segmentSumOp, [flat, ids], params)[0];
}

/**
 * The short-time Fourier transform: the spectrum of each frame of the last axis, through a window.
 *
 * @param fftLength - length that frames are filled up to; the next power of two if absent
 * @param windowFn - makes the window; the Hann window if absent, none if null
 * @param padEnd - as of `frame`
 * @returns complex, shape (…, frames, fftLength / 2 + 1)
 * @throws ArgumentError when a length or step is no such integer
 * @throws DTypeError when `signal` is complex
 * @example stft([1, 1, 1, 1], 2, 2, 2, null) // [[2, 0, 0, 0], [2, 0, 0, 0]]
 */
export function stft(
  signal: TensorLike,
  frameLength: number,
  frameStep: number,
  fftLength?: number | null,
  windowFn?: WindowFunction | null,
  padEnd = false,
): Tensor {
  const input = asReal('stft', 'signal', signal);
  requireAxesFor('stft', input, 1);
  const length = requireInteger('stft', 'frameLength', frameLength, { min: 1 });
  requireInteger('stft', 'frameStep', frameStep, { min: 1 });
  requireBoolean('stft', 'padEnd', padEnd);
  const wanted = requireFftLength('stft', fftLength, length);
  const frames = frame(input, length, frameStep, padEnd);
  return rfft(windowed('stft', frames, windowFn), wanted);
}

/**
 * The inverse of `stft`, by adding up overlapping frames: exact with the window that
 * `inverseStftWindowFn` makes, where frames cover the signal.
 *
 * @param stfts - shape (…, frames, fftLength / 2 + 1)
 * @param fftLength - the next power of two of `frameLength` if absent
 * @param windowFn - makes the window; the Hann window if absent, none if null
 * @returns real, shape (…, (frames - 1) * frameStep + frameLength)
 * @throws ShapeError when `stfts` has fewer than two axes
 * @throws ArgumentError when a length or step is no such integer
 * @example inverseStft(stft([1, 2, 3, 4], 2, 2, 2, null), 2, 2, 2, null) // [1, 2, 3, 4]
 */
export function inverseStft(
  stfts: TensorLike,
  frameLength: number,
  frameStep: number,
  fftLength?: number | null,
  windowFn?: WindowFunction | null,
): Tensor {
  const op = 'inverseStft';
  const spectra = asSpectrum(op, asTensor(stfts, 'stfts', op), 2);
  const length = requireInteger(op, 'frameLength', frameLength, { min: 1 });
  requireInteger(op, 'frameStep', frameStep, { min: 1 });
  const frames = fitted(irfft(spectra, requireFftLength(op, fftLength, length)), [length]);
  return overlapAndAdd(windowed(op, frames, windowFn), frameStep);
}

/**
 * Makes the window for `inverseStft` with which it undoes an `stft` through `forwardWindowFn`.
 *
 * @throws ArgumentError when `frameStep` is no integer of at least 1
 * @example inverseStftWindowFn(2, (n) => ones([n]))(4) // [0.5, 0.5, 0.5, 0.5]
 * @see Griffin & Lim 1984, Signal estimation from modified short-time Fourier transform
 */
export function inverseStftWindowFn(
  frameStep: number,
  forwardWindowFn: WindowFunction = (length) => hannWindow(length),
): (frameLength: number) => Tensor {
  const op = 'inverseStftWindowFn';
  const step = requireInteger(op, 'frameStep', frameStep, { min: 1 });
  requireWindowFunction(op, 'forwardWindowFn', forwardWindowFn);
  return (frameLength) => {
    const length = requireInteger(op, 'frameLength', frameLength, { min: 1 });
    const window = asTensor(forwardWindowFn(length), 'window', op);
    const overlaps = Math.ceil(length / step);
    const squares = reshape(fitted(square(window), [overlaps * step]), [overlaps, step]);
    const sums = reshape(tile(sum(squares, 0, true), [overlaps, 1]), [overlaps * step]);
    // Where all windows are 0, nothing of the signal is left to be undone.
    return quotient(window, slice(sums, 0, length));
  };
}

function windowed(op: string, frames: Tensor, windowFn: WindowFunction | null | undefined): Tensor {
  if (windowFn === null) return frames;
  const length = frames.shape[frames.rank - 1];
  const dtype = realDType(frames.dtype) as FloatDType;
  if (windowFn === undefined) return mul(frames, hannWindow(length, true, dtype));
  requireWindowFunction(op, 'windowFn', windowFn);
  return mul(frames, cast(asTensor(windowFn(length), 'window', op), dtype));
}

function requireWindowFunction(op: string, argument: string, value: unknown): void {
  if (typeof value === 'function') return;
  const condition = 'be a function of the length';
  throw misuse(ArgumentError, op, argument, condition, formatValue(value));
}

function requireFftLength(op: string, fftLength: number | null | undefined, least: number): number {
  if (fftLength === undefined || fftLength === null) return 2 ** Math.ceil(Math.log2(least));
  return requireInteger(op, 'fftLength', fftLength, { min: 1 });
}
