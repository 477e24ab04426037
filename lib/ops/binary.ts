import type { TensorLike } from '../core/convert.ts';
import { scalarSpecs } from '../core/convert.ts';
import { zeroGradient } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor } from '../core/tensor.ts';
import * as loops from '../kernels/binary.ts';
import { sigmoid } from './activations.ts';
import { div, neg, sub } from './arithmetic.ts';
import { equal, isFinite, logicalOr, notEqual } from './compare.ts';
import { binary, defineBinary, scale, toFloat } from './elementwise.ts';
import { where } from './select.ts';

function constant(value: number, like: Tensor): Tensor {
  return filledTensor(scalarSpecs[like.dtype], value);
}

export const hypotOp = defineBinary(
  'hypot',
  loops.hypot,
  [(t, { a, y }) => scale(t, share(a, y)), (t, { b, y }) => scale(t, share(b, y))],
  {
    coerce: toFloat,
    traits: { commutative: true },
    reads: { inputs: [0, 1], outputs: [0] },
    kinks: '0 at the origin',
  },
);

function share(x: Tensor, length: Tensor): Tensor {
  return where(equal(length, 0), constant(0, x), div(x, length));
}

/**
 * `sqrt(a² + b²)`, with broadcasting, right also where a square overflows. At the origin both slopes
 * are 0.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example hypot([3, 5], [4, 12]) // [5, 13]
 */
export function hypot(a: TensorLike, b: TensorLike): Tensor {
  return binary(hypotOp, a, b);
}

export const logAddExpOp = defineBinary(
  'logAddExp',
  loops.logAddExp,
  [(t, { a, b }) => scale(t, weightOf(a, b)), (t, { a, b }) => scale(t, weightOf(b, a))],
  { coerce: toFloat, traits: { commutative: true }, kinks: '0 where both are infinite and equal' },
);

function weightOf(x: Tensor, other: Tensor): Tensor {
  const isDefined = logicalOr(notEqual(x, other), isFinite(x));
  return where(isDefined, sigmoid(sub(x, other)), constant(0, x));
}

/**
 * `log(exp(a) + exp(b))`, with broadcasting, without overflow.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example logAddExp([1000, -Infinity], [0, 2]) // [1000, 2]
 */
export function logAddExp(a: TensorLike, b: TensorLike): Tensor {
  return binary(logAddExpOp, a, b);
}

export const truncateDivOp = defineBinary('truncateDiv', loops.truncateDiv, zeroGradient);

/**
 * `a / b` without its fraction, with broadcasting; keeps the dtype. Piecewise constant: it cuts the
 * gradient. An int32 divided by 0 gives 0.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example truncateDiv([7, -7], 2) // [3, -3]
 */
export function truncateDiv(a: TensorLike, b: TensorLike): Tensor {
  return binary(truncateDivOp, a, b);
}

export const truncateModOp = defineBinary(
  'truncateMod',
  loops.truncateMod,
  [(t) => t, (t, { a, b }) => neg(scale(t, truncateDiv(a, b)))],
  { kinks: 'the whole part of a / b counts as constant' },
);

/**
 * The remainder `a - b * truncateDiv(a, b)`, with broadcasting: it has the sign of `a`.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example truncateMod([7, -7], 3) // [1, -1]
 */
export function truncateMod(a: TensorLike, b: TensorLike): Tensor {
  return binary(truncateModOp, a, b);
}

export const nextAfterOp = defineBinary('nextAfter', loops.nextAfter, zeroGradient, {
  coerce: toFloat,
});

/**
 * The number of the dtype that follows `a` in the direction of `b`, with broadcasting; no gradient
 * passes.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example sub(nextAfter(1, 2), 1) // 1.1920929e-7
 */
export function nextAfter(a: TensorLike, b: TensorLike): Tensor {
  return binary(nextAfterOp, a, b);
}
