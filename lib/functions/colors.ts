import { DTypeError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { requireBoolean, requireFinite, requireOneOf } from '../base/options.ts';
import { isFloat } from '../base/dtype.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor, createTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { div, mod, mul, sub } from '../ops/arithmetic.ts';
import { equal, greater, lessEqual } from '../ops/compare.ts';
import { add, toFloat } from '../ops/elementwise.ts';
import { oneHot } from '../ops/indexing.ts';
import { concat, split, stack } from '../ops/joining.ts';
import { matMul } from '../ops/matmul.ts';
import { argMax, max, mean, min } from '../ops/reduce.ts';
import { asImages } from '../ops/resample.ts';
import { cumsum } from '../ops/scan.ts';
import { clipByValue, maximum, round, where } from '../ops/select.ts';
import { reverse, slice, tile } from '../ops/slicing.ts';
import { cast, reshape, squeeze, sum } from '../ops/structural.ts';
import { abs } from '../ops/arithmetic.ts';

/** Shares of red, green and blue in the luma of ITU-R BT.601, as TensorFlow rounds them. */
const luma = [0.2989, 0.587, 0.114] as const;

function asColors(op: string, images: TensorLike): Tensor {
  const input = asTensor(images, 'images', op);
  if (input.rank === 0 || input.shape[input.rank - 1] !== 3) {
    const condition = 'have 3 channels along the last axis';
    const hint = 'the last dimension of an RGB image should be size 3';
    throw misuse(ShapeError, op, 'images', condition, formatShape(input.shape), hint);
  }
  return cast(input, toFloat(input.dtype));
}

/** The channels times a matrix whose columns are the channels of the result. */
function mixed(x: Tensor, columns: readonly (readonly number[])[]): Tensor {
  const flat = reshape(x, [x.size / 3, 3]);
  const matrix = createTensor('mixed', columns.flat(), [columns.length, 3], x.dtype);
  return reshape(matMul(flat, matrix, false, true), [...x.shape.slice(0, -1), columns.length]);
}

/**
 * Brightness of coloured images: 0.2989 red + 0.587 green + 0.114 blue.
 *
 * @param images - shape (..., 3)
 * @returns shape (..., 1), the dtype of `images`
 * @throws ShapeError when there are not 3 channels
 * @example image.rgbToGrayscale([[[1, 1, 1]]]) // [[[0.9999]]]
 */
export function rgbToGrayscale(images: TensorLike): Tensor {
  const op = 'rgbToGrayscale';
  const input = asTensor(images, 'images', op);
  if (input.rank < 2) {
    throw misuse(ShapeError, op, 'images', 'be at least rank 2', formatShape(input.shape));
  }
  return cast(mixed(asColors(op, input), [luma]), input.dtype);
}

/**
 * Grey images with their one channel three times.
 *
 * @param images - shape (..., 1), at least 2 axes
 * @returns shape (..., 3)
 * @throws ShapeError when `images` has another shape
 * @example image.grayscaleToRGB([[[1], [2]]]) // [[[1, 1, 1], [2, 2, 2]]]
 */
export function grayscaleToRGB(images: TensorLike): Tensor {
  const op = 'grayscaleToRGB';
  const input = asTensor(images, 'images', op);
  if (input.rank < 2 || input.shape[input.rank - 1] !== 1) {
    const condition = 'be at least rank 2, with 1 channel along the last axis';
    const hint = 'the last dimension of a grayscale image should be size 1';
    throw misuse(ShapeError, op, 'images', condition, formatShape(input.shape), hint);
  }
  return tile(input, [...new Array<number>(input.rank - 1).fill(1), 3]);
}

const yuvFromRgb = [
  [0.299, 0.587, 0.114],
  [-0.14714119, -0.28886916, 0.43601035],
  [0.61497538, -0.51496512, -0.10001026],
] as const;
const rgbFromYuv = [
  [1, 0, 1.13988303],
  [1, -0.394642334, -0.58062185],
  [1, 2.03206185, 0],
] as const;
const yiqFromRgb = [
  [0.299, 0.587, 0.114],
  [0.59590059, -0.27455667, -0.32134392],
  [0.21153661, -0.52273617, 0.31119955],
] as const;
const rgbFromYiq = [
  [1, 0.95598634, 0.6208248],
  [1, -0.27201283, -0.64720424],
  [1, -1.10674021, 1.70423049],
] as const;

/**
 * Colours as luma and two differences, by the matrix of TensorFlow.
 *
 * @param images - shape (..., 3), from 0 to 1
 * @throws ShapeError when there are not 3 channels
 * @example image.rgbToYUV([[1, 1, 1]]).round() // [[1, 0, 0]]
 */
export function rgbToYUV(images: TensorLike): Tensor {
  return mixed(asColors('rgbToYUV', images), yuvFromRgb);
}

/**
 * The inverse of `rgbToYUV`.
 *
 * @param images - shape (..., 3)
 * @throws ShapeError when there are not 3 channels
 * @example image.yuvToRGB([[1, 0, 0]]) // [[1, 1, 1]]
 */
export function yuvToRGB(images: TensorLike): Tensor {
  return mixed(asColors('yuvToRGB', images), rgbFromYuv);
}

/**
 * Colours as luma and two phases, by the matrix of TensorFlow.
 *
 * @param images - shape (..., 3), from 0 to 1
 * @throws ShapeError when there are not 3 channels
 * @example image.rgbToYIQ([[1, 1, 1]]).round() // [[1, 0, 0]]
 */
export function rgbToYIQ(images: TensorLike): Tensor {
  return mixed(asColors('rgbToYIQ', images), yiqFromRgb);
}

/**
 * The inverse of `rgbToYIQ`.
 *
 * @param images - shape (..., 3)
 * @throws ShapeError when there are not 3 channels
 * @example image.yiqToRGB([[1, 0, 0]]) // [[1, 1, 1]]
 */
export function yiqToRGB(images: TensorLike): Tensor {
  return mixed(asColors('yiqToRGB', images), rgbFromYiq);
}

/**
 * Colours as hue, saturation and value, each from 0 to 1; grey has hue 0.
 *
 * Gradients are those of the sector of the hue that the colour lies in, and 0 for the hue of grey.
 *
 * @param images - shape (..., 3), from 0 to 1
 * @throws ShapeError when there are not 3 channels
 * @example image.rgbToHSV([[0, 1, 0]]) // [[0.3333333, 1, 1]]
 * @see Smith 1978, "Color gamut transform pairs"
 */
export function rgbToHSV(images: TensorLike): Tensor {
  const x = asColors('rgbToHSV', images);
  const [r, g, b] = split(x, 3, -1);
  const value = max(x, -1, true);
  const spread = sub(value, min(x, -1, true));
  const isGrey = equal(spread, 0);
  const safe = where(isGrey, 1, spread);
  const sixths = where(
    equal(value, r),
    div(sub(g, b), safe),
    where(equal(value, g), add(div(sub(b, r), safe), 2), add(div(sub(r, g), safe), 4)),
  );
  const hue = mod(div(where(isGrey, 0, sixths), 6), 1);
  const saturation = where(equal(value, 0), 0, div(spread, where(equal(value, 0), 1, value)));
  return concat([hue, saturation, value], -1);
}

/**
 * The inverse of `rgbToHSV`.
 *
 * @param images - shape (..., 3): hue, saturation and value from 0 to 1
 * @throws ShapeError when there are not 3 channels
 * @example image.hsvToRGB([[0, 1, 1]]) // [[1, 0, 0]]
 */
export function hsvToRGB(images: TensorLike): Tensor {
  const x = asColors('hsvToRGB', images);
  const [hue, saturation, value] = split(x, 3, -1);
  const sixths = mul(hue, 6);
  const ramps = [
    sub(abs(sub(sixths, 3)), 1),
    sub(2, abs(sub(sixths, 2))),
    sub(2, abs(sub(sixths, 4))),
  ].map((ramp) => clipByValue(ramp, 0, 1));
  const pure = concat(ramps, -1);
  return mul(add(sub(1, saturation), mul(saturation, pure)), value);
}

/**
 * Images with `delta` added to every channel.
 *
 * @throws ArgumentError when `delta` is no finite number
 * @example image.adjustBrightness([[[0.5, 0.25, 0]]], 0.25) // [[[0.75, 0.5, 0.25]]]
 */
export function adjustBrightness(images: TensorLike, delta: number): Tensor {
  const input = asTensor(images, 'images', 'adjustBrightness');
  requireFinite('adjustBrightness', 'delta', delta);
  return add(cast(input, toFloat(input.dtype)), delta);
}

/**
 * Images with the distance of each channel from its mean multiplied.
 *
 * @param images - shape (..., h, w, c)
 * @throws ShapeError when there are fewer than 3 axes
 * @throws ArgumentError when `factor` is no finite number
 * @example image.adjustContrast([[[1], [3]]], 2) // [[[0], [4]]]
 */
export function adjustContrast(images: TensorLike, factor: number): Tensor {
  const op = 'adjustContrast';
  const input = asTensor(images, 'images', op);
  requireFinite(op, 'factor', factor);
  if (input.rank < 3) {
    throw misuse(ShapeError, op, 'images', 'have at least 3 axes', formatShape(input.shape));
  }
  const floats = cast(input, toFloat(input.dtype));
  const middle = mean(floats, [-3, -2], true);
  return add(mul(sub(floats, middle), factor), middle);
}

/**
 * Images with all hues turned.
 *
 * @param delta - part of the full circle
 * @throws ShapeError when there are not 3 channels
 * @throws ArgumentError when `delta` is no finite number
 * @example image.adjustHue([[1, 0, 0]], 0.5) // [[0, 1, 1]]
 */
export function adjustHue(images: TensorLike, delta: number): Tensor {
  requireFinite('adjustHue', 'delta', delta);
  const [hue, saturation, value] = split(rgbToHSV(asColors('adjustHue', images)), 3, -1);
  return hsvToRGB(concat([mod(add(hue, delta), 1), saturation, value], -1));
}

/**
 * Images with all saturations multiplied, up to 1.
 *
 * @throws ShapeError when there are not 3 channels
 * @throws ArgumentError when `factor` is no finite number
 * @example image.adjustSaturation([[1, 0.5, 0.5]], 0) // [[1, 1, 1]]
 */
export function adjustSaturation(images: TensorLike, factor: number): Tensor {
  requireFinite('adjustSaturation', 'factor', factor);
  const [hue, saturation, value] = split(rgbToHSV(asColors('adjustSaturation', images)), 3, -1);
  return hsvToRGB(concat([hue, clipByValue(mul(saturation, factor), 0, 1), value], -1));
}

/**
 * Images mirrored from left to right.
 *
 * @param images - shape (b, h, w, c) or (h, w, c)
 * @throws ShapeError when `images` has another rank
 * @example image.flipLeftRight([[[1], [2]]]) // [[[2], [1]]]
 */
export function flipLeftRight(images: TensorLike): Tensor {
  const input = asTensor(images, 'images', 'flipLeftRight');
  asImages('flipLeftRight', input);
  return reverse(input, -2);
}

/**
 * Images mirrored from top to bottom.
 *
 * @param images - shape (b, h, w, c) or (h, w, c)
 * @throws ShapeError when `images` has another rank
 * @example image.flipUpDown([[[1]], [[2]]]) // [[[2]], [[1]]]
 */
export function flipUpDown(images: TensorLike): Tensor {
  const input = asTensor(images, 'images', 'flipUpDown');
  asImages('flipUpDown', input);
  return reverse(input, -3);
}

/**
 * A picture in two tones: 255 where its brightness is above a threshold, else 0.
 *
 * @param images - shape (h, w, 3) or (h, w, 1), from 0 to 255
 * @param method - `binary` for the threshold given, `otsu` for the one that separates the two tones
 *   best
 * @param inverted - whether the tones change places
 * @param threshValue - the threshold, from 0 to 1 of 255
 * @returns int32, shape (h, w, 1); no gradient passes
 * @throws ShapeError when `images` has another shape
 * @throws DTypeError when it is neither float nor int32
 * @throws ArgumentError when an option is out of range
 * @example image.threshold([[[100], [200]]]) // [[[0], [255]]]
 * @see Otsu 1979, "A threshold selection method from gray-level histograms"
 */
export function threshold(
  images: TensorLike,
  method: 'binary' | 'otsu' = 'binary',
  inverted = false,
  threshValue = 0.5,
): Tensor {
  const op = 'threshold';
  const input = asTensor(images, 'images', op);
  const channels = input.shape[2];
  if (input.rank !== 3 || (channels !== 1 && channels !== 3)) {
    const condition = 'have shape (height, width, 1) or (height, width, 3)';
    throw misuse(ShapeError, op, 'images', condition, formatShape(input.shape));
  }
  if (!isFloat(input.dtype) && input.dtype !== 'int32') {
    throw misuse(DTypeError, op, 'images', 'be float or int32', input.dtype);
  }
  requireOneOf(op, 'method', method, ['binary', 'otsu']);
  requireBoolean(op, 'inverted', inverted);
  requireFinite(op, 'threshValue', threshValue, { min: 0, max: 1 });
  const floats = cast(input, toFloat(input.dtype));
  const grey = channels === 3 ? mixed(floats, [luma]) : floats;
  const limit = method === 'otsu' ? otsu(grey) : cast(threshValue * 255, grey.dtype);
  const isBright = inverted ? lessEqual(grey, limit) : greater(grey, limit);
  return mul(cast(isBright, 'int32'), 255);
}

/** The tone, from 0 to 255, that separates a picture into the two classes farthest apart. */
function otsu(grey: Tensor): Tensor {
  const tones = cast(round(reshape(clipByValue(grey, 0, 255), [-1])), 'int32');
  const counts = sum(oneHot(tones, 256, 1, 0, 'float64'), 0);
  const levels = createTensor(
    'otsu',
    Float64Array.from({ length: 256 }, (_, i) => i),
  );
  const below = cumsum(counts);
  const above = sub(grey.size, below);
  const first = cumsum(mul(counts, levels));
  const total = slice(first, [255], [1]);
  const means = sub(div(first, maximum(below, 1)), div(sub(total, first), maximum(above, 1)));
  const between = mul(mul(below, above), mul(means, means));
  return cast(squeeze(stack([argMax(between)])), grey.dtype);
}
