import type { DType } from '../base/dtype.ts';
import { misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { requireBoolean } from '../base/options.ts';
import type { Shape } from '../base/shape.ts';
import { reducedShape, requireAxes, requireAxis, sizeOf, specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Differentiability, Op, Reads, Traits } from '../core/op.ts';
import { defineOp, zeroGradient, readsNothing } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Kernel } from '../kernels/kernel.ts';
import type { ArgParams, ReduceParams } from '../kernels/reduce.ts';
import * as kernels from '../kernels/reduce.ts';
import { softmax } from './activations.ts';
import { div, mul } from './arithmetic.ts';
import { equal } from './compare.ts';
import { where } from './select.ts';
import type { Coercion } from './elementwise.ts';
import { add, keepDType, scale, toBool, toFloat, toNumber } from './elementwise.ts';
import { split } from './joining.ts';
import { cast, onesLike, reshape, sum, transpose, zerosLike } from './structural.ts';

/** One axis, several, or all of them. */
export type Axes = number | readonly number[] | null;

export interface Reduction extends ReduceParams {
  readonly keepDims: boolean;
}

/** A reduction; `coerce` prepares what the public function passes to it. */
export interface ReductionOp extends Op<Reduction> {
  readonly coerce: Coercion;
}

interface ReductionOptions {
  readonly coerce: Coercion;
  readonly reads?: Reads;
  /** Dtype of the result where it is not that of the input. */
  readonly result?: DType;
  readonly kinks?: string;
  readonly traits?: Traits;
}

export function defineReduction(
  name: string,
  kernel: Kernel<ReduceParams>,
  derivative: Differentiability<Reduction>,
  options: ReductionOptions,
): ReductionOp {
  const op: Op<Reduction> = defineOp<Reduction>({
    name,
    infer: ([x], { axes, keepDims }) => [
      specOf(reducedShape(x.shape, axes, keepDims), options.result ?? x.dtype),
    ],
    kernel,
    derivative,
    batch: ([x], _, { axes, keepDims }) =>
      apply(op, [x], { axes: axes.map((axis) => axis + 1), keepDims }),
    traits: options.traits ?? {},
    reads: options.reads ?? readsNothing,
    ...(options.kinks !== undefined && { kinks: options.kinks }),
  });
  return { ...op, coerce: options.coerce };
}

export function reduce(
  op: ReductionOp,
  x: TensorLike,
  axis: Axes | undefined,
  keepDims: boolean,
): Tensor {
  const input = asTensor(x, 'x', op.name);
  const axes = requireAxes(op.name, axis, input.rank);
  requireBoolean(op.name, 'keepDims', keepDims);
  return apply(op, [cast(input, op.coerce(input.dtype))], { axes, keepDims })[0];
}

/** A value of each reduced block, in a shape that broadcasts with the input's. */
export function spread(value: Tensor, shape: Shape, axes: readonly number[]): Tensor {
  return reshape(value, reducedShape(shape, axes, true));
}

/**
 * Mean over `axis` (one, several, or all); NaN of no elements. Integers give the default float.
 *
 * @param keepDims - keep reduced axes with size 1
 * @throws AxisError when an axis is outside the rank or named twice
 * @example mean([[1, 2], [3, 4]], 0) // [2, 3]
 */
export function mean(x: TensorLike, axis?: Axes, keepDims = false): Tensor {
  const input = asTensor(x, 'x', 'mean');
  const axes = requireAxes('mean', axis, input.rank);
  requireBoolean('mean', 'keepDims', keepDims);
  const total = sum(cast(input, toFloat(input.dtype)), axes, keepDims);
  return div(total, sizeOf(axes.map((i) => input.shape[i])));
}

// Products of halves, not the product over each element: right where elements are 0, at every order.
export const prodOp = defineReduction(
  'prod',
  kernels.prodKernel,
  {
    kind: 'expansion',
    expand: ([x], { axes, keepDims }) => [
      reshape(productOfHalves(x, axes), reducedShape(x.shape, axes, keepDims)),
    ],
  },
  { coerce: toNumber, traits: { complex: true }, reads: { inputs: [0], outputs: [] } },
);

function productOfHalves(x: Tensor, axes: readonly number[]): Tensor {
  const kept = otherAxes(x.shape.length, axes);
  const length = sizeOf(axes.map((i) => x.shape[i]));
  if (length === 0) return add(sum(x, axes), 1);
  const front = reordered(x, [...axes, ...kept]);
  let rest = reshape(front, [length, sizeOf(kept.map((i) => x.shape[i]))]);
  let single: Tensor | null = null;
  while (rest.shape[0] > 1) {
    const half = rest.shape[0] >> 1;
    const parts = split(rest, rest.shape[0] % 2 === 0 ? [half, half] : [half, half, 1]);
    if (parts.length === 3) single = single === null ? parts[2] : mul(single, parts[2]);
    rest = mul(parts[0], parts[1]);
  }
  return single === null ? rest : mul(rest, single);
}

