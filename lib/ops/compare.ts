import type { TensorLike } from '../core/convert.ts';
import { zeroGradient } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import * as complex from '../kernels/complex.ts';
import * as loops from '../kernels/compare.ts';
import type { BinaryLoop, UnaryLoop } from '../kernels/elementwise.ts';
import type { ElementwiseOp } from './elementwise.ts';
import { binary, defineBinary, defineUnary, keepDType, toBool, unary } from './elementwise.ts';

const comparing = { coerce: keepDType, result: 'bool' } as const;

function defineComparison(name: string, loop: BinaryLoop): ElementwiseOp {
  return defineBinary(name, loop, zeroGradient, comparing);
}

export const equalOp = defineBinary('equal', loops.equal, zeroGradient, {
  ...comparing,
  complex: complex.equal,
});
export const notEqualOp = defineBinary('notEqual', loops.notEqual, zeroGradient, {
  ...comparing,
  complex: complex.notEqual,
});
export const lessOp = defineComparison('less', loops.less);
export const lessEqualOp = defineComparison('lessEqual', loops.lessEqual);
export const greaterOp = defineComparison('greater', loops.greater);
export const greaterEqualOp = defineComparison('greaterEqual', loops.greaterEqual);

/**
 * Whether `a = b`, elementwise with broadcasting, as bool.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example equal([1, 2, 3], 2) // [0, 1, 0]
 */
export function equal(a: TensorLike, b: TensorLike): Tensor {
  return binary(equalOp, a, b);
}

/**
 * Whether `a` and `b` differ, elementwise with broadcasting, as bool; NaN differs from itself.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example notEqual([1, 2, 3], 2) // [1, 0, 1]
 */
export function notEqual(a: TensorLike, b: TensorLike): Tensor {
  return binary(notEqualOp, a, b);
}

/**
 * Whether `a < b`, elementwise with broadcasting, as bool.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example less([1, 2, 3], 2) // [1, 0, 0]
 */
export function less(a: TensorLike, b: TensorLike): Tensor {
  return binary(lessOp, a, b);
}

/**
 * Whether `a <= b`, elementwise with broadcasting, as bool.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example lessEqual([1, 2, 3], 2) // [1, 1, 0]
 */
export function lessEqual(a: TensorLike, b: TensorLike): Tensor {
  return binary(lessEqualOp, a, b);
}

/**
 * Whether `a > b`, elementwise with broadcasting, as bool.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example greater([1, 2, 3], 2) // [0, 0, 1]
 */
export function greater(a: TensorLike, b: TensorLike): Tensor {
  return binary(greaterOp, a, b);
}

/**
 * Whether `a >= b`, elementwise with broadcasting, as bool.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example greaterEqual([1, 2, 3], 2) // [0, 1, 1]
 */
export function greaterEqual(a: TensorLike, b: TensorLike): Tensor {
  return binary(greaterEqualOp, a, b);
}

const logical = { coerce: toBool, result: 'bool' } as const;
export const logicalAndOp = defineBinary('logicalAnd', loops.logicalAnd, zeroGradient, logical);
export const logicalOrOp = defineBinary('logicalOr', loops.logicalOr, zeroGradient, logical);
export const logicalXorOp = defineBinary('logicalXor', loops.logicalXor, zeroGradient, logical);
export const logicalNotOp = defineUnary('logicalNot', loops.logicalNot, zeroGradient, logical);

/**
 * Whether both are true, elementwise with broadcasting; a number is true unless it is 0.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example logicalAnd([true, true, false], [true, false, false]) // [1, 0, 0]
 */
export function logicalAnd(a: TensorLike, b: TensorLike): Tensor {
  return binary(logicalAndOp, a, b);
}

/**
 * Whether one or both are true, elementwise with broadcasting; a number is true unless it is 0.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example logicalOr([true, true, false], [true, false, false]) // [1, 1, 0]
 */
export function logicalOr(a: TensorLike, b: TensorLike): Tensor {
  return binary(logicalOrOp, a, b);
}

/**
 * Whether one is true but not both, elementwise with broadcasting; a number is true unless it is 0.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example logicalXor([true, true, false], [true, false, false]) // [0, 1, 0]
 */
export function logicalXor(a: TensorLike, b: TensorLike): Tensor {
  return binary(logicalXorOp, a, b);
}

/**
 * True where `x` is false (or 0), elementwise.
 *
 * @example logicalNot([true, false]) // [0, 1]
 */
export function logicalNot(x: TensorLike): Tensor {
  return unary(logicalNotOp, x);
}

function defineTest(name: string, loop: UnaryLoop): ElementwiseOp {
  return defineUnary(name, loop, zeroGradient, { result: 'bool' });
}

export const isNaNOp = defineTest('isNaN', loops.isNaN);
export const isFiniteOp = defineTest('isFinite', loops.isFinite);
export const isInfOp = defineTest('isInf', loops.isInf);

/**
 * Whether each element is NaN, as bool.
 *
 * @example isNaN([1, NaN]) // [0, 1]
 */
export function isNaN(x: TensorLike): Tensor {
  return unary(isNaNOp, x);
}

/**
 * Whether each element is neither infinite nor NaN, as bool.
 *
 * @example isFinite([1, NaN, Infinity]) // [1, 0, 0]
 */
export function isFinite(x: TensorLike): Tensor {
  return unary(isFiniteOp, x);
}

/**
 * Whether each element is infinite, as bool.
 *
 * @example isInf([1, NaN, -Infinity]) // [0, 0, 1]
 */
export function isInf(x: TensorLike): Tensor {
  return unary(isInfOp, x);
}
