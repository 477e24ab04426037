import { requireBoolean, requireOneOf } from '../base/options.ts';
import type { Spec } from '../base/shape.ts';
import { requireElements, sizeOf, specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { BatchRule, Op } from '../core/op.ts';
import { defineOp, readsNothing } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { ownedTensor } from '../core/tensor.ts';
import * as kernels from '../kernels/pooling.ts';
import type { WindowParams } from '../kernels/windows.ts';
import { add, toFloat } from './elementwise.ts';
import { gatherOp, segmentSumOp } from './indexing.ts';
import { cast, linearMap, reshape } from './structural.ts';
import type { Layout, Padding, PerAxis, RoundingMode } from './windows.ts';
import { channelsLast, isChannelsFirst, perAxis, spatialOf, windowOver } from './windows.ts';

function pooledSpec({ shape, dtype }: Spec, { output }: WindowParams): Spec {
  return specOf([shape[0], ...output, shape[shape.length - 1]], dtype);
}

// The examples of a batch are more images of one.
function foldingBatch(op: () => Op<WindowParams>): BatchRule<WindowParams> {
  return ([x], _, params) => {
    const [size, images, ...rest] = x.shape;
    const results = apply(op(), [reshape(x, [size * images, ...rest])], params);
    return results.map((y) => reshape(y, [size, images, ...y.shape.slice(1)]));
  };
}

export const averagePoolOp: Op<WindowParams> = defineOp<WindowParams>({
  name: 'averagePool',
  flops: (_, [y], { window }) => y.size * sizeOf(window),
  infer: ([x], params) => [pooledSpec(x, params)],
  kernel: kernels.averagePoolKernel,
  derivative: linearMap(
    (t, _, params) => apply(averagePoolOp, [t], params)[0],
    (g, _, params) => apply(averagePoolGradOp, [g], params)[0],
  ),
  batch: foldingBatch(() => averagePoolOp),
  traits: { linear: true },
  reads: readsNothing,
});

/** The adjoint of averagePool. */
export const averagePoolGradOp: Op<WindowParams> = defineOp<WindowParams>({
  name: 'averagePoolGrad',
  flops: ([g], _, { window }) => g.size * sizeOf(window),
  infer: ([{ shape, dtype }], { input }) => [
    specOf([shape[0], ...input, shape[shape.length - 1]], dtype),
  ],
  kernel: kernels.averagePoolGradKernel,
  derivative: linearMap(
    (t, _, params) => apply(averagePoolGradOp, [t], params)[0],
    (g, _, params) => apply(averagePoolOp, [g], params)[0],
  ),
  batch: foldingBatch(() => averagePoolGradOp),
  traits: { linear: true },
  reads: readsNothing,
});

/** The elements of each image that `positions` name. */
export function picked(t: Tensor, positions: Tensor): Tensor {
  const images = positions.shape[0];
  const flat = reshape(t, [images, sizeOf(t.shape.slice(1))]);
  const places = reshape(positions, [images, sizeOf(positions.shape.slice(1))]);
  const params = { axis: 1, batchDims: 1, negative: 'zero' } as const;
  return reshape(apply(gatherOp, [flat, places], params)[0], positions.shape);
}

/** The adjoint of `picked`. */
export function putBack(g: Tensor, positions: Tensor, shape: readonly number[]): Tensor {
  const images = positions.shape[0];
  const count = sizeOf(positions.shape.slice(1));
  const params = { axis: 1, batchDims: 1, length: sizeOf(shape.slice(1)) };
  const operands = [reshape(g, [images, count]), reshape(positions, [images, count])];
  return reshape(apply(segmentSumOp, operands, params)[0], shape);
}

/** Maxima, and where they stand; the first of equals has the whole slope. */
export const maxPoolOp: Op<WindowParams> = defineOp<WindowParams>({
  name: 'maxPool',
  flops: (_, [y], { window }) => y.size * sizeOf(window),
  infer: ([x], params) => {
    const pooled = pooledSpec(x, params);
    return [pooled, specOf(pooled.shape, 'int32')];
  },
  kernel: kernels.maxPoolKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ outputs: [, positions] }, [t]) => [t && picked(t, positions), null],
    vjp: ({ inputs: [x], outputs: [, positions] }, [g]) => [g && putBack(g, positions, x.shape)],
  },
  batch: foldingBatch(() => maxPoolOp),
  reads: { inputs: [], outputs: [1] },
  kinks: 'all to the first of equals',
});

