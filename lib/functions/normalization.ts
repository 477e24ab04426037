import { ArgumentError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { readOptions, requireFinite, requireInteger } from '../base/options.ts';
import { requireAxes, sameShape } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands, asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor } from '../core/tensor.ts';
import { div, mul, rsqrt, squaredSize, sub } from '../ops/arithmetic.ts';
import { add, toFloat } from '../ops/elementwise.ts';
import type { NormalizationParams } from '../ops/normalization.ts';
import { isNormalizable, isShiftable, normalize, shiftAndScale } from '../ops/normalization.ts';
import { mean } from '../ops/reduce.ts';
import { cumsum } from '../ops/scan.ts';
import { pad, slice } from '../ops/slicing.ts';
import { cast, reshape } from '../ops/structural.ts';
import { pow } from '../ops/transcendental.ts';

/** Scale and offset of a normalisation, where they are given. */
export interface Affine {
  readonly scale?: TensorLike;
  readonly offset?: TensorLike;
}

function asFloats(op: string, x: TensorLike): Tensor {
  const input = asTensor(x, 'x', op);
  return cast(input, toFloat(input.dtype));
}

interface AffineTensors {
  readonly scale: Tensor | undefined;
  readonly offset: Tensor | undefined;
}

function readAffine(op: string, x: Tensor, affine: Affine): AffineTensors {
  const { scale, offset } = readOptions(op, affine, { scale: true, offset: true }, 'affine');
  const names = ['x', 'scale', 'offset'];
  const [, factor, constant] = asOperands([x, scale ?? 1, offset ?? 0], names, op);
  return {
    scale: scale === undefined ? undefined : cast(factor, x.dtype),
    offset: offset === undefined ? undefined : cast(constant, x.dtype),
  };
}

function scaled(x: Tensor, { scale, offset }: AffineTensors): Tensor {
  const larger = scale === undefined ? x : mul(x, scale);
  return offset === undefined ? larger : add(larger, offset);
}

const identity: AffineTensors = { scale: undefined, offset: undefined };

/** Mean 0 and variance 1 along axes, from the population variance; then scale and offset. */
function standardized(x: Tensor, params: NormalizationParams, affine: AffineTensors): Tensor {
  const { axes, epsilon, centered } = params;
  if (isNormalizable(x.spec, axes)) {
    const { scale, offset } = affine;
    if (scale === undefined || scale.rank === 0 || !isNormalizable(x.spec, axes, scale.shape))
      return scaled(normalize(x, params), affine);
    if (offset !== undefined && sameShape(offset.shape, scale.shape))
      return normalize(x, params, scale, offset);
    return scaled(normalize(x, params, scale), { scale: undefined, offset });
  }
  const difference = centered ? sub(x, mean(x, axes, true)) : x;
  const rate = rsqrt(add(mean(squaredSize(difference), axes, true), epsilon));
  return scaled(mul(difference, rate), affine);
}

/**
 * `(x - mean) / sqrt(variance + epsilon) * scale + offset`, with broadcasting: batch normalisation with
 * known statistics. Gradients pass to all five.
 *
 * @param mean - as `variance`, `offset` and `scale` a shape that broadcasts with `x`, usually one number
 *   a channel
 * @throws ShapeError when the shapes do not broadcast
 * @throws ArgumentError when `varianceEpsilon` is no finite number of at least 0
 * @example batchNorm([[2, 4]], [0, 2], [1, 4], [10, 10], [1, 1], 0) // [[12, 11]]
 * @see Ioffe and Szegedy 2015, "Batch normalization"
 */
export function batchNorm(
  x: TensorLike,
  mean: TensorLike,
  variance: TensorLike,
  offset?: TensorLike | null,
  scale?: TensorLike | null,
  varianceEpsilon = 0.001,
): Tensor {
  return normalized('batchNorm', x, { mean, variance, offset, scale, varianceEpsilon });
}

interface BatchStatistics {
  readonly mean: TensorLike;
  readonly variance: TensorLike;
  readonly offset: TensorLike | null | undefined;
  readonly scale: TensorLike | null | undefined;
  readonly varianceEpsilon: number;
}

function normalized(op: string, x: TensorLike, statistics: BatchStatistics): Tensor {
  const { mean, variance, offset, scale, varianceEpsilon } = statistics;
  requireFinite(op, 'varianceEpsilon', varianceEpsilon, { min: 0 });
  const input = asFloats(op, x);
  const given = asOperands([input, mean, variance], ['x', 'mean', 'variance'], op);
  const [, center, spread] = given.map((one) => cast(one, input.dtype));
  const affine = readAffine(op, input, {
    ...(scale !== undefined && scale !== null && { scale }),
    ...(offset !== undefined && offset !== null && { offset }),
  });
  const rate = rsqrt(add(spread, varianceEpsilon));
  const factor = affine.scale ?? rate;
  const constant = affine.offset ?? filledTensor(center.spec, 0);
  const rows = [center, rate, factor, constant];
  if (!isShiftable(input.spec, ...rows.map((row) => row.spec)))
    return scaled(mul(sub(input, center), rate), affine);
  return shiftAndScale(input, center, factor === rate ? rate : mul(rate, factor), constant);
}

