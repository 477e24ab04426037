import { misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { sameShape } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { readChosenFloats } from './argnums.ts';
import { gradientOf } from './functionGradient.ts';
import { onesOf } from './leaves.ts';
import { requireFunction } from './sync.ts';

const op = 'elementwiseGrad';

/**
 * The slope of a function that acts on each element by itself, at each element.
 *
 * It is the gradient of the sum, so where elements do mix it adds up the slopes of all of them.
 *
 * @param f - returns a tensor of the shape of its argument
 * @returns a function like `f`
 * @throws ShapeError when the result of `f` has another shape than its argument
 * @throws ArgumentError when `f` returns something other than one tensor
 * @example elementwiseGrad(square)([1, 2, 3]) // [2, 4, 6]
 * @example elementwiseGrad(elementwiseGrad((x) => mul(x, square(x))))([1, 2]) // [6, 12]
 */
export function elementwiseGrad(f: (x: Tensor) => Tensor): (x: TensorLike) => Tensor {
  requireFunction(op, 'f', f);
  return (x) => {
    const { args } = readChosenFloats(op, [x], 0);
    const cotangentOf = (y: Tensor): Tensor => onesOf(requireShapeOf(y, args.leaves[0]));
    return gradientOf({ op, f }, args, cotangentOf).gradients[0];
  };
}

function requireShapeOf(y: Tensor, x: Tensor): Tensor {
  if (sameShape(y.shape, x.shape)) return y;
  const condition = `have the shape of x, ${formatShape(x.shape)}`;
  const hint = 'grad takes functions of any result';
  throw misuse(ShapeError, op, 'result of f', condition, formatShape(y.shape), hint);
}
