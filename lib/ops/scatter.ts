import { promoteDTypes } from '../base/dtype.ts';
import { IndexError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { requireInteger } from '../base/options.ts';
import type { Shape } from '../base/shape.ts';
import {
  requireAxis,
  requireElements,
  requireShape,
  sameShape,
  sizeOf,
  specOf,
} from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands, asTensor } from '../core/convert.ts';
import type { Op } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { ownedTensor } from '../core/tensor.ts';
import type { SegmentParams } from '../kernels/segment.ts';
import { mul, neg } from './arithmetic.ts';
import { greaterEqual } from './compare.ts';
import { add } from './elementwise.ts';
import { asIndices, gather, gatherOp, segmentSumOp } from './indexing.ts';
import { lastOfSegmentOp, segmentMaxOp, segmentMinOp } from './segment.ts';
import { maximum, minimum, where } from './select.ts';
import { broadcastTo, cast, reshape, sum, transpose } from './structural.ts';

/** Rows of places (..., k) as numbers of slices of an array whose first k axes are `sizes`. */
function flatPlaces(op: string, indices: Tensor, sizes: readonly number[]): Tensor {
  requireInside(op, indices, sizes);
  const steps = sizes.map((_, i) => sizeOf(sizes.slice(i + 1)));
  const factors = ownedTensor(specOf([sizes.length], 'int32'), Int32Array.from(steps));
  return sum(mul(indices, factors), -1);
}

// Symbols have no values yet: their sums of places are checked when they have.
function requireInside(op: string, indices: Tensor, sizes: readonly number[]): void {
  if (indices.storage === null) return;
  const count = sizes.length;
  indices.values.forEach((place: number, i: number) => {
    const size = sizes[i % count];
    if (place >= 0 && place < size) return;
    const condition = `lie in [0, ${String(size)}) for axis ${String(i % count)}`;
    throw misuse(IndexError, op, 'indices', condition, String(place));
  });
}

function requireRows(op: string, indices: Tensor, rank: number): number {
  const count = indices.shape[indices.rank - 1];
  if (indices.rank === 0 || count > rank) {
    const condition = `have rows of at most ${String(rank)} places along the last axis`;
    throw misuse(ShapeError, op, 'indices', condition, formatShape(indices.shape));
  }
  return count;
}

/**
 * Slices of `x` at places given row by row.
 *
 * @param x - shape (...batch, ...)
 * @param indices - int32, shape (...batch, ..., k): each row names a place along the first k axes after
 *   the batch
 * @param batchDims - how many leading axes `x` and `indices` have in common
 * @returns the shape of `indices` without its last axis, then the rest of the shape of `x`
 * @throws IndexError when a place is outside its axis
 * @throws ShapeError when rows are longer than `x` has axes, or the batches differ
 * @throws DTypeError when `indices` is a tensor of another dtype than int32
 * @example gatherND([[1, 2], [3, 4]], [[0, 1], [1, 0]]) // [2, 3]
 */
export function gatherND(x: TensorLike, indices: TensorLike, batchDims = 0): Tensor {
  const op = 'gatherND';
  const input = asTensor(x, 'x', op);
  const rows = asIndices(op, 'indices', indices);
  const most = Math.min(input.rank, Math.max(0, rows.rank - 1));
  const batch = requireInteger(op, 'batchDims', batchDims, { min: 0, max: most });
  const shared = input.shape.slice(0, batch);
  if (!sameShape(shared, rows.shape.slice(0, batch))) {
    const condition = `agree in their first ${String(batch)} axes`;
    const got = `${formatShape(input.shape)} and ${formatShape(rows.shape)}`;
    throw misuse(ShapeError, op, 'x and indices', condition, got);
  }
  const count = requireRows(op, rows, input.rank - batch);
  const covered = input.shape.slice(batch, batch + count);
  const rest = input.shape.slice(batch + count);
  const flat = reshape(input, [...shared, sizeOf(covered), ...rest]);
  const places = flatPlaces(op, rows, covered);
  requireElements(op, 'result', [...places.shape, ...rest]);
  const params = { axis: batch, batchDims: batch, negative: 'throw' } as const;
  return apply(gatherOp, [flat, places], params)[0];
}

