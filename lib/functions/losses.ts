import { ShapeError, misuse } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { requireBoolean, requireFinite } from '../base/options.ts';
import { broadcastShapes, requireAxis, sameShape } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { relu, softplus } from '../ops/activations.ts';
import { abs, mul, neg, sub } from '../ops/arithmetic.ts';
import { greater } from '../ops/compare.ts';
import { add, scale, toFloat } from '../ops/elementwise.ts';
import {
  meanSquaredError,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  sparseSoftmaxCrossEntropy,
} from '../ops/losses.ts';
import { mean } from '../ops/reduce.ts';
import { clipByValue, where } from '../ops/select.ts';
import { cast, sum } from '../ops/structural.ts';
import { exp, log } from '../ops/transcendental.ts';
import type { Reduction } from '../ops/weighting.ts';
import { combine, matched, weighting } from '../ops/weighting.ts';

/*
 * Losses made of recorded ops. Products with labels are made by `scale`, so that a label of 0 leaves
 * out a logarithm that is infinite.
 */

/**
 * Losses, weighted and made one.
 *
 * @param weights - factors, of a shape that broadcasts to that of the losses
 * @param reduction - `none`: the weighted losses; `sum`: their sum; `mean`: the sum over that of the
 *   weights; `sumByNonzeroWeights`: the sum over the number of weights that are not 0
 * @throws ShapeError when the shape of the weights does not fit
 * @throws ArgumentError for an unknown reduction
 * @example losses.computeWeightedLoss([1, 2, 3], [1, 0, 2]) // 3.5
 */
export function computeWeightedLoss(
  losses: TensorLike,
  weights?: TensorLike | null,
  reduction: Reduction = 'sumByNonzeroWeights',
): Tensor {
  const op = 'computeWeightedLoss';
  const given = asTensor(losses, 'losses', op);
  const each = cast(given, toFloat(given.dtype));
  return combine(each, weighting(op, weights, reduction, each));
}

/**
 * `|labels - predictions|`, averaged over the elements. Where they are equal the slope is 0.
 *
 * @param weights - factors of the losses, which have the shape of `predictions`
 * @throws ShapeError when the shapes of labels and predictions differ, or that of the weights does
 *   not fit
 * @throws ArgumentError for an unknown reduction
 * @example losses.absoluteDifference([1, 2], [1, 4]) // 1
 */
export function absoluteDifference(
  labels: TensorLike,
  predictions: TensorLike,
  weights?: TensorLike | null,
  reduction: Reduction = 'sumByNonzeroWeights',
): Tensor {
  const op = 'absoluteDifference';
  const [z, p] = matched(op, ['labels', 'predictions'], labels, predictions);
  const plan = weighting(op, weights, reduction, p);
  return combine(abs(sub(z, p)), plan);
}

/**
 * 1 minus the cosine of the angle between vectors of length 1 along `axis`, averaged.
 *
 * @param labels - vectors of length 1: nothing is scaled
 * @param weights - factors of the losses, which have size 1 along `axis`
 * @throws ShapeError when the shapes of labels and predictions differ, or that of the weights does
 *   not fit
 * @throws AxisError when `axis` is outside the rank
 * @throws ArgumentError for an unknown reduction
 * @example losses.cosineDistance([[1, 0], [0, 1]], [[1, 0], [1, 0]], 1) // 0.5
 */
export function cosineDistance(
  labels: TensorLike,
  predictions: TensorLike,
  axis: number,
  weights?: TensorLike | null,
  reduction: Reduction = 'sumByNonzeroWeights',
): Tensor {
  const op = 'cosineDistance';
  const [z, p] = matched(op, ['labels', 'predictions'], labels, predictions);
  const along = requireAxis(op, axis, z.rank);
  const shape = z.shape.map((size, i) => (i === along ? 1 : size));
  const plan = weighting(op, weights, reduction, { shape, dtype: z.dtype });
  return combine(sub(1, sum(mul(z, p), along, true)), plan);
}

/**
 * `max(0, 1 - y * predictions)`, where y is -1 or 1 as the label is 0 or 1, averaged. Its slope is 0
 * where it is 0.
 *
 * @param labels - 0 or 1
 * @param weights - factors of the losses, which have the shape of `predictions`
 * @throws ShapeError when the shapes of labels and predictions differ, or that of the weights does
 *   not fit
 * @throws ArgumentError for an unknown reduction
 * @example losses.hingeLoss([1, 0], [0.5, 0.5]) // 1
 */
