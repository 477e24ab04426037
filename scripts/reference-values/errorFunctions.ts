import { Decimal } from 'decimal.js';
import { exp, ln, one, piWide, series, wide } from './decimals.ts';

export function erf(at: Decimal): Decimal {
  const x = new wide(at);
  const square = x.mul(x);
  // x exp(-x²) Σ (2x²)^k / (2k + 1)!!: all terms are positive (DLMF 7.6.2).
  const sum = series(x, (k) => square.mul(2).div(2 * k + 1));
  return sum.mul(square.neg().exp()).mul(2).div(piWide.sqrt());
}

/** By the continued fraction (DLMF 7.9.1) where 1 - erf would lose too many digits. */
export function erfc(at: Decimal): Decimal {
  const x = new wide(at);
  if (x.lt(-5)) return new wide(2).sub(erfc(x.neg()));
  if (x.lt(5)) return one.sub(erf(x));
  let fraction = x;
  for (let k = 80; k > 0; k--) fraction = x.add(new wide(k).div(2).div(fraction));
  return x.mul(x).neg().exp().div(piWide.sqrt()).div(fraction);
}

/** The y whose erf, or erfc, is the target, from a guess: Halley's method on the logarithm. */
function inverse(
  f: (y: Decimal) => Decimal,
  sign: number,
  target: Decimal,
  guess: number,
): Decimal {
  let y = new wide(guess);
  const slopeAtZero = new wide(2 * sign).div(piWide.sqrt());
  for (let k = 0; k < 40; k++) {
    const value = f(y);
    const ratio = slopeAtZero.mul(y.mul(y).neg().exp()).div(value);
    const newton = value.div(target).ln().div(ratio);
    const halley = newton.div(one.sub(newton.mul(y.mul(-2).sub(ratio)).div(2)));
    y = y.sub(halley);
    // Each step trebles the digits.
    if (halley.abs().lte(y.abs().mul('1e-11'))) return y;
  }
  throw new Error(`no inverse for ${target.toString()}`);
}

/** Winitzki's approximation (2008) of erfinv z, from log(1 - z²). */
function guess(log: number): number {
  const half = 2 / (Math.PI * 0.147) + log / 2;
  return Math.sqrt(Math.sqrt(half * half - log / 0.147) - half);
}

export function erfinv(at: Decimal): Decimal {
  const z = new wide(at).abs();
  if (z.isZero()) return z;
  if (z.gt(0.5)) return erfcinv(one.sub(z)).mul(at.s);
  const start = z.lt(0.1) ? z.toNumber() * 0.886 : guess(Math.log1p(-(z.toNumber() ** 2)));
  return inverse(erf, 1, z, start).mul(at.s);
}

export function erfcinv(at: Decimal): Decimal {
  const q = new wide(at);
  if (q.gt(1)) return erfcinv(new wide(2).sub(q)).neg();
  if (q.gt(0.5)) return erfinv(one.sub(q));
  return inverse(erfc, -1, q, guess(ln(q.mul(new wide(2).sub(q))).toNumber()));
}

const rootTwo = new wide(2).sqrt();

export const ndtr = (x: Decimal): Decimal => erfc(rootTwo.mul(x).div(-2)).div(2);

export const ndtri = (p: Decimal): Decimal => rootTwo.mul(erfcinv(new wide(p).mul(2))).neg();

/** By a series of positive terms, and far out by the asymptotic one (DLMF 7.12.1). */
export function dawsn(at: Decimal): Decimal {
  const x = new wide(at);
  const square = x.mul(x);
  if (x.abs().gt(12))
    return series(one.div(x).div(2), (k) => new wide(2 * k - 1).div(2).div(square));
  const growth = series(
    x,
    (k) => square.div(k),
    (k) => 2 * k + 1,
  );
  return growth.mul(square.neg().exp());
}

/** log(exp(a) + exp(b)) */
export function logAddExp(a: Decimal, b: Decimal): Decimal {
  const larger = Decimal.max(a, b);
  return ln(exp(a.sub(larger)).add(exp(b.sub(larger)))).add(larger);
}
