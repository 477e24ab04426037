import { newValues } from '../base/dtype.ts';
import { DTypeError, IndexError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { requireFinite } from '../base/options.ts';
import { only, sameShape, specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands, scalarSpecs } from '../core/convert.ts';
import type { BatchRule, Op } from '../core/op.ts';
import { defineOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor } from '../core/tensor.ts';
import { oneHotKernel } from '../kernels/indexing.ts';
import { softmaxCrossEntropyGradKernel, softmaxCrossEntropyKernel } from '../kernels/softmax.ts';
import { logSoftmax, softmax, softplus } from './activations.ts';
import { mul, neg, squaredDifference, sub } from './arithmetic.ts';
import { inEachExample } from './batchRules.ts';
import { add, scale, toFloat } from './elementwise.ts';
import { oneHot } from './indexing.ts';
import { cast, expandDims, sum } from './structural.ts';
import type { Reduction } from './weighting.ts';
import { combine, matched, weighting } from './weighting.ts';

export const softmaxCrossEntropyOp: Op = defineOp({
  name: 'softmaxCrossEntropy',
  infer: ([, logits]) => [specOf(logits.shape.slice(0, -1), logits.dtype)],
  kernel: softmaxCrossEntropyKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ inputs: [labels, logits] }, [s, t]) => {
      const byLabels = s && neg(sum(scale(s, logSoftmax(logits)), -1));
      const byLogits = t && sum(scale(t, slope(labels, logits)), -1);
      return [byLabels && byLogits ? add(byLabels, byLogits) : (byLabels ?? byLogits)];
    },
    vjp: ({ inputs: [labels, logits] }, [g], needed) => {
      if (g === null) return [null, null];
      return [
        needed[0] ? scale(neg(expandDims(g, -1)), logSoftmax(logits)) : null,
        needed[1] ? apply(softmaxCrossEntropyGradOp, [g, labels, logits], undefined)[0] : null,
      ];
    },
  },
  batch: onWholeBatches((inputs) => apply(softmaxCrossEntropyOp, inputs, undefined)),
  reads: { inputs: [0, 1], outputs: [] },
});

export const softmaxCrossEntropyGradOp: Op = defineOp({
  name: 'softmaxCrossEntropyGrad',
  infer: ([, , logits]) => only(logits),
  kernel: softmaxCrossEntropyGradKernel,
  derivative: {
    kind: 'expansion',
    expand: ([g, labels, logits]) => [scale(expandDims(g, -1), slope(labels, logits))],
  },
  batch: onWholeBatches((inputs) => apply(softmaxCrossEntropyGradOp, inputs, undefined)),
  reads: { inputs: [0, 1, 2], outputs: [] },
});

export const sparseSoftmaxCrossEntropyOp: Op = defineOp({
  name: 'sparseSoftmaxCrossEntropy',
  infer: ([, logits]) => [specOf(logits.shape.slice(0, -1), logits.dtype)],
  check: ([classes, logits]) => {
    requireClasses(classes, logits.shape[logits.rank - 1]);
  },
  kernel: ([classes, logits], losses) => {
    const { shape, dtype, size } = logits;
    const labels = { shape, dtype, size, values: newValues(dtype, size) };
    oneHotKernel([classes], [labels], { onValue: 1, offValue: 0 });
    softmaxCrossEntropyKernel([labels, logits], losses, undefined);
  },
  derivative: {
    kind: 'rules',
    jvp: ({ inputs: [classes, logits] }, [, t]) => [
      t && sum(scale(t, slope(oneHotOf(classes, logits), logits)), -1),
    ],
    vjp: ({ inputs: [classes, logits] }, [g]) => {
      if (g === null) return [null, null];
      const labels = oneHotOf(classes, logits);
      return [null, apply(softmaxCrossEntropyGradOp, [g, labels, logits], undefined)[0]];
    },
  },
  batch: onWholeBatches((inputs) => apply(sparseSoftmaxCrossEntropyOp, inputs, undefined)),
  reads: { inputs: [0, 1], outputs: [] },
});

