import { factorFlops } from '../base/flops.ts';
import { only } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import type { Op } from '../core/op.ts';
import { defineOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Kernel } from '../kernels/kernel.ts';
import { expmKernel, logmKernel, sqrtmKernel } from '../kernels/linalg/functions.ts';
import { abs, div, mul } from './arithmetic.ts';
import { greater } from './compare.ts';
import { concat } from './joining.ts';
import { asSquare, matrixTranspose } from './matrices.ts';
import { max } from './reduce.ts';
import { where } from './select.ts';
import { slice } from './slicing.ts';
import { stopGradient, zerosLike } from './structural.ts';

/**
 * A function of square matrices that is a power series: its derivative in direction T is the upper
 * right block of the function of `[[A, T], [0, A]]`, and the adjoint the same for the transposes.
 *
 * @see Mathias 1996, A chain rule for matrix functions and applications, theorem 2.1
 */
function defineMatrixFunction(name: string, kernel: Kernel<unknown>): Op {
  const op: Op = defineOp({
    name,
    flops: factorFlops(20),
    infer: ([a]) => only(a),
    kernel,
    derivative: {
      kind: 'rules',
      jvp: ({ inputs: [a] }, [t]) => [t && alongDirection(op, a, t)],
      vjp: ({ inputs: [a] }, [g]) => [g && alongDirection(op, matrixTranspose(a), g)],
    },
    batch: ([a]) => apply(op, [a], undefined),
    reads: { inputs: [0], outputs: [] },
  });
  return op;
}

// The derivative is linear in the direction, whose size must not drown the matrix: it is scaled to 1.
function alongDirection(op: Op, a: Tensor, direction: Tensor): Tensor {
  const size = stopGradient(max(abs(direction), [-2, -1], true));
  const unit = where(greater(size, 0), size, 1);
  const lead = a.shape.slice(0, -2);
  const n = a.shape[a.rank - 1];
  const above = concat([a, div(direction, unit)], -1);
  const block = concat([above, concat([zerosLike(a), a], -1)], -2);
  const begin = [...lead.map(() => 0), 0, n];
  return mul(unit, slice(apply(op, [block], undefined)[0], begin, [...lead, n, n]));
}

export const expmOp = defineMatrixFunction('expm', expmKernel);
export const sqrtmOp = defineMatrixFunction('sqrtm', sqrtmKernel);
export const logmOp = defineMatrixFunction('logm', logmKernel);

/**
 * The exponential of square matrices, the sum of `aᵏ / k!`.
 *
 * @param a - shape (..., n, n)
 * @throws ShapeError when `a` is not square
 * @example linalg.expm([[0, 1], [0, 0]]) // [[1, 1], [0, 1]]
 * @see Higham 2005, The scaling and squaring method for the matrix exponential revisited
 */
export function expm(a: TensorLike): Tensor {
  return apply(expmOp, [asSquare('expm', 'a', a)], undefined)[0];
}

/**
 * The principal square root of square matrices: its eigenvalues have positive real parts.
 *
 * @param a - shape (..., n, n)
 * @throws ShapeError when `a` is not square
 * @throws ArgumentError when an eigenvalue is negative, or 0 unless the matrix is symmetric; there it
 *   is an error to ask for a derivative
 * @example linalg.sqrtm([[4, 1], [0, 4]]) // [[2, 0.25], [0, 2]]
 * @see Higham 2008, Functions of Matrices, section 6.3
 */
export function sqrtm(a: TensorLike): Tensor {
  return apply(sqrtmOp, [asSquare('sqrtm', 'a', a)], undefined)[0];
}

/**
 * The principal logarithm of square matrices, the inverse of `expm`.
 *
 * @param a - shape (..., n, n)
 * @throws ShapeError when `a` is not square
 * @throws ArgumentError when an eigenvalue is 0 or negative
 * @example linalg.logm([[1, 2], [0, 1]]) // [[0, 2], [0, 0]]
 * @see Higham 2008, Functions of Matrices, section 11.5
 */
export function logm(a: TensorLike): Tensor {
  return apply(logmOp, [asSquare('logm', 'a', a)], undefined)[0];
}
