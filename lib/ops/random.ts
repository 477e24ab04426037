import type { DType, FloatDType } from '../base/dtype.ts';
import { isFloat } from '../base/dtype.ts';
import { ArgumentError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { requireFinite, requireInteger, requireOneOf } from '../base/options.ts';
import { runtime } from '../base/runtime.ts';
import type { Shape } from '../base/shape.ts';
import { requireElements, requireShape, sizeOf, specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Op } from '../core/op.ts';
import { defineOp, zeroGradient, readsNothing } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Kernel } from '../kernels/kernel.ts';
import type {
  DrawParams,
  Key,
  RandomNormalParams,
  RandomUniformParams,
} from '../kernels/random.ts';
import {
  blocksFor,
  foldKey,
  randomIntKernel,
  randomNormalKernel,
  randomUniformKernel,
  truncatedNormalKernel,
} from '../kernels/random.ts';
import { mul, sub } from './arithmetic.ts';
import { greaterEqual } from './compare.ts';
import { round, where } from './select.ts';
import { add, toFloat } from './elementwise.ts';
import { cast } from './structural.ts';

/*
 * A draw is a pure function of its params: the public functions take key and counter from the
 * default stream, or from a seed, and hand them to an op without inputs.
 */

/** Which numbers a random op draws. */
export interface Draw extends DrawParams {
  readonly shape: Shape;
  readonly dtype: DType;
  /** Whether the user gave a seed; the others draw from the default stream. */
  readonly isSeeded: boolean;
}

function defineDraw<Params extends Draw>(name: string, kernel: Kernel<Params>): Op<Params> {
  const op: Op<Params> = defineOp<Params>({
    name,
    infer: (_, { shape, dtype }) => [specOf(shape, dtype)],
    kernel,
    derivative: zeroGradient,
    batch: (_inputs, _batched, params, size) => {
      const shape = [size, ...params.shape];
      requireElements(name, 'result', shape);
      // A key of its own: the stream kept as many blocks free as one example needs.
      const key = foldKey(params.key, params.counter);
      return apply(op, [], { ...params, shape, key, counter: 0 });
    },
    traits: { random: true },
    reads: readsNothing,
  });
  return op;
}

export const randomUniformOp = defineDraw<Draw & RandomUniformParams>(
  'randomUniform',
  randomUniformKernel,
);
export const randomUniformIntOp = defineDraw<Draw & RandomUniformParams>(
  'randomUniformInt',
  randomIntKernel,
);
export const randomNormalOp = defineDraw<Draw & RandomNormalParams>(
  'randomNormal',
  randomNormalKernel,
);
export const truncatedNormalOp = defineDraw<Draw & RandomNormalParams>(
  'truncatedNormal',
  truncatedNormalKernel,
);

/** Params of a new draw; takes its blocks from the default stream unless there is a seed. */
export function newDraw(
  op: string,
  shape: Shape,
  dtype: DType,
  seed: number | null | undefined,
): Draw {
  const sizes = requireShape(op, 'shape', shape);
  if (seed !== undefined && seed !== null) {
    const key = keyOfSeed(requireFinite(op, 'seed', seed));
    return { shape: sizes, dtype, key, counter: 0, isSeeded: true };
  }
  return { shape: sizes, dtype, ...takeBlocks(sizes), isSeeded: false };
}

/** The dtype asked for, or else that of the parameters that are tensors, or else the default float. */
export function drawnDType<T extends DType>(
  op: string,
  dtype: T | null | undefined,
  parameters: Readonly<Record<string, TensorLike>>,
): T | FloatDType {
  if (dtype !== undefined && dtype !== null) return dtype;
  const given = Object.entries(parameters).filter(([, value]) => typeof value !== 'number');
  const dtypes = given.map(([argument, value]) => asTensor(value, argument, op).dtype);
  return dtypes.includes('float64') ? 'float64' : toDefault(dtypes);
}

function toDefault(dtypes: readonly DType[]): FloatDType {
  return dtypes.includes('float32') ? 'float32' : runtime.defaultFloat;
}

