import { Decimal } from 'decimal.js';
import { besselI, besselJ, besselK, besselY } from './besselFunctions.ts';
import type { Reference } from './decimals.ts';
import { one, piWide, series, sinPi, wide } from './decimals.ts';
import { dawsn, erf, erfc, erfcinv, erfinv, logAddExp, ndtr, ndtri } from './errorFunctions.ts';
import { betainc, digamma, igamma, igammac, lbeta } from './gammaFunctions.ts';
import { lgamma, polygamma, zeta } from './gammaFunctions.ts';
import { expint, fresnel, spence } from './integrals.ts';

/*
 * True values with 25 digits and more. The series are the plainest that converge, with enough digits
 * that their cancellation does not matter: hardly any of them is what the kernels compute with.
 */

export const references: Readonly<Record<string, Reference>> = {
  exp: (x) => x.exp(),
  expm1: (x) => (x.abs().lt(1e-5) ? series(x, (k) => x.div(k + 1)) : new wide(x).exp().sub(1)),
  log: (x) => x.ln(),
  log1p: (x) => (x.abs().lt(1e-5) ? alternating(x, 1) : one.add(x).ln()),
  sqrt: (x) => x.sqrt(),
  rsqrt: (x) => new Decimal(1).div(x.sqrt()),
  sin: (x) => new wide(x).sin(),
  cos: (x) => new wide(x).cos(),
  tan: (x) => new wide(x).sin().div(new wide(x).cos()),
  asin: (x) =>
    x.abs().lt(1e-5)
      ? new Decimal(x)
          .add(x.pow(3).div(6))
          .add(x.pow(5).mul(3).div(40))
          .add(x.pow(7).mul(15).div(336))
      : new wide(x).asin(),
  acos: (x) => piWide.div(2).sub(references['asin'](x)),
  atan: (x) =>
    x.abs().lt(1e-5)
      ? alternating(x, 2)
      : x.abs().gt(1e30)
        ? piWide.div(2).mul(x.s).sub(one.div(x))
        : new wide(x).atan(),
  sinh: (x) => hyperbolic(x, 1),
  cosh: (x) => hyperbolic(x, 0),
  tanh: (x) => hyperbolic(x, 1).div(hyperbolic(x, 0)),
  asinh: (x) =>
    x.abs().lt(1e-5)
      ? new Decimal(x)
          .sub(x.pow(3).div(6))
          .add(x.pow(5).mul(3).div(40))
          .sub(x.pow(7).mul(15).div(336))
      : x.abs().gt(1e20)
        ? new wide(x).abs().mul(2).ln().mul(x.s)
        : new wide(x).abs().add(new wide(x).pow(2).add(1).sqrt()).ln().mul(x.s),
  acosh: (x) => new wide(x).add(new wide(x).mul(x).sub(1).sqrt()).ln(),
  atanh: (x) =>
    x.abs().lt(1e-5)
      ? new Decimal(x).add(x.pow(3).div(3)).add(x.pow(5).div(5)).add(x.pow(7).div(7))
      : one.add(x).div(one.sub(x)).ln().div(2),
  sigmoid: (x) => one.div(one.add(new wide(x).neg().exp())),
  softplus: (x) => references['log1p'](new wide(x).exp()),
  pow: (x, y) => x.pow(y),
  atan2: (y, x) => Decimal.atan2(y, x),
  hypot: (a, b) => new wide(a).pow(2).add(new wide(b).pow(2)).sqrt(),
  logAddExp,
  sinc: (x) => (x.isZero() ? one : sinPi(x).div(piWide.mul(x))),
  erf,
  erfc,
  erfinv,
  erfcinv,
  ndtr,
  ndtri,
  digamma,
  lgamma,
  lbeta,
  polygamma,
  zeta,
  igamma,
  igammac,
  betainc,
  besselJ0: besselJ(0),
  besselJ1: besselJ(1),
  besselY0: besselY(0),
  besselY1: besselY(1),
  besselI0: besselI(0, false),
  besselI1: besselI(1, false),
  besselI0e: besselI(0, true),
  besselI1e: besselI(1, true),
  besselK0: besselK(0, false),
  besselK1: besselK(1, false),
  besselK0e: besselK(0, true),
  besselK1e: besselK(1, true),
  expint,
  spence,
  dawsn,
  fresnelCos: fresnel(0),
  fresnelSin: fresnel(1),
};

/** x - x^(1 + step) / (1 + step) + …: the logarithm of 1 + x for step 1, the arctangent for 2. */
function alternating(at: Decimal, step: number): Decimal {
  const x = new wide(at);
  const ratio = x.pow(step).neg();
  return series(
    x,
    () => ratio,
    (k) => 1 + step * k,
  );
}

/** sinh for parity 1, cosh for 0; small arguments by the series. */
function hyperbolic(at: Decimal, parity: number): Decimal {
  const x = new wide(at);
  if (x.abs().lt(1)) {
    const square = x.mul(x);
    const ratio = (k: number): Decimal => square.div((2 * k + parity - 1) * (2 * k + parity));
    return series(parity === 1 ? x : one, ratio);
  }
  const growth = x.exp();
  const decay = one.div(growth);
  return (parity === 1 ? growth.sub(decay) : growth.add(decay)).div(2);
}
