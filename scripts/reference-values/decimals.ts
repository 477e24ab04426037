import { Decimal } from 'decimal.js';

/*
 * Decimals of 40 digits, `wide` ones of 70, and what several references are made of.
 */

Decimal.set({ precision: 40, minE: -9e15, maxE: 9e15 });

export type Reference = (...x: Decimal[]) => Decimal;

export const wide = Decimal.clone({ precision: 70 });
export const piWide = wide.acos(-1);

/** Σ terms, each the one before times a ratio; `weight` divides what is added, and the terms end below `last`. */
export function series(
  first: Decimal,
  ratio: (k: number) => Decimal,
  weight: (k: number) => number = () => 1,
  last = '1e-45',
): Decimal {
  let term = first;
  let sum = first.div(weight(0));
  for (let k = 1; k < 4000 && !term.isZero(); k++) {
    term = term.mul(ratio(k));
    sum = sum.add(term.div(weight(k)));
    if (term.abs().lt(sum.abs().mul(last)) && k > 3) break;
  }
  return sum;
}

export const one = new wide(1);
export const tau = piWide.mul(2);

/** The exponential of a number whose size takes digits away from its fraction. */
export const exp = (x: Decimal): Decimal => new wide(x).exp();

export const ln = (x: Decimal): Decimal => new wide(x).ln();

/** sin πx, of the exact remainder of x. */
export function sinPi(at: Decimal): Decimal {
  const x = new wide(at);
  const whole = x.round();
  const sine = piWide.mul(x.sub(whole)).sin();
  return whole.mod(2).isZero() ? sine : sine.neg();
}

export function cosPi(at: Decimal): Decimal {
  return sinPi(new wide(at).add(0.5));
}

/** Bernoulli's numbers B₂ to B₆₀, by their recurrence. */
export const bernoulli: readonly Decimal[] = (() => {
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

interface Node {
  readonly at: Decimal;
  readonly weight: Decimal;
}

/** Nodes of the rule of Takahasi and Mori (1974) for what falls exponentially over t > 0. */
const nodes: readonly Node[] = (() => {
  const step = new Decimal(1).div(14);
  return Array.from({ length: 130 }, (_, i) => {
    const t = step.mul(i - 58);
    const decay = t.neg().exp();
    const at = t.sub(decay).exp();
    return { at, weight: at.mul(decay.add(1)).mul(step) };
  });
})();

/** ∫ exp(exponent(t)) dt over t > 0, of an exponent that falls from 0 on the given scale. */
export function integral(exponent: (t: Decimal) => Decimal, scale: Decimal): Decimal {
  let sum = new Decimal(0);
  for (const { at, weight } of nodes) {
    const power = exponent(at.mul(scale));
    if (power.gt(-60)) sum = sum.add(weight.mul(power.exp()));
  }
  return sum.mul(scale);
}
