import { isComplex } from '../base/dtype.ts';
import { ArgumentError, DTypeError, IndexError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { requireInteger } from '../base/options.ts';
import { requireElements, sizeOf, specOf } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands, asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { ownedTensor } from '../core/tensor.ts';
import { mul } from '../ops/arithmetic.ts';
import { add } from '../ops/elementwise.ts';
import { asIndices, gather } from '../ops/indexing.ts';
import { broadcastTo, cast } from '../ops/structural.ts';

/*
 * Ragged tensors as TensorFlow writes them: the rows one after the other, and for each ragged axis the
 * places where its rows begin and end. How large results are depends on these, so they are read here;
 * gradients pass to the values.
 */

/** The values and, from the outermost ragged axis on, where rows begin and end. */
export interface RaggedGathered {
  /** int32, one vector for each ragged axis. */
  readonly outputNestedSplits: Tensor[];
  readonly outputDenseValues: Tensor;
}

function int32(values: ArrayLike<number>): Tensor<'int32'> {
  return ownedTensor(specOf([values.length], 'int32'), Int32Array.from(values)) as Tensor<'int32'>;
}

/** Splits that begin at 0 or later, ascend and end at most at `end`, as numbers. */
function readSplits(op: string, argument: string, splits: TensorLike, end: number): number[] {
  const input = asIndices(op, argument, splits);
  if (input.rank !== 1 || input.size === 0) {
    const condition = 'be a vector that is not empty';
    throw misuse(ShapeError, op, argument, condition, formatShape(input.shape));
  }
  const list: number[] = Array.from(input.dataSync());
  const at = list.findIndex((value, i) => value < (i === 0 ? 0 : list[i - 1]));
  if (at >= 0) {
    const condition = 'be sorted in ascending order and non-negative';
    throw misuse(ArgumentError, op, argument, condition, `${String(list[at])} at ${String(at)}`);
  }
  const last = list[list.length - 1];
  if (last > end) {
    const condition = `not point past the ${String(end)} values that they divide`;
    throw misuse(IndexError, op, argument, condition, String(last));
  }
  return list;
}

/**
 * Rows of a ragged tensor at `indices` along its first axis. Gradients pass to the values.
 *
 * @param paramsNestedSplits - for each ragged axis, from the outermost, int32 splits: row i holds the
 *   places from `splits[i]` to before `splits[i + 1]` of the next axis, in the end of the values
 * @param paramsDenseValues - shape (n, ...)
 * @param indices - int32 of any shape, which rows
 * @param outputRaggedRank - how many splits the result has: those of the input and the rank of
 *   `indices`, less 1; computed if absent
 * @returns `outputNestedSplits` (int32) and `outputDenseValues`
 * @throws ShapeError when there are no splits, splits are no vector or the values have no axis
 * @throws ArgumentError when splits do not ascend, or `outputRaggedRank` is another number
 * @throws IndexError when splits point past the values, or an index is outside the rows
 * @example raggedGather([[0, 1, 3]], [5, 6, 7], [1, 0]).outputDenseValues // [6, 7, 5]
 * @example raggedGather([[0, 1, 3]], [5, 6, 7], [1, 0]).outputNestedSplits[0] // [0, 2, 3]
 */
export function raggedGather(
  paramsNestedSplits: readonly TensorLike[],
  paramsDenseValues: TensorLike,
  indices: TensorLike,
  outputRaggedRank?: number,
): RaggedGathered {
  const op = 'raggedGather';
  const values = asTensor(paramsDenseValues, 'paramsDenseValues', op);
  if (values.rank === 0) throw misuse(ShapeError, op, 'paramsDenseValues', 'have rows', '[]');
  const nested = readNestedSplits(op, paramsNestedSplits, values.shape[0]);
  const picks = asIndices(op, 'indices', indices);
  const rank = nested.length + picks.rank - 1;
  if (outputRaggedRank !== undefined && outputRaggedRank !== rank) {
    const condition = `be ${String(rank)}, the ragged axes and those of indices, less 1`;
    throw misuse(ArgumentError, op, 'outputRaggedRank', condition, formatValue(outputRaggedRank));
  }
  const rows = readRows(op, picks, nested[0].length - 1);
  const { splits, places } = descend(op, nested, rows);
  // A single row is no longer one of several: its own splits say nothing.
  const inner = picks.rank === 0 ? splits.slice(1) : splits;
  return {
    outputNestedSplits: [...evenSplits(picks.shape), ...inner].map(int32),
    outputDenseValues: gather(values, int32(places)),
  };
}

function readNestedSplits(op: string, nested: readonly TensorLike[], end: number): number[][] {
  const argument = 'paramsNestedSplits';
  if (!Array.isArray(nested) || nested.length === 0) {
    throw misuse(ShapeError, op, argument, 'be an array of at least one vector', 'none');
  }
  const result: number[][] = [];
  // From the innermost: each level divides the rows of the next.
  for (let i = nested.length - 1; i >= 0; i--) {
    const most = i === nested.length - 1 ? end : result[0].length - 1;
    const name = `${argument}[${String(i)}]`;
    result.unshift(readSplits(op, name, (nested as readonly TensorLike[])[i], most));
  }
  return result;
}

function readRows(op: string, picks: Tensor, count: number): number[] {
  const rows: number[] = Array.from(picks.dataSync());
  const at = rows.findIndex((row) => row < 0 || row >= count);
  if (at >= 0) {
    const where = `${String(rows[at])} at position ${String(at)}`;
    throw misuse(IndexError, op, 'indices', `lie in [0, ${String(count)})`, where);
  }
  return rows;
}

/** What the rows hold at each level: the splits of the result, and the places of the values. */
function descend(
  op: string,
  nested: readonly (readonly number[])[],
  rows: readonly number[],
): { splits: number[][]; places: readonly number[] } {
  const splits: number[][] = [];
  let places = rows;
  for (const level of nested) {
    const own = [0];
    for (const place of places) own.push(own[own.length - 1] + level[place + 1] - level[place]);
    requireElements(op, 'result', [own[own.length - 1]]);
    const below: number[] = [];
    for (const place of places) {
      for (let i = level[place]; i < level[place + 1]; i++) below.push(i);
    }
    splits.push(own);
    places = below;
  }
  return { splits, places };
}

/** The splits of axes whose rows are all of one length: those of the indices, but for the last. */
function evenSplits(shape: readonly number[]): number[][] {
  return shape.slice(1).map((length, axis) => {
    const count = sizeOf(shape.slice(0, axis + 1));
    return Array.from({ length: count + 1 }, (_, i) => i * length);
  });
}

/** Ranges one after the other. */
export interface RaggedRanges {
  /** int32, where each range begins, and the end of the last. */
  readonly rtNestedSplits: Tensor;
  readonly rtDenseValues: Tensor;
}

/**
 * Ranges one after the other: row i is `starts[i]`, `starts[i] + deltas[i]`, ... before `limits[i]`.
 * Gradients pass to `starts` and `deltas`; how many elements there are is constant.
 *
 * @param starts - a vector, or a scalar for all ranges
 * @param limits - a vector, or a scalar for all ranges
 * @param deltas - a vector, or a scalar for all ranges; not 0
 * @returns `rtNestedSplits` (int32) and `rtDenseValues`
 * @throws ShapeError when an input has more than one axis, vectors differ in size or the result is
 *   too large
 * @throws ArgumentError when a delta is 0 or a range has no end
 * @throws DTypeError when an input is bool or complex
 * @example raggedRange([0, 5], [3, 7], [1, 1]).rtDenseValues // [0, 1, 2, 5, 6]
 * @example raggedRange([0, 5], [3, 7], [1, 1]).rtNestedSplits // [0, 3, 5]
 */
export function raggedRange(
  starts: TensorLike,
  limits: TensorLike,
  deltas: TensorLike,
): RaggedRanges {
  const op = 'raggedRange';
  const [from, to, step] = asRangeInputs(op, [starts, limits, deltas]);
  const sizes = rangeSizes(
    op,
    [from, to, step].map((x) => Array.from(x.dataSync())),
  );
  const splits = [0];
  for (const size of sizes) splits.push(splits[splits.length - 1] + size);
  requireElements(op, 'result', [splits[splits.length - 1]]);
  const rows = int32(sizes.flatMap((size, row) => new Array<number>(size).fill(row)));
  const counts = int32(sizes.flatMap((size) => Array.from({ length: size }, (_, i) => i)));
  const steps = mul(gather(step, rows), cast(counts, step.dtype));
  return { rtNestedSplits: int32(splits), rtDenseValues: add(gather(from, rows), steps) };
}

const rangeArguments = ['starts', 'limits', 'deltas'] as const;

/** Starts, limits and deltas as vectors of one size. */
function asRangeInputs(op: string, inputs: readonly TensorLike[]): readonly Tensor[] {
  const tensors = asOperands(inputs, rangeArguments, op);
  tensors.forEach((x, i) => {
    if (x.rank > 1) {
      const argument = rangeArguments[i];
      throw misuse(ShapeError, op, argument, 'be a scalar or vector', formatShape(x.shape));
    }
    if (x.dtype === 'bool' || isComplex(x.dtype)) {
      throw misuse(DTypeError, op, rangeArguments[i], 'be int32 or float', x.dtype);
    }
  });
  const vectors = tensors.filter(({ rank }) => rank === 1);
  const size = vectors.length === 0 ? 1 : vectors[0].size;
  if (vectors.some((x) => x.size !== size)) {
    const got = tensors.map(({ shape }) => formatShape(shape)).join(', ');
    throw misuse(ShapeError, op, 'starts, limits and deltas', 'have the same shape', got);
  }
  return tensors.map((x) => (x.rank === 1 ? x : broadcastTo(x, [size])));
}

function rangeSizes(op: string, [from, to, step]: readonly (readonly number[])[]): number[] {
  return from.map((start, i) => {
    if (step[i] === 0) throw misuse(ArgumentError, op, 'deltas', 'not be 0', '0');
    const size = Math.max(0, Math.ceil((to[i] - start) / step[i]));
    return requireInteger(op, `the size of range ${String(i)}`, size, { min: 0, max: 2147483647 });
  });
}
