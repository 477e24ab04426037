import type { Values } from '../base/dtype.ts';
import { isComplex } from '../base/dtype.ts';
import type { Shape } from '../base/shape.ts';
import { copyRun } from './copy.ts';
import { forEachRun } from './broadcast.ts';
import type { Kernel, Operand } from './kernel.ts';
import { inPairs } from './lanes.ts';
import { vectors } from './vectors.ts';
import type { Slices, SlicesAt } from './wasm/slices.ts';

export interface GatherParams {
  readonly axis: number;
  /** Leading axes that the indices share with the values. At most `axis`. */
  readonly batchDims: number;
}

/** Slices of `x` at `indices` along an axis; an index outside the range yields zeros. */
export const gatherKernel = inPairs<GatherParams>(([x, indices], [y], { axis, batchDims }) => {
  const { batch, outer, length, inner } = around(x.shape, axis, batchDims);
  const picks = countFrom(indices.shape, batchDims);
  const slices = { rows: outer, length, picks, inner };
  for (let b = 0; b < batch; b++) {
    const ids = { values: indices.values, at: b * picks };
    const from = { values: x.values, at: b * outer * length * inner };
    const to = { values: y.values, at: b * outer * picks * inner };
    if (vectors.kernels?.pickSlices(slices, ids, from, to) !== true) pick(slices, ids, from, to);
  }
});

function pick(
  { rows, length, picks, inner }: Slices,
  ids: SlicesAt,
  x: SlicesAt,
  y: SlicesAt,
): void {
  let to = y.at;
  for (let row = 0; row < rows; row++) {
    const first = x.at + row * length * inner;
    for (let i = ids.at; i < ids.at + picks; i++, to += inner) {
      const index = ids.values[i];
      const isInside = index >= 0 && index < length;
      if (inner === 1) y.values[to] = isInside ? x.values[first + index] : 0;
      else if (isInside) copyRun(x.values, first + index * inner, y.values, to, inner);
      else y.values.fill(0, to, to + inner);
    }
  }
}

/**
 * The adjoint of `gatherKernel`: adds slice `i` of `g` to slice `indices[i]` of the result, in double.
 * Indices outside the range are dropped.
 */
export const segmentSumKernel = inPairs<GatherParams>(([g, indices], [y], { axis, batchDims }) => {
  const { batch, outer, length, inner } = around(y.shape, axis, batchDims);
  const picks = countFrom(indices.shape, batchDims);
  const slices = { rows: outer, length, picks, inner };
  for (let b = 0; b < batch; b++) {
    const ids = { values: indices.values, at: b * picks };
    const from = { values: g.values, at: b * outer * picks * inner };
    const to = { values: y.values, at: b * outer * length * inner };
    if (vectors.kernels?.addSlices(slices, ids, from, to) === true) continue;
    if (length > sparseFrom * picks) addChains(slices, ids, from, to);
    else addAll(slices, ids, from, to);
  }
});

/** From so many times more slices than indices on, most of the result is never added to. */
const sparseFrom = 4;

function addAll(
  { rows, length, picks, inner }: Slices,
  ids: SlicesAt,
  g: SlicesAt,
  y: SlicesAt,
): void {
  const sums = new Float64Array(length * inner);
  for (let row = 0; row < rows; row++) {
    let from = g.at + row * picks * inner;
    for (let i = ids.at; i < ids.at + picks; i++, from += inner) {
      const index = ids.values[i];
      if (index < 0 || index >= length) continue;
      const to = index * inner;
      for (let j = 0; j < inner; j++) sums[to + j] += g.values[from + j];
    }
    y.values.set(sums, y.at + row * length * inner);
    sums.fill(0);
  }
}

