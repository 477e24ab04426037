import { Decimal } from 'decimal.js';
import {
  bernoulli,
  cosPi,
  integral,
  ln,
  one,
  piWide,
  series,
  sinPi,
  tau,
  wide,
} from './decimals.ts';

const shift = 40;

/** By Stirling's series from 40 on, moved there by recurrence; negative numbers by reflection. */
export function lgamma(at: Decimal): Decimal {
  if (at.lt(0))
    return piWide
      .div(sinPi(at).abs())
      .ln()
      .sub(lgamma(one.sub(at)));
  let x = new wide(at);
  let product = one;
  while (x.lt(shift)) {
    product = product.mul(x);
    x = x.add(1);
  }
  let sum = x.sub(0.5).mul(x.ln()).sub(x).add(tau.ln().div(2));
  let power = x;
  bernoulli.forEach((b, i) => {
    const k = 2 * (i + 1);
    sum = sum.add(b.div(k * (k - 1)).div(power));
    power = power.mul(x).mul(x);
  });
  return sum.sub(product.ln());
}

export function digamma(at: Decimal): Decimal {
  if (at.lt(0)) return digamma(one.sub(at)).sub(piWide.mul(cosPi(at)).div(sinPi(at)));
  let x = new wide(at);
  let below = new wide(0);
  while (x.lt(shift)) {
    below = below.add(one.div(x));
    x = x.add(1);
  }
  let sum = x.ln().sub(new wide(0.5).div(x));
  const square = x.mul(x);
  let power = square;
  bernoulli.forEach((b, i) => {
    sum = sum.sub(b.div(2 * (i + 1)).div(power));
    power = power.mul(square);
  });
  return sum.sub(below);
}

/** Euler's constant, as -digamma(1). */
export const euler = digamma(one).neg();

/** Hurwitz' zeta function by Euler and Maclaurin (DLMF 25.11.5), far enough out for 30 digits. */
export function zeta(s: Decimal, q: Decimal): Decimal {
  let w = new Decimal(q);
  let sum = new Decimal(0);
  const start = s.div(2).add(15);
  while (w.lt(start)) {
    const term = w.pow(s.neg());
    sum = sum.add(term);
    if (w.gt(1) && term.mul(w).lt(sum.abs().mul('1e-30'))) return sum;
    w = w.add(1);
  }
  const last = w.pow(s.neg());
  sum = sum.add(last.mul(w).div(s.sub(1))).add(last.div(2));
  let term = last.mul(s).div(w);
  for (let k = 0; k < bernoulli.length && term.abs().gt(sum.abs().mul('1e-30')); k++) {
    term = term.div((2 * k + 1) * (2 * k + 2));
    sum = sum.add(bernoulli[k].mul(term));
    const next = s.add(2 * k + 1);
    term = term.mul(next).mul(next.add(1)).div(w).div(w);
  }
  return sum;
}

export function polygamma(n: Decimal, x: Decimal): Decimal {
  if (n.isZero()) return digamma(x);
  let factor = new wide(n.mod(2).isZero() ? -1 : 1);
  for (let k = 2; n.gte(k); k++) factor = factor.mul(k);
  return factor.mul(zeta(n.add(1), x));
}

/** x^a exp(-x) / Γ(a) */
function density(a: Decimal, x: Decimal): Decimal {
  return a.mul(ln(x)).sub(x).sub(lgamma(a)).exp();
}

/** From here on integrals take fewer terms than series. */
const large = 2e3;

interface Tails {
  readonly below: Decimal;
  readonly above: Decimal;
}

/** P(a, x) and Q(a, x): the smaller one as it is, the other as the rest to 1. */
function gammaTails(shape: Decimal, at: Decimal): Tails {
  const a = new wide(shape);
  const x = new wide(at);
  const factor = density(a, x);
  const isBelow = x.lt(a);
  if (a.gt(large)) {
    // With t = x exp(∓u), the integrals of t^(a - 1) exp(-t) are those of exp(∓au - t) over u > 0.
    const sign = isBelow ? -1 : 1;
    const scale = one.div(Decimal.max(a.sqrt(), x.sub(a).abs()));
    const exponent = (u: Decimal): Decimal =>
      u
        .mul(sign)
        .mul(a)
        .sub(x.mul(u.mul(sign).exp().sub(1)));
    const tail = factor.mul(integral(exponent, scale));
    const rest = one.sub(tail);
    return isBelow ? { below: tail, above: rest } : { below: rest, above: tail };
  }
  // All terms are positive (DLMF 8.7.1).
  if (isBelow || x.lt(a.add(10).add(a.sqrt().mul(5)))) {
    const below = series(factor.div(a), (n) => x.div(a.add(n)));
    return { below, above: one.sub(below) };
  }
  const above = factor.mul(upperFraction(a, x));
  return { below: one.sub(above), above };
}

