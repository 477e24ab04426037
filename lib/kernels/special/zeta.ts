import { dividePairs, exactSum } from './doubleDouble.ts';
import { digamma, lgamma } from './gamma.ts';

/*
 * Hurwitz' zeta function by the formula of Euler and Maclaurin (DLMF 25.11.5): the first terms as
 * they are, the rest as an integral and its corrections.
 */

/** Σ (q + k)^-s over k >= 0, for s > 1. For negative q, s must be whole. */
export function zeta(s: number, q: number): number {
  return valueAndSlope(s, q)[0];
}

/** The derivative of zeta with respect to s. */
export function zetaSlope(s: number, q: number): number {
  return valueAndSlope(s, q)[1];
}

type Pair = readonly [value: number, slope: number];

function valueAndSlope(s: number, q: number): Pair {
  if (!(s >= 1) || q !== q) return [NaN, NaN];
  if (s === 1) return [Infinity, -Infinity];
  if (q > 0) return ofPositive(s, q);
  if (q === Math.floor(q)) return [Infinity, NaN];
  return [s === Math.floor(s) ? ofNegative(s, q) : NaN, NaN];
}

// The sum over all integers repeats with period 1; what lies below q is a sum from 1 - q.
function ofNegative(s: number, q: number): number {
  const sign = s % 2 === 0 ? 1 : -1;
  const rest = q - Math.round(q);
  const near = Math.abs(rest);
  const both = ofPositive(s, near)[0] + sign * ofPositive(s, 1 - near)[0];
  return (rest > 0 ? both : sign * both) - sign * ofPositive(s, 1 - q)[0];
}

const direct = 12;

function ofPositive(s: number, q: number): Pair {
  if (s === Infinity || q === Infinity) return [q > 1 ? 0 : q === 1 ? 1 : Infinity, 0];
  const first = Math.pow(q, -s);
  if (first === Infinity) return [Infinity, Infinity];
  let value = first;
  let slope = first === 0 ? 0 : -first * Math.log(q);
  for (let k = 1; k < direct; k++) {
    const power = powerOfSum(q, k, s);
    value += power;
    slope -= power === 0 ? 0 : power * Math.log(q + k);
  }
  const w = q + direct;
  const power = powerOfSum(q, direct, s);
  if (power === 0) return [value, slope];
  const log = Math.log(w);
  const integral = (power * w) / (s - 1);
  value += integral + power / 2;
  slope -= integral * (log + 1 / (s - 1)) + (power / 2) * log;
  return withCorrections(s, w, power, value, slope);
}

/** (q + k)^-s: the power would magnify the rounding of the sum. */
function powerOfSum(q: number, k: number, s: number): number {
  const [w, rest] = exactSum(q, k);
  return Math.pow(w, -s) * (1 - (s * rest) / w);
}

/** q^s zeta(s, q), which neither overflows nor underflows with the powers. */
function scaledZeta(s: number, q: number): number {
  const power = (k: number): number => {
    const [w, rest] = dividePairs(exactSum(q, k), [q, 0]);
    return Math.pow(w, -s) * (1 - (s * rest) / w);
  };
  let value = 1;
  for (let k = 1; k < direct; k++) value += power(k);
  const w = q + direct;
  const last = power(direct);
  value += (last * w) / (s - 1) + last / 2;
  return last === 0 ? value : withCorrections(s, w, last, value, 0)[0];
}

/** Adds Σ B₂ₖ / (2k)! s (s + 1) … (s + 2k - 2) w^(1 - s - 2k). */
function withCorrections(s: number, w: number, power: number, value: number, slope: number): Pair {
  const log = Math.log(w);
  let term = (power * s) / w;
  let logSlope = 1 / s - log;
  for (let k = 0; k < bernoulliOverFactorial.length; k++) {
    const correction = bernoulliOverFactorial[k] * term;
    value += correction;
    slope += correction * logSlope;
    if (Math.abs(correction) < 1e-18 * value) break;
    const next = s + 2 * k + 1;
    term *= (next * (next + 1)) / (w * w);
    logSlope += 1 / next + 1 / (next + 1);
  }
  return [value, slope];
}

/** The derivative of order n of digamma; NaN unless n is a whole number from 0. */
export function polygamma(n: number, x: number): number {
  if (n === 0) return digamma(x);
  if (!(n > 0 && n < Infinity) || n !== Math.floor(n)) return NaN;
  const sign = n % 2 === 0 ? -1 : 1;
  if (n > 20 && x > 0 && x < Infinity)
    return sign * factorialOverPower(n, x) * scaledZeta(n + 1, x);
  // At such points the derivative of the cotangent, which reflection adds, is 0.
  if (n % 2 === 0 && x < 0 && x - Math.floor(x) === 0.5) return polygamma(n, 1 - x);
  let factorial = sign;
  for (let k = 2; k <= Math.min(n, 200); k++) factorial *= k;
  return factorial * zeta(n + 1, x);
}

/** n! / x^(n + 1) */
function factorialOverPower(n: number, x: number): number {
  if (n > 1e5) return Math.exp(lgamma(n + 1) - (n + 1) * Math.log(x));
  let product = 1 / x;
  let exponent = 0;
  for (let k = 1; k <= n; k++) {
    product *= k / x;
    if (product < 1e-200 || product > 1e200) {
      const step = product < 1 ? 600 : -600;
      product *= 2 ** step;
      exponent -= step;
      if (Math.abs(exponent) > 1e9 || product === 0 || product === Infinity) break;
    }
  }
  // Two factors, of which neither overflows where the product does not.
  const half = Math.max(-1000, Math.min(1000, exponent / 2));
  return product * 2 ** half * 2 ** half;
}

/** B₂ₖ / (2k)! from k = 1, with Bernoulli's numbers. */
const bernoulliOverFactorial: readonly number[] = [
  0.08333333333333333, -0.001388888888888889, 3.306878306878307e-5, -8.267195767195768e-7,
  2.08767569878681e-8, -5.284190138687493e-10, 1.3382536530684679e-11, -3.3896802963225827e-13,
  8.586062056277845e-15, -2.174868698558062e-16, 5.5090028283602295e-18, -1.3954464685812522e-19,
];