/** The same where few of the slices are added to: one row of doubles is enough. */
function addChains(
  { rows, length, picks, inner }: Slices,
  ids: SlicesAt,
  g: SlicesAt,
  y: SlicesAt,
): void {
  const chains = newChains(length, picks);
  chainEqual(chains, ids.values, ids.at);
  const sums = new Float64Array(inner);
  y.values.fill(0, y.at, y.at + rows * length * inner);
  for (let row = 0; row < rows; row++) {
    for (let index = 0; index < length; index++) {
      const place = chains.first[index];
      if (place < 0) continue;
      const to = y.at + (row * length + index) * inner;
      sumChain(chains, place, g.values, g.at + row * picks * inner, sums, y.values, to);
    }
  }
}

/** For each index the chain of places that hold it: `first` by index, `next` by place, -1 at the end. */
interface Chains {
  readonly first: Int32Array;
  readonly next: Int32Array;
}

function newChains(length: number, places: number): Chains {
  return { first: new Int32Array(length), next: new Int32Array(places) };
}

function chainEqual({ first, next }: Chains, indices: Values, at: number): void {
  first.fill(-1);
  for (let place = next.length - 1; place >= 0; place--) {
    const index = indices[at + place];
    if (index < 0 || index >= first.length) continue;
    next[place] = first[index];
    first[index] = place;
  }
}

/** Finishes one slice of the result before the next, so that one row of doubles is enough. */
function sumChain(
  { next }: Chains,
  place: number,
  g: Values,
  at: number,
  sums: Float64Array,
  y: Values,
  to: number,
): void {
  const n = sums.length;
  // From 0, so that no -0 is left.
  for (let j = 0, from = at + place * n; j < n; j++) sums[j] = 0 + g[from + j];
  while ((place = next[place]) >= 0) {
    for (let j = 0, from = at + place * n; j < n; j++) sums[j] += g[from + j];
  }
  for (let j = 0; j < n; j++) y[to + j] = sums[j];
}

export interface OneHotParams {
  readonly onValue: number;
  readonly offValue: number;
}

/** Each index becomes a row as long as the output's last axis. */
export const oneHotKernel: Kernel<OneHotParams> = ([indices], [y], { onValue, offValue }) => {
  const depth = y.shape[y.shape.length - 1];
  const step = isComplex(y.dtype) ? 2 : 1;
  y.values.fill(offValue);
  if (step === 2) for (let i = 1; i < y.values.length; i += 2) y.values[i] = 0;
  for (let i = 0; i < indices.size; i++) {
    const index = indices.values[i];
    if (index >= 0 && index < depth) y.values[(i * depth + index) * step] = onValue;
  }
};

/** `a` where the condition holds, else `b`; all three broadcast. */
export const selectKernel: Kernel<unknown> = ([condition, a, b], outputs) => {
  // One condition for both parts of a complex element.
  const chooser = isComplex(outputs[0].dtype) ? withUnitAxis(condition) : condition;
  selectParts([chooser, a, b], outputs, undefined);
};

function withUnitAxis({ values, shape, dtype, size }: Operand): Operand {
  return { values, shape: [...shape, 1], dtype, size };
}

const selectParts = inPairs<unknown>(([condition, a, b], [y]) => {
  if (y.size === 0) return;
  if (vectors.kernels?.where([condition, a, b], y) === true) return;
  forEachRun([condition.shape, a.shape, b.shape], y.shape, (n, steps, yAt, c, i, j) => {
    const [cStep, aStep, bStep] = steps;
    for (const end = yAt + n; yAt < end; yAt++, c += cStep, i += aStep, j += bStep) {
      y.values[yAt] = condition.values[c] !== 0 ? a.values[i] : b.values[j];
    }
  });
});

function around(shape: Shape, axis: number, batchDims: number) {
  const batch = countFrom(shape.slice(0, batchDims), 0);
  const outer = countFrom(shape.slice(0, axis), batchDims);
  return { batch, outer, length: shape[axis], inner: countFrom(shape, axis + 1) };
}

function countFrom(shape: Shape, axis: number): number {
  let count = 1;
  for (let i = axis; i < shape.length; i++) count *= shape[i];
  return count;
}
