import { only } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Op } from '../core/op.ts';
import { defineOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import * as kernels from '../kernels/special/bessel.ts';
import { mul, neg, sub } from './arithmetic.ts';
import { add, scale, toFloat } from './elementwise.ts';
import { sign } from './select.ts';
import { cast } from './structural.ts';

interface BesselParams {
  /** A whole number from 0. */
  readonly order: number;
}

/** The functions of the neighbouring orders, at the op's input. */
type Neighbour = (order: number) => Tensor;

/** The derivative of the function of some order, from functions of other orders. */
type Slope = (order: number, at: Neighbour, x: Tensor) => Tensor;

// All orders are one op, since the derivative of each is a sum over its neighbours: DLMF 10.6.1, 10.29.1.
function defineBessel(
  name: string,
  f: (order: number, x: number) => number,
  slope: Slope,
  kinks?: string,
): Op<BesselParams> {
  const share = (x: Tensor, t: Tensor | null, { order }: BesselParams): Tensor | null => {
    const at: Neighbour = (other) => apply(op, [x], { order: other })[0];
    return t === null ? null : scale(t, slope(order, at, x));
  };
  const op: Op<BesselParams> = defineOp<BesselParams>({
    name,
    infer: ([x]) => only(x),
    kernel: ([x], [y], { order }) => kernels.besselLoop(f, order, x.values, y.values),
    derivative: {
      kind: 'rules',
      jvp: ({ inputs, params }, [t]) => [share(inputs[0], t, params)],
      vjp: ({ inputs, params }, [g]) => [share(inputs[0], g, params)],
    },
    batch: (inputs, _, params) => apply(op, inputs, params),
    traits: { elementwise: true },
    reads: { inputs: [0], outputs: [] },
    ...(kinks !== undefined && { kinks }),
  });
  return op;
}

const oscillating: Slope = (n, at) => (n === 0 ? neg(at(1)) : mul(sub(at(n - 1), at(n + 1)), 0.5));

const between = (n: number, at: Neighbour): Tensor =>
  n === 0 ? at(1) : mul(add(at(n - 1), at(n + 1)), 0.5);

export const besselJOp = defineBessel('besselJ', kernels.besselJ, oscillating);

// With the factor π in x: d/dx jₙ(πx) = π (n jₙ₋₁ - (n + 1) jₙ₊₁) / (2n + 1).
const spherical: Slope = (n, at) => {
  const share = Math.PI / (2 * n + 1);
  const lost = mul(at(n + 1), -share * (n + 1));
  return n === 0 ? lost : add(mul(at(n - 1), share * n), lost);
};

export const sphericalBesselJOp = defineBessel(
  'sphericalBesselJ',
  kernels.sphericalBesselJ,
  spherical,
);
export const besselYOp = defineBessel('besselY', kernels.besselY, oscillating);
export const besselIOp = defineBessel('besselI', kernels.besselI, between);
export const besselKOp = defineBessel('besselK', kernels.besselK, (n, at) => neg(between(n, at)));
export const besselIeOp = defineBessel(
  'besselIe',
  kernels.besselIe,
  (n, at, x) => sub(between(n, at), mul(sign(x), at(n))),
  '0 at 0 for order 0',
);
export const besselKeOp = defineBessel('besselKe', kernels.besselKe, (n, at) =>
  sub(at(n), between(n, at)),
);

function bessel(name: string, op: Op<BesselParams>, order: number, x: TensorLike): Tensor {
  const input = asTensor(x, 'x', name);
  return apply(op, [cast(input, toFloat(input.dtype))], { order })[0];
}

/**
 * The Bessel function J₀ of the first kind.
 *
 * @example besselJ0([0, Infinity]) // [1, 0]
 */
export function besselJ0(x: TensorLike): Tensor {
  return bessel('besselJ0', besselJOp, 0, x);
}

/**
 * The Bessel function J₁ of the first kind.
 *
 * @example besselJ1([0, Infinity]) // [0, 0]
 */
export function besselJ1(x: TensorLike): Tensor {
  return bessel('besselJ1', besselJOp, 1, x);
}

/**
 * The Bessel function Y₀ of the second kind; NaN for negative numbers.
 *
 * @example besselY0([0, Infinity]) // [-Infinity, 0]
 */
export function besselY0(x: TensorLike): Tensor {
  return bessel('besselY0', besselYOp, 0, x);
}

/**
 * The Bessel function Y₁ of the second kind; NaN for negative numbers.
 *
 * @example besselY1([0, Infinity]) // [-Infinity, 0]
 */
export function besselY1(x: TensorLike): Tensor {
  return bessel('besselY1', besselYOp, 1, x);
}

/**
 * The modified Bessel function I₀ of the first kind.
 *
 * @example besselI0([0, Infinity]) // [1, Infinity]
 */
export function besselI0(x: TensorLike): Tensor {
  return bessel('besselI0', besselIOp, 0, x);
}

/**
 * The modified Bessel function I₁ of the first kind.
 *
 * @example besselI1([0, Infinity]) // [0, Infinity]
 */
export function besselI1(x: TensorLike): Tensor {
  return bessel('besselI1', besselIOp, 1, x);
}

/**
 * The modified Bessel function K₀ of the second kind; NaN for negative numbers.
 *
 * @example besselK0([0, Infinity]) // [Infinity, 0]
 */
export function besselK0(x: TensorLike): Tensor {
  return bessel('besselK0', besselKOp, 0, x);
}

/**
 * The modified Bessel function K₁ of the second kind; NaN for negative numbers.
 *
 * @example besselK1([0, Infinity]) // [Infinity, 0]
 */
export function besselK1(x: TensorLike): Tensor {
  return bessel('besselK1', besselKOp, 1, x);
}

/**
 * `exp(-|x|) besselI0(x)`, which does not overflow. Its slope at the kink 0 is 0.
 *
 * @example besselI0e([0, Infinity]) // [1, 0]
 */
export function besselI0e(x: TensorLike): Tensor {
  return bessel('besselI0e', besselIeOp, 0, x);
}

/**
 * `exp(-|x|) besselI1(x)`, which does not overflow.
 *
 * @example besselI1e([0, Infinity]) // [0, 0]
 */
export function besselI1e(x: TensorLike): Tensor {
  return bessel('besselI1e', besselIeOp, 1, x);
}

/**
 * `exp(x) besselK0(x)`, which does not underflow; NaN for negative numbers.
 *
 * @example besselK0e([0, Infinity]) // [Infinity, 0]
 */
export function besselK0e(x: TensorLike): Tensor {
  return bessel('besselK0e', besselKeOp, 0, x);
}

/**
 * `exp(x) besselK1(x)`, which does not underflow; NaN for negative numbers.
 *
 * @example besselK1e([0, Infinity]) // [Infinity, 0]
 */
export function besselK1e(x: TensorLike): Tensor {
  return bessel('besselK1e', besselKeOp, 1, x);
}

/**
 * `sin(πx) / (πx)`, and 1 at 0: smooth there, too.
 *
 * @example sinc([0, 1, 0.5]) // [1, 0, 0.6366197723675814]
 */
export function sinc(x: TensorLike): Tensor {
  return bessel('sinc', sphericalBesselJOp, 0, x);
}
