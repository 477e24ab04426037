import type { TensorLike } from '../core/convert.ts';
import { asOperands } from '../core/convert.ts';
import { notDifferentiable } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import * as gamma from '../kernels/special/gamma.ts';
import * as incomplete from '../kernels/special/incompleteGamma.ts';
import { binaryLoop, slopeLoop, unaryLoop } from '../kernels/special/loops.ts';
import * as hurwitz from '../kernels/special/zeta.ts';
import { div, mul, neg, sub } from './arithmetic.ts';
import type { ElementwiseOp } from './elementwise.ts';
import { add, binary, defineBinary, defineUnary, scale } from './elementwise.ts';
import { slopeAtInput, toFloat, unary } from './elementwise.ts';
import { stopGradient, zerosLike } from './structural.ts';
import { log } from './transcendental.ts';

export const polygammaOp: ElementwiseOp = defineBinary(
  'polygamma',
  binaryLoop(hurwitz.polygamma),
  [(t) => zerosLike(t), (t, { a, b }) => scale(t, polygamma(add(a, 1), b))],
  { coerce: toFloat },
);

/**
 * The derivative of order `n` of `digamma`; NaN unless `n` is a whole number from 0. No gradient
 * passes to `n`.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example polygamma(1, Infinity) // 0
 */
export function polygamma(n: TensorLike, x: TensorLike): Tensor {
  const [order, at] = asOperands([n, x], ['n', 'x'], 'polygamma');
  return binary(polygammaOp, stopGradient(order), at);
}

export const digammaOp = defineUnary(
  'digamma',
  unaryLoop(gamma.digamma),
  slopeAtInput(
    slopeLoop((x) => hurwitz.polygamma(1, x)),
    (x) => polygamma(1, x),
  ),
  { coerce: toFloat },
);

/**
 * The derivative of `lgamma`; NaN at the poles, which are 0 and the negative whole numbers.
 *
 * @example digamma(Infinity) // Infinity
 */
export function digamma(x: TensorLike): Tensor {
  return unary(digammaOp, x);
}

export const lgammaOp = defineUnary(
  'lgamma',
  unaryLoop(gamma.lgamma),
  slopeAtInput(slopeLoop(gamma.digamma), digamma),
  { coerce: toFloat },
);

/**
 * The natural logarithm of |Γ(x)|; Infinity at the poles of Γ.
 *
 * @example lgamma([1, 2]) // [0, 0]
 */
export function lgamma(x: TensorLike): Tensor {
  return unary(lgammaOp, x);
}

export const zetaSlopeOp = defineBinary(
  'zetaSlope',
  binaryLoop(hurwitz.zetaSlope),
  notDifferentiable('zeta has its first derivative with respect to s only'),
  { coerce: toFloat },
);

export const zetaOp: ElementwiseOp = defineBinary(
  'zeta',
  binaryLoop(hurwitz.zeta),
  [
    (t, { a, b }) => scale(t, binary(zetaSlopeOp, a, b)),
    (t, { a, b }) => scale(t, mul(neg(a), zeta(add(a, 1), b))),
  ],
  { coerce: toFloat },
);

/**
 * Hurwitz' zeta function: the sum of `(q + k)^-s` over k = 0, 1, …; Infinity at s = 1 and where a term
 * is, NaN for s < 1 and where a term is not real. With respect to `s` it has a first derivative only.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @throws UnsupportedError when asked for a second derivative with respect to `s`
 * @example zeta(2, Infinity) // 0
 */
export function zeta(s: TensorLike, q: TensorLike): Tensor {
  const [exponent, start] = asOperands([s, q], ['s', 'q'], 'zeta');
  return binary(zetaOp, exponent, start);
}

/** x^(a - 1) e^-x / Γ(a): the density whose distribution is igamma. */
export const gammaDensityOp: ElementwiseOp = defineBinary(
  'gammaDensity',
  binaryLoop(incomplete.gammaDensity),
  [
    (t, { a, b, y }) => scale(t, mul(y, sub(log(b), digamma(a)))),
    (t, { a, b, y }) => scale(t, mul(y, sub(div(sub(a, 1), b), 1))),
  ],
  { coerce: toFloat, reads: { inputs: [0, 1], outputs: [0] } },
);

const density = (a: Tensor, x: Tensor): Tensor => binary(gammaDensityOp, a, x);

/** The derivative of igamma with respect to a. */
export const igammaSlopeOp = defineBinary(
  'igammaSlope',
  binaryLoop(incomplete.igammaSlope),
  notDifferentiable('igamma and igammac have their first derivative with respect to a only'),
  { coerce: toFloat },
);

const slopeByA = (a: Tensor, x: Tensor): Tensor => binary(igammaSlopeOp, a, x);

export const igammaOp = defineBinary(
  'igamma',
  binaryLoop(incomplete.igamma),
  [(t, { a, b }) => scale(t, slopeByA(a, b)), (t, { a, b }) => scale(t, density(a, b))],
  { coerce: toFloat },
);

/**
 * The regularised lower incomplete gamma function: the integral of `t^(a - 1) exp(-t)` from 0 to `x`,
 * over Γ(a). NaN unless a > 0 and x >= 0. With respect to `a` it has a first derivative only.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @throws UnsupportedError when asked for a second derivative with respect to `a`
 * @example igamma(2, [0, Infinity]) // [0, 1]
 */
export function igamma(a: TensorLike, x: TensorLike): Tensor {
  const [shape, at] = asOperands([a, x], ['a', 'x'], 'igamma');
  return binary(igammaOp, shape, at);
}

export const igammacOp = defineBinary(
  'igammac',
  binaryLoop(incomplete.igammac),
  [(t, { a, b }) => scale(t, neg(slopeByA(a, b))), (t, { a, b }) => scale(t, neg(density(a, b)))],
  { coerce: toFloat },
);

/**
 * The regularised upper incomplete gamma function `1 - igamma(a, x)`, accurate where that is nearly 1.
 * With respect to `a` it has a first derivative only.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @throws UnsupportedError when asked for a second derivative with respect to `a`
 * @example igammac(2, [0, Infinity]) // [1, 0]
 */
export function igammac(a: TensorLike, x: TensorLike): Tensor {
  const [shape, at] = asOperands([a, x], ['a', 'x'], 'igammac');
  return binary(igammacOp, shape, at);
}
