import { misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { requireBoolean, requireInteger } from '../base/options.ts';
import { requireElements, specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Op } from '../core/op.ts';
import { defineOp, readsNothing } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import type { ResampleParams, Taps } from '../kernels/resample.ts';
import { resampleKernel, tapsOf, transposedTaps } from '../kernels/resample.ts';
import { toFloat } from './elementwise.ts';
import { cast, expandDims, linearMap, reshape } from './structural.ts';

/** A sparse matrix applied along an axis; its adjoint is the transposed matrix. */
export const resampleOp: Op<ResampleParams> = defineOp<ResampleParams>({
  name: 'resample',
  infer: ([x], { axis, taps }) => [
    specOf(
      x.shape.map((size, i) => (i === axis ? taps.starts.length - 1 : size)),
      x.dtype,
    ),
  ],
  kernel: resampleKernel,
  derivative: linearMap(
    (t, _, params) => apply(resampleOp, [t], params)[0],
    (g, _, { axis, taps }) => apply(resampleOp, [g], { axis, taps: transposedTaps(taps) })[0],
  ),
  batch: ([x], _, { axis, taps }) => apply(resampleOp, [x], { axis: axis + 1, taps }),
  traits: { linear: true },
  reads: readsNothing,
});

/** Where a pixel of the result lies in the image, and which pixels of the image it is made of. */
interface Grid {
  readonly from: number;
  readonly to: number;
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

type Entries = readonly (readonly [source: number, weight: number])[];

type Filter = (place: number, grid: Grid) => Entries;

function ratioOf({ from, to, alignCorners }: Grid): number {
  return alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
}

function clamped(i: number, length: number): number {
  return Math.min(length - 1, Math.max(0, i));
}

const bilinear: Filter = (place, grid) => {
  const ratio = ratioOf(grid);
  const at = grid.halfPixelCenters ? ratio * (place + 0.5) - 0.5 : ratio * place;
  const low = Math.floor(at);
  const share = at - low;
  return [
    [clamped(low, grid.from), 1 - share],
    [clamped(low + 1, grid.from), share],
  ];
};

const nearest: Filter = (place, grid) => {
  const ratio = ratioOf(grid);
  const at = grid.halfPixelCenters ? ratio * (place + 0.5) : ratio * place;
  const source = grid.alignCorners ? Math.round(at) : Math.floor(at);
  return [[clamped(source, grid.from), 1]];
};

/** The convolution kernel of Keys 1981, with slope `a` at distance 1. */
function cubicWeight(distance: number, a: number): number {
  const d = Math.abs(distance);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

// As TensorFlow: with half pixels, the neighbours outside the image count for nothing; without, they
// are the pixel at the edge, and the kernel is sharper.
const bicubic: Filter = (place, grid) => {
  const { from, halfPixelCenters } = grid;
  const ratio = ratioOf(grid);
  const at = halfPixelCenters ? ratio * (place + 0.5) - 0.5 : ratio * place;
  const a = halfPixelCenters ? -0.5 : -0.75;
  const low = Math.floor(at);
  const entries = [-1, 0, 1, 2].map(
    (step) => [low + step, cubicWeight(at - low - step, a)] as const,
  );
  if (!halfPixelCenters) return entries.map(([i, weight]) => [clamped(i, from), weight]);
  const inside = entries.filter(([i]) => i >= 0 && i < from);
  const total = inside.reduce((sum, [, weight]) => sum + weight, 0);
  return inside.map(([i, weight]) => [i, weight / total]);
};

function tapsFor(filter: Filter, grid: Grid): Taps {
  return tapsOf(
    Array.from({ length: grid.to }, (_, place) => filter(place, grid)),
    grid.from,
  );
}

/** Checks images of shape (b, h, w, c) or (h, w, c), and returns them with a batch axis. */
export function asImages(op: string, images: TensorLike, argument = 'images'): Tensor {
  const input = asTensor(images, argument, op);
  if (input.rank !== 3 && input.rank !== 4) {
    const condition = 'have shape (batch, height, width, channels) or (height, width, channels)';
    throw misuse(ShapeError, op, argument, condition, formatShape(input.shape));
  }
  return input.rank === 3 ? expandDims(input, 0) : input;
}

/** Checks a pair of height and width. */
export function requireSize(
  op: string,
  argument: string,
  size: unknown,
): readonly [number, number] {
  if (!Array.isArray(size) || size.length !== 2) {
    throw misuse(ShapeError, op, argument, 'be [height, width]', formatValue(size));
  }
  const [height, width] = size as readonly unknown[];
  return [
    requireInteger(op, `${argument}[0]`, height, { min: 1 }),
    requireInteger(op, `${argument}[1]`, width, { min: 1 }),
  ];
}

interface Resizing {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

function resize(
  op: string,
  images: TensorLike,
  size: readonly [number, number],
  filter: Filter,
  { alignCorners, halfPixelCenters }: Resizing,
): Tensor {
  const input = asTensor(images, 'images', op);
  const batch = asImages(op, input);
  const wanted = requireSize(op, 'size', size);
  requireBoolean(op, 'alignCorners', alignCorners);
  requireBoolean(op, 'halfPixelCenters', halfPixelCenters);
  if (alignCorners && halfPixelCenters) {
    const hint = 'the two place the pixels differently';
    throw misuse(ShapeError, op, 'alignCorners', 'be false with halfPixelCenters', 'true', hint);
  }
  if (batch.shape[1] === 0 || batch.shape[2] === 0) {
    throw misuse(ShapeError, op, 'images', 'have pixels', formatShape(input.shape));
  }
  requireElements(op, 'result', [batch.shape[0], ...wanted, batch.shape[3]]);
  let result = batch;
  wanted.forEach((to, i) => {
    const grid = { from: result.shape[i + 1], to, alignCorners, halfPixelCenters };
    result = apply(resampleOp, [result], { axis: i + 1, taps: tapsFor(filter, grid) })[0];
  });
  return input.rank === 4 ? result : reshape(result, result.shape.slice(1));
}

/**
 * Images of another size, each pixel interpolated linearly between the four nearest.
 *
 * @param images - shape (b, h, w, c) or (h, w, c); integers give the default float
 * @param size - height and width of the result, in pixels
 * @param alignCorners - whether the centres of the corner pixels stay where they are
 * @param halfPixelCenters - whether the centre of the first pixel is at 0.5, as in TensorFlow 2
 * @returns shape (b, size[0], size[1], c), without b if `images` has none
 * @throws ShapeError when `images` has another rank or no pixels, `size` is no pair, or both flags
 *   are set
 * @throws ArgumentError when `size` does not hold integers of at least 1
 * @example resizeBilinear([[[0], [2]]], [1, 4]) // [[[0], [1], [2], [2]]]
 */
export function resizeBilinear(
  images: TensorLike,
  size: readonly [number, number],
  alignCorners = false,
  halfPixelCenters = false,
): Tensor {
  const op = 'resizeBilinear';
  const input = asTensor(images, 'images', op);
  const floats = cast(input, toFloat(input.dtype));
  return resize(op, floats, size, bilinear, { alignCorners, halfPixelCenters });
}

/**
 * Images of another size, each pixel a copy of the nearest.
 *
 * @param images - shape (b, h, w, c) or (h, w, c)
 * @param size - height and width of the result, in pixels
 * @param alignCorners - whether the centres of the corner pixels stay where they are
 * @param halfPixelCenters - whether the centre of the first pixel is at 0.5
 * @returns shape (b, size[0], size[1], c), without b if `images` has none; the dtype of `images`
 * @throws ShapeError as `resizeBilinear`
 * @throws ArgumentError as `resizeBilinear`
 * @example resizeNearestNeighbor([[[0], [2]]], [1, 4]) // [[[0], [0], [2], [2]]]
 */
export function resizeNearestNeighbor(
  images: TensorLike,
  size: readonly [number, number],
  alignCorners = false,
  halfPixelCenters = false,
): Tensor {
  const op = 'resizeNearestNeighbor';
  return resize(op, images, size, nearest, { alignCorners, halfPixelCenters });
}

/**
 * Images of another size by the cubic kernel of Keys 1981 over the sixteen nearest pixels, as
 * TensorFlow's `ResizeBicubic`.
 *
 * @param images - shape (b, h, w, c) or (h, w, c); integers give the default float
 * @param size - height and width of the result, in pixels
 * @param alignCorners - whether the centres of the corner pixels stay where they are
 * @param halfPixelCenters - whether the centre of the first pixel is at 0.5, as in TensorFlow 2
 * @returns shape (b, size[0], size[1], c), without b if `images` has none
 * @throws ShapeError as `resizeBilinear`
 * @throws ArgumentError as `resizeBilinear`
 * @example resizeBicubic([[[1], [1]]], [1, 3]) // [[[1], [1], [1]]]
 */
export function resizeBicubic(
  images: TensorLike,
  size: readonly [number, number],
  alignCorners = false,
  halfPixelCenters = false,
): Tensor {
  const op = 'resizeBicubic';
  const input = asTensor(images, 'images', op);
  const floats = cast(input, toFloat(input.dtype));
  return resize(op, floats, size, bicubic, { alignCorners, halfPixelCenters });
}
