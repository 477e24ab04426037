import { ArgumentError, DTypeError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { requireBoolean } from '../base/options.ts';
import { sameShape } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { div, mul, sub } from '../ops/arithmetic.ts';
import { add } from '../ops/elementwise.ts';
import { oneHot } from '../ops/indexing.ts';
import { matMul } from '../ops/matmul.ts';
import { cast } from '../ops/structural.ts';
import { pow } from '../ops/transcendental.ts';

/**
 * One step of an exponential moving average: `v + (1 - decay)(x - v)`, where the step is divided by
 * `1 - decayᵗ` to make up for an average that started at 0.
 *
 * @param v - the average so far
 * @param x - the new value, of the same shape and dtype
 * @param decay - how much of the average is kept, a number or scalar from 0 to 1
 * @param step - t, counted from 1; needed when `zeroDebias`
 * @param zeroDebias - whether the average started at 0
 * @throws ShapeError when the shapes differ
 * @throws DTypeError when the dtypes differ
 * @throws ArgumentError when `step` is missing
 * @example movingAverage(tensor([0]), tensor([1]), 0.5, 1) // [1]
 * @see Kingma & Ba 2015, section 3, for the correction
 */
export function movingAverage(
  v: TensorLike,
  x: TensorLike,
  decay: TensorLike,
  step?: TensorLike | null,
  zeroDebias = true,
): Tensor {
  const average = asTensor(v, 'v', 'movingAverage');
  const value = asTensor(x, 'x', 'movingAverage');
  requireAlike(average, value);
  const change = mul(sub(value, average), sub(1, decay));
  if (!requireBoolean('movingAverage', 'zeroDebias', zeroDebias)) return add(average, change);
  if (step === undefined || step === null) {
    const hint = 'or zeroDebias false';
    const condition = 'be given to correct for a start at 0';
    throw misuse(ArgumentError, 'movingAverage', 'step', condition, formatValue(step), hint);
  }
  return add(average, div(change, sub(1, pow(decay, step))));
}

function requireAlike(v: Tensor, x: Tensor): void {
  if (!sameShape(v.shape, x.shape)) {
    const condition = `have the shape of v, ${formatShape(v.shape)}`;
    throw misuse(ShapeError, 'movingAverage', 'x', condition, formatShape(x.shape));
  }
  if (v.dtype !== x.dtype) {
    const condition = `have the dtype of v, ${v.dtype}`;
    throw misuse(DTypeError, 'movingAverage', 'x', condition, x.dtype, 'cast it first');
  }
}

/**
 * How often each class was taken for each: rows are labels, columns predictions.
 *
 * @param labels - a vector of classes from 0 on
 * @param predictions - as many classes
 * @param numClasses - classes at or above it are not counted
 * @returns shape (numClasses, numClasses), int32
 * @throws ShapeError when labels or predictions are no vectors, or differ in length
 * @throws ArgumentError when `numClasses` is no integer of at least 1
 * @example confusionMatrix([0, 1, 1], [0, 1, 0], 2) // [[1, 0], [1, 1]]
 */
export function confusionMatrix(
  labels: TensorLike,
  predictions: TensorLike,
  numClasses: number,
): Tensor {
  if (!Number.isInteger(numClasses) || numClasses < 1) {
    const got = formatValue(numClasses);
    throw misuse(ArgumentError, 'confusionMatrix', 'numClasses', 'be a positive integer', got);
  }
  const truth = requireClasses('labels', labels);
  const guesses = requireClasses('predictions', predictions);
  if (truth.size !== guesses.size) {
    const condition = `be as many as labels, ${String(truth.size)}`;
    const got = String(guesses.size);
    const hint = `Mismatch in the number of examples: ${String(truth.size)} vs. ${got}`;
    throw misuse(ShapeError, 'confusionMatrix', 'predictions', condition, got, hint);
  }
  const [rows, columns] = [truth, guesses].map((classes) =>
    oneHot(cast(classes, 'int32'), numClasses, 1, 0, 'int32'),
  );
  return matMul(rows, columns, true);
}

function requireClasses(argument: string, classes: TensorLike): Tensor {
  const x = asTensor(classes, argument, 'confusionMatrix');
  if (x.rank === 1) return x;
  const condition = 'be a vector of classes, with a rank of 1';
  throw misuse(ShapeError, 'confusionMatrix', argument, condition, String(x.rank));
}
