import { misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import type { Shape, Spec } from '../base/shape.ts';
import { requireElements, specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands } from '../core/convert.ts';
import { promoteDTypes } from '../base/dtype.ts';
import type { BatchRule, Derivative, Op } from '../core/op.ts';
import { defineOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import * as kernels from '../kernels/convolution.ts';
import type { Kernel } from '../kernels/kernel.ts';
import type { WindowParams } from '../kernels/windows.ts';
import { add, toFloat } from './elementwise.ts';
import { inEachExample } from './batchRules.ts';
import { stack, unstack } from './joining.ts';
import { cast, reshape } from './structural.ts';
import type { Padding, PerAxis, RoundingMode } from './windows.ts';
import { channelsLast, isChannelsFirst, perAxis, spatialOf, windowOver } from './windows.ts';

/*
 * y = x * f is linear in the input x and in the filter f, and so are both gradients. The three are a
 * closed family: the derivative of each is made of the other two, so every order is fused.
 */

/** A window, and the shape of the output where the operands do not tell it. */
export interface ConvolutionParams extends WindowParams {
  readonly inChannels: number;
  readonly outChannels: number;
  /** Size of the last axis of the filter: `out`, or the multiplier of a depthwise convolution. */
  readonly columns: number;
}

type Three = readonly [
  Op<ConvolutionParams>,
  inputGradient: Op<ConvolutionParams>,
  filterGradient: Op<ConvolutionParams>,
];

interface Shapes {
  readonly filter: (params: ConvolutionParams) => Shape;
  readonly kernels: readonly [Kernel<WindowParams>, Kernel<WindowParams>, Kernel<WindowParams>];
}

const reads = { inputs: [0, 1], outputs: [] } as const;

type Bilinear = (a: Tensor, b: Tensor, params: ConvolutionParams) => Tensor;

function bilinear(map: Bilinear, left: Bilinear, right: Bilinear): Derivative<ConvolutionParams> {
  return {
    kind: 'rules',
    jvp: ({ inputs: [a, b], params }, [s, t]) => {
      const byFirst = s && map(s, b, params);
      const bySecond = t && map(a, t, params);
      return [byFirst && bySecond ? add(byFirst, bySecond) : (byFirst ?? bySecond)];
    },
    vjp: ({ inputs: [a, b], params }, [g], needed) => [
      g && needed[0] ? left(g, b, params) : null,
      g && needed[1] ? right(a, g, params) : null,
    ],
  };
}

/** A convolution and its two gradients. */
export function defineConvolution(name: string, shapes: Shapes): Three {
  const run =
    (op: () => Op<ConvolutionParams>): Bilinear =>
    (a, b, params) =>
      apply(op(), [a, b], params)[0];
  const forward = run(() => forwardOp);
  const byInput = run(() => inputOp);
  const byFilter = run(() => filterOp);
  const forwardOp: Op<ConvolutionParams> = defineOp<ConvolutionParams>({
    name,
    flops: ([, f], [y], params) => flopsOf(y, f, params),
    infer: ([x], params) => [outputSpec(x, params)],
    kernel: shapes.kernels[0],
    derivative: bilinear(forward, byInput, byFilter),
    batch: batchRule(() => forwardOp, true),
    traits: { bilinear: true },
    reads,
  });
  const inputOp: Op<ConvolutionParams> = defineOp<ConvolutionParams>({
    name: `${name}InputGradient`,
    flops: ([g, f], _, params) => flopsOf(g, f, params),
    infer: ([g], params) => [inputSpec(g, params)],
    kernel: shapes.kernels[1],
    derivative: bilinear(byInput, forward, (g, c, params) => byFilter(c, g, params)),
    batch: batchRule(() => inputOp, true),
    traits: { bilinear: true },
    reads,
  });
  const filterOp: Op<ConvolutionParams> = defineOp<ConvolutionParams>({
    name: `${name}FilterGradient`,
    flops: ([, g], [f], params) => flopsOf(g, f, params),
    infer: ([x], params) => [specOf(shapes.filter(params), x.dtype)],
    kernel: shapes.kernels[2],
    derivative: bilinear(byFilter, (c, g, params) => byInput(g, c, params), forward),
    batch: batchRule(() => filterOp, false),
    traits: { bilinear: true },
    reads,
  });
  return [forwardOp, inputOp, filterOp];
}

// A product and a sum for each output and each cell of the filter that leads to it.
function flopsOf(output: Spec, filter: Spec, { outChannels }: ConvolutionParams): number {
  return outChannels === 0 ? 0 : (2 * output.size * filter.size) / outChannels;
}

function outputSpec({ shape, dtype }: Spec, { output, outChannels }: ConvolutionParams): Spec {
  return specOf([shape[0], ...output, outChannels], dtype);
}

function inputSpec({ shape, dtype }: Spec, { input, inChannels }: ConvolutionParams): Spec {
  return specOf([shape[0], ...input, inChannels], dtype);
}

// With one filter for all examples, they are more images of one batch; with a filter each, they are
// taken one by one.
function batchRule(
  op: () => Op<ConvolutionParams>,
  foldsFirst: boolean,
): BatchRule<ConvolutionParams> {
  return (inputs, batched, params, size) => {
    const [a, b] = inputs;
    if (foldsFirst && !batched[1]) {
      const [count, images, ...rest] = a.shape;
      const [y] = apply(op(), [reshape(a, [count * images, ...rest]), b], params);
      return [reshape(y, [count, images, ...y.shape.slice(1)])];
    }
    if (size === 0) {
      const [one] = op().infer([exampleSpec(a, batched[0]), exampleSpec(b, batched[1])], params);
      return [reshape(a.size === 0 ? a : b, [0, ...one.shape])];
    }
    const [left, right] = inEachExample(inputs, batched, size).map((x) => unstack(x, 0));
    return [stack(left.map((x, i) => apply(op(), [x, right[i]], params)[0]))];
  };
}

function exampleSpec(x: Tensor, isBatched: boolean): Spec {
  return isBatched ? specOf(x.shape.slice(1), x.dtype) : x.spec;
}

export const [convolutionOp, convolutionInputGradientOp, convolutionFilterGradientOp] =
  defineConvolution('convolution', {
    filter: ({ window, inChannels, columns }) => [...window, inChannels, columns],
    kernels: [
      kernels.convolutionKernel,
      kernels.convolutionInputKernel,
      kernels.convolutionFilterKernel,
    ],
  });

export const [depthwiseOp, depthwiseInputGradientOp, depthwiseFilterGradientOp] = defineConvolution(
  'depthwiseConvolution',
  {
    filter: ({ window, inChannels, columns }) => [...window, inChannels, columns],
    kernels: [kernels.depthwiseKernel, kernels.depthwiseInputKernel, kernels.depthwiseFilterKernel],
  },
);

/** How a convolution is called: what its public functions hand on. */
interface Call {
  readonly op: string;
  readonly formats: readonly [channelsLast: string, channelsFirst: string];
  readonly spatial: number;
  readonly strides: PerAxis;
  readonly pad: Padding;
  readonly dataFormat: string;
  readonly dilations: PerAxis;
  readonly roundingMode: RoundingMode | undefined;
  readonly filterName?: string;
}

export function convolutionOperands(
  op: string,
  x: TensorLike,
  filter: TensorLike,
  name = 'filter',
): readonly [Tensor, Tensor] {
  const [a, b] = asOperands([x, filter], ['x', name], op);
  const dtype = toFloat(promoteDTypes(a.dtype, b.dtype));
  return [cast(a, dtype), cast(b, dtype)];
}

export function requireFilter(
  op: string,
  filter: Tensor,
  rank: number,
  axis: number,
  channels: number,
): void {
  if (filter.rank !== rank || filter.shape[axis] !== channels) {
    const condition = `have rank ${String(rank)}, and ${String(channels)} channels along axis ${String(axis)} as x has`;
    throw misuse(ShapeError, op, 'filter', condition, formatShape(filter.shape));
  }
}

export function convolve(isDepthwise: boolean, x: TensorLike, filter: TensorLike, call: Call): Tensor {
  const { op, spatial, pad, roundingMode } = call;
  const [input, weights] = convolutionOperands(op, x, filter, call.filterName);
  const channelsFirst = isChannelsFirst(op, call.dataFormat, call.formats);
  const layout = channelsLast(op, input, spatial, channelsFirst);
  const inChannels = layout.x.shape[spatial + 1];
  requireFilter(op, weights, spatial + 2, spatial, inChannels);
  const window = windowOver(op, spatialOf(layout.x.shape), {
    window: weights.shape.slice(0, spatial),
    strides: perAxis(op, 'strides', call.strides, spatial),
    dilations: perAxis(op, 'dilations', call.dilations, spatial),
    pad,
    roundingMode,
    channelsFirst,
  });
  const columns = weights.shape[spatial + 1];
  const params = {
    ...window,
    inChannels,
    outChannels: isDepthwise ? inChannels * columns : columns,
    columns,
  };
  requireElements(op, 'result', [layout.x.shape[0], ...window.output, params.outChannels]);
  const [y] = apply(isDepthwise ? depthwiseOp : convolutionOp, [layout.x, weights], params);
  return layout.restore(y);
}

/**
 * Convolution along one axis (as everywhere in machine learning, without turning the filter round).
 *
 * @param x - shape (b, w, in) or (w, in)
 * @param filter - shape (k, in, out)
 * @param stride - steps of the window
 * @param pad - `valid`: none; `same`: as much as keeps the size at stride 1, the odd cell at the end; or
 *   cells on each side, or pairs for every axis
 * @param dataFormat - `NWC`, or `NCW` for channels before the spatial axis
 * @param dilation - distance of the cells under the window
 * @param dimRoundingMode - for a numeric pad: how a size that is no integer is rounded
 * @returns shape (b, w', out)
 * @throws ShapeError when ranks or channels do not agree, or the filter does not fit
 * @throws ArgumentError when an option is none
 * @example conv1d([[1], [2], [4]], [[[1]], [[1]]], 1, 'valid') // [[3], [6]]
 */
// eslint-disable-next-line max-params -- TensorFlow.js's arguments
export function conv1d(
  x: TensorLike,
  filter: TensorLike,
  stride: number,
  pad: Padding,
  dataFormat: 'NWC' | 'NCW' = 'NWC',
  dilation = 1,
  dimRoundingMode?: RoundingMode,
): Tensor {
  const formats = ['NWC', 'NCW'] as const;
  const rest = { pad, dataFormat, dilations: dilation, roundingMode: dimRoundingMode };
  return convolve(false, x, filter, {
    op: 'conv1d',
    formats,
    spatial: 1,
    strides: stride,
    ...rest,
  });
}

export const formats2d = ['NHWC', 'NCHW'] as const;
const formats3d = ['NDHWC', 'NCDHW'] as const;

/**
 * Convolution along two axes.
 *
 * @param x - shape (b, h, w, in) or (h, w, in)
 * @param filter - shape (kh, kw, in, out)
 * @param strides - steps of the window: one number, or one for each axis
 * @param pad - `valid`: none; `same`: as much as keeps the size at stride 1, the odd cell at the end; or
 *   cells on each side, or pairs for every axis
 * @param dataFormat - `NHWC`, or `NCHW` for channels before the spatial axes
 * @param dilations - distances of the cells under the window
 * @param dimRoundingMode - for a numeric pad: how a size that is no integer is rounded
 * @returns shape (b, h', w', out)
 * @throws ShapeError when ranks or channels do not agree, or the filter does not fit
 * @throws ArgumentError when an option is none
 * @example conv2d([[[1], [2]], [[3], [4]]], [[[[1]], [[1]]]], 1, 'valid') // [[[3]], [[7]]]
 */
// eslint-disable-next-line max-params -- TensorFlow.js's arguments
export function conv2d(
  x: TensorLike,
  filter: TensorLike,
  strides: PerAxis,
  pad: Padding,
  dataFormat: 'NHWC' | 'NCHW' = 'NHWC',
  dilations: PerAxis = 1,
  dimRoundingMode?: RoundingMode,
): Tensor {
  const rest = { strides, pad, dataFormat, dilations, roundingMode: dimRoundingMode };
  return convolve(false, x, filter, { op: 'conv2d', formats: formats2d, spatial: 2, ...rest });
}

/**
 * Convolution along three axes.
 *
 * @param x - shape (b, d, h, w, in) or (d, h, w, in)
 * @param filter - shape (kd, kh, kw, in, out)
 * @param strides - steps of the window: one number, or one for each axis
 * @param pad - as for `conv2d`
 * @param dataFormat - `NDHWC`, or `NCDHW` for channels before the spatial axes
 * @param dilations - distances of the cells under the window
 * @returns shape (b, d', h', w', out)
 * @throws ShapeError when ranks or channels do not agree, or the filter does not fit
 * @throws ArgumentError when an option is none
 * @example conv3d([[[[1], [2]]]], [[[[[1]], [[1]]]]], 1, 'valid') // [[[[3]]]]
 */
export function conv3d(
  x: TensorLike,
  filter: TensorLike,
  strides: PerAxis,
  pad: Padding,
  dataFormat: 'NDHWC' | 'NCDHW' = 'NDHWC',
  dilations: PerAxis = 1,
): Tensor {
  const rest = { strides, pad, dataFormat, dilations, roundingMode: undefined };
  return convolve(false, x, filter, { op: 'conv3d', formats: formats3d, spatial: 3, ...rest });
}

/**
 * Convolution along two axes in which each channel has filters of its own.
 *
 * @param x - shape (b, h, w, in) or (h, w, in)
 * @param filter - shape (kh, kw, in, multiplier)
 * @param strides - steps of the window: one number, or one for each axis
 * @param pad - as for `conv2d`
 * @param dataFormat - `NHWC`, or `NCHW` for channels before the spatial axes
 * @param dilations - distances of the cells under the window
 * @param dimRoundingMode - for a numeric pad: how a size that is no integer is rounded
 * @returns shape (b, h', w', in * multiplier)
 * @throws ShapeError when ranks or channels do not agree, or the filter does not fit
 * @throws ArgumentError when an option is none
 * @example depthwiseConv2d([[[1, 2]]], [[[[10], [100]]]], 1, 'valid') // [[[10, 200]]]
 */
// eslint-disable-next-line max-params -- TensorFlow.js's arguments
export function depthwiseConv2d(
  x: TensorLike,
  filter: TensorLike,
  strides: PerAxis,
  pad: Padding,
  dataFormat: 'NHWC' | 'NCHW' = 'NHWC',
  dilations: PerAxis = 1,
  dimRoundingMode?: RoundingMode,
): Tensor {
  const rest = { strides, pad, dataFormat, dilations, roundingMode: dimRoundingMode };
  const call = { op: 'depthwiseConv2d', formats: formats2d, spatial: 2, ...rest };
  return convolve(true, x, filter, call);
}