/**
 * A parameter of a distribution as a tensor: a number within the bounds, or a tensor of any values
 * that broadcasts to the shape of the draw.
 */
export function requireParameter(
  op: string,
  argument: string,
  value: TensorLike,
  shape: Shape,
  dtype: DType,
  bounds: Parameters<typeof requireFinite>[3] = {},
): Tensor {
  const sizes = requireShape(op, 'shape', shape);
  if (typeof value === 'number') requireFinite(op, argument, value, bounds);
  const given = asTensor(value, argument, op);
  const lead = sizes.length - given.rank;
  if (lead < 0 || given.shape.some((size, i) => size !== 1 && size !== sizes[lead + i])) {
    const condition = `broadcast to the shape of the result, ${formatShape(sizes)}`;
    throw misuse(ShapeError, op, argument, condition, formatShape(given.shape));
  }
  return cast(given, dtype);
}

function takeBlocks(shape: Shape): DrawParams {
  const { random } = runtime;
  const { key, counter } = random;
  random.counter += blocksFor(sizeOf(shape));
  return { key, counter };
}

// Families of keys, so that a draw with seed 1 is not the first draw after setSeed(1).
const defaultStream = 0;
const seededDraws = 1;
const fractionalSeeds = 2;

function keyOf(seed: number, family: number): Key {
  return foldKey([seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0], family);
}

// What is no integer counts by its bits, so that seeds that differ at all differ in their numbers.
function keyOfSeed(seed: number): Key {
  if (Number.isSafeInteger(seed)) return keyOf(seed, seededDraws);
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, seed);
  return foldKey([bits.getUint32(4), bits.getUint32(0)], fractionalSeeds);
}

/**
 * Params with which a recorded random op draws anew in evaluation `run` (0, 1, ...) of a graph:
 * without a seed from the default stream, as a new call would; with one, the next numbers of the
 * seed's own stream, so that evaluations differ but can be repeated.
 */
export function redraw<Params extends Draw>(params: Params, run: number): Params {
  if (!params.isSeeded) return { ...params, ...takeBlocks(params.shape) };
  return { ...params, counter: params.counter + run * blocksFor(sizeOf(params.shape)) };
}

/**
 * Makes the draws that follow repeatable: they are those after any other `setSeed(seed)`.
 *
 * @throws ArgumentError when `seed` is no integer
 * @example
 * setSeed(1);
 * const x = randomUniform([]).item();
 * setSeed(1);
 * randomUniform([]).item() === x // true
 */
export function setSeed(seed: number): void {
  runtime.random.key = keyOf(requireInteger('setSeed', 'seed', seed), defaultStream);
  runtime.random.counter = 0;
}

/**
 * Numbers drawn uniformly from [`minval`, `maxval`).
 *
 * @param minval - a number, or a tensor that broadcasts to `shape`; gradients reach it
 * @param maxval - as `minval`
 * @param dtype - a float, by default that of tensors among the bounds, or the default float; int32
 *   for integers between integer bounds; or bool, where such an integer is not 0: from 0 to 2, a coin
 * @param seed - any finite number: the same seed gives the same numbers at every call
 * @throws ShapeError when `shape` is no array of sizes, or a bound does not broadcast to it
 * @throws ArgumentError when a bound is not finite, or they are in the wrong order
 * @throws AllocationError when there are more elements than allowed
 * @example randomUniform([2], 0, 10).shape // [2]
 * @example randomUniform([3], 0, 1, 'float32', 7) // [0.2130735, 0.0924822, 0.2015076]
 */