/** Γ(a, x) over x^a exp(-x), by the continued fraction (DLMF 8.9.2) summed as Σ of its differences. */
function upperFraction(a: Decimal, x: Decimal): Decimal {
  let before = { p: new wide(0), q: one };
  let now = { p: one, q: x.add(1).sub(a) };
  let value = now.p.div(now.q);
  for (let n = 1; n < 5000; n++) {
    const numerator = new wide(n).mul(a.sub(n));
    const b = x.add(2 * n + 1).sub(a);
    const next = {
      p: b.mul(now.p).add(numerator.mul(before.p)),
      q: b.mul(now.q).add(numerator.mul(before.q)),
    };
    [before, now] = [now, next];
    const quotient = now.p.div(now.q);
    const change = quotient.sub(value).abs();
    value = quotient;
    if (change.lt(value.mul('1e-30'))) return value;
  }
  throw new Error(`no convergence at ${a.toString()}, ${x.toString()}`);
}

export const igamma = (a: Decimal, x: Decimal): Decimal => gammaTails(a, x).below;
export const igammac = (a: Decimal, x: Decimal): Decimal => gammaTails(a, x).above;

export const lbeta = (a: Decimal, b: Decimal): Decimal =>
  lgamma(a)
    .add(lgamma(b))
    .sub(lgamma(new wide(a).add(b)));

export function betainc(a: Decimal, b: Decimal, x: Decimal): Decimal {
  const y = one.sub(x);
  const n = new wide(a).add(b);
  const factor = new wide(a)
    .mul(ln(x))
    .add(new wide(b).mul(ln(y)))
    .sub(lbeta(a, b))
    .exp();
  const { isBelow, hasPeak } = betaSide(a, b, x, y);
  const [p, end] = isBelow ? [a, x] : [b, y];
  const tail = factor.mul(hasPeak ? betaIntegral(p, n, end) : betaSeries(p, n, end));
  return isBelow ? tail : one.sub(tail);
}

/** The tail to sum up, and whether it is that of a high and narrow peak. */
function betaSide(
  a: Decimal,
  b: Decimal,
  x: Decimal,
  y: Decimal,
): { isBelow: boolean; hasPeak: boolean } {
  const isBelow = new wide(a).add(b).mul(x).lt(a);
  if (Decimal.max(a, b).lte(large)) {
    // The series is slow near 1; where the tail is not small, the rest to 1 is as good.
    const [shape, end] = isBelow ? [a, x] : [b, y];
    const isSlow = end.gt(0.5) && end.ln().mul(shape).gt(-40);
    return { isBelow: isBelow !== isSlow, hasPeak: false };
  }
  // Where there is no peak the rest to 1 is a series of few terms, unless it is nearly all.
  const [most, end] = a.gt(b) ? [a, x] : [b, y];
  const isUneven = Decimal.min(a, b).lte(60) && ln(end).mul(most).gt(-60);
  return isUneven ? { isBelow: a.lt(b), hasPeak: false } : { isBelow, hasPeak: true };
}

/** Σ (n)_k x^k / (a)_(k + 1): all terms are positive (DLMF 8.17.8). */
function betaSeries(a: Decimal, n: Decimal, x: Decimal): Decimal {
  return series(one.div(a), (k) =>
    n
      .add(k - 1)
      .mul(x)
      .div(new wide(a).add(k)),
  );
}

/** With t / (1 - t) = x / (1 - x) exp(-u), the integral of t^(a - 1) (1 - t)^(b - 1) up to x. */
function betaIntegral(a: Decimal, n: Decimal, x: Decimal): Decimal {
  const fall = new wide(a).sub(n.mul(x));
  const scale = one.div(Decimal.max(fall.abs(), new wide(a).mul(one.sub(x)).sqrt()));
  const exponent = (u: Decimal): Decimal => {
    const decay = new Decimal(1).sub(u.neg().exp());
    return new wide(u)
      .neg()
      .mul(a)
      .sub(n.mul(one.sub(decay.mul(x)).ln()));
  };
  return integral(exponent, scale);
}
