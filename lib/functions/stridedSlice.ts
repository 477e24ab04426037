import { ArgumentError, IndexError, misuse } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { requireInteger } from '../base/options.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { slice } from '../ops/slicing.ts';
import { reshape } from '../ops/structural.ts';
import { takeAt } from './rearrange.ts';

/** What is taken of one axis, or a new axis of size 1. */
export type AxisPick =
  | {
      readonly kind: 'range';
      readonly start: number;
      readonly step: number;
      readonly count: number;
    }
  | { readonly kind: 'places'; readonly places: readonly number[] }
  | { readonly kind: 'one'; readonly at: number }
  | { readonly kind: 'new' };

/** Which elements `start:stop:step` names along an axis, as Python counts. */
export function rangeOf(
  length: number,
  start: number | null,
  stop: number | null,
  step: number,
): AxisPick {
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? length : length - 1;
  const inside = (place: number): number =>
    Math.min(high, Math.max(low, place < 0 ? place + length : place));
  const first = start === null ? (step > 0 ? 0 : length - 1) : inside(start);
  const end = stop === null ? (step > 0 ? length : -1) : inside(stop);
  const count = Math.max(0, Math.ceil((end - first) / step));
  return { kind: 'range', start: first, step, count };
}

/** Applies one pick for each axis of `x`, new axes among them. */
export function pick(x: Tensor, picks: readonly AxisPick[]): Tensor {
  const shape: number[] = [];
  let result = x;
  let axis = 0;
  for (const one of picks) {
    if (one.kind === 'new') {
      shape.push(1);
      continue;
    }
    result = taken(result, one, axis);
    if (one.kind !== 'one') shape.push(result.shape[axis]);
    axis++;
  }
  return reshape(result, shape);
}

/** The places along an axis that a pick names. */
export function placesOf(one: Exclude<AxisPick, { kind: 'new' }>): readonly number[] {
  if (one.kind === 'one') return [one.at];
  if (one.kind === 'places') return one.places;
  return Array.from({ length: one.count }, (_, i) => one.start + i * one.step);
}

function taken(x: Tensor, one: Exclude<AxisPick, { kind: 'new' }>, axis: number): Tensor {
  if (one.kind === 'range' && one.step === 1) return part(x, axis, one.start, one.count);
  if (one.kind === 'one') return part(x, axis, one.at, 1);
  return takeAt(x, placesOf(one), axis);
}

function part(x: Tensor, axis: number, start: number, count: number): Tensor {
  if (start === 0 && count === x.shape[axis]) return x;
  return slice(
    x,
    x.shape.map((_, i) => (i === axis ? start : 0)),
    x.shape.map((length, i) => (i === axis ? count : length)),
  );
}

interface Masks {
  readonly begin: number;
  readonly end: number;
  readonly ellipsis: number;
  readonly newAxis: number;
  readonly shrinkAxis: number;
}

/**
 * The elements that `begin:end:strides` name along each axis, with the masks of TensorFlow: bit i is
 * about entry i of the lists.
 *
 * @param begin - first places; negative ones count from the end
 * @param end - places before which it stops
 * @param strides - steps, not 0; 1 if absent
 * @param beginMask - entries whose `begin` is ignored: from the first
 * @param endMask - entries whose `end` is ignored: to the last
 * @param ellipsisMask - the entry that stands for as many whole axes as are missing
 * @param newAxisMask - entries that insert an axis of size 1
 * @param shrinkAxisMask - entries that take one place and drop the axis
 * @throws ArgumentError when the lists differ in length, a step is 0, there are two ellipses, or a mask
 *   is no integer of at least 0
 * @throws IndexError when there are more entries than axes, or a single place lies outside
 * @example stridedSlice([1, 2, 3, 4], [0], [4], [2]) // [1, 3]
 * @example stridedSlice([[1, 2], [3, 4]], [0, 1], [0, 0], [1, 1], 1, 1, 0, 0, 2) // [2, 4]
 */
