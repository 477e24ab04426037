import type { DType } from '../base/dtype.ts';
import {
  ArgumentError,
  AxisError,
  DTypeError,
  IndexError,
  misuse,
  ShapeError,
} from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { requireInteger } from '../base/options.ts';
import type { Shape } from '../base/shape.ts';
import { requireAxis, requireElements, sameShape, specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands, asTensor, requireDType, scalarSpecs } from '../core/convert.ts';
import type { BatchRule, Op } from '../core/op.ts';
import { defineOp, zeroGradient, readsNothing } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor, isTensor } from '../core/tensor.ts';
import { isVariable } from '../core/isVariable.ts';
import { gatherKernel, oneHotKernel, segmentSumKernel } from '../kernels/indexing.ts';
import { inEachExample } from './batchRules.ts';
import { requireElement } from './slicing.ts';
import { reshape } from './structural.ts';

const indicesOnly = { inputs: [1], outputs: [] } as const;

/** Indices as an int32 tensor; arrays of integers become one. */
export function asIndices(op: string, argument: string, value: TensorLike): Tensor {
  const int32 = filledTensor(scalarSpecs.int32, 0);
  const indices = asOperands([int32, value], ['', argument], op)[1];
  if (indices.dtype === 'int32') return indices;
  const isTyped = isTensor(value) || isVariable(value) || ArrayBuffer.isView(value);
  if (isTyped || indices.dtype === 'bool') {
    const hint = "convert with cast(x, 'int32')";
    throw misuse(DTypeError, op, argument, 'have dtype int32', indices.dtype, hint);
  }
  throw misuse(ArgumentError, op, argument, 'hold integers', formatValue(value));
}

function requireIndices(op: string, argument: string, indices: Tensor, range: Range): void {
  const { values } = indices;
  for (let i = 0; i < values.length; i++) {
    if (values[i] >= range.end || (values[i] < 0 && !range.allowsNegative)) {
      const low = range.allowsNegative ? 'be below' : 'lie in [0,';
      const condition = `${low} ${String(range.end)}${range.allowsNegative ? '' : ')'}`;
      const where = indices.size === 1 ? '' : ` at position ${String(i)}`;
      const index = String(values[i]);
      const hint = range.allowsNegative ? undefined : outsideHint(index, range.end);
      throw misuse(IndexError, op, argument, condition, `${index}${where}`, hint);
    }
  }
}

function outsideHint(index: string, end: number): string {
  return `GatherV2: the index value ${index} is not in [0, ${String(end - 1)}]`;
}

interface Range {
  readonly end: number;
  readonly allowsNegative: boolean;
}

interface GatherParams {
  readonly axis: number;
  readonly batchDims: number;
  /** What a negative index does: for the adjoint of a sum that drops them, it picks zeros. */
  readonly negative: 'throw' | 'zero';
}

export const gatherOp: Op<GatherParams> = defineOp<GatherParams>({
  name: 'gather',
  infer: ([x, indices], { axis, batchDims }) => [
    specOf(gatheredShape(x.shape, indices.shape, axis, batchDims), x.dtype),
  ],
  check: ([x, indices], { axis, negative }) => {
    const range = { end: x.shape[axis], allowsNegative: negative === 'zero' };
    requireIndices('gather', 'indices', indices, range);
  },
  kernel: gatherKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ inputs: [, indices], params }, [t]) =>
      t === null ? [null] : apply(gatherOp, [t, indices], params),
    vjp: ({ inputs: [x, indices], params: { axis, batchDims } }, [g]) => {
      if (g === null) return [null, null];
      const params = { axis, batchDims, length: x.shape[axis] };
      return [apply(segmentSumOp, [g, indices], params)[0], null];
    },
    rows: ({ inputs: [x, indices], params: { axis, batchDims, negative } }, [g]) => {
      if (g === null || axis !== 0 || batchDims !== 0 || negative === 'zero') return [null, null];
      const { size } = indices;
      return [
        { values: reshape(g, [size, ...x.shape.slice(1)]), indices: reshape(indices, [size]) },
        null,
      ];
    },
  },
  batch: batchIndexed((inputs, params) => apply(gatherOp, inputs, params)),
  traits: { complex: true },
  reads: indicesOnly,
});

