import type { Values } from '../base/dtype.ts';
import { isComplex } from '../base/dtype.ts';
import type { Shape } from '../base/shape.ts';
import { copyRun } from './copy.ts';
import { forEachRun } from './elementwise.ts';
import type { Kernel, Operand } from './kernel.ts';
import { inPairs } from './lanes.ts';

export interface GatherParams {
  readonly axis: number;
  /** Leading axes that the indices share with the values. At most `axis`. */
  readonly batchDims: number;
}

/** Slices of `x` at `indices` along an axis; an index outside the range yields zeros. */
export const gatherKernel = inPairs<GatherParams>(([x, indices], [y], { axis, batchDims }) => {
  const { batch, outer, length, inner } = around(x.shape, axis, batchDims);
  const picks = countFrom(indices.shape, batchDims);
  let to = 0;
  for (let row = 0; row < batch * outer; row++) {
    const first = Math.floor(row / outer) * picks;
    for (let i = first; i < first + picks; i++, to += inner) {
      const index = indices.values[i];
      if (index >= 0 && index < length) {
        copyRun(x.values, (row * length + index) * inner, y.values, to, inner);
      } else {
        y.values.fill(0, to, to + inner);
      }
    }
  }
});

/**
 * The adjoint of `gatherKernel`: adds slice `i` of `g` to slice `indices[i]` of the result, in double.
 * Indices outside the range are dropped.
 */
export const segmentSumKernel = inPairs<GatherParams>(([g, indices], [y], { axis, batchDims }) => {
  const { batch, outer, length, inner } = around(y.shape, axis, batchDims);
  const picks = countFrom(indices.shape, batchDims);
  if (inner === 1) {
    sumNumbers(g.values, indices.values, y.values, { rows: batch * outer, outer, length, picks });
    return;
  }
  const chains = newChains(length, picks);
  const sums = new Float64Array(inner);
  y.values.fill(0);
  for (let b = 0; b < batch; b++) {
    chainEqual(chains, indices.values, b * picks);
    for (let row = b * outer; row < (b + 1) * outer; row++) {
      for (let index = 0; index < length; index++) {
        const place = chains.first[index];
        if (place < 0) continue;
        const to = (row * length + index) * inner;
        sumChain(chains, place, g.values, row * picks, sums, y.values, to);
      }
    }
  }
});

/** Slices of one number each, for which chains are not worth their while. */
function sumNumbers(
  g: Values,
  indices: Values,
  y: Values,
  { rows, outer, length, picks }: Readonly<Record<'rows' | 'outer' | 'length' | 'picks', number>>,
): void {
  const sums = new Float64Array(length);
  y.fill(0);
  for (let row = 0; row < rows; row++) {
    const first = Math.floor(row / outer) * picks;
    const own = indices.subarray(first, first + picks);
    const [from, to] = [row * picks, row * length];
    for (let i = 0; i < picks; i++) {
      if (own[i] >= 0 && own[i] < length) sums[own[i]] += g[from + i];
    }
    for (let i = 0; i < picks; i++) {
      if (own[i] >= 0 && own[i] < length) y[to + own[i]] = sums[own[i]];
    }
    for (let i = 0; i < picks; i++) {
      if (own[i] >= 0 && own[i] < length) sums[own[i]] = 0;
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
  for (let j = 0, from = (at + place) * n; j < n; j++) sums[j] = g[from + j];
  while ((place = next[place]) >= 0) {
    for (let j = 0, from = (at + place) * n; j < n; j++) sums[j] += g[from + j];
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
