import { ArgumentError, DTypeError, IndexError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { promoteDTypes } from '../base/dtype.ts';
import { broadcastShapes, sameShape, sizeOf, specOf } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands, asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor, ownedTensor } from '../core/tensor.ts';
import { gather } from '../ops/indexing.ts';
import { where } from '../ops/select.ts';
import { broadcastTo, cast, reshape } from '../ops/structural.ts';
import type { AxisPick } from './stridedSlice.ts';
import { pick, placesOf, rangeOf, single } from './stridedSlice.ts';

/**
 * What is taken of one axis: a place, counted from either end; `'start:stop:step'` as in Python; null
 * or `':'` for all of it; a list of places, or an int32 tensor of them; a bool tensor, for the places
 * where it is true. `'...'` stands for as many whole axes as are missing, `'newaxis'` for a new one of
 * size 1.
 */
export type IndexPart = number | string | null | readonly number[] | Tensor;

/**
 * A part of `x`, axis by axis, as in Python; the method is `x.get(...)`.
 *
 * @param x - any tensor
 * @param index - what is taken of each axis; missing ones are whole
 * @throws IndexError when a place is outside its axis, or there are more parts than axes
 * @throws ArgumentError when a part is none
 * @throws ShapeError or DTypeError when a tensor of places or a mask is no list of them
 * @example getAt([[1, 2], [3, 4]], 1) // [3, 4]
 * @example getAt([[1, 2, 3], [4, 5, 6]], null, '::2') // [[1, 3], [4, 6]]
 * @example getAt([[1, 2], [3, 4]], '...', -1) // [2, 4]
 */
export function getAt(x: TensorLike, ...index: IndexPart[]): Tensor {
  const input = asTensor(x, 'x', 'get');
  return pick(input, picksOf('get', input, index));
}

/**
 * `x` with other values in the part that `index` names, as a new tensor; the method is
 * `x.with(index, value)`. Gradients pass to both.
 *
 * @param index - what `getAt` takes for an axis, or a list of such parts in brackets
 * @param value - a shape that broadcasts to that of the part
 * @throws IndexError when a place is outside its axis, or there are more parts than axes
 * @throws ArgumentError when a part is none
 * @throws ShapeError when `value` does not fit
 * @example withAt([1, 2, 3], '1:', 0) // [1, 0, 0]
 * @example withAt([[1, 2], [3, 4]], [null, 0], [7, 8]) // [[7, 2], [8, 4]]
 */
export function withAt(
  x: TensorLike,
  index: IndexPart | readonly IndexPart[],
  value: TensorLike,
): Tensor {
  const op = 'with';
  const [a, b] = asOperands([x, value], ['x', 'value'], op);
  const dtype = promoteDTypes(a.dtype, b.dtype);
  const [input, values] = [cast(a, dtype), cast(b, dtype)];
  const parts = Array.isArray(index) ? (index as readonly IndexPart[]) : [index as IndexPart];
  const picks = picksOf(op, input, parts);
  const shape = picks.flatMap((one) =>
    one.kind === 'new' ? [1] : one.kind === 'one' ? [] : [placesOf(one).length],
  );
  if (values.rank > shape.length || !sameShape(broadcastShapes(op, values.shape, shape), shape)) {
    const condition = `broadcast to the part ${formatShape(shape)}`;
    throw misuse(ShapeError, op, 'value', condition, formatShape(values.shape));
  }
  const source = sourceOf(input, picks);
  const flat = reshape(broadcastTo(values, shape), [sizeOf(shape)]);
  if (flat.size === 0) return input;
  const spec = specOf(input.shape, 'int32');
  const places = ownedTensor(
    spec,
    source.map((at) => Math.max(0, at)),
  );
  const isNew = ownedTensor(
    specOf(input.shape, 'bool'),
    Uint8Array.from(source, (at) => +(at >= 0)),
  );
  return where(isNew, gather(flat, places), input);
}

