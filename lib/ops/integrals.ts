import { only } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import type { Op } from '../core/op.ts';
import { defineOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import * as fresnel from '../kernels/special/fresnel.ts';
import * as integrals from '../kernels/special/integrals.ts';
import { slopeLoop, unaryLoop } from '../kernels/special/loops.ts';
import { div, mul, neg, square, sub } from './arithmetic.ts';
import { defineUnary, scale, slopeAtInput, toFloat, unary } from './elementwise.ts';
import { cos, exp, sin } from './transcendental.ts';

export const expintOp = defineUnary(
  'expint',
  unaryLoop(integrals.expint),
  slopeAtInput(
    slopeLoop((x) => Math.exp(x) / x),
    (x) => div(exp(x), x),
  ),
  { coerce: toFloat },
);

/**
 * The exponential integral Ei: the principal value of the integral of `exp(t) / t` from -∞ to `x`.
 *
 * @example expint([0, Infinity]) // [-Infinity, Infinity]
 */
export function expint(x: TensorLike): Tensor {
  return unary(expintOp, x);
}

interface DerivativeParams {
  readonly order: number;
}

/** A derivative of log x / (x - 1), in which nothing is divided by 0 at 1. */
export const logRatioOp: Op<DerivativeParams> = defineOp<DerivativeParams>({
  name: 'logRatio',
  infer: ([x]) => only(x),
  kernel: ([x], [y], { order }) => {
    for (let i = 0; i < y.size; i++) y.values[i] = integrals.logRatio(order, x.values[i]);
  },
  derivative: {
    kind: 'rules',
    jvp: ({ inputs: [x], params: { order } }, [t]) => [
      t === null ? null : scale(t, logRatio(order + 1, x)),
    ],
    vjp: ({ inputs: [x], params: { order } }, [g]) => [
      g === null ? null : scale(g, logRatio(order + 1, x)),
    ],
  },
  batch: (inputs, _, params) => apply(logRatioOp, inputs, params),
  traits: { elementwise: true },
  reads: { inputs: [0], outputs: [] },
});

const logRatio = (order: number, x: Tensor): Tensor => apply(logRatioOp, [x], { order })[0];

export const spenceOp = defineUnary(
  'spence',
  unaryLoop(integrals.spence),
  slopeAtInput(
    slopeLoop((x) => -integrals.logRatio(0, x)),
    (x) => neg(logRatio(0, x)),
  ),
  { coerce: toFloat },
);

/**
 * Spence's function: the integral of `log(t) / (1 - t)` from 1 to `x`, which is the dilogarithm of
 * `1 - x`. NaN for negative numbers.
 *
 * @example spence(1) // 0
 */
export function spence(x: TensorLike): Tensor {
  return unary(spenceOp, x);
}

const halfPi = Math.PI / 2;

export const fresnelCosOp = defineUnary(
  'fresnelCos',
  unaryLoop(fresnel.fresnelCos),
  slopeAtInput(
    slopeLoop((x) => Math.cos(halfPi * x * x)),
    (x) => cos(mul(square(x), halfPi)),
  ),
  { coerce: toFloat },
);

/**
 * Fresnel's cosine integral: the integral of `cos(πt²/2)` from 0 to `x`.
 *
 * @example fresnelCos([0, Infinity]) // [0, 0.5]
 */
export function fresnelCos(x: TensorLike): Tensor {
  return unary(fresnelCosOp, x);
}

export const fresnelSinOp = defineUnary(
  'fresnelSin',
  unaryLoop(fresnel.fresnelSin),
  slopeAtInput(
    slopeLoop((x) => Math.sin(halfPi * x * x)),
    (x) => sin(mul(square(x), halfPi)),
  ),
  { coerce: toFloat },
);

/**
 * Fresnel's sine integral: the integral of `sin(πt²/2)` from 0 to `x`.
 *
 * @example fresnelSin([0, Infinity]) // [0, 0.5]
 */
export function fresnelSin(x: TensorLike): Tensor {
  return unary(fresnelSinOp, x);
}

export const dawsnOp = defineUnary(
  'dawsn',
  unaryLoop(integrals.dawsn),
  slopeAtInput(slopeLoop(integrals.dawsnSlope), (x) => dawsnSlope(x)),
  { coerce: toFloat },
);

const dawsnSlope = (x: Tensor): Tensor => sub(1, mul(mul(x, 2), dawsn(x)));

/**
 * Dawson's integral: `exp(-x²)` times the integral of `exp(t²)` from 0 to `x`.
 *
 * @example dawsn([0, Infinity]) // [0, 0]
 */
export function dawsn(x: TensorLike): Tensor {
  return unary(dawsnOp, x);
}
