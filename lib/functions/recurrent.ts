import { ArgumentError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands, asTensor } from '../core/convert.ts';
import { specOf } from '../base/shape.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor } from '../core/tensor.ts';
import { add } from '../ops/elementwise.ts';
import { asIndices, gather } from '../ops/indexing.ts';
import { concat, split } from '../ops/joining.ts';
import { matMul } from '../ops/matmul.ts';
import { refresh, remember } from '../ops/recurrent.ts';

function requireColumns(op: string, argument: string, x: Tensor, count: number): void {
  if (x.shape[x.rank - 1] !== count) {
    const condition = `have ${String(count)} columns`;
    throw misuse(ShapeError, op, argument, condition, formatShape(x.shape));
  }
}

/**
 * One step of a long short-term memory; the gates are input, candidate, forget, output.
 *
 * @param forgetBias - added to the forget gate before its sigmoid
 * @param lstmKernel - shape (in + h, 4 h)
 * @param lstmBias - shape (4 h)
 * @param data - shape (b, in)
 * @param c - the cell state, shape (b, h)
 * @param h - the output of the step before, shape (b, h)
 * @returns the new cell state and the new output
 * @throws ShapeError when the shapes do not fit each other
 * @example
 * const zero = zeros([1, 1]);
 * basicLSTMCell(1, zeros([2, 4]), zeros([4]), [[5]], zero, zero)[1] // [[0]]
 * @see Hochreiter and Schmidhuber 1997; Gers, Schmidhuber and Cummins 2000 for the forget gate
 */
export function basicLSTMCell(
  forgetBias: TensorLike,
  lstmKernel: TensorLike,
  lstmBias: TensorLike,
  data: TensorLike,
  c: TensorLike,
  h: TensorLike,
): [Tensor, Tensor] {
  const op = 'basicLSTMCell';
  const names = ['forgetBias', 'lstmKernel', 'lstmBias', 'data', 'c', 'h'];
  const given = [forgetBias, lstmKernel, lstmBias, data, c, h];
  const [bias, kernel, biases, input, cell, output] = asOperands(given, names, op);
  const width = cell.shape[cell.rank - 1];
  requireColumns(op, 'lstmKernel', kernel, 4 * width);
  const gates = add(matMul(concat([input, output], 1), kernel), biases);
  return remember(gates, cell, bias);
}

/**
 * One step of a long short-term memory with a kernel each for input and output; the gates are input,
 * candidate, forget, output.
 *
 * @param data - shape (b, in)
 * @param h - the output of the step before, shape (b, n)
 * @param c - the cell state, shape (b, n)
 * @param kernel - shape (in, 4 n)
 * @param recurrentKernel - shape (n, 4 n)
 * @param bias - shape (4 n)
 * @returns the new output and the new cell state
 * @throws ShapeError when the shapes do not fit each other
 * @example lstmCell([[1]], [[0]], [[2]], zeros([1, 4]), zeros([1, 4]), zeros([4]))[1] // [[1]]
 */
export function lstmCell(
  data: TensorLike,
  h: TensorLike,
  c: TensorLike,
  kernel: TensorLike,
  recurrentKernel: TensorLike,
  bias: TensorLike,
): [Tensor, Tensor] {
  const op = 'lstmCell';
  const names = ['data', 'h', 'c', 'kernel', 'recurrentKernel', 'bias'];
  const given = [data, h, c, kernel, recurrentKernel, bias];
  const [x, last, cell, w, u, b] = asOperands(given, names, op);
  const width = cell.shape[cell.rank - 1];
  requireColumns(op, 'kernel', w, 4 * width);
  requireColumns(op, 'recurrentKernel', u, 4 * width);
  const gates = add(add(matMul(x, w), matMul(last, u)), b);
  const [next, output] = remember(gates, cell, filledTensor(specOf([], cell.dtype), 0));
  return [output, next];
}

/** What `multiRNNCell` chains: a step from data, cell state and output to the next two. */
export type LSTMCellFunc = (data: Tensor, c: Tensor, h: Tensor) => [Tensor, Tensor];