function otherAxes(rank: number, axes: readonly number[]): readonly number[] {
  return Array.from({ length: rank }, (_, i) => i).filter((i) => !axes.includes(i));
}

function reordered(x: Tensor, perm: readonly number[]): Tensor {
  return perm.every((from, to) => from === to) ? x : transpose(x, perm);
}

/**
 * Product over `axis` (one, several, or all); 1 of no elements. Its gradient is right also where
 * elements are 0.
 *
 * @param keepDims - keep reduced axes with size 1
 * @throws AxisError when an axis is outside the rank or named twice
 * @example prod([[1, 2], [3, 4]], 0) // [3, 8]
 */
export function prod(x: TensorLike, axis?: Axes, keepDims = false): Tensor {
  return reduce(prodOp, x, axis, keepDims);
}

const extreme: Differentiability<Reduction> = {
  kind: 'rules',
  jvp: ({ inputs: [x], outputs: [y], params: { axes, keepDims } }, [t]) => [
    t && sum(scale(t, tieShares(x, y, axes)), axes, keepDims),
  ],
  vjp: ({ inputs: [x], outputs: [y], params: { axes } }, [g]) => [
    g && scale(spread(g, x.shape, axes), tieShares(x, y, axes)),
  ],
};

/** For each element its part in the extreme `y`: 0, or 1 over the number of those that share it. */
function tieShares(x: Tensor, y: Tensor, axes: readonly number[]): Tensor {
  // Selected from tensors that depend on x, so that second derivatives are zeros, not missing.
  const isTied = where(equal(x, spread(y, x.shape, axes)), onesLike(x), zerosLike(x));
  return div(isTied, sum(isTied, axes, true));
}

const readsBoth = { inputs: [0], outputs: [0] } as const;
const ordered = { coerce: toNumber, reads: readsBoth, kinks: 'shared evenly at a tie' } as const;
export const maxOp = defineReduction('max', kernels.maxKernel, extreme, ordered);
export const minOp = defineReduction('min', kernels.minKernel, extreme, ordered);

/**
 * Maximum over `axis` (one, several, or all); -Infinity of no elements, NaN if one is. Tied elements
 * share the gradient evenly.
 *
 * @param keepDims - keep reduced axes with size 1
 * @throws AxisError when an axis is outside the rank or named twice
 * @example max([[1, 5], [3, 4]], 0) // [3, 5]
 */
export function max(x: TensorLike, axis?: Axes, keepDims = false): Tensor {
  return reduce(maxOp, x, axis, keepDims);
}

/**
 * Minimum over `axis` (one, several, or all); Infinity of no elements, NaN if one is. Tied elements
 * share the gradient evenly.
 *
 * @param keepDims - keep reduced axes with size 1
 * @throws AxisError when an axis is outside the rank or named twice
 * @example min([[1, 5], [3, 4]], 0) // [1, 4]
 */
export function min(x: TensorLike, axis?: Axes, keepDims = false): Tensor {
  return reduce(minOp, x, axis, keepDims);
}

export const allOp = defineReduction('all', kernels.allKernel, zeroGradient, { coerce: toBool });
export const anyOp = defineReduction('any', kernels.anyKernel, zeroGradient, { coerce: toBool });

/**
 * Whether all elements over `axis` are true, as bool; a number counts as true unless it is 0.
 *
 * @param keepDims - keep reduced axes with size 1
 * @throws AxisError when an axis is outside the rank or named twice
 * @example all([[true, false], [true, true]], 0) // [1, 0]
 */
export function all(x: TensorLike, axis?: Axes, keepDims = false): Tensor {
  return reduce(allOp, x, axis, keepDims);
}

/**
 * Whether one element or more over `axis` is true, as bool; a number counts as true unless it is 0.
 *
 * @param keepDims - keep reduced axes with size 1
 * @throws AxisError when an axis is outside the rank or named twice
 * @example any([[true, false], [true, false]], 0) // [1, 0]
 */
export function any(x: TensorLike, axis?: Axes, keepDims = false): Tensor {
  return reduce(anyOp, x, axis, keepDims);
}

export const countNonzeroOp = defineReduction(
  'countNonzero',
  kernels.countNonzeroKernel,
  zeroGradient,
  { coerce: keepDType, result: 'int32' },
);

