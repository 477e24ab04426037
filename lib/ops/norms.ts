import type { TensorLike } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { euclideanNormKernel } from '../kernels/norms.ts';
import { div } from './arithmetic.ts';
import { equal } from './compare.ts';
import { scale, toFloat } from './elementwise.ts';
import type { Axes, Reduction } from './reduce.ts';
import { defineReduction, reduce, spread } from './reduce.ts';
import { where } from './select.ts';
import { sum } from './structural.ts';

export const euclideanNormOp = defineReduction(
  'euclideanNorm',
  euclideanNormKernel,
  {
    kind: 'rules',
    jvp: ({ inputs: [x], outputs: [y], params: { axes, keepDims } }, [t]) => [
      t && sum(scale(t, direction(x, y, axes)), axes, keepDims),
    ],
    vjp: ({ inputs: [x], outputs: [y], params: { axes } }, [g]) => [
      g && scale(spread(g, x.shape, axes), direction(x, y, axes)),
    ],
  },
  { coerce: toFloat, reads: { inputs: [0], outputs: [0] }, kinks: '0 at 0' },
);

/** `x / |x|`, and zeros without a slope where all elements are 0. */
function direction(x: Tensor, y: Tensor, axes: Reduction['axes']): Tensor {
  const size = spread(y, x.shape, axes);
  return where(equal(size, 0), 0, div(x, size));
}

/**
 * Square root of the sum of squares over `axis` (one, several, or all), without overflow. Its gradient
 * is 0 where all elements are 0.
 *
 * @param keepDims - keep reduced axes with size 1
 * @throws AxisError when an axis is outside the rank or named twice
 * @example euclideanNorm([3, 4]) // 5
 */
export function euclideanNorm(x: TensorLike, axis?: Axes, keepDims = false): Tensor {
  return reduce(euclideanNormOp, x, axis, keepDims);
}
