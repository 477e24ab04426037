import { DTypeError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import type { Shape } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands, scalarSpecs } from '../core/convert.ts';
import { zeroGradient } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor } from '../core/tensor.ts';
import * as loops from '../kernels/bitwise.ts';
import type { ElementwiseOp } from './elementwise.ts';
import { defineBinary, defineUnary } from './elementwise.ts';

export const bitwiseAndOp = defineBinary('bitwiseAnd', loops.bitwiseAnd, zeroGradient);
export const bitwiseOrOp = defineBinary('bitwiseOr', loops.bitwiseOr, zeroGradient);
export const bitwiseXorOp = defineBinary('bitwiseXor', loops.bitwiseXor, zeroGradient);
export const bitwiseNotOp = defineUnary('bitwiseNot', loops.bitwiseNot, zeroGradient);
export const leftShiftOp = defineBinary('leftShift', loops.leftShift, zeroGradient);
export const rightShiftOp = defineBinary('rightShift', loops.rightShift, zeroGradient);

/** Applies the op to int32 tensors and to integers, and to nothing else. */
function onIntegers(
  op: ElementwiseOp,
  names: readonly string[],
  values: readonly TensorLike[],
): Tensor {
  // Plain numbers take the dtype of the tensors beside them.
  const int32 = filledTensor(scalarSpecs.int32, 0);
  const [, ...operands] = asOperands([int32, ...values], ['', ...names], op.name);
  // TensorFlow's name of the op, and below its words: people search for them.
  const known = `${op.name[0].toUpperCase()}${op.name.slice(1)}`;
  const [{ shape: a }, { shape: b } = { shape: [] }] = operands;
  if (!canBroadcast(a, b)) {
    const got = `${formatShape(a)} and ${formatShape(b)}`;
    const hint = `${known}: Tensors must have the same shape, or sizes of 1 where they differ`;
    throw misuse(ShapeError, op.name, 'shapes', 'broadcast together', got, hint);
  }
  operands.forEach(({ dtype }, i) => {
    if (dtype === 'int32') return;
    const hint = `${known}: Only supports 'int32' values in tensor, so convert with cast(${names[i]}, 'int32')`;
    throw misuse(DTypeError, op.name, names[i], 'have dtype int32', dtype, hint);
  });
  return apply(op, operands, undefined)[0];
}

function canBroadcast(a: Shape, b: Shape): boolean {
  return a.every((m, axis) => {
    const n = b[b.length - a.length + axis] ?? 1;
    return m === n || m === 1 || n === 1;
  });
}

/**
 * The bits that are set in both `a` and `b`, with broadcasting.
 *
 * @throws DTypeError when an operand is not int32
 * @throws ShapeError when the shapes do not broadcast
 * @example bitwiseAnd([12, 7], 10) // [8, 2]
 */
export function bitwiseAnd(a: TensorLike, b: TensorLike): Tensor {
  return onIntegers(bitwiseAndOp, ['a', 'b'], [a, b]);
}

/**
 * The bits that are set in `a` or `b`, with broadcasting.
 *
 * @throws DTypeError when an operand is not int32
 * @throws ShapeError when the shapes do not broadcast
 * @example bitwiseOr([12, 7], 10) // [14, 15]
 */
export function bitwiseOr(a: TensorLike, b: TensorLike): Tensor {
  return onIntegers(bitwiseOrOp, ['a', 'b'], [a, b]);
}

/**
 * The bits in which `a` and `b` differ, with broadcasting.
 *
 * @throws DTypeError when an operand is not int32
 * @throws ShapeError when the shapes do not broadcast
 * @example bitwiseXor([12, 7], 10) // [6, 13]
 */
export function bitwiseXor(a: TensorLike, b: TensorLike): Tensor {
  return onIntegers(bitwiseXorOp, ['a', 'b'], [a, b]);
}

/**
 * Every bit inverted: `-x - 1`.
 *
 * @throws DTypeError when `x` is not int32
 * @example bitwiseNot([0, 5]) // [-1, -6]
 */
export function bitwiseNot(x: TensorLike): Tensor {
  return onIntegers(bitwiseNotOp, ['x'], [x]);
}

/**
 * The bits of `a` moved up by `b` places, with broadcasting; from 32 places on none is left, and a
 * negative number of places counts as 0.
 *
 * @throws DTypeError when an operand is not int32
 * @throws ShapeError when the shapes do not broadcast
 * @example leftShift([1, 3], [4, 1]) // [16, 6]
 */
export function leftShift(a: TensorLike, b: TensorLike): Tensor {
  return onIntegers(leftShiftOp, ['a', 'b'], [a, b]);
}

/**
 * The bits of `a` moved down by `b` places, with broadcasting, the sign kept; a negative number of
 * places counts as 0.
 *
 * @throws DTypeError when an operand is not int32
 * @throws ShapeError when the shapes do not broadcast
 * @example rightShift([16, -5], 1) // [8, -3]
 */
export function rightShift(a: TensorLike, b: TensorLike): Tensor {
  return onIntegers(rightShiftOp, ['a', 'b'], [a, b]);
}
