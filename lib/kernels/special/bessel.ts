import type { Values } from '../../base/dtype.ts';

/*
 * Bessel functions of whole order. J and I by Miller's backward recurrence (DLMF 3.6, 10.74), Y and K
 * by Neumann's series over the same numbers (DLMF 10.8, 10.44), K also by its integral (DLMF 10.32.9);
 * far out by Hankel's asymptotic series (DLMF 10.17, 10.40).
 */

const euler = 0.5772156649015329;

/** From here on the asymptotic series reach the last digit. */
const far = 30;

/** Jₙ(x). */
export function besselJ(n: number, x: number): number {
  if (x < 0) return n % 2 === 0 ? besselJ(n, -x) : -besselJ(n, -x);
  if (x === 0) return n === 0 ? 1 : 0;
  if (x === Infinity) return 0;
  if (x < far || n > x) return orders(n, x, -1)[n];
  return upward(n, x, hankel(0, x, 0), hankel(1, x, 0), -1);
}

/** Yₙ(x); NaN for negative x. */
export function besselY(n: number, x: number): number {
  if (!(x >= 0)) return NaN;
  if (x === 0) return -Infinity;
  if (x === Infinity) return 0;
  if (x >= far) return upward(n, x, hankel(0, x, 1), hankel(1, x, 1), -1);
  const j = orders(1, x, -1);
  const log = logHalf(x) + euler;
  let zeroth = log * j[0];
  let first = (log - 1) * j[1] - j[0] / x;
  for (let k = 1; 2 * k + 1 < j.length; k++) {
    const sign = k % 2 === 0 ? 1 : -1;
    zeroth -= (2 * sign * j[2 * k]) / k;
    first -= (sign * (2 * k + 1) * j[2 * k + 1]) / (k * (k + 1));
  }
  return upward(n, x, (2 / Math.PI) * zeroth, (2 / Math.PI) * first, -1);
}

/**
 * The spherical jₙ(πx), of which order 0 is sinc: its series (DLMF 10.53.1) before the turning point,
 * the recurrence from order 0 upwards (DLMF 10.51.1) beyond it.
 */
export function sphericalBesselJ(n: number, x: number): number {
  if (x < 0) return n % 2 === 0 ? sphericalBesselJ(n, -x) : -sphericalBesselJ(n, -x);
  if (x === Infinity) return 0;
  const y = Math.PI * x;
  if (y < Math.max(n, 1)) return sphericalSeries(n, y);
  // Whole turns are taken off before π comes in: at a whole x the sine is 0.
  const angle = Math.PI * (x - 2 * Math.round(x / 2));
  const zeroth = (Number.isInteger(x) ? 0 : Math.sin(angle)) / y;
  if (n === 0) return zeroth;
  let [before, value] = [zeroth, (zeroth - Math.cos(angle)) / y];
  for (let k = 1; k < n; k++) [before, value] = [value, ((2 * k + 1) * value) / y - before];
  return value;
}

function sphericalSeries(n: number, y: number): number {
  let term = 1;
  for (let k = 1; k <= n; k++) term *= y / (2 * k + 1);
  let sum = term;
  for (let k = 1; Math.abs(term) > 1e-18 * Math.abs(sum); k++) {
    term *= (-y * y) / (2 * k * (2 * (n + k) + 1));
    sum += term;
  }
  return sum;
}

/** exp(-|x|) Iₙ(x). */
export function besselIe(n: number, x: number): number {
  if (x < 0) return n % 2 === 0 ? besselIe(n, -x) : -besselIe(n, -x);
  if (x === 0) return n === 0 ? 1 : 0;
  if (x === Infinity) return 0;
  if (x < far || n * n > x) return orders(n, x, 1)[n];
  return asymptotic(n, x, -1) / Math.sqrt(2 * Math.PI) / Math.sqrt(x);
}

/** Iₙ(x). */
export function besselI(n: number, x: number): number {
  return x === -Infinity && n % 2 === 1
    ? -Infinity
    : grown(Math.abs(x) === Infinity ? 1 : besselIe(n, x), Math.abs(x));
}

/** exp(x) Kₙ(x); NaN for negative x. */
export function besselKe(n: number, x: number): number {
  if (!(x >= 0)) return NaN;
  if (x === 0) return Infinity;
  if (x === Infinity) return 0;
  const [zeroth, first] = modifiedSecond(x);
  return upward(n, x, zeroth, first, 1);
}

/** Kₙ(x). */
export function besselK(n: number, x: number): number {
  return grown(besselKe(n, x), -x);
}

/** y exp(exponent), also where the exponential alone overflows or underflows. */
function grown(y: number, exponent: number): number {
  if (exponent === Infinity) return Infinity * Math.sign(y);
  const half = Math.exp(exponent / 2);
  return y * half * half;
}

/** log(x / 2), also where x / 2 would be rounded to 0. */
function logHalf(x: number): number {
  return x < 1e-300 ? Math.log(x) - Math.LN2 : Math.log(x / 2);
}

