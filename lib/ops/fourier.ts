import { fourierFlops } from '../base/flops.ts';
import type { DType, FloatDType } from '../base/dtype.ts';
import { complexDType, isDifferentiable, realDType } from '../base/dtype.ts';
import { misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { runtime } from '../base/runtime.ts';
import type { Shape } from '../base/shape.ts';
import { only, specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Op } from '../core/op.ts';
import { defineOp, readsNothing } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor } from '../core/tensor.ts';
import type { FourierParams } from '../kernels/fft.ts';
import { fourierKernel } from '../kernels/fft.ts';
import type { HermitianParams } from '../kernels/realFft.ts';
import { hermitianFourierKernel, realFourierKernel } from '../kernels/realFft.ts';
import { mul } from './arithmetic.ts';
import { cast, linearMap } from './structural.ts';

// The matrix of the transform is symmetric, so its adjoint is the one with the other exponent.
export const fourierOp: Op<FourierParams> = defineOp<FourierParams>({
  name: 'fourier',
  flops: ([x], _, { axes }) =>
    fourierFlops(
      x,
      axes.map((axis) => x.shape[axis]),
    ),
  infer: ([x]) => only(x),
  kernel: fourierKernel,
  derivative: linearMap(
    (t, _, params) => apply(fourierOp, [t], params)[0],
    (g, _, params) => apply(fourierOp, [g], { ...params, sign: params.sign < 0 ? 1 : -1 })[0],
  ),
  batch: ([x], _, params) =>
    apply(fourierOp, [x], { ...params, axes: params.axes.map((axis) => axis + 1) }),
  traits: { linear: true, complex: true },
  reads: readsNothing,
});

/**
 * The first n/2 + 1 elements of the transform of n real numbers along the last axis. The adjoint adds
 * each of them up once, where a result of `hermitianFourier` counts its mirror image, too.
 */
export const realFourierOp: Op = defineOp({
  name: 'realFourier',
  flops: ([x]) => fourierFlops(x, x.shape.slice(-1)) / 2,
  infer: ([x]) => [
    specOf(withLast(x.shape, halfOf(lastOf(x.shape))), complexDType(x.dtype as FloatDType)),
  ],
  kernel: realFourierKernel,
  derivative: linearMap(realFourier, (g, x) => {
    const n = lastOf(x.shape);
    return hermitianFourier(mul(g, mirrorWeights(n, x.dtype, 0.5)), n);
  }),
  batch: ([x]) => [realFourier(x)],
  traits: { linear: true },
  reads: readsNothing,
});

export function realFourier(x: Tensor): Tensor {
  return apply(realFourierOp, [x], undefined)[0];
}

/** Real numbers from the first n/2 + 1 elements of their transform, n times as large. */
export const hermitianFourierOp: Op<HermitianParams> = defineOp<HermitianParams>({
  name: 'hermitianFourier',
  flops: (_, [y]) => fourierFlops(y, y.shape.slice(-1)) / 2,
  infer: ([x], { n }) => [specOf(withLast(x.shape, n), realDType(x.dtype))],
  kernel: hermitianFourierKernel,
  derivative: linearMap(
    (t, _, { n }) => hermitianFourier(t, n),
    (g, _, { n }) => mul(realFourier(g), mirrorWeights(n, g.dtype, 2)),
  ),
  batch: ([x], _, { n }) => [hermitianFourier(x, n)],
  traits: { linear: true, complex: true },
  reads: readsNothing,
});

export function hermitianFourier(x: Tensor, n: number): Tensor {
  return apply(hermitianFourierOp, [x], { n })[0];
}

/** `weight` for the elements that stand for a mirror image, too, and 1 for the others. */
function mirrorWeights(n: number, dtype: DType, weight: number): Tensor {
  const weights = filledTensor(specOf([halfOf(n)], dtype), weight);
  weights.values[0] = 1;
  if (n % 2 === 0) weights.values[n / 2] = 1;
  return weights;
}

