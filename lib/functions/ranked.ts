import { misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { asList, concat } from '../ops/joining.ts';
import { pad, reverse, slice } from '../ops/slicing.ts';

/* TensorFlow.js's functions for one rank: those for every rank, which check it first. */

function ofRank(op: string, rank: number, x: TensorLike): Tensor {
  const input = asTensor(x, 'x', op);
  if (input.rank === rank) return input;
  const condition = `have ${String(rank)} ${rank === 1 ? 'axis' : 'axes'}`;
  throw misuse(ShapeError, op, 'x', condition, formatShape(input.shape));
}

function concatOfRank(rank: number, tensors: readonly TensorLike[], axis: number): Tensor {
  const op = `concat${String(rank)}d`;
  const list = asList(op, tensors);
  const wrong = list.find((x) => x.rank !== rank);
  if (wrong === undefined) return concat(list, axis);
  const condition = `have ${String(rank)} ${rank === 1 ? 'axis' : 'axes'} each`;
  throw misuse(ShapeError, op, 'tensors', condition, formatShape(wrong.shape));
}

type Pair = readonly [number, number];

/**
 * `slice` of a tensor of 1 axis.
 *
 * @throws ShapeError when `x` has another rank, or `size` reaches beyond its end
 * @throws IndexError when `begin` is outside the tensor
 * @example slice1d([1, 2, 3], 1, 2) // [2, 3]
 */
export function slice1d(
  x: TensorLike,
  begin: number | readonly number[],
  size: number | readonly number[],
): Tensor {
  return slice(ofRank('slice1d', 1, x), begin, size);
}

/**
 * `reverse` of a tensor of 1 axis.
 *
 * @throws ShapeError when `x` has another rank
 * @example reverse1d([1, 2]) // [2, 1]
 */
export function reverse1d(x: TensorLike): Tensor {
  return reverse(ofRank('reverse1d', 1, x), 0);
}

/**
 * `pad` of a tensor of 1 axis.
 *
 * @throws ShapeError when `x` has another rank
 * @throws ArgumentError when a padding is no integer of at least 0
 * @example pad1d([1, 2], [1, 0]) // [0, 1, 2]
 */
export function pad1d(x: TensorLike, paddings: Pair, constantValue = 0): Tensor {
  return pad(ofRank('pad1d', 1, x), [paddings], constantValue);
}

/**
 * `concat` of tensors of 1 axis.
 *
 * @throws ShapeError when one has another rank, or they do not fit
 * @throws ArgumentError when there is no tensor
 * @example concat1d([[1], [2]]) // [1, 2]
 */
export function concat1d(tensors: readonly TensorLike[]): Tensor {
  return concatOfRank(1, tensors, 0);
}

/**
 * `slice` of a tensor of 2 axes.
 *
 * @throws ShapeError when `x` has another rank, or `size` reaches beyond its end
 * @throws IndexError when `begin` is outside the tensor
 * @example slice2d([[1, 2, 3]], [0, 1], [1, 2]) // [[2, 3]]
 */
export function slice2d(
  x: TensorLike,
  begin: number | readonly number[],
  size: number | readonly number[],
): Tensor {
  return slice(ofRank('slice2d', 2, x), begin, size);
}

/**
 * `reverse` of a tensor of 2 axes.
 *
 * @throws ShapeError when `x` has another rank
 * @throws AxisError when an axis is outside the rank or named twice
 * @example reverse2d([[1, 2]], -1) // [[2, 1]]
 */
export function reverse2d(x: TensorLike, axis?: number | readonly number[]): Tensor {
  return reverse(ofRank('reverse2d', 2, x), axis);
}

/**
 * `pad` of a tensor of 2 axes.
 *
 * @throws ShapeError when `x` has another rank
 * @throws ArgumentError when a padding is no integer of at least 0
 * @example pad2d([[1, 2]], [[0, 0], [1, 0]]) // [[0, 1, 2]]
 */
export function pad2d(x: TensorLike, paddings: readonly Pair[], constantValue = 0): Tensor {
  return pad(ofRank('pad2d', 2, x), paddings, constantValue);
}

/**
 * `concat` of tensors of 2 axes.
 *
 * @throws ShapeError when one has another rank, or they do not fit
 * @throws ArgumentError when there is no tensor
 * @example concat2d([[[1]], [[2]]], 1) // [[1, 2]]
 */
export function concat2d(tensors: readonly TensorLike[], axis: number): Tensor {
  return concatOfRank(2, tensors, axis);
}

/**
 * `slice` of a tensor of 3 axes.
 *
 * @throws ShapeError when `x` has another rank, or `size` reaches beyond its end
 * @throws IndexError when `begin` is outside the tensor
 * @example slice3d([[[1, 2, 3]]], [0, 0, 1], [1, 1, 2]) // [[[2, 3]]]
 */
export function slice3d(
  x: TensorLike,
  begin: number | readonly number[],
  size: number | readonly number[],
): Tensor {
  return slice(ofRank('slice3d', 3, x), begin, size);
}

/**
 * `reverse` of a tensor of 3 axes.
 *
 * @throws ShapeError when `x` has another rank
 * @throws AxisError when an axis is outside the rank or named twice
 * @example reverse3d([[[1, 2]]], -1) // [[[2, 1]]]
 */
export function reverse3d(x: TensorLike, axis?: number | readonly number[]): Tensor {
  return reverse(ofRank('reverse3d', 3, x), axis);
}

/**
 * `pad` of a tensor of 3 axes.
 *
 * @throws ShapeError when `x` has another rank
 * @throws ArgumentError when a padding is no integer of at least 0
 * @example pad3d([[[1, 2]]], [[0, 0], [0, 0], [1, 0]]) // [[[0, 1, 2]]]
 */
export function pad3d(x: TensorLike, paddings: readonly Pair[], constantValue = 0): Tensor {
  return pad(ofRank('pad3d', 3, x), paddings, constantValue);
}

/**
 * `concat` of tensors of 3 axes.
 *
 * @throws ShapeError when one has another rank, or they do not fit
 * @throws ArgumentError when there is no tensor
 * @example concat3d([[[[1]]], [[[2]]]], 2) // [[[1, 2]]]
 */
export function concat3d(tensors: readonly TensorLike[], axis: number): Tensor {
  return concatOfRank(3, tensors, axis);
}

/**
 * `slice` of a tensor of 4 axes.
 *
 * @throws ShapeError when `x` has another rank, or `size` reaches beyond its end
 * @throws IndexError when `begin` is outside the tensor
 * @example slice4d([[[[1, 2, 3]]]], [0, 0, 0, 1], [1, 1, 1, 2]) // [[[[2, 3]]]]
 */
export function slice4d(
  x: TensorLike,
  begin: number | readonly number[],
  size: number | readonly number[],
): Tensor {
  return slice(ofRank('slice4d', 4, x), begin, size);
}

/**
 * `reverse` of a tensor of 4 axes.
 *
 * @throws ShapeError when `x` has another rank
 * @throws AxisError when an axis is outside the rank or named twice
 * @example reverse4d([[[[1, 2]]]], -1) // [[[[2, 1]]]]
 */
export function reverse4d(x: TensorLike, axis?: number | readonly number[]): Tensor {
  return reverse(ofRank('reverse4d', 4, x), axis);
}

/**
 * `pad` of a tensor of 4 axes.
 *
 * @throws ShapeError when `x` has another rank
 * @throws ArgumentError when a padding is no integer of at least 0
 * @example pad4d([[[[1, 2]]]], [[0, 0], [0, 0], [0, 0], [1, 0]]) // [[[[0, 1, 2]]]]
 */
export function pad4d(x: TensorLike, paddings: readonly Pair[], constantValue = 0): Tensor {
  return pad(ofRank('pad4d', 4, x), paddings, constantValue);
}

/**
 * `concat` of tensors of 4 axes.
 *
 * @throws ShapeError when one has another rank, or they do not fit
 * @throws ArgumentError when there is no tensor
 * @example concat4d([[[[[1]]]], [[[[2]]]]], 3) // [[[[1, 2]]]]
 */
export function concat4d(tensors: readonly TensorLike[], axis: number): Tensor {
  return concatOfRank(4, tensors, axis);
}
