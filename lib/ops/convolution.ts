import { misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { requireElements } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands } from '../core/convert.ts';
import { promoteDTypes } from '../base/dtype.ts';
import type { Tensor } from '../core/tensor.ts';
import * as kernels from '../kernels/convolution.ts';
import * as depthwise from '../kernels/depthwise.ts';
import { toFloat } from './elementwise.ts';
import { defineConvolution } from './convolutionRules.ts';
import { cast } from './structural.ts';
import type { Padding, PerAxis, RoundingMode } from './windows.ts';
import { channelsLast, isChannelsFirst, perAxis, spatialOf, windowOver } from './windows.ts';

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
    kernels: [
      depthwise.depthwiseKernel,
      depthwise.depthwiseInputKernel,
      depthwise.depthwiseFilterKernel,
    ],
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

export function convolve(
  isDepthwise: boolean,
  x: TensorLike,
  filter: TensorLike,
  call: Call,
): Tensor {
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
