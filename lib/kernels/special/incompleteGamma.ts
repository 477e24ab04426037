import { erfc } from '../erf.ts';
import type { Pair } from './doubleDouble.ts';
import { addPairs, dividePairs, exactSum, exponential } from './doubleDouble.ts';
import { exactProduct, logarithm, multiplyPairs } from './doubleDouble.ts';
import { digamma, halfLogTau, lgamma, lgammaOfNext, stirling } from './gamma.ts';

/*
 * The regularised incomplete gamma functions, by the series below the mean and by the continued
 * fraction above (DLMF 8.7.1, 8.9.2). Each carries the derivative with respect to a along.
 */

/** A number and its derivative with respect to a parameter. */
export type Dual = readonly [value: number, slope: number];

/** The lower function P(a, x); NaN unless a > 0 and x >= 0. */
export function igamma(a: number, x: number): number {
  if (!isInside(a, x)) return NaN;
  if (x === 0) return 0;
  if (x === Infinity) return 1;
  if (a > large) return uniform(a, x, 1);
  return isBelow(a, x) ? lowerSeries(a, x)[0] : 1 - upperFraction(a, x)[0];
}

/** The upper function Q(a, x) = 1 - P(a, x). */
export function igammac(a: number, x: number): number {
  if (!isInside(a, x)) return NaN;
  if (x === 0) return 1;
  if (x === Infinity) return 0;
  if (a > large) return uniform(a, x, -1);
  if (!isBelow(a, x)) return upperFraction(a, x)[0];
  return x < 1 && a < 1 ? smallUpper(a, x) : 1 - lowerSeries(a, x)[0];
}

/** The derivative of P(a, x) with respect to a. */
export function igammaSlope(a: number, x: number): number {
  if (!isInside(a, x)) return NaN;
  if (x === 0 || x === Infinity) return 0;
  if (a > large) return uniformSlope(a, x);
  return isBelow(a, x) ? lowerSeries(a, x)[1] : -upperFraction(a, x)[1];
}

function isInside(a: number, x: number): boolean {
  return a > 0 && a < Infinity && x >= 0;
}

function isBelow(a: number, x: number): boolean {
  return x < Math.max(1, a);
}

/** x^a e^-x / Γ(a + 1), without the cancellation between the logarithms. */
function poissonWeight(a: number, x: number): number {
  // The exponential may be subnormal where the product is not.
  if (a < 10) return Math.exp(-x / 2) * Math.pow(x, a) * Math.exp(-x / 2 - lgamma(a + 1));
  return (Math.exp(-stirling(a) - halfLogTau) / Math.sqrt(a)) * relativeWeight(a, x);
}

/** (x / a)^a e^(a - x): the exponent has more digits than a double, which its exponential needs. */
function relativeWeight(a: number, x: number): number {
  const ratio = x / a;
  if (a > 1e15) return Math.exp(a * logOnePlusLess((x - a) / a, ratio));
  if (ratio < 1e-40 || ratio > 1e6) return 0;
  return exponential(weightExponent(a, x));
}

/** a log(x / a) + a - x */
function weightExponent(a: number, x: number): Pair {
  const power = multiplyPairs([a, 0], logarithm(dividePairs([x, 0], [a, 0])));
  return addPairs(power, exactSum(a, -x));
}

/** x^(a - 1) e^-x / Γ(a), also at the ends. */
export function gammaDensity(a: number, x: number): number {
  if (!isInside(a, x)) return NaN;
  if (x === 0) return a < 1 ? Infinity : a === 1 ? 1 : 0;
  return x === Infinity ? 0 : (poissonWeight(a, x) * a) / x;
}

/** log(1 + d) - d, where the sum is known as `whole`. */
export function logOnePlusLess(d: number, whole: number): number {
  if (Math.abs(d) > 0.4) return Math.log(whole) - d;
  // log(1 + d) = 2 artanh r with r = d / (2 + d); d itself is 2r + rd.
  const r = d / (2 + d);
  const square = r * r;
  let sum = 0;
  for (let k = 41; k > 1; k -= 2) sum = square * (1 / k + sum);
  return r * (2 * sum - d);
}

