import { erfc } from './erf.ts';
import type { SlopeLoop, UnaryLoop } from './loops.ts';
import { logistic } from './transcendental.ts';

/* Activations that are almost x where x is large, and their slopes, named as those in transcendental.ts. */

export const elu: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = x[i] > 0 ? x[i] : Math.expm1(x[i]);
};

/** 1 where the input is positive, else exp x: from the output, y + 1 would lose digits. */
export const eluSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) y[i] = g[i] === 0 ? 0 : g[i] * (s[i] > 0 ? 1 : Math.exp(s[i]));
};

export const seluScale = 1.0507009873554805;
const seluAlpha = 1.6732632423543772;
/** The slope at 0 from the left. */
export const seluLeft = seluScale * seluAlpha;

export const selu: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = x[i] > 0 ? seluScale * x[i] : seluLeft * Math.expm1(x[i]);
};

/** The scale where the input is positive, else left exp x. */
export const seluSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++)
    y[i] = g[i] === 0 ? 0 : g[i] * (s[i] > 0 ? seluScale : seluLeft * Math.exp(s[i]));
};

// Where the factor of x is 0 in double. Beyond it x may be infinite, and times 0 that would be NaN.
export const lowest = -800;

function cut(x: number): number {
  return Math.min(Math.max(x, lowest), -lowest);
}

/** x times the normal distribution function. */
export const gelu: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.max(x[i], lowest) * (0.5 * erfc(-x[i] * Math.SQRT1_2));
};

/** The normal distribution function and x times its density, from the input. */
export const geluSlope: SlopeLoop = (g, s, y, n) => {
  const factor = 1 / Math.sqrt(2 * Math.PI);
  for (let i = 0; i < n; i++) {
    const x = cut(s[i]);
    const density = factor * Math.exp(-0.5 * x * x);
    y[i] = g[i] === 0 ? 0 : g[i] * (0.5 * erfc(-x * Math.SQRT1_2) + x * density);
  }
};

// 0.5 (1 + tanh(u)) is the sigmoid of 2 u.
export const geluLinear = 2 * Math.sqrt(2 / Math.PI);
export const geluCubic = geluLinear * 0.044715;

/** x sigmoid(√(8/π) (x + 0.044715 x³)) */
export const geluTanh: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) {
    const at = Math.max(x[i], lowest);
    y[i] = at * logistic(at * (geluLinear + geluCubic * at * at));
  }
};

/** p + x p (1 - p) times the derivative of the sigmoid's argument, from the input; p is the sigmoid. */
export const geluTanhSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) {
    const x = cut(s[i]);
    const square = geluCubic * x * x;
    const p = logistic(x * (geluLinear + square));
    const inner = geluLinear + 3 * square;
    y[i] = g[i] === 0 ? 0 : g[i] * (p + x * (p * (1 - p) * inner));
  }
};

export const silu: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.max(x[i], lowest) * logistic(x[i]);
};

/** p + x p (1 - p), from the input. */
export const siluSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) {
    const x = cut(s[i]);
    const p = logistic(x);
    y[i] = g[i] === 0 ? 0 : g[i] * (p + x * (p * (1 - p)));
  }
};

// With w = exp(x) and m = w (w + 2), tanh(log(1 + w)) is m / (m + 2); beyond this x it is 1.
export const largest = 40;

/** x tanh(softplus(x)) */
export const mish: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) {
    const w = Math.exp(Math.min(x[i], largest));
    const m = w * (w + 2);
    y[i] = Math.max(x[i], lowest) * (m / (m + 2));
  }
};

/** t + x (1 - t²) sigmoid(x) where t = tanh(softplus(x)), from the input. */
export const mishSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) {
    const x = Math.min(Math.max(s[i], lowest), largest);
    const w = Math.exp(x);
    const m = w * (w + 2);
    const t = m / (m + 2);
    const bend = (2 / (m + 2)) * (1 + t) * (w / (1 + w));
    y[i] = g[i] === 0 ? 0 : g[i] * (t + x * bend);
  }
};
