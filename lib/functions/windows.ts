import type { DType, FloatDType } from '../base/dtype.ts';
import { isFloat } from '../base/dtype.ts';
import { ArgumentError, DTypeError, misuse } from '../base/errors.ts';
import { requireBoolean, requireFinite, requireInteger } from '../base/options.ts';
import { runtime } from '../base/runtime.ts';
import { requireElements } from '../base/shape.ts';
import { createTensor, requireDType } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';

/**
 * The Hann window: a raised cosine that ends at 0.
 *
 * @param periodic - for spectra: an even length leaves out its last element, which the next period begins with
 * @param dtype - a float; the default float if absent
 * @throws ArgumentError when `windowLength` is no integer of at least 1
 * @example hannWindow(6) // [0, 0.25, 0.75, 1, 0.75, 0.25]
 */
export function hannWindow(windowLength: number, periodic = true, dtype?: DType): Tensor {
  return raisedCosine('hannWindow', windowLength, periodic, dtype, 0.5);
}

/**
 * The Hamming window: a raised cosine whose nearest side lobe vanishes.
 *
 * @param periodic - for spectra: an even length leaves out its last element, which the next period begins with
 * @param dtype - a float; the default float if absent
 * @throws ArgumentError when `windowLength` is no integer of at least 1
 * @example hammingWindow(3, true, 'float64') // [0.08000000000000002, 1, 0.08000000000000002]
 */
export function hammingWindow(windowLength: number, periodic = true, dtype?: DType): Tensor {
  return raisedCosine('hammingWindow', windowLength, periodic, dtype, 0.54);
}

/**
 * A raised cosine of any mean and height, `a - b cos(2πi / period)`: Hann's and Hamming's among them. The
 * period is the length, or one less where that is odd.
 *
 * @throws ArgumentError when `windowLength` is no integer of at least 0, or `a` or `b` is not finite
 * @example cosineWindow(4, 0.5, 0.5) // [0, 0.5, 1, 0.5]
 */
export function cosineWindow(windowLength: number, a: number, b: number): Tensor {
  const op = 'cosineWindow';
  const n = requireWindowLength(op, windowLength, 0);
  requireFinite(op, 'a', a);
  requireFinite(op, 'b', b);
  const period = n % 2 === 0 ? n : n - 1;
  const values = Float64Array.from({ length: n }, (_, i) =>
    n === 1 ? a - b : a - b * Math.cos((2 * Math.PI * i) / period),
  );
  return windowOf(op, values, undefined);
}

/**
 * The Kaiser window: near to the one whose energy is most concentrated in frequency.
 *
 * @param beta - the larger, the lower the side lobes and the wider the main one
 * @param dtype - a float; the default float if absent
 * @throws ArgumentError when `windowLength` is no integer of at least 1 or `beta` not finite
 * @example kaiserWindow(3, 0) // [1, 1, 1]
 */
export function kaiserWindow(windowLength: number, beta = 12, dtype?: DType): Tensor {
  const op = 'kaiserWindow';
  const n = requireWindowLength(op, windowLength);
  requireFinite(op, 'beta', beta);
  return windowOf(op, kaiser(n, beta), dtype);
}

/**
 * The window that Kaiser's makes for overlapping transforms: its squares and those of the next, half
 * a length later, add up to 1.
 *
 * @param beta - as of `kaiserWindow`
 * @param dtype - a float; the default float if absent
 * @throws ArgumentError when `windowLength` is no even integer of at least 2 or `beta` not finite
 * @example kaiserBesselDerivedWindow(2, 0, 'float64') // [0.7071067811865476, 0.7071067811865476]
 */
export function kaiserBesselDerivedWindow(windowLength: number, beta = 12, dtype?: DType): Tensor {
  const op = 'kaiserBesselDerivedWindow';
  const n = requireWindowLength(op, windowLength);
  requireFinite(op, 'beta', beta);
  if (n % 2 !== 0) {
    throw misuse(ArgumentError, op, 'windowLength', 'be even', String(n));
  }
  const sums = kaiser(n / 2 + 1, beta);
  for (let i = 1; i < sums.length; i++) sums[i] += sums[i - 1];
  const half = (i: number): number => Math.sqrt(sums[i] / sums[n / 2]);
  const values = Float64Array.from({ length: n }, (_, i) => half(i < n / 2 ? i : n - 1 - i));
  return windowOf(op, values, dtype);
}

/**
 * The window of the Vorbis codec; its squares and those of the next, half a length later, add up to 1.
 *
 * @param dtype - a float; the default float if absent
 * @throws ArgumentError when `windowLength` is no integer of at least 1
 * @example vorbisWindow(1) // [1]
 */
export function vorbisWindow(windowLength: number, dtype?: DType): Tensor {
  const op = 'vorbisWindow';
  const n = requireWindowLength(op, windowLength);
  const values = Float64Array.from({ length: n }, (_, i) => {
    const sine = Math.sin((Math.PI * (i + 0.5)) / n);
    return Math.sin((Math.PI / 2) * sine * sine);
  });
  return windowOf(op, values, dtype);
}

function raisedCosine(
  op: string,
  windowLength: number,
  periodic: boolean,
  dtype: DType | undefined,
  mean: number,
): Tensor {
  const n = requireWindowLength(op, windowLength);
  requireBoolean(op, 'periodic', periodic);
  const period = periodic && n % 2 === 0 ? n : n - 1;
  const values = Float64Array.from({ length: n }, (_, i) =>
    n === 1 ? 1 : mean - (1 - mean) * Math.cos((2 * Math.PI * i) / period),
  );
  return windowOf(op, values, dtype);
}

// A quotient of scaled functions: the others overflow at a beta of 714.
function kaiser(n: number, beta: number): Float64Array {
  const middle = (n - 1) / 2;
  const steepness = Math.abs(beta);
  const peak = scaledBesselI0(steepness);
  return Float64Array.from({ length: n }, (_, i) => {
    const at = n === 1 ? 0 : (i - middle) / middle;
    const x = steepness * Math.sqrt(1 - at * at);
    return (Math.exp(x - steepness) * scaledBesselI0(x)) / peak;
  });
}

/**
 * The modified Bessel function of order 0 times e^-x, of an x of at least 0: by its power series, or
 * by the asymptotic one once that has the precision of a double.
 *
 * @see Abramowitz and Stegun, 9.6.12 and 9.7.1
 */
function scaledBesselI0(x: number): number {
  const isLarge = x > 30;
  let term = 1;
  let total = 1;
  for (let k = 1; term > total * 1e-17; k++) {
    term *= isLarge ? (2 * k - 1) ** 2 / (8 * k * x) : (x * x) / (4 * k * k);
    total += term;
  }
  return isLarge ? total / Math.sqrt(2 * Math.PI * x) : total * Math.exp(-x);
}

function requireWindowLength(op: string, windowLength: number, min = 1): number {
  const n = requireInteger(op, 'windowLength', windowLength, { min });
  requireElements(op, 'windowLength', [n]);
  return n;
}

function windowOf(op: string, values: Float64Array, dtype: DType | undefined): Tensor {
  return createTensor(op, values, undefined, requireFloatDType(op, dtype));
}

function requireFloatDType(op: string, dtype: DType | undefined): FloatDType {
  if (dtype === undefined) return runtime.defaultFloat;
  const wanted = requireDType(op, dtype);
  if (isFloat(wanted)) return wanted;
  throw misuse(DTypeError, op, 'dtype', "be 'float32' or 'float64'", `'${wanted}'`);
}
