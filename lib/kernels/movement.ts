import type { DType } from '../base/dtype.ts';
import type { Shape } from '../base/shape.ts';
import type { Layout } from './copy.ts';
import { copyBox, copyRun } from './copy.ts';
import type { UnaryLoop } from './elementwise.ts';
import type { Kernel, Operand } from './kernel.ts';
import { broadcastStrides, stridesOf } from './strides.ts';

/* Moving elements is copying a box: each kernel only says with which strides both sides are walked. */

export interface TransposeParams {
  readonly perm: readonly number[];
}

/** Axis `i` of the result is axis `perm[i]` of the input. */
export const transposeKernel: Kernel<TransposeParams> = ([x], [y], { perm }) => {
  const strides = stridesOf(x.shape);
  const permuted = perm.map((axis) => strides[axis]);
  copyBox(y.shape, { values: x.values, at: 0, strides: permuted }, whole(y));
};

export const broadcastToKernel: Kernel<unknown> = ([x], [y]) => {
  const strides = broadcastStrides(x.shape, y.shape);
  copyBox(y.shape, { values: x.values, at: 0, strides }, whole(y));
};

export interface SliceParams {
  readonly begin: readonly number[];
}

/** The part of the output's sizes that starts at `begin`. */
export const sliceKernel: Kernel<SliceParams> = ([x], [y], { begin }) => {
  copyBox(y.shape, startingAt(x, begin), whole(y));
};

export interface PadParams {
  readonly before: readonly number[];
  readonly value: number;
}

/** The input surrounded by `value`, with `before` of them in front of each axis. */
export const padKernel: Kernel<PadParams> = ([x], [y], { before, value }) => {
  if (x.size < y.size) y.values.fill(value);
  copyBox(x.shape, whole(x), startingAt(y, before));
};

export interface AxisParams {
  readonly axis: number;
}

export const concatKernel: Kernel<AxisParams> = (inputs, [y], { axis }) => {
  const strides = stridesOf(y.shape);
  let at = 0;
  for (const x of inputs) {
    copyBox(x.shape, whole(x), { values: y.values, at, strides });
    at += x.shape[axis] * strides[axis];
  }
};

/** Cuts the input along an axis into pieces of the outputs' sizes. */
export const splitKernel: Kernel<AxisParams> = ([x], outputs, { axis }) => {
  const strides = stridesOf(x.shape);
  let at = 0;
  for (const y of outputs) {
    copyBox(y.shape, { values: x.values, at, strides }, whole(y));
    at += y.shape[axis] * strides[axis];
  }
};

/** Joins equal shapes along a new axis. */
export const stackKernel: Kernel<AxisParams> = (inputs, [y], { axis }) => {
  const strides = stridesOf(y.shape);
  const [stride] = strides.splice(axis, 1);
  inputs.forEach((x, i) => {
    copyBox(x.shape, whole(x), { values: y.values, at: i * stride, strides });
  });
};

/** Takes an axis apart: one output for each index. */
export const unstackKernel: Kernel<AxisParams> = ([x], outputs, { axis }) => {
  const strides = stridesOf(x.shape);
  const [stride] = strides.splice(axis, 1);
  outputs.forEach((y, i) => {
    copyBox(y.shape, { values: x.values, at: i * stride, strides }, whole(y));
  });
};

export interface TileParams {
  readonly reps: readonly number[];
}

/** Repeats the input `reps[i]` times along axis `i`. */
export const tileKernel: Kernel<TileParams> = ([x], [y], { reps }) => {
  // Each axis of the result is a pair of axes: which repetition, and where in it.
  const sizes = x.shape.flatMap((size, i) => [reps[i], size]);
  const from = stridesOf(x.shape).flatMap((stride) => [0, stride]);
  const to = stridesOf(y.shape).flatMap((stride, i) => [stride * x.shape[i], stride]);
  const source = { values: x.values, at: 0, strides: from };
  copyBox(sizes, source, { values: y.values, at: 0, strides: to });
};

export interface ReverseParams {
  readonly axes: readonly number[];
}

export const reverseKernel: Kernel<ReverseParams> = ([x], [y], { axes }) => {
  const strides = stridesOf(x.shape);
  let at = 0;
  for (const axis of axes) {
    at += (x.shape[axis] - 1) * strides[axis];
    strides[axis] = -strides[axis];
  }
  copyBox(x.shape, { values: x.values, at, strides }, whole(y));
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
  return { values: x.values, at: 0, strides: stridesOf(x.shape) };
}

function startingAt(x: Operand, begin: Shape): Layout {
  const strides = stridesOf(x.shape);
  const at = begin.reduce((sum, index, axis) => sum + index * strides[axis], 0);
  return { values: x.values, at, strides };
}
