import { isComplex } from '../base/dtype.ts';
import { only } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Op } from '../core/op.ts';
import { defineOp, readsNothing } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { conj as conjLoop } from '../kernels/complex.ts';
import { unaryKernel } from '../kernels/elementwise.ts';

// Its own adjoint: derivatives take a complex number for two real ones.
export const conjOp: Op = defineOp({
  name: 'conj',
  infer: ([x]) => only(x),
  kernel: unaryKernel(conjLoop),
  derivative: {
    kind: 'rules',
    jvp: (_, [t]) => [t && conjugate(t)],
    vjp: (_, [g]) => [g && conjugate(g)],
  },
  batch: ([x]) => [conjugate(x)],
  traits: { elementwise: true, linear: true, complex: true },
  reads: readsNothing,
});

/** The complex conjugate for rules: products need it in one direction. Free on real tensors. */
export function conjugate(x: Tensor): Tensor {
  return isComplex(x.dtype) ? apply(conjOp, [x], undefined)[0] : x;
}

/**
 * The complex conjugate; `x` itself if it is real.
 *
 * @example conj(complex([1], [2])) // [1, -2]
 */
export function conj(x: TensorLike): Tensor {
  return conjugate(asTensor(x, 'x', 'conj'));
}
