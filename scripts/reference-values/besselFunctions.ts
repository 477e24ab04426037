import type { Decimal } from 'decimal.js';
import type { Reference } from './decimals.ts';
import { one, piWide, series, sinPi, tau, wide } from './decimals.ts';
import { euler } from './gammaFunctions.ts';

/*
 * Bessel functions of orders 0 and 1, by their power series (DLMF 10.2.2, 10.8.1, 10.25.2, 10.31.1),
 * and from 40 on by Hankel's series (DLMF 10.17, 10.40), whose least term is of the order of
 * exp(-2x). A sign of -1 means J and Y, 1 means I and K.
 */

const far = 40;

function first(order: number, sign: number, x: Decimal): Decimal {
  const half = x.div(2);
  const square = half.mul(half).mul(sign);
  // K takes 35 digits away from I, and Y half of them from J.
  return series(order === 0 ? one : half, (k) => square.div(k * (k + order)), undefined, '1e-68');
}

/** Σ (ψ(k + 1) + ψ(k + order + 1)) (±x²/4)^k (x/2)^order / k! (k + order)! */
function weighted(order: number, sign: number, x: Decimal): Decimal {
  const half = x.div(2);
  const square = half.mul(half).mul(sign);
  let digammas = euler.mul(-2).add(order);
  let term = order === 0 ? one : half;
  let sum = term.mul(digammas);
  for (let k = 1; k < 400; k++) {
    term = term.mul(square).div(k * (k + order));
    digammas = digammas.add(one.div(k)).add(one.div(k + order));
    const share = term.mul(digammas);
    sum = sum.add(share);
    if (share.abs().lt('1e-60') && share.abs().lt(sum.abs().mul('1e-60'))) break;
  }
  return sum;
}

/** The terms aₖ(order) / x^k of Hankel's series, down to the least. */
function hankel(order: number, x: Decimal): Decimal[] {
  const terms = [one];
  for (let k = 1; k < 100; k++) {
    const next = terms[k - 1].mul(4 * order - (2 * k - 1) ** 2).div(x.mul(8 * k));
    if (next.abs().gt(terms[k - 1].abs()) || next.abs().lt('1e-60')) break;
    terms.push(next);
  }
  return terms;
}

function sum(terms: readonly Decimal[], sign: (k: number) => number): Decimal {
  return terms.reduce((total, term, k) => total.add(term.mul(sign(k))), new wide(0));
}

/** J for kind 0, Y for kind 1, of large x. */
function waves(order: number, kind: number, x: Decimal): Decimal {
  const terms = hankel(order, x);
  const p = sum(terms, (k) => [1, 0, -1, 0][k % 4]);
  const q = sum(terms, (k) => [0, 1, 0, -1][k % 4]);
  const phase = x.div(piWide).sub(new wide(order).div(2)).sub(0.25);
  const [cosine, sine] = [sinPi(phase.add(0.5)), sinPi(phase)];
  const wave = kind === 0 ? p.mul(cosine).sub(q.mul(sine)) : p.mul(sine).add(q.mul(cosine));
  return wave.mul(new wide(2).div(piWide).div(x).sqrt());
}

export function besselJ(order: number): Reference {
  return (at) => {
    const x = new wide(at);
    if (x.lt(-far)) return besselJ(order)(x.neg()).mul(order === 0 ? 1 : -1);
    return x.lt(far) ? first(order, -1, x) : waves(order, 0, x);
  };
}

export function besselY(order: number): Reference {
  return (at) => {
    const x = new wide(at);
    if (x.gte(far)) return waves(order, 1, x);
    const sum = x
      .div(2)
      .ln()
      .mul(2)
      .mul(first(order, -1, x))
      .sub(weighted(order, -1, x));
    return (order === 0 ? sum : sum.sub(new wide(2).div(x))).div(piWide);
  };
}

/** I times exp(-|x|) for `isScaled`. */
export function besselI(order: number, isScaled: boolean): Reference {
  return (at) => {
    const x = new wide(at);
    if (x.isNegative()) return besselI(order, isScaled)(x.neg()).mul(order === 0 ? 1 : -1);
    if (x.lt(far)) return first(order, 1, x).mul(isScaled ? x.neg().exp() : 1);
    const scaled = sum(hankel(order, x), (k) => (k % 2 === 0 ? 1 : -1)).div(tau.mul(x).sqrt());
    return isScaled ? scaled : scaled.mul(x.exp());
  };
}

/** K times exp(x) for `isScaled`. */
export function besselK(order: number, isScaled: boolean): Reference {
  return (at) => {
    const x = new wide(at);
    if (x.gte(far)) {
      const scaled = sum(hankel(order, x), () => 1).mul(piWide.div(x).div(2).sqrt());
      return isScaled ? scaled : scaled.mul(x.neg().exp());
    }
    const half = weighted(order, 1, x).div(2);
    const logarithm = x
      .div(2)
      .ln()
      .mul(first(order, 1, x));
    const value = order === 0 ? half.sub(logarithm) : one.div(x).add(logarithm).sub(half);
    return isScaled ? value.mul(x.exp()) : value;
  };
}