export function randomUniform(
  shape: Shape,
  minval: TensorLike = 0,
  maxval: TensorLike = 1,
  dtype?: FloatDType | 'int32' | 'bool' | null,
  seed?: number | null,
): Tensor {
  const choices = ['float32', 'float64', 'int32', 'bool'] as const;
  const wanted = requireOneOf(
    'randomUniform',
    'dtype',
    drawnDType('randomUniform', dtype, { minval, maxval }),
    choices,
  );
  if (wanted === 'int32' || wanted === 'bool') {
    return cast(drawIntegers('randomUniform', shape, minval, maxval, seed), wanted);
  }
  if (!(typeof minval === 'number' && typeof maxval === 'number')) {
    const from = requireParameter('randomUniform', 'minval', minval, shape, wanted);
    const to = requireParameter('randomUniform', 'maxval', maxval, shape, wanted);
    const draw = newDraw('randomUniform', shape, wanted, seed);
    const share = apply(randomUniformOp, [], { ...draw, low: 0, high: 1 })[0];
    return add(from, mul(sub(to, from), share));
  }
  const low = requireFinite('randomUniform', 'minval', minval);
  const high = requireFinite('randomUniform', 'maxval', maxval, { min: low });
  const draw = newDraw('randomUniform', shape, wanted, seed);
  return apply(randomUniformOp, [], { ...draw, low, high })[0];
}

/**
 * Integers drawn uniformly from [`minval`, `maxval`), as int32.
 *
 * @param seed - any finite number: the same seed gives the same numbers at every call
 * @throws ShapeError when `shape` is no array of sizes
 * @throws ArgumentError when a bound is no int32, or `maxval` is not above `minval`
 * @throws AllocationError when there are more elements than allowed
 * @example randomUniformInt([5], 0, 10, 7) // [2, 0, 2, 6, 0]
 */
export function randomUniformInt(
  shape: Shape,
  minval: number,
  maxval: number,
  seed?: number | null,
): Tensor {
  return drawIntegers('randomUniformInt', shape, minval, maxval, seed);
}

function drawIntegers(
  op: string,
  shape: Shape,
  minval: unknown,
  maxval: unknown,
  seed: number | null | undefined,
): Tensor {
  const low = requireInteger(op, 'minval', minval, { min: -(2 ** 31), max: 2 ** 31 - 1 });
  const high = requireInteger(op, 'maxval', maxval, { min: low + 1, max: 2 ** 31 });
  const draw = newDraw(op, shape, 'int32', seed);
  return apply(randomUniformIntOp, [], { ...draw, low, high })[0];
}

/**
 * Numbers drawn from the normal distribution.
 *
 * @param mean - a number, or a tensor that broadcasts to `shape`; gradients reach it
 * @param stdDev - as `mean`
 * @param dtype - a float, by default the default float; or int32, for numbers rounded
 * @param seed - any finite number: the same seed gives the same numbers at every call
 * @throws ShapeError when `shape` is no array of sizes, or a parameter does not broadcast to it
 * @throws ArgumentError when `mean` is not finite or `stdDev` not a finite number of at least 0
 * @throws AllocationError when there are more elements than allowed
 * @example randomNormal([2, 3]).shape // [2, 3]
 */
export function randomNormal(
  shape: Shape,
  mean: TensorLike = 0,
  stdDev: TensorLike = 1,
  dtype?: FloatDType | 'int32' | null,
  seed?: number | null,
): Tensor {
  return drawNormal(randomNormalOp, shape, { mean, stdDev }, dtype, seed);
}

/**
 * Numbers drawn from the normal distribution of mean 0 and standard deviation 1.
 *
 * @param dtype - a float, by default the default float; or int32, for numbers rounded
 * @param seed - any finite number: the same seed gives the same numbers at every call
 * @throws ShapeError when `shape` is no array of sizes
 * @throws AllocationError when there are more elements than allowed
 * @example randomStandardNormal([2]).dtype // 'float32'
 */
export function randomStandardNormal(
  shape: Shape,
  dtype?: FloatDType | 'int32' | null,
  seed?: number | null,
): Tensor {
  return drawNormal(
    randomNormalOp,
    shape,
    { mean: 0, stdDev: 1 },
    dtype,
    seed,
    'randomStandardNormal',
  );
}

/**
 * As `randomNormal`, but what is over two standard deviations from the mean is drawn again.
 *
 * @param mean - a number, or a tensor that broadcasts to `shape`; gradients reach it
 * @param stdDev - as `mean`
 * @param dtype - a float, by default the default float; or int32, for numbers rounded
 * @param seed - any finite number: the same seed gives the same numbers at every call
 * @throws ShapeError when `shape` is no array of sizes, or a parameter does not broadcast to it
 * @throws ArgumentError when `mean` is not finite or `stdDev` not a finite number of at least 0
 * @throws AllocationError when there are more elements than allowed
 * @example all(lessEqual(abs(truncatedNormal([100])), 2)) // 1
 */
