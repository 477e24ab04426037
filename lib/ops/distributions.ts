import { isFloat } from '../base/dtype.ts';
import type { DType, FloatDType } from '../base/dtype.ts';
import { ArgumentError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { requireBoolean, requireInteger, requireOneOf } from '../base/options.ts';
import { runtime } from '../base/runtime.ts';
import type { Shape } from '../base/shape.ts';
import { only, requireElements, specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Differentiability, Op } from '../core/op.ts';
import { defineOp, notDifferentiable, readsNothing, zeroGradient } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import * as kernels from '../kernels/distributions.ts';
import type { Kernel } from '../kernels/kernel.ts';
import { foldKey } from '../kernels/random.ts';
import { softmax } from './activations.ts';
import { div } from './arithmetic.ts';
import { inEachExample } from './batchRules.ts';
import { toFloat } from './elementwise.ts';
import type { Draw } from './random.ts';
import { drawnDType, newDraw, requireParameter, rounded } from './random.ts';
import { broadcastTo, cast, reshape } from './structural.ts';

/* Draws from distributions whose parameters are tensors. */

const choices = ['float32', 'float64', 'int32'] as const;

/** A draw whose result has one axis more for each of a batch, and a key of its own there. */
function defineSampler(
  name: string,
  kernel: Kernel<Draw>,
  derivative: Differentiability<Draw>,
): Op<Draw> {
  const op: Op<Draw> = defineOp<Draw>({
    name,
    infer: (_, { shape, dtype }) => [specOf(shape, dtype)],
    kernel,
    derivative,
    batch: (inputs, batched, params, size) => {
      const shape = [size, ...params.shape];
      requireElements(name, 'result', shape);
      const key = foldKey(params.key, params.counter);
      const all = inEachExample(inputs, batched, size);
      return apply(op, all, { ...params, shape, key, counter: 0 });
    },
    traits: { random: true },
    reads: derivative.kind === 'zero' ? readsNothing : { inputs: [0], outputs: [0] },
  });
  return op;
}

export const randomGammaOp = defineSampler('randomGamma', kernels.randomGammaKernel, {
  kind: 'rules',
  jvp: ({ inputs: [alpha], outputs: [y] }, [t]) => [t && randomGammaGrad(t, alpha, y)],
  vjp: ({ inputs: [alpha], outputs: [y] }, [g]) => [g && randomGammaGrad(g, alpha, y)],
});

export const randomGammaGradOp: Op = defineOp({
  name: 'randomGammaGrad',
  infer: (inputs) => only(inputs[0]),
  kernel: kernels.randomGammaGradKernel,
  derivative: notDifferentiable('how gamma numbers move with alpha is known to first order only'),
  batch: (inputs, batched, _, size) =>
    apply(randomGammaGradOp, inEachExample(inputs, batched, size), undefined),
  traits: { elementwise: true },
});

/** `t` times the slope of gamma numbers `y` in their shape. */
export function randomGammaGrad(t: Tensor, alpha: Tensor, y: Tensor): Tensor {
  return apply(randomGammaGradOp, [t, alpha, y], undefined)[0];
}

/**
 * Numbers drawn from the gamma distribution of shape `alpha` and rate `beta`, whose mean is
 * `alpha / beta`.
 *
 * Gradients reach both as tensors: the numbers move so that their quantiles stay. In `alpha` there
 * are first derivatives only.
 *
 * @param alpha - above 0: a number, or a tensor that broadcasts to `shape`
 * @param beta - above 0: a number, or a tensor that broadcasts to `shape`
 * @param dtype - a float, by default that of the parameters, or the default float; or int32, for numbers rounded
 * @param seed - any finite number: the same seed gives the same numbers at every call
 * @throws ShapeError when `shape` is no array of sizes, or a parameter does not broadcast to it
 * @throws ArgumentError when a parameter given as a number is not above 0
 * @throws AllocationError when there are more elements than allowed
 * @example randomGamma([2, 3], 2).shape // [2, 3]
 */
export function randomGamma(
  shape: Shape,
  alpha: TensorLike,
  beta: TensorLike = 1,
  dtype?: FloatDType | 'int32' | null,
  seed?: number | null,
): Tensor {
  const op = 'randomGamma';
  const wanted = requireOneOf(op, 'dtype', drawnDType(op, dtype, { alpha, beta }), choices);
  const float: DType = isFloat(wanted) ? wanted : runtime.defaultFloat;
  const above = { min: Number.MIN_VALUE };
  const a = requireParameter(op, 'alpha', alpha, shape, float, above);
  const b = requireParameter(op, 'beta', beta, shape, float, above);
  const draw = newDraw(op, shape, float, seed);
  const x = apply(randomGammaOp, [broadcastTo(a, draw.shape)], draw)[0];
  return rounded(beta === 1 ? x : div(x, b), wanted);
}

export const randomPoissonOp = defineSampler(
  'randomPoisson',
  kernels.randomPoissonKernel,
  zeroGradient,
);

/**
 * Counts drawn from the Poisson distribution of mean `lam`; no gradient passes.
 *
 * @param lam - at least 0: a number, or a tensor that broadcasts to `shape`
 * @param dtype - a float, by default that of the parameters, or the default float; or int32
 * @param seed - any finite number: the same seed gives the same numbers at every call
 * @throws ShapeError when `shape` is no array of sizes, or `lam` does not broadcast to it
 * @throws ArgumentError when `lam`, given as a number, is below 0
 * @throws AllocationError when there are more elements than allowed
 * @example randomPoisson([3], 0) // [0, 0, 0]
 */
export function randomPoisson(
  shape: Shape,
  lam: TensorLike,
  dtype?: FloatDType | 'int32' | null,
  seed?: number | null,
): Tensor {
  const op = 'randomPoisson';
  const wanted = requireOneOf(op, 'dtype', drawnDType(op, dtype, { lam }), choices);
  const float: DType = isFloat(wanted) ? wanted : runtime.defaultFloat;
  const rate = requireParameter(op, 'lam', lam, shape, float, { min: 0 });
  const draw = newDraw(op, shape, float, seed);
  return cast(apply(randomPoissonOp, [broadcastTo(rate, draw.shape)], draw)[0], wanted);
}

export const multinomialOp = defineSampler('multinomial', kernels.multinomialKernel, zeroGradient);

/**
 * Classes drawn by their probabilities, as int32; no gradient passes.
 *
 * @param logits - shape (n) or (b, n): logarithms of the probabilities, up to a constant in each row
 * @param numSamples - how many are drawn for each row
 * @param seed - any finite number: the same seed gives the same classes at every call
 * @param normalized - whether `logits` holds the probabilities themselves
 * @returns shape (numSamples) or (b, numSamples)
 * @throws ShapeError when `logits` has another rank
 * @throws ArgumentError when there are fewer than 2 classes, no probabilities follow from a row, or an
 *   option is of another kind
 * @throws AllocationError when there are more elements than allowed
 * @example multinomial([0, -Infinity], 3) // [0, 0, 0]
 */
export function multinomial(
  logits: TensorLike,
  numSamples: number,
  seed?: number | null,
  normalized = false,
): Tensor {
  const op = 'multinomial';
  const given = asTensor(logits, 'logits', op);
  if (given.rank !== 1 && given.rank !== 2) {
    throw misuse(ShapeError, op, 'logits', 'have 1 or 2 axes', formatShape(given.shape));
  }
  const classes = given.shape[given.rank - 1];
  if (classes < 2) {
    throw misuse(ArgumentError, op, 'logits', 'hold at least 2 classes', String(classes));
  }
  requireInteger(op, 'numSamples', numSamples, { min: 0 });
  requireBoolean(op, 'normalized', normalized);
  const rows = given.rank === 1 ? 1 : given.shape[0];
  const x = cast(reshape(given, [rows, classes]), toFloat(given.dtype));
  const draw = newDraw(op, [rows, numSamples], 'int32', seed);
  const weights = normalized ? x : softmax(x);
  requireWeights(op, weights, classes);
  const drawn = apply(multinomialOp, [weights], draw)[0];
  return given.rank === 1 ? reshape(drawn, [numSamples]) : drawn;
}

/** Checks that each row can be drawn from, where its values are known: a class is an integer, never NaN. */
function requireWeights(op: string, weights: Tensor, classes: number): void {
  if (weights.storage === null) return;
  const { values } = weights;
  for (let start = 0; start < values.length; start += classes) {
    const row = Array.from(values.subarray(start, start + classes));
    const total = row.reduce((sum, weight) => sum + weight, 0);
    if (row.some((weight) => !(weight >= 0)) || !(total > 0 && total < Infinity)) {
      const condition = 'give each row probabilities of at least 0, not all of them 0';
      throw misuse(ArgumentError, op, 'logits', condition, formatValue(row));
    }
  }
}
