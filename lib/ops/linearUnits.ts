import { requireBoolean } from '../base/options.ts';
import { selecting } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import * as loops from '../kernels/linearUnits.ts';
import { sigmoid, softplus } from './activations.ts';
import { mul, square, sub } from './arithmetic.ts';
import { greater } from './compare.ts';
import { add, defineUnary, slopeAtInput, toFloat, unary } from './elementwise.ts';
import { where } from './select.ts';
import { erf, exp, tanh } from './transcendental.ts';

/* Activations that are almost x where x is large. */

const floats = { coerce: toFloat } as const;

export const eluOp = defineUnary(
  'elu',
  loops.elu,
  slopeAtInput(loops.eluSlope, (x) => selecting(() => where(greater(x, 0), 1, exp(x)))),
  { ...floats, kinks: '1 at 0' },
);

/**
 * `x` where it is positive, else `exp(x) - 1`. Its slope at 0 is 1.
 *
 * @example elu([-1, 0, 2]) // [-0.6321206, 0, 2]
 * @see Clevert, Unterthiner and Hochreiter 2016
 */
export function elu(x: TensorLike): Tensor {
  return unary(eluOp, x);
}

export const seluOp = defineUnary(
  'selu',
  loops.selu,
  slopeAtInput(loops.seluSlope, (x) =>
    selecting(() => where(greater(x, 0), loops.seluScale, mul(exp(x), loops.seluLeft))),
  ),
  { ...floats, kinks: '1.7581 at 0' },
);

/**
 * The exponential linear unit that keeps mean 0 and variance 1. Its slope at 0 is 1.7581, that of the
 * left side.
 *
 * @example selu([-1, 0, 2]) // [-1.1113307, 0, 2.101402]
 * @see Klambauer et al. 2017, "Self-normalizing neural networks"
 */
export function selu(x: TensorLike): Tensor {
  return unary(seluOp, x);
}

export const geluOp = defineUnary(
  'gelu',
  loops.gelu,
  slopeAtInput(loops.geluSlope, (x) => {
    const distribution = mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);
    const density = mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return add(distribution, mul(x, density));
  }),
  floats,
);

export const geluTanhOp = defineUnary(
  'geluTanh',
  loops.geluTanh,
  slopeAtInput(loops.geluTanhSlope, (x) => {
    const [linear, cubic] = [loops.geluLinear, loops.geluCubic];
    const p = sigmoid(mul(x, add(mul(square(x), cubic), linear)));
    const inner = add(mul(square(x), 3 * cubic), linear);
    return add(p, mul(x, mul(mul(p, sub(1, p)), inner)));
  }),
  floats,
);

/**
 * `x` times the normal distribution function: exactly, or by a tanh.
 *
 * @param approximate - whether to use `0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³)))`
 * @throws ArgumentError when `approximate` is no boolean
 * @example gelu([0, 1]) // [0, 0.8413447]
 * @see Hendrycks and Gimpel 2016, "Gaussian error linear units"
 */
export function gelu(x: TensorLike, approximate = false): Tensor {
  requireBoolean('gelu', 'approximate', approximate);
  return unary(approximate ? geluTanhOp : geluOp, asTensor(x, 'x', 'gelu'));
}

export const siluOp = defineUnary(
  'silu',
  loops.silu,
  slopeAtInput(loops.siluSlope, (x) => {
    const p = sigmoid(x);
    return add(p, mul(x, mul(p, sub(1, p))));
  }),
  floats,
);

/**
 * `x sigmoid(x)`.
 *
 * @example silu([0, 1]) // [0, 0.7310586]
 * @see Elfwing, Uchibe and Doya 2018
 */
export function silu(x: TensorLike): Tensor {
  return unary(siluOp, x);
}

/**
 * TensorFlow's name of `silu`.
 *
 * @example swish(0) // 0
 */
export function swish(x: TensorLike): Tensor {
  return silu(asTensor(x, 'x', 'swish'));
}

export const mishOp = defineUnary(
  'mish',
  loops.mish,
  slopeAtInput(loops.mishSlope, (x) => {
    const t = tanh(softplus(x));
    return add(t, mul(x, mul(sub(1, square(t)), sigmoid(x))));
  }),
  floats,
);

/**
 * `x tanh(softplus(x))`.
 *
 * @example mish([0, 1]) // [0, 0.8650984]
 * @see Misra 2020
 */
export function mish(x: TensorLike): Tensor {
  return unary(mishOp, x);
}
