import type { DType, Values } from '../base/dtype.ts';
import { isComplex } from '../base/dtype.ts';
import type { Shape } from '../base/shape.ts';
import { product as productOfPairs } from './complex.ts';
import type { Kernel } from './kernel.ts';
import { inPairs } from './lanes.ts';
import { vectors } from './vectors.ts';
import { isEnough } from './wasm/engine.ts';

export interface ReduceParams {
  /** Ascending, counted from the front. */
  readonly axes: readonly number[];
}

/** `y[o, i] = reduce(x[o, :, i])`, where `x` is contiguous and of shape (outer, length, inner). */
export type ReduceLoop = (
  x: Values,
  y: Values,
  outer: number,
  length: number,
  inner: number,
) => void;

/**
 * Reduces over any axes, one block of adjacent ones at a time; intermediate results are in double, or
 * in int32 as the final ones.
 */
export function reduceKernel(loop: ReduceLoop): Kernel<ReduceParams> {
  return ([x], [y], { axes }) => {
    const blocks = reducedBlocks(x.shape, axes);
    let values = x.values;
    for (let i = 0; i < blocks.length; i++) {
      const { outer, length, inner } = blocks[i];
      const isLast = i === blocks.length - 1;
      const result = isLast ? y.values : newIntermediate(y.dtype, outer * inner);
      loop(values, result, outer, length, inner);
      values = result;
    }
  };
}

function newIntermediate(dtype: DType, size: number): Values {
  if (dtype === 'int32') return new Int32Array(size);
  return new Float64Array(isComplex(dtype) ? 2 * size : size);
}

interface Block {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

/** The blocks of adjacent axes to reduce, the last axes first. At least one, if only of length 1. */
function reducedBlocks(shape: Shape, axes: readonly number[]): Block[] {
  const blocks: Block[] = [];
  let axis = shape.length - 1;
  let inner = 1;
  for (let i = axes.length - 1; i >= 0;) {
    while (axis > axes[i]) inner *= shape[axis--];
    let length = 1;
    while (i >= 0 && axis === axes[i]) {
      length *= shape[axis--];
      i--;
      while (i >= 0 && axis > axes[i] && shape[axis] === 1) axis--;
    }
    let outer = 1;
    for (let j = 0; j <= axis; j++) outer *= shape[j];
    blocks.push({ outer, length, inner });
  }
  if (blocks.length === 0)
    blocks.push({ outer: shape.reduce((size, n) => size * n, 1), length: 1, inner });
  return blocks;
}

/** Sums pairwise: the error grows with the logarithm of the number of terms. */
export const sumKernel = inPairs(
  reduceKernel((x, y, outer, length, inner) => {
    if (inner === 1) {
      sumEachRow(x, y, outer, length);
      return;
    }
    const { kernels } = vectors;
    if (kernels?.sumsColumns(x, length, inner) === true) {
      for (let o = 0; o < outer; o++)
        kernels.sumColumns(x as Float32Array, o * length * inner, y, o * inner, length, inner);
      return;
    }
    const width = Math.min(inner, bandWidth);
    const levels = 1 + Math.max(0, Math.ceil(Math.log2(length / rowsPerBlock)));
    const sums = new Float64Array(width * levels);
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i += width) {
        const columns = Math.min(width, inner - i);
        sumRows(x, o * length * inner + i, length, inner, sums, 0, columns);
        for (let j = 0; j < columns; j++) y[o * inner + i + j] = sums[j];
      }
    }
  }),
);

function sumEachRow(x: Values, y: Values, rows: number, length: number): void {
  const { kernels } = vectors;
  if (isEnough(length, 8) && kernels?.reducesInVectors(x, rows * length) === true) {
    const combine = (parts: Float64Array): number => sumRun(parts, 0, parts.length);
    kernels.reduceRows('rowSums', x as Float32Array, y, rows, length, combine);
    return;
  }
  for (let row = 0; row < rows; row++) y[row] = sumRun(x, row * length, length);
}

/** The sum of `n` adjacent elements. */
export function sumRun(x: Values, at: number, n: number): number {
  if (n > 128) {
    const half = (n >>> 4) << 3;
    return sumRun(x, at, half) + sumRun(x, at + half, n - half);
  }
  if (n < 8) {
    let sum = 0;
    for (let i = at; i < at + n; i++) sum += x[i];
    return sum;
  }
  return sumBlock(x, at, n);
}

