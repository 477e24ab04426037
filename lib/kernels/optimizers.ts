import type { Values } from '../base/dtype.ts';

/*
 * One pass each: the state of the optimiser changes in place, the new weight goes to a fresh array,
 * because tensors read from the variable before still show the old one. As everywhere, loops compute
 * in double and round when they store.
 */

/** `y = w - rate * g`. */
export function sgd(w: Values, g: Values, y: Values, rate: number): void {
  for (let i = 0; i < y.length; i++) y[i] = w[i] - rate * g[i];
}

/**
 * `a ← momentum * a + g`, then `y = w - rate * a`.
 *
 * @see TensorFlow's ApplyMomentum: the rate stands outside the accumulator, so a rate that changes
 *   takes effect at once
 */
export function momentum(
  w: Values,
  g: Values,
  y: Values,
  accumulator: Values,
  rate: number,
  decay: number,
): void {
  for (let i = 0; i < y.length; i++) {
    const a = decay * accumulator[i] + g[i];
    accumulator[i] = a;
    y[i] = w[i] - rate * a;
  }
}

/**
 * `a ← momentum * a + g`, then `y = w - rate * (g + momentum * a)`.
 *
 * @see Sutskever et al. 2013, §2, in the form of TensorFlow's ApplyMomentum with use_nesterov
 */
export function nesterov(
  w: Values,
  g: Values,
  y: Values,
  accumulator: Values,
  rate: number,
  decay: number,
): void {
  for (let i = 0; i < y.length; i++) {
    const a = decay * accumulator[i] + g[i];
    accumulator[i] = a;
    y[i] = w[i] - rate * (g[i] + decay * a);
  }
}

/** The decays of Adam's two averages and the number that keeps its division finite. */
export interface AdamFactors {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/**
 * `m ← β₁m + (1-β₁)g`, `v ← β₂v + (1-β₂)g²`, then `y = w - rate * m / (√v + ε)`.
 *
 * @param rate - already corrected for the bias of both averages
 * @see Kingma & Ba 2015, the form before section 2.1, as TensorFlow: ε is their ε-hat
 */
export function adam(
  w: Values,
  g: Values,
  y: Values,
  first: Values,
  second: Values,
  rate: number,
  { beta1, beta2, epsilon }: AdamFactors,
): void {
  for (let i = 0; i < y.length; i++) {
    const gradient = g[i];
    const m = beta1 * first[i] + (1 - beta1) * gradient;
    const v = beta2 * second[i] + (1 - beta2) * gradient * gradient;
    first[i] = m;
    second[i] = v;
    y[i] = w[i] - (rate * m) / (Math.sqrt(v) + epsilon);
  }
}
