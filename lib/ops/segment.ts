import { perInput } from '../base/flops.ts';
import { ArgumentError, IndexError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { requireInteger } from '../base/options.ts';
import { requireElements, specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Differentiability, Op, Reads } from '../core/op.ts';
import { defineOp, readsNothing, zeroGradient } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Kernel } from '../kernels/kernel.ts';
import type { SegmentParams } from '../kernels/segment.ts';
import * as kernels from '../kernels/segment.ts';
import { div, sqrt } from './arithmetic.ts';
import { inEachExample } from './batchRules.ts';
import { equal } from './compare.ts';
import { scale, toFloat, toNumber } from './elementwise.ts';
import { asIndices, gatherOp, segmentSumOp } from './indexing.ts';
import { stack, unstack } from './joining.ts';
import { prod } from './reduce.ts';
import { maximum, where } from './select.ts';
import { cast, onesLike, reshape, zerosLike } from './structural.ts';

function sums(x: Tensor, ids: Tensor, length: number): Tensor {
  return apply(segmentSumOp, [x, ids], { axis: 0, batchDims: 0, length })[0];
}

/** To each slice what its segment has; zeros where it has none. */
function spreadOut(y: Tensor, ids: Tensor): Tensor {
  return apply(gatherOp, [y, ids], { axis: 0, batchDims: 0, negative: 'zero' })[0];
}

function defineSegment(
  name: string,
  kernel: Kernel<SegmentParams>,
  derivative: Differentiability<SegmentParams>,
  options: { readonly reads: Reads; readonly kinks?: string },
): Op<SegmentParams> {
  const op: Op<SegmentParams> = defineOp<SegmentParams>({
    name,
    flops: perInput,
    infer: ([x, ids], { length }) => [
      specOf([length, ...x.shape.slice(ids.shape.length)], x.dtype),
    ],
    check: ([, ids], { length }) => {
      requireBelow(name, ids, length);
    },
    kernel,
    derivative,
    batch: (inputs, batched, params, size) => {
      const [x, ids] = inEachExample(inputs, batched, size);
      if (size === 0) return [reshape(x, [0, params.length, ...x.shape.slice(ids.rank)])];
      const ownIds = unstack(ids, 0);
      return [stack(unstack(x, 0).map((one, i) => apply(op, [one, ownIds[i]], params)[0]))];
    },
    reads: options.reads,
    ...(options.kinks !== undefined && { kinks: options.kinks }),
  });
  return op;
}

function requireBelow(op: string, ids: Tensor, length: number): void {
  const at = ids.values.findIndex((id) => id >= length);
  if (at < 0) return;
  const got = `${String(ids.values[at])} at position ${String(at)}`;
  throw misuse(IndexError, op, 'segmentIds', `be below ${String(length)}`, got);
}

// Like max: slices that share the extreme of their segment share its gradient.
const extremeRules: Differentiability<SegmentParams> = {
  kind: 'rules',
  jvp: ({ inputs: [x, ids], outputs: [y], params: { length } }, [t]) => [
    t && sums(scale(t, tieShares(x, ids, y)), ids, length),
  ],
  vjp: ({ inputs: [x, ids], outputs: [y] }, [g]) => [
    g && scale(spreadOut(g, ids), tieShares(x, ids, y)),
    null,
  ],
};

function tieShares(x: Tensor, ids: Tensor, y: Tensor): Tensor {
  const isExtreme = where(equal(x, spreadOut(y, ids)), onesLike(x), zerosLike(x));
  const counts = spreadOut(sums(isExtreme, ids, y.shape[0]), ids);
  return div(isExtreme, maximum(counts, 1));
}

const readsBoth = { inputs: [0, 1], outputs: [0] } as const;
const ties = { reads: readsBoth, kinks: 'shared evenly at a tie' } as const;

export const segmentMaxOp = defineSegment(
  'unsortedSegmentMax',
  kernels.segmentMaxKernel,
  extremeRules,
  ties,
);
export const segmentMinOp = defineSegment(
  'unsortedSegmentMin',
  kernels.segmentMinKernel,
  extremeRules,
  ties,
);

// Each segment as a row that is 1 where others stand: larger than need be, but right where elements
// are 0, at every order.
export const segmentProdOp = defineSegment(
  'unsortedSegmentProd',
  kernels.segmentProdKernel,
  {
    kind: 'expansion',
    expand: ([x, ids], { length }) => {
      const count = ids.size;
      const rest = x.shape.slice(ids.rank);
      const slices = reshape(x, [1, count, ...rest]);
      const own = Array.from({ length }, (_, i) => equal(ids, cast(i, 'int32')));
      const mask = length === 0 ? null : reshape(stack(own), [length, count, ...rest.map(() => 1)]);
      if (mask === null) return [reshape(slices, [0, ...rest])];
      return [prod(where(mask, slices, onesLike(slices)), 1)];
    },
  },
  { reads: { inputs: [0, 1], outputs: [] } },
);