/** For each element which one of the part's elements comes in its place, or -1; the last one wins. */
function sourceOf({ shape }: Tensor, picks: readonly AxisPick[]): Int32Array {
  const source = new Int32Array(sizeOf(shape)).fill(-1);
  const lists = picks.flatMap((one) => (one.kind === 'new' ? [] : [placesOf(one)]));
  let next = 0;
  const visit = (axis: number, at: number): void => {
    if (axis === shape.length) source[at] = next++;
    else for (const place of lists[axis]) visit(axis + 1, at * shape[axis] + place);
  };
  visit(0, 0);
  return source;
}

function picksOf(op: string, { shape }: Tensor, parts: readonly IndexPart[]): readonly AxisPick[] {
  const isAxis = (part: IndexPart): boolean => part !== '...' && part !== 'newaxis';
  const named = parts.filter(isAxis).length;
  if (named > shape.length || parts.filter((part) => part === '...').length > 1) {
    const condition = `name at most the ${String(shape.length)} axes of x ${formatShape(shape)}, with one '...'`;
    throw misuse(IndexError, op, 'index', condition, formatValue(parts));
  }
  const picks: AxisPick[] = [];
  let axis = 0;
  const fill = (): void => {
    for (let left = shape.length - named; left > 0; left--) {
      picks.push(rangeOf(shape[axis++], null, null, 1));
    }
  };
  for (const part of parts) {
    if (part === '...') fill();
    else if (part === 'newaxis') picks.push({ kind: 'new' });
    else picks.push(pickOf(op, part, shape[axis], axis++));
  }
  if (!parts.includes('...')) fill();
  return picks;
}

function pickOf(op: string, part: IndexPart, length: number, axis: number): AxisPick {
  if (part === null) return rangeOf(length, null, null, 1);
  if (typeof part === 'string') return parsedRange(op, part, length, axis);
  if (!isTensor(part) && !Array.isArray(part)) return single(op, part, length, axis);
  const list = isTensor(part) ? placesIn(op, part, length, axis) : (part as readonly unknown[]);
  return { kind: 'places', places: Array.from(list, (at) => single(op, at, length, axis).at) };
}

/** The places that a tensor names along an axis, or those where a mask is true. */
function placesIn(op: string, part: Tensor, length: number, axis: number): readonly number[] {
  const isMask = part.dtype === 'bool';
  if (part.rank !== 1 || (isMask && part.size !== length)) {
    const size = isMask ? `the ${String(length)} elements` : 'one axis';
    const condition = `have ${size} for axis ${String(axis)}`;
    const hint = isMask ? 'booleanMask takes masks of several axes' : 'gather takes any shape';
    throw misuse(ShapeError, op, 'index', condition, formatShape(part.shape), hint);
  }
  if (!isMask && part.dtype !== 'int32') {
    const hint = "convert with cast(x, 'int32')";
    throw misuse(DTypeError, op, 'index', 'have dtype int32 or bool', part.dtype, hint);
  }
  const values = Array.from(part.dataSync());
  return isMask ? values.flatMap((isTrue, i) => (isTrue === 0 ? [] : [i])) : values;
}

function parsedRange(op: string, text: string, length: number, axis: number): AxisPick {
  const [first = '', last = '', step = ''] = text.split(':').map((one) => one.trim());
  const isRange = /^\s*(-?\d+)?\s*:\s*(-?\d+)?\s*(:\s*(-?[1-9]\d*)?\s*)?$/.test(text);
  if (!isRange) {
    const condition = `be 'start:stop:step', '...' or 'newaxis' for axis ${String(axis)}`;
    throw misuse(ArgumentError, op, 'index', condition, formatValue(text));
  }
  const numberOf = (one: string): number | null => (one === '' ? null : Number(one));
  return rangeOf(length, numberOf(first), numberOf(last), numberOf(step) ?? 1);
}
