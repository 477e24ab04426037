import { requireFinite } from '../base/options.ts';
import { selecting } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands, asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { promoteDTypes } from '../base/dtype.ts';
import { relu, softplus } from '../ops/activations.ts';
import { abs, div, mul, neg } from '../ops/arithmetic.ts';
import { greater, greaterEqual, isNaN } from '../ops/compare.ts';
import { add, toFloat } from '../ops/elementwise.ts';
import { concat } from '../ops/joining.ts';
import { clipByValue, where } from '../ops/select.ts';
import { cast, zerosLike } from '../ops/structural.ts';
import { expm1 } from '../ops/transcendental.ts';

/*
 * Activations made of recorded ops. At a kink they have the slope of the left side, since `where`
 * selects.
 */

function asFloats(op: string, x: TensorLike): Tensor {
  const input = asTensor(x, 'x', op);
  return cast(input, toFloat(input.dtype));
}

/**
 * `x` between 0 and 6, 0 below, 6 above. Its slope at 0 and at 6 is 0.
 *
 * @example relu6([-1, 3, 8]) // [0, 3, 6]
 */
export function relu6(x: TensorLike): Tensor {
  const input = asTensor(x, 'x', 'relu6');
  const positive = relu(input);
  return where(greaterEqual(positive, 6), cast(6, positive.dtype), positive);
}

/**
 * `alpha (exp(x / alpha) - 1)` below 0, else `x`: smooth at 0 for every `alpha`.
 *
 * @throws ArgumentError when `alpha` is no finite number
 * @example celu([-2, 0, 2], 2) // [-1.2642411, 0, 2]
 * @see Barron 2017, "Continuously differentiable exponential linear units"
 */
export function celu(x: TensorLike, alpha = 1): Tensor {
  requireFinite('celu', 'alpha', alpha);
  const input = asFloats('celu', x);
  return selecting(() => where(greater(input, 0), input, mul(expm1(div(input, alpha)), alpha)));
}

/**
 * `x` where it is positive, else `alpha * x`, with slopes to be learned. Its slope at 0 is `alpha`.
 *
 * @param alpha - a shape that broadcasts with `x`
 * @throws ShapeError when the shapes do not broadcast
 * @example prelu([-2, 4], 0.5) // [-1, 4]
 * @see He et al. 2015, "Delving deep into rectifiers"
 */
export function prelu(x: TensorLike, alpha: TensorLike): Tensor {
  const [a, b] = asOperands([x, alpha], ['x', 'alpha'], 'prelu');
  const dtype = toFloat(promoteDTypes(a.dtype, b.dtype));
  const [input, slope] = [cast(a, dtype), cast(b, dtype)];
  return where(greater(input, 0), input, mul(input, slope));
}

/**
 * `log(sigmoid(x))`, right also where the sigmoid underflows.
 *
 * @example logSigmoid([0, -1000]) // [-0.6931472, -1000]
 */
export function logSigmoid(x: TensorLike): Tensor {
  return neg(softplus(neg(asFloats('logSigmoid', x))));
}

/**
 * `0.2 x + 0.5` between 0 and 1: a sigmoid of straight lines, as TensorFlow's. At the ends of the slope
 * it is still 0.2.
 *
 * @example hardSigmoid([-3, 0, 1]) // [0, 0.5, 0.7]
 */
export function hardSigmoid(x: TensorLike): Tensor {
  return clipByValue(add(mul(asFloats('hardSigmoid', x), 0.2), 0.5), 0, 1);
}

/**
 * `x relu6(x + 3) / 6`.
 *
 * @example hardSwish([-3, 0, 3]) // [0, 0, 3]
 * @see Howard et al. 2019, "Searching for MobileNetV3"
 */
export function hardSwish(x: TensorLike): Tensor {
  const input = asFloats('hardSwish', x);
  return div(mul(input, relu6(add(input, 3))), 6);
}

/**
 * `x / (1 + |x|)`.
 *
 * @example softsign([-1, 0, 3]) // [-0.5, 0, 0.75]
 */
export function softsign(x: TensorLike): Tensor {
  const input = asFloats('softsign', x);
  return div(input, add(abs(input), 1));
}

/**
 * `relu(x)` and `relu(-x)` side by side.
 *
 * @param axis - along which they are joined
 * @throws AxisError when `axis` is outside the rank
 * @example crelu([1, -2]) // [1, 0, 0, 2]
 * @see Shang et al. 2016
 */
export function crelu(x: TensorLike, axis = -1): Tensor {
  const input = asTensor(x, 'x', 'crelu');
  return concat([relu(input), relu(neg(input))], axis);
}

/**
 * 1 where `x` is positive, else `alpha`; NaN of NaN. Its slope is 0 everywhere. Of int32 it is int32,
 * unless `alpha` is no integer.
 *
 * @throws ArgumentError when `alpha` is no finite number
 * @example step([-1, 0, 2], 0.5) // [0.5, 0.5, 1]
 */
export function step(x: TensorLike, alpha = 0): Tensor {
  requireFinite('step', 'alpha', alpha);
  const given = asTensor(x, 'x', 'step');
  if (given.dtype === 'int32' && Number.isInteger(alpha)) {
    return where(greater(given, 0), cast(1, 'int32'), cast(alpha, 'int32'));
  }
  const input = asFloats('step', given);
  const [one, low] = [1, alpha].map((value) => cast(value, input.dtype));
  const steps = where(greater(input, 0), one, low);
  return add(where(isNaN(input), cast(NaN, input.dtype), steps), zerosLike(input));
}