function ofRank(op: string, rank: number, x: TensorLike): Tensor {
  const input = asTensor(x, 'x', op);
  if (input.rank !== rank) {
    throw misuse(ShapeError, op, 'x', `have ${String(rank)} axes`, formatShape(input.shape));
  }
  return input;
}

/**
 * `batchNorm` of a matrix.
 *
 * @throws ShapeError when `x` has another rank, or the shapes do not broadcast
 * @example batchNorm2d([[2, 4]], [0, 2], [1, 4], null, null, 0) // [[2, 1]]
 */
export function batchNorm2d(
  x: TensorLike,
  mean: TensorLike,
  variance: TensorLike,
  offset?: TensorLike | null,
  scale?: TensorLike | null,
  varianceEpsilon = 0.001,
): Tensor {
  const op = 'batchNorm2d';
  return normalized(op, ofRank(op, 2, x), { mean, variance, offset, scale, varianceEpsilon });
}

/**
 * `batchNorm` of a tensor of three axes.
 *
 * @throws ShapeError when `x` has another rank, or the shapes do not broadcast
 * @example batchNorm3d([[[2, 4]]], [0, 2], [1, 4], null, null, 0) // [[[2, 1]]]
 */
export function batchNorm3d(
  x: TensorLike,
  mean: TensorLike,
  variance: TensorLike,
  offset?: TensorLike | null,
  scale?: TensorLike | null,
  varianceEpsilon = 0.001,
): Tensor {
  const op = 'batchNorm3d';
  return normalized(op, ofRank(op, 3, x), { mean, variance, offset, scale, varianceEpsilon });
}

/**
 * `batchNorm` of a tensor of four axes.
 *
 * @throws ShapeError when `x` has another rank, or the shapes do not broadcast
 * @example batchNorm4d([[[[2, 4]]]], [0, 2], [1, 4], null, null, 0) // [[[[2, 1]]]]
 */
export function batchNorm4d(
  x: TensorLike,
  mean: TensorLike,
  variance: TensorLike,
  offset?: TensorLike | null,
  scale?: TensorLike | null,
  varianceEpsilon = 0.001,
): Tensor {
  const op = 'batchNorm4d';
  return normalized(op, ofRank(op, 4, x), { mean, variance, offset, scale, varianceEpsilon });
}

/**
 * Mean 0 and variance 1 along the last axes, then scale and offset.
 *
 * @param axis - one, several; by default the last
 * @param epsilon - keeps the division finite where all elements are equal
 * @throws AxisError when an axis is outside the rank or named twice
 * @throws ShapeError when `scale` or `offset` does not broadcast
 * @example layerNorm([[1, 3]], {}, -1, 0) // [[-1, 1]]
 * @see Ba, Kiros and Hinton 2016, "Layer normalization"
 */
export function layerNorm(
  x: TensorLike,
  affine: Affine = {},
  axis: number | readonly number[] = -1,
  epsilon = 0.001,
): Tensor {
  const op = 'layerNorm';
  const input = asFloats(op, x);
  const axes = requireAxes(op, axis, input.rank);
  requireFinite(op, 'epsilon', epsilon, { min: 0 });
  const params = { axes, epsilon, centered: true };
  return standardized(input, params, readAffine(op, input, affine));
}

/**
 * `x` over the root of its mean square along axes, then scale and offset.
 *
 * @param axis - one, several; by default the last
 * @param epsilon - keeps the division finite where all elements are 0
 * @throws AxisError when an axis is outside the rank or named twice
 * @throws ShapeError when `scale` or `offset` does not broadcast
 * @example rmsNorm([[3, 3]], {}, -1, 0) // [[1, 1]]
 * @see Zhang and Sennrich 2019, "Root mean square layer normalization"
 */
export function rmsNorm(
  x: TensorLike,
  affine: Affine = {},
  axis: number | readonly number[] = -1,
  epsilon = 0.001,
): Tensor {
  const op = 'rmsNorm';
  const input = asFloats(op, x);
  const axes = requireAxes(op, axis, input.rank);
  requireFinite(op, 'epsilon', epsilon, { min: 0 });
  const params = { axes, epsilon, centered: false };
  return standardized(input, params, readAffine(op, input, affine));
}

/**
 * Mean 0 and variance 1 over groups of channels and all spatial axes, example by example, then scale
 * and offset.
 *
 * @param x - shape (b, ..., c)
 * @param groups - how many groups the channels make; they must divide c
 * @param epsilon - keeps the division finite where all elements are equal
 * @throws ShapeError when `x` has fewer than 2 axes, or `scale` or `offset` does not broadcast
 * @throws ArgumentError when `groups` does not divide the channels
 * @example groupNorm([[1, 3, 10, 30]], 2, {}, 0) // [[-1, 1, -1, 1]]
 * @see Wu and He 2018, "Group normalization"
 */
