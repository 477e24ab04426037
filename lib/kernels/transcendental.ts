import type { BinaryLoop, SlopeLoop, UnaryLoop } from './loops.ts';
import { erf as erfOf } from './erf.ts';
import type { Kernel } from './kernel.ts';

/*
 * V8's own functions are ports of FDLIBM and within 2 ulp of the truth, as the spec checks. Slopes
 * are named after the function they belong to and say whether `s` is its input or its output.
 */

export const exp: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.exp(x[i]);
};

/** y, from the output. */
export const expSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) y[i] = g[i] === 0 ? 0 : g[i] * s[i];
};

export const expm1: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.expm1(x[i]);
};

/** exp x, from the input. */
export const expm1Slope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) y[i] = g[i] === 0 ? 0 : g[i] * Math.exp(s[i]);
};

export const log: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.log(x[i]);
};

/** 1 / x, from the input. */
export const logSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) y[i] = g[i] === 0 ? 0 : g[i] / s[i];
};

export const log1p: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.log1p(x[i]);
};

/** 1 / (1 + x), from the input. */
export const log1pSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) y[i] = g[i] === 0 ? 0 : g[i] / (1 + s[i]);
};

export const sin: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.sin(x[i]);
};

/** cos x, from the input. */
export const sinSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) y[i] = g[i] === 0 ? 0 : g[i] * Math.cos(s[i]);
};

export const cos: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.cos(x[i]);
};

/** -sin x, from the input. */
export const cosSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) y[i] = g[i] === 0 ? 0 : -g[i] * Math.sin(s[i]);
};

export const tan: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.tan(x[i]);
};

/** 1 + y², from the output. */
export const tanSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) y[i] = g[i] === 0 ? 0 : g[i] * (1 + s[i] * s[i]);
};

export const sinh: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.sinh(x[i]);
};

/** cosh x, from the input. */
export const sinhSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) y[i] = g[i] === 0 ? 0 : g[i] * Math.cosh(s[i]);
};

export const cosh: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.cosh(x[i]);
};

/** sinh x, from the input. */
export const coshSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) y[i] = g[i] === 0 ? 0 : g[i] * Math.sinh(s[i]);
};

export const tanh: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.tanh(x[i]);
};

/** 1 - y², from the output. */
export const tanhSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) y[i] = g[i] === 0 ? 0 : g[i] * ((1 - s[i]) * (1 + s[i]));
};

export const asin: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.asin(x[i]);
};

/** 1 / √(1 - x²), from the input. */
export const asinSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) y[i] = g[i] === 0 ? 0 : g[i] / Math.sqrt((1 - s[i]) * (1 + s[i]));
};

export const acos: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.acos(x[i]);
};

/** -1 / √(1 - x²), from the input. */
export const acosSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) y[i] = g[i] === 0 ? 0 : -g[i] / Math.sqrt((1 - s[i]) * (1 + s[i]));
};

export const atan: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.atan(x[i]);
};

/** 1 / (1 + x²), from the input. */
export const atanSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) y[i] = g[i] === 0 ? 0 : g[i] / (1 + s[i] * s[i]);
};

export const asinh: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.asinh(x[i]);
};

/** 1 / √(1 + x²), from the input. */
export const asinhSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) y[i] = g[i] === 0 ? 0 : g[i] / Math.sqrt(1 + s[i] * s[i]);
};

export const acosh: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.acosh(x[i]);
};

/** 1 / √(x² - 1), from the input; two roots, so that it is NaN wherever acosh is. */
export const acoshSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++)
    y[i] = g[i] === 0 ? 0 : g[i] / (Math.sqrt(s[i] - 1) * Math.sqrt(s[i] + 1));
};

export const atanh: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.atanh(x[i]);
};

/** 1 / (1 - x²), from the input. */
export const atanhSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) y[i] = g[i] === 0 ? 0 : g[i] / ((1 - s[i]) * (1 + s[i]));
};

/** The angle of the point (b, a), in radians. */
export const atan2: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep)
    y[yAt] = Math.atan2(a[aAt], b[bAt]);
};

export const erf: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = erfOf(x[i]);
};

/** 2 / √π exp(-x²), from the input. */
export const erfSlope: SlopeLoop = (g, s, y, n) => {
  const factor = 2 / Math.sqrt(Math.PI);
  for (let i = 0; i < n; i++) y[i] = g[i] === 0 ? 0 : g[i] * factor * Math.exp(-s[i] * s[i]);
};

/** 1 / (1 + exp(-x)) */
export const sigmoid: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = logistic(x[i]);
};

/** y (1 - y), from the output. */
export const sigmoidSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) y[i] = g[i] === 0 ? 0 : g[i] * (s[i] * (1 - s[i]));
};

/** log(1 + exp(x)), without overflow and without loss where x is very negative. */
export const softplus: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.max(x[i], 0) + Math.log1p(Math.exp(-Math.abs(x[i])));
};

/** The sigmoid, from the input. */
export const softplusSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) y[i] = g[i] === 0 ? 0 : g[i] * logistic(s[i]);
};

// Only exponentials of negative numbers: nothing overflows, and both tails keep their relative accuracy.
export function logistic(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const tail = Math.exp(x);
  return tail / (1 + tail);
}

export const relu: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.max(x[i], 0);
};

/** 1 where the input is positive, else 0; the output serves as well. */
export const reluSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) y[i] = g[i] !== 0 && s[i] > 0 ? g[i] : 0;
};

export interface LeakyReluParams {
  readonly alpha: number;
}

export const leakyReluKernel: Kernel<LeakyReluParams> = ([x], [y], { alpha }) => {
  for (let i = 0; i < y.size; i++)
    y.values[i] = x.values[i] > 0 ? x.values[i] : alpha * x.values[i];
};

/** Inputs g and x; at 0 the slope is the left one, `alpha`. */
export const leakyReluGradKernel: Kernel<LeakyReluParams> = ([g, x], [y], { alpha }) => {
  for (let i = 0; i < y.size; i++) {
    y.values[i] = g.values[i] === 0 ? 0 : g.values[i] * (x.values[i] > 0 ? 1 : alpha);
  }
};
