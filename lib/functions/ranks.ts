import type { DType } from '../base/dtype.ts';
import { ArgumentError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import type { Shape } from '../base/shape.ts';
import type { ArrayLike, TensorLike } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import { tensor } from './creation.ts';

/*
 * TensorFlow.js's functions and types for tensors of a given rank. Types here do not tell ranks
 * apart, so the names are for porting.
 */

export type Scalar = Tensor;
export type Tensor1D = Tensor;
export type Tensor2D = Tensor;
export type Tensor3D = Tensor;
export type Tensor4D = Tensor;
export type Tensor5D = Tensor;
export type Tensor6D = Tensor;
export type ScalarLike = TensorLike;
export type TensorLike1D = TensorLike;
export type TensorLike2D = TensorLike;
export type TensorLike3D = TensorLike;
export type TensorLike4D = TensorLike;
export type TensorLike5D = TensorLike;
export type TensorLike6D = TensorLike;
export type Rank = 'R0' | 'R1' | 'R2' | 'R3' | 'R4' | 'R5' | 'R6';
/** The shape of each rank. */
export type ShapeMap = Readonly<Record<Rank, Shape>>;
/** TensorFlow.js's name of `DType`. */
export type DataType = DType;
export type NamedTensorMap = Record<string, Tensor>;

function ofRank<D extends DType>(
  rank: number,
  values: ArrayLike,
  shape: Shape | undefined,
  dtype: D | undefined,
): Tensor<D> {
  const op = `tensor${String(rank)}d`;
  if (isTensor(values)) {
    throw misuse(ArgumentError, op, 'values', 'be numbers or nested arrays', 'a tensor');
  }
  if (shape !== undefined && (!Array.isArray(shape) || shape.length !== rank)) {
    throw misuse(ShapeError, op, 'shape', `have ${String(rank)} sizes`, formatValue(shape));
  }
  const result = tensor(values, shape, dtype);
  if (result.rank === rank) return result;
  const condition = `be nested ${String(rank)} deep${rank > 1 ? ', or be flat with a shape' : ''}`;
  throw misuse(ShapeError, op, 'values', condition, `shape ${formatShape(result.shape)}`);
}

/**
 * A tensor of one axis.
 *
 * @throws ShapeError when `values` is nested
 * @throws ArgumentError for anything that is no number
 * @example tensor1d([1, 2]) // [1, 2]
 */
export function tensor1d<D extends DType = DType>(values: ArrayLike, dtype?: D): Tensor<D> {
  return ofRank(1, values, undefined, dtype);
}

/**
 * A tensor of two axes.
 *
 * @param shape - needed when `values` is flat
 * @throws ShapeError when `values` does not have or fit two axes
 * @throws ArgumentError for anything that is no number
 * @example tensor2d([1, 2, 3, 4], [2, 2]) // [[1, 2], [3, 4]]
 */
export function tensor2d<D extends DType = DType>(
  values: ArrayLike,
  shape?: Shape,
  dtype?: D,
): Tensor<D> {
  return ofRank(2, values, shape, dtype);
}

/**
 * A tensor of three axes.
 *
 * @param shape - needed when `values` is flat
 * @throws ShapeError when `values` does not have or fit three axes
 * @throws ArgumentError for anything that is no number
 * @example tensor3d([1, 2], [2, 1, 1]) // [[[1]], [[2]]]
 */
export function tensor3d<D extends DType = DType>(
  values: ArrayLike,
  shape?: Shape,
  dtype?: D,
): Tensor<D> {
  return ofRank(3, values, shape, dtype);
}

/**
 * A tensor of four axes.
 *
 * @param shape - needed when `values` is flat
 * @throws ShapeError when `values` does not have or fit four axes
 * @throws ArgumentError for anything that is no number
 * @example tensor4d([1, 2], [1, 2, 1, 1]) // [[[[1]], [[2]]]]
 */
export function tensor4d<D extends DType = DType>(
  values: ArrayLike,
  shape?: Shape,
  dtype?: D,
): Tensor<D> {
  return ofRank(4, values, shape, dtype);
}

/**
 * A tensor of five axes.
 *
 * @param shape - needed when `values` is flat
 * @throws ShapeError when `values` does not have or fit five axes
 * @throws ArgumentError for anything that is no number
 * @example tensor5d([7], [1, 1, 1, 1, 1]).item() // 7
 */
export function tensor5d<D extends DType = DType>(
  values: ArrayLike,
  shape?: Shape,
  dtype?: D,
): Tensor<D> {
  return ofRank(5, values, shape, dtype);
}

/**
 * A tensor of six axes.
 *
 * @param shape - needed when `values` is flat
 * @throws ShapeError when `values` does not have or fit six axes
 * @throws ArgumentError for anything that is no number
 * @example tensor6d([7], [1, 1, 1, 1, 1, 1]).item() // 7
 */
export function tensor6d<D extends DType = DType>(
  values: ArrayLike,
  shape?: Shape,
  dtype?: D,
): Tensor<D> {
  return ofRank(6, values, shape, dtype);
}
