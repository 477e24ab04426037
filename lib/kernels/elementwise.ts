import type { Values } from '../base/dtype.ts';
import { isComplex } from '../base/dtype.ts';
import type { Shape } from '../base/shape.ts';
import type { Kernel, Operand } from './kernel.ts';
import type { Axis } from './strides.ts';
import { broadcastStrides, mergeAxes, singleAxis } from './strides.ts';
import type { RowOperand, Vectorised } from './wasm/elementwise.ts';
import { isWorthIt, runRows, runUnary } from './wasm/elementwise.ts';

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
      const across = { values: g.values, at: 0, step: 1, rowStep: s.size };
      const row = { values: s.values, at: 0, step: 1, rowStep: 0 };
      runRows(formula, [across, row], y.values, 0, s.size, n / s.size);
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
      inVectors(formula, inputs, y);
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

/** Computes `y` from up to three operands of which each is a number or broadcasts to its shape. */
export function inVectors(formula: Vectorised, operands: readonly Operand[], y: Operand): void {
  const n = y.size;
  if (areWhole(operands, n)) {
    const [a, b, c] = operands;
    // Literals: this is the way of arrays of a few hundred numbers, too.
    const rows =
      operands.length === 2
        ? [wholeRow(a, n), wholeRow(b, n)]
        : [wholeRow(a, n), wholeRow(b, n), wholeRow(c, n)];
    runRows(formula, rows, y.values, 0, n, 1);
    return;
  }
  const shapes = operands.map(({ shape }) => shape);
  forEachBlock(shapes, y.shape, (inner, outer, yAt, ...places) => {
    const rows = operands.map((x, k) => rowOf(x, places[k], inner.strides[k], outer.strides[k]));
    runRows(formula, rows, y.values, yAt, inner.size, outer.size);
  });
}

function areWhole(operands: readonly Operand[], n: number): boolean {
  for (const { size } of operands) if (size !== n && size !== 1) return false;
  return true;
}

function wholeRow(x: Operand, n: number): RowOperand {
  return rowOf(x, 0, x.size === n ? 1 : 0, 0);
}

function rowOf({ values }: Operand, at: number, step: number, rowStep: number): RowOperand {
  return { values, at, step, rowStep };
}

function isTail(part: Shape, shape: Shape): boolean {
  const skipped = shape.length - part.length;
  for (let i = 0; i < part.length; i++) if (part[i] !== shape[skipped + i]) return false;
  return true;
}

/** Where something starts in the result and in up to three operands. */
type Places = [outAt: number, a: number, b: number, c: number];

/**
 * Walks the elements of `shape` in order as runs of `n` in which each operand, broadcast to `shape`,
 * either advances with the result (its step is 1) or stands still (0).
 */
export function forEachRun(
  operands: readonly Shape[],
  shape: Shape,
  run: (n: number, steps: readonly number[], ...places: Places) => void,
): void {
  forEachBlock(operands, shape, ({ size: n, strides }, outer, outAt, a, b, c) => {
    const [aStride, bStride = 0, cStride = 0] = outer.strides;
    for (let i = 0; i < outer.size; i++) {
      run(n, strides, outAt + i * n, a + i * aStride, b + i * bStride, c + i * cStride);
    }
  });
}

/** The same as blocks of such runs: `inner` is the axis along a run, `outer` that of the runs. */
function forEachBlock(
  operands: readonly Shape[],
  shape: Shape,
  block: (inner: Axis, outer: Axis, ...places: Places) => void,
): void {
  const strides = operands.map((operand) => broadcastStrides(operand, shape));
  const axes = mergeAxes(shape, strides);
  const inner = axes.pop() ?? singleAxis;
  const outer = axes.pop() ?? singleAxis;
  let outAt = 0;
  const visit = (depth: number, a: number, b: number, c: number): void => {
    if (depth === axes.length) {
      block(inner, outer, outAt, a, b, c);
      outAt += inner.size * outer.size;
      return;
    }
    const [aStride, bStride = 0, cStride = 0] = axes[depth].strides;
    for (let i = 0; i < axes[depth].size; i++) {
      visit(depth + 1, a + i * aStride, b + i * bStride, c + i * cStride);
    }
  };
  visit(0, 0, 0, 0);
}