interface Scatter {
  readonly places: Tensor;
  readonly updates: Tensor;
  readonly length: number;
  readonly rest: Shape;
}

function prepared(op: string, indices: Tensor, updates: Tensor, shape: Shape): Scatter {
  const count = requireRows(op, indices, shape.length);
  const rest = shape.slice(count);
  const wanted = [...indices.shape.slice(0, -1), ...rest];
  if (!sameShape(updates.shape, wanted)) {
    const condition = `have shape ${formatShape(wanted)} for indices ${formatShape(indices.shape)} and ${formatShape(shape)}`;
    throw misuse(ShapeError, op, 'updates', condition, formatShape(updates.shape));
  }
  const covered = shape.slice(0, count);
  const rows = sizeOf(indices.shape.slice(0, -1));
  return {
    places: reshape(flatPlaces(op, indices, covered), [rows]),
    updates: reshape(updates, [rows, ...rest]),
    length: sizeOf(covered),
    rest,
  };
}

function summed({ places, updates, length }: Scatter, shape: Shape): Tensor {
  const params = { axis: 0, batchDims: 0, length };
  return reshape(apply(segmentSumOp, [updates, places], params)[0], shape);
}

/**
 * Zeros with slices of `updates` added at places given row by row.
 *
 * @param indices - int32, shape (..., k): each row names a place along the first k axes; or, as in
 *   TensorFlow.js, a vector of places along the first axis, if `updates` has the rank of the result
 * @param updates - the shape of `indices` without its last axis, then the rest of `shape`
 * @param shape - of the result
 * @throws IndexError when a place is outside its axis
 * @throws ShapeError when the shapes do not fit each other
 * @throws DTypeError when `indices` is a tensor of another dtype than int32
 * @example scatterND([[1], [3], [1]], [1, 2, 4], [4]) // [0, 5, 0, 2]
 */
export function scatterND(indices: TensorLike, updates: TensorLike, shape: Shape): Tensor {
  const op = 'scatterND';
  const places = asIndices(op, 'indices', indices);
  const values = asTensor(updates, 'updates', op);
  const wanted = requireShape(op, 'shape', shape);
  // As many axes of the updates as the result has tell several places from the axes of one.
  const isList = places.rank === 1 && values.rank === wanted.length && places.size > 0;
  const rows = isList ? reshape(places, [places.size, 1]) : places;
  return summed(prepared(op, rows, values, wanted), wanted);
}

function scattered(
  op: string,
  tensor: TensorLike,
  indices: TensorLike,
  updates: TensorLike,
  combine: (x: Tensor, scatter: Scatter) => Tensor,
): Tensor {
  const [a, b] = asOperands([tensor, updates], ['tensor', 'updates'], op);
  const dtype = promoteDTypes(a.dtype, b.dtype);
  const [x, values] = [cast(a, dtype), cast(b, dtype)];
  const rows = asIndices(op, 'indices', indices);
  return combine(x, prepared(op, rows, values, x.shape));
}

/**
 * `tensor` with slices at places given row by row replaced; of several for one place the last counts.
 * Gradients pass to both.
 *
 * @param indices - int32, shape (..., k): each row names a place along the first k axes
 * @param updates - the shape of `indices` without its last axis, then the rest of that of `tensor`
 * @throws IndexError when a place is outside its axis
 * @throws ShapeError when the shapes do not fit each other
 * @throws DTypeError when `indices` is a tensor of another dtype than int32
 * @example tensorScatterUpdate([1, 2, 3], [[0], [2]], [7, 8]) // [7, 2, 8]
 */