function oneHotOf(classes: Tensor, logits: Tensor): Tensor {
  return oneHot(classes, logits.shape[logits.shape.length - 1], 1, 0, logits.dtype);
}

function requireClasses({ values }: Tensor, end: number): void {
  const at = values.findIndex((value) => value < 0 || value >= end);
  if (at < 0) return;
  const got = `${String(values[at])} at position ${String(at)}`;
  const condition = `lie in [0, ${String(end)})`;
  throw misuse(IndexError, 'sparseSoftmaxCrossEntropy', 'labels', condition, got);
}

/** The derivative of the loss for the logits; labels may sum to something else than 1. */
function slope(labels: Tensor, logits: Tensor): Tensor {
  return sub(mul(softmax(logits), sum(labels, -1, true)), labels);
}

/** A batch rule that runs the op on whole batches of all its inputs. */
function onWholeBatches(
  run: (inputs: readonly Tensor[]) => readonly Tensor[],
): BatchRule<undefined> {
  return (inputs, batched, _, size) => run(inEachExample(inputs, batched, size));
}

/** Moves the labels towards `center` by the given part of the way. */
function smoothed(labels: Tensor, part: number, center: number): Tensor {
  return part === 0 ? labels : add(mul(labels, 1 - part), part * center);
}

/**
 * Cross entropy, in nats, between the distributions `onehotLabels` and `softmax(logits)` of each row.
 *
 * @param onehotLabels - shape (…, n), a distribution in each row
 * @param logits - shape (…, n)
 * @param weights - factors of the losses, which have shape (…)
 * @param labelSmoothing - in [0, 1]: how far to move the labels towards 1/n
 * @throws ShapeError when the shapes of labels and logits differ, or that of the weights does not fit
 * @throws ArgumentError for a smoothing outside [0, 1] or an unknown reduction
 * @example losses.softmaxCrossEntropy([[0, 1]], [[0, 1000]]) // 0
 */
export function softmaxCrossEntropy(
  onehotLabels: TensorLike,
  logits: TensorLike,
  weights?: TensorLike | null,
  labelSmoothing = 0,
  reduction: Reduction = 'sumByNonzeroWeights',
): Tensor {
  const op = 'softmaxCrossEntropy';
  const [labels, x] = matched(op, ['onehotLabels', 'logits'], onehotLabels, logits);
  requireRows(op, x);
  const like = { shape: x.shape.slice(0, -1), dtype: x.dtype };
  const plan = weighting(op, weights, reduction, like);
  requireFinite(op, 'labelSmoothing', labelSmoothing, { min: 0, max: 1 });
  const target = smoothed(labels, labelSmoothing, 1 / x.shape[x.rank - 1]);
  return combine(apply(softmaxCrossEntropyOp, [target, x], undefined)[0], plan);
}

function requireRows(op: string, logits: Tensor): void {
  if (logits.rank === 0) {
    throw misuse(ShapeError, op, 'logits', 'have at least 1 axis', formatShape(logits.shape));
  }
}

/**
 * Cross entropy, in nats, between classes given by number and the distributions `softmax(logits)`.
 *
 * @param labels - int32 or integers in [0, n), shape (…)
 * @param logits - shape (…, n)
 * @param weights - factors of the losses, which have shape (…)
 * @throws ShapeError when `labels` is not of the shape of `logits` without its last axis
 * @throws DTypeError when `labels` are no integers
 * @throws IndexError when a label is outside [0, n)
 * @example losses.sparseSoftmaxCrossEntropy([1], [[0, 1000]]) // 0
 */
export function sparseSoftmaxCrossEntropy(
  labels: TensorLike,
  logits: TensorLike,
  weights?: TensorLike | null,
  reduction: Reduction = 'sumByNonzeroWeights',
): Tensor {
  const op = 'sparseSoftmaxCrossEntropy';
  const [classes, x] = sparseOperands(op, labels, logits);
  const plan = weighting(op, weights, reduction, { shape: classes.shape, dtype: x.dtype });
  return combine(apply(sparseSoftmaxCrossEntropyOp, [classes, x], undefined)[0], plan);
}

