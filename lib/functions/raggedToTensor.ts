import { ArgumentError, IndexError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { requireOneOf } from '../base/options.ts';
import { requireElements, sizeOf, specOf } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { ownedTensor } from '../core/tensor.ts';
import { asIndices, gather } from '../ops/indexing.ts';
import { concat } from '../ops/joining.ts';
import { broadcastTo, reshape } from '../ops/structural.ts';

/* How large the result is depends on the partitions, so they are read; gradients pass to the values. */

/** How a row partition is written: see `raggedTensorToTensor`. */
export type RowPartitionType = 'FIRST_DIM_SIZE' | 'VALUE_ROWIDS' | 'ROW_SPLITS';

/** For each item of a ragged axis, its row. */
type Level = readonly number[];

interface Partition {
  /** The size of the first axis. */
  readonly rows: number;
  readonly levels: readonly Level[];
}

/**
 * A ragged tensor as a dense one: rows that are too short are filled up, those that are too long cut
 * off. Gradients pass to `values` and `defaultValue`.
 *
 * @param shape - int32, the shape of the result; -1 for an axis, or instead of the shape, means as
 *   large as the longest row
 * @param values - shape (n, ...)
 * @param defaultValue - what fills up rows, of fewer axes than `values` and broadcast to one of them
 * @param rowPartitionTensors - int32, one for each type
 * @param rowPartitionTypes - from the outermost axis: `ROW_SPLITS` (where each row begins, and the end
 *   of the last), `VALUE_ROWIDS` (for each item its row); `FIRST_DIM_SIZE` (the number of rows) stands
 *   before all others, if `VALUE_ROWIDS` is the first of them
 * @throws ShapeError when the shapes do not fit each other
 * @throws ArgumentError when types or partitions are not as described
 * @throws IndexError when a row id is outside the rows
 * @example raggedTensorToTensor(-1, [1, 2, 3], 0, [[0, 1, 3]], ['ROW_SPLITS']) // [[1, 0], [2, 3]]
 */
export function raggedTensorToTensor(
  shape: TensorLike,
  values: TensorLike,
  defaultValue: TensorLike,
  rowPartitionTensors: readonly TensorLike[],
  rowPartitionTypes: readonly RowPartitionType[],
): Tensor {
  const op = 'raggedTensorToTensor';
  const [given, filler] = asOperands([values, defaultValue], ['values', 'defaultValue'], op);
  if (given.rank === 0) throw misuse(ShapeError, op, 'values', 'have rows', '[]');
  if (filler.rank >= given.rank) {
    const condition = `have fewer axes than values ${formatShape(given.shape)}`;
    throw misuse(ShapeError, op, 'defaultValue', condition, formatShape(filler.shape));
  }
  const partition = readPartition(op, rowPartitionTensors, rowPartitionTypes);
  const [count, ...inner] = given.shape;
  const items = partition.levels[partition.levels.length - 1].length;
  if (items !== count) {
    const condition = `hold the ${String(items)} rows that the partitions name`;
    throw misuse(ShapeError, op, 'values', condition, formatShape(given.shape));
  }
  const result = resultShape(op, asIndices(op, 'shape', shape), partition, inner);
  requireElements(op, 'result', result);
  const ragged = result.slice(0, partition.levels.length + 1);
  // The filler stands after all values.
  const all = concat([given, reshape(broadcastTo(filler, inner), [1, ...inner])]);
  return gather(all, picksOf(partition, ragged, count));
}

function readPartition(
  op: string,
  tensors: readonly TensorLike[],
  types: readonly RowPartitionType[],
): Partition {
  if (!Array.isArray(types)) {
    throw misuse(ArgumentError, op, 'rowPartitionTypes', 'be an array', formatValue(types));
  }
  if (!Array.isArray(tensors)) {
    throw misuse(ArgumentError, op, 'rowPartitionTensors', 'be an array', formatValue(tensors));
  }
  for (const type of types) {
    requireOneOf(op, 'rowPartitionTypes', type, ['FIRST_DIM_SIZE', 'VALUE_ROWIDS', 'ROW_SPLITS']);
  }
  const isSized = types[0] === 'FIRST_DIM_SIZE';
  const own = isSized ? types.slice(1) : types;
  if (own.length === 0 || own.includes('FIRST_DIM_SIZE')) {
    const condition = 'name a ragged axis, with FIRST_DIM_SIZE only before all others';
    throw misuse(ArgumentError, op, 'rowPartitionTypes', condition, formatValue(types));
  }
  if (!isSized && own[0] === 'VALUE_ROWIDS') {
    const condition = 'begin with FIRST_DIM_SIZE before VALUE_ROWIDS';
    throw misuse(ArgumentError, op, 'rowPartitionTypes', condition, formatValue(types));
  }
  if (tensors.length !== types.length) {
    const condition = `hold one for each of the ${String(types.length)} types`;
    throw misuse(ArgumentError, op, 'rowPartitionTensors', condition, String(tensors.length));
  }
  return partitionOf(op, own, tensors, isSized);
}

function partitionOf(
  op: string,
  own: readonly RowPartitionType[],
  tensors: readonly TensorLike[],
  isSized: boolean,
): Partition {
  const inputs = tensors.map((x, i) => readOne(op, x, i, isSized && i === 0 ? 0 : 1));
  const lists = isSized ? inputs.slice(1) : inputs;
  const rows = isSized ? inputs[0][0] : lists[0].length - 1;
  const levels: Level[] = [];
  own.forEach((type, i) => {
    const parents = i === 0 ? rows : levels[i - 1].length;
    levels.push(type === 'ROW_SPLITS' ? rowsOf(op, lists[i], parents) : ids(op, lists[i], parents));
  });
  return { rows, levels };
}

function readOne(op: string, x: TensorLike, i: number, rank: number): number[] {
  const argument = `rowPartitionTensors[${String(i)}]`;
  const input = asIndices(op, argument, x);
  if (input.rank !== rank) {
    const condition = rank === 0 ? 'be a scalar' : 'have one axis';
    throw misuse(ShapeError, op, argument, condition, formatShape(input.shape));
  }
  return Array.from(input.dataSync());
}

/** The rows of items, from splits. */
function rowsOf(op: string, splits: readonly number[], parents: number): Level {
  const isAscending = splits.every((value, i) => value >= (i === 0 ? 0 : splits[i - 1]));
  if (splits.length !== parents + 1 || splits[0] !== 0 || !isAscending) {
    const condition = `have splits for ${String(parents)} rows that ascend from 0`;
    throw misuse(ArgumentError, op, 'rowPartitionTensors', condition, formatValue(splits));
  }
  requireElements(op, 'result', [splits[parents]]);
  return splits.slice(1).flatMap((end, row) => new Array<number>(end - splits[row]).fill(row));
}

function ids(op: string, list: readonly number[], parents: number): Level {
  const at = list.findIndex((row) => row < 0 || row >= parents);
  if (at >= 0) {
    const condition = `have row ids in [0, ${String(parents)})`;
    throw misuse(IndexError, op, 'rowPartitionTensors', condition, String(list[at]));
  }
  if (list.some((row, i) => i > 0 && row < list[i - 1])) {
    const condition = 'have row ids that ascend';
    throw misuse(ArgumentError, op, 'rowPartitionTensors', condition, formatValue(list));
  }
  return list;
}

function resultShape(
  op: string,
  shape: Tensor,
  { rows, levels }: Partition,
  inner: readonly number[],
): number[] {
  const natural = [rows, ...levels.map(longest), ...inner];
  const wanted: number[] = Array.from(shape.dataSync());
  const isFree = shape.size === 0 || (shape.rank === 0 && wanted[0] === -1);
  if (isFree) return natural;
  const dense = wanted.slice(levels.length + 1);
  const fits =
    shape.rank === 1 &&
    wanted.length === natural.length &&
    wanted.every((size) => size >= -1) &&
    dense.every((size, i) => size === -1 || size === inner[i]);
  if (!fits) {
    const condition = `be -1, or hold ${String(natural.length)} sizes or -1 that end in ${formatShape(inner)}`;
    const hint = 'values and shape are incompatible';
    throw misuse(ShapeError, op, 'shape', condition, formatValue(wanted), hint);
  }
  return wanted.map((size, axis) => (size === -1 ? natural[axis] : size));
}

function longest(level: Level): number {
  let result = 0;
  let length = 0;
  level.forEach((row, i) => {
    length = i > 0 && row === level[i - 1] ? length + 1 : 1;
    result = Math.max(result, length);
  });
  return result;
}

/** For each place of the result, which value stands there; `missing` if none does. */
function picksOf({ rows, levels }: Partition, shape: readonly number[], missing: number): Tensor {
  let places = Array.from({ length: rows }, (_, row) => (row < shape[0] ? row : -1));
  levels.forEach((level, axis) => {
    const above = places;
    const size = shape[axis + 1];
    let at = 0;
    places = level.map((row, i) => {
      at = i > 0 && row === level[i - 1] ? at + 1 : 0;
      return above[row] < 0 || at >= size ? -1 : above[row] * size + at;
    });
  });
  const picks = new Int32Array(sizeOf(shape)).fill(missing);
  places.forEach((place, item) => {
    if (place >= 0) picks[place] = item;
  });
  return ownedTensor(specOf(shape, 'int32'), picks);
}