/** For scatters in which the last one of several counts. */
export const lastOfSegmentOp: Op<SegmentParams> = defineOp<SegmentParams>({
  name: 'lastOfSegment',
  infer: (_, { length }) => [specOf([length], 'int32')],
  check: ([ids], { length }) => {
    requireBelow('lastOfSegment', ids, length);
  },
  kernel: kernels.lastOfSegmentKernel,
  derivative: zeroGradient,
  batch: ([ids], _, params, size) => {
    if (size === 0) return [reshape(ids, [0, params.length])];
    return [stack(unstack(ids, 0).map((one) => apply(lastOfSegmentOp, [one], params)[0]))];
  },
  reads: readsNothing,
});

interface Segments {
  readonly x: Tensor;
  readonly ids: Tensor;
  readonly length: number;
}

function prepare(
  op: string,
  x: TensorLike,
  segmentIds: TensorLike,
  numSegments: number,
  isFloat: boolean,
): Segments {
  const given = asTensor(x, 'x', op);
  const input = cast(given, (isFloat ? toFloat : toNumber)(given.dtype));
  const ids = asIndices(op, 'segmentIds', segmentIds);
  const leading = input.shape.slice(0, ids.rank);
  if (ids.rank === 0 || leading.join() !== ids.shape.join()) {
    const condition = `have a shape that x ${formatShape(input.shape)} begins with`;
    throw misuse(ShapeError, op, 'segmentIds', condition, formatShape(ids.shape));
  }
  const length = requireInteger(op, 'numSegments', numSegments, { min: 0 });
  const rest = input.shape.slice(ids.rank);
  requireElements(op, 'result', [length, ...rest]);
  return { x: reshape(input, [ids.size, ...rest]), ids: reshape(ids, [ids.size]), length };
}

function applied(op: Op<SegmentParams>, { x, ids, length }: Segments): Tensor {
  return apply(op, [x, ids], { length })[0];
}

/**
 * Maxima of the slices of `x` that have the same segment id; the lowest number for a segment without
 * any. Equal maxima share the gradient evenly.
 *
 * @param segmentIds - int32, one id for each slice; slices with a negative id are left out
 * @param numSegments - size of the first axis of the result
 * @throws IndexError when an id is `numSegments` or more
 * @throws ShapeError when the shape of `x` does not begin with that of `segmentIds`
 * @example unsortedSegmentMax([1, 5, 3], [0, 0, 1], 2) // [5, 3]
 */
export function unsortedSegmentMax(
  x: TensorLike,
  segmentIds: TensorLike,
  numSegments: number,
): Tensor {
  return applied(segmentMaxOp, prepare('unsortedSegmentMax', x, segmentIds, numSegments, false));
}

/**
 * Minima of the slices of `x` that have the same segment id; the highest number for a segment without
 * any. Equal minima share the gradient evenly.
 *
 * @param segmentIds - int32, one id for each slice; slices with a negative id are left out
 * @param numSegments - size of the first axis of the result
 * @throws IndexError when an id is `numSegments` or more
 * @throws ShapeError when the shape of `x` does not begin with that of `segmentIds`
 * @example unsortedSegmentMin([1, 5, 3], [0, 0, 1], 2) // [1, 3]
 */
export function unsortedSegmentMin(
  x: TensorLike,
  segmentIds: TensorLike,
  numSegments: number,
): Tensor {
  return applied(segmentMinOp, prepare('unsortedSegmentMin', x, segmentIds, numSegments, false));
}

/**
 * Products of the slices of `x` that have the same segment id; ones for a segment without any.
 *
 * @param segmentIds - int32, one id for each slice; slices with a negative id are left out
 * @param numSegments - size of the first axis of the result
 * @throws IndexError when an id is `numSegments` or more
 * @throws ShapeError when the shape of `x` does not begin with that of `segmentIds`
 * @example unsortedSegmentProd([2, 5, 3], [0, 0, 1], 2) // [10, 3]
 */
export function unsortedSegmentProd(
  x: TensorLike,
  segmentIds: TensorLike,
  numSegments: number,
): Tensor {
  return applied(segmentProdOp, prepare('unsortedSegmentProd', x, segmentIds, numSegments, false));
}

/** Sums, and how many slices each has, in a shape that broadcasts with them. */
function sumsAndCounts({ x, ids, length }: Segments): readonly [Tensor, Tensor] {
  const counts = sums(onesLike(cast(ids, x.dtype)), ids, length);
  const total = sums(x, ids, length);
  return [total, reshape(maximum(counts, 1), [length, ...total.shape.slice(1).map(() => 1)])];
}

/**
 * Means of the slices of `x` that have the same segment id; zeros for a segment without any.
 *
 * @param segmentIds - int32, one id for each slice; slices with a negative id are left out
 * @param numSegments - size of the first axis of the result
 * @throws IndexError when an id is `numSegments` or more
 * @throws ShapeError when the shape of `x` does not begin with that of `segmentIds`
 * @example unsortedSegmentMean([1, 5, 3], [0, 0, 1], 2) // [3, 3]
 */
