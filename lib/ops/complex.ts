import { complexDType, isComplex, isFloat, promoteDTypes, realDType } from '../base/dtype.ts';
import { DTypeError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { runtime } from '../base/runtime.ts';
import { sameShape, specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands, asTensor } from '../core/convert.ts';
import type { Op } from '../core/op.ts';
import { defineOp, readsNothing } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor } from '../core/tensor.ts';
import * as loops from '../kernels/complex.ts';
import type { UnaryLoop } from '../kernels/elementwise.ts';
import { unaryKernel } from '../kernels/elementwise.ts';
import { inEachExample } from './batchRules.ts';
import { cast, linearMap, zerosLike } from './structural.ts';

/*
 * Between complex tensors and their parts. Derivatives take a complex number for two real ones: a
 * cotangent holds the slopes for the real and for the imaginary part.
 */

export const complexOp: Op = defineOp({
  name: 'complex',
  infer: ([re]) => [specOf(re.shape, isFloat(re.dtype) ? complexDType(re.dtype) : re.dtype)],
  kernel: ([re, im], [y]) => {
    loops.interleave(re.values, im.values, y.values, y.size);
  },
  derivative: {
    kind: 'rules',
    jvp: ({ outputs: [y] }, [s, t]) => {
      if (s === null && t === null) return [null];
      const zeros = (): Tensor => filledTensor(specOf(y.shape, realDType(y.dtype)), 0);
      return apply(complexOp, [s ?? zeros(), t ?? zeros()], undefined);
    },
    vjp: (_, [g], needed) => [g && needed[0] ? real(g) : null, g && needed[1] ? imag(g) : null],
  },
  batch: (inputs, batched, _, size) =>
    apply(complexOp, inEachExample(inputs, batched, size), undefined),
  traits: { elementwise: true, linear: true },
  reads: readsNothing,
});

/**
 * A complex tensor of its parts: complex64 of float32, complex128 if a part is float64.
 *
 * @throws ShapeError when the shapes differ
 * @throws DTypeError when a part is complex
 * @example complex([3, 30], [4, 40]) // [3, 4, 30, 40]
 */
export function complex(real: TensorLike, imag: TensorLike): Tensor {
  const parts = asOperands([real, imag], ['real', 'imag'], 'complex');
  const [re, im] = parts;
  if (!sameShape(re.shape, im.shape)) {
    const got = `real ${formatShape(re.shape)} and imag ${formatShape(im.shape)}`;
    const argument = `real and imag shapes, ${re.shape.join()} and ${im.shape.join()},`;
    throw misuse(ShapeError, 'complex', argument, 'match in call to tf.complex()', got);
  }
  const mixed = promoteDTypes(re.dtype, im.dtype);
  if (isComplex(mixed)) {
    const got = `${re.describe()} and ${im.describe()}`;
    throw misuse(DTypeError, 'complex', 'parts', 'be real', got);
  }
  const dtype = isFloat(mixed) ? mixed : runtime.defaultFloat;
  return apply(
    complexOp,
    parts.map((x) => cast(x, dtype)),
    undefined,
  )[0];
}

function definePart(name: string, loop: UnaryLoop, adjoint: (g: Tensor) => Tensor): Op {
  const op: Op = defineOp({
    name,
    infer: ([x]) => [specOf(x.shape, realDType(x.dtype))],
    kernel: unaryKernel(loop),
    derivative: linearMap((t) => apply(op, [t], undefined)[0], adjoint),
    batch: (inputs) => apply(op, inputs, undefined),
    traits: { elementwise: true, linear: true, complex: true },
    reads: readsNothing,
  });
  return op;
}

export const realOp = definePart('real', loops.real, (g) => complex(g, zerosOf(g)));
export const imagOp = definePart('imag', loops.imag, (g) => complex(zerosOf(g), g));

function zerosOf({ shape, dtype }: Tensor): Tensor {
  return filledTensor(specOf(shape, dtype), 0);
}

/**
 * The real parts of a complex tensor; `x` itself if it is real.
 *
 * @example real(complex([3, 30], [4, 40])) // [3, 30]
 */
export function real(x: TensorLike): Tensor {
  const input = asTensor(x, 'x', 'real');
  return isComplex(input.dtype) ? apply(realOp, [input], undefined)[0] : input;
}

/**
 * The imaginary parts of a complex tensor; zeros if `x` is real.
 *
 * @example imag(complex([3, 30], [4, 40])) // [4, 40]
 */
export function imag(x: TensorLike): Tensor {
  const input = asTensor(x, 'x', 'imag');
  return isComplex(input.dtype) ? apply(imagOp, [input], undefined)[0] : zerosLike(input);
}
