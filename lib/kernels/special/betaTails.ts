import { erfc } from '../erf.ts';
import type { Pair } from './doubleDouble.ts';
import { addPairs, dividePairs, exactProduct, exactSum, exponential } from './doubleDouble.ts';
import { logarithm, multiplyPairs } from './doubleDouble.ts';
import { digamma, lgamma, lgammaOfNext, stirling } from './gamma.ts';

/*
 * The incomplete beta function below the mean, from the distance to the mean, whose last digits
 * decide where a and b are large: by the continued fraction, and for large a and b by the asymptotic
 * expansion of Didonato and Morris (1992, ACM TOMS 708, functions BFRAC and BASYM).
 */

export interface BetaPoint {
  readonly a: number;
  readonly b: number;
  readonly x: Pair;
  /** 1 - x */
  readonly y: Pair;
}

export function pointOf(a: number, b: number, x: number): BetaPoint {
  return { a, b, x: [x, 0], y: exactSum(1, -x) };
}

export function reflected({ a, b, x, y }: BetaPoint): BetaPoint {
  return { a: b, b: a, x: y, y: x };
}

/** I_x(a, b) for x below the mean, or a little above. */
export function lowerTail(point: BetaPoint): number {
  const { a, b, x } = point;
  const distance = addPairs([a, 0], multiplyPairs(exactSum(a, b), [-x[0], -x[1]]));
  if (Math.min(a, b) > large) {
    return distance[0] < 0 ? 1 - expansion(reflected(point)) : expansion(point);
  }
  return betaWeight(point) * fraction(point, distance[0]);
}

/** Of the contracted fraction, whose terms know the distance a - (a + b) x. */
function fraction({ a, b, x: [x], y: [y] }: BetaPoint, distance: number): number {
  let [p, pBefore] = [1, 0];
  let [q, qBefore] = [((1 + distance) * a) / (a + 1), 1];
  let value = p / q;
  for (let n = 1; n < 1e5; n++) {
    const w = n * (b - n) * x;
    const s = a + 2 * n - 1;
    const alpha = ((a + (n - 1)) / s) * ((a + b + (n - 1)) / s) * w * x;
    const beta = n + w / s + ((a + n) / (s + 2)) * (1 + distance + n * (1 + y));
    [p, pBefore] = [beta * p + alpha * pBefore, p];
    [q, qBefore] = [beta * q + alpha * qBefore, q];
    const before = value;
    value = p / q;
    if (Math.abs(value - before) <= 1e-16 * Math.abs(value)) break;
    pBefore /= q;
    qBefore /= q;
    p = value;
    q = 1;
  }
  return value;
}

/** x^a y^b / B(a, b) */
export function betaWeight(point: BetaPoint): number {
  const { a, b } = point;
  const exponent = weightExponent(point);
  if (a < 10 || b < 10) return exponential(addPairs(exponent, [logInverseBeta(a, b), 0]));
  const n = a + b;
  const root = Math.sqrt((a / n) * (b / (2 * Math.PI)));
  return root * exponential(addPairs(exponent, [stirling(n) - stirling(a) - stirling(b), 0]));
}

/** a log x + b log y; for large a and b relative to the mean. */
function weightExponent({ a, b, x, y }: BetaPoint): Pair {
  const isLarge = a >= 10 && b >= 10;
  const n = exactSum(a, b);
  const relative = (z: Pair, share: number): Pair =>
    isLarge ? dividePairs(multiplyPairs(z, n), [share, 0]) : z;
  const power = (z: Pair, share: number): Pair =>
    multiplyPairs([share, 0], logarithm(relative(z, share)));
  return addPairs(power(x, a), power(y, b));
}

/** log Γ(a + b) / Γ(a) Γ(b), where a or b is below 10. */
function logInverseBeta(a: number, b: number): number {
  const small = Math.min(a, b);
  const large = Math.max(a, b);
  if (large < 10) return lgamma(a + b) - lgamma(a) - lgamma(b);
  return lgammaRise(large, small) - lgamma(small);
}

/** log Γ(a + b) - log Γ(a) from Stirling's series, whose large parts cancel. */
function lgammaRise(a: number, b: number): number {
  let start = a;
  let below = 0;
  for (; start < 10; start++) below += Math.log1p(b / start);
  const main = (start - 0.5) * Math.log1p(b / start) + b * Math.log(start + b) - b;
  return main - below + stirlingRise(start, b);
}

