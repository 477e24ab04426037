import type { DType } from '../base/dtype.ts';
import { isDifferentiable } from '../base/dtype.ts';
import { ArgumentError, IndexError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { requireInteger } from '../base/options.ts';
import type { Shape } from '../base/shape.ts';
import { only, requireAxes, requireElements, sameShape, specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import { defineOp, readsNothing } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { padKernel, reverseKernel, sliceKernel, tileKernel } from '../kernels/movement.ts';
import { linearMap, reshape, sum } from './structural.ts';

interface SliceParams {
  readonly begin: readonly number[];
  readonly size: Shape;
}

export const sliceOp = defineOp<SliceParams>({
  name: 'slice',
  infer: ([x], { size }) => [specOf(size, x.dtype)],
  view: ([x], { begin, size }) => runStart(x.shape, begin, size),
  kernel: sliceKernel,
  derivative: linearMap(
    (t, _, { begin, size }) => slice(t, begin, size),
    (g, x, { begin, size }) => applyPad(g, begin, restAfter(x.shape, begin, size), 0),
  ),
  batch: ([x], _, { begin, size }, n) => [slice(x, [0, ...begin], [n, ...size])],
  traits: { linear: true, complex: true },
  reads: readsNothing,
});

function restAfter(shape: Shape, begin: readonly number[], size: Shape): readonly number[] {
  return shape.map((length, i) => length - begin[i] - size[i]);
}

/** Where the slice starts in the values if it is one run of them. */
function runStart(shape: Shape, begin: readonly number[], size: Shape): readonly number[] | null {
  let step = 1;
  let start = 0;
  let isWhole = true;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    // Behind the outermost axis that is cut, nothing may be; before it, one index only.
    if (!isWhole && size[axis] !== 1) return null;
    if (size[axis] !== shape[axis]) isWhole = false;
    start += begin[axis] * step;
    step *= shape[axis];
  }
  return [start];
}

/**
 * The part of `x` that starts at `begin` and has the sizes `size`.
 *
 * @param begin - one index per axis, missing ones being 0; a number is that of the first axis
 * @param size - one size per axis; -1 or a missing one reaches to the end
 * @throws IndexError when `begin` is outside the tensor
 * @throws ShapeError when `size` reaches beyond its end
 * @example slice([[1, 2, 3], [4, 5, 6]], [0, 1], [2, 2]) // [[2, 3], [5, 6]]
 * @example slice([1, 2, 3], 1) // [2, 3]
 */
export function slice(
  x: TensorLike,
  begin: number | readonly number[],
  size?: number | readonly number[],
): Tensor {
  const input = asTensor(x, 'x', 'slice');
  const { shape } = input;
  const from = requireBegin(begin, shape);
  const sizes = requireSizes(size, from, shape);
  if (sameShape(sizes, shape)) return input;
  return apply(sliceOp, [input], { begin: from, size: sizes })[0];
}

function requireBegin(begin: number | readonly number[], shape: Shape): readonly number[] {
  const given = requireNumbers('begin', begin, shape);
  return shape.map((length, axis) => {
    const index = axis < given.length ? given[axis] : 0;
    if (Number.isInteger(index) && index >= 0 && index <= length) return index;
    const condition = `hold integers from 0 to ${String(length)} at [${String(axis)}] for x ${formatShape(shape)}`;
    const hint =
      index < 0 ? 'slice() does not support negative begin indexing; stridedSlice does' : undefined;
    throw misuse(IndexError, 'slice', 'begin', condition, formatValue(index), hint);
  });
}

function requireSizes(
  size: number | readonly number[] | undefined,
  begin: readonly number[],
  shape: Shape,
): Shape {
  const given = size === undefined ? [] : requireNumbers('size', size, shape);
  return shape.map((length, axis) => {
    const rest = length - begin[axis];
    const wanted = axis < given.length ? given[axis] : -1;
    if (wanted === -1) return rest;
    if (Number.isInteger(wanted) && wanted >= 0 && wanted <= rest) return wanted;
    const condition = `be -1 or an integer from 0 to ${String(rest)} at [${String(axis)}], where x ${formatShape(shape)} is cut at ${String(begin[axis])}`;
    throw misuse(ShapeError, 'slice', 'size', condition, formatValue(wanted));
  });
}

function requireNumbers(argument: string, value: unknown, shape: Shape): readonly number[] {
  const list = typeof value === 'number' ? [value] : value;
  if (Array.isArray(list) && list.length <= shape.length) return list as readonly number[];
  const condition = `be a number or an array of at most ${String(shape.length)}, the rank of x`;
  throw misuse(ShapeError, 'slice', argument, condition, formatValue(value));
}

interface PadParams {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly value: number;
}

export const padOp = defineOp<PadParams>({
  name: 'pad',
  infer: ([x], { before, after }) => [specOf(paddedShape(x.shape, before, after), x.dtype)],
  kernel: padKernel,
  derivative: linearMap(
    (t, _, { before, after }) => applyPad(t, before, after, 0),
    (g, x, { before }) => slice(g, before, x.shape),
  ),
  batch: ([x], _, { before, after, value }) => [applyPad(x, [0, ...before], [0, ...after], value)],
  traits: { complex: true },
  reads: readsNothing,
});

function paddedShape(shape: Shape, before: readonly number[], after: readonly number[]): Shape {
  return shape.map((size, i) => before[i] + size + after[i]);
}

function applyPad(
  x: Tensor,
  before: readonly number[],
  after: readonly number[],
  value: number,
): Tensor {
  return apply(padOp, [x], { before, after, value })[0];
}

/**
 * `x` surrounded by a constant.
 *
 * @param paddings - for each axis how many elements go before and after
 * @throws ShapeError when `paddings` is not one pair of counts per axis
 * @throws ArgumentError when `constantValue` is no number of the dtype of `x`
 * @example pad([[1, 2]], [[1, 0], [0, 2]]) // [[0, 0, 0, 0], [1, 2, 0, 0]]
 */
export function pad(
  x: TensorLike,
  paddings: readonly (readonly number[])[],
  constantValue = 0,
): Tensor {
  const input = asTensor(x, 'x', 'pad');
  const { shape, dtype } = input;
  requirePaddings(paddings, shape);
  requireElement('pad', 'constantValue', constantValue, dtype);
  const before = paddings.map((pair) => pair[0]);
  const after = paddings.map((pair) => pair[1]);
  const padded = paddedShape(shape, before, after);
  requireElements('pad', 'result', padded);
  return sameShape(padded, shape) ? input : applyPad(input, before, after, constantValue);
}

/** Checks a number that is to become an element of a tensor of `dtype`. */
export function requireElement(op: string, argument: string, value: unknown, dtype: DType): void {
  if (isElement(value, dtype)) return;
  throw misuse(ArgumentError, op, argument, `be a number of dtype ${dtype}`, formatValue(value));
}

function isElement(value: unknown, dtype: DType): boolean {
  if (typeof value !== 'number') return false;
  if (dtype === 'bool') return value === 0 || value === 1;
  return isDifferentiable(dtype) || (value | 0) === value;
}

function requirePaddings(paddings: unknown, shape: Shape): void {
  const isCount = (count: unknown): boolean => Number.isSafeInteger(count) && Number(count) >= 0;
  const isPair = (pair: unknown): boolean =>
    Array.isArray(pair) && pair.length === 2 && isCount(pair[0]) && isCount(pair[1]);
  // By index: `every` alone would pass over the holes of a sparse array.
  const fits = Array.isArray(paddings) && paddings.length === shape.length;
  if (fits && shape.every((_, axis) => isPair(paddings[axis]))) return;
  const condition = `hold a pair of counts [before, after] for each axis of x ${formatShape(shape)}`;
  throw misuse(ShapeError, 'pad', 'paddings', condition, formatValue(paddings));
}

export const reverseOp = defineOp<{ axes: readonly number[] }>({
  name: 'reverse',
  infer: ([x]) => only(x),
  kernel: reverseKernel,
  derivative: linearMap(
    (t, _, { axes }) => reverse(t, axes),
    (g, _, { axes }) => reverse(g, axes),
  ),
  batch: ([x], _, { axes }) => [
    reverse(
      x,
      axes.map((axis) => axis + 1),
    ),
  ],
  traits: { linear: true, complex: true },
  reads: readsNothing,
});

/**
 * `x` with the order of elements turned round along `axis`: one, several, or all.
 *
 * @throws AxisError when an axis is outside the rank or named twice
 * @example reverse([[1, 2], [3, 4]], 1) // [[2, 1], [4, 3]]
 */
export function reverse(x: TensorLike, axis?: number | readonly number[] | null): Tensor {
  const input = asTensor(x, 'x', 'reverse');
  const axes = requireAxes('reverse', axis, input.rank);
  return axes.length === 0 ? input : apply(reverseOp, [input], { axes })[0];
}

export const tileOp = defineOp<{ reps: readonly number[] }>({
  name: 'tile',
  infer: ([x], { reps }) => [specOf(tiledShape(x.shape, reps), x.dtype)],
  kernel: tileKernel,
  derivative: linearMap(
    (t, _, { reps }) => tile(t, reps),
    (g, x, { reps }) => sumCopies(g, x.shape, reps),
  ),
  batch: ([x], _, { reps }) => [tile(x, [1, ...reps])],
  traits: { linear: true, complex: true },
  reads: readsNothing,
});

function tiledShape(shape: Shape, reps: readonly number[]): Shape {
  return shape.map((size, i) => size * reps[i]);
}

// Each axis of the result is a pair of axes: which repetition, and where in it.
function sumCopies(g: Tensor, shape: Shape, reps: readonly number[]): Tensor {
  const pairs = shape.flatMap((size, i) => [reps[i], size]);
  return sum(
    reshape(g, pairs),
    shape.map((_, i) => 2 * i),
  );
}

/**
 * Copies of `x` side by side.
 *
 * @param reps - how many there are along each axis
 * @throws ShapeError when `reps` does not have one entry per axis
 * @throws ArgumentError when an entry is no integer of at least 0
 * @example tile([[1, 2]], [2, 2]) // [[1, 2, 1, 2], [1, 2, 1, 2]]
 */
export function tile(x: TensorLike, reps: readonly number[]): Tensor {
  const input = asTensor(x, 'x', 'tile');
  if (!Array.isArray(reps) || reps.length !== input.rank) {
    const condition = `hold one count for each axis of x ${formatShape(input.shape)}`;
    throw misuse(ShapeError, 'tile', 'reps', condition, formatValue(reps));
  }
  const counts = Array.from(reps, (count, i) =>
    requireInteger('tile', `reps[${String(i)}]`, count, { min: 0 }),
  );
  requireElements('tile', 'result', tiledShape(input.shape, counts));
  return counts.every((count) => count === 1) ? input : apply(tileOp, [input], { reps: counts })[0];
}
