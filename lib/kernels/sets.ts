import { isComplex } from '../base/dtype.ts';
import type { Operand } from './kernel.ts';

/* Sets of slices. The sizes of the results depend on values, so these are no kernels of ops. */

/** Where the distinct slices are, and which of them each slice is. */
export interface Distinct {
  /** Places of the slices that differ from all before them. */
  readonly first: number[];
  /** For each slice the position in `first` of the one it equals. */
  readonly which: Int32Array;
  /** How often each occurs. */
  readonly counts: number[];
}

/** Compares the slices along an axis, element by element; NaN equals NaN, and -0 equals 0. */
export function distinctSlices(x: Operand, axis: number): Distinct {
  const length = x.shape[axis];
  const which = new Int32Array(length);
  const first: number[] = [];
  const counts: number[] = [];
  const seen = new Map<number | string, number>();
  const keyOf = sliceKeys(x, axis);
  for (let i = 0; i < length; i++) {
    const key = keyOf(i);
    let place = seen.get(key);
    if (place === undefined) {
      place = first.length;
      seen.set(key, place);
      first.push(i);
      counts.push(0);
    }
    which[i] = place;
    counts[place]++;
  }
  return { first, which, counts };
}

/** A value that tells each slice from those that differ: a number, or all its numbers as text. */
function sliceKeys(x: Operand, axis: number): (i: number) => number | string {
  const { values, shape } = x;
  const length = shape[axis];
  let inner = isComplex(x.dtype) ? 2 : 1;
  for (let i = axis + 1; i < shape.length; i++) inner *= shape[i];
  const outer = length === 0 ? 0 : values.length / (length * inner);
  if (inner === 1 && outer === 1) return (i) => values[i];
  return (i) => {
    let key = '';
    for (let o = 0; o < outer; o++) {
      const start = (o * length + i) * inner;
      for (let j = start; j < start + inner; j++) key += `${String(values[j])},`;
    }
    return key;
  };
}

/** Places of the elements of `x` that `y` does not hold; NaN equals NaN. */
export function placesOfOthers(x: Operand, y: Operand): number[] {
  const keyInY = sliceKeys(y, 0);
  const known = new Set<number | string>();
  for (let i = 0; i < y.size; i++) known.add(keyInY(i));
  const keyInX = sliceKeys(x, 0);
  const places: number[] = [];
  for (let i = 0; i < x.size; i++) if (!known.has(keyInX(i))) places.push(i);
  return places;
}
