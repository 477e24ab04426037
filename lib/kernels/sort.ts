import type { Values } from '../base/dtype.ts';
import type { Kernel, Operand } from './kernel.ts';

/* NaN counts as greater than every number; equal elements keep their order. */

export interface SortParams {
  readonly axis: number;
  readonly descending: boolean;
}

/** Whether `a` comes strictly before `b`. */
function precedes(a: number, b: number, descending: boolean): boolean {
  if (descending) return a > b || (a !== a && b === b);
  return a < b || (b !== b && a === a);
}

/** Parts up to this length are sorted by insertion. */
const shortPart = 12;

/** Keys and the places they had; they move together, so that memory is read in order. */
interface Run {
  readonly keys: Float64Array;
  readonly places: Int32Array;
}

function newRun(length: number): Run {
  return { keys: new Float64Array(length), places: new Int32Array(length) };
}

/** Sorts the part [from, to) of a run by insertion. */
function sortPart({ keys, places }: Run, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    const key = keys[i];
    const place = places[i];
    let j = i;
    for (; j > from && key < keys[j - 1]; j--) {
      keys[j] = keys[j - 1];
      places[j] = places[j - 1];
    }
    keys[j] = key;
    places[j] = place;
  }
}

/**
 * Sorts the first `n` keys of a run stably, by merging from the bottom up; none is NaN. The result is
 * left in one of the two runs given, which is returned.
 */
function sorted(run: Run, spare: Run, n: number): Run {
  for (let i = 0; i < n; i += shortPart) sortPart(run, i, Math.min(i + shortPart, n));
  let from = run;
  let to = spare;
  for (let width = shortPart; width < n; width *= 2) {
    for (let start = 0; start < n; start += 2 * width) {
      const middle = Math.min(start + width, n);
      merge(from, to, start, middle, Math.min(middle + width, n));
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Merges the parts [start, middle) and [middle, end); of equal elements the left ones go first. */
function merge(from: Run, to: Run, start: number, middle: number, end: number): void {
  const { keys, places } = from;
  let left = start;
  let right = middle;
  for (let at = start; at < end; at++) {
    const takeRight = left >= middle || (right < end && keys[right] < keys[left]);
    const one = takeRight ? right++ : left++;
    to.keys[at] = keys[one];
    to.places[at] = places[one];
  }
}

/** A line of elements along an axis: where it starts, and the step from one to the next. */
type EachLine = (at: number, step: number) => void;

function forEachLine(x: Operand, axis: number, visit: EachLine): void {
  const length = x.shape[axis];
  let inner = 1;
  for (let i = axis + 1; i < x.shape.length; i++) inner *= x.shape[i];
  for (let block = 0; block < x.size; block += length * inner) {
    for (let j = 0; j < inner; j++) visit(block + j, inner);
  }
}

/** What sorting one line after the other needs: the order of the elements from `at` on. */
function lineSorter(
  x: Values,
  length: number,
  descending: boolean,
): (at: number, step: number) => Int32Array {
  const run = newRun(length);
  const spare = newRun(length);
  const order = new Int32Array(length);
  const notNumbers = new Int32Array(length);
  const sign = descending ? -1 : 1;
  return (at, step) => {
    let numbers = 0;
    let others = 0;
    for (let i = 0; i < length; i++) {
      const value = x[at + i * step];
      if (value === value) {
        run.keys[numbers] = sign * value;
        run.places[numbers++] = i;
      } else {
        notNumbers[others++] = i;
      }
    }
    const { places } = sorted(run, spare, numbers);
    const [first, rest] = descending ? [others, 0] : [0, numbers];
    for (let i = 0; i < numbers; i++) order[first + i] = places[i];
    for (let i = 0; i < others; i++) order[rest + i] = notNumbers[i];
    return order;
  };
}

/** The sorted values, and where each was. */
export const sortKernel: Kernel<SortParams> = ([x], [y, indices], { axis, descending }) => {
  const length = x.shape[axis];
  const sort = lineSorter(x.values, length, descending);
  forEachLine(x, axis, (at, step) => {
    const order = sort(at, step);
    for (let i = 0; i < length; i++) {
      y.values[at + i * step] = x.values[at + order[i] * step];
      indices.values[at + i * step] = order[i];
    }
  });
};

export const argSortKernel: Kernel<SortParams> = ([x], [indices], { axis, descending }) => {
  const length = x.shape[axis];
  const sort = lineSorter(x.values, length, descending);
  forEachLine(x, axis, (at, step) => {
    const order = sort(at, step);
    for (let i = 0; i < length; i++) indices.values[at + i * step] = order[i];
  });
};

export interface TopKParams {
  readonly k: number;
}

/** Up to this many are found by insertion into a list, in one pass. */
const shortList = 32;

/** The `k` greatest of each row and their places, greatest first. */
export const topKKernel: Kernel<TopKParams> = ([x], [y, indices], { k }) => {
  const length = x.shape[x.shape.length - 1];
  const isShort = k <= shortList;
  const sort = isShort ? null : lineSorter(x.values, length, true);
  const best = new Int32Array(k);
  for (let at = 0, to = 0; to < y.size; at += length, to += k) {
    const order = sort?.(at, 1) ?? greatest(x.values, at, length, best);
    for (let i = 0; i < k; i++) {
      y.values[to + i] = x.values[at + order[i]];
      indices.values[to + i] = order[i];
    }
  }
};

/** Fills `best` with the places of the greatest elements; at a tie the first ones stay. */
function greatest(x: Values, at: number, length: number, best: Int32Array): Int32Array {
  const k = best.length;
  for (let i = 0; i < length; i++) {
    const value = x[at + i];
    const held = Math.min(i, k);
    if (held === k && !precedes(value, x[at + best[k - 1]], true)) continue;
    let j = Math.min(held, k - 1);
    for (; j > 0 && precedes(value, x[at + best[j - 1]], true); j--) best[j] = best[j - 1];
    best[j] = i;
  }
  return best;
}

export interface SearchParams {
  /** Whether the place is before equal elements, or after them. */
  readonly side: 'left' | 'right';
}

/** In each row of the first input, the place where each value of that row of the second fits in. */
export const searchSortedKernel: Kernel<SearchParams> = ([sequence, values], [y], { side }) => {
  const length = sequence.shape[sequence.shape.length - 1];
  const count = values.shape[values.shape.length - 1];
  for (let i = 0; i < y.size; i++) {
    const start = Math.floor(i / count) * length;
    const value = values.values[i];
    let low = 0;
    let high = length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const one = sequence.values[start + middle];
      const isBefore = side === 'left' ? precedes(one, value, false) : !precedes(value, one, false);
      if (isBefore) low = middle + 1;
      else high = middle;
    }
    y.values[i] = low;
  }
};

export interface InTopKParams {
  readonly k: number;
}

/** Whether fewer than `k` of a row come before the target; of equal elements the first comes first. */
export const inTopKKernel: Kernel<InTopKParams> = ([predictions, targets], [y], { k }) => {
  const length = predictions.shape[predictions.shape.length - 1];
  const { values } = predictions;
  for (let row = 0; row < y.size; row++) {
    const target = targets.values[row];
    const start = row * length;
    const value = values[start + target];
    let ahead = 0;
    for (let i = 0; i < length && ahead < k; i++) {
      const one = values[start + i];
      if (precedes(one, value, true) || (i < target && !precedes(value, one, true))) ahead++;
    }
    y.values[row] = target >= 0 && target < length && ahead < k ? 1 : 0;
  }
};
