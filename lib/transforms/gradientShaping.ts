import { ArgumentError, misuse } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import { requireFinite } from '../base/options.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { requireFloat } from '../core/tensor.ts';
import { clipByNorm } from '../functions/clipping.ts';
import { mul } from '../ops/arithmetic.ts';
import { clipByValue } from '../ops/select.ts';
import { passThrough } from './passThrough.ts';

/*
 * Functions that leave a value as it is and change the gradient on its way back. Forward mode transposes
 * them: clipping is the identity near 0, so tangents pass as they are.
 */

/**
 * `x` itself; its gradient is turned round, and scaled. What comes before then learns to make a loss
 * larger that what comes after makes smaller.
 *
 * @param factor - what it is scaled by, at least 0
 * @throws ArgumentError when `x` is no float tensor or `factor` no finite number of at least 0
 * @example gradientReversal(3) // 3
 * @example grad((x) => mul(gradientReversal(x, 0.5), 4))(3) // -2
 * @see Ganin & Lempitsky 2015, section 3.2
 */
export function gradientReversal(x: TensorLike, factor = 1): Tensor {
  requireFinite('gradientReversal', 'factor', factor, { min: 0 });
  return shaped('gradientReversal', x, (g) => mul(g, -factor));
}

/**
 * `x` itself; each element of its gradient is brought into [min, max].
 *
 * @throws ArgumentError when `x` is no float tensor, or `min` is above `max`
 * @example grad((x) => mul(clipGradient(x, -1, 1), [0.5, 4]))([3, 3]) // [0.5, 1]
 */
export function clipGradient(x: TensorLike, min: number, max: number): Tensor {
  const op = 'clipGradient';
  requireBound(op, 'lower bound', min);
  requireBound(op, 'upper bound', max);
  if (min > max) {
    const condition = `be at most the upper one, ${String(max)}`;
    throw misuse(ArgumentError, op, 'lower bound', condition, String(min));
  }
  return shaped(op, x, (g) => clipByValue(g, min, max));
}

/**
 * `x` itself; its gradient is shrunk so that its Euclidean norm is at most `norm`. Inside `vmap` that is
 * the norm for one example.
 *
 * @throws ArgumentError when `x` is no float tensor, or `norm` no finite number above 0
 * @example grad((x) => mul(clipGradientByNorm(x, 1), [3, 4]))([0, 0]) // [0.6, 0.8]
 * @see Pascanu, Mikolov & Bengio 2013
 */
export function clipGradientByNorm(x: TensorLike, norm: number): Tensor {
  const op = 'clipGradientByNorm';
  requireFinite(op, 'norm', norm, { min: Number.MIN_VALUE });
  return shaped(op, x, (g) => clipByNorm(g, norm));
}

function shaped(op: string, x: TensorLike, shape: (g: Tensor) => Tensor): Tensor {
  const input = asTensor(x, 'x', op);
  requireFloat(op, 'x', input);
  const [y] = passThrough({
    name: op,
    values: [input],
    sources: [input],
    kept: [],
    pullBack: ([g]) => [shape(g)],
  });
  return y;
}

// An infinite bound leaves that side open.
function requireBound(op: string, argument: string, value: unknown): void {
  if (typeof value === 'number' && !Number.isNaN(value)) return;
  throw misuse(ArgumentError, op, argument, 'be a number other than NaN', formatValue(value));
}
