/*
 * Integrals of elementary functions: series near the origin (DLMF 6.6, 7.6, 25.12), and farther out
 * continued fractions, asymptotic series, or the trapezoidal rule, which converges exponentially for
 * smooth integrands over the whole line (Trefethen and Weideman 2014).
 */

/** Ei(x), the principal value of ∫ exp(t) / t dt from -∞ to x. */
export function expint(x: number): number {
  if (x === 0) return -Infinity;
  if (x <= -1) return -tailIntegral(-x);
  if (x > 40) return x === Infinity ? x : asymptoticExpint(x);
  let sum = 0;
  let power = 1;
  for (let k = 1; k < 200; k++) {
    power *= x / k;
    const term = power / k;
    sum += term;
    if (Math.abs(term) < 1e-18 * Math.abs(sum)) break;
  }
  return euler + Math.log(Math.abs(x)) + sum;
}

function asymptoticExpint(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; k < x; k++) {
    term *= k / x;
    sum += term;
    if (term < 1e-17 * sum) break;
  }
  // exp(x) alone overflows before the quotient does.
  const half = Math.exp(x / 2);
  return (half / x) * sum * half;
}

/** E₁(x) for x >= 1, by its continued fraction from the far end (DLMF 6.9.1). */
function tailIntegral(x: number): number {
  if (x === Infinity) return 0;
  let fraction = 0;
  for (let k = Math.ceil(20 + 120 / x); k > 0; k--) fraction = k / (1 + k / (x + fraction));
  return Math.exp(-x) / (x + fraction);
}

/** -∫ log t / (t - 1) dt from 1 to x: the dilogarithm of 1 - x. */
export function spence(x: number): number {
  if (!(x >= 0)) return NaN;
  if (x === Infinity) return -Infinity;
  if (x > 2) return -0.5 * Math.log(x) * Math.log(x) - spence(1 / x);
  if (x >= 0.5) return dilogarithmOf(-Math.log(x));
  if (x === 0) return (Math.PI * Math.PI) / 6;
  return (Math.PI * Math.PI) / 6 - Math.log(x) * Math.log1p(-x) - dilogarithmOf(-Math.log1p(-x));
}

/** Li₂(1 - exp(-u)) = Σ Bₖ u^(k + 1) / (k + 1)!, for |u| well below 2π. */
function dilogarithmOf(u: number): number {
  const square = u * u;
  let sum = 0;
  for (let k = dilogarithmTerms.length - 1; k >= 0; k--) sum = (dilogarithmTerms[k] + sum) * square;
  return u * (1 - u / 4 + sum);
}

/** The derivative of order n of log x / (x - 1), which is smooth at 1. */
export function logRatio(n: number, x: number): number {
  const d = x - 1;
  if (Math.abs(d) < 0.5) return logRatioNearOne(n, d);
  let value = Math.log(x) / d;
  // Leibniz' rule on (x - 1) f(x) = log x.
  let logarithm = 1 / x;
  for (let k = 1; k <= n; k++) {
    value = (logarithm - k * value) / d;
    logarithm *= -k / x;
  }
  return value;
}

function logRatioNearOne(n: number, d: number): number {
  let coefficient = n % 2 === 0 ? 1 : -1;
  for (let k = 2; k <= n; k++) coefficient *= k;
  let sum = 0;
  for (let k = 0; k < 400; k++) {
    const term = coefficient / (n + k + 1);
    sum += term;
    if (Math.abs(term) < 1e-18 * Math.abs(sum)) break;
    coefficient *= (-d * (n + k + 1)) / (k + 1);
  }
  return sum;
}

/** exp(-x²) ∫ exp(t²) dt from 0 to x. */
export function dawsn(x: number): number {
  const z = Math.abs(x);
  if (z < 1) return dawsonSeries(x);
  if (z > 12) return dawsonTail(x);
  // Rybicki's sum over odd multiples of a step (Numerical Recipes 6.10), here 0.2.
  const step = 0.2;
  const middle = Math.round(z / step / 2) * 2;
  let sum = 0;
  for (let k = 39; k > 0; k -= 2) {
    sum += Math.exp(-((z - (middle - k) * step) ** 2)) / (middle - k);
    sum += Math.exp(-((z - (middle + k) * step) ** 2)) / (middle + k);
  }
  return (Math.sign(x) * sum) / Math.sqrt(Math.PI);
}

/** The derivative of dawsn. */
export function dawsnSlope(x: number): number {
  return 1 - 2 * x * dawsn(x);
}

function dawsonSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 1; k < 60; k++) {
    term *= (-2 * x * x) / (2 * k + 1);
    sum += term;
    if (Math.abs(term) < 1e-18 * Math.abs(sum)) break;
  }
  return sum;
}

function dawsonTail(x: number): number {
  const square = 1 / (2 * x * x);
  let sum = 0;
  for (let k = 12; k > 0; k--) sum = (2 * k - 1) * square * (1 + sum);
  return (0.5 / x) * (1 + sum);
}

const euler = 0.5772156649015329;

/** B₂ₖ / (2k + 1)! from k = 1, with Bernoulli's numbers. */
const dilogarithmTerms: readonly number[] = [
  0.027777777777777776, -0.0002777777777777778, 4.72411186696901e-6, -9.185773074661964e-8,
  1.8978869988971e-9, -4.0647616451442256e-11, 8.921691020456452e-13, -1.9939295860721074e-14,
  4.518980029619918e-16, -1.0356517612181247e-17, 2.395218621026187e-19, -5.581785874325009e-21,
];