/**
 * How many elements over `axis` are not 0, as int32; NaN is not 0. It cuts the gradient.
 *
 * @param keepDims - keep reduced axes with size 1
 * @throws AxisError when an axis is outside the rank or named twice
 * @example countNonzero([[0, 1], [2, 3]], 0) // [1, 2]
 */
export function countNonzero(x: TensorLike, axis?: Axes, keepDims = false): Tensor {
  return reduce(countNonzeroOp, x, axis, keepDims);
}

export const logSumExpOp = defineReduction(
  'logSumExp',
  kernels.logSumExpKernel,
  {
    kind: 'rules',
    jvp: ({ inputs: [x], outputs: [y], params: { axes, keepDims } }, [t]) => {
      if (t === null) return [null];
      const share = sum(scale(t, weights(x, y, axes)), axes, keepDims);
      return [where(equal(y, -Infinity), 0, share)];
    },
    vjp: ({ inputs: [x], outputs: [y], params: { axes } }, [g]) => {
      if (g === null) return [null];
      const share = where(equal(y, -Infinity), 0, g);
      return [scale(spread(share, x.shape, axes), weights(x, y, axes))];
    },
  },
  { coerce: toFloat, reads: readsBoth, kinks: '0 where all are -Infinity' },
);

// The softmax, not exp(x - y): the rounding of a large y would show. Where all of a block is
// -Infinity it is NaN, so other logits stand in; the rules give such a block zeros.
function weights(x: Tensor, y: Tensor, axes: readonly number[]): Tensor {
  const logits = where(equal(spread(y, x.shape, axes), -Infinity), 0, x);
  const perm = [...otherAxes(x.rank, axes), ...axes];
  const last = reordered(logits, perm);
  const length = sizeOf(axes.map((i) => x.shape[i]));
  const flat = reshape(last, [sizeOf(otherAxes(x.rank, axes).map((i) => x.shape[i])), length]);
  return reordered(
    reshape(softmax(flat), last.shape),
    perm.map((_, i) => perm.indexOf(i)),
  );
}

/**
 * `log(sum(exp(x)))` over `axis` (one, several, or all), without overflow; -Infinity of no elements.
 * Its gradient is the softmax, and zeros where all elements are -Infinity.
 *
 * @param keepDims - keep reduced axes with size 1
 * @throws AxisError when an axis is outside the rank or named twice
 * @example logSumExp([1000, -1000]) // 1000
 */
export function logSumExp(x: TensorLike, axis?: Axes, keepDims = false): Tensor {
  return reduce(logSumExpOp, x, axis, keepDims);
}

function defineSearch(name: string, kernel: Kernel<ArgParams>): Op<ArgParams> {
  const op: Op<ArgParams> = defineOp<ArgParams>({
    name,
    infer: ([x], { axis }) => {
      if (x.shape[axis] === 0) {
        const condition = `have elements along axis ${String(axis)}`;
        throw misuse(ShapeError, name, 'x', condition, `shape ${formatShape(x.shape)}`);
      }
      return [specOf(reducedShape(x.shape, [axis], false), 'int32')];
    },
    kernel,
    derivative: zeroGradient,
    batch: ([x], _, { axis }) => apply(op, [x], { axis: axis + 1 }),
    reads: readsNothing,
  });
  return op;
}

export const argMaxOp = defineSearch('argMax', kernels.argMaxKernel);
export const argMinOp = defineSearch('argMin', kernels.argMinKernel);

function search(op: Op<ArgParams>, x: TensorLike, axis: number): Tensor {
  const input = asTensor(x, 'x', op.name);
  return apply(op, [input], { axis: requireAxis(op.name, axis, input.rank) })[0];
}

/**
 * The place of the maximum along `axis`, as int32: the first one at a tie, and that of a NaN if there
 * is one. It cuts the gradient.
 *
 * @throws AxisError when `axis` is outside the rank
 * @throws ShapeError when there are no elements along it
 * @example argMax([[1, 5], [3, 4]], 1) // [1, 1]
 */
export function argMax(x: TensorLike, axis = 0): Tensor {
  return search(argMaxOp, x, axis);
}

/**
 * The place of the minimum along `axis`, as int32: the first one at a tie, and that of a NaN if there
 * is one. It cuts the gradient.
 *
 * @throws AxisError when `axis` is outside the rank
 * @throws ShapeError when there are no elements along it
 * @example argMin([[1, 5], [3, 4]], 1) // [0, 0]
 */
export function argMin(x: TensorLike, axis = 0): Tensor {
  return search(argMinOp, x, axis);
}
