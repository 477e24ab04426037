import type { Kernel } from '../kernel.ts';
import { digamma, lgamma, stirling } from './gamma.ts';
import { logOnePlusLess } from './incompleteGamma.ts';

/*
 * The regularised incomplete beta function by its continued fraction (DLMF 8.17.22), taken on the
 * side of the mean where it converges fast, with its derivatives by a and b carried along.
 */

export interface BetaResult {
  readonly value: number;
  readonly byA: number;
  readonly byB: number;
}

/** I_x(a, b); NaN unless a, b > 0 and 0 <= x <= 1. */
export function betainc(a: number, b: number, x: number): BetaResult {
  if (!isInside(a, b, x)) return { value: NaN, byA: NaN, byB: NaN };
  if (x === 0 || x === 1) return { value: x, byA: 0, byB: 0 };
  if (x <= (a + 1) / (a + b + 2)) return fraction(a, b, x, 1 - x);
  // 1 - x is exact from 1/2 up; below, the fraction's error is of the order of the rounding.
  const other = fraction(b, a, 1 - x, x);
  return { value: 1 - other.value, byA: -other.byB, byB: -other.byA };
}

/** x^(a - 1) (1 - x)^(b - 1) / B(a, b), also at the ends. */
export function betaDensity(a: number, b: number, x: number): number {
  if (!isInside(a, b, x)) return NaN;
  if (x === 0) return a < 1 ? Infinity : a === 1 ? b : 0;
  if (x === 1) return b < 1 ? Infinity : b === 1 ? a : 0;
  return betaWeight(a, b, x, 1 - x) / x / (1 - x);
}

function isInside(a: number, b: number, x: number): boolean {
  return a > 0 && b > 0 && x >= 0 && x <= 1 && a + b < Infinity;
}

/** x^a y^b / B(a, b), where y = 1 - x. */
function betaWeight(a: number, b: number, x: number, y: number): number {
  if (a < 10 || b < 10) {
    return Math.exp(a * Math.log(x) + b * Math.log(y) + logInverseBeta(a, b));
  }
  const n = a + b;
  const mean = a / n;
  const distance = (x * b - y * a) / n;
  const exponent =
    a * logOnePlusLess(distance / mean, x / mean) +
    b * logOnePlusLess((-distance * n) / b, (y * n) / b);
  const root = Math.sqrt((a / n) * (b / (2 * Math.PI)));
  return root * Math.exp(exponent + stirling(n) - stirling(a) - stirling(b));
}

/** log Γ(a + b) / Γ(a) Γ(b), where one of a and b is below 10. */
function logInverseBeta(a: number, b: number): number {
  const small = Math.min(a, b);
  const large = Math.max(a, b);
  if (large < 10) return lgamma(a + b) - lgamma(a) - lgamma(b);
  // log Γ(large + small) - log Γ(large) from Stirling's series, whose large parts cancel.
  const difference =
    (large - 0.5) * Math.log1p(small / large) + small * Math.log(large + small) - small;
  return difference + stirling(large + small) - stirling(large) - lgamma(small);
}

/** A convergent's ratio with its slopes by a and b. */
type Ratio = [value: number, byA: number, byB: number];

function fraction(a: number, b: number, x: number, y: number): BetaResult {
  const c: Ratio = [1e300, 0, 0];
  const d: Ratio = [1, 0, 0];
  const h: Ratio = [1, 0, 0];
  for (let m = 0; m < 2e4; m++) {
    if (m > 0) step(evenTerm(a, b, x, m), c, d, h);
    if (step(oddTerm(a, b, x, m), c, d, h)) break;
  }
  const density = betaWeight(a, b, x, y) / a;
  const total = digamma(a + b);
  const byA = Math.log(x) + total - digamma(a) - 1 / a;
  const byB = Math.log(y) + total - digamma(b);
  return {
    value: density * h[0],
    byA: density * (h[1] + h[0] * byA),
    byB: density * (h[2] + h[0] * byB),
  };
}

/** m (b - m) x / (a + 2m - 1) (a + 2m) */
function evenTerm(a: number, b: number, x: number, m: number): Ratio {
  const [first, second] = [a + 2 * m - 1, a + 2 * m];
  const byB = (m * x) / (first * second);
  const value = byB * (b - m);
  return [value, -value * (1 / first + 1 / second), byB];
}

/** -(a + m) (a + b + m) x / (a + 2m) (a + 2m + 1) */
function oddTerm(a: number, b: number, x: number, m: number): Ratio {
  const [first, second] = [a + 2 * m, a + 2 * m + 1];
  const byB = (-(a + m) * x) / (first * second);
  const value = byB * (a + b + m);
  const logSlope = 1 / (a + m) + 1 / (a + b + m) - 1 / first - 1 / second;
  return [value, value * logSlope, byB];
}

/** One step of Lentz' method for 1 + t / (1 + …); true when nothing changes any more. */
function step(t: Ratio, c: Ratio, d: Ratio, h: Ratio): boolean {
  const inverse = 1 / (1 + t[0] * d[0]);
  const nextC = 1 + t[0] / c[0];
  const ratio = nextC * inverse;
  let isDone = Math.abs(ratio - 1) < 2e-16;
  for (let k = 1; k < 3; k++) {
    const dSlope = -(t[k] * d[0] + t[0] * d[k]) * inverse * inverse;
    const cSlope = (t[k] - (t[0] * c[k]) / c[0]) / c[0];
    const ratioSlope = cSlope * inverse + nextC * dSlope;
    d[k] = dSlope;
    c[k] = cSlope;
    h[k] = h[k] * ratio + h[0] * ratioSlope;
    if (Math.abs(h[0] * ratioSlope) > 1e-15 * Math.abs(h[k])) isDone = false;
  }
  d[0] = inverse;
  c[0] = nextC;
  h[0] *= ratio;
  return isDone;
}

type TernaryFunction = (a: number, b: number, x: number) => number;

/** Operands are of equal sizes. */
export function ternaryKernel(f: TernaryFunction): Kernel<unknown> {
  return ([a, b, x], [y]) => {
    for (let i = 0; i < y.size; i++) y.values[i] = f(a.values[i], b.values[i], x.values[i]);
  };
}