export function tensorScatterUpdate(
  tensor: TensorLike,
  indices: TensorLike,
  updates: TensorLike,
): Tensor {
  return scattered('tensorScatterUpdate', tensor, indices, updates, (x, scatter) => {
    const { places, updates: values, length, rest } = scatter;
    // Nothing to put in, but still a function of both.
    if (values.size === 0) return add(x, sum(values));
    const [last] = apply(lastOfSegmentOp, [places], { length });
    const chosen = gather(values, maximum(last, 0));
    const isNew = reshape(greaterEqual(last, 0), [length, ...rest.map(() => 1)]);
    return reshape(where(isNew, chosen, reshape(x, [length, ...rest])), x.shape);
  });
}

/**
 * `tensor` with slices added at places given row by row.
 *
 * @param indices - int32, shape (..., k): each row names a place along the first k axes
 * @param updates - the shape of `indices` without its last axis, then the rest of that of `tensor`
 * @throws IndexError when a place is outside its axis
 * @throws ShapeError when the shapes do not fit each other
 * @throws DTypeError when `indices` is a tensor of another dtype than int32
 * @example tensorScatterAdd([1, 2, 3], [[0], [0]], [7, 8]) // [16, 2, 3]
 */
export function tensorScatterAdd(
  tensor: TensorLike,
  indices: TensorLike,
  updates: TensorLike,
): Tensor {
  return scattered('tensorScatterAdd', tensor, indices, updates, (x, scatter) =>
    add(x, summed(scatter, x.shape)),
  );
}

/**
 * `tensor` with slices subtracted at places given row by row.
 *
 * @param indices - int32, shape (..., k): each row names a place along the first k axes
 * @param updates - the shape of `indices` without its last axis, then the rest of that of `tensor`
 * @throws IndexError when a place is outside its axis
 * @throws ShapeError when the shapes do not fit each other
 * @throws DTypeError when `indices` is a tensor of another dtype than int32
 * @example tensorScatterSub([10, 2, 3], [[0], [0]], [7, 8]) // [-5, 2, 3]
 */
export function tensorScatterSub(
  tensor: TensorLike,
  indices: TensorLike,
  updates: TensorLike,
): Tensor {
  return scattered('tensorScatterSub', tensor, indices, updates, (x, scatter) =>
    add(x, neg(summed(scatter, x.shape))),
  );
}

function extreme(op: Op<SegmentParams>, x: Tensor, { places, updates, length }: Scatter): Tensor {
  return reshape(apply(op, [updates, places], { length })[0], x.shape);
}

/**
 * `tensor`, or slices at places given row by row where those are greater. Equal maxima share the
 * gradient: half to `tensor`, half to all updates together.
 *
 * @param indices - int32, shape (..., k): each row names a place along the first k axes
 * @param updates - the shape of `indices` without its last axis, then the rest of that of `tensor`
 * @throws IndexError when a place is outside its axis
 * @throws ShapeError when the shapes do not fit each other
 * @throws DTypeError when `indices` is a tensor of another dtype than int32
 * @example tensorScatterMax([1, 9, 3], [[0], [1]], [7, 8]) // [7, 9, 3]
 */
export function tensorScatterMax(
  tensor: TensorLike,
  indices: TensorLike,
  updates: TensorLike,
): Tensor {
  return scattered('tensorScatterMax', tensor, indices, updates, (x, scatter) =>
    maximum(x, extreme(segmentMaxOp, x, scatter)),
  );
}

/**
 * `tensor`, or slices at places given row by row where those are less. Equal minima share the
 * gradient: half to `tensor`, half to all updates together.
 *
 * @param indices - int32, shape (..., k): each row names a place along the first k axes
 * @param updates - the shape of `indices` without its last axis, then the rest of that of `tensor`
 * @throws IndexError when a place is outside its axis
 * @throws ShapeError when the shapes do not fit each other
 * @throws DTypeError when `indices` is a tensor of another dtype than int32
 * @example tensorScatterMin([1, 9, 3], [[0], [1]], [7, 8]) // [1, 8, 3]
 */
