import { misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { readOptions, requireFinite, requireOneOf } from '../base/options.ts';
import { broadcastShapes, sameShape } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { leakyRelu, relu, sigmoid } from '../ops/activations.ts';
import { conv2d, depthwiseConv2d } from '../ops/convolution.ts';
import { add } from '../ops/elementwise.ts';
import { matMul } from '../ops/matmul.ts';
import { reshape } from '../ops/structural.ts';
import type { Padding, PerAxis, RoundingMode } from '../ops/windows.ts';
import { elu } from '../ops/linearUnits.ts';
import { prelu, relu6 } from './activations.ts';

const activations = ['linear', 'relu', 'relu6', 'elu', 'prelu', 'leakyrelu', 'sigmoid'] as const;

export type Activation = (typeof activations)[number];

interface EndOptions {
  /** Added before the activation: a scalar, one number for each channel, or what broadcasts. */
  readonly bias?: TensorLike | null | undefined;
  /** `linear` if absent. */
  readonly activation?: Activation | null | undefined;
  /** The slopes of `prelu` below 0. */
  readonly preluActivationWeights?: TensorLike | null | undefined;
  /** The slope of `leakyrelu` below 0; 0.2 if absent. */
  readonly leakyreluAlpha?: number | null | undefined;
}

export interface FusedConvOptions extends EndOptions {
  readonly x: TensorLike;
  readonly filter: TensorLike;
  readonly strides: PerAxis;
  readonly pad: Padding;
  readonly dataFormat?: 'NHWC' | 'NCHW' | undefined;
  readonly dilations?: PerAxis | undefined;
  readonly dimRoundingMode?: RoundingMode | undefined;
}

export interface FusedMatMulOptions extends EndOptions {
  readonly a: TensorLike;
  readonly b: TensorLike;
  readonly transposeA?: boolean | undefined;
  readonly transposeB?: boolean | undefined;
}

const endOptions = {
  bias: true,
  activation: true,
  preluActivationWeights: true,
  leakyreluAlpha: true,
} as const;

const convOptions = {
  ...endOptions,
  x: true,
  filter: true,
  strides: true,
  pad: true,
  dataFormat: true,
  dilations: true,
  dimRoundingMode: true,
} as const;

type Convolution = typeof conv2d;

function fusedConvolution(op: string, run: Convolution, options: FusedConvOptions): Tensor {
  const given = readOptions(op, options, convOptions);
  const x = asTensor(given.x, 'x', op);
  const filter = asTensor(given.filter, 'filter', op);
  const { dataFormat = 'NHWC', dilations = 1, dimRoundingMode } = given;
  const { strides, pad } = given as FusedConvOptions;
  const y = run(x, filter, strides, pad, dataFormat, dilations, dimRoundingMode);
  return ended(op, y, given, dataFormat === 'NCHW');
}

/**
 * `conv2d`, a bias and an activation.
 *
 * @throws ShapeError when shapes do not fit, as `conv2d` does, or the bias does not broadcast
 * @throws ArgumentError when an option is unknown or wrong
 * @example fused.conv2d({ x: [[[2]]], filter: [[[[3]]]], strides: 1, pad: 'valid', bias: [-7], activation: 'relu' }) // [[[0]]]
 */
export function fusedConv2d(options: FusedConvOptions): Tensor {
  return fusedConvolution('fusedConv2d', conv2d, options);
}

/**
 * `depthwiseConv2d`, a bias and an activation.
 *
 * @throws ShapeError when shapes do not fit, as `depthwiseConv2d` does, or the bias does not broadcast
 * @throws ArgumentError when an option is unknown or wrong
 * @example fused.depthwiseConv2d({ x: [[[2]]], filter: [[[[3]]]], strides: 1, pad: 'valid', bias: [1] }) // [[[7]]]
 */
export function fusedDepthwiseConv2d(options: FusedConvOptions): Tensor {
  return fusedConvolution('fusedDepthwiseConv2d', depthwiseConv2d, options);
}

/**
 * `matMul`, a bias and an activation.
 *
 * @throws ShapeError when shapes do not fit, as `matMul` does, or the bias does not broadcast
 * @throws ArgumentError when an option is unknown or wrong
 * @example fused.matMul({ a: [[1, 2]], b: [[3], [4]], bias: [-12], activation: 'leakyrelu' }) // [[-0.2]]
 */
export function fusedMatMul(options: FusedMatMulOptions): Tensor {
  const op = 'fusedMatMul';
  const known = { ...endOptions, a: true, b: true, transposeA: true, transposeB: true } as const;
  const given = readOptions(op, options, known);
  const { transposeA = false, transposeB = false } = given;
  const a = asTensor(given.a, 'a', op);
  const b = asTensor(given.b, 'b', op);
  return ended(op, matMul(a, b, transposeA, transposeB), given, false);
}

function ended(op: string, y: Tensor, options: EndOptions, channelsFirst: boolean): Tensor {
  const { bias, preluActivationWeights } = options;
  const activation = options.activation ?? 'linear';
  const leakyreluAlpha = options.leakyreluAlpha ?? 0.2;
  requireOneOf(op, 'activation', activation, activations);
  requireFinite(op, 'leakyreluAlpha', leakyreluAlpha);
  const shifted =
    bias === undefined || bias === null ? y : add(y, along(op, 'bias', bias, y, channelsFirst));
  if (activation !== 'prelu') return activated(shifted, activation, leakyreluAlpha);
  const weights = along(op, 'preluActivationWeights', preluActivationWeights, y, channelsFirst);
  return prelu(shifted, weights);
}

/** An operand that broadcasts to the result; one axis alone is that of the channels. */
function along(
  op: string,
  argument: string,
  value: TensorLike | null | undefined,
  y: Tensor,
  channelsFirst: boolean,
): Tensor {
  const given = asTensor(value, argument, op);
  const x = channelsFirst && given.rank === 1 ? reshape(given, [given.size, 1, 1]) : given;
  if (sameShape(broadcastShapes(op, y.shape, x.shape), y.shape)) return x;
  const condition = `broadcast to ${formatShape(y.shape)}`;
  throw misuse(ShapeError, op, argument, condition, formatShape(given.shape));
}

function activated(x: Tensor, activation: Exclude<Activation, 'prelu'>, alpha: number): Tensor {
  switch (activation) {
    case 'linear':
      return x;
    case 'relu':
      return relu(x);
    case 'relu6':
      return relu6(x);
    case 'elu':
      return elu(x);
    case 'leakyrelu':
      return leakyRelu(x, alpha);
    case 'sigmoid':
      return sigmoid(x);
  }
}
