/** Methods of tensors whose function takes the tensor elsewhere than first, or that are methods only. */

import type { DType } from '../base/dtype.ts';
import type { Shape } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Variable } from '../core/variable.ts';
import { isVariable } from '../core/isVariable.ts';
import { concat, stack } from '../ops/joining.ts';
import { where } from '../ops/select.ts';
import { cast, identity, reshape } from '../ops/structural.ts';
import type { TensorBuffer } from './buffer.ts';
import { buffer } from './buffer.ts';
import { variable } from './creation.ts';
import { getAt, withAt } from './indexing.ts';

/** One tensor, or an array of what tensors can be made of. */
type Several = Tensor | Variable | readonly TensorLike[];

/** By name, with the tensor as first argument. */
export const ownMethods = {
  /** A variable with this tensor as its first value. */
  variable: (x: TensorLike, trainable = true, name?: string, dtype?: DType): Variable =>
    variable(x, trainable, name, dtype),

  /** A buffer over a copy of the values, which loops may read and write. */
  bufferSync: (x: TensorLike): TensorBuffer => bufferOf(asTensor(x, 'x', 'bufferSync')),

  /** As `bufferSync`, as a promise. */
  buffer: (x: TensorLike): Promise<TensorBuffer> =>
    Promise.resolve(x).then((value) => bufferOf(asTensor(value, 'x', 'buffer'))),

  /** This tensor and others, joined end to end along an existing axis. */
  concat: (x: TensorLike, others: Several, axis = 0): Tensor =>
    concat([x, ...listOf(others)], axis),

  /** This tensor and others of its shape, stacked along a new axis. */
  stack: (x: TensorLike, others: Several, axis = 0): Tensor => stack([x, ...listOf(others)], axis),

  /** This tensor where the condition holds, else `other`. */
  where: (x: TensorLike, condition: TensorLike, other: TensorLike): Tensor =>
    where(condition, x, other),

  /** The same values in another shape; a size of -1 follows from the others. */
  reshape: (x: TensorLike, shape: Shape): Tensor => renewed(x, reshape(x, shape)),

  /** The same values as another dtype. */
  cast: (x: TensorLike, dtype: DType): Tensor => renewed(x, cast(x, dtype)),

  /** The same values in the shape of another tensor. */
  reshapeAs: (x: TensorLike, other: Tensor | Variable): Tensor =>
    reshape(x, isVariable(other) ? other.shape : asTensor(other, 'other', 'reshapeAs').shape),

  /** All elements along one axis. */
  flatten: (x: TensorLike): Tensor => renewed(x, reshape(x, [-1])),

  /** The only element as a scalar tensor. */
  asScalar: (x: TensorLike): Tensor => renewed(x, reshape(x, [])),

  /** All elements along one axis. */
  as1D: (x: TensorLike): Tensor => renewed(x, reshape(x, [-1])),

  /** The same values as a matrix. */
  as2D: (x: TensorLike, rows: number, columns: number): Tensor => reshape(x, [rows, columns]),

  /** The same values along three axes. */
  as3D: (x: TensorLike, ...shape: [rows: number, columns: number, depth: number]): Tensor =>
    reshape(x, shape),

  /** The same values along four axes. */
  as4D: (
    x: TensorLike,
    ...shape: [rows: number, columns: number, depth: number, depth2: number]
  ): Tensor => reshape(x, shape),

  /** The same values along five axes. */
  as5D: (
    x: TensorLike,
    ...shape: [rows: number, columns: number, depth: number, depth2: number, depth3: number]
  ): Tensor => reshape(x, shape),

  /** The same values as another dtype. */
  asType: (x: TensorLike, dtype: DType): Tensor => renewed(x, cast(x, dtype)),

  /** The same values as float32. */
  toFloat: (x: TensorLike): Tensor => renewed(x, cast(x, 'float32')),

  /** The same values as int32, without their fractions. */
  toInt: (x: TensorLike): Tensor => renewed(x, cast(x, 'int32')),

  /** Whether each value differs from 0. */
  toBool: (x: TensorLike): Tensor => renewed(x, cast(x, 'bool')),

  get: getAt,
  with: withAt,
} as const;

/**
 * A handle of its own, so that a program may dispose of the tensor it called the method on; the
 * functions hand out their argument where there is nothing to do.
 */
function renewed(x: TensorLike, result: Tensor): Tensor {
  return result === x ? identity(result) : result;
}

function bufferOf(x: Tensor): TensorBuffer {
  return buffer(x.shape, x.dtype, x.dataSync());
}

function listOf(others: Several): readonly TensorLike[] {
  return Array.isArray(others) ? (others as readonly TensorLike[]) : [others as TensorLike];
}