export function truncatedNormal(
  shape: Shape,
  mean: TensorLike = 0,
  stdDev: TensorLike = 1,
  dtype?: FloatDType | 'int32' | null,
  seed?: number | null,
): Tensor {
  return drawNormal(truncatedNormalOp, shape, { mean, stdDev }, dtype, seed);
}

function drawNormal(
  op: Op<Draw & RandomNormalParams>,
  shape: Shape,
  { mean, stdDev }: { readonly mean: TensorLike; readonly stdDev: TensorLike },
  dtype: FloatDType | 'int32' | null | undefined,
  seed: number | null | undefined,
  name = op.name,
): Tensor {
  const wanted = requireOneOf(name, 'dtype', drawnDType(name, dtype, { mean, stdDev }), [
    'float32',
    'float64',
    'int32',
  ]);
  const float: DType = isFloat(wanted) ? wanted : runtime.defaultFloat;
  if (typeof mean === 'number' && typeof stdDev === 'number') {
    requireFinite(name, 'mean', mean);
    requireFinite(name, 'stdDev', stdDev, { min: 0 });
    const draw = newDraw(name, shape, float, seed);
    return rounded(apply(op, [], { ...draw, mean, stdDev })[0], wanted);
  }
  const center = requireParameter(name, 'mean', mean, shape, float);
  const deviation = requireParameter(name, 'stdDev', stdDev, shape, float, { min: 0 });
  const draw = newDraw(name, shape, float, seed);
  const standard = apply(op, [], { ...draw, mean: 0, stdDev: 1 })[0];
  return rounded(add(center, mul(deviation, standard)), wanted);
}

/** Drawn numbers in the dtype that was asked for. */
export function rounded(drawn: Tensor, dtype: DType): Tensor {
  return cast(isFloat(dtype) ? drawn : round(drawn), dtype);
}

/**
 * Sets a random part of the elements to 0 and divides the others by the probability of being kept,
 * so that the expected value stays.
 *
 * @param rate - the probability of being set to 0, in [0, 1)
 * @param noiseShape - a shape that broadcasts to that of `x`: along axes of size 1, elements fall
 *   together
 * @param seed - any finite number: the same seed gives the same choice at every call
 * @throws ArgumentError when `rate` is outside [0, 1)
 * @throws ShapeError when `noiseShape` does not broadcast to the shape of `x`
 * @example dropout([1, 2, 3], 0) // [1, 2, 3]
 */
export function dropout(
  x: TensorLike,
  rate: number,
  noiseShape?: Shape | null,
  seed?: number,
): Tensor {
  const given = asTensor(x, 'x', 'dropout');
  const input = cast(given, toFloat(given.dtype));
  if (typeof rate !== 'number' || !(rate >= 0 && rate < 1)) {
    throw misuse(ArgumentError, 'dropout', 'rate', 'lie in [0, 1)', formatValue(rate));
  }
  const noise = requireNoiseShape(noiseShape, input.shape);
  if (rate === 0) return input;
  const dtype = isFloat(input.dtype) ? input.dtype : runtime.defaultFloat;
  const isKept = greaterEqual(randomUniform(noise, 0, 1, dtype, seed), rate);
  return where(isKept, mul(input, 1 / (1 - rate)), 0);
}

function requireNoiseShape(noiseShape: Shape | null | undefined, shape: Shape): Shape {
  if (noiseShape === undefined || noiseShape === null) return shape;
  const noise = requireShape('dropout', 'noiseShape', noiseShape);
  const lead = shape.length - noise.length;
  if (lead >= 0 && noise.every((size, i) => size === 1 || size === shape[lead + i])) return noise;
  const condition = `broadcast to the shape of x, ${formatShape(shape)}`;
  throw misuse(ShapeError, 'dropout', 'noiseShape', condition, formatShape(noise));
}