export function hingeLoss(
  labels: TensorLike,
  predictions: TensorLike,
  weights?: TensorLike | null,
  reduction: Reduction = 'sumByNonzeroWeights',
): Tensor {
  const op = 'hingeLoss';
  const [z, p] = matched(op, ['labels', 'predictions'], labels, predictions);
  const plan = weighting(op, weights, reduction, p);
  return combine(relu(sub(1, mul(sub(mul(2, z), 1), p))), plan);
}

/**
 * Half the square of the error up to `delta`, and beyond it a straight line, averaged.
 *
 * @param weights - factors of the losses, which have the shape of `predictions`
 * @param delta - where the line begins
 * @throws ShapeError when the shapes of labels and predictions differ, or that of the weights does
 *   not fit
 * @throws ArgumentError for a `delta` below 0 or an unknown reduction
 * @example losses.huberLoss([0, 0], [1, 3]) // 1.5
 */
export function huberLoss(
  labels: TensorLike,
  predictions: TensorLike,
  weights?: TensorLike | null,
  delta = 1,
  reduction: Reduction = 'sumByNonzeroWeights',
): Tensor {
  const op = 'huberLoss';
  const [z, p] = matched(op, ['labels', 'predictions'], labels, predictions);
  const plan = weighting(op, weights, reduction, p);
  requireFinite(op, 'delta', delta, { min: 0 });
  const error = sub(p, z);
  const clipped = clipByValue(error, -delta, delta);
  return combine(mul(clipped, sub(error, mul(clipped, 0.5))), plan);
}

/**
 * Cross entropy, in nats, between labels and predicted probabilities, averaged.
 *
 * @param labels - probabilities
 * @param predictions - probabilities
 * @param weights - factors of the losses, which have the shape of `predictions`
 * @param epsilon - added to what a logarithm is taken of
 * @throws ShapeError when the shapes of labels and predictions differ, or that of the weights does
 *   not fit
 * @throws ArgumentError for an `epsilon` below 0 or an unknown reduction
 * @example losses.logLoss([1, 0], [1, 0], null, 0) // 0
 */
export function logLoss(
  labels: TensorLike,
  predictions: TensorLike,
  weights?: TensorLike | null,
  epsilon = 1e-7,
  reduction: Reduction = 'sumByNonzeroWeights',
): Tensor {
  const op = 'logLoss';
  const [z, p] = matched(op, ['labels', 'predictions'], labels, predictions);
  const plan = weighting(op, weights, reduction, p);
  requireFinite(op, 'epsilon', epsilon, { min: 0 });
  const ifTrue = scale(z, log(add(p, epsilon)));
  const ifFalse = scale(sub(1, z), log(add(sub(1, p), epsilon)));
  return combine(neg(add(ifTrue, ifFalse)), plan);
}

/**
 * Cross entropy, in nats, between labels and the probabilities `sigmoid(logits)`, elementwise.
 *
 * @throws ShapeError when the shapes differ
 * @example sigmoidCrossEntropyWithLogits([1, 0], [200, -200]) // [0, 0]
 */
export function sigmoidCrossEntropyWithLogits(labels: TensorLike, logits: TensorLike): Tensor {
  const [z, x] = matched('sigmoidCrossEntropyWithLogits', ['labels', 'logits'], labels, logits);
  return sigmoidCrossEntropy(z, x, null, 0, 'none');
}

/**
 * Cross entropy, in nats, between the distributions `labels` and `softmax(logits)` of each row.
 *
 * @param labels - shape (…, n), a distribution in each row
 * @param logits - shape (…, n)
 * @returns shape (…)
 * @throws ShapeError when the shapes differ or have no axis
 * @example softmaxCrossEntropyWithLogits([[0, 1]], [[0, 1000]]) // [0]
 */
export function softmaxCrossEntropyWithLogits(labels: TensorLike, logits: TensorLike): Tensor {
  const op = 'softmaxCrossEntropyWithLogits';
  const [z, x] = matched(op, ['labels', 'logits'], labels, logits);
  if (x.rank === 0) {
    throw misuse(ShapeError, op, 'logits', 'have at least 1 axis', formatShape(x.shape));
  }
  return softmaxCrossEntropy(z, x, null, 0, 'none');
}