/**
 * One step of several cells, each fed with the output of the one before.
 *
 * @param lstmCells - functions from data, cell state and output to the new two
 * @param data - what the first cell is fed with
 * @param c - a cell state for each
 * @param h - an output for each
 * @returns the new cell states and outputs
 * @throws ArgumentError when there are not as many states and outputs as cells
 * @example
 * const cell: LSTMCellFunc = (x, c, h) => [c.add(x), h.add(x)];
 * multiRNNCell([cell, cell], [[1]], [[[0]], [[0]]], [[[0]], [[1]]])[1][1] // [[2]]
 */
export function multiRNNCell(
  lstmCells: readonly LSTMCellFunc[],
  data: TensorLike,
  c: readonly TensorLike[],
  h: readonly TensorLike[],
): [Tensor[], Tensor[]] {
  const op = 'multiRNNCell';
  for (const [argument, list] of [
    ['c', c],
    ['h', h],
  ] as const) {
    if (Array.isArray(list)) {
      list.forEach((x, i) => asTensor(x, `${argument}[${String(i)}]`, op));
    }
    if (!Array.isArray(list) || list.length !== lstmCells.length) {
      const condition = `hold one state for each of the ${String(lstmCells.length)} cells`;
      throw misuse(ArgumentError, op, argument, condition, formatValue(list));
    }
  }
  const [states, outputs]: [Tensor[], Tensor[]] = [[], []];
  let input = asTensor(data, 'data', op);
  lstmCells.forEach((cell, i) => {
    const [state, output] = cell(input, asTensor(c[i], 'c', op), asTensor(h[i], 'h', op));
    states.push(state);
    outputs.push(output);
    input = output;
  });
  return [states, outputs];
}

/**
 * One step of a gated recurrent unit; the gates are update and reset, and the new output is
 * `z h + (1 - z) candidate`.
 *
 * @param data - shape (b, in)
 * @param h - the output of the step before, shape (b, n)
 * @param kernel - shape (in, 3 n): update, reset, candidate
 * @param recurrentKernel - shape (n, 3 n): the same order
 * @param bias - shape (3 n)
 * @returns the new output, shape (b, n)
 * @throws ShapeError when the shapes do not fit each other
 * @example gruCell([[1]], [[2]], zeros([1, 3]), zeros([1, 3]), zeros([3])) // [[1]]
 * @see Cho et al. 2014, with the reset gate before the product
 */
export function gruCell(
  data: TensorLike,
  h: TensorLike,
  kernel: TensorLike,
  recurrentKernel: TensorLike,
  bias: TensorLike,
): Tensor {
  const op = 'gruCell';
  const names = ['data', 'h', 'kernel', 'recurrentKernel', 'bias'];
  const [x, last, w, u, b] = asOperands([data, h, kernel, recurrentKernel, bias], names, op);
  const width = last.shape[last.rank - 1];
  requireColumns(op, 'kernel', w, 3 * width);
  requireColumns(op, 'recurrentKernel', u, 3 * width);
  const sizes = [2 * width, width];
  const [forGates, forCandidate] = split(add(matMul(x, w), b), sizes, -1);
  const [ofGates, ofCandidate] = split(u, sizes, -1);
  const gates = add(forGates, matMul(last, ofGates));
  return refresh(gates, last, (kept) => add(forCandidate, matMul(kept, ofCandidate)));
}

/**
 * Rows of a table of embeddings.
 *
 * @param table - shape (n, ...)
 * @param ids - int32 or an array of integers, in [0, n)
 * @returns the shape of `ids` followed by that of a row
 * @throws IndexError when an id is outside the table
 * @throws DTypeError when `ids` is a tensor of another dtype than int32
 * @example embeddingLookup([[1, 2], [3, 4]], [1]) // [[3, 4]]
 */
export function embeddingLookup(table: TensorLike, ids: TensorLike): Tensor {
  const op = 'embeddingLookup';
  return gather(asTensor(table, 'table', op), asIndices(op, 'ids', ids), 0);
}
