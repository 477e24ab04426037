import type { BinaryLoop, SlopeLoop, UnaryLoop } from '../elementwise.ts';

/*
 * Loops around a function of numbers. A special function costs a hundred times what the call does,
 * so unlike arithmetic they share them.
 */

export function unaryLoop(f: (x: number) => number): UnaryLoop {
  return (x, y, n) => {
    for (let i = 0; i < n; i++) y[i] = f(x[i]);
  };
}

/** `f` is the slope, of the function's input or output. */
export function slopeLoop(f: (s: number) => number): SlopeLoop {
  return (g, s, y, n) => {
    for (let i = 0; i < n; i++) y[i] = g[i] === 0 ? 0 : g[i] * f(s[i]);
  };
}

export function binaryLoop(f: (a: number, b: number) => number): BinaryLoop {
  return (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
    for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep)
      y[yAt] = f(a[aAt], b[bAt]);
  };
}
