import { promoteDTypes } from '../base/dtype.ts';
import { ArgumentError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { requireBoolean, requireInteger, requireOneOf } from '../base/options.ts';
import type { Shape } from '../base/shape.ts';
import { requireAxis, sameShape, specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands, asTensor } from '../core/convert.ts';
import type { Derivative, Op } from '../core/op.ts';
import { defineOp, readsNothing, zeroGradient } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import type { InTopKParams, SearchParams, SortParams, TopKParams } from '../kernels/sort.ts';
import {
  argSortKernel,
  inTopKKernel,
  searchSortedKernel,
  sortKernel,
  topKKernel,
} from '../kernels/sort.ts';
import { inEachExample } from './batchRules.ts';
import { gatherOp, segmentSumOp } from './indexing.ts';
import { cast, transpose } from './structural.ts';

/*
 * NaN counts as greater than every number, and equal elements keep their order: the derivative of an
 * op that picks elements is that of picking these very elements.
 */

/** Elements of `x` at `indices` along an axis: of the same shape but for that axis. */
export function pickAlong(x: Tensor, indices: Tensor, axis: number): Tensor {
  const last = x.rank - 1;
  const params = { axis: last, batchDims: last, negative: 'throw' } as const;
  const operands = [axisLast(x, axis), axisLast(indices, axis)];
  return axisBack(apply(gatherOp, operands, params)[0], axis);
}

/** The adjoint of `pickAlong`, into an axis of `length`. */
export function placeAlong(g: Tensor, indices: Tensor, axis: number, length: number): Tensor {
  const last = g.rank - 1;
  const operands = [axisLast(g, axis), axisLast(indices, axis)];
  const params = { axis: last, batchDims: last, length };
  return axisBack(apply(segmentSumOp, operands, params)[0], axis);
}

function axisLast(x: Tensor, axis: number): Tensor {
  const axes = x.shape.map((_, i) => i);
  axes.push(...axes.splice(axis, 1));
  return transpose(x, axes);
}

function axisBack(x: Tensor, axis: number): Tensor {
  const axes = x.shape.map((_, i) => i);
  axes.splice(axis, 0, ...axes.splice(-1));
  return transpose(x, axes);
}

/** Rules of an op that picks elements along an axis, and gives their places as its second output. */
export function pickingRules<Params>(
  axisOf: (x: Tensor, params: Params) => number,
): Derivative<Params> {
  return {
    kind: 'rules',
    jvp: ({ inputs: [x], outputs: [, indices], params }, [t]) => [
      t && pickAlong(t, indices, axisOf(x, params)),
      null,
    ],
    vjp: ({ inputs: [x], outputs: [, indices], params }, [g]) => {
      const axis = axisOf(x, params);
      return [g && placeAlong(g, indices, axis, x.shape[axis])];
    },
  };
}

export const readsPlaces = { inputs: [], outputs: [1] } as const;

export const sortOp: Op<SortParams> = defineOp<SortParams>({
  name: 'sort',
  infer: ([x]) => [x, specOf(x.shape, 'int32')],
  kernel: sortKernel,
  derivative: pickingRules((_, { axis }) => axis),
  batch: ([x], _, params) => apply(sortOp, [x], { ...params, axis: params.axis + 1 }),
  reads: readsPlaces,
  kinks: 'equal elements keep their order',
});

export const argSortOp: Op<SortParams> = defineOp<SortParams>({
  name: 'argSort',
  infer: ([x]) => [specOf(x.shape, 'int32')],
  kernel: argSortKernel,
  derivative: zeroGradient,
  batch: ([x], _, params) => apply(argSortOp, [x], { ...params, axis: params.axis + 1 }),
  reads: readsNothing,
});

type Direction = 'ASCENDING' | 'DESCENDING';

function sortParams(op: string, x: Tensor, axis: number, direction: Direction): SortParams {
  const wanted = requireOneOf(op, 'direction', direction, ['ASCENDING', 'DESCENDING']);
  return { axis: requireAxis(op, axis, x.rank), descending: wanted === 'DESCENDING' };
}

/**
 * The elements of `x` in order along `axis`. NaN counts as greater than every number; each element of
 * the result passes its gradient to the one it was, equal ones in the order they had.
 *
 * @param direction - 'ASCENDING' or 'DESCENDING'
 * @throws AxisError when `axis` is outside the rank
 * @throws ArgumentError for another direction
 * @example sort([3, 1, 2]) // [1, 2, 3]
 * @example sort([3, 1, 2], -1, 'DESCENDING') // [3, 2, 1]
 */
export function sort(x: TensorLike, axis = -1, direction: Direction = 'ASCENDING'): Tensor {
  const input = asTensor(x, 'x', 'sort');
  return apply(sortOp, [input], sortParams('sort', input, axis, direction))[0];
}

/**
 * Where each element of the sorted `x` was along `axis`, as int32. It cuts the gradient.
 *
 * @param direction - 'ASCENDING' or 'DESCENDING'
 * @param stable - for TensorFlow's sake: equal elements always keep their order
 * @throws AxisError when `axis` is outside the rank
 * @throws ArgumentError for another direction
 * @example argSort([3, 1, 2]) // [1, 2, 0]
 */
export function argSort(
  x: TensorLike,
  axis = -1,
  direction: Direction = 'ASCENDING',
  stable = false,
): Tensor {
  const input = asTensor(x, 'x', 'argSort');
  requireBoolean('argSort', 'stable', stable);
  return apply(argSortOp, [input], sortParams('argSort', input, axis, direction))[0];
}

export const topKOp: Op<TopKParams> = defineOp<TopKParams>({
  name: 'topk',
  infer: ([x], { k }) => {
    const shape = [...x.shape.slice(0, -1), k];
    return [specOf(shape, x.dtype), specOf(shape, 'int32')];
  },
  kernel: topKKernel,
  derivative: pickingRules((x) => x.shape.length - 1),
  batch: ([x], _, params) => apply(topKOp, [x], params),
  reads: readsPlaces,
  kinks: 'all to the first at a tie',
});

/**
 * The `k` greatest elements along the last axis, greatest first, and their places. Of equal elements
 * the first comes first and has the gradient; NaN counts as greater than every number.
 *
 * @param sorted - for TensorFlow.js's sake: the result is always sorted
 * @returns values, and indices as int32; both of shape (…, k)
 * @throws ShapeError when `x` is a scalar
 * @throws ArgumentError when there are fewer than `k` elements
 * @example topk([20, 10, 40, 30], 2).values // [40, 30]
 * @example topk([20, 10, 40, 30], 2).indices // [2, 3]
 */
export function topk(
  x: TensorLike,
  k = 1,
  sorted = true,
): { readonly values: Tensor; readonly indices: Tensor } {
  const input = asTensor(x, 'x', 'topk');
  requireRank('topk', 'x', input.shape, 1, 'topk() expects the input to be of rank 1 or higher');
  requireBoolean('topk', 'sorted', sorted);
  const count = requireCount('topk', k, 0, input.shape[input.rank - 1]);
  const [values, indices] = apply(topKOp, [input], { k: count });
  return { values, indices };
}

function requireRank(
  op: string,
  argument: string,
  shape: Shape,
  least: number,
  hint?: string,
): void {
  if (shape.length < least) {
    const condition = `have at least ${String(least)} ${least === 1 ? 'axis' : 'axes'}`;
    throw misuse(ShapeError, op, argument, condition, `shape ${formatShape(shape)}`, hint);
  }
}

function requireCount(op: string, k: number, least: number, most: number): number {
  const argument = `'k' passed to ${op}()`;
  const count = requireInteger(op, argument, k);
  if (count < least) {
    throw misuse(ArgumentError, op, argument, `be >= ${String(least)}`, String(k));
  }
  if (count <= most) return count;
  const condition = `be <= the last dimension, ${String(most)}`;
  throw misuse(ArgumentError, op, argument, condition, String(k));
}

export const searchSortedOp: Op<SearchParams> = defineOp<SearchParams>({
  name: 'searchSorted',
  infer: ([, values]) => [specOf(values.shape, 'int32')],
  kernel: searchSortedKernel,
  derivative: zeroGradient,
  batch: (inputs, batched, params, size) =>
    apply(searchSortedOp, inEachExample(inputs, batched, size), params),
  reads: readsNothing,
});

/**
 * For each value the place where it fits into the sorted row of its own leading indices, as int32. NaN
 * comes after every number.
 *
 * @param sortedSequence - shape (…, n), ascending along the last axis
 * @param values - shape (…, m)
 * @param side - 'left' for the place before equal elements, 'right' for that after them
 * @throws ShapeError when an operand is a scalar, or the leading axes differ
 * @throws ArgumentError for another side
 * @example searchSorted([0, 3, 9, 9, 10], [0, 4, 9]) // [0, 2, 2]
 * @example searchSorted([0, 3, 9, 9, 10], [0, 4, 9], 'right') // [1, 2, 4]
 */
export function searchSorted(
  sortedSequence: TensorLike,
  values: TensorLike,
  side: 'left' | 'right' = 'left',
): Tensor {
  const wanted = requireOneOf('searchSorted', 'side', side, ['left', 'right']);
  return search('searchSorted', sortedSequence, values, wanted);
}

function search(
  op: string,
  sortedSequence: TensorLike,
  values: TensorLike,
  side: SearchParams['side'],
): Tensor {
  const names = ['sortedSequence', 'values'];
  const [sequence, wanted] = asOperands([sortedSequence, values], names, op);
  requireRank(op, 'sortedSequence', sequence.shape, 1);
  requireRank(op, 'values', wanted.shape, 1);
  if (!sameShape(sequence.shape.slice(0, -1), wanted.shape.slice(0, -1))) {
    const got = `${formatShape(sequence.shape)} and ${formatShape(wanted.shape)}`;
    throw misuse(ShapeError, op, 'sortedSequence and values', 'agree but in the last axis', got);
  }
  const dtype = promoteDTypes(sequence.dtype, wanted.dtype);
  return apply(searchSortedOp, [cast(sequence, dtype), cast(wanted, dtype)], { side })[0];
}

/**
 * As `searchSorted` with the side 'left': how many elements of its row are less than each value.
 *
 * @param sortedSequence - shape (…, n), ascending along the last axis
 * @param values - shape (…, m)
 * @throws ShapeError when an operand is a scalar, or the leading axes differ
 * @example lowerBound([0, 3, 9, 9, 10], [0, 4, 9]) // [0, 2, 2]
 */
export function lowerBound(sortedSequence: TensorLike, values: TensorLike): Tensor {
  return search('lowerBound', sortedSequence, values, 'left');
}

/**
 * As `searchSorted` with the side 'right': how many elements of its row are at most each value.
 *
 * @param sortedSequence - shape (…, n), ascending along the last axis
 * @param values - shape (…, m)
 * @throws ShapeError when an operand is a scalar, or the leading axes differ
 * @example upperBound([0, 3, 9, 9, 10], [0, 4, 9]) // [1, 2, 4]
 */
export function upperBound(sortedSequence: TensorLike, values: TensorLike): Tensor {
  return search('upperBound', sortedSequence, values, 'right');
}

export const inTopKOp: Op<InTopKParams> = defineOp<InTopKParams>({
  name: 'inTopK',
  infer: ([, targets]) => [specOf(targets.shape, 'bool')],
  kernel: inTopKKernel,
  derivative: zeroGradient,
  batch: (inputs, batched, params, size) =>
    apply(inTopKOp, inEachExample(inputs, batched, size), params),
  reads: readsNothing,
});

/**
 * Whether the target of each row is among its `k` greatest elements, as bool; of equal elements the
 * first counts as greater. A target outside the row is not.
 *
 * @param predictions - shape (…, n)
 * @param targets - shape (…): places in the rows
 * @throws ShapeError when the shapes do not fit, or `predictions` has fewer than 2 axes
 * @throws ArgumentError when `k` is not from 1 to n
 * @example inTopK([[20, 10, 40, 30], [30, 50, -20, 10]], [2, 0]) // [1, 0]
 */
export function inTopK(predictions: TensorLike, targets: TensorLike, k = 1): Tensor {
  const scores = asTensor(predictions, 'predictions', 'inTopK');
  const places = cast(asTensor(targets, 'targets', 'inTopK'), 'int32');
  requireRank('inTopK', 'predictions', scores.shape, 2);
  const rows = scores.shape.slice(0, -1);
  if (!sameShape(rows, places.shape)) {
    const condition = `have the shape of the rows of predictions, ${formatShape(rows)}`;
    throw misuse(ShapeError, 'inTopK', 'targets', condition, formatShape(places.shape));
  }
  const count = requireCount('inTopK', k, 1, scores.shape[scores.rank - 1]);
  return apply(inTopKOp, [scores, places], { k: count })[0];
}