export function groupNorm(
  x: TensorLike,
  groups: number,
  affine: Affine = {},
  epsilon = 0.001,
): Tensor {
  const op = 'groupNorm';
  const input = asFloats(op, x);
  if (input.rank < 2) {
    throw misuse(ShapeError, op, 'x', 'have at least 2 axes', formatShape(input.shape));
  }
  const channels = input.shape[input.rank - 1];
  const count = requireInteger(op, 'groups', groups, { min: 1 });
  requireFinite(op, 'epsilon', epsilon, { min: 0 });
  if (channels % count !== 0) {
    throw misuse(
      ArgumentError,
      op,
      'groups',
      `divide the ${String(channels)} channels`,
      String(groups),
    );
  }
  const inGroups = [count, channels / count];
  const split = reshape(input, [...input.shape.slice(0, -1), ...inGroups]);
  const axes = Array.from({ length: split.rank }, (_, i) => i).filter(
    (i) => i !== 0 && i !== split.rank - 2,
  );
  const params = { axes, epsilon, centered: true };
  const given = readAffine(op, input, affine);
  const { scale, offset } = given;
  const isEach = (one?: Tensor): boolean => one === undefined || sameShape(one.shape, [channels]);
  if (!isEach(scale) || !isEach(offset))
    return scaled(reshape(standardized(split, params, identity), input.shape), given);
  const grouped = {
    scale: scale && reshape(scale, inGroups),
    offset: offset && reshape(offset, inGroups),
  };
  return reshape(standardized(split, params, grouped), input.shape);
}

/**
 * Mean 0 and variance 1 over all spatial axes, example by example and channel by channel, then scale
 * and offset.
 *
 * @param x - shape (b, ..., c)
 * @param epsilon - keeps the division finite where all elements are equal
 * @throws ShapeError when `x` has fewer than 3 axes, or `scale` or `offset` does not broadcast
 * @example instanceNorm([[[1], [3]]], {}, 0) // [[[-1], [1]]]
 * @see Ulyanov, Vedaldi and Lempitsky 2016, "Instance normalization"
 */
export function instanceNorm(x: TensorLike, affine: Affine = {}, epsilon = 0.001): Tensor {
  const op = 'instanceNorm';
  const input = asFloats(op, x);
  if (input.rank < 3) {
    throw misuse(ShapeError, op, 'x', 'have at least 3 axes', formatShape(input.shape));
  }
  requireFinite(op, 'epsilon', epsilon, { min: 0 });
  const axes = Array.from({ length: input.rank - 2 }, (_, i) => i + 1);
  const params = { axes, epsilon, centered: true };
  return standardized(input, params, readAffine(op, input, affine));
}

/**
 * `x / (bias + alpha * s)^beta`, where s is the sum of the squares of the channels at most
 * `depthRadius` away; `alpha` is not divided by their number.
 *
 * @param x - shape (b, h, w, c) or (h, w, c)
 * @throws ShapeError when `x` has another rank
 * @throws ArgumentError when an option is out of range
 * @example localResponseNormalization([[[1, 1]]], 0, 1, 1, 1) // [[[0.5, 0.5]]]
 * @see Krizhevsky, Sutskever and Hinton 2012, section 3.3
 */
export function localResponseNormalization(
  x: TensorLike,
  depthRadius = 5,
  bias = 1,
  alpha = 1,
  beta = 0.5,
): Tensor {
  const op = 'localResponseNormalization';
  const input = asFloats(op, x);
  if (input.rank !== 3 && input.rank !== 4) {
    throw misuse(ShapeError, op, 'x', 'have 3 or 4 axes', formatShape(input.shape));
  }
  const radius = requireInteger(op, 'depthRadius', depthRadius, { min: 0 });
  const constants = [bias, alpha, beta].map((one, i) =>
    requireFinite(op, ['bias', 'alpha', 'beta'][i], one),
  );
  const near = windowSums(squaredSize(input), radius);
  return div(input, pow(add(mul(near, constants[1]), constants[0]), constants[2]));
}

// Differences of running sums along the last axis.
function windowSums(x: Tensor, radius: number): Tensor {
  const { shape } = x;
  const channels = shape[shape.length - 1];
  const before = shape.slice(0, -1).map((): readonly [number, number] => [0, 0]);
  const sums = cumsum(pad(x, [...before, [radius + 1, radius]]), -1);
  const from = (start: number): Tensor =>
    slice(sums, [...shape.slice(0, -1).map(() => 0), start], [...shape.slice(0, -1), channels]);
  return sub(from(2 * radius + 1), from(0));
}