/** f of order n from orders 0 and 1: f(k + 1) = 2k/x f(k) + sign f(k - 1). */
function upward(n: number, x: number, zeroth: number, first: number, sign: number): number {
  if (n === 0) return zeroth;
  let before = zeroth;
  let last = first;
  for (let k = 1; k < n; k++) [before, last] = [last, ((2 * k) / x) * last + sign * before];
  return last;
}

/**
 * Jₖ(x), or exp(-x) Iₖ(x) for sign 1, for k from 0: backwards from an order where they vanish, up to
 * a factor that their sum, which is 1, tells.
 */
function orders(n: number, x: number, sign: number): Float64Array {
  const last = 2 * Math.ceil((Math.max(n, x) + 40) / 2);
  const values = new Float64Array(last + 1);
  if (x < 1e-8) {
    // The first term of the power series is all; the ratios of the recurrence would overflow.
    values[0] = sign > 0 ? Math.exp(-x) : 1;
    for (let k = 1; k <= last; k++) values[k] = (values[k - 1] * x) / (2 * k);
    return values;
  }
  let above = 0;
  let current = 1e-250;
  let total = 0;
  for (let k = last; k >= 0; k--) {
    values[k] = current;
    if (sign > 0 || k % 2 === 0) total += k === 0 ? current : 2 * current;
    [above, current] = [current, ((2 * k) / x) * current + sign * above];
    if (Math.abs(current) > 1e200) {
      for (let i = k; i <= last; i++) values[i] *= 1e-300;
      above *= 1e-300;
      current *= 1e-300;
      total *= 1e-300;
    }
  }
  for (let k = 0; k <= last; k++) values[k] /= total;
  return values;
}

/** Jₙ (kind 0) or Yₙ (kind 1) of n = 0 or 1 for large x. */
function hankel(n: number, x: number, kind: number): number {
  let p = 1;
  let q = 0;
  let term = 1;
  for (let k = 1; k < 40; k++) {
    term *= (4 * n * n - (2 * k - 1) ** 2) / (8 * k * x);
    if (Math.abs(term) < 1e-18) break;
    if (k % 2 === 1) q += k % 4 === 1 ? term : -term;
    else p += k % 4 === 0 ? term : -term;
  }
  const plus = Math.sin(x) + Math.cos(x);
  const minus = Math.sin(x) - Math.cos(x);
  // The phase x - nπ/2 - π/4, without a subtraction that would round it.
  const cosine = n === 0 ? plus : minus;
  const sine = n === 0 ? minus : -plus;
  const wave = kind === 0 ? p * cosine - q * sine : p * sine + q * cosine;
  return wave / Math.sqrt(Math.PI) / Math.sqrt(x);
}

/** Σ aₖ(n) (sign / x)^k: what exp(∓x) √x takes out of I (sign -1) and K (sign 1). */
function asymptotic(n: number, x: number, sign: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; k < 40; k++) {
    term *= (sign * (4 * n * n - (2 * k - 1) ** 2)) / (8 * k * x);
    sum += term;
    if (Math.abs(term) < 1e-18) break;
  }
  return sum;
}

/** exp(x) K₀(x) and exp(x) K₁(x). */
function modifiedSecond(x: number): readonly [zeroth: number, first: number] {
  if (x >= far) {
    const factor = Math.sqrt(Math.PI / 2 / x);
    return [factor * asymptotic(0, x, 1), factor * asymptotic(1, x, 1)];
  }
  return x > 1 ? modifiedIntegral(x) : modifiedSeries(x);
}

function modifiedSeries(x: number): readonly [zeroth: number, first: number] {
  const i = orders(1, x, 1);
  let zeroth = -(logHalf(x) + euler) * i[0];
  for (let k = 1; 2 * k < i.length; k++) zeroth += (2 * i[2 * k]) / k;
  const growth = Math.exp(x);
  const scaled = zeroth * growth * growth;
  // The Wronskian I₀ K₁ + I₁ K₀ = 1 / x, in which the exponentials cancel.
  return [scaled, (1 / x - i[1] * scaled) / i[0]];
}

/** ∫ exp(-x (cosh t - 1)) cosh(nt) dt over t > 0 by the trapezoidal rule. */
function modifiedIntegral(x: number): readonly [zeroth: number, first: number] {
  const step = Math.min(0.2, 0.6 / Math.sqrt(x));
  let zeroth = 0.5;
  let first = 0.5;
  for (let k = 1; ; k++) {
    const half = Math.sinh((k * step) / 2);
    const exponent = 2 * x * half * half;
    if (exponent > 42) break;
    const weight = Math.exp(-exponent);
    zeroth += weight;
    first += weight * (1 + 2 * half * half);
  }
  return [zeroth * step, first * step];
}

/** `y = f(order, x)` for every element. */
export function besselLoop(
  f: (order: number, x: number) => number,
  order: number,
  x: Values,
  y: Values,
): void {
  for (let i = 0; i < y.length; i++) y[i] = f(order, x[i]);
}