interface Pooling {
  readonly op: string;
  readonly spatial: number;
  readonly filterSize: PerAxis;
  readonly strides: PerAxis;
  readonly pad: Padding;
  readonly dilations?: PerAxis | undefined;
  readonly roundingMode?: RoundingMode | undefined;
  readonly channelsFirst?: boolean;
}

type Kind = 'avg' | 'max';

interface Prepared {
  readonly layout: Layout;
  readonly params: WindowParams;
}

function prepared(x: TensorLike, kind: Kind, pooling: Pooling): Prepared {
  const { op, spatial, pad, roundingMode, channelsFirst = false } = pooling;
  const given = asTensor(x, 'x', op);
  const input = kind === 'avg' ? cast(given, toFloat(given.dtype)) : given;
  const layout = channelsLast(op, input, spatial, channelsFirst);
  const params = windowOver(op, spatialOf(layout.x.shape), {
    window: perAxis(op, 'filterSize', pooling.filterSize, spatial),
    strides: perAxis(op, 'strides', pooling.strides, spatial),
    dilations: perAxis(op, 'dilations', pooling.dilations ?? 1, spatial),
    pad,
    roundingMode,
    channelsFirst,
  });
  requireElements(op, 'result', pooledSpec(layout.x.spec, params).shape);
  return { layout, params };
}

function pooled(x: TensorLike, kind: Kind, pooling: Pooling): Tensor {
  const { layout, params } = prepared(x, kind, pooling);
  const [y] = apply(kind === 'avg' ? averagePoolOp : maxPoolOp, [layout.x], params);
  return layout.restore(y);
}

/**
 * Means over windows of two axes; padding does not count.
 *
 * @param x - shape (b, h, w, c) or (h, w, c)
 * @param filterSize - size of the window: one number, or one for each axis
 * @param strides - steps of the window
 * @param pad - `valid`, `same`, cells on each side, or pairs for every axis
 * @param dimRoundingMode - for a numeric pad: how a size that is no integer is rounded
 * @returns shape (b, h', w', c); integers give the default float
 * @throws ShapeError when `x` has another rank, or the window does not fit
 * @throws ArgumentError when an option is none
 * @example avgPool([[[1], [3]], [[5], [7]]], 2, 1, 'valid') // [[[4]]]
 */
export function avgPool(
  x: TensorLike,
  filterSize: PerAxis,
  strides: PerAxis,
  pad: Padding,
  dimRoundingMode?: RoundingMode,
): Tensor {
  const call = { op: 'avgPool', spatial: 2, filterSize, strides, pad };
  return pooled(x, 'avg', { ...call, roundingMode: dimRoundingMode });
}

/**
 * Maxima over windows of two axes; the first of equals has the whole gradient.
 *
 * @param x - shape (b, h, w, c) or (h, w, c)
 * @param filterSize - size of the window: one number, or one for each axis
 * @param strides - steps of the window
 * @param pad - `valid`, `same`, cells on each side, or pairs for every axis
 * @param dimRoundingMode - for a numeric pad: how a size that is no integer is rounded
 * @returns shape (b, h', w', c)
 * @throws ShapeError when `x` has another rank, or the window does not fit
 * @throws ArgumentError when an option is none
 * @example maxPool([[[1], [3]], [[5], [7]]], 2, 1, 'valid') // [[[7]]]
 */
export function maxPool(
  x: TensorLike,
  filterSize: PerAxis,
  strides: PerAxis,
  pad: Padding,
  dimRoundingMode?: RoundingMode,
): Tensor {
  const call = { op: 'maxPool', spatial: 2, filterSize, strides, pad };
  return pooled(x, 'max', { ...call, roundingMode: dimRoundingMode });
}

const formats3d = ['NDHWC', 'NCDHW'] as const;

/**
 * Means over windows of three axes; padding does not count.
 *
 * @param x - shape (b, d, h, w, c) or (d, h, w, c)
 * @param filterSize - size of the window: one number, or one for each axis
 * @param strides - steps of the window
 * @param pad - `valid`, `same`, or cells on each side
 * @param dimRoundingMode - for a numeric pad: how a size that is no integer is rounded
 * @param dataFormat - `NDHWC`, or `NCDHW` for channels before the spatial axes
 * @throws ShapeError when `x` has another rank, or the window does not fit
 * @throws ArgumentError when an option is none
 * @example avgPool3d([[[[1], [3]]]], [1, 1, 2], 1, 'valid') // [[[[2]]]]
 */
