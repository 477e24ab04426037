import { ArgumentError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { requireFinite, requireInteger, requireOneOf } from '../base/options.ts';
import { requireElements, specOf } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { ownedTensor } from '../core/tensor.ts';
import { abs, div, floorDiv, mul, neg, sub } from '../ops/arithmetic.ts';
import { greater, greaterEqual, less, lessEqual, logicalAnd } from '../ops/compare.ts';
import { add, toFloat } from '../ops/elementwise.ts';
import { gather } from '../ops/indexing.ts';
import { stack } from '../ops/joining.ts';
import { asImages, requireSize } from '../ops/resample.ts';
import { clipByValue, floor, where } from '../ops/select.ts';
import { slice } from '../ops/slicing.ts';
import { cast, expandDims, reshape } from '../ops/structural.ts';

/*
 * Images read at places between pixels. Everything here is made of recorded ops, so gradients reach
 * the images and, by the weights of linear interpolation, the places.
 */

type Interpolation = 'bilinear' | 'nearest';

/** Places in a stack of images: each tensor of shape (n, h, w), in pixels. */
interface Places {
  readonly image: Tensor;
  readonly y: Tensor;
  readonly x: Tensor;
}

/** Pixels at whole places, shape (n, h, w, c); `outside` where there is none. */
function pixelsAt(images: Tensor, places: Places, outside: Tensor): Tensor {
  const { image, y, x } = places;
  const [count, height, width, channels] = images.shape;
  const isInside = liesInside(places, height, width);
  const row = cast(where(isInside, y, 0), 'int32');
  const column = cast(where(isInside, x, 0), 'int32');
  const place = add(mul(add(mul(image, height), row), width), column);
  const pixels = gather(reshape(images, [count * height * width, channels]), place);
  return where(expandDims(isInside, -1), pixels, outside);
}

/** Whole places, of two equally near the later one. */
function halfUp(at: Tensor): Tensor {
  const below = floor(at);
  return where(greaterEqual(sub(at, below), 0.5), add(below, 1), below);
}

/** 1 for yes where a place lies between the outer pixels of an image, shape (n, h, w). */
function liesInside({ y, x }: Places, height: number, width: number): Tensor {
  return logicalAnd(
    logicalAnd(greaterEqual(y, 0), lessEqual(y, height - 1)),
    logicalAnd(greaterEqual(x, 0), lessEqual(x, width - 1)),
  );
}

function between(a: Tensor, b: Tensor, share: Tensor): Tensor {
  return add(mul(a, sub(1, share)), mul(b, share));
}

function sampled(
  images: Tensor,
  places: Places,
  how: Interpolation,
  outside: Tensor,
  pixelBefore = (at: Tensor, _length: number): Tensor => floor(at),
): Tensor {
  const { image, x, y } = places;
  if (how === 'nearest') return pixelsAt(images, { image, y: halfUp(y), x: halfUp(x) }, outside);
  const [top, left] = [pixelBefore(y, images.shape[1]), pixelBefore(x, images.shape[2])];
  const at = (dy: number, dx: number): Tensor =>
    pixelsAt(images, { image, y: add(top, dy), x: add(left, dx) }, outside);
  const right = expandDims(sub(x, left), -1);
  const down = expandDims(sub(y, top), -1);
  return between(between(at(0, 0), at(0, 1), right), between(at(1, 0), at(1, 1), right), down);
}

function counting(length: number, dtype: Tensor['dtype']): Tensor {
  const values = Array.from({ length }, (_, i) => i);
  const array = dtype === 'float64' ? Float64Array.from(values) : Float32Array.from(values);
  return ownedTensor(specOf([length], dtype === 'float64' ? 'float64' : 'float32'), array);
}

function column(x: Tensor, i: number): Tensor {
  return reshape(slice(x, [0, i], [x.shape[0], 1]), [x.shape[0], 1, 1]);
}

/**
 * Parts of images, each brought to one size.
 *
 * @param images - shape (b, h, w, c)
 * @param boxes - shape (n, 4): y, x, y, x of two corners, in heights and widths of the image from 0 to 1;
 *   the first corner may be the lower or the right one, which flips the part
 * @param boxInd - int32, shape (n): which image each box is in
 * @param cropSize - height and width of the result, in pixels
 * @param method - `bilinear` or `nearest`
 * @param extrapolationValue - a pixel whose place is not between the outer pixels of the image
 * @returns shape (n, cropSize[0], cropSize[1], c); gradients reach `images` and, if bilinear, `boxes`
 * @throws ShapeError when a shape is another one
 * @throws ArgumentError when an option is out of range
 * @throws IndexError when `boxInd` names no image
 * @example image.cropAndResize([[[[1], [2]], [[3], [4]]]], [[0, 0, 1, 1]], [0], [1, 1]) // [[[[2.5]]]]
 */
export function cropAndResize(
  images: TensorLike,
  boxes: TensorLike,
  boxInd: TensorLike,
  cropSize: readonly [number, number],
  method: Interpolation = 'bilinear',
  extrapolationValue = 0,
): Tensor {
  const op = 'cropAndResize';
  const given = asTensor(images, 'images', op);
  requireRank(op, 'images', given, 4);
  const input = cast(given, toFloat(given.dtype));
  const corners = cast(asTensor(boxes, 'boxes', op), input.dtype);
  const owner = asTensor(boxInd, 'boxInd', op);
  if (corners.rank !== 2 || corners.shape[1] !== 4) {
    throw misuse(ShapeError, op, 'boxes', 'have shape (n, 4)', formatShape(corners.shape));
  }
  if (owner.rank !== 1 || owner.size !== corners.shape[0]) {
    const condition = `name one image for each of the ${String(corners.shape[0])} boxes`;
    throw misuse(ShapeError, op, 'boxInd', condition, formatShape(owner.shape));
  }
  const size = requireSize(op, 'cropSize', cropSize);
  requireOneOf(op, 'method', method, ['bilinear', 'nearest']);
  requireFinite(op, 'extrapolationValue', extrapolationValue);
  requireElements(op, 'result', [corners.shape[0], ...size, input.shape[3]]);
  const image = gather(counting(input.shape[0], 'float32'), cast(owner, 'int32'));
  const places = {
    image: reshape(cast(image, 'int32'), [owner.size, 1, 1]),
    y: placesIn(corners, [0, 2], input.shape[1], size[0], [1, size[0], 1]),
    x: placesIn(corners, [1, 3], input.shape[2], size[1], [1, 1, size[1]]),
  };
  const outside = cast(extrapolationValue, input.dtype);
  const isInside = liesInside(places, input.shape[1], input.shape[2]);
  const inner = sampled(input, places, method, outside, innerPixelBefore);
  return where(expandDims(isInside, -1), inner, outside);
}

// Not the last pixel: a box that ends on it has the slope of the image there, not that of a step to
// what stands outside.
function innerPixelBefore(at: Tensor, length: number): Tensor {
  return clipByValue(floor(at), 0, Math.max(0, length - 2));
}

// From corner to corner, both included; a single pixel stands in the middle.
function placesIn(
  corners: Tensor,
  [first, last]: readonly [number, number],
  length: number,
  count: number,
  shape: readonly number[],
): Tensor {
  const [from, to] = [column(corners, first), column(corners, last)];
  if (count === 1) return mul(add(from, to), (length - 1) / 2);
  const steps = reshape(counting(count, corners.dtype), shape);
  return add(mul(from, length - 1), mul(steps, mul(sub(to, from), (length - 1) / (count - 1))));
}

function requireRank(op: string, argument: string, x: Tensor, rank: number): void {
  if (x.rank !== rank) {
    const condition = `have ${String(rank)} axes`;
    throw misuse(ShapeError, op, argument, condition, formatShape(x.shape));
  }
}

type FillMode = 'reflect' | 'nearest' | 'constant' | 'wrap';

/** Places outside an axis of `length` pixels, brought inside by repeating the image. */
function folded(at: Tensor, length: number, mode: FillMode): Tensor {
  if (mode === 'constant') return at;
  const last = length - 1;
  if (mode === 'nearest' || length <= 1) return clipByValue(at, 0, last);
  if (mode === 'reflect') {
    // Mirrored at the outer edges of the border pixels, so the period is two lengths.
    const inPeriod = sub(at, mul(floorDiv(at, 2 * length), 2 * length));
    const inside = where(greater(inPeriod, length - 0.5), sub(2 * length - 1, inPeriod), inPeriod);
    return clipByValue(inside, 0, last);
  }
  const before = add(at, mul(add(cutTowardsZero(div(neg(at), last)), 1), length));
  const after = sub(at, mul(cutTowardsZero(div(at, last)), length));
  const wrapped = where(less(at, 0), before, where(greater(at, last), after, at));
  return clipByValue(wrapped, 0, last);
}

function cutTowardsZero(x: Tensor): Tensor {
  return where(less(x, 0), neg(floor(abs(x))), floor(abs(x)));
}

/**
 * Images under projective maps: pixel (x, y) of the result is read at
 * ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k) with k = c0 x + c1 y + 1.
 *
 * @param images - shape (b, h, w, c)
 * @param transforms - shape (b, 8) or (1, 8): a0, a1, a2, b0, b1, b2, c0, c1
 * @param interpolation - `nearest` or `bilinear`
 * @param fillMode - what stands outside: `constant`, or the image repeated by `reflect`, `wrap`,
 *   `nearest`
 * @param fillValue - for `constant`
 * @param outputShape - height and width of the result in pixels, by default those of `images`
 * @returns shape (b, height, width, c); gradients reach `images` and, if bilinear, `transforms`
 * @throws ShapeError when a shape is another one
 * @throws ArgumentError when an option is out of range
 * @example
 * const picture = tensor([[[[1], [2], [3]]]]);
 * image.transform(picture, [[1, 0, 1, 0, 1, 0, 0, 0]]) // [[[[2], [3], [0]]]]
 */
export function transform(
  images: TensorLike,
  transforms: TensorLike,
  interpolation: Interpolation = 'nearest',
  fillMode: FillMode = 'constant',
  fillValue = 0,
  outputShape?: readonly [number, number],
): Tensor {
  const op = 'transform';
  const given = asTensor(images, 'images', op);
  requireRank(op, 'images', given, 4);
  const input = cast(given, toFloat(given.dtype));
  const [count, height, width, channels] = input.shape;
  const maps = cast(asTensor(transforms, 'transforms', op), input.dtype);
  if (maps.rank !== 2 || maps.shape[1] !== 8 || (maps.shape[0] !== count && maps.shape[0] !== 1)) {
    const condition = `have shape (${String(count)}, 8) or (1, 8)`;
    throw misuse(ShapeError, op, 'transforms', condition, formatShape(maps.shape));
  }
  requireOneOf(op, 'interpolation', interpolation, ['bilinear', 'nearest']);
  requireOneOf(op, 'fillMode', fillMode, ['reflect', 'nearest', 'constant', 'wrap']);
  requireFinite(op, 'fillValue', fillValue);
  const [rows, columns] = requireSize(op, 'outputShape', outputShape ?? [height, width]);
  requireElements(op, 'result', [count, rows, columns, channels]);
  const y = reshape(counting(rows, input.dtype), [1, rows, 1]);
  const x = reshape(counting(columns, input.dtype), [1, 1, columns]);
  const line = (i: number, constant: Tensor): Tensor =>
    add(add(mul(column(maps, i), x), mul(column(maps, i + 1), y)), constant);
  const scale = line(6, cast(1, input.dtype));
  const places = {
    image: reshape(cast(counting(count, 'float32'), 'int32'), [count, 1, 1]),
    y: folded(div(line(3, column(maps, 5)), scale), height, fillMode),
    x: folded(div(line(0, column(maps, 2)), scale), width, fillMode),
  };
  return sampled(input, places, interpolation, cast(fillValue, input.dtype));
}

/**
 * Images turned about a point, counterclockwise, each pixel a copy of the nearest.
 *
 * @param images - shape (b, h, w, c)
 * @param radians - the angle
 * @param fillValue - what stands outside: one number, or one for each of three channels
 * @param center - the point, in widths and heights of the image from 0 to 1: one number or [x, y]
 * @returns the shape of `images`
 * @throws ShapeError when `images` has another rank
 * @throws ArgumentError when a number is not finite or a list has another length
 * @example image.rotateWithOffset([[[[1], [2]], [[3], [4]]]], Math.PI, 0, 0.5) // [[[[0], [0]], [[0], [4]]]]
 */
export function rotateWithOffset(
  images: TensorLike,
  radians: number,
  fillValue: number | readonly [number, number, number] = 0,
  center: number | readonly [number, number] = 0.5,
): Tensor {
  const op = 'rotateWithOffset';
  const input = asTensor(images, 'images', op);
  requireRank(op, 'images', input, 4);
  requireFinite(op, 'radians', radians);
  const [count, height, width, channels] = input.shape;
  const [centerX, centerY] = pairOf(op, center).map(
    (share, i) => share * (i === 0 ? width : height),
  );
  const outside = fillOf(op, fillValue, channels, input);
  const y = reshape(sub(counting(height, 'float64'), centerY), [height, 1]);
  const x = reshape(sub(counting(width, 'float64'), centerX), [1, width]);
  const [sin, cos] = [Math.sin(radians), Math.cos(radians)];
  const places = {
    image: reshape(cast(counting(count, 'float32'), 'int32'), [count, 1, 1]),
    y: expandDims(halfUp(add(add(mul(x, sin), mul(y, cos)), centerY)), 0),
    x: expandDims(halfUp(add(sub(mul(x, cos), mul(y, sin)), centerX)), 0),
  };
  return pixelsAt(input, places, outside);
}

function pairOf(op: string, center: number | readonly [number, number]): readonly number[] {
  const pair: readonly unknown[] = Array.isArray(center) ? center : [center, center];
  if (pair.length !== 2) {
    throw misuse(ArgumentError, op, 'center', 'be one number or two', formatValue(center));
  }
  return pair.map((one) => requireFinite(op, 'center', one));
}

// The fourth channel of a picture is how opaque it is: what stands outside is opaque.
function fillOf(
  op: string,
  fill: number | readonly number[],
  channels: number,
  like: Tensor,
): Tensor {
  if (typeof fill === 'number') return cast(requireFinite(op, 'fillValue', fill), like.dtype);
  if (!Array.isArray(fill) || fill.length < Math.min(channels, 3)) {
    throw misuse(ArgumentError, op, 'fillValue', 'be one number or three', formatValue(fill));
  }
  const list = Array.from({ length: channels }, (_, i) =>
    i === 3 ? 255 : requireFinite(op, 'fillValue', fill[i]),
  );
  return cast(stack(list), like.dtype);
}

/**
 * The middle of images.
 *
 * @param images - shape (b, h, w, c) or (h, w, c)
 * @param fraction - which share of height and width is kept, above 0 and up to 1
 * @throws ShapeError when `images` has another rank
 * @throws ArgumentError when `fraction` is out of range
 * @example image.centralCrop([[[1], [2], [3], [4]]], 0.5) // [[[2], [3]]]
 */
export function centralCrop(images: TensorLike, fraction: number): Tensor {
  const op = 'centralCrop';
  const input = asTensor(images, 'images', op);
  const batch = asImages(op, input);
  requireFinite(op, 'fraction', fraction, { min: Number.MIN_VALUE, max: 1 });
  const [count, height, width, channels] = batch.shape;
  const margins = [height, width].map((length) => Math.floor((length - length * fraction) / 2));
  const kept = [height, width].map((length, i) => length - 2 * margins[i]);
  const part = slice(batch, [0, ...margins, 0], [count, ...kept, channels]);
  return input.rank === 4 ? part : reshape(part, part.shape.slice(1));
}

/**
 * A part of images, in pixels.
 *
 * @param images - shape (b, h, w, c) or (h, w, c)
 * @throws ShapeError when `images` has another rank
 * @throws ArgumentError when the part does not lie inside
 * @example image.cropToBoundingBox([[[1], [2], [3]]], 0, 1, 1, 2) // [[[2], [3]]]
 */
export function cropToBoundingBox(
  images: TensorLike,
  offsetHeight: number,
  offsetWidth: number,
  targetHeight: number,
  targetWidth: number,
): Tensor {
  const op = 'cropToBoundingBox';
  const input = asTensor(images, 'images', op);
  const batch = asImages(op, input);
  const [count, height, width, channels] = batch.shape;
  const top = requireInteger(op, 'offsetHeight', offsetHeight, { min: 0, max: height });
  const left = requireInteger(op, 'offsetWidth', offsetWidth, { min: 0, max: width });
  const rows = requireInteger(op, 'targetHeight', targetHeight, { min: 0, max: height - top });
  const columns = requireInteger(op, 'targetWidth', targetWidth, { min: 0, max: width - left });
  const part = slice(batch, [0, top, left, 0], [count, rows, columns, channels]);
  return input.rank === 4 ? part : reshape(part, part.shape.slice(1));
}
