import { isComplex } from '../base/dtype.ts';
import { DTypeError, misuse } from '../base/errors.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { pow as powLoop } from '../kernels/arithmetic.ts';
import type { UnaryLoop } from '../kernels/elementwise.ts';
import type { Operand } from '../kernels/kernel.ts';
import * as complex from '../kernels/complex.ts';
import * as loops from '../kernels/transcendental.ts';
import { div, mul, neg, reciprocal, rsqrt, square, sub } from './arithmetic.ts';
import { batchBroadcasting } from './batchRules.ts';
import { greater, notEqual } from './compare.ts';
import { where } from './select.ts';
import type { ElementwiseOp, Slope } from './elementwise.ts';
import {
  add,
  binary,
  defineBinary,
  defineUnary,
  scale,
  scaleBoth,
  slopeAtInput,
  slopeAtOutput,
  toFloat,
  unary,
} from './elementwise.ts';

/** A function of numbers that are not integers: those become the default float. */
function defineReal(
  name: string,
  loop: UnaryLoop,
  slope: Slope,
  complexLoop?: UnaryLoop,
): ElementwiseOp {
  const options = complexLoop === undefined ? {} : { complex: complexLoop };
  return defineUnary(name, loop, slope, { ...options, coerce: toFloat });
}

export const expOp = defineReal(
  'exp',
  loops.exp,
  slopeAtOutput(loops.expSlope, (y) => y),
  complex.exp,
);

/**
 * e to the power `x`.
 *
 * @example exp(0) // 1
 */
export function exp(x: TensorLike): Tensor {
  return unary(expOp, x);
}

export const expm1Op = defineReal(
  'expm1',
  loops.expm1,
  // Not from the output: where that has rounded to -1, y + 1 would lose the slope.
  slopeAtInput(loops.expm1Slope, exp),
  complex.expm1,
);

/**
 * `exp(x) - 1`, accurate near 0.
 *
 * @example expm1(0) // 0
 */
export function expm1(x: TensorLike): Tensor {
  return unary(expm1Op, x);
}

export const logOp = defineReal(
  'log',
  loops.log,
  slopeAtInput(loops.logSlope, reciprocal),
  complex.log,
);

/**
 * The natural logarithm; NaN for negative numbers. Its slope at 0 is infinite.
 *
 * @example log(1) // 0
 */
export function log(x: TensorLike): Tensor {
  return unary(logOp, x);
}

export const log1pOp = defineReal(
  'log1p',
  loops.log1p,
  slopeAtInput(loops.log1pSlope, (x) => reciprocal(add(x, 1))),
  complex.log1p,
);

/**
 * `log(1 + x)`, accurate near 0.
 *
 * @example log1p(0) // 0
 */
export function log1p(x: TensorLike): Tensor {
  return unary(log1pOp, x);
}

export const sinOp = defineReal('sin', loops.sin, slopeAtInput(loops.sinSlope, cos), complex.sin);

/**
 * The sine of an angle in radians.
 *
 * @example sin(0) // 0
 */
export function sin(x: TensorLike): Tensor {
  return unary(sinOp, x);
}

export const cosOp = defineReal(
  'cos',
  loops.cos,
  slopeAtInput(loops.cosSlope, (x) => neg(sin(x))),
  complex.cos,
);

/**
 * The cosine of an angle in radians.
 *
 * @example cos(0) // 1
 */
export function cos(x: TensorLike): Tensor {
  return unary(cosOp, x);
}

export const tanOp = defineReal(
  'tan',
  loops.tan,
  slopeAtOutput(loops.tanSlope, (y) => add(square(y), 1)),
  complex.tan,
);

/**
 * The tangent of an angle in radians.
 *
 * @example tan(0) // 0
 */
export function tan(x: TensorLike): Tensor {
  return unary(tanOp, x);
}

export const asinOp = defineReal(
  'asin',
  loops.asin,
  slopeAtInput(loops.asinSlope, (x) => rsqrt(oneMinusSquare(x))),
  complex.asin,
);

/**
 * The angle in radians, from -π/2 to π/2, whose sine is `x`; NaN outside [-1, 1]. Its slope at -1 and
 * 1 is infinite.
 *
 * @example asin(0) // 0
 */
export function asin(x: TensorLike): Tensor {
  return unary(asinOp, x);
}

export const acosOp = defineReal(
  'acos',
  loops.acos,
  slopeAtInput(loops.acosSlope, (x) => neg(rsqrt(oneMinusSquare(x)))),
  complex.acos,
);

/**
 * The angle in radians, from 0 to π, whose cosine is `x`; NaN outside [-1, 1].
 *
 * @example acos(1) // 0
 */
export function acos(x: TensorLike): Tensor {
  return unary(acosOp, x);
}

export const atanOp = defineReal(
  'atan',
  loops.atan,
  slopeAtInput(loops.atanSlope, (x) => reciprocal(add(square(x), 1))),
  complex.atan,
);

/**
 * The angle in radians, from -π/2 to π/2, whose tangent is `x`.
 *
 * @example atan(0) // 0
 */
export function atan(x: TensorLike): Tensor {
  return unary(atanOp, x);
}

export const sinhOp = defineReal(
  'sinh',
  loops.sinh,
  slopeAtInput(loops.sinhSlope, cosh),
  complex.sinh,
);

