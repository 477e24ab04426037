import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { embedDiagonal } from '../ops/diagonal.ts';
import { reshape } from '../ops/structural.ts';

/**
 * A tensor of twice the rank, with `x` on its diagonal and zeros elsewhere, as in TensorFlow.js. In `linalg` it is
 * `tensorDiag`, and `diag` makes matrices of the last axis.
 *
 * @param x - shape s
 * @returns shape (...s, ...s)
 * @example diag([1, 2]) // [[1, 0], [0, 2]]
 */
export function diag(x: TensorLike): Tensor {
  const input = asTensor(x, 'x', 'diag');
  return reshape(embedDiagonal(reshape(input, [-1])), [...input.shape, ...input.shape]);
}