export function halfOf(n: number): number {
  return Math.floor(n / 2) + 1;
}

function lastOf(shape: Shape): number {
  return shape[shape.length - 1];
}

function withLast(shape: Shape, size: number): Shape {
  return [...shape.slice(0, -1), size];
}

/** An argument as a complex tensor of at least `rank` axes. */
export function asSpectrum(op: string, x: TensorLike, rank: number): Tensor {
  const input = asTensor(x, 'x', op);
  requireAxesFor(op, input, rank);
  const float = isDifferentiable(input.dtype) ? input.dtype : runtime.defaultFloat;
  return cast(input, complexDType(float));
}

export function requireAxesFor(op: string, x: Tensor, rank: number): void {
  if (x.rank >= rank) return;
  const condition = `have at least ${String(rank)} ${rank === 1 ? 'axis' : 'axes'}`;
  throw misuse(ShapeError, op, 'x', condition, `shape ${formatShape(x.shape)}`);
}

/** The transform of a complex tensor along its last `rank` axes, or all but the last `skipped` of those. */
export function transformed(x: Tensor, rank: number, sign: 1 | -1, skipped = 0): Tensor {
  const axes = Array.from({ length: rank - skipped }, (_, i) => x.rank - rank + i);
  return apply(fourierOp, [x], { axes, sign, isScaled: sign > 0 })[0];
}

/**
 * The discrete Fourier transform along the last axis: `Y[k] = Σ x[j] exp(-2πi jk / n)`, of any length n.
 *
 * @returns complex, of the shape of `x`
 * @throws ShapeError for a scalar
 * @example fft([1, 0, -1, 0]) // [0, 0, 2, 0, 0, 0, 2, 0]
 * @see Cooley & Tukey 1965
 */
export function fft(x: TensorLike): Tensor {
  return transformed(asSpectrum('fft', x, 1), 1, -1);
}

/**
 * The inverse of `fft`: `y[j] = 1/n Σ X[k] exp(2πi jk / n)`, along the last axis.
 *
 * @returns complex, of the shape of `x`
 * @throws ShapeError for a scalar
 * @example ifft([4, 0, 0, 0]) // [1, 0, 1, 0, 1, 0, 1, 0]
 */
export function ifft(x: TensorLike): Tensor {
  return transformed(asSpectrum('ifft', x, 1), 1, 1);
}

/**
 * The discrete Fourier transform along the last two axes.
 *
 * @throws ShapeError when `x` has fewer axes
 * @example fft2d([[1, 1], [1, 1]]) // [[4, 0, 0, 0], [0, 0, 0, 0]]
 */
export function fft2d(x: TensorLike): Tensor {
  return transformed(asSpectrum('fft2d', x, 2), 2, -1);
}

/**
 * The inverse of `fft2d`.
 *
 * @throws ShapeError when `x` has fewer than two axes
 * @example ifft2d([[4, 0], [0, 0]]) // [[1, 0, 1, 0], [1, 0, 1, 0]]
 */
export function ifft2d(x: TensorLike): Tensor {
  return transformed(asSpectrum('ifft2d', x, 2), 2, 1);
}

/**
 * The discrete Fourier transform along the last three axes.
 *
 * @throws ShapeError when `x` has fewer axes
 * @example fft3d([[[1, 1]]]) // [[[2, 0, 0, 0]]]
 */
export function fft3d(x: TensorLike): Tensor {
  return transformed(asSpectrum('fft3d', x, 3), 3, -1);
}

/**
 * The inverse of `fft3d`.
 *
 * @throws ShapeError when `x` has fewer than three axes
 * @example ifft3d([[[2, 0]]]) // [[[1, 0, 1, 0]]]
 */
export function ifft3d(x: TensorLike): Tensor {
  return transformed(asSpectrum('ifft3d', x, 3), 3, 1);
}
