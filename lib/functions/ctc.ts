import { DTypeError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { requireBoolean, requireInteger } from '../base/options.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands, asTensor, scalarSpecs } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor } from '../core/tensor.ts';
import { logSoftmax } from '../ops/activations.ts';
import { mul, neg, sub } from '../ops/arithmetic.ts';
import { equal, greater, less, logicalAnd, logicalOr, notEqual } from '../ops/compare.ts';
import { add, toFloat } from '../ops/elementwise.ts';
import { gather } from '../ops/indexing.ts';
import { concat, stack, unstack } from '../ops/joining.ts';
import { logSumExp } from '../ops/reduce.ts';
import { where } from '../ops/select.ts';
import { slice } from '../ops/slicing.ts';
import { cast, expandDims, reshape, transpose } from '../ops/structural.ts';
import { fill, range } from './creation.ts';

/*
 * Graves, Fernández, Gomez, Schmidhuber: Connectionist temporal classification (2006). The forward
 * sums are made of recorded ops, in logarithms, so every order of derivative is that of the sums.
 */

function integers(
  op: string,
  argument: string,
  value: TensorLike,
  shape: readonly number[],
): Tensor {
  const int32 = filledTensor(scalarSpecs.int32, 0);
  const [, given] = asOperands([int32, value], ['', argument], op);
  if (given.dtype !== 'int32') {
    const hint = `convert with cast(${argument}, 'int32')`;
    throw misuse(DTypeError, op, argument, 'have dtype int32', given.dtype, hint);
  }
  const isFit = given.rank === shape.length && shape.every((n, i) => n < 0 || n === given.shape[i]);
  if (!isFit) {
    const sizes = shape.map((n) => (n < 0 ? 'n' : String(n))).join(', ');
    throw misuse(ShapeError, op, argument, `have shape (${sizes})`, formatShape(given.shape));
  }
  return given;
}

/** Labels with a blank before, between and after them: shape (b, 2n + 1). */
function withBlanks(labels: Tensor, blank: number): Tensor {
  const [count, length] = labels.shape;
  const blanks = fill([count, length], blank, 'int32');
  const pairs = reshape(stack([blanks, labels], -1), [count, 2 * length]);
  return concat([pairs, fill([count, 1], blank, 'int32')], 1);
}

/** Rows moved to the right by `places`; `value` comes in. */
function shifted(x: Tensor, places: number, value: number): Tensor {
  const [count, length] = x.shape;
  const moved = Math.min(places, length);
  const kept = slice(x, [0, 0], [count, length - moved]);
  return concat([fill([count, moved], value, x.dtype), kept], 1);
}

/** Log of the sums over all paths, by the place in the labels where they end: shape (b, 2n + 1). */
function forwardSums(
  logProbabilities: Tensor,
  path: Tensor,
  frames: Tensor,
  blank: number,
): Tensor {
  const { shape, dtype } = path;
  const impossible = cast(-Infinity, logProbabilities.dtype);
  // A blank between two different labels may be left out.
  const differs = notEqual(path, shifted(path, 2, blank));
  const skips = logicalAnd(differs, notEqual(path, cast(blank, dtype)));
  const places = range(0, shape[1], 1, 'int32');
  const start = where(equal(places, 0), cast(0, logProbabilities.dtype), impossible);
  const emitted = gather(logProbabilities, path, 2, 1);
  let sums = add(fill(shape, 0, logProbabilities.dtype), start);
  unstack(emitted, 1).forEach((frame, t) => {
    const skipped = where(skips, shifted(sums, 2, -Infinity), impossible);
    const ways = stack([sums, shifted(sums, 1, -Infinity), skipped]);
    sums = where(greater(frames, t), add(logSumExp(ways, 0), frame), sums);
  });
  return sums;
}

/**
 * Minus the log probability of label sequences, summed over all their alignments with the frames
 * (connectionist temporal classification): Infinity where the frames are too few.
 *
 * @param labels - int32 or integers, shape (b, n); what is beyond `labelLength` is not looked at
 * @param logits - shape (t, b, c), or (b, t, c) unless `logitsTimeMajor`
 * @param labelLength - int32 or integers, shape (b): how many labels count
 * @param logitLength - int32 or integers, shape (b): how many frames count
 * @param blankIndex - the class that stands for no label
 * @returns shape (b)
 * @throws ShapeError when a shape does not fit
 * @throws DTypeError when labels or lengths are no integers
 * @throws IndexError when a label is no class
 * @throws ArgumentError when `blankIndex` is no class
 * @example ctcLoss([[1]], [[[0, 0]]], [1], [1]) // [0.6931472]
 */
export function ctcLoss(
  labels: TensorLike,
  logits: TensorLike,
  labelLength: TensorLike,
  logitLength: TensorLike,
  blankIndex = 0,
  logitsTimeMajor = true,
): Tensor {
  const op = 'ctcLoss';
  requireBoolean(op, 'logitsTimeMajor', logitsTimeMajor);
  const symbols = integers(op, 'labels', labels, [-1, -1]);
  const given = asTensor(logits, 'logits', op);
  const count = symbols.shape[0];
  if (given.rank !== 3 || given.shape[logitsTimeMajor ? 1 : 0] !== count) {
    const condition = `have 3 axes, and one of the ${String(count)} rows of labels for each row`;
    throw misuse(ShapeError, op, 'logits', condition, formatShape(given.shape));
  }
  const lengths = integers(op, 'labelLength', labelLength, [count]);
  const frames = expandDims(integers(op, 'logitLength', logitLength, [count]), 1);
  const blank = requireInteger(op, 'blankIndex', blankIndex, { min: 0, max: given.shape[2] - 1 });
  const x = cast(given, toFloat(given.dtype));
  const logProbabilities = logSoftmax(logitsTimeMajor ? transpose(x, [1, 0, 2]) : x);
  const ends = expandDims(lengths, 1);
  const isLabel = less(range(0, symbols.shape[1], 1, 'int32'), ends);
  const path = withBlanks(where(isLabel, symbols, cast(blank, 'int32')), blank);
  const sums = forwardSums(logProbabilities, path, frames, blank);
  const places = range(0, path.shape[1], 1, 'int32');
  const last = mul(ends, 2);
  const isEnd = logicalOr(equal(places, last), equal(places, sub(last, 1)));
  return neg(logSumExp(where(isEnd, sums, cast(-Infinity, sums.dtype)), 1));
}
