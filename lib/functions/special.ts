import { misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { sub } from '../ops/arithmetic.ts';
import { toFloat } from '../ops/elementwise.ts';
import { lgamma } from '../ops/gammaFunctions.ts';
import { cast, sum } from '../ops/structural.ts';

/**
 * The logarithm of the beta function of the numbers along the last axis: of the product of their gamma
 * functions over that of their sum. The difference of logarithms has the rounding error of the largest.
 *
 * @param x - shape (…, n)
 * @returns shape (…)
 * @throws ShapeError when `x` is a scalar
 * @example lbeta([1, 1]) // 0
 */
export function lbeta(x: TensorLike): Tensor {
  const input = asTensor(x, 'x', 'lbeta');
  if (input.rank === 0) {
    throw misuse(ShapeError, 'lbeta', 'x', 'have at least one axis', formatShape(input.shape));
  }
  const numbers = cast(input, toFloat(input.dtype));
  return sub(sum(lgamma(numbers), -1), lgamma(sum(numbers, -1)));
}