/**
 * The hyperbolic sine, `(exp(x) - exp(-x)) / 2`.
 *
 * @example sinh(0) // 0
 */
export function sinh(x: TensorLike): Tensor {
  return unary(sinhOp, x);
}

export const coshOp = defineReal(
  'cosh',
  loops.cosh,
  slopeAtInput(loops.coshSlope, sinh),
  complex.cosh,
);

/**
 * The hyperbolic cosine, `(exp(x) + exp(-x)) / 2`.
 *
 * @example cosh(0) // 1
 */
export function cosh(x: TensorLike): Tensor {
  return unary(coshOp, x);
}

export const tanhOp = defineReal(
  'tanh',
  loops.tanh,
  slopeAtOutput(loops.tanhSlope, oneMinusSquare),
  complex.tanh,
);

/**
 * The hyperbolic tangent.
 *
 * @example tanh([0, 100]) // [0, 1]
 */
export function tanh(x: TensorLike): Tensor {
  return unary(tanhOp, x);
}

export const asinhOp = defineReal(
  'asinh',
  loops.asinh,
  slopeAtInput(loops.asinhSlope, (x) => rsqrt(add(square(x), 1))),
  complex.asinh,
);

/**
 * The number whose hyperbolic sine is `x`.
 *
 * @example asinh(0) // 0
 */
export function asinh(x: TensorLike): Tensor {
  return unary(asinhOp, x);
}

export const acoshOp = defineReal(
  'acosh',
  loops.acosh,
  slopeAtInput(loops.acoshSlope, (x) => mul(rsqrt(sub(x, 1)), rsqrt(add(x, 1)))),
  complex.acosh,
);

/**
 * The number from 0 on whose hyperbolic cosine is `x`; NaN below 1. Its slope at 1 is infinite.
 *
 * @example acosh(1) // 0
 */
export function acosh(x: TensorLike): Tensor {
  return unary(acoshOp, x);
}

export const atanhOp = defineReal(
  'atanh',
  loops.atanh,
  slopeAtInput(loops.atanhSlope, (x) => reciprocal(oneMinusSquare(x))),
  complex.atanh,
);

/**
 * The number whose hyperbolic tangent is `x`; NaN outside [-1, 1]. Its slope at -1 and 1 is infinite.
 *
 * @example atanh(0) // 0
 */
export function atanh(x: TensorLike): Tensor {
  return unary(atanhOp, x);
}

export const erfOp = defineReal(
  'erf',
  loops.erf,
  slopeAtInput(loops.erfSlope, (x) => mul(2 / Math.sqrt(Math.PI), exp(neg(square(x))))),
);

/**
 * The error function: 2 / √π times the integral of exp(-t²) from 0 to `x`.
 *
 * @example erf([0, 10]) // [0, 1]
 */
export function erf(x: TensorLike): Tensor {
  return unary(erfOp, x);
}

// As factors, so that nothing is lost near -1 and 1.
function oneMinusSquare(x: Tensor): Tensor {
  return mul(sub(1, x), add(x, 1));
}

export const atan2Op = defineBinary(
  'atan2',
  loops.atan2,
  [
    (t, { a, b }) => scale(t, div(b, add(square(a), square(b)))),
    (t, { a, b }) => neg(scale(t, div(a, add(square(a), square(b))))),
  ],
  { coerce: toFloat },
);

/**
 * The angle of the point (`b`, `a`) in radians, from -π to π, with broadcasting.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example atan2([0, 0], [1, 2]) // [0, 0]
 */
export function atan2(a: TensorLike, b: TensorLike): Tensor {
  return binary(atan2Op, a, b);
}

const powRules = defineBinary(
  'pow',
  powLoop,
  [
    // An exponent of 0 gives slope 0 also at 0, where the power is infinite.
    (t, { a, b }) => scale(t, scale(b, pow(a, sub(b, 1)))),
    // Where the logarithm counts as 0, so does its product with an infinite or NaN power.
    (t, { a, y }) => scale(t, scaleBoth(y, where(hasLogarithm(a), log(a), 0))),
  ],
  { complex: complex.pow, reads: { inputs: [0, 1], outputs: [0] } },
);

function hasLogarithm(x: Tensor): Tensor {
  return isComplex(x.dtype) ? notEqual(x, 0) : greater(x, 0);
}

export const powOp: ElementwiseOp = {
  ...powRules,
  check: ([, exponent]) => {
    requireIntegerPowers(exponent);
  },
  batch: batchBroadcasting((inputs) => apply(powOp, inputs, undefined)),
};

function requireIntegerPowers({ values, dtype }: Operand): void {
  if (dtype !== 'int32') return;
  const negative = values.find((value) => value < 0);
  if (negative !== undefined) {
    const hint = 'cast one of them to a float dtype';
    throw misuse(DTypeError, 'pow', 'exponents of int32', 'be at least 0', String(negative), hint);
  }
}

/**
 * `base` to the power `exp`, with broadcasting; int32 to the power int32 stays int32. A negative number to
 * a fractional power is NaN.
 *
 * The slope for `base` is 0 where `exp` is 0, and the slope for `exp` is 0 where `base` is not
 * positive.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @throws DTypeError when both are int32 and an exponent is negative
 * @example pow([1, 2, 3], 2) // [1, 4, 9]
 */
export function pow(base: TensorLike, exp: TensorLike): Tensor {
  return binary(powOp, base, exp, ['base', 'exp']);
}
