import { ArgumentError, DTypeError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { requireBoolean, requireFinite, requireInteger } from '../base/options.ts';
import { isFloat } from '../base/dtype.ts';
import type { Shape } from '../base/shape.ts';
import { specOf } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { ownedTensor } from '../core/tensor.ts';
import type { SuppressionParams } from '../kernels/suppression.ts';
import { selectBoxes } from '../kernels/suppression.ts';
import { gather } from './indexing.ts';
import { pad } from './slicing.ts';

/*
 * How many boxes are selected depends on the values, so these are no recorded ops: they read their
 * inputs and give constants, except that hard suppression hands the scores through.
 */

interface Boxes {
  readonly boxes: Tensor;
  readonly scores: Tensor;
  readonly params: SuppressionParams;
}

function prepare(
  op: string,
  boxes: TensorLike,
  scores: TensorLike,
  given: SuppressionParams,
): Boxes {
  const places = asTensor(boxes, 'boxes', op);
  const ranks = asTensor(scores, 'scores', op);
  for (const [argument, x] of [
    ['boxes', places],
    ['scores', ranks],
  ] as const) {
    if (!isFloat(x.dtype)) {
      const wanted = `Argument '${argument}' passed to '${op}' must be float32 or float64`;
      throw new DTypeError(op, argument, `${wanted}; got ${x.describe()}`);
    }
  }
  requireBoxes(op, places.shape, ranks.shape);
  const most = requireInteger(op, 'maxOutputSize', given.maxOutputSize, { min: 0 });
  requireThresholds(op, given);
  return {
    boxes: places,
    scores: ranks,
    params: { ...given, maxOutputSize: Math.min(most, ranks.size) },
  };
}

function requireBoxes(op: string, boxes: Shape, scores: Shape): void {
  if (boxes.length !== 2 || boxes[1] !== 4) {
    throw misuse(ShapeError, op, 'boxes', 'have shape (n, 4)', formatShape(boxes));
  }
  if (scores.length !== 1 || scores[0] !== boxes[0]) {
    const condition = `have one score for each of the ${String(boxes[0])} boxes`;
    const hint = 'scores has incompatible shape with boxes';
    throw misuse(ShapeError, op, 'scores', condition, formatShape(scores), hint);
  }
}

function requireThresholds(op: string, given: SuppressionParams): void {
  const overlap = given.iouThreshold;
  if (!(typeof overlap === 'number' && overlap >= 0 && overlap <= 1)) {
    throw misuse(ArgumentError, op, 'iouThreshold', 'be in [0, 1]', formatValue(overlap));
  }
  requireFinite(op, 'softNmsSigma', given.softNmsSigma, { min: 0, max: 1 });
  const least = given.scoreThreshold;
  if (typeof least !== 'number' || Number.isNaN(least)) {
    throw misuse(ArgumentError, op, 'scoreThreshold', 'be a number', formatValue(least));
  }
}

function select({ boxes, scores, params }: Boxes): {
  readonly indices: Tensor;
  readonly scores: readonly number[];
} {
  const found = selectBoxes(boxes.dataSync(), scores.dataSync(), params);
  const spec = specOf([found.indices.length], 'int32');
  return { indices: ownedTensor(spec, Int32Array.from(found.indices)), scores: found.scores };
}

/**
 * The boxes that remain when each one that overlaps a better one is dropped: greedy non-maximum
 * suppression.
 *
 * @param boxes - shape (n, 4): two opposite corners as y, x, y, x
 * @param scores - shape (n): the best come first
 * @param maxOutputSize - how many are selected at most
 * @param iouThreshold - overlap, as intersection over union, from which a box is dropped
 * @param scoreThreshold - boxes whose score is not above it are dropped
 * @returns int32, the places of the selected boxes, the best first; a constant for gradients
 * @throws ShapeError when `boxes` is not (n, 4) or there is not one score a box
 * @throws DTypeError when either is no float tensor
 * @throws ArgumentError when a number is out of range
 * @example nonMaxSuppression([[0, 0, 1, 1], [0, 0, 1, 0.9], [2, 2, 3, 3]], [0.5, 0.9, 0.7], 3) // [1, 2]
 */
export function nonMaxSuppression(
  boxes: TensorLike,
  scores: TensorLike,
  maxOutputSize: number,
  iouThreshold = 0.5,
  scoreThreshold = -Infinity,
): Tensor {
  const params = { maxOutputSize, iouThreshold, scoreThreshold, softNmsSigma: 0 };
  return select(prepare('nonMaxSuppression', boxes, scores, params)).indices;
}

/**
 * As `nonMaxSuppression`, with the scores; with `softNmsSigma` overlap lowers the score of a box by a
 * Gaussian instead of dropping it.
 *
 * @param softNmsSigma - width of the Gaussian, from 0 (hard suppression) to 1
 * @returns `selectedIndices` (int32) and `selectedScores`; without softening, gradients pass to `scores`
 * @throws ShapeError as `nonMaxSuppression`
 * @throws DTypeError as `nonMaxSuppression`
 * @throws ArgumentError when a number is out of range
 * @see Bodla et al. 2017, "Soft-NMS: improving object detection with one line of code"
 * @example
 * const boxes = tensor([[0, 0, 1, 1], [0, 0, 1, 0.9]]);
 * image.nonMaxSuppressionWithScore(boxes, tensor([0.5, 0.75]), 2).selectedScores // [0.75]
 */
export function nonMaxSuppressionWithScore(
  boxes: TensorLike,
  scores: TensorLike,
  maxOutputSize: number,
  iouThreshold = 0.5,
  scoreThreshold = -Infinity,
  softNmsSigma = 0,
): { selectedIndices: Tensor; selectedScores: Tensor } {
  const params = { maxOutputSize, iouThreshold, scoreThreshold, softNmsSigma };
  const prepared = prepare('nonMaxSuppressionWithScore', boxes, scores, params);
  const found = select(prepared);
  const { indices } = found;
  if (softNmsSigma === 0) {
    return { selectedIndices: indices, selectedScores: gather(prepared.scores, indices) };
  }
  const { dtype } = prepared.scores;
  const values =
    dtype === 'float64' ? Float64Array.from(found.scores) : Float32Array.from(found.scores);
  return {
    selectedIndices: indices,
    selectedScores: ownedTensor(specOf(indices.shape, dtype), values),
  };
}

/**
 * As `nonMaxSuppression`, filled up with zeros to a length known beforehand.
 *
 * @param padToMaxOutputSize - whether to fill up
 * @returns `selectedIndices` (int32) and how many of them are valid, as a scalar (int32)
 * @throws ShapeError as `nonMaxSuppression`
 * @throws DTypeError as `nonMaxSuppression`
 * @throws ArgumentError when a number is out of range
 * @example
 * const boxes = tensor([[0, 0, 1, 1], [0, 0, 1, 0.9]]);
 * image.nonMaxSuppressionPadded(boxes, tensor([0.5, 0.75]), 3, 0.5, 0, true).selectedIndices // [1, 0, 0]
 */
export function nonMaxSuppressionPadded(
  boxes: TensorLike,
  scores: TensorLike,
  maxOutputSize: number,
  iouThreshold = 0.5,
  scoreThreshold = -Infinity,
  padToMaxOutputSize = false,
): { selectedIndices: Tensor; validOutputs: Tensor } {
  const op = 'nonMaxSuppressionPadded';
  requireBoolean(op, 'padToMaxOutputSize', padToMaxOutputSize);
  const params = { maxOutputSize, iouThreshold, scoreThreshold, softNmsSigma: 0 };
  const { indices } = select(prepare(op, boxes, scores, params));
  const validOutputs = ownedTensor(specOf([], 'int32'), Int32Array.of(indices.size));
  const missing = padToMaxOutputSize ? maxOutputSize - indices.size : 0;
  return { selectedIndices: pad(indices, [[0, missing]]), validOutputs };
}

/**
 * As `nonMaxSuppression`, as a promise.
 *
 * @throws ShapeError as `nonMaxSuppression`, in the promise
 * @example await image.nonMaxSuppressionAsync([[0, 0, 1, 1], [0, 0, 1, 0.9]], [0.5, 0.9], 2) // [1]
 */
export async function nonMaxSuppressionAsync(
  ...args: Parameters<typeof nonMaxSuppression>
): Promise<Tensor> {
  return Promise.resolve(nonMaxSuppression(...args));
}

/**
 * As `nonMaxSuppressionWithScore`, as a promise.
 *
 * @throws ShapeError as `nonMaxSuppression`, in the promise
 * @example
 * const boxes = tensor([[0, 0, 1, 1], [0, 0, 1, 0.9]]);
 * const { selectedIndices } = await image.nonMaxSuppressionWithScoreAsync(boxes, tensor([0.5, 0.75]), 2);
 * selectedIndices // [1]
 */
export async function nonMaxSuppressionWithScoreAsync(
  ...args: Parameters<typeof nonMaxSuppressionWithScore>
): Promise<{ selectedIndices: Tensor; selectedScores: Tensor }> {
  return Promise.resolve(nonMaxSuppressionWithScore(...args));
}

/**
 * As `nonMaxSuppressionPadded`, as a promise.
 *
 * @throws ShapeError as `nonMaxSuppression`, in the promise
 * @example
 * const boxes = tensor([[0, 0, 1, 1], [0, 0, 1, 0.9]]);
 * const { validOutputs } = await image.nonMaxSuppressionPaddedAsync(boxes, tensor([0.5, 0.75]), 2);
 * validOutputs // 1
 */
export async function nonMaxSuppressionPaddedAsync(
  ...args: Parameters<typeof nonMaxSuppressionPadded>
): Promise<{ selectedIndices: Tensor; validOutputs: Tensor }> {
  return Promise.resolve(nonMaxSuppressionPadded(...args));
}
