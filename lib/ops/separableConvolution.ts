import { misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import type { Shape } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { convolve, formats2d } from './convolution.ts';
import type { Padding, PerAxis } from './windows.ts';

/**
 * A depthwise convolution followed by one over single cells: a full convolution with fewer weights.
 *
 * @param x - shape (b, h, w, in) or (h, w, in)
 * @param depthwiseFilter - shape (kh, kw, in, multiplier)
 * @param pointwiseFilter - shape (1, 1, in * multiplier, out)
 * @param strides - steps of the window: one number, or one for each axis
 * @param pad - as for `conv2d`
 * @param dilation - distances of the cells under the window
 * @param dataFormat - `NHWC`, or `NCHW` for channels before the spatial axes
 * @returns shape (b, h', w', out)
 * @throws ShapeError when ranks or channels do not agree, or the filter does not fit
 * @throws ArgumentError when an option is none
 * @example separableConv2d([[[1, 2]]], [[[[10], [100]]]], [[[[1], [1]]]], 1, 'valid') // [[[210]]]
 */
// eslint-disable-next-line max-params -- TensorFlow.js's arguments
export function separableConv2d(
  x: TensorLike,
  depthwiseFilter: TensorLike,
  pointwiseFilter: TensorLike,
  strides: PerAxis,
  pad: Padding,
  dilation: PerAxis = 1,
  dataFormat: 'NHWC' | 'NCHW' = 'NHWC',
): Tensor {
  const op = 'separableConv2d';
  requirePointwise(
    asTensor(depthwiseFilter, 'depthwiseFilter', op).shape,
    asTensor(pointwiseFilter, 'pointwiseFilter', op).shape,
  );
  const rest = { strides, pad, dataFormat, dilations: dilation, roundingMode: undefined };
  const call = { op, formats: formats2d, spatial: 2, ...rest };
  const between = convolve(true, x, depthwiseFilter, {
    ...call,
    filterName: 'depthwiseFilter',
  });
  return convolve(false, between, pointwiseFilter, {
    ...call,
    strides: 1,
    pad: 'valid',
    dilations: 1,
  });
}

function requirePointwise(depthwise: Shape, shape: Shape): void {
  // A depthwise filter of another rank is refused with the depthwise convolution.
  const channels = depthwise.length === 4 ? depthwise[2] * depthwise[3] : shape[2];
  const wanted = [1, 1, channels];
  const axis = wanted.findIndex((size, i) => size !== shape[i]);
  if (shape.length === 4 && axis < 0) return;
  const size = `its size along axis ${String(axis)} must be ${String(wanted[axis])}`;
  const hint = shape.length === 4 ? `${size}, but got ${String(shape[axis])}` : undefined;
  const condition = `have rank 4 and shape (1, 1, channels, out)`;
  const got = formatShape(shape);
  throw misuse(ShapeError, 'separableConv2d', 'pointwiseFilter', condition, got, hint);
}