function sparseOperands(
  op: string,
  labels: TensorLike,
  logits: TensorLike,
): readonly [Tensor, Tensor] {
  const int32 = filledTensor(scalarSpecs.int32, 0);
  const [, classes] = asOperands([int32, labels], ['', 'labels'], op);
  if (classes.dtype !== 'int32') {
    const hint = "convert with cast(labels, 'int32')";
    throw misuse(DTypeError, op, 'labels', 'have dtype int32', classes.dtype, hint);
  }
  const [given] = asOperands([logits], ['logits'], op);
  requireRows(op, given);
  const x = cast(given, toFloat(given.dtype));
  const shape = x.shape.slice(0, -1);
  if (!sameShape(classes.shape, shape)) {
    const condition = `have the shape of logits without its last axis, ${formatShape(shape)}`;
    throw misuse(ShapeError, op, 'labels', condition, formatShape(classes.shape));
  }
  return [classes, x];
}

/**
 * Cross entropy, in nats, between classes given by number and `softmax(logits)` of each row.
 *
 * @param labels - int32 or integers in [0, n), shape (…)
 * @param logits - shape (…, n)
 * @returns shape (…)
 * @throws ShapeError when `labels` is not of the shape of `logits` without its last axis
 * @throws DTypeError when `labels` are no integers
 * @throws IndexError when a label is outside [0, n)
 * @example sparseSoftmaxCrossEntropyWithLogits([1], [[0, 1000]]) // [0]
 */
export function sparseSoftmaxCrossEntropyWithLogits(
  labels: TensorLike,
  logits: TensorLike,
): Tensor {
  const operands = sparseOperands('sparseSoftmaxCrossEntropyWithLogits', labels, logits);
  return apply(sparseSoftmaxCrossEntropyOp, operands, undefined)[0];
}

/**
 * Cross entropy, in nats, between independent labels and the probabilities `sigmoid(logits)`.
 *
 * @param multiClassLabels - probabilities, of the shape of `logits`
 * @param weights - factors of the losses, which have the shape of `logits`
 * @param labelSmoothing - in [0, 1]: how far to move the labels towards 1/2
 * @throws ShapeError when the shapes of labels and logits differ, or that of the weights does not fit
 * @throws ArgumentError for a smoothing outside [0, 1] or an unknown reduction
 * @example losses.sigmoidCrossEntropy([1, 0], [200, -200]) // 0
 */
export function sigmoidCrossEntropy(
  multiClassLabels: TensorLike,
  logits: TensorLike,
  weights?: TensorLike | null,
  labelSmoothing = 0,
  reduction: Reduction = 'sumByNonzeroWeights',
): Tensor {
  const op = 'sigmoidCrossEntropy';
  const [labels, x] = matched(op, ['multiClassLabels', 'logits'], multiClassLabels, logits);
  const plan = weighting(op, weights, reduction, x);
  requireFinite(op, 'labelSmoothing', labelSmoothing, { min: 0, max: 1 });
  const z = smoothed(labels, labelSmoothing, 0.5);
  // Both terms are positive, so that nothing cancels; a label of 0 leaves out an infinite term.
  const ifTrue = scale(z, softplus(neg(x)));
  const ifFalse = scale(sub(1, z), softplus(x));
  return combine(add(ifTrue, ifFalse), plan);
}

/**
 * The squared difference between labels and predictions, averaged over the elements.
 *
 * @param weights - factors of the squares, which have the shape of `predictions`
 * @throws ShapeError when the shapes of labels and predictions differ, or that of the weights does
 *   not fit
 * @throws ArgumentError for an unknown reduction
 * @example losses.meanSquaredError([1, 2], [1, 4]) // 2
 */
export function meanSquaredError(
  labels: TensorLike,
  predictions: TensorLike,
  weights?: TensorLike | null,
  reduction: Reduction = 'sumByNonzeroWeights',
): Tensor {
  const op = 'meanSquaredError';
  const [a, b] = matched(op, ['labels', 'predictions'], labels, predictions);
  const plan = weighting(op, weights, reduction, b);
  return combine(squaredDifference(a, b), plan);
}
