import type { Values } from '../base/dtype.ts';
import type { Vectorised } from './wasm/elementwise.ts';

/** What a loop may carry: the vector formula that computes the same, beside which it is the reference. */
interface Vectorisable {
  formula?: Vectorised;
}

/** `y[i] = f(x[i])` for i < n. */
export interface UnaryLoop extends Vectorisable {
  (x: Values, y: Values, n: number): void;
}

/** `y[i] = g[i] * slope(s[i])` for i < n, and exactly 0 where `g[i]` is 0. */
export interface SlopeLoop extends Vectorisable {
  (g: Values, s: Values, y: Values, n: number): void;
}

/**
 * `y[yAt + i] = f(a[aAt + i * aStep], b[bAt + i * bStep])` for i < n; a step is 0 or 1, so the one
 * loop serves equal shapes, rows and scalars.
 */
export interface BinaryLoop extends Vectorisable {
  (
    a: Values,
    aAt: number,
    aStep: number,
    b: Values,
    bAt: number,
    bStep: number,
    y: Values,
    yAt: number,
    n: number,
  ): void;
}
