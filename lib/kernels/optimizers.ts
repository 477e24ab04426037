import type { Values } from '../base/dtype.ts';
import { update, updatesInVectors } from './wasm/updates.ts';

/*
 * One pass each: the state of the optimiser changes in place, the new weight goes to a fresh array,
 * because tensors read from the variable before still show the old one. As everywhere, loops compute
 * in double and round when they store.
 */

/** `y = w - rate * g`. */
export function sgd(w: Values, g: Values, y: Values, rate: number): void {
  if (updatesInVectors(w, g)) {
    update('sgd', w, g, y, [], [rate]);
    return;
  }
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
  if (updatesInVectors(w, g)) {
    update('momentum', w, g, y, [accumulator], [rate, decay]);
    return;
  }
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
  if (updatesInVectors(w, g)) {
    update('nesterov', w, g, y, [accumulator], [rate, decay]);
    return;
  }
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
  if (updatesInVectors(w, g)) {
    const factors = [rate, beta1, 1 - beta1, beta2, 1 - beta2, epsilon];
    update('adam', w, g, y, [first, second], factors);
    return;
  }
  for (let i = 0; i < y.length; i++) {
    const gradient = g[i];
    const m = beta1 * first[i] + (1 - beta1) * gradient;
    const v = beta2 * second[i] + (1 - beta2) * gradient * gradient;
    first[i] = m;
    second[i] = v;
    y[i] = w[i] - (rate * m) / (Math.sqrt(v) + epsilon);
  }
}

/**
 * `a ← a + g²`, then `y = w - rate * g / √(a + ε)`.
 *
 * @see Duchi, Hazan & Singer 2011; ε under the root as TensorFlow.js has it
 */
export function adagrad(
  w: Values,
  g: Values,
  y: Values,
  accumulator: Values,
  rate: number,
  epsilon: number,
): void {
  if (updatesInVectors(w, g)) {
    update('adagrad', w, g, y, [accumulator], [rate, epsilon]);
    return;
  }
  for (let i = 0; i < y.length; i++) {
    const a = accumulator[i] + g[i] * g[i];
    accumulator[i] = a;
    y[i] = w[i] - (rate * g[i]) / Math.sqrt(a + epsilon);
  }
}

/** The decay of an average of squares and the number that keeps a division by its root finite. */
export interface DecayFactors {
  readonly rho: number;
  readonly epsilon: number;
}

/**
 * `a ← ρa + (1-ρ)g²`, `d = g √(u + ε) / √(a + ε)`, `u ← ρu + (1-ρ)d²`, then `y = w - rate * d`.
 *
 * @see Zeiler 2012, algorithm 1, times a rate
 */
export function adadelta(
  w: Values,
  g: Values,
  y: Values,
  gradients: Values,
  updates: Values,
  rate: number,
  { rho, epsilon }: DecayFactors,
): void {
  if (updatesInVectors(w, g)) {
    update('adadelta', w, g, y, [gradients, updates], [rate, rho, 1 - rho, epsilon]);
    return;
  }
  for (let i = 0; i < y.length; i++) {
    const a = rho * gradients[i] + (1 - rho) * g[i] * g[i];
    const d = (g[i] * Math.sqrt(updates[i] + epsilon)) / Math.sqrt(a + epsilon);
    gradients[i] = a;
    updates[i] = rho * updates[i] + (1 - rho) * d * d;
    y[i] = w[i] - rate * d;
  }
}

/**
 * `m ← β₁m + (1-β₁)g`, `v ← max(β₂v, |g|)`, then `y = w - rate * m / (v + ε)`.
 *
 * @param rate - already corrected for the bias of `m`
 * @see Kingma & Ba 2015, algorithm 2
 */
export function adamax(
  w: Values,
  g: Values,
  y: Values,
  first: Values,
  norm: Values,
  rate: number,
  { beta1, beta2, epsilon }: AdamFactors,
): void {
  if (updatesInVectors(w, g)) {
    update('adamax', w, g, y, [first, norm], [rate, beta1, 1 - beta1, beta2, epsilon]);
    return;
  }
  for (let i = 0; i < y.length; i++) {
    const m = beta1 * first[i] + (1 - beta1) * g[i];
    const v = Math.max(beta2 * norm[i], Math.abs(g[i]));
    first[i] = m;
    norm[i] = v;
    y[i] = w[i] - (rate * m) / (v + epsilon);
  }
}

/** The factors of RMSProp. */
export interface RmsPropFactors {
  readonly decay: number;
  readonly momentum: number;
  readonly epsilon: number;
}

/**
 * `s ← ρs + (1-ρ)g²`, `a ← momentum * a + rate * g / √(s + ε)`, then `y = w - a`; where averages of
 * the gradient are given, `q ← ρq + (1-ρ)g` and `s - q²` stands under the root.
 *
 * @see Hinton, Neural Networks for Machine Learning, lecture 6e, 2012, in the form of TensorFlow's
 *   ApplyRMSProp and ApplyCenteredRMSProp
 */
export function rmsProp(
  w: Values,
  g: Values,
  y: Values,
  slots: { squares: Values; steps: Values; means: Values | null },
  rate: number,
  { decay, momentum, epsilon }: RmsPropFactors,
): void {
  const { squares, steps, means } = slots;
  // The difference under the root wants more digits than float32 has, where there are averages.
  if (means === null && updatesInVectors(w, g)) {
    update('rmsProp', w, g, y, [squares, steps], [rate, decay, 1 - decay, momentum, epsilon]);
    return;
  }
  for (let i = 0; i < y.length; i++) {
    const s = decay * squares[i] + (1 - decay) * g[i] * g[i];
    squares[i] = s;
    let variance = s;
    if (means !== null) {
      const q = decay * means[i] + (1 - decay) * g[i];
      means[i] = q;
      variance -= q * q;
    }
    const a = momentum * steps[i] + (rate * g[i]) / Math.sqrt(variance + epsilon);
    steps[i] = a;
    y[i] = w[i] - a;
  }
}
