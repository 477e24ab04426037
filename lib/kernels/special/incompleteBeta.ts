import type { Kernel } from '../kernel.ts';
import type { BetaPoint } from './betaTails.ts';
import { betaWeight, lowerTail, pointOf, reflected, smallUpperTail } from './betaTails.ts';
import { digamma } from './gamma.ts';

/*
 * The regularised incomplete beta function from its tail below the mean, and its derivatives by a
 * and b, which are carried along with the continued fraction of DLMF 8.17.22.
 */

type Slopes = readonly [byA: number, byB: number];

/** I_x(a, b); NaN unless a, b > 0 and 0 <= x <= 1. */
export function betainc(a: number, b: number, x: number): number {
  if (!isInside(a, b, x)) return NaN;
  if (x === 0 || x === 1) return x;
  if (x <= (a + 1) / (a + b + 2)) return lowerTail(pointOf(a, b, x));
  const other = reflected(pointOf(a, b, x));
  return b < 1 ? smallUpperTail(other) : 1 - lowerTail(other);
}

/** The derivatives of I_x(a, b) by a and b. */
export function betaincSlopes(a: number, b: number, x: number): Slopes {
  if (!isInside(a, b, x)) return [NaN, NaN];
  if (x === 0 || x === 1) return [0, 0];
  if (x <= (a + 1) / (a + b + 2)) return fraction(pointOf(a, b, x));
  const [byB, byA] = fraction(reflected(pointOf(a, b, x)));
  return [-byA, -byB];
}

/** x^(a - 1) (1 - x)^(b - 1) / B(a, b), also at the ends. */
export function betaDensity(a: number, b: number, x: number): number {
  if (!isInside(a, b, x)) return NaN;
  if (x === 0) return a < 1 ? Infinity : a === 1 ? b : 0;
  if (x === 1) return b < 1 ? Infinity : b === 1 ? a : 0;
  return betaWeight(pointOf(a, b, x)) / x / (1 - x);
}

function isInside(a: number, b: number, x: number): boolean {
  return a > 0 && b > 0 && x >= 0 && x <= 1 && a + b < Infinity;
}

/** A convergent's ratio with its slopes by a and b. */
type Ratio = [value: number, byA: number, byB: number];

function fraction(point: BetaPoint): Slopes {
  const { a, b, x, y } = point;
  const c: Ratio = [1e300, 0, 0];
  const d: Ratio = [1, 0, 0];
  const h: Ratio = [1, 0, 0];
  for (let m = 0; m < 2e4; m++) {
    if (m > 0) step(evenTerm(a, b, x[0], m), c, d, h);
    if (step(oddTerm(a, b, x[0], m), c, d, h)) break;
  }
  const density = betaWeight(point) / a;
  const total = digamma(a + b);
  const byA = Math.log(x[0]) + total - digamma(a) - 1 / a;
  const byB = Math.log(y[0]) + total - digamma(b);
  return [density * (h[1] + h[0] * byA), density * (h[2] + h[0] * byB)];
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
