import type { Values } from '../base/dtype.ts';

/** `y[i] = f(x[i])` for i < n. */
export type UnaryLoop = (x: Values, y: Values, n: number) => void;

/** `y[i] = g[i] * slope(s[i])` for i < n, and exactly 0 where `g[i]` is 0. */
export type SlopeLoop = (g: Values, s: Values, y: Values, n: number) => void;

/**
 * `y[yAt + i] = f(a[aAt + i * aStep], b[bAt + i * bStep])` for i < n; a step is 0 or 1, so the one
 * loop serves equal shapes, rows and scalars.
 */
export type BinaryLoop = (
  a: Values,
  aAt: number,
  aStep: number,
  b: Values,
  bAt: number,
  bStep: number,
  y: Values,
  yAt: number,
  n: number,
) => void;
