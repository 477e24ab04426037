import { perInput } from '../base/flops.ts';
import type { DType } from '../base/dtype.ts';
import { isDifferentiable } from '../base/dtype.ts';
import { AxisError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { requireBoolean } from '../base/options.ts';
import type { Shape } from '../base/shape.ts';
import {
  only,
  reducedShape,
  requireAxes,
  requireAxis,
  requireShape,
  sameShape,
  sizeOf,
  specOf,
} from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor, requireDType } from '../core/convert.ts';
import type { Derivative, Op } from '../core/op.ts';
import { defineOp, zeroGradient, readsNothing } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { fillReal } from '../core/tensor.ts';
import type { Kernel } from '../kernels/kernel.ts';
import { broadcastToKernel, castKernel, transposeKernel } from '../kernels/movement.ts';
import { sumKernel } from '../kernels/reduce.ts';
import { conjugate } from './conjugate.ts';

/** A linear map of one input and its adjoint, side by side. */
export function linearMap<Params>(
  map: (tangent: Tensor, x: Tensor, params: Params) => Tensor,
  adjoint: (cotangent: Tensor, x: Tensor, params: Params) => Tensor,
): Derivative<Params> {
  return {
    kind: 'rules',
    jvp: ({ inputs: [x], params }, [t]) => [t && map(t, x, params)],
    vjp: ({ inputs: [x], params }, [g]) => [g && adjoint(g, x, params)],
  };
}

/** A view of the whole of the first input. */
const whole = (): readonly number[] => [0];

function noKernel(): never {
  throw new Error('a view has no kernel');
}

export const identityOp: Op = defineOp({
  name: 'identity',
  infer: ([x]) => only(x),
  view: whole,
  kernel: noKernel,
  derivative: linearMap(
    (t) => t,
    (g) => g,
  ),
  batch: ([x]) => [identity(x)],
  traits: { elementwise: true, linear: true, complex: true },
  reads: readsNothing,
});

/**
 * The same values under a new handle.
 *
 * @example identity([1, 2]) // [1, 2]
 */
export function identity(x: TensorLike): Tensor {
  return apply(identityOp, [asTensor(x, 'x', 'identity')], undefined)[0];
}

export const stopGradientOp: Op = defineOp({
  name: 'stopGradient',
  infer: ([x]) => only(x),
  view: whole,
  kernel: noKernel,
  derivative: zeroGradient,
  batch: ([x]) => [stopGradient(x)],
  traits: { elementwise: true, complex: true },
  reads: readsNothing,
});

/**
 * The same values as a constant: no gradient passes.
 *
 * @example stopGradient([1, 2]) // [1, 2]
 */
export function stopGradient(x: TensorLike): Tensor {
  return apply(stopGradientOp, [asTensor(x, 'x', 'stopGradient')], undefined)[0];
}

function fillKernel(value: number): Kernel<unknown> {
  return (_, outputs) => {
    fillReal(outputs[0].values, value, outputs[0].dtype);
  };
}

// The derivative is zeros, not absent: for a tape the result depends on x.
const zeroMap: Derivative<undefined> = linearMap(
  (t) => zerosLike(t),
  (g) => zerosLike(g),
);

export const zerosLikeOp: Op = defineOp({
  name: 'zerosLike',
  infer: ([x]) => only(x),
  kernel: fillKernel(0),
  derivative: zeroMap,
  batch: ([x]) => [zerosLike(x)],
  traits: { elementwise: true, linear: true, complex: true },
  reads: readsNothing,
});

/**
 * Zeros of the shape and dtype of `x`; its gradient is zeros, too.
 *
 * @example zerosLike([[1, 2]]) // [[0, 0]]
 */
export function zerosLike(x: TensorLike): Tensor {
  return apply(zerosLikeOp, [asTensor(x, 'x', 'zerosLike')], undefined)[0];
}

export const onesLikeOp: Op = defineOp({
  name: 'onesLike',
  infer: ([x]) => only(x),
  kernel: fillKernel(1),
  derivative: zeroMap,
  batch: ([x]) => [onesLike(x)],
  traits: { elementwise: true, complex: true },
  reads: readsNothing,
});

/**
 * Ones of the shape and dtype of `x`; its gradient is zeros.
 *
 * @example onesLike([[3, 4]]) // [[1, 1]]
 */
export function onesLike(x: TensorLike): Tensor {
  return apply(onesLikeOp, [asTensor(x, 'x', 'onesLike')], undefined)[0];
}

export const castOp = defineOp<{ dtype: DType }>({
  name: 'cast',
  infer: ([x], { dtype }) => [specOf(x.shape, dtype)],
  kernel: castKernel,
  derivative: linearMap(
    (t, _, { dtype }) => (isDifferentiable(dtype) ? cast(t, dtype) : t),
    (g, x) => cast(g, x.dtype),
  ),
  batch: ([x], _, { dtype }) => [cast(x, dtype)],
  traits: { elementwise: true, linear: true, complex: true },
  reads: readsNothing,
});