export function unsortedSegmentMean(
  x: TensorLike,
  segmentIds: TensorLike,
  numSegments: number,
): Tensor {
  const segments = prepare('unsortedSegmentMean', x, segmentIds, numSegments, true);
  const [total, counts] = sumsAndCounts(segments);
  return div(total, counts);
}

/**
 * Sums of the slices of `x` that have the same segment id over the root of their number; zeros for a
 * segment without any.
 *
 * @param segmentIds - int32, one id for each slice; slices with a negative id are left out
 * @param numSegments - size of the first axis of the result
 * @throws IndexError when an id is `numSegments` or more
 * @throws ShapeError when the shape of `x` does not begin with that of `segmentIds`
 * @example unsortedSegmentSqrtN([1, 5, 3, 3], [0, 1, 1, 1], 2).mul(Math.sqrt(3)).round() // [2, 11]
 */
export function unsortedSegmentSqrtN(
  x: TensorLike,
  segmentIds: TensorLike,
  numSegments: number,
): Tensor {
  const segments = prepare('unsortedSegmentSqrtN', x, segmentIds, numSegments, true);
  const [total, counts] = sumsAndCounts(segments);
  return div(total, sqrt(counts));
}

// Sorted ids say by their last one how many segments there are.
function countOf(op: string, segmentIds: TensorLike): number {
  const ids = asIndices(op, 'segmentIds', segmentIds);
  if (ids.rank !== 1) {
    throw misuse(ShapeError, op, 'segmentIds', 'have one axis', formatShape(ids.shape));
  }
  const list = ids.dataSync();
  for (let i = 0; i < list.length; i++) {
    if (list[i] >= (i === 0 ? 0 : list[i - 1])) continue;
    const got = `${String(list[i])} at position ${String(i)}`;
    const hint = 'unsorted ids have functions of their own';
    throw misuse(ArgumentError, op, 'segmentIds', 'be sorted and not negative', got, hint);
  }
  return list.length === 0 ? 0 : list[list.length - 1] + 1;
}

function sorted(
  op: Op<SegmentParams> | 'sum' | 'mean',
  name: string,
  x: TensorLike,
  segmentIds: TensorLike,
): Tensor {
  const input = asTensor(x, 'x', name);
  const segments = prepare(name, input, segmentIds, countOf(name, segmentIds), op === 'mean');
  if (op === 'sum') return sums(segments.x, segments.ids, segments.length);
  if (op !== 'mean') return applied(op, segments);
  const [total, counts] = sumsAndCounts(segments);
  return div(total, counts);
}

/**
 * Sums of the slices of `x` that have the same segment id, for sorted ids.
 *
 * @param segmentIds - int32, one id for each slice, sorted
 * @throws ArgumentError when the ids are not sorted or negative
 * @throws ShapeError when there is not one for each slice
 * @example segmentSum([1, 5, 3], [0, 0, 1]) // [6, 3]
 */
export function segmentSum(x: TensorLike, segmentIds: TensorLike): Tensor {
  return sorted('sum', 'segmentSum', x, segmentIds);
}

/**
 * Means of the slices of `x` that have the same segment id, for sorted ids.
 *
 * @param segmentIds - int32, one id for each slice, sorted
 * @throws ArgumentError when the ids are not sorted or negative
 * @throws ShapeError when there is not one for each slice
 * @example segmentMean([1, 5, 3], [0, 0, 1]) // [3, 3]
 */
export function segmentMean(x: TensorLike, segmentIds: TensorLike): Tensor {
  return sorted('mean', 'segmentMean', x, segmentIds);
}

/**
 * Maxima of the slices of `x` that have the same segment id, for sorted ids.
 *
 * @param segmentIds - int32, one id for each slice, sorted
 * @throws ArgumentError when the ids are not sorted or negative
 * @throws ShapeError when there is not one for each slice
 * @example segmentMax([1, 5, 3], [0, 0, 1]) // [5, 3]
 */
export function segmentMax(x: TensorLike, segmentIds: TensorLike): Tensor {
  return sorted(segmentMaxOp, 'segmentMax', x, segmentIds);
}

/**
 * Minima of the slices of `x` that have the same segment id, for sorted ids.
 *
 * @param segmentIds - int32, one id for each slice, sorted
 * @throws ArgumentError when the ids are not sorted or negative
 * @throws ShapeError when there is not one for each slice
 * @example segmentMin([1, 5, 3], [0, 0, 1]) // [1, 3]
 */
export function segmentMin(x: TensorLike, segmentIds: TensorLike): Tensor {
  return sorted(segmentMinOp, 'segmentMin', x, segmentIds);
}

/**
 * Products of the slices of `x` that have the same segment id, for sorted ids.
 *
 * @param segmentIds - int32, one id for each slice, sorted
 * @throws ArgumentError when the ids are not sorted or negative
 * @throws ShapeError when there is not one for each slice
 * @example segmentProd([2, 5, 3], [0, 0, 1]) // [10, 3]
 */
export function segmentProd(x: TensorLike, segmentIds: TensorLike): Tensor {
  return sorted(segmentProdOp, 'segmentProd', x, segmentIds);
}
