import { isComplex } from '../base/dtype.ts';
import type { Shape } from '../base/shape.ts';
import type { Kernel } from './kernel.ts';
import type { BinaryLoop, SlopeLoop, UnaryLoop } from './loops.ts';
import { forEachRun } from './broadcast.ts';
import { vectors } from './vectors.ts';

export type { BinaryLoop, SlopeLoop, UnaryLoop } from './loops.ts';

/*
 * Every op has loops of its own: one generic loop around a scalar callback is 3 to 10 times slower,
 * because its call site sees every op. The drivers here only cut broadcast operands into runs.
 */

/** `complex` is the loop for complex elements, whose `n` and places count elements, not parts. */
export function unaryKernel(loop: UnaryLoop, complex: UnaryLoop = loop): Kernel<unknown> {
  return (inputs, outputs) => {
    const x = inputs[0];
    const y = outputs[0];
    const n = y.size;
    if (isComplex(x.dtype)) complex(x.values, y.values, n);
    else if (vectors.kernels?.unary(loop, x.values, y.values, n) !== true)
      loop(x.values, y.values, n);
  };
}

/** `s` may be smaller than `g`: the same for each row of a batch. */
export function slopeKernel(loop: SlopeLoop): Kernel<unknown> {
  return (inputs, outputs) => {
    const [g, s] = inputs;
    const y = outputs[0];
    const n = y.size;
    if (vectors.kernels?.slope(loop, g.values, s, y) === true) return;
    if (s.size === n) {
      loop(g.values, s.values, y.values, n);
    } else {
      for (let at = 0; at < n; at += s.size) {
        const end = at + s.size;
        loop(g.values.subarray(at, end), s.values, y.values.subarray(at, end), s.size);
      }
    }
  };
}

/** `complex` is the loop for complex elements, whose `n`, places and steps count elements, not parts. */
export function binaryKernel(real: BinaryLoop, complex: BinaryLoop = real): Kernel<unknown> {
  return (inputs, outputs) => {
    const a = inputs[0];
    const b = inputs[1];
    const y = outputs[0];
    const n = y.size;
    const areComplex = isComplex(a.dtype);
    const loop = areComplex ? complex : real;
    if (!areComplex && vectors.kernels?.binary(loop, inputs, y) === true) return;
    if (a.size === n && b.size === n) {
      loop(a.values, 0, 1, b.values, 0, 1, y.values, 0, n);
    } else if (b.size === 1 && a.size === n) {
      loop(a.values, 0, 1, b.values, 0, 0, y.values, 0, n);
    } else if (a.size === 1 && b.size === n) {
      loop(a.values, 0, 0, b.values, 0, 1, y.values, 0, n);
    } else if (a.size === n && isTail(b.shape, y.shape)) {
      // The most frequent one: a row for every row, as a bias is added.
      const row = b.size;
      for (let at = 0; at < n; at += row) {
        loop(a.values, at, 1, b.values, 0, 1, y.values, at, row);
      }
    } else if (n > 0) {
      forEachRun([a.shape, b.shape], y.shape, (length, [aStep, bStep], yAt, aAt, bAt) => {
        loop(a.values, aAt, aStep, b.values, bAt, bStep, y.values, yAt, length);
      });
    }
  };
}

function isTail(part: Shape, shape: Shape): boolean {
  const skipped = shape.length - part.length;
  for (let i = 0; i < part.length; i++) if (part[i] !== shape[skipped + i]) return false;
  return true;
}
