import { isComplex, realDType } from '../base/dtype.ts';
import { ArgumentError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { sameShape, specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Op } from '../core/op.ts';
import { defineOp, zeroGradient, readsNothing } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { describeValue } from '../core/isVariable.ts';
import * as loops from '../kernels/arithmetic.ts';
import * as complex from '../kernels/complex.ts';
import { unaryKernel } from '../kernels/elementwise.ts';
import { real } from './complex.ts';
import { conjugate } from './conjugate.ts';
import { sign } from './select.ts';
import {
  add,
  binary,
  defineBinary,
  defineUnary,
  quotient,
  scale,
  slopeAtInput,
  slopeAtOutput,
  toFloat,
  toNumber,
  unary,
} from './elementwise.ts';
import { asList } from './joining.ts';
import { cast, linearMap } from './structural.ts';

export const negOp = defineUnary(
  'neg',
  loops.neg,
  linearMap(
    (t) => neg(t),
    (g) => neg(g),
  ),
  { complex: complex.neg, coerce: toNumber, traits: { linear: true } },
);

/**
 * `-x`.
 *
 * @example neg([1, -2]) // [-1, 2]
 */
export function neg(x: TensorLike): Tensor {
  return unary(negOp, x);
}

export const subOp = defineBinary('sub', loops.sub, [(t) => t, (t) => neg(t)], {
  complex: complex.sub,
  traits: { linear: true },
  reads: readsNothing,
  symbol: '-',
});

/**
 * `a - b`, with broadcasting.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example sub([3, 2], 1) // [2, 1]
 */
export function sub(a: TensorLike, b: TensorLike): Tensor {
  return binary(subOp, a, b);
}

export const mulOp = defineBinary(
  'mul',
  loops.mul,
  [(t, { b }) => scale(t, b), (t, { a }) => scale(t, a)],
  { complex: complex.mul, traits: { commutative: true, bilinear: true }, symbol: '*' },
);

/**
 * `a * b` element by element, with broadcasting; int32 keeps the low 32 bits.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example mul([1, 2, 3], [4, 5, 6]) // [4, 10, 18]
 */
export function mul(a: TensorLike, b: TensorLike): Tensor {
  return binary(mulOp, a, b);
}

export const divOp = defineBinary(
  'div',
  loops.div,
  [(t, { b }) => quotient(t, b), (t, { b, y }) => neg(scale(t, quotient(y, b)))],
  {
    complex: complex.div,
    coerce: toFloat,
    reads: { inputs: [1], outputs: [0] },
    undoes: { factor: 1, multiply: (b, y) => scale(y, b) },
    symbol: '/',
  },
);

/**
 * `a / b`, with broadcasting: true division, of integers too, which gives the default float.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example div([1, 2, 3], 2) // [0.5, 1, 1.5]
 */
export function div(a: TensorLike, b: TensorLike): Tensor {
  return binary(divOp, a, b);
}

export const floorDivOp = defineBinary('floorDiv', loops.floorDiv, zeroGradient);

/**
 * The largest integer not above `a / b`, with broadcasting; keeps the dtype. Piecewise constant: it
 * cuts the gradient. An int32 divided by 0 gives 0.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example floorDiv([7, -7], 2) // [3, -4]
 */
export function floorDiv(a: TensorLike, b: TensorLike): Tensor {
  return binary(floorDivOp, a, b);
}

export const modOp = defineBinary(
  'mod',
  loops.mod,
  [(t) => t, (t, { a, b }) => neg(scale(t, floorDiv(a, b)))],
  { kinks: 'that of the right side at a jump' },
);

/**
 * The remainder `a - b * floor(a / b)`, with broadcasting: it has the sign of `b`.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example mod([7, -7], 3) // [1, 2]
 */
export function mod(a: TensorLike, b: TensorLike): Tensor {
  return binary(modOp, a, b);
}

export const squaredDifferenceOp = defineBinary('squaredDifference', loops.squaredDifference, [
  (t, { a, b }) => scale(t, twice(sub(a, b))),
  (t, { a, b }) => scale(t, twice(sub(b, a))),
]);

function twice(x: Tensor): Tensor {
  return add(x, x);
}

/**
 * `(a - b)²`, with broadcasting.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example squaredDifference([1, 4], [3, 3]) // [4, 1]
 */
export function squaredDifference(a: TensorLike, b: TensorLike): Tensor {
  return binary(squaredDifferenceOp, a, b);
}

/**
 * The sum of tensors of one shape.
 *
 * @throws ArgumentError when `tensors` is not an array that holds at least one
 * @throws ShapeError when the shapes differ
 * @example addN([[1, 2], [3, 4], [5, 6]]) // [9, 12]
 */
export function addN(tensors: readonly TensorLike[]): Tensor {
  requireTerms(tensors);
  const terms = asList('addN', tensors);
  const { shape } = terms[0];
  const other = terms.find((x) => !sameShape(x.shape, shape));
  if (other !== undefined) {
    const got = `${formatShape(shape)} and ${formatShape(other.shape)}`;
    const argument = 'All tensors passed to tf.addN()';
    throw misuse(ShapeError, 'addN', argument, 'have the same shape', got, 'add broadcasts');
  }
  return terms.reduce((total, x) => add(total, x));
}

function requireTerms(tensors: readonly TensorLike[]): void {
  if (!Array.isArray(tensors)) {
    const hint = 'put the tensors in an array: addN([a, b])';
    const argument = 'The argument passed to tf.addN()';
    const got = describeValue(tensors);
    throw misuse(ArgumentError, 'addN', argument, 'be a list of tensors', got, hint);
  }
  if (tensors.length === 0) {
    const hint = 'Must pass at least one tensor to tf.addN(), but got 0';
    throw misuse(
      ArgumentError,
      'addN',
      'tensors',
      'be an array of at least one tensor',
      '[]',
      hint,
    );
  }
}

export const absOp = defineUnary('abs', loops.abs, slopeAtInput(loops.absSlope, sign), {
  coerce: toNumber,
  kinks: '0 at 0',
});

export const complexAbsOp: Op = defineOp({
  name: 'complexAbs',
  infer: ([x]) => [specOf(x.shape, realDType(x.dtype))],
  kernel: unaryKernel(complex.abs),
  // The nearest way up is along x / |x|.
  derivative: linearMap(
    (t, x) => real(scale(t, conjugate(direction(x)))),
    (g, x) => scale(cast(g, x.dtype), direction(x)),
  ),
  batch: ([x]) => [abs(x)],
  traits: { elementwise: true, complex: true },
  reads: { inputs: [0], outputs: [] },
  kinks: '0 at 0',
});

function direction(x: Tensor): Tensor {
  return quotient(x, cast(abs(x), x.dtype));
}

/**
 * The absolute value; of complex numbers, a real tensor. Its slope at 0 is 0.
 *
 * @example abs([-2, 3]) // [2, 3]
 * @example abs(complex([3], [4])) // [5]
 */
export function abs(x: TensorLike): Tensor {
  const input = asTensor(x, 'x', 'abs');
  if (isComplex(input.dtype)) return apply(complexAbsOp, [input], undefined)[0];
  return unary(absOp, input);
}

export const squareOp = defineUnary(
  'square',
  loops.square,
  slopeAtInput(loops.squareSlope, twice),
  { complex: complex.square, coerce: toNumber },
);

/**
 * `x²`.
 *
 * @example square([1, -3]) // [1, 9]
 */
export function square(x: TensorLike): Tensor {
  return unary(squareOp, x);
}

/** `|x|²`, which is real for complex numbers, too. */
export function squaredSize(x: Tensor): Tensor {
  return isComplex(x.dtype) ? real(mul(x, conjugate(x))) : square(x);
}

export const sqrtOp = defineUnary(
  'sqrt',
  loops.sqrt,
  slopeAtOutput(loops.sqrtSlope, (y) => div(0.5, y)),
  { complex: complex.sqrt, coerce: toFloat },
);

/**
 * The square root; NaN for negative numbers. Its slope at 0 is infinite.
 *
 * @example sqrt([4, 9]) // [2, 3]
 */
export function sqrt(x: TensorLike): Tensor {
  return unary(sqrtOp, x);
}

export const rsqrtOp = defineUnary(
  'rsqrt',
  loops.rsqrt,
  slopeAtOutput(loops.rsqrtSlope, (y) => mul(-0.5, mul(y, square(y)))),
  { complex: complex.rsqrt, coerce: toFloat },
);

/**
 * `1 / √x`.
 *
 * @example rsqrt([4, 16]) // [0.5, 0.25]
 */
export function rsqrt(x: TensorLike): Tensor {
  return unary(rsqrtOp, x);
}

export const reciprocalOp = defineUnary(
  'reciprocal',
  loops.reciprocal,
  slopeAtOutput(loops.reciprocalSlope, (y) => neg(square(y))),
  { complex: complex.reciprocal, coerce: toFloat },
);

/**
 * `1 / x`.
 *
 * @example reciprocal([2, -4]) // [0.5, -0.25]
 */
export function reciprocal(x: TensorLike): Tensor {
  return unary(reciprocalOp, x);
}