function gatheredShape(shape: Shape, indices: Shape, axis: number, batchDims: number): Shape {
  return [...shape.slice(0, axis), ...indices.slice(batchDims), ...shape.slice(axis + 1)];
}

// Indices that are the same for all examples need no batch axis, unless they have one already.
function batchIndexed<Params extends { readonly axis: number; readonly batchDims: number }>(
  run: (inputs: readonly Tensor[], params: Params) => readonly Tensor[],
): BatchRule<Params> {
  return ([x, indices], batched, params, size) => {
    const axis = params.axis + 1;
    if (!batched[1] && params.batchDims === 0) return run([x, indices], { ...params, axis });
    const whole = inEachExample([x, indices], batched, size);
    return run(whole, { ...params, axis, batchDims: params.batchDims + 1 });
  };
}

/**
 * Slices of `x` at `indices` along an axis.
 *
 * @param x - shape (..., n, ...) with n at `axis`
 * @param indices - int32 or an array of integers, in [0, n)
 * @param batchDims - how many leading axes `x` and `indices` have in common; negative: counted from
 *   the rank of `indices`
 * @returns the shape of `x` with that of `indices`, less `batchDims` axes, in place of n
 * @throws IndexError when an index is outside the axis
 * @throws DTypeError when `indices` is a tensor of another dtype than int32
 * @throws ShapeError when the leading axes in common differ
 * @example gather([10, 20, 30], [2, 0, 0]) // [30, 10, 10]
 * @example gather([[1, 2], [3, 4]], [1, 0], 1, 1) // [2, 3]
 */
export function gather(x: TensorLike, indices: TensorLike, axis = 0, batchDims = 0): Tensor {
  const input = asTensor(x, 'x', 'gather');
  const picks = asIndices('gather', 'indices', indices);
  const at = requireAxis('gather', axis, input.rank);
  const common = requireBatchDims(input.shape, picks.shape, at, batchDims);
  requireElements('gather', 'result', gatheredShape(input.shape, picks.shape, at, common));
  return apply(gatherOp, [input, picks], { axis: at, batchDims: common, negative: 'throw' })[0];
}

function requireBatchDims(shape: Shape, indices: Shape, axis: number, batchDims: number): number {
  const rank = indices.length;
  if (!Number.isInteger(batchDims) || batchDims < -rank || batchDims > rank) {
    const condition = `be an integer from ${String(-rank)} to ${String(rank)}, the rank of indices`;
    const got = formatValue(batchDims);
    const hint = `Expect batchDims in the range of [${String(-rank)}, ${String(rank)}]`;
    throw misuse(AxisError, 'gather', 'batchDims', condition, got, hint);
  }
  const common = batchDims < 0 ? batchDims + rank : batchDims;
  if (common > axis) {
    const condition = `be less than or equal to axis, ${String(axis)}`;
    throw misuse(AxisError, 'gather', 'batchDims', condition, formatValue(batchDims));
  }
  if (!sameShape(shape.slice(0, common), indices.slice(0, common))) {
    const condition = `agree in their first ${String(common)} axes`;
    const got = `${formatShape(shape)} and ${formatShape(indices)}`;
    const hint = 'there x.shape should be equal to indices.shape';
    throw misuse(ShapeError, 'gather', 'x and indices', condition, got, hint);
  }
  return common;
}

interface SegmentSumParams {
  readonly axis: number;
  readonly batchDims: number;
  /** Size of the result along the axis. */
  readonly length: number;
}