/**
 * As `sigmoidCrossEntropyWithLogits`, with the part of the positive labels times `posWeight`.
 *
 * @param posWeight - above 1 for more recall, below 1 for more precision; broadcasts to `logits`
 * @throws ShapeError when the shapes of labels and logits differ, or that of the weight does not fit
 * @example weightedCrossEntropyWithLogits([0, 1], [-200, -3], 2) // [0, 6.0971746]
 */
export function weightedCrossEntropyWithLogits(
  labels: TensorLike,
  logits: TensorLike,
  posWeight: TensorLike,
): Tensor {
  const op = 'weightedCrossEntropyWithLogits';
  const [z, x] = matched(op, ['labels', 'logits'], labels, logits);
  const factor = cast(asTensor(posWeight, 'posWeight', op), x.dtype);
  if (!sameShape(broadcastShapes(op, factor.shape, x.shape), x.shape)) {
    const condition = `broadcast to the shape of logits, ${formatShape(x.shape)}`;
    throw misuse(ShapeError, op, 'posWeight', condition, formatShape(factor.shape));
  }
  const ifTrue = scale(scale(z, factor), softplus(neg(x)));
  return add(ifTrue, scale(sub(1, z), softplus(x)));
}

/**
 * `exp(logInput) - targets * logInput`: minus the log likelihood of counts, without the part that
 * does not depend on the input.
 *
 * @param computeFullLoss - whether to add Stirling's approximation of `log(targets!)`, which is left
 *   out for targets up to 1
 * @throws ShapeError when the shapes differ
 * @throws ArgumentError when `computeFullLoss` is no boolean
 * @example logPoissonLoss([2, 3], [0, 0]) // [1, 1]
 */
export function logPoissonLoss(
  targets: TensorLike,
  logInput: TensorLike,
  computeFullLoss = false,
): Tensor {
  const op = 'logPoissonLoss';
  requireBoolean(op, 'computeFullLoss', computeFullLoss);
  const [z, c] = matched(op, ['targets', 'logInput'], targets, logInput);
  const loss = sub(exp(c), mul(z, c));
  if (!computeFullLoss) return loss;
  const isLarge = greater(z, 1);
  const count = where(isLarge, z, cast(1, z.dtype));
  const halfLog = mul(log(mul(count, 2 * Math.PI)), 0.5);
  const stirling = add(sub(mul(count, log(count)), count), halfLog);
  return add(loss, where(isLarge, stirling, cast(0, z.dtype)));
}

/**
 * The mean of `predictions - labels * log(predictions)` along the last axis.
 *
 * @throws ShapeError when the shapes differ or have no axis
 * @example poissonLoss([[1, 0]], [[1, 3]]) // [2]
 */
export function poissonLoss(labels: TensorLike, predictions: TensorLike): Tensor {
  const [z, p] = distributions('poissonLoss', labels, predictions);
  return mean(sub(p, scale(z, log(p))), -1);
}

/**
 * The Kullback-Leibler divergence, in nats, of distributions along the last axis: the sum of
 * `labels * log(labels / predictions)`. A label of 0 adds 0.
 *
 * @throws ShapeError when the shapes differ or have no axis
 * @example kullbackLeiblerDivergence([[0, 1]], [[0.5, 0.5]]) // [0.6931472]
 */
export function kullbackLeiblerDivergence(labels: TensorLike, predictions: TensorLike): Tensor {
  const [z, p] = distributions('kullbackLeiblerDivergence', labels, predictions);
  return sum(scale(z, sub(log(z), log(p))), -1);
}

function distributions(
  op: string,
  labels: TensorLike,
  predictions: TensorLike,
): readonly [Tensor, Tensor] {
  const pair = matched(op, ['labels', 'predictions'], labels, predictions);
  if (pair[0].rank === 0) {
    throw misuse(ShapeError, op, 'labels', 'have at least 1 axis', formatShape(pair[0].shape));
  }
  return pair;
}

/** Losses of labels and predictions, under TensorFlow.js's names. */
export const losses = {
  absoluteDifference,
  computeWeightedLoss,
  cosineDistance,
  hingeLoss,
  huberLoss,
  logLoss,
  meanSquaredError,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  sparseSoftmaxCrossEntropy,
} as const;