// eslint-disable-next-line max-params -- TensorFlow.js's arguments
export function stridedSlice(
  x: TensorLike,
  begin: readonly number[],
  end: readonly number[],
  strides?: readonly number[] | null,
  beginMask = 0,
  endMask = 0,
  ellipsisMask = 0,
  newAxisMask = 0,
  shrinkAxisMask = 0,
): Tensor {
  const op = 'stridedSlice';
  const input = asTensor(x, 'x', op);
  requireList(op, 'begin', begin);
  requireList(op, 'end', end);
  const steps = strides ?? begin.map(() => 1);
  requireList(op, 'strides', steps);
  if (begin.length !== end.length || begin.length !== steps.length) {
    const got = `${String(begin.length)}, ${String(end.length)} and ${String(steps.length)}`;
    throw misuse(ArgumentError, op, 'begin, end and strides', 'have the same length', got);
  }
  const masks = {
    begin: requireMask(op, 'beginMask', beginMask),
    end: requireMask(op, 'endMask', endMask),
    ellipsis: requireMask(op, 'ellipsisMask', ellipsisMask),
    newAxis: requireMask(op, 'newAxisMask', newAxisMask),
    shrinkAxis: requireMask(op, 'shrinkAxisMask', shrinkAxisMask),
  };
  return pick(input, picksOf(input, begin, end, steps, masks));
}

function requireList(op: string, argument: string, given: unknown): void {
  if (Array.isArray(given)) return;
  throw misuse(ArgumentError, op, argument, 'be an array of integers', formatValue(given));
}

/** One bit for each axis at most, as TensorFlow's masks are. */
function requireMask(op: string, argument: string, mask: unknown): number {
  return requireInteger(op, argument, mask, { min: 0, max: 2 ** 31 - 1 });
}

function picksOf(
  { shape }: Tensor,
  begin: readonly number[],
  end: readonly number[],
  steps: readonly number[],
  masks: Masks,
): readonly AxisPick[] {
  const op = 'stridedSlice';
  const has = (mask: number, i: number): boolean => ((mask >> i) & 1) === 1;
  if ((masks.ellipsis & (masks.ellipsis - 1)) !== 0) {
    throw misuse(ArgumentError, op, 'ellipsisMask', 'name one ellipsis', String(masks.ellipsis));
  }
  const named = begin.filter((_, i) => !has(masks.ellipsis, i) && !has(masks.newAxis, i)).length;
  if (named > shape.length) {
    const condition = `name at most the ${String(shape.length)} axes of x ${formatShape(shape)}`;
    throw misuse(IndexError, op, 'begin', condition, formatShape(begin));
  }
  const picks: AxisPick[] = [];
  let axis = 0;
  const whole = (): AxisPick => rangeOf(shape[axis++], null, null, 1);
  begin.forEach((first, i) => {
    if (has(masks.ellipsis, i)) {
      for (let left = shape.length - named; left > 0; left--) picks.push(whole());
    } else if (has(masks.newAxis, i)) picks.push({ kind: 'new' });
    else if (has(masks.shrinkAxis, i)) picks.push(single(op, first, shape[axis], axis++));
    else {
      const step = requireInteger(op, 'strides', steps[i]);
      if (step === 0) throw misuse(ArgumentError, op, 'strides', 'not be 0', '0');
      const start = has(masks.begin, i) ? null : requireInteger(op, 'begin', first);
      const stop = has(masks.end, i) ? null : requireInteger(op, 'end', end[i]);
      picks.push(rangeOf(shape[axis++], start, stop, step));
    }
  });
  while (axis < shape.length) picks.push(whole());
  return picks;
}

/** One place along an axis, counted from either end. */
export function single(
  op: string,
  place: unknown,
  length: number,
  axis: number,
): Extract<AxisPick, { kind: 'one' }> {
  const isInteger = typeof place === 'number' && Number.isInteger(place);
  if (!isInteger || place < -length || place >= length) {
    const condition = `lie in [-${String(length)}, ${String(length)}) along axis ${String(axis)}`;
    throw misuse(IndexError, op, 'index', condition, formatValue(place));
  }
  return { kind: 'one', at: place < 0 ? place + length : place };
}
