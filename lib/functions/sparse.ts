import { ArgumentError, IndexError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { sizeOf, specOf } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands, asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { ownedTensor } from '../core/tensor.ts';
import { asIndices, gather } from '../ops/indexing.ts';
import { concat } from '../ops/joining.ts';
import { segmentMean, segmentSum } from '../ops/segment.ts';
import { reshape } from '../ops/structural.ts';

/*
 * Sparse matrices as lists of places and values. How large results are depends on the values, so the
 * places are read here; gradients pass to the values.
 */

function int32(values: readonly number[], shape: readonly number[]): Tensor<'int32'> {
  return ownedTensor(specOf(shape, 'int32'), Int32Array.from(values)) as Tensor<'int32'>;
}

function vector(op: string, argument: string, x: TensorLike): Tensor {
  const input = asIndices(op, argument, x);
  if (input.rank !== 1) {
    const hint = 'it should be Tensor1D';
    throw misuse(ShapeError, op, argument, 'have one axis', formatShape(input.shape), hint);
  }
  return input;
}

type Combine = (x: Tensor, ids: Tensor) => Tensor;

function segments(
  op: string,
  combine: Combine,
  data: TensorLike,
  indices: TensorLike,
  segmentIds: TensorLike,
): Tensor {
  const input = asTensor(data, 'data', op);
  if (input.rank === 0) {
    const hint = 'data should be at least 1 dimensional';
    throw misuse(ShapeError, op, 'data', 'have rows', '[]', hint);
  }
  const rows = vector(op, 'indices', indices);
  const ids = vector(op, 'segmentIds', segmentIds);
  if (rows.size !== ids.size) {
    const condition = `have one id for each of the ${String(rows.size)} indices`;
    throw misuse(ShapeError, op, 'segmentIds', condition, formatShape(ids.shape));
  }
  requireRows(op, rows, input.shape[0]);
  return combine(gather(input, rows), ids);
}

// Symbols have no values yet: gather checks theirs when they have.
function requireRows(op: string, rows: Tensor, count: number): void {
  if (rows.storage === null) return;
  rows.values.forEach((row: number, i: number) => {
    if (row >= 0 && row < count) return;
    const got = `indices[${String(i)}] == ${String(row)} out of range [0, ${String(count)})`;
    throw misuse(IndexError, op, 'indices', 'name rows of data', got);
  });
}

/**
 * Sums of the rows of `data` that `indices` name, for each segment.
 *
 * @param indices - int32, which rows
 * @param segmentIds - int32, one for each index, sorted
 * @throws ShapeError when there is not one id for each index
 * @throws IndexError when an index is outside `data`
 * @throws ArgumentError when the ids are not sorted or negative
 * @example sparse.sparseSegmentSum([[1], [2], [4]], [0, 2], [0, 0]) // [[5]]
 */
export function sparseSegmentSum(
  data: TensorLike,
  indices: TensorLike,
  segmentIds: TensorLike,
): Tensor {
  return segments('sparseSegmentSum', segmentSum, data, indices, segmentIds);
}

/**
 * Means of the rows of `data` that `indices` name, for each segment.
 *
 * @param indices - int32, which rows
 * @param segmentIds - int32, one for each index, sorted
 * @throws ShapeError when there is not one id for each index
 * @throws IndexError when an index is outside `data`
 * @throws ArgumentError when the ids are not sorted or negative
 * @example sparse.sparseSegmentMean([[1], [2], [5]], [0, 2], [0, 0]) // [[3]]
 */
export function sparseSegmentMean(
  data: TensorLike,
  indices: TensorLike,
  segmentIds: TensorLike,
): Tensor {
  return segments('sparseSegmentMean', segmentMean, data, indices, segmentIds);
}

/**
 * A sparse matrix with `defaultValue` in the first column of each row that has nothing.
 *
 * @param indices - int32, shape (n, 2): row and column of each value, by rows
 * @param values - shape (n)
 * @param denseShape - int32, rows and columns
 * @param defaultValue - a scalar
 * @returns `outputIndices` and `outputValues`, `emptyRowIndicator` (bool, for each row), and
 *   `reverseIndexMap` (int32, where each value went)
 * @throws ShapeError when the shapes do not fit each other
 * @throws IndexError when a row is outside the matrix
 * @example sparse.sparseFillEmptyRows([[1, 0]], [7], [2, 2], -1).outputValues // [-1, 7]
 */
export function sparseFillEmptyRows(
  indices: TensorLike,
  values: TensorLike,
  denseShape: TensorLike,
  defaultValue: TensorLike,
): {
  outputIndices: Tensor;
  outputValues: Tensor;
  emptyRowIndicator: Tensor;
  reverseIndexMap: Tensor;
} {
  const op = 'sparseFillEmptyRows';
  const places = matrix(op, 'indices', indices);
  const [given, filler] = asOperands([values, defaultValue], ['values', 'defaultValue'], op);
  const [rows = 0] = vector(op, 'denseShape', denseShape).dataSync();
  if (given.rank !== 1 || given.size !== places.shape[0]) {
    const condition = `have one value for each of the ${String(places.shape[0])} indices`;
    throw misuse(ShapeError, op, 'values', condition, formatShape(given.shape));
  }
  if (filler.rank !== 0) {
    throw misuse(ShapeError, op, 'defaultValue', 'be a scalar', formatShape(filler.shape));
  }
  const width = places.shape[1];
  if (width === 0) {
    const condition = 'have a column for each axis, the rows first';
    throw misuse(ShapeError, op, 'indices', condition, formatShape(places.shape));
  }
  const list = Array.from(places.dataSync());
  const rowOf = Array.from({ length: given.size }, (_, i) => list[i * width]);
  const wrong = rowOf.find((row) => row < 0 || row >= rows);
  if (wrong !== undefined) {
    const hint = rows === 0 ? `without rows, indices.shape[0] = ${String(given.size)}` : undefined;
    const condition = `name rows in [0, ${String(rows)})`;
    throw misuse(IndexError, op, 'indices', condition, String(wrong), hint);
  }
  return filled({ list, width, rowOf, rows }, given, filler);
}

interface SparseRows {
  readonly list: readonly number[];
  readonly width: number;
  readonly rowOf: readonly number[];
  readonly rows: number;
}

function filled(
  { list, width, rowOf, rows }: SparseRows,
  values: Tensor,
  filler: Tensor,
): ReturnType<typeof sparseFillEmptyRows> {
  const order: number[] = [];
  const places: number[] = [];
  const isEmpty: number[] = [];
  const inRows = Array.from({ length: rows }, (): number[] => []);
  rowOf.forEach((row, i) => inRows[row].push(i));
  for (const [row, own] of inRows.entries()) {
    isEmpty.push(own.length === 0 ? 1 : 0);
    // The filler stands after all values.
    order.push(...(own.length === 0 ? [values.size] : own));
    if (own.length === 0) places.push(row, ...new Array<number>(width - 1).fill(0));
    for (const i of own) places.push(...list.slice(i * width, (i + 1) * width));
  }
  const all = concat([values, reshape(filler, [1])]);
  const wentTo = new Array<number>(values.size);
  order.forEach((from, to) => {
    if (from < values.size) wentTo[from] = to;
  });
  return {
    outputIndices: int32(places, [order.length, width]),
    outputValues: gather(all, int32(order, [order.length])),
    emptyRowIndicator: ownedTensor(specOf([rows], 'bool'), Uint8Array.from(isEmpty)),
    reverseIndexMap: int32(wentTo, [values.size]),
  };
}

function matrix(op: string, argument: string, x: TensorLike): Tensor {
  const input = asIndices(op, argument, x);
  if (input.rank !== 2) {
    throw misuse(ShapeError, op, argument, 'have two axes', formatShape(input.shape));
  }
  return input;
}

/**
 * The places of a sparse tensor after a reshape of the dense one.
 *
 * @param inputIndices - int32, shape (n, rank)
 * @param inputShape - int32, the dense shape
 * @param newShape - int32, the new one; one size may be -1, which is then computed
 * @returns `outputIndices` and `outputShape`, both int32
 * @throws ShapeError when the shapes do not have the same size
 * @throws ArgumentError when more than one size is -1, or one is beside a 0
 * @example sparse.sparseReshape([[1, 1]], [2, 2], [4]).outputIndices // [[3]]
 */
export function sparseReshape(
  inputIndices: TensorLike,
  inputShape: TensorLike,
  newShape: TensorLike,
): { outputIndices: Tensor; outputShape: Tensor } {
  const op = 'sparseReshape';
  const places = matrix(op, 'inputIndices', inputIndices);
  const from = Array.from(vector(op, 'inputShape', inputShape).dataSync());
  const to = completed(op, from, Array.from(vector(op, 'newShape', newShape).dataSync()));
  const [count, rank] = places.shape;
  if (rank !== from.length) {
    const condition = `have ${String(from.length)} columns`;
    throw misuse(ShapeError, op, 'inputIndices', condition, formatShape(places.shape));
  }
  const list = places.dataSync();
  const result: number[] = [];
  for (let i = 0; i < count; i++) {
    let at = from.reduce((sum, size, axis) => sum * size + list[i * rank + axis], 0);
    const row = new Array<number>(to.length);
    for (let axis = to.length - 1; axis >= 0; axis--) {
      row[axis] = at % to[axis];
      at = Math.floor(at / to[axis]);
    }
    result.push(...row);
  }
  return { outputIndices: int32(result, [count, to.length]), outputShape: int32(to, [to.length]) };
}

function completed(op: string, from: readonly number[], to: readonly number[]): number[] {
  const refuse = (condition: string, hint?: string): Error =>
    misuse(ArgumentError, op, 'newShape', condition, formatValue(to), hint);
  const unknown = to.indexOf(-1);
  if (to.some((size) => size < -1)) throw refuse('hold sizes, or -1 for one to be computed');
  if (unknown !== to.lastIndexOf(-1)) {
    throw refuse('hold sizes, with one -1 at most', 'only one output dimension may be -1');
  }
  const count = sizeOf(from);
  const known = sizeOf(to.filter((size) => size !== -1));
  if (unknown >= 0 && known === 0) {
    const hint = 'no size follows unless all specified input sizes are non-zero';
    throw refuse('hold no 0 beside -1', hint);
  }
  const result = to.map((size) => (size === -1 ? count / known : size));
  if (!result.every(Number.isInteger) || sizeOf(result) !== count) {
    const condition = `have as many elements as ${formatShape(from)}`;
    const hint =
      unknown >= 0
        ? `${String(count)} is no multiple of ${String(known)}`
        : `Input to reshape is a tensor with ${String(count)} dense values`;
    throw misuse(ShapeError, op, 'newShape', condition, formatValue(to), hint);
  }
  return result;
}