export function tensorScatterMin(
  tensor: TensorLike,
  indices: TensorLike,
  updates: TensorLike,
): Tensor {
  return scattered('tensorScatterMin', tensor, indices, updates, (x, scatter) =>
    minimum(x, extreme(segmentMinOp, x, scatter)),
  );
}

/**
 * For each index the element of `x` at that place along `axis`: with what `argSort` gives, a sort.
 *
 * @param indices - int32, the shape of `x` but for `axis`
 * @throws AxisError when `axis` is outside the rank
 * @throws IndexError when an index is outside the axis
 * @throws ShapeError when another axis differs
 * @throws DTypeError when `indices` is a tensor of another dtype than int32
 * @example takeAlongAxis([[1, 2], [3, 4]], [[1], [0]], 1) // [[2], [3]]
 */
export function takeAlongAxis(x: TensorLike, indices: TensorLike, axis: number): Tensor {
  const op = 'takeAlongAxis';
  const input = asTensor(x, 'x', op);
  const picks = asIndices(op, 'indices', indices);
  const at = requireAxis(op, axis, input.rank);
  const without = (shape: Shape): Shape => shape.filter((_, i) => i !== at);
  if (picks.rank !== input.rank || !sameShape(without(picks.shape), without(input.shape))) {
    const condition = `have the shape of x ${formatShape(input.shape)} but for axis ${String(at)}`;
    throw misuse(ShapeError, op, 'indices', condition, formatShape(picks.shape));
  }
  const order = [...input.shape.map((_, i) => i).filter((i) => i !== at), at];
  const back = order.map((_, i) => order.indexOf(i));
  const last = input.rank - 1;
  return transpose(gather(transpose(input, order), transpose(picks, order), last, last), back);
}

/**
 * A dense tensor with values at given places, and `defaultValue` elsewhere.
 *
 * @param sparseIndices - int32: one place for a vector, or a row for each value, shape (n, rank)
 * @param sparseValues - one for each place, or a single one for all
 * @param outputShape - of the result
 * @throws IndexError when a place is outside its axis
 * @throws ShapeError when the shapes do not fit each other
 * @throws DTypeError when `sparseIndices` is a tensor of another dtype than int32
 * @example sparseToDense([1, 3], [5, 6], [4], -1) // [-1, 5, -1, 6]
 */
export function sparseToDense(
  sparseIndices: TensorLike,
  sparseValues: TensorLike,
  outputShape: Shape,
  defaultValue: TensorLike = 0,
): Tensor {
  const op = 'sparseToDense';
  const given = asIndices(op, 'sparseIndices', sparseIndices);
  const shape = requireShape(op, 'outputShape', outputShape);
  if (given.rank > 2) {
    throw misuse(ShapeError, op, 'sparseIndices', 'have at most 2 axes', formatShape(given.shape));
  }
  const names = ['sparseValues', 'defaultValue'];
  const [a, b] = asOperands([sparseValues, defaultValue], names, op);
  const dtype = promoteDTypes(a.dtype, b.dtype);
  const rows = given.rank === 2 ? given : reshape(given, [given.size, 1]);
  if (rows.shape[1] !== shape.length) {
    const condition = `have one place for each of the ${String(shape.length)} axes`;
    throw misuse(ShapeError, op, 'sparseIndices', condition, formatShape(given.shape));
  }
  if (a.rank > 1 || (a.rank === 1 && a.size !== rows.shape[0])) {
    const condition = `be one value, or ${String(rows.shape[0])}`;
    throw misuse(ShapeError, op, 'sparseValues', condition, formatShape(a.shape));
  }
  if (b.rank > 0) {
    throw misuse(ShapeError, op, 'defaultValue', 'be a scalar', formatShape(b.shape));
  }
  const values = broadcastTo(cast(a, dtype), [rows.shape[0]]);
  return tensorScatterUpdate(broadcastTo(cast(b, dtype), shape), rows, values);
}
