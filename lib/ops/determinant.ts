import { factorFlops } from '../base/flops.ts';
import { specOf, only } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import type { Op } from '../core/op.ts';
import { defineOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { cofactorKernel } from '../kernels/linalg/cofactor.ts';
import { determinantKernel, slogdetKernel } from '../kernels/linalg/lu.ts';
import { mul } from './arithmetic.ts';
import { inEachExample } from './batchRules.ts';
import { asSquare, matrixTranspose, sumOfShares } from './matrices.ts';
import { invOp } from './solve.ts';
import { expandDims, sum, zerosLike } from './structural.ts';

/** A number for each matrix, spread over its rows and columns. */
function overMatrix(x: Tensor): Tensor {
  return expandDims(expandDims(x, -1), -1);
}

/**
 * Cofactors of the first input, differentiated once in the direction of each further input. As
 * derivatives of one polynomial they are symmetric in all arguments: every rule is the op itself,
 * with a tangent or cotangent added or put in place of a direction.
 */
export const cofactorOp: Op = defineOp({
  name: 'cofactor',
  flops: factorFlops(22),
  infer: ([a]) => only(a),
  kernel: cofactorKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ inputs }, tangents) => [
      sumOfShares(
        tangents.map((t, i) => t && apply(cofactorOp, moved(inputs, i, t), undefined)[0]),
      ),
    ],
    vjp: ({ inputs }, [g], needed) =>
      inputs.map((_, i) =>
        g && needed[i] ? apply(cofactorOp, moved(inputs, i, g), undefined)[0] : null,
      ),
  },
  batch: (inputs, batched, _, size) =>
    apply(cofactorOp, inEachExample(inputs, batched, size), undefined),
});

function moved(inputs: readonly Tensor[], i: number, direction: Tensor): readonly Tensor[] {
  return i === 0 ? [...inputs, direction] : inputs.map((x, j) => (j === i ? direction : x));
}

export const detOp: Op = defineOp({
  name: 'det',
  flops: factorFlops(2 / 3),
  infer: ([{ shape, dtype }]) => [specOf(shape.slice(0, -2), dtype)],
  kernel: determinantKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ inputs: [a] }, [t]) => [
      t && sum(mul(t, apply(cofactorOp, [a], undefined)[0]), [-2, -1]),
    ],
    vjp: ({ inputs: [a] }, [g]) => [g && mul(overMatrix(g), apply(cofactorOp, [a], undefined)[0])],
  },
  batch: ([a]) => apply(detOp, [a], undefined),
  reads: { inputs: [0], outputs: [] },
});

/**
 * Determinants. The gradient is the matrix of cofactors, also where a matrix is singular.
 *
 * @param matrix - shape (..., n, n)
 * @returns shape (...); 1 for matrices of size 0
 * @throws ShapeError when `matrix` is not square
 * @example linalg.det([[1, 2], [3, 4]]) // -2
 */
export function det(matrix: TensorLike): Tensor {
  return apply(detOp, [asSquare('det', 'matrix', matrix)], undefined)[0];
}

export const slogdetOp: Op = defineOp({
  name: 'slogdet',
  flops: factorFlops(2 / 3),
  infer: ([{ shape, dtype }]) => {
    const spec = specOf(shape.slice(0, -2), dtype);
    return [spec, spec];
  },
  kernel: slogdetKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ inputs: [a] }, [t]) => [
      t && zerosLike(sum(t, [-2, -1])),
      t && sum(mul(t, matrixTranspose(apply(invOp, [a], undefined)[0])), [-2, -1]),
    ],
    vjp: ({ inputs: [a] }, [gs, g]) => [
      g === null
        ? gs && zerosLike(a)
        : mul(overMatrix(g), matrixTranspose(apply(invOp, [a], undefined)[0])),
    ],
  },
  batch: ([a]) => apply(slogdetOp, [a], undefined),
  reads: { inputs: [0], outputs: [] },
  kinks: 'an error for a singular matrix; the sign has gradient 0',
});

export interface SignAndLogDeterminant {
  /** -1, 0 or 1; its gradient is zeros. */
  readonly sign: Tensor;
  /** The logarithm of the magnitude of the determinant. */
  readonly logAbsDeterminant: Tensor;
}

/**
 * Sign and logarithm of the magnitude of determinants, which themselves might over- or underflow: 0
 * and -Infinity for a singular matrix, whose gradient is an error.
 *
 * @param matrix - shape (..., n, n)
 * @throws ShapeError when `matrix` is not square
 * @example linalg.slogdet([[1, 2], [3, 4]]).sign // -1
 * @see Giles 2008, An extended collection of matrix derivative results, section 2.2.4
 */
export function slogdet(matrix: TensorLike): SignAndLogDeterminant {
  const input = asSquare('slogdet', 'matrix', matrix);
  const [sign, logAbsDeterminant] = apply(slogdetOp, [input], undefined);
  return { sign, logAbsDeterminant };
}