function stirlingRise(a: number, b: number): number {
  if (b > 1e-5) return stirling(a + b) - stirling(a);
  const middle = a + b / 2;
  return b * (digamma(middle) - Math.log(middle) + 0.5 / middle);
}

/**
 * 1 - I_x(a, b) for a below 1 and x below the mean, without the cancellation where a is small: the
 * power of x and the rest of the series apart (DLMF 8.17.7).
 */
export function smallUpperTail({ a, b, x: [x] }: BetaPoint): number {
  let term = 1;
  let sum = 0;
  for (let k = 1; k < 200; k++) {
    term *= ((k - b) / k) * x;
    sum += term / (a + k);
    if (Math.abs(term) < 1e-18) break;
  }
  const exponent = a * Math.log(x) + lgammaRise(b, a) - lgammaOfNext(a);
  return -Math.expm1(exponent) - Math.exp(exponent) * a * sum;
}

/** From here on the expansion reaches the last digits. */
const large = 1e4;

function expansion(point: BetaPoint): number {
  const { a, b } = point;
  const exponent = weightExponent(point);
  const fall = Math.max(-exponent[0], 0);
  if (fall > 750) return 0;
  const next = expansionTerms(a, b);
  const scale = 1 / Math.sqrt(Math.min(a, b) * (1 + Math.min(a, b) / Math.max(a, b)));
  // ∫ t^n exp(-t²) dt beyond √fall, up to factors, for even and odd n by recurrence.
  let even = (Math.sqrt(Math.PI) / 4) * scaledErfc(Math.sqrt(fall));
  let odd = Math.SQRT1_2 / 2;
  let power = Math.sqrt(2 * fall);
  let factor = scale;
  let sum = even + next() * factor * odd;
  for (let n = 2; n <= 20; n += 2) {
    even = (Math.SQRT1_2 / 2) * power + (n - 1) * even;
    odd = (Math.SQRT1_2 / 2) * (power * Math.sqrt(2 * fall)) + n * odd;
    power *= 2 * fall;
    const evenShare = next() * factor * scale * even;
    factor *= scale * scale;
    const oddShare = next() * factor * odd;
    sum += evenShare + oddShare;
    if (Math.abs(evenShare) + Math.abs(oddShare) < 1e-17 * sum) break;
  }
  const correction = stirling(a + b) - stirling(a) - stirling(b);
  return (2 / Math.sqrt(Math.PI)) * sum * exponential(addPairs(exponent, [correction, 0]));
}

/** exp(x²) erfc(x) */
function scaledErfc(x: number): number {
  const [square, rest] = exactProduct(x, x);
  if (x < 20) return erfc(x) * Math.exp(square) * (1 + rest);
  let sum = 1;
  for (let k = 8; k > 0; k--) sum = 1 - (sum * (2 * k - 1)) / (2 * square);
  return sum / (x * Math.sqrt(Math.PI));
}

/** A function that gives the next of the coefficients dₙ of Didonato and Morris, from n = 1. */
function expansionTerms(a: number, b: number): () => number {
  const ratio = Math.min(a, b) / Math.max(a, b);
  const slope = (b - a) / Math.max(a, b);
  const [series, c, d]: [number[], number[], number[]] = [[], [], []];
  let evenPowers = 0;
  return () => {
    const n = d.length;
    if (n % 2 === 0) evenPowers += ratio ** n;
    const odd = (1 + ratio ** (n + 2)) / (1 + ratio);
    series.push(((n % 2 === 0 ? slope * evenPowers : odd) * 2) / (n + 3));
    c.push(powerCoefficient(series, -(n + 2) / 2) / (n + 2));
    let sum = c[n];
    for (let j = 0; j < n; j++) sum += d[n - j - 1] * c[j];
    d.push(-sum);
    return -sum;
  };
}

/** The last coefficient of (1 + series[0] t + series[1] t² + …)^r. */
function powerCoefficient(series: readonly number[], r: number): number {
  const b: number[] = [];
  for (let m = 1; m <= series.length; m++) {
    let sum = m * r * series[m - 1];
    for (let j = 1; j < m; j++) sum += (j * r - (m - j)) * series[j - 1] * b[m - j - 1];
    b.push(sum / m);
  }
  return b[b.length - 1];
}