/** The adjoint of gather: adds slice `i` of its input to slice `indices[i]` of the result. */
export const segmentSumOp: Op<SegmentSumParams> = defineOp<SegmentSumParams>({
  name: 'unsortedSegmentSum',
  infer: ([x, ids], params) => [specOf(summedShape(x.shape, ids.shape, params), x.dtype)],
  check: ([, ids], { length }) => {
    requireIndices('unsortedSegmentSum', 'segmentIds', ids, { end: length, allowsNegative: true });
  },
  kernel: segmentSumKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ inputs: [, ids], params }, [t]) =>
      t === null ? [null] : apply(segmentSumOp, [t, ids], params),
    vjp: ({ inputs: [, ids], params: { axis, batchDims } }, [g]) => {
      if (g === null) return [null, null];
      return [apply(gatherOp, [g, ids], { axis, batchDims, negative: 'zero' })[0], null];
    },
  },
  batch: batchIndexed((inputs, params) => apply(segmentSumOp, inputs, params)),
  traits: { complex: true },
  reads: indicesOnly,
});

function summedShape(
  shape: Shape,
  ids: Shape,
  { axis, batchDims, length }: SegmentSumParams,
): Shape {
  return [...shape.slice(0, axis), length, ...shape.slice(axis + ids.length - batchDims)];
}

/**
 * Sums of the slices of `x` that have the same segment id; a segment without slices is zeros.
 *
 * @param segmentIds - int32, one id for each slice: a shape that `x` begins with; slices with a
 *   negative id are left out
 * @param numSegments - size of the first axis of the result
 * @throws IndexError when an id is `numSegments` or more
 * @throws ShapeError when the shape of `x` does not begin with that of `segmentIds`
 * @example unsortedSegmentSum([1, 2, 3], [0, 2, 0], 3) // [4, 0, 2]
 */
export function unsortedSegmentSum(
  x: TensorLike,
  segmentIds: TensorLike,
  numSegments: number,
): Tensor {
  const op = 'unsortedSegmentSum';
  const input = asTensor(x, 'x', op);
  const ids = asIndices(op, 'segmentIds', segmentIds);
  if (ids.rank === 0 || !sameShape(ids.shape, input.shape.slice(0, ids.rank))) {
    const condition = `have a shape that x ${formatShape(input.shape)} begins with`;
    throw misuse(ShapeError, op, 'segmentIds', condition, formatShape(ids.shape));
  }
  const length = requireInteger(op, 'numSegments', numSegments, { min: 0 });
  const params = { axis: 0, batchDims: 0, length };
  requireElements(op, 'result', summedShape(input.shape, ids.shape, params));
  return apply(segmentSumOp, [input, ids], params)[0];
}

interface OneHotParams {
  readonly depth: number;
  readonly onValue: number;
  readonly offValue: number;
  readonly dtype: DType;
}

export const oneHotOp: Op<OneHotParams> = defineOp<OneHotParams>({
  name: 'oneHot',
  infer: ([indices], { depth, dtype }) => [specOf([...indices.shape, depth], dtype)],
  kernel: oneHotKernel,
  derivative: zeroGradient,
  batch: ([indices], _, params) => apply(oneHotOp, [indices], params),
  reads: readsNothing,
});

/**
 * For each index a row with `onValue` at that place and `offValue` elsewhere, also everywhere if the
 * index is outside the row.
 *
 * @param depth - length of the rows, which form a new last axis
 * @param dtype - int32 if absent, as in TensorFlow.js
 * @throws DTypeError when `indices` is a tensor of another dtype than int32
 * @throws ArgumentError when `onValue` or `offValue` is no number of the dtype
 * @example oneHot([1, 0], 3) // [[0, 1, 0], [1, 0, 0]]
 */
export function oneHot(
  indices: TensorLike,
  depth: number,
  onValue = 1,
  offValue = 0,
  dtype: DType = 'int32',
): Tensor {
  const places = asIndices('oneHot', 'indices', indices);
  const length = requireInteger('oneHot', 'depth', depth, { min: 0 });
  requireElements('oneHot', 'result', [...places.shape, length]);
  const wanted = requireDType('oneHot', dtype);
  requireElement('oneHot', 'onValue', onValue, wanted);
  requireElement('oneHot', 'offValue', offValue, wanted);
  return apply(oneHotOp, [places], { depth: length, onValue, offValue, dtype: wanted })[0];
}
