import { misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import type { Shape } from '../base/shape.ts';
import { requireElements, requireShape } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { convolutionInputGradientOp, convolutionOperands, requireFilter } from './convolution.ts';
import type { Padding, PerAxis, RoundingMode } from './windows.ts';
import { channelsLast, perAxis, spatialOf, windowOver } from './windows.ts';

function convolveTransposed(
  op: string,
  spatial: number,
  operandsOf: readonly [x: TensorLike, filter: TensorLike],
  outputShape: readonly number[],
  moves: {
    readonly strides: PerAxis;
    readonly pad: Padding;
    readonly roundingMode?: RoundingMode | undefined;
  },
): Tensor {
  const [x, weights] = convolutionOperands(op, ...operandsOf);
  const layout = channelsLast(op, x, spatial, false);
  const wanted = requireOutputShape(op, outputShape, layout.x.shape, x.rank === spatial + 1);
  requireFilter(op, weights, spatial + 2, spatial + 1, layout.x.shape[spatial + 1]);
  const params = {
    ...windowOver(op, spatialOf(wanted), {
      window: weights.shape.slice(0, spatial),
      strides: perAxis(op, 'strides', moves.strides, spatial),
      dilations: perAxis(op, 'dilations', 1, spatial),
      pad: moves.pad,
      roundingMode: moves.roundingMode,
    }),
    inChannels: weights.shape[spatial],
    outChannels: weights.shape[spatial + 1],
    columns: weights.shape[spatial + 1],
  };
  const isRight = params.output.every((size, i) => size === layout.x.shape[i + 1]);
  if (!isRight || params.inChannels !== wanted[spatial + 1]) {
    const condition = `be a shape that a convolution takes to ${formatShape(layout.x.shape)}, with the channels ${String(params.inChannels)} of the filter`;
    throw misuse(ShapeError, op, 'outputShape', condition, formatShape(outputShape));
  }
  requireElements(op, 'result', wanted);
  return layout.restore(apply(convolutionInputGradientOp, [layout.x, weights], params)[0]);
}

function requireOutputShape(
  op: string,
  given: readonly number[],
  x: Shape,
  isSingle: boolean,
): readonly number[] {
  const rank = x.length;
  const sizes = requireShape(op, 'outputShape', given);
  const wanted = isSingle && sizes.length === rank - 1 ? [1, ...sizes] : sizes;
  if (wanted.length !== rank || wanted[0] !== x[0]) {
    const condition = `have ${String(rank)} sizes, the first that of the batch of x`;
    throw misuse(ShapeError, op, 'outputShape', condition, formatShape(sizes));
  }
  return wanted;
}

/**
 * The transpose of `conv1d`: what takes its cotangent back to its input.
 *
 * @param x - shape (b, w, in) or (w, in)
 * @param filter - shape (k, out, in)
 * @param outputShape - shape of the result, (b, w', out) or (w', out)
 * @param strides - steps of the window of the convolution it undoes
 * @param pad - as for `conv1d`, of the convolution it undoes
 * @param dimRoundingMode - for a numeric pad: how a size that is no integer is rounded
 * @throws ShapeError when ranks, channels or `outputShape` do not agree
 * @throws ArgumentError when an option is none
 * @example conv1dTranspose([[1], [2]], [[[1]], [[10]]], [3, 1], 1, 'valid') // [[1], [12], [20]]
 */
export function conv1dTranspose(
  x: TensorLike,
  filter: TensorLike,
  outputShape: readonly number[],
  strides: PerAxis,
  pad: Padding,
  dimRoundingMode?: RoundingMode,
): Tensor {
  const moves = { strides, pad, roundingMode: dimRoundingMode };
  return convolveTransposed('conv1dTranspose', 1, [x, filter], outputShape, moves);
}

/**
 * The transpose of `conv2d`: what takes its cotangent back to its input.
 *
 * @param x - shape (b, h, w, in) or (h, w, in)
 * @param filter - shape (kh, kw, out, in)
 * @param outputShape - shape of the result, (b, h', w', out) or (h', w', out)
 * @param strides - steps of the window of the convolution it undoes
 * @param pad - as for `conv2d`, of the convolution it undoes
 * @param dimRoundingMode - for a numeric pad: how a size that is no integer is rounded
 * @throws ShapeError when ranks, channels or `outputShape` do not agree
 * @throws ArgumentError when an option is none
 * @example conv2dTranspose([[[3]]], [[[[1]], [[2]]]], [1, 2, 1], 1, 'valid') // [[[3], [6]]]
 */
export function conv2dTranspose(
  x: TensorLike,
  filter: TensorLike,
  outputShape: readonly number[],
  strides: PerAxis,
  pad: Padding,
  dimRoundingMode?: RoundingMode,
): Tensor {
  const moves = { strides, pad, roundingMode: dimRoundingMode };
  return convolveTransposed('conv2dTranspose', 2, [x, filter], outputShape, moves);
}

/**
 * The transpose of `conv3d`: what takes its cotangent back to its input.
 *
 * @param x - shape (b, d, h, w, in) or (d, h, w, in)
 * @param filter - shape (kd, kh, kw, out, in)
 * @param outputShape - shape of the result
 * @param strides - steps of the window of the convolution it undoes
 * @param pad - as for `conv3d`, of the convolution it undoes
 * @throws ShapeError when ranks, channels or `outputShape` do not agree
 * @throws ArgumentError when an option is none
 * @example conv3dTranspose([[[[3]]]], [[[[[1]], [[2]]]]], [1, 1, 2, 1], 1, 'valid') // [[[[3], [6]]]]
 */
export function conv3dTranspose(
  x: TensorLike,
  filter: TensorLike,
  outputShape: readonly number[],
  strides: PerAxis,
  pad: Padding,
): Tensor {
  return convolveTransposed('conv3dTranspose', 3, [x, filter], outputShape, { strides, pad });
}
