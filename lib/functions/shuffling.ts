import { ShapeError, misuse } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { gather } from '../ops/indexing.ts';
import { randomUniform } from '../ops/random.ts';
import { argSort } from '../ops/sort.ts';

/**
 * The parts of `x` along its first axis in a random order; gradients find their way back.
 *
 * @param seed - an integer: the same seed gives the same order at every call
 * @throws ShapeError when `x` has no axis
 * @throws ArgumentError when `seed` is no integer
 * @example sum(randomShuffle([1, 2, 3])) // 6
 */
export function randomShuffle(x: TensorLike, seed?: number): Tensor {
  const input = asTensor(x, 'x', 'randomShuffle');
  if (input.rank === 0) {
    throw misuse(ShapeError, 'randomShuffle', 'x', 'have an axis', formatShape(input.shape));
  }
  return gather(input, argSort(randomUniform([input.shape[0]], 0, 1, 'float64', seed)));
}
