import type { TensorLike } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { erfc as erfcOf } from '../kernels/erf.ts';
import { slopeLoop, unaryLoop } from '../kernels/special/loops.ts';
import * as normal from '../kernels/special/normal.ts';
import { mul, square } from './arithmetic.ts';
import { defineUnary, slopeAtInput, slopeAtOutput, toFloat, unary } from './elementwise.ts';
import { exp } from './transcendental.ts';

const twoOverRootPi = 2 / Math.sqrt(Math.PI);
const halfRootPi = Math.sqrt(Math.PI) / 2;
const rootTau = Math.sqrt(2 * Math.PI);

export const erfcOp = defineUnary(
  'erfc',
  unaryLoop(erfcOf),
  slopeAtInput(
    slopeLoop((x) => -twoOverRootPi * Math.exp(-x * x)),
    (x) => mul(exp(mul(square(x), -1)), -twoOverRootPi),
  ),
  { coerce: toFloat },
);

/**
 * The complementary error function `1 - erf(x)`, accurate where erf is nearly 1.
 *
 * @example erfc([0, Infinity]) // [1, 0]
 */
export function erfc(x: TensorLike): Tensor {
  return unary(erfcOp, x);
}

export const erfinvOp = defineUnary(
  'erfinv',
  unaryLoop(normal.erfinv),
  slopeAtOutput(
    slopeLoop((y) => halfRootPi * Math.exp(y * y)),
    (y) => mul(exp(square(y)), halfRootPi),
  ),
  { coerce: toFloat },
);

/**
 * The number whose `erf` is `x`; NaN outside [-1, 1].
 *
 * @example erfinv([0, 1]) // [0, Infinity]
 */
export function erfinv(x: TensorLike): Tensor {
  return unary(erfinvOp, x);
}

export const erfcinvOp = defineUnary(
  'erfcinv',
  unaryLoop(normal.erfcinv),
  slopeAtOutput(
    slopeLoop((y) => -halfRootPi * Math.exp(y * y)),
    (y) => mul(exp(square(y)), -halfRootPi),
  ),
  { coerce: toFloat },
);

/**
 * The number whose `erfc` is `x`; NaN outside [0, 2].
 *
 * @example erfcinv([1, 0]) // [0, Infinity]
 */
export function erfcinv(x: TensorLike): Tensor {
  return unary(erfcinvOp, x);
}

export const ndtrOp = defineUnary(
  'ndtr',
  unaryLoop(normal.ndtr),
  slopeAtInput(
    slopeLoop((x) => Math.exp((-x * x) / 2) / rootTau),
    (x) => mul(exp(mul(square(x), -0.5)), 1 / rootTau),
  ),
  { coerce: toFloat },
);

/**
 * The probability that a standard normal number is at most `x`.
 *
 * @example ndtr([0, Infinity]) // [0.5, 1]
 */
export function ndtr(x: TensorLike): Tensor {
  return unary(ndtrOp, x);
}

export const ndtriOp = defineUnary(
  'ndtri',
  unaryLoop(normal.ndtri),
  slopeAtOutput(
    slopeLoop((y) => rootTau * Math.exp((y * y) / 2)),
    (y) => mul(exp(mul(square(y), 0.5)), rootTau),
  ),
  { coerce: toFloat },
);

/**
 * The quantile of the standard normal distribution: the number whose `ndtr` is `x`; NaN outside [0, 1].
 *
 * @example ndtri([0.5, 1]) // [0, Infinity]
 */
export function ndtri(x: TensorLike): Tensor {
  return unary(ndtriOp, x);
}