// prettier-ignore
function sumBlock(x: Values, at: number, n: number): number {
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
  const end = at + n;
  for (; at + 8 <= end; at += 8) {
    s0 += x[at]; s1 += x[at + 1]; s2 += x[at + 2]; s3 += x[at + 3];
    s4 += x[at + 4]; s5 += x[at + 5]; s6 += x[at + 6]; s7 += x[at + 7];
  }
  let sum = ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
  for (; at < end; at++) sum += x[at];
  return sum;
}

/** Columns that are summed together: their sums stay in the first-level cache. */
const bandWidth = 512;
const rowsPerBlock = 64;

/** Sums rows into `sums[to + j]`; the upper half of the rows is summed after it, then added. */
function sumRows(
  x: Values,
  at: number,
  rows: number,
  rowStep: number,
  sums: Float64Array,
  to: number,
  columns: number,
): void {
  if (rows > rowsPerBlock) {
    const half = rows >>> 1;
    sumRows(x, at, half, rowStep, sums, to, columns);
    sumRows(x, at + half * rowStep, rows - half, rowStep, sums, to + columns, columns);
    for (let j = to; j < to + columns; j++) sums[j] += sums[j + columns];
    return;
  }
  sums.fill(0, to, to + columns);
  let row = 0;
  for (; row + 4 <= rows; row += 4, at += 4 * rowStep) {
    for (let j = 0, from = at; j < columns; j++, from++) {
      sums[to + j] += x[from] + x[from + rowStep] + (x[from + 2 * rowStep] + x[from + 3 * rowStep]);
    }
  }
  for (; row < rows; row++, at += rowStep) {
    for (let j = 0; j < columns; j++) sums[to + j] += x[at + j];
  }
}

/** A fold that vectors do as well, of whole rows. */
function extremes(
  reference: Kernel<ReduceParams>,
  name: 'rowMaxima' | 'rowMinima',
  of: (...values: number[]) => number,
): Kernel<ReduceParams> {
  const inVectors = reduceKernel((x, y, outer, length) => {
    const combine = (parts: Float64Array): number => parts.reduce((a, b) => of(a, b));
    vectors.kernels?.reduceRows(name, x as Float32Array, y, outer, length, combine);
  });
  return (inputs, outputs, params) => {
    const [x] = inputs;
    const isLast = params.axes.length === 1 && params.axes[0] === x.shape.length - 1;
    const isWhole = params.axes.length === x.shape.length;
    const isLong =
      isEnough(x.size / outputs[0].size, 8) &&
      vectors.kernels?.reducesInVectors(x.values, x.size) === true;
    const kernel = (isLast || isWhole) && isLong ? inVectors : reference;
    kernel(inputs, outputs, params);
  };
}

type FoldRun = (x: Values, at: number, end: number, start: number) => number;
type FoldRow = (row: Float64Array, x: Values, at: number) => void;

/** A reduction that takes one element after the other: along a run, or row by row. */
function fold(identity: number, foldRun: FoldRun, foldRow: FoldRow): Kernel<ReduceParams> {
  return reduceKernel((x, y, outer, length, inner) => {
    // The least and largest int32 stand for the infinities.
    const start = y instanceof Int32Array ? clamp(identity, -(2 ** 31), 2 ** 31 - 1) : identity;
    if (inner === 1) {
      for (let o = 0; o < outer; o++) y[o] = foldRun(x, o * length, (o + 1) * length, start);
      return;
    }
    const row = new Float64Array(inner);
    for (let o = 0; o < outer; o++) {
      row.fill(start);
      for (let r = 0; r < length; r++) foldRow(row, x, (o * length + r) * inner);
      for (let j = 0; j < inner; j++) y[o * inner + j] = row[j];
    }
  });
}

function clamp(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high);
}

/** Integer products keep their low 32 bits, which a double product would lose. */
export const prodKernel: Kernel<ReduceParams> = (inputs, outputs, params) => {
  const { dtype } = outputs[0];
  const kernel = dtype === 'int32' ? integerProduct : isComplex(dtype) ? complexProduct : product;
  kernel(inputs, outputs, params);
};

const complexProduct = reduceKernel(productOfPairs);

const product = fold(
  1,
  (x, at, end, total) => {
    for (; at < end; at++) total *= x[at];
    return total;
  },
  (row, x, at) => {
    for (let j = 0; j < row.length; j++) row[j] *= x[at + j];
  },
);

const integerProduct = fold(
  1,
  (x, at, end, total) => {
    for (; at < end; at++) total = Math.imul(total, x[at]);
    return total;
  },
  (row, x, at) => {
    for (let j = 0; j < row.length; j++) row[j] = Math.imul(row[j], x[at + j]);
  },
);

