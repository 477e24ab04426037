import { Decimal } from 'decimal.js';

/*
 * True values with 50 digits and more. The series are the plainest that converge, with enough digits
 * that their cancellation does not matter: none of them is what the kernels compute with.
 */

Decimal.set({ precision: 40, minE: -9e15, maxE: 9e15, toExpNeg: -9e15, toExpPos: 9e15 });

type Reference = (...x: Decimal[]) => Decimal;

const wide = Decimal.clone({ precision: 70 });
const piWide = wide.acos(-1);

/** Σ terms, each the one before times a ratio; `weight` divides what is added. */
function series(
  first: Decimal,
  ratio: (k: number) => Decimal,
  weight: (k: number) => number = () => 1,
): Decimal {
  let term = first;
  let sum = first.div(weight(0));
  for (let k = 1; k < 4000 && !term.isZero(); k++) {
    term = term.mul(ratio(k));
    sum = sum.add(term.div(weight(k)));
    if (term.abs().lt(sum.abs().mul('1e-45')) && k > 3) break;
  }
  return sum;
}

function erf(at: Decimal): Decimal {
  const x = new wide(at);
  const square = x.mul(x);
  // x exp(-x²) Σ (2x²)^k / (2k + 1)!!: all terms are positive (DLMF 7.6.2).
  const sum = series(x, (k) => square.mul(2).div(2 * k + 1));
  return sum.mul(square.neg().exp()).mul(2).div(piWide.sqrt());
}

function erfc(x: Decimal): Decimal {
  if (x.lt(8)) return new wide(1).sub(erf(x));
  const square = new wide(x).mul(x);
  let fraction = new wide(x);
  for (let k = 400; k > 0; k--) fraction = new wide(x).add(new wide(k).div(2).div(fraction));
  return square.neg().exp().div(piWide.sqrt()).div(fraction);
}

/** Bernoulli's numbers B₂ to B₆₀, by their recurrence. */
const bernoulli: readonly Decimal[] = (() => {
  const all: Decimal[] = [new wide(1)];
  for (let n = 1; n <= 60; n++) {
    let sum = new wide(0);
    let binomial = new wide(1);
    for (let k = 0; k < n; k++) {
      sum = sum.add(binomial.mul(all[k]));
      binomial = binomial.mul(n + 1 - k).div(k + 1);
    }
    all.push(sum.neg().div(n + 1));
  }
  return all.filter((_, n) => n >= 2 && n % 2 === 0);
})();

const shift = 40;

function lgamma(at: Decimal): Decimal {
  let x = new Decimal(at);
  let product = new Decimal(1);
  while (x.lt(shift)) {
    product = product.mul(x);
    x = x.add(1);
  }
  let sum = x.sub(0.5).mul(x.ln()).sub(x).add(Decimal.acos(-1).mul(2).ln().div(2));
  bernoulli.forEach((b, i) => {
    const k = 2 * (i + 1);
    sum = sum.add(b.div(k * (k - 1)).div(x.pow(k - 1)));
  });
  return sum.sub(product.ln());
}

function digamma(at: Decimal): Decimal {
  let x = new Decimal(at);
  let below = new Decimal(0);
  while (x.lt(shift)) {
    below = below.add(new Decimal(1).div(x));
    x = x.add(1);
  }
  let sum = x.ln().sub(new Decimal(0.5).div(x));
  bernoulli.forEach((b, i) => {
    const k = 2 * (i + 1);
    sum = sum.sub(b.div(k).div(x.pow(k)));
  });
  return sum.sub(below);
}

/** Euler's constant, as -digamma(1). */
const euler = digamma(new Decimal(1)).neg();

function bessel(order: number, sign: number): Reference {
  return (at) => {
    const half = new wide(at).div(2);
    const square = half.mul(half).mul(sign);
    return series(order === 0 ? new wide(1) : half, (k) => square.div(k * (k + order)));
  };
}

function expint(at: Decimal): Decimal {
  const x = new wide(at);
  const sum = series(
    x,
    (k) => x.div(k + 1),
    (k) => k + 1,
  );
  return sum.add(new Decimal(at).abs().ln()).add(euler);
}

function dawsn(at: Decimal): Decimal {
  const square = new wide(at).mul(at);
  return series(new wide(at), (k) => square.mul(-2).div(2 * k + 1));
}

function fresnel(parity: number): Reference {
  return (at) => {
    const x = new wide(at);
    const a = piWide.mul(x).mul(x).div(2);
    const square = a.mul(a).neg();
    const first = parity === 0 ? x : x.mul(a);
    const ratio = (k: number): Decimal => square.div((2 * k + parity - 1) * (2 * k + parity));
    return series(first, ratio, (k) => 4 * k + 2 * parity + 1);
  };
}

const one = new wide(1);

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
  erf,
  erfc,
  digamma,
  lgamma,
  besselJ0: bessel(0, -1),
  besselJ1: bessel(1, -1),
  besselI0: bessel(0, 1),
  besselI1: bessel(1, 1),
  expint,
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