/**
 * The same values as another dtype. Float to int32 drops the fraction and cuts the gradient; to bool
 * is `x != 0`; complex to real drops the imaginary part.
 *
 * @throws DTypeError for an unknown dtype
 * @example cast([1.7, -1.7], 'int32') // [1, -1]
 */
export function cast(x: TensorLike, dtype: DType): Tensor {
  const input = asTensor(x, 'x', 'cast');
  const wanted = requireDType('cast', dtype);
  return input.dtype === wanted ? input : apply(castOp, [input], { dtype: wanted })[0];
}

export const reshapeOp = defineOp<{ shape: Shape }>({
  name: 'reshape',
  infer: ([x], { shape }) => [specOf(shape, x.dtype)],
  view: whole,
  kernel: noKernel,
  derivative: linearMap(
    (t, _, { shape }) => reshape(t, shape),
    (g, x) => reshape(g, x.shape),
  ),
  batch: ([x], _, { shape }, size) => [reshape(x, [size, ...shape])],
  traits: { linear: true, complex: true },
  reads: readsNothing,
});

/**
 * The same values in the same order under another shape.
 *
 * @param shape - sizes whose product is the size of `x`; one may be -1, which is then computed
 * @throws ShapeError when the sizes do not match
 * @example reshape([1, 2, 3, 4], [2, -1]) // [[1, 2], [3, 4]]
 */
export function reshape(x: TensorLike, shape: Shape): Tensor {
  const input = asTensor(x, 'x', 'reshape');
  const wanted = completeShape(shape, input);
  return sameShape(wanted, input.shape) ? input : apply(reshapeOp, [input], { shape: wanted })[0];
}

function completeShape(shape: Shape, x: Tensor): Shape {
  const unknown = Array.isArray(shape) ? shape.indexOf(-1) : -1;
  const sizes = requireShape(
    'reshape',
    'shape',
    unknown < 0 ? shape : shape.map((size, i) => (i === unknown ? 1 : size)),
  );
  const known = sizeOf(sizes);
  if (unknown >= 0) sizes[unknown] = x.size / known;
  if (!sizes.every(Number.isInteger) || sizeOf(sizes) !== x.size) {
    const condition = `have as many elements as x ${formatShape(x.shape)}: ${String(x.size)}`;
    throw misuse(ShapeError, 'reshape', 'shape', condition, formatShape(shape));
  }
  return sizes;
}

/**
 * `x` with a new axis of size 1 at `axis` of the result.
 *
 * @throws AxisError when `axis` is outside the rank of the result
 * @example expandDims([1, 2], 1) // [[1], [2]]
 */
export function expandDims(x: TensorLike, axis = 0): Tensor {
  const input = asTensor(x, 'x', 'expandDims');
  const at = requireAxis('expandDims', axis, input.rank + 1);
  return reshape(input, [...input.shape.slice(0, at), 1, ...input.shape.slice(at)]);
}

/**
 * `x` without the axes named, or without all axes of size 1 where none is.
 *
 * @throws AxisError when an axis is outside the rank or named twice
 * @throws ShapeError when an axis named does not have size 1
 * @example squeeze([[[1], [2]]]) // [1, 2]
 * @example squeeze([[[1], [2]]], [0]) // [[1], [2]]
 */
export function squeeze(x: TensorLike, axis?: number | readonly number[] | null): Tensor {
  const input = asTensor(x, 'x', 'squeeze');
  const { shape } = input;
  if (axis === undefined || axis === null || (Array.isArray(axis) && axis.length === 0)) {
    return reshape(
      input,
      shape.filter((size) => size !== 1),
    );
  }
  const axes = requireAxes('squeeze', axis, shape.length);
  const wrong = axes.find((i) => shape[i] !== 1);
  if (wrong !== undefined) {
    const got = `axis ${String(wrong)} of shape ${formatShape(shape)}`;
    throw misuse(ShapeError, 'squeeze', 'axis', 'name axes of size 1', got);
  }
  return reshape(input, reducedShape(shape, axes, false));
}

export const transposeOp = defineOp<{ perm: readonly number[] }>({
  name: 'transpose',
  infer: ([x], { perm }) => [
    specOf(
      perm.map((i) => x.shape[i]),
      x.dtype,
    ),
  ],
  kernel: transposeKernel,
  derivative: linearMap(
    (t, _, { perm }) => transpose(t, perm),
    (g, _, { perm }) => transpose(g, inverse(perm)),
  ),
  batch: ([x], _, { perm }) => [transpose(x, [0, ...perm.map((i) => i + 1)])],
  traits: { linear: true, complex: true },
  reads: readsNothing,
});

function inverse(perm: readonly number[]): readonly number[] {
  const result = new Array<number>(perm.length);
  perm.forEach((from, to) => (result[from] = to));
  return result;
}

/**
 * `x` with its axes in another order, by default reversed.
 *
 * @param perm - axis `i` of the result is axis `perm[i]` of `x`
 * @param conjugated - take the complex conjugate, too
 * @throws AxisError when `perm` does not name each axis once
 * @example transpose([[1, 2], [3, 4]]) // [[1, 3], [2, 4]]
 */
