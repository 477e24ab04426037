import { erf, erfc } from '../erf.ts';
import { exactProduct } from './doubleDouble.ts';

/*
 * The normal distribution and the inverses of the error function: a rational first guess (Winitzki
 * 2008), then steps of Halley's method against erf or erfc, whichever is the small one.
 */

/** The number whose erf is x. */
export function erfinv(x: number): number {
  const z = Math.abs(x);
  if (!(z <= 1)) return NaN;
  if (z === 1) return x * Infinity;
  if (z < 1e-8) return x * (Math.sqrt(Math.PI) / 2);
  if (z > 0.5) return Math.sign(x) * fromTail(1 - z);
  let y = guess(z, (1 - z) * (1 + z));
  for (let k = 0; k < 3; k++) y -= halley((erf(y) - z) * halfRootPi * Math.exp(y * y), y);
  return Math.sign(x) * y;
}

/** The number whose erfc is x. */
export function erfcinv(x: number): number {
  if (!(x >= 0 && x <= 2)) return NaN;
  if (x === 0) return Infinity;
  if (x === 2) return -Infinity;
  if (x < 0.5) return fromTail(x);
  return x > 1.5 ? -fromTail(2 - x) : erfinv(1 - x);
}

/** erfcinv for 0 < q <= 1/2: Halley's steps on the logarithm would not be shorter. */
function fromTail(q: number): number {
  let y = guess(1 - q, q * (2 - q));
  for (let k = 0; k < 4; k++) {
    const newton = y > 25 ? farStep(q, y) : (erfc(y) - q) * halfRootPi * Math.exp(y * y);
    y += halley(newton, -y);
  }
  return y;
}

/** Newton's step where erfc is near the least doubles, by its asymptotic series (DLMF 7.12.1). */
function farStep(q: number, y: number): number {
  const [square, rest] = exactProduct(y, y);
  let sum = 1;
  for (let k = 8; k > 0; k--) sum = 1 - (sum * (2 * k - 1)) / (2 * square);
  const half = Math.exp(square / 2);
  return sum / (2 * y) - halfRootPi * (q * half) * half * (1 + rest);
}

function halley(newton: number, y: number): number {
  return newton / (1 + newton * y);
}

/** Winitzki's inverse; `rest` is 1 - z². */
function guess(z: number, rest: number): number {
  const log = Math.log(rest);
  const half = 2 / (Math.PI * 0.147) + log / 2;
  const root = Math.sqrt(half * half - log / 0.147);
  return z < 0.1 ? z * halfRootPi : Math.sqrt(root - half);
}

/** The probability that a standard normal number is at most x. */
export function ndtr(x: number): number {
  if (x === Infinity) return 1;
  if (!(x > -40)) return x !== x ? NaN : 0;
  // x / √2 in two parts: the tail magnifies the rounding error of its argument.
  const z = -x * Math.SQRT1_2;
  const high = Math.fround(x);
  const exact = high * rootHigh + z + (x - high) * rootHigh;
  const rest = -(exact + x * rootLow);
  return 0.5 * (erfc(z) - (2 / Math.sqrt(Math.PI)) * Math.exp(-z * z) * rest);
}

/** √½ in two parts, the first of 24 bits, so that its product with a single is exact. */
const rootHigh = 0.7071067690849304;
const rootLow = 1.210161710447897e-8;

/** The number that a standard normal one is at most with probability p. */
export function ndtri(p: number): number {
  if (!(p >= 0 && p <= 1)) return NaN;
  return p < 0.25 ? -Math.SQRT2 * erfcinv(2 * p) : Math.SQRT2 * erfinv(2 * p - 1);
}

const halfRootPi = Math.sqrt(Math.PI) / 2;
