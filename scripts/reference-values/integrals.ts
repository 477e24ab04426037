import type { Decimal } from 'decimal.js';
import type { Reference } from './decimals.ts';
import { one, piWide, series, sinPi, wide } from './decimals.ts';
import { euler } from './gammaFunctions.ts';

/** Ei by its series, which cancels for negative numbers, and the asymptotic one (DLMF 6.12). */
export function expint(at: Decimal): Decimal {
  if (at.abs().gt(65)) {
    const x = new wide(at);
    return series(one, (k) => (x.abs().lt(k) ? new wide(0) : new wide(k).div(x)))
      .mul(x.exp())
      .div(x);
  }
  if (at.lt(-10)) {
    // E₁(-x) by its continued fraction (DLMF 6.9.1): no digits are lost.
    const x = new wide(at).neg();
    let fraction = new wide(0);
    for (let k = 150; k > 0; k--)
      fraction = new wide(k).div(one.add(new wide(k).div(x.add(fraction))));
    return x.neg().exp().div(x.add(fraction)).neg();
  }
  const x = new wide(at);
  const sum = series(
    x,
    (k) => x.div(k + 1),
    (k) => k + 1,
  );
  return sum.add(x.abs().ln()).add(euler);
}

const sixthOfSquare = piWide.mul(piWide).div(6);

/** Li₂(1 - x), by its series for |1 - x| <= 1/2 and the equations of DLMF 25.12.4 and 25.12.6. */
export function spence(at: Decimal): Decimal {
  const x = new wide(at);
  if (x.isZero()) return sixthOfSquare;
  if (x.gt(1.5))
    return x
      .ln()
      .pow(2)
      .div(-2)
      .sub(spence(one.div(x)));
  const z = one.sub(x);
  if (x.lt(0.5)) return sixthOfSquare.sub(x.ln().mul(z.ln())).sub(spence(z));
  return series(
    z,
    () => z,
    (k) => (k + 1) ** 2,
  );
}

/** The cosine integral for parity 0, the sine integral for 1 (DLMF 7.6.4, 7.6.6). */
export function fresnel(parity: number): Reference {
  return (at) => {
    const x = new wide(at);
    if (x.abs().gt(6)) return farFresnel(parity, x.abs()).mul(x.s);
    const a = piWide.mul(x).mul(x).div(2);
    const square = a.mul(a).neg();
    const first = parity === 0 ? x : x.mul(a);
    const ratio = (k: number): Decimal => square.div((2 * k + parity - 1) * (2 * k + parity));
    return series(first, ratio, (k) => 4 * k + 2 * parity + 1);
  };
}

/** By the auxiliary functions f and g (DLMF 7.12.2 and 7.12.3). */
function farFresnel(parity: number, x: Decimal): Decimal {
  const a = piWide.mul(x).mul(x);
  let term = one;
  let [f, g] = [one, new wide(0)];
  for (let m = 1; m < 60; m++) {
    const next = term.mul(2 * m - 1).div(a);
    if (next.gt(term) || next.lt('1e-60')) break;
    term = next;
    const sign = m % 4 < 2 ? 1 : -1;
    if (m % 2 === 0) f = f.add(term.mul(sign));
    else g = g.add(term.mul(sign));
  }
  const phase = x.mul(x).div(2);
  const [cosine, sine] = [sinPi(phase.add(0.5)), sinPi(phase)];
  const wave = parity === 0 ? f.mul(sine).sub(g.mul(cosine)) : f.mul(cosine).add(g.mul(sine)).neg();
  return wave.div(piWide).div(x).add(0.5);
}