export function avgPool3d(
  x: TensorLike,
  filterSize: PerAxis,
  strides: PerAxis,
  pad: Padding,
  dimRoundingMode?: RoundingMode,
  dataFormat: 'NDHWC' | 'NCDHW' = 'NDHWC',
): Tensor {
  const op = 'avgPool3d';
  const channelsFirst = isChannelsFirst(op, dataFormat, formats3d);
  const call = { op, spatial: 3, filterSize, strides, pad, channelsFirst };
  return pooled(x, 'avg', { ...call, roundingMode: dimRoundingMode });
}

/**
 * Maxima over windows of three axes; the first of equals has the whole gradient.
 *
 * @param x - shape (b, d, h, w, c) or (d, h, w, c)
 * @param filterSize - size of the window: one number, or one for each axis
 * @param strides - steps of the window
 * @param pad - `valid`, `same`, or cells on each side
 * @param dimRoundingMode - for a numeric pad: how a size that is no integer is rounded
 * @param dataFormat - `NDHWC`, or `NCDHW` for channels before the spatial axes
 * @throws ShapeError when `x` has another rank, or the window does not fit
 * @throws ArgumentError when an option is none
 * @example maxPool3d([[[[1], [3]]]], [1, 1, 2], 1, 'valid') // [[[[3]]]]
 */
export function maxPool3d(
  x: TensorLike,
  filterSize: PerAxis,
  strides: PerAxis,
  pad: Padding,
  dimRoundingMode?: RoundingMode,
  dataFormat: 'NDHWC' | 'NCDHW' = 'NDHWC',
): Tensor {
  const op = 'maxPool3d';
  const channelsFirst = isChannelsFirst(op, dataFormat, formats3d);
  const call = { op, spatial: 3, filterSize, strides, pad, channelsFirst };
  return pooled(x, 'max', { ...call, roundingMode: dimRoundingMode });
}

/**
 * As `maxPool`, with the places of the maxima: `(y * width + x) * channels + c` in their image.
 *
 * @param includeBatchInIndex - whether places count on from image to image
 * @returns `result`, through which gradients pass, and `indexes` (int32)
 * @throws ShapeError when `x` has another rank, or the window does not fit
 * @throws ArgumentError when an option is none
 * @example maxPoolWithArgmax([[[[1], [3]], [[5], [7]]]], 2, 1, 'valid').indexes // [[[[3]]]]
 */
export function maxPoolWithArgmax(
  x: TensorLike,
  filterSize: PerAxis,
  strides: PerAxis,
  pad: Padding,
  includeBatchInIndex = false,
): { result: Tensor; indexes: Tensor } {
  const op = 'maxPoolWithArgmax';
  requireBoolean(op, 'includeBatchInIndex', includeBatchInIndex);
  const { layout, params } = prepared(x, 'max', { op, spatial: 2, filterSize, strides, pad });
  const [y, positions] = apply(maxPoolOp, [layout.x], params);
  const [images, ...rest] = layout.x.shape;
  const firsts = Int32Array.from({ length: images }, (_, i) => i * sizeOf(rest));
  const starts = ownedTensor(specOf([images, 1, 1, 1], 'int32'), firsts);
  const indexes = includeBatchInIndex ? add(positions, starts) : positions;
  return { result: layout.restore(y), indexes: layout.restore(indexes) };
}

/**
 * Means or maxima over windows whose cells may lie apart.
 *
 * @param input - shape (b, h, w, c) or (h, w, c)
 * @param windowShape - size of the window: one number, or one for each axis
 * @param poolingType - `avg` or `max`
 * @param pad - `valid`, `same`, cells on each side, or pairs for every axis
 * @param dilations - distances of the cells under the window
 * @param strides - steps of the window
 * @param dimRoundingMode - for a numeric pad: how a size that is no integer is rounded
 * @throws ShapeError when `input` has another rank, or the window does not fit
 * @throws ArgumentError when an option is none
 * @example pool([[[1], [3], [8]]], [1, 2], 'max', 'valid', 2) // [[[8]]]
 */
// eslint-disable-next-line max-params -- TensorFlow.js's arguments
export function pool(
  input: TensorLike,
  windowShape: PerAxis,
  poolingType: Kind,
  pad: Padding,
  dilations: PerAxis = 1,
  strides: PerAxis = 1,
  dimRoundingMode?: RoundingMode,
): Tensor {
  const op = 'pool';
  requireOneOf(op, 'poolingType', poolingType, ['avg', 'max']);
  const call = { op, spatial: 2, filterSize: windowShape, strides, pad, dilations };
  return pooled(asTensor(input, 'input', op), poolingType, {
    ...call,
    roundingMode: dimRoundingMode,
  });
}