/** NaN if any is. */
export const maxKernel = extremes(
  fold(
    -Infinity,
    (x, at, end, max) => {
      for (; at < end; at++) max = Math.max(max, x[at]);
      return max;
    },
    (row, x, at) => {
      for (let j = 0; j < row.length; j++) row[j] = Math.max(row[j], x[at + j]);
    },
  ),
  'rowMaxima',
  Math.max,
);

/** NaN if any is. */
export const minKernel = extremes(
  fold(
    Infinity,
    (x, at, end, min) => {
      for (; at < end; at++) min = Math.min(min, x[at]);
      return min;
    },
    (row, x, at) => {
      for (let j = 0; j < row.length; j++) row[j] = Math.min(row[j], x[at + j]);
    },
  ),
  'rowMinima',
  Math.min,
);

/** Of bools: 1 if all are. */
export const allKernel = fold(
  1,
  (x, at, end) => {
    while (at < end && x[at] !== 0) at++;
    return at === end ? 1 : 0;
  },
  (row, x, at) => {
    for (let j = 0; j < row.length; j++) row[j] = x[at + j] !== 0 ? row[j] : 0;
  },
);

/** Of bools: 1 if one is. */
export const anyKernel = fold(
  0,
  (x, at, end) => {
    while (at < end && x[at] === 0) at++;
    return at === end ? 0 : 1;
  },
  (row, x, at) => {
    for (let j = 0; j < row.length; j++) row[j] = x[at + j] !== 0 ? 1 : row[j];
  },
);

/** How many elements are not 0. */
export const countNonzeroKernel: Kernel<ReduceParams> = ([x], outputs, params) => {
  const values = Int32Array.from(x.values, (value) => (value === 0 ? 0 : 1));
  sumKernel([{ ...x, values, dtype: 'int32', shape: x.shape, size: x.size }], outputs, params);
};

/** log(sum(exp(x))), shifted by the maximum so that nothing overflows. */
export const logSumExpKernel = reduceKernel((x, y, outer, length, inner) => {
  const shift = new Float64Array(inner);
  const sums = new Float64Array(inner);
  for (let o = 0; o < outer; o++) {
    const start = o * length * inner;
    const end = start + length * inner;
    shift.fill(-Infinity);
    for (let at = start; at < end; at += inner) {
      for (let j = 0; j < inner; j++) shift[j] = Math.max(shift[j], x[at + j]);
    }
    // An infinite maximum is no shift: the plain formula gives the right infinity.
    for (let j = 0; j < inner; j++) shift[j] = Math.abs(shift[j]) === Infinity ? 0 : shift[j];
    sums.fill(0);
    for (let at = start; at < end; at += inner) {
      for (let j = 0; j < inner; j++) sums[j] += Math.exp(x[at + j] - shift[j]);
    }
    for (let j = 0; j < inner; j++) y[o * inner + j] = shift[j] + Math.log(sums[j]);
  }
});

export interface ArgParams {
  readonly axis: number;
}

/** The place of the first maximum; NaN counts as larger than any number, as in NumPy. */
export const argMaxKernel: Kernel<ArgParams> = ([x], [y], { axis }) => {
  const [{ outer, length, inner }] = reducedBlocks(x.shape, [axis]);
  const { values } = x;
  y.values.fill(0);
  for (let o = 0; o < outer; o++) {
    const start = o * length * inner;
    for (let r = 1; r < length; r++) {
      for (let j = 0; j < inner; j++) {
        const best = values[start + y.values[o * inner + j] * inner + j];
        const value = values[start + r * inner + j];
        if (best === best && !(value <= best)) y.values[o * inner + j] = r;
      }
    }
  }
};

/** The place of the first minimum; NaN counts as smaller than any number, as in NumPy. */
export const argMinKernel: Kernel<ArgParams> = ([x], [y], { axis }) => {
  const [{ outer, length, inner }] = reducedBlocks(x.shape, [axis]);
  const { values } = x;
  y.values.fill(0);
  for (let o = 0; o < outer; o++) {
    const start = o * length * inner;
    for (let r = 1; r < length; r++) {
      for (let j = 0; j < inner; j++) {
        const best = values[start + y.values[o * inner + j] * inner + j];
        const value = values[start + r * inner + j];
        if (best === best && !(value >= best)) y.values[o * inner + j] = r;
      }
    }
  }
};