/** P = density Σ x^n / (a + 1) … (a + n): all terms are positive, and all their slopes negative. */
function lowerSeries(a: number, x: number): Dual {
  let term = 1;
  let logSlope = 0;
  let sum = 1;
  let slope = 0;
  for (let n = 1; n < 1e5; n++) {
    term *= x / (a + n);
    logSlope -= 1 / (a + n);
    sum += term;
    slope += term * logSlope;
    if (term * (1 - logSlope) < 1e-17 * sum) break;
  }
  const density = poissonWeight(a, x);
  const value = density * sum;
  return [value, density * (slope + sum * (Math.log(x) - digamma(a + 1)))];
}

/** Q by the continued fraction, in Lentz' form with the slopes of both ratios. */
function upperFraction(a: number, x: number): Dual {
  let b = x + 1 - a;
  let c = 1 / tiny;
  let dc = 0;
  let d = 1 / b;
  let dd = d * d;
  let h = d;
  let dh = dd;
  for (let n = 1; n < 1e5; n++) {
    const numerator = -n * (n - a);
    b += 2;
    // b falls by 1 as a grows by 1, the numerator grows by n.
    const inverse = b + numerator * d;
    const inverseSlope = n * d + numerator * dd - 1;
    const nextC = b + numerator / c;
    dc = n / c - (numerator * dc) / (c * c) - 1;
    c = nextC;
    d = 1 / inverse;
    dd = -inverseSlope * d * d;
    const ratio = c * d;
    const ratioSlope = dc * d + c * dd;
    dh = dh * ratio + h * ratioSlope;
    h *= ratio;
    if (Math.abs(ratio - 1) < 2e-16 && Math.abs(h * ratioSlope) <= 1e-15 * Math.abs(dh)) break;
  }
  const density = poissonWeight(a, x) * a;
  return [density * h, density * (dh + h * (Math.log(x) - digamma(a)))];
}

const tiny = 1e-300;

/** From here on series and fraction are slow, and two terms of the uniform expansion enough. */
const large = 1e6;

/** P (sign 1) or Q (sign -1) for large a (DLMF 8.12.3 and 8.12.4, with series for c₀ and c₁). */
function uniform(a: number, x: number, sign: number): number {
  const d = (x - a) / a;
  const eta = Math.sign(d) * Math.sqrt(-2 * logOnePlusLess(d, x / a));
  const square = 0.5 * a * eta * eta;
  if (square > 750 || eta !== eta) return d * sign > 0 ? 1 : 0;
  let c = 0;
  for (let k = expansion.length - 1; k >= 0; k--) c = expansion[k] + eta * c;
  c += (-1 / 540 - eta / 288) / a;
  const distance = eta * Math.sqrt(a / 2);
  const weight = Math.exp(-square);
  const correction = (weight * c) / Math.sqrt(2 * Math.PI * a);
  return 0.5 * erfc(-sign * distance) + sign * (rounding(a, x, distance, weight) - correction);
}

/** What erfc / 2 loses by the rounding of its argument, which its tail magnifies. */
function rounding(a: number, x: number, distance: number, weight: number): number {
  if (a > 1e15 || distance === 0) return 0;
  const excess = addPairs(weightExponent(a, x), exactProduct(distance, distance))[0];
  return (-excess / (2 * distance)) * (weight / Math.sqrt(Math.PI));
}

// P falls by the weight x^a e^-x / Γ(a + 1) from a to a + 1: the slope is that of the middle.
function uniformSlope(a: number, x: number): number {
  const middle = poissonWeight(a - 0.5, x);
  const bend = poissonWeight(a + 0.5, x) - 2 * middle + poissonWeight(a - 1.5, x);
  return bend / 24 - middle;
}

/** c₀ in powers of η. */
const expansion = [-1 / 3, 1 / 12, -2 / 135, 1 / 864, 1 / 2835, -139 / 777600, 1 / 25515];

/**
 * Q for small a and x, where P is near 1: 1 - x^a / Γ(a + 1) and the rest of the series apart
 * (DLMF 8.7.3).
 */
function smallUpper(a: number, x: number): number {
  let sum = 0;
  let term = 1;
  for (let n = 1; n < 60; n++) {
    term *= -x / n;
    sum += term / (a + n);
    if (Math.abs(term) < 1e-18) break;
  }
  const exponent = a * Math.log(x) - lgammaOfNext(a);
  return -Math.expm1(exponent) - Math.exp(exponent) * a * sum;
}
