import type { Values } from '../base/dtype.ts';
import type { Shape } from '../base/shape.ts';
import type { Kernel } from './kernel.ts';

/*
 * Every op has loops of its own: one generic loop around a scalar callback is 3 to 10 times slower,
 * because its call site sees every op. The drivers here only cut broadcast operands into runs.
 */

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

export function unaryKernel(loop: UnaryLoop): Kernel<unknown> {
  return (inputs, outputs) => {
    const y = outputs[0];
    loop(inputs[0].values, y.values, y.size);
  };
}

export function slopeKernel(loop: SlopeLoop): Kernel<unknown> {
  return (inputs, outputs) => {
    const y = outputs[0];
    loop(inputs[0].values, inputs[1].values, y.values, y.size);
  };
}

export function binaryKernel(loop: BinaryLoop): Kernel<unknown> {
  return (inputs, outputs) => {
    const a = inputs[0];
    const b = inputs[1];
    const y = outputs[0];
    const n = y.size;
    if (a.size === n && b.size === n) {
      loop(a.values, 0, 1, b.values, 0, 1, y.values, 0, n);
    } else if (b.size === 1 && a.size === n) {
      loop(a.values, 0, 1, b.values, 0, 0, y.values, 0, n);
    } else if (a.size === 1 && b.size === n) {
      loop(a.values, 0, 0, b.values, 0, 1, y.values, 0, n);
    } else if (n > 0) {
      forEachRun([a.shape, b.shape], y.shape, (at, steps, yAt, length) => {
        loop(a.values, at[0], steps[0], b.values, at[1], steps[1], y.values, yAt, length);
      });
    }
  };
}

type Run = (at: readonly number[], steps: readonly number[], outAt: number, n: number) => void;

/**
 * Walks the elements of `shape` in order as runs in which each operand, broadcast to `shape`, either
 * advances with the output or stands still; `at` and `steps` hold a number per operand.
 */
export function forEachRun(operands: readonly Shape[], shape: Shape, run: Run): void {
  const rank = shape.length;
  const strides = operands.map((operand) => broadcastStrides(operand, shape));
  // The longest tail of axes over which every operand is wholly contiguous or wholly constant.
  let tail = rank;
  let length = 1;
  let steps = operands.map(() => 0);
  while (tail > 0) {
    const size = shape[tail - 1];
    const next = strides.map((stride, k) => {
      if (size === 1) return steps[k];
      if (length === 1) return stride[tail - 1];
      return stride[tail - 1] === steps[k] * length ? steps[k] : -1;
    });
    if (next.some((step) => step !== 0 && step !== 1)) break;
    steps = next;
    length *= size;
    tail--;
  }
  const at = operands.map(() => 0);
  const index = new Array<number>(tail).fill(0);
  let outAt = 0;
  for (;;) {
    run(at, steps, outAt, length);
    outAt += length;
    let axis = tail - 1;
    while (axis >= 0 && ++index[axis] === shape[axis]) {
      index[axis] = 0;
      for (let k = 0; k < at.length; k++) at[k] -= strides[k][axis] * (shape[axis] - 1);
      axis--;
    }
    if (axis < 0) return;
    for (let k = 0; k < at.length; k++) at[k] += strides[k][axis];
  }
}

/** Strides with which an operand is read as if it had `shape`; 0 along broadcast axes. */
export function broadcastStrides(operand: Shape, shape: Shape): readonly number[] {
  const strides = new Array<number>(shape.length).fill(0);
  let stride = 1;
  for (let i = operand.length - 1, j = shape.length - 1; i >= 0; i--, j--) {
    strides[j] = operand[i] === 1 && shape[j] !== 1 ? 0 : stride;
    stride *= operand[i];
  }
  return strides;
}