export function transpose(
  x: TensorLike,
  perm?: readonly number[] | null,
  conjugated = false,
): Tensor {
  let input = asTensor(x, 'x', 'transpose');
  if (requireBoolean('transpose', 'conjugated', conjugated)) input = conjugate(input);
  const order = completePerm(perm, input.rank);
  if (order.every((axis, i) => axis === i)) return input;
  return apply(transposeOp, [input], { perm: order })[0];
}

function completePerm(perm: readonly number[] | null | undefined, rank: number): readonly number[] {
  if (perm === undefined || perm === null)
    return Array.from({ length: rank }, (_, i) => rank - 1 - i);
  if (!Array.isArray(perm) || perm.length !== rank) {
    const condition = `name each of the ${String(rank)} axes once`;
    throw misuse(AxisError, 'transpose', 'perm', condition, formatValue(perm));
  }
  const axes = perm as readonly number[];
  requireAxes('transpose', axes, rank, 'perm');
  return axes.map((axis) => (axis < 0 ? axis + rank : axis));
}

export const broadcastToOp = defineOp<{ shape: Shape }>({
  name: 'broadcastTo',
  infer: ([x], { shape }) => [specOf(shape, x.dtype)],
  kernel: broadcastToKernel,
  derivative: linearMap(
    (t, _, { shape }) => broadcastTo(t, shape),
    (g, x) => sumToShape(g, x.shape),
  ),
  batch: ([x], _, { shape }, size) => [broadcastTo(alignRank(x, shape.length), [size, ...shape])],
  traits: { linear: true, complex: true },
  reads: readsNothing,
});

/** A batched tensor with axes of size 1 put in until an example has `rank` axes. */
export function alignRank(x: Tensor, rank: number): Tensor {
  const missing = rank + 1 - x.rank;
  if (missing <= 0) return x;
  return reshape(x, [x.shape[0], ...new Array<number>(missing).fill(1), ...x.shape.slice(1)]);
}

/**
 * `x` repeated along axes where it has size 1, or that it lacks in front, to fill `shape`.
 *
 * @throws ShapeError when `shape` cannot be reached so
 * @example broadcastTo([1, 2], [2, 2]) // [[1, 2], [1, 2]]
 */
export function broadcastTo(x: TensorLike, shape: Shape): Tensor {
  const input = asTensor(x, 'x', 'broadcastTo');
  if (Array.isArray(shape) && sameShape(input.shape, shape)) return input;
  const wanted = requireShape('broadcastTo', 'shape', shape);
  const lead = wanted.length - input.rank;
  if (lead < 0 || input.shape.some((size, i) => size !== 1 && size !== wanted[lead + i])) {
    const condition = `be reachable from x ${formatShape(input.shape)} by repeating axes of size 1`;
    throw misuse(ShapeError, 'broadcastTo', 'shape', condition, formatShape(shape));
  }
  return apply(broadcastToOp, [input], { shape: wanted })[0];
}

interface SumParams {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

export const sumOp = defineOp<SumParams>({
  name: 'sum',
  flops: perInput,
  infer: ([x], { axes, keepDims }) => [specOf(reducedShape(x.shape, axes, keepDims), x.dtype)],
  kernel: sumKernel,
  derivative: linearMap(
    (t, _, { axes, keepDims }) => sum(t, axes, keepDims),
    (g, x, { axes }) => broadcastTo(reshape(g, reducedShape(x.shape, axes, true)), x.shape),
  ),
  batch: ([x], _, { axes, keepDims }) => [
    sum(
      x,
      axes.map((axis) => axis + 1),
      keepDims,
    ),
  ],
  traits: { linear: true, complex: true },
  reads: readsNothing,
});

/**
 * Sum over `axis` (one, several, or all); bool counts as int32. Pairwise, so that the error grows
 * with the logarithm of the number of terms.
 *
 * @param keepDims - keep summed axes with size 1
 * @throws AxisError when an axis is outside the rank or named twice
 * @example sum([[1, 2], [3, 4]], 0) // [4, 6]
 */
export function sum(
  x: TensorLike,
  axis?: number | readonly number[] | null,
  keepDims = false,
): Tensor {
  let input = asTensor(x, 'x', 'sum');
  const axes = requireAxes('sum', axis, input.rank);
  requireBoolean('sum', 'keepDims', keepDims);
  if (input.dtype === 'bool') input = cast(input, 'int32');
  return apply(sumOp, [input], { axes, keepDims })[0];
}

/** The adjoint of broadcasting: sums `x` down to `shape`; free when it has that shape. */
export function sumToShape(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.rank - shape.length;
  const axes: number[] = [];
  for (let i = 0; i < x.rank; i++) {
    if (i < lead || (shape[i - lead] === 1 && x.shape[i] !== 1)) axes.push(i);
  }
  return reshape(axes.length === 0 ? x : apply(sumOp, [x], { axes, keepDims: false })[0], shape);
}
