import { promoteDTypes } from '../base/dtype.ts';
import { ArgumentError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { requireMatrix } from '../base/matrix.ts';
import { readOptions, requireFinite, requireInteger } from '../base/options.ts';
import { broadcastShapes, sameShape } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands, asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { mul, sub } from '../ops/arithmetic.ts';
import { greater } from '../ops/compare.ts';
import { conjugate } from '../ops/conjugate.ts';
import { diagonal, embedDiagonal, embedDiagonalOp } from '../ops/diagonal.ts';
import { add, toNumber } from '../ops/elementwise.ts';
import { gather } from '../ops/indexing.ts';
import { asMatrix, asMatrixPair, asSquare, matrixTranspose } from '../ops/matrices.ts';
import { matMul } from '../ops/matmul.ts';
import { qr } from '../ops/qr.ts';
import { max } from '../ops/reduce.ts';
import { where } from '../ops/select.ts';
import { inv } from '../ops/solve.ts';
import {
  broadcastTo,
  cast,
  expandDims,
  onesLike,
  reshape,
  squeeze,
  sum,
} from '../ops/structural.ts';
import { svd } from '../ops/svd.ts';
import { cholesky, choleskySolve, triangularSolve } from '../ops/triangular.ts';
import { log } from '../ops/transcendental.ts';

/**
 * Square matrices with the last axis of `x` as a diagonal, zeros elsewhere.
 *
 * @param x - shape (..., n)
 * @param k - how far the diagonal lies to the right of the main one; below it if negative
 * @returns shape (..., n + |k|, n + |k|)
 * @throws ShapeError when `x` is a scalar
 * @throws ArgumentError when `k` is no integer
 * @example linalg.diag([1, 2]) // [[1, 0], [0, 2]]
 */
export function diag(x: TensorLike, k = 0): Tensor {
  const input = asTensor(x, 'x', 'diag');
  if (input.rank === 0) {
    throw misuse(ShapeError, 'diag', 'x', 'have at least 1 axis', `shape ${formatShape([])}`);
  }
  return embedDiagonal(input, requireInteger('diag', 'k', k));
}

/**
 * Diagonals of matrices.
 *
 * @param a - shape (..., m, n)
 * @param k - how far the diagonal lies to the right of the main one; below it if negative
 * @returns shape (..., d) with d the length of the diagonal
 * @throws ShapeError when `a` has fewer than 2 axes
 * @throws ArgumentError when `k` is no integer
 * @example linalg.diagPart([[1, 2], [3, 4]]) // [1, 4]
 */
export function diagPart(a: TensorLike, k = 0): Tensor {
  const input = asTensor(a, 'a', 'diagPart');
  requireMatrix('diagPart', 'a', input.shape);
  return diagonal(input, requireInteger('diagPart', 'k', k), -2, -1);
}

/**
 * Matrices with another diagonal.
 *
 * @param a - shape (..., m, n)
 * @param diagonals - shape (..., d) with d the length of the diagonal
 * @param k - how far the diagonal lies to the right of the main one; below it if negative
 * @throws ShapeError when the shapes do not fit
 * @throws ArgumentError when `k` is no integer
 * @example linalg.setDiag([[1, 2], [3, 4]], [7, 8]) // [[7, 2], [3, 8]]
 */
export function setDiag(a: TensorLike, diagonals: TensorLike, k = 0): Tensor {
  const op = 'setDiag';
  const operands = asOperands([a, diagonals], ['a', 'diagonals'], op);
  const dtype = promoteDTypes(operands[0].dtype, operands[1].dtype);
  const [matrix, values] = operands.map((x) => cast(x, dtype));
  requireMatrix(op, 'a', matrix.shape);
  const lead = matrix.shape.slice(0, -2);
  const [rows, columns] = matrix.shape.slice(-2);
  const offset = requireInteger(op, 'k', k);
  const length = Math.min(rows + Math.min(offset, 0), columns - Math.max(offset, 0));
  const wanted = [...lead, Math.max(0, length)];
  if (!sameShape(values.shape, wanted)) {
    const condition = `have shape ${formatShape(wanted)} for a ${formatShape(matrix.shape)}`;
    throw misuse(ShapeError, op, 'diagonals', condition, formatShape(values.shape));
  }
  const params = { axis1: lead.length, axis2: lead.length + 1, offset, rows, columns };
  const embedded = (x: Tensor): Tensor => apply(embedDiagonalOp, [x], params)[0];
  return where(embedded(onesLike(values)), embedded(values), matrix);
}

/**
 * The elements of a tensor of even rank that `tensorDiag` would have put there.
 *
 * @param x - shape (...s, ...s)
 * @returns shape s
 * @throws ShapeError when the shape is not one twice
 * @example linalg.tensorDiagPart([[1, 2], [3, 4]]) // [1, 4]
 */
export function tensorDiagPart(x: TensorLike): Tensor {
  const input = asTensor(x, 'x', 'tensorDiagPart');
  const half = input.shape.slice(0, input.rank / 2);
  if (input.shape.join() !== [...half, ...half].join()) {
    const got = `shape ${formatShape(input.shape)}`;
    throw misuse(ShapeError, 'tensorDiagPart', 'x', 'have the same axes twice', got);
  }
  const size = half.reduce((product, length) => product * length, 1);
  return reshape(diagonal(reshape(input, [size, size])), half);
}

/**
 * Sums of the diagonals of matrices.
 *
 * @param a - shape (..., m, n)
 * @returns shape (...)
 * @throws ShapeError when `a` has fewer than 2 axes
 * @example linalg.trace([[1, 2], [3, 4]]) // 5
 */
export function trace(a: TensorLike): Tensor {
  const input = asTensor(a, 'a', 'trace');
  requireMatrix('trace', 'a', input.shape);
  return sum(diagonal(input, 0, -2, -1), -1);
}

/**
 * Transposes of matrices, conjugated if they are complex.
 *
 * @param a - shape (..., m, n)
 * @throws ShapeError when `a` has fewer than 2 axes
 * @example linalg.adjoint([[1, 2, 3]]) // [[1], [2], [3]]
 */
export function adjoint(a: TensorLike): Tensor {
  const input = asTensor(a, 'a', 'adjoint');
  requireMatrix('adjoint', 'a', input.shape);
  return matrixTranspose(conjugate(input));
}

/**
 * Products of matrices and vectors; leading axes broadcast.
 *
 * @param a - shape (..., m, n)
 * @param b - shape (..., n)
 * @returns shape (..., m)
 * @throws ShapeError when the shapes do not fit
 * @example linalg.matVec([[1, 2], [3, 4]], [1, 1]) // [3, 7]
 */
export function matVec(a: TensorLike, b: TensorLike): Tensor {
  const [matrix, vector] = asOperands([a, b], ['a', 'b'], 'matVec');
  requireMatrix('matVec', 'a', matrix.shape);
  if (vector.rank === 0 || vector.shape[vector.rank - 1] !== matrix.shape[matrix.rank - 1]) {
    const condition = `have a last axis of the size of that of a ${formatShape(matrix.shape)}`;
    throw misuse(ShapeError, 'matVec', 'b', condition, `shape ${formatShape(vector.shape)}`);
  }
  return squeeze(matMul(matrix, expandDims(vector, -1)), -1);
}

/**
 * Cross products of vectors of 3 elements in the last axis; leading axes broadcast.
 *
 * @throws ShapeError when the last axis has another size, or the shapes do not broadcast
 * @example linalg.cross([1, 0, 0], [0, 1, 0]) // [0, 0, 1]
 */
export function cross(a: TensorLike, b: TensorLike): Tensor {
  const operands = asOperands([a, b], ['a', 'b'], 'cross');
  operands.forEach(({ rank, shape }, i) => {
    if (rank === 0 || shape[rank - 1] !== 3) {
      const got = `shape ${formatShape(shape)}`;
      throw misuse(ShapeError, 'cross', i === 0 ? 'a' : 'b', 'have a last axis of size 3', got);
    }
  });
  const shape = broadcastShapes('cross', operands[0].shape, operands[1].shape);
  const dtype = toNumber(promoteDTypes(operands[0].dtype, operands[1].dtype));
  const [x, y] = operands.map((one) => broadcastTo(cast(one, dtype), shape));
  const next = (z: Tensor): Tensor => gather(z, [1, 2, 0], -1);
  const afterNext = (z: Tensor): Tensor => gather(z, [2, 0, 1], -1);
  return sub(mul(next(x), afterNext(y)), mul(afterNext(x), next(y)));
}

/**
 * Logarithms of the determinants of positive definite matrices, from their Cholesky factors; for
 * others see `slogdet`.
 *
 * @param matrix - shape (..., n, n)
 * @throws ShapeError when `matrix` is not square
 * @throws ArgumentError when a matrix is not positive definite
 * @example linalg.logdet([[4, 0], [0, 0.25]]) // 0
 */
export function logdet(matrix: TensorLike): Tensor {
  const input = asSquare('logdet', 'matrix', matrix);
  return mul(2, sum(log(diagonal(cholesky(input), 0, -2, -1)), -1));
}

/**
 * Whole powers of square matrices, by repeated squaring; negative ones are those of the inverse.
 *
 * @param a - shape (..., n, n)
 * @throws ShapeError when `a` is not square
 * @throws ArgumentError when `exponent` is no integer, or negative and a matrix singular
 * @example linalg.matrixPower([[1, 1], [0, 1]], 5) // [[1, 5], [0, 1]]
 */
export function matrixPower(a: TensorLike, exponent: number): Tensor {
  const input = asSquare('matrixPower', 'a', a);
  const count = Math.abs(requireInteger('matrixPower', 'exponent', exponent));
  // Connected to the input also for exponent 0, with a gradient of zeros.
  if (count === 0) return embedDiagonal(onesLike(diagonal(input, 0, -2, -1)));
  let square = exponent < 0 ? inv(input) : input;
  let result: Tensor | null = null;
  for (let rest = count; ; square = matMul(square, square)) {
    if (rest % 2 === 1) result = result === null ? square : matMul(result, square);
    rest = Math.floor(rest / 2);
    if (rest === 0) return result ?? square;
  }
}

export interface LstsqOptions {
  /** What times the squares of the solution is added to those of the residuals; 0 if absent. */
  readonly l2Regularizer?: number;
}

/**
 * The X with the least squares of `matrix X - rhs`; of several the one with the least squares of its
 * own. Leading axes broadcast.
 *
 * @param matrix - shape (..., m, n), of rank m or n; `pinv` takes lower ranks, too
 * @param rhs - shape (..., m, k)
 * @returns shape (..., n, k)
 * @throws ShapeError when the shapes do not fit
 * @throws ArgumentError when the rank is lower, `l2Regularizer` negative, or for an unknown option
 * @example linalg.lstsq([[1, 0], [1, 1], [1, 2]], [[1], [3], [5]]) // [[1], [2]]
 */
export function lstsq(matrix: TensorLike, rhs: TensorLike, options?: LstsqOptions): Tensor {
  const { l2Regularizer = 0 } = readOptions('lstsq', options, { l2Regularizer: true });
  requireFinite('lstsq', 'l2Regularizer', l2Regularizer, { min: 0 });
  const [a, b] = asMatrixPair('lstsq', ['matrix', 'rhs'], [matrix, rhs]);
  const [m, n] = a.shape.slice(-2);
  if (b.shape[b.rank - 2] !== m) {
    const got = `${formatShape(b.shape)} for ${formatShape(a.shape)}`;
    throw misuse(ShapeError, 'lstsq', 'rhs', 'have as many rows as the matrix', got);
  }
  if (l2Regularizer > 0) {
    const isTall = m >= n;
    const squares = isTall ? matMul(a, a, true) : matMul(a, a, false, true);
    const one = embedDiagonal(onesLike(diagonal(squares, 0, -2, -1)));
    const factor = cholesky(add(squares, mul(one, l2Regularizer)));
    if (isTall) return choleskySolve(factor, matMul(a, b, true));
    return matMul(a, choleskySolve(factor, b), true);
  }
  if (m >= n) {
    const [q, r] = qr(a);
    requireFullRank('lstsq', r, a);
    return triangularSolve(r, matMul(q, b, true), { lower: false });
  }
  const [q, r] = qr(matrixTranspose(a));
  requireFullRank('lstsq', r, a);
  return matMul(q, triangularSolve(r, b, { lower: false, adjoint: true }));
}

/** Checks the diagonals of triangular factors `r` of `a` against rounding, where their values are known. */
function requireFullRank(op: string, r: Tensor, a: Tensor): void {
  if (r.storage === null) return;
  const n = r.shape[r.rank - 1];
  const relative = Math.max(...a.shape.slice(-2)) * (r.dtype === 'float64' ? 2 ** -52 : 2 ** -23);
  for (let start = 0; start < r.size; start += n * n) {
    const sizes = Array.from({ length: n }, (_, i) => Math.abs(r.values[start + i * (n + 1)]));
    const least = relative * Math.max(...sizes);
    if (sizes.some((size) => size <= least)) {
      const condition = 'have the rank of its shorter side';
      const hint = 'pinv takes lower ranks, and so does an l2Regularizer';
      throw misuse(ArgumentError, op, 'matrix', condition, 'a lower one', hint);
    }
  }
}

/**
 * How many singular values are above a tolerance, as int32; no gradient passes.
 *
 * @param a - shape (..., m, n)
 * @param tolerance - if absent, the greater of m and n times the machine epsilon of the dtype times
 *   the largest singular value
 * @throws ShapeError when `a` has fewer than 2 axes
 * @throws ArgumentError when an element is not finite, or `tolerance` no number of at least 0
 * @example linalg.matrixRank([[1, 2], [2, 4]]) // 1
 */
export function matrixRank(a: TensorLike, tolerance?: number): Tensor {
  const input = asMatrix('matrixRank', 'a', a);
  if (tolerance !== undefined) requireFinite('matrixRank', 'tolerance', tolerance, { min: 0 });
  const s = svd(input, { computeUv: false });
  const epsilon = s.dtype === 'float64' ? 2 ** -52 : 2 ** -23;
  const relative = Math.max(...input.shape.slice(-2)) * epsilon;
  const least = tolerance ?? mul(max(s, -1, true), relative);
  return sum(cast(greater(s, least), 'int32'), -1);
}
