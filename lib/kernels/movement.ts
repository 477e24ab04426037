import type { DType } from '../base/dtype.ts';
import type { Shape } from '../base/shape.ts';
import type { Layout } from './copy.ts';
import { copyBox, copyRun, stepsOf } from './copy.ts';
import type { UnaryLoop } from './elementwise.ts';
import { broadcastStrides } from './elementwise.ts';
import type { Kernel, Operand } from './kernel.ts';

/* Moving elements is copying a box: each kernel only says with which steps both sides are read. */

/** Axis `i` of the result is axis `perm[i]` of the input. */
export const transposeKernel: Kernel<{ readonly perm: readonly number[] }> = (
  [x],
  [y],
  { perm },
) => {
  const steps = stepsOf(x.shape);
  const permuted = perm.map((axis) => steps[axis]);
  copyBox(y.shape, { values: x.values, at: 0, steps: permuted }, whole(y));
};

export const broadcastToKernel: Kernel<unknown> = ([x], [y]) => {
  copyBox(
    y.shape,
    { values: x.values, at: 0, steps: broadcastStrides(x.shape, y.shape) },
    whole(y),
  );
};

/** The part of the output's sizes that starts at `begin`. */
export const sliceKernel: Kernel<{ readonly begin: readonly number[] }> = ([x], [y], { begin }) => {
  copyBox(y.shape, startingAt(x, begin), whole(y));
};

/** The input surrounded by `value`, with `before` of them in front of each axis. */
export const padKernel: Kernel<{ readonly before: readonly number[]; readonly value: number }> = (
  [x],
  [y],
  { before, value },
) => {
  if (x.size < y.size) y.values.fill(value);
  copyBox(x.shape, whole(x), startingAt(y, before));
};

export const concatKernel: Kernel<{ readonly axis: number }> = (inputs, [y], { axis }) => {
  const steps = stepsOf(y.shape);
  let at = 0;
  for (const x of inputs) {
    copyBox(x.shape, whole(x), { values: y.values, at, steps });
    at += x.shape[axis] * steps[axis];
  }
};

/** Cuts the input along an axis into pieces of the outputs' sizes. */
export const splitKernel: Kernel<{ readonly axis: number }> = ([x], outputs, { axis }) => {
  const steps = stepsOf(x.shape);
  let at = 0;
  for (const y of outputs) {
    copyBox(y.shape, { values: x.values, at, steps }, whole(y));
    at += y.shape[axis] * steps[axis];
  }
};

/** Joins equal shapes along a new axis. */
export const stackKernel: Kernel<{ readonly axis: number }> = (inputs, [y], { axis }) => {
  const steps = stepsOf(y.shape);
  const [step] = steps.splice(axis, 1);
  inputs.forEach((x, i) => {
    copyBox(x.shape, whole(x), { values: y.values, at: i * step, steps });
  });
};

/** Takes an axis apart: one output for each index. */
export const unstackKernel: Kernel<{ readonly axis: number }> = ([x], outputs, { axis }) => {
  const steps = stepsOf(x.shape);
  const [step] = steps.splice(axis, 1);
  outputs.forEach((y, i) => {
    copyBox(y.shape, { values: x.values, at: i * step, steps }, whole(y));
  });
};

/** Repeats the input `reps[i]` times along axis `i`. */
export const tileKernel: Kernel<{ readonly reps: readonly number[] }> = ([x], [y], { reps }) => {
  // Each axis of the result is a pair of axes: which repetition, and where in it.
  const sizes = x.shape.flatMap((size, i) => [reps[i], size]);
  const from = stepsOf(x.shape).flatMap((step) => [0, step]);
  const to = stepsOf(y.shape).flatMap((step, i) => [step * x.shape[i], step]);
  copyBox(sizes, { values: x.values, at: 0, steps: from }, { values: y.values, at: 0, steps: to });
};

export const reverseKernel: Kernel<{ readonly axes: readonly number[] }> = ([x], [y], { axes }) => {
  const steps = stepsOf(x.shape);
  let at = 0;
  for (const axis of axes) {
    at += (x.shape[axis] - 1) * steps[axis];
    steps[axis] = -steps[axis];
  }
  copyBox(x.shape, { values: x.values, at, steps }, whole(y));
};

/** The same elements in an array of their own. */
export const copyKernel: Kernel<unknown> = ([x], [y]) => {
  copyRun(x.values, 0, y.values, 0, y.size);
};

const largest = 2 ** 31 - 1;
const smallest = -(2 ** 31);

/** Truncates toward zero; NaN becomes 0, and what lies outside the range the nearest end of it. */
const toInt32: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) {
    const v = x[i];
    y[i] = v > largest ? largest : v < smallest ? smallest : v;
  }
};

/** NaN is true: it is not 0. */
const toBool: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = x[i] !== 0 ? 1 : 0;
};

const toFloat: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = x[i];
};

const conversions: Readonly<Record<DType, UnaryLoop>> = {
  bool: toBool,
  int32: toInt32,
  float32: toFloat,
  float64: toFloat,
};

/** Converts to the dtype of the output. */
export const castKernel: Kernel<unknown> = ([x], [y]) => {
  if (x.dtype === y.dtype) copyRun(x.values, 0, y.values, 0, y.size);
  else conversions[y.dtype](x.values, y.values, y.size);
};

function whole(x: Operand): Layout {
  return { values: x.values, at: 0, steps: stepsOf(x.shape) };
}

function startingAt(x: Operand, begin: Shape): Layout {
  const steps = stepsOf(x.shape);
  const at = begin.reduce((sum, index, axis) => sum + index * steps[axis], 0);
  return { values: x.values, at, steps };
}
