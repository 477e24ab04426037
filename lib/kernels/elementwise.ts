import type { Values } from '../base/dtype.ts';
import { isComplex } from '../base/dtype.ts';
import type { Shape } from '../base/shape.ts';
import type { Kernel, Operand } from './kernel.ts';
import { broadcastStrides, mergeAxes, singleAxis } from './strides.ts';
import type { RowOperand, Vectorised } from './wasm/elementwise.ts';
import { isWorthIt, runBinary, runUnary } from './wasm/elementwise.ts';

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

/**
 * The vector formulas that stand beside loops, which remain the reference: the kernels below choose
 * the formula where it pays.
 */
const formulas = new WeakMap<object, Vectorised>();

/** A loop and the vector formula that computes the same. */
export function withVectors<Loop extends UnaryLoop | SlopeLoop | BinaryLoop>(
  loop: Loop,
  formula: Vectorised,
): Loop {
  formulas.set(loop, formula);
  return loop;
}

/** `complex` is the loop for complex elements, whose `n` and places count elements, not parts. */
export function unaryKernel(loop: UnaryLoop, complex: UnaryLoop = loop): Kernel<unknown> {
  const formula = formulas.get(loop);
  return (inputs, outputs) => {
    const x = inputs[0];
    const y = outputs[0];
    const n = y.size;
    if (isComplex(x.dtype)) complex(x.values, y.values, n);
    else if (formula !== undefined && isWorthIt(formula, x.values, y.values, n))
      runUnary(formula, x.values, y.values, n);
    else loop(x.values, y.values, n);
  };
}

/** `s` may be smaller than `g`: the same for each row of a batch. */
export function slopeKernel(loop: SlopeLoop): Kernel<unknown> {
  const formula = formulas.get(loop);
  return (inputs, outputs) => {
    const [g, s] = inputs;
    const y = outputs[0];
    const n = y.size;
    if (formula !== undefined && isWorthIt(formula, g.values, y.values, n)) {
      const row = { values: s.values, at: 0, step: 1, rowStep: 0 } as const;
      const rows = s.size === n ? 1 : n / s.size;
      const across = { values: g.values, at: 0, step: 1, rowStep: s.size } as const;
      runBinary(formula, across, row, y.values, 0, s.size, rows);
    } else if (s.size === n) {
      loop(g.values, s.values, y.values, n);
    } else {
      for (let at = 0; at < n; at += s.size) {
        const end = at + s.size;
        loop(g.values.subarray(at, end), s.values, y.values.subarray(at, end), s.size);
      }
    }
  };
}

function whole(values: Values, n: number): RowOperand {
  return { values, at: 0, step: 1, rowStep: n };
}

/** `complex` is the loop for complex elements, whose `n`, places and steps count elements, not parts. */
export function binaryKernel(real: BinaryLoop, complex: BinaryLoop = real): Kernel<unknown> {
  const formula = formulas.get(real);
  return (inputs, outputs) => {
    const a = inputs[0];
    const b = inputs[1];
    const y = outputs[0];
    const n = y.size;
    const loop = isComplex(a.dtype) ? complex : real;
    if (formula !== undefined && !isComplex(a.dtype) && isWorthIt(formula, a.values, y.values, n))
      binaryInVectors(formula, real, a, b, y);
    else if (a.size === n && b.size === n) {
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

/** Broadcast operands as blocks of rows: the last axis within a row, the one before it across rows. */
function binaryInVectors(
  formula: Vectorised,
  loop: BinaryLoop,
  a: Operand,
  b: Operand,
  y: Operand,
): void {
  const n = y.size;
  if (a.size === n && b.size === n) {
    runBinary(formula, whole(a.values, n), whole(b.values, n), y.values, 0, n, 1);
    return;
  }
  const strides = [broadcastStrides(a.shape, y.shape), broadcastStrides(b.shape, y.shape)];
  const axes = mergeAxes(y.shape, strides);
  const inner = axes.pop() ?? singleAxis;
  const outer = axes.pop() ?? { size: 1, strides: [0, 0] };
  const isStill = inner.strides[0] === 0 && inner.strides[1] === 0;
  let yAt = 0;
  const block = (aAt: number, bAt: number): void => {
    const operand = (x: Operand, at: number, which: 0 | 1): RowOperand => ({
      values: x.values,
      at,
      step: inner.strides[which] === 0 ? 0 : 1,
      rowStep: outer.strides[which],
    });
    const [left, right] = [operand(a, aAt, 0), operand(b, bAt, 1)];
    if (isStill || inner.size < shortestRow) {
      for (let row = 0; row < outer.size; row++) {
        loop(
          a.values,
          aAt + row * left.rowStep,
          left.step,
          b.values,
          bAt + row * right.rowStep,
          right.step,
          y.values,
          yAt + row * inner.size,
          inner.size,
        );
      }
    } else runBinary(formula, left, right, y.values, yAt, inner.size, outer.size);
    yAt += inner.size * outer.size;
  };
  const visit = (depth: number, aAt: number, bAt: number): void => {
    if (depth === axes.length) {
      block(aAt, bAt);
      return;
    }
    const { size, strides: steps } = axes[depth];
    for (let i = 0; i < size; i++) visit(depth + 1, aAt + i * steps[0], bAt + i * steps[1]);
  };
  visit(0, 0, 0);
}

/** Below this, a loop over a row is as fast as vectors. */
const shortestRow = 4;

function isTail(part: Shape, shape: Shape): boolean {
  const skipped = shape.length - part.length;
  for (let i = 0; i < part.length; i++) if (part[i] !== shape[skipped + i]) return false;
  return true;
}

/** A run of `n` elements: where it starts in the result and in up to three operands. */
type Run = (
  n: number,
  steps: readonly number[],
  outAt: number,
  a: number,
  b: number,
  c: number,
) => void;

/**
 * Walks the elements of `shape` in order as runs in which each operand, broadcast to `shape`, either
 * advances with the result (its step is 1) or stands still (0).
 */
export function forEachRun(operands: readonly Shape[], shape: Shape, run: Run): void {
  const strides = operands.map((operand) => broadcastStrides(operand, shape));
  const axes = mergeAxes(shape, strides);
  const { size: n, strides: steps } = axes.pop() ?? singleAxis;
  let outAt = 0;
  const visit = (depth: number, a: number, b: number, c: number): void => {
    if (depth === axes.length) {
      run(n, steps, outAt, a, b, c);
      outAt += n;
      return;
    }
    const [aStride, bStride = 0, cStride = 0] = axes[depth].strides;
    for (let i = 0; i < axes[depth].size; i++) {
      visit(depth + 1, a + i * aStride, b + i * bStride, c + i * cStride);
    }
  };
  visit(0, 0, 0, 0);
}
