import type { FloatDType, Values } from '../base/dtype.ts';
import { isComplex } from '../base/dtype.ts';
import type { Shape } from '../base/shape.ts';
import type { Layout } from './copy.ts';
import { copyBox, copyRun } from './copy.ts';
import type { UnaryLoop } from './elementwise.ts';
import type { Kernel, Operand } from './kernel.ts';
import { copyParts, inPairs } from './lanes.ts';
import { broadcastStrides, stridesOf } from './strides.ts';

/* Moving elements is copying a box: each kernel only says with which strides both sides are walked. */

export interface TransposeParams {
  readonly perm: readonly number[];
}

/** Axis `i` of the result is axis `perm[i]` of the input. */
export const transposeKernel = inPairs<TransposeParams>(
  ([x], [y], { perm }) => {
    const strides = stridesOf(x.shape);
    const permuted = perm.map((axis) => strides[axis]);
    copyBox(y.shape, { values: x.values, at: 0, strides: permuted }, whole(y));
  },
  ({ perm }, rank) => ({ perm: [...perm, rank] }),
);

export const broadcastToKernel = inPairs<unknown>(([x], [y]) => {
  const strides = broadcastStrides(x.shape, y.shape);
  copyBox(y.shape, { values: x.values, at: 0, strides }, whole(y));
});

export interface SliceParams {
  readonly begin: readonly number[];
}

/** The part of the output's sizes that starts at `begin`. */
export const sliceKernel = inPairs<SliceParams>(
  ([x], [y], { begin }) => {
    copyBox(y.shape, startingAt(x, begin), whole(y));
  },
  ({ begin }) => ({ begin: [...begin, 0] }),
);

export interface PadParams {
  readonly before: readonly number[];
  readonly value: number;
}

/** The input surrounded by `value`, with `before` of them in front of each axis. */
export const padKernel: Kernel<PadParams> = ([x], [y], { before, value }) => {
  if (x.size < y.size) {
    y.values.fill(value);
    if (isComplex(y.dtype)) for (let i = 1; i < y.values.length; i += 2) y.values[i] = 0;
  }
  placeKernel([x], [y], { begin: before });
};

/** Writes the input into the output from `begin` on. */
const placeKernel = inPairs<SliceParams>(
  ([x], [y], { begin }) => {
    copyBox(x.shape, whole(x), startingAt(y, begin));
  },
  ({ begin }) => ({ begin: [...begin, 0] }),
);

export interface AxisParams {
  readonly axis: number;
}

export const concatKernel = inPairs<AxisParams>((inputs, [y], { axis }) => {
  const strides = stridesOf(y.shape);
  let at = 0;
  for (const x of inputs) {
    copyBox(x.shape, whole(x), { values: y.values, at, strides });
    at += x.shape[axis] * strides[axis];
  }
});

/** Cuts the input along an axis into pieces of the outputs' sizes. */
export const splitKernel = inPairs<AxisParams>(([x], outputs, { axis }) => {
  const strides = stridesOf(x.shape);
  let at = 0;
  for (const y of outputs) {
    copyBox(y.shape, { values: x.values, at, strides }, whole(y));
    at += y.shape[axis] * strides[axis];
  }
});

/** Joins equal shapes along a new axis. */
export const stackKernel = inPairs<AxisParams>((inputs, [y], { axis }) => {
  const strides = stridesOf(y.shape);
  const [stride] = strides.splice(axis, 1);
  inputs.forEach((x, i) => {
    copyBox(x.shape, whole(x), { values: y.values, at: i * stride, strides });
  });
});

/** Takes an axis apart: one output for each index. */
export const unstackKernel = inPairs<AxisParams>(([x], outputs, { axis }) => {
  const strides = stridesOf(x.shape);
  const [stride] = strides.splice(axis, 1);
  outputs.forEach((y, i) => {
    copyBox(y.shape, { values: x.values, at: i * stride, strides }, whole(y));
  });
});

export interface TileParams {
  readonly reps: readonly number[];
}

/** Repeats the input `reps[i]` times along axis `i`. */
export const tileKernel = inPairs<TileParams>(
  ([x], [y], { reps }) => {
    // Each axis of the result is a pair of axes: which repetition, and where in it.
    const [xStrides, yStrides] = [stridesOf(x.shape), stridesOf(y.shape)];
    const sizes: number[] = [];
    const from: number[] = [];
    const to: number[] = [];
    for (let i = 0; i < reps.length; i++) {
      sizes.push(reps[i], x.shape[i]);
      from.push(0, xStrides[i]);
      to.push(yStrides[i] * x.shape[i], yStrides[i]);
    }
    const source = { values: x.values, at: 0, strides: from };
    copyBox(sizes, source, { values: y.values, at: 0, strides: to });
  },
  ({ reps }) => ({ reps: [...reps, 1] }),
);

export interface ReverseParams {
  readonly axes: readonly number[];
}

export const reverseKernel = inPairs<ReverseParams>(([x], [y], { axes }) => {
  const strides = stridesOf(x.shape);
  let at = 0;
  for (const axis of axes) {
    at += (x.shape[axis] - 1) * strides[axis];
    strides[axis] = -strides[axis];
  }
  copyBox(x.shape, { values: x.values, at, strides }, whole(y));
});

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

type RealDType = FloatDType | 'int32' | 'bool';

const conversions: Readonly<Record<RealDType, UnaryLoop>> = {
  bool: toBool,
  int32: toInt32,
  float32: toFloat,
  float64: toFloat,
};

/** Converts to the dtype of the output; complex numbers to real ones by dropping the imaginary part. */
export const castKernel: Kernel<unknown> = ([x], [y]) => {
  const from = x.dtype;
  const to = y.dtype;
  if (from === to) copyRun(x.values, 0, y.values, 0, y.values.length);
  else if (isComplex(to)) copyParts(x.values, from, y.values, to, y.size);
  else if (isComplex(from)) castParts(x.values, y.values, to, y.size);
  else conversions[to](x.values, y.values, y.size);
};

function castParts(x: Values, y: Values, to: RealDType, n: number): void {
  if (to === 'bool') {
    for (let i = 0; i < n; i++) y[i] = x[2 * i] !== 0 || x[2 * i + 1] !== 0 ? 1 : 0;
  } else {
    const parts = new Float64Array(n);
    for (let i = 0; i < n; i++) parts[i] = x[2 * i];
    conversions[to](parts, y, n);
  }
}

function whole(x: Operand): Layout {
  return { values: x.values, at: 0, strides: stridesOf(x.shape) };
}

function startingAt(x: Operand, begin: Shape): Layout {
  const strides = stridesOf(x.shape);
  const at = begin.reduce((sum, index, axis) => sum + index * strides[axis], 0);
  return { values: x.values, at, strides };
}
