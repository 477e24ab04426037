/*
 * Numbers as unevaluated sums of two doubles, of some 31 digits (Dekker 1971, Hida, Li and Bailey
 * 2001): for exponents, whose rounding error becomes a relative error of the exponential.
 */

/** The second is at most half an ulp of the first. */
export type Pair = readonly [high: number, low: number];

/** a + b, exactly. */
export function exactSum(a: number, b: number): Pair {
  const high = a + b;
  const share = high - a;
  return [high, a - (high - share) + (b - share)];
}

/** a b, exactly unless it is near the ends of the doubles. */
export function exactProduct(a: number, b: number): Pair {
  const high = a * b;
  const [aHigh, bHigh] = [upperHalf(a), upperHalf(b)];
  const [aLow, bLow] = [a - aHigh, b - bHigh];
  return [high, aHigh * bHigh - high + aHigh * bLow + aLow * bHigh + aLow * bLow];
}

/** The first 26 bits. */
function upperHalf(a: number): number {
  const scaled = 134217729 * a;
  return scaled - (scaled - a);
}

export function addPairs(a: Pair, b: Pair): Pair {
  const [high, low] = exactSum(a[0], b[0]);
  const [lowHigh, lowLow] = exactSum(a[1], b[1]);
  const [first, rest] = quickSum(high, low + lowHigh);
  return quickSum(first, rest + lowLow);
}

/** The sum of two numbers of which the first is the larger. */
function quickSum(a: number, b: number): Pair {
  const high = a + b;
  return [high, b - (high - a)];
}

export function multiplyPairs(a: Pair, b: Pair): Pair {
  const [high, low] = exactProduct(a[0], b[0]);
  return quickSum(high, low + (a[0] * b[1] + a[1] * b[0]));
}

export function dividePairs(a: Pair, b: Pair): Pair {
  const first = a[0] / b[0];
  const rest = addPairs(a, multiplyPairs(b, [-first, 0]));
  const second = rest[0] / b[0];
  const last = addPairs(rest, multiplyPairs(b, [-second, 0]))[0] / b[0];
  return addPairs(quickSum(first, second), [last, 0]);
}

/** The natural logarithm of a positive number that is neither subnormal nor infinite. */
export function logarithm(x: Pair): Pair {
  const exponent = Math.round(Math.log2(x[0]));
  const half = exponent >> 1;
  const scale = (y: number): number => y * 2 ** -half * 2 ** (half - exponent);
  const mantissa: Pair = [scale(x[0]), scale(x[1])];
  // log m = 2 artanh s with s = (m - 1) / (m + 1), |s| < 0.172.
  const s = dividePairs(addPairs(mantissa, [-1, 0]), addPairs(mantissa, [1, 0]));
  const square = multiplyPairs(s, s);
  let tail = 0;
  for (let k = 39; k > 15; k -= 2) tail = square[0] * (tail + 1 / k);
  let sum: Pair = [tail, 0];
  for (let k = 15; k > 1; k -= 2) {
    sum = multiplyPairs(square, addPairs(sum, inverses[(k - 3) / 2]));
  }
  const twice = multiplyPairs([2 * s[0], 2 * s[1]], addPairs([1, 0], sum));
  return addPairs(multiplyPairs(logTwo, [exponent, 0]), twice);
}

/** 1/3, 1/5, … 1/15 */
const inverses: readonly Pair[] = [3, 5, 7, 9, 11, 13, 15].map((k) => dividePairs([1, 0], [k, 0]));

const logTwo: Pair = [0.6931471805599453, 2.3190468138462996e-17];

/** The exponential of the sum. */
export function exponential([high, low]: Pair): number {
  return Math.exp(high) * (1 + low);
}
