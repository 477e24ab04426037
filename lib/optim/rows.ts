import type { Values } from '../base/dtype.ts';
import { dtypeFacts } from '../base/dtype.ts';
import { specOf } from '../base/shape.ts';
import { below } from '../core/apply.ts';
import type { Tensor } from '../core/tensor.ts';
import { ownedTensor } from '../core/tensor.ts';
import type { Variable } from '../core/variable.ts';
import { unsortedSegmentSum } from '../ops/indexing.ts';
import type { Step } from '../ops/optimizers.ts';
import type { IndexedSlices } from '../transforms/indexedSlices.ts';
import type { Slots, SlotValues } from './slots.ts';

/** A step of an optimiser: the new value, from arrays that it may write. */
export type Update = (step: Step, of: SlotValues) => Tensor;

/** The value after a step that moves the rows of a gradient and no others, as a step with all would. */
export function movedRows(
  variable: Variable,
  slices: IndexedSlices,
  rate: number,
  update: Update,
): Tensor {
  const { spec, values } = variable.peek();
  const { rows, places } = distinct(slices.indices.values);
  const width = (spec.size / spec.shape[0]) * dtypeFacts[spec.dtype].lanes;
  const part = specOf([rows.length, ...spec.shape.slice(1)], spec.dtype);
  // Rows for the same place are summed before the step, as they are in a dense gradient.
  const ids = ownedTensor(specOf([places.length], 'int32'), places);
  const gradient = unheard(() => unsortedSegmentSum(slices.values, ids, rows.length));
  const picked = new Map<Slots, Values>();
  const of: SlotValues = (slots) => {
    const own = pick(slots.of(variable), rows, width);
    picked.set(slots, own);
    return own;
  };
  const value = ownedTensor(part, pick(values, rows, width));
  const moved = update({ value, gradient, rate }, of);
  for (const [slots, own] of picked) putBack(own, rows, width, slots.of(variable));
  const whole = values.slice();
  putBack(moved.values, rows, width, whole);
  return ownedTensor(spec, whole);
}

/** Runs `f` so that no tape hears it. */
export function unheard<T>(f: () => T): T {
  return below(0, f);
}

/** Each index once, and for every index its position among those. */
function distinct(indices: ArrayLike<number>): { rows: readonly number[]; places: Int32Array } {
  const known = new Map<number, number>();
  const places = Int32Array.from(indices, (row) => {
    const place = known.get(row) ?? known.size;
    known.set(row, place);
    return place;
  });
  return { rows: [...known.keys()], places };
}

function pick(from: Values, rows: readonly number[], width: number): Values {
  const picked = from.slice(0, rows.length * width);
  rows.forEach((row, i) => {
    picked.set(from.subarray(row * width, (row + 1) * width), i * width);
  });
  return picked;
}

function putBack(from: Values, rows: readonly number[], width: number, to: Values): void {
  rows.forEach((row, i) => {
    to.set(from.subarray(i * width, (i + 1) * width), row * width);
  });
}
