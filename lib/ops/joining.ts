import { promoteDTypes } from '../base/dtype.ts';
import { ArgumentError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import type { Shape, Spec } from '../base/shape.ts';
import { only, requireAxis, requireElements, sameShape, specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands, asTensor } from '../core/convert.ts';
import type { Op } from '../core/op.ts';
import { defineOp, readsNothing } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor, isTensor } from '../core/tensor.ts';
import { describeValue } from '../core/isVariable.ts';
import { concatKernel, splitKernel, stackKernel, unstackKernel } from '../kernels/movement.ts';
import { inEachExample } from './batchRules.ts';
import { cast } from './structural.ts';

/** Several tensors of one dtype, the widest among them. */
export function asList(op: string, tensors: readonly TensorLike[]): readonly Tensor[] {
  if (!Array.isArray(tensors) || tensors.length === 0) {
    const hint = isTensor(tensors) ? `put the tensors in an array: ${op}([a, b])` : undefined;
    const condition = 'be an array of at least one tensor';
    throw misuse(ArgumentError, op, 'tensors', condition, describeValue(tensors), hint);
  }
  // A copy without holes: a missing tensor is named as undefined.
  const given = Array.from(tensors as readonly TensorLike[]);
  const names = given.map((_, i) => `tensors[${String(i)}]`);
  const operands = asOperands(given, names, op);
  const dtype = operands.reduce((wider, x) => promoteDTypes(wider, x.dtype), operands[0].dtype);
  return operands.map((x) => (x.dtype === dtype ? x : cast(x, dtype)));
}

/** Tangents or cotangents with zeros for those that are absent; null when all are. */
function filledUp(
  tensors: readonly (Tensor | null)[],
  like: readonly Tensor[],
): readonly Tensor[] | null {
  if (tensors.every((t) => t === null)) return null;
  return tensors.map((t, i) => t ?? filledTensor(specOf(like[i].shape, like[i].dtype), 0));
}

/** Elements in one step along `axis`. */
function stepAt(shape: Shape, axis: number): number {
  return shape.slice(axis + 1).reduce((product, size) => product * size, 1);
}

function isOutermost(shape: Shape, axis: number): boolean {
  return shape.slice(0, axis).every((size) => size === 1);
}

interface AxisParams {
  readonly axis: number;
}

export const concatOp: Op<AxisParams> = defineOp<AxisParams>({
  name: 'concat',
  infer: (inputs, { axis }) => [joinedSpec(inputs, axis)],
  kernel: concatKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ inputs, params }, tangents) => {
      const parts = filledUp(tangents, inputs);
      return parts === null ? [null] : apply(concatOp, parts, params);
    },
    vjp: ({ inputs, params: { axis } }, [g]) =>
      g === null
        ? inputs.map(() => null)
        : apply(splitOp, [g], { sizes: inputs.map((x) => x.shape[axis]), axis }),
  },
  batch: (inputs, batched, { axis }, size) =>
    apply(concatOp, inEachExample(inputs, batched, size), { axis: axis + 1 }),
  traits: { linear: true, complex: true },
  reads: readsNothing,
});

function joinedSpec(inputs: readonly Spec[], axis: number): Spec {
  const [first] = inputs;
  let length = 0;
  inputs.forEach(({ shape }, i) => {
    const fits = shape.length === first.shape.length;
    if (!fits || shape.some((size, k) => k !== axis && size !== first.shape[k])) {
      const condition = `agree in every axis but ${String(axis)}`;
      const got = `${formatShape(first.shape)} and, at [${String(i)}], ${formatShape(shape)}`;
      throw misuse(ShapeError, 'concat', 'tensors', condition, got);
    }
    length += shape[axis];
  });
  const joined = first.shape.map((size, k) => (k === axis ? length : size));
  requireElements('concat', 'result', joined);
  return specOf(joined, first.dtype);
}

/**
 * Tensors joined end to end along an existing axis; the dtype is the widest among theirs.
 *
 * @param tensors - shapes that agree in every axis but `axis`
 * @throws ShapeError when the shapes do not agree
 * @throws AxisError when `axis` is outside the rank; scalars are joined by `stack`
 * @throws ArgumentError when there is no tensor
 * @example concat([[1], [2, 3]]) // [1, 2, 3]
 * @example concat([[[1], [2]], [[3], [4]]], 1) // [[1, 3], [2, 4]]
 */
export function concat(tensors: readonly TensorLike[], axis = 0): Tensor {
  const inputs = asList('concat', tensors);
  const at = requireAxis('concat', axis, inputs[0].rank);
  return apply(concatOp, inputs, { axis: at })[0];
}

interface SplitParams {
  readonly sizes: readonly number[];
  readonly axis: number;
}

export const splitOp: Op<SplitParams> = defineOp<SplitParams>({
  name: 'split',
  infer: ([x], { sizes, axis }) =>
    sizes.map((size) =>
      specOf(
        x.shape.map((whole, k) => (k === axis ? size : whole)),
        x.dtype,
      ),
    ),
  view: ([x], { sizes, axis }) => {
    if (!isOutermost(x.shape, axis)) return null;
    const step = stepAt(x.shape, axis);
    let start = 0;
    return sizes.map((size) => (start += size * step) - size * step);
  },
  kernel: splitKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ outputs, params }, [t]) =>
      t === null ? outputs.map(() => null) : apply(splitOp, [t], params),
    vjp: ({ outputs, params: { axis } }, cotangents) => {
      const parts = filledUp(cotangents, outputs);
      return parts === null ? [null] : apply(concatOp, parts, { axis });
    },
  },
  batch: ([x], _, { sizes, axis }) => apply(splitOp, [x], { sizes, axis: axis + 1 }),
  traits: { linear: true, complex: true },
  reads: readsNothing,
});

/**
 * Pieces of `x` along an axis: the inverse of `concat`.
 *
 * @param numOrSizeSplits - how many equal pieces, or the size of each; one size may be -1, the rest
 * @throws ShapeError when the sizes do not add up to that of the axis
 * @throws AxisError when `axis` is outside the rank
 * @example split([1, 2, 3, 4], 2) // [[1, 2], [3, 4]]
 * @example split([1, 2, 3], [1, 2]) // [[1], [2, 3]]
 */
export function split(
  x: TensorLike,
  numOrSizeSplits: number | readonly number[],
  axis = 0,
): Tensor[] {
  const input = asTensor(x, 'x', 'split');
  const at = requireAxis('split', axis, input.rank);
  const sizes = requirePieces(numOrSizeSplits, input.shape[at]);
  return [...apply(splitOp, [input], { sizes, axis: at })];
}

function requirePieces(pieces: number | readonly number[], length: number): readonly number[] {
  const sizes =
    typeof pieces === 'number' ? equalPieces(pieces, length) : completePieces(pieces, length);
  if (sizes !== null) return sizes;
  const condition =
    typeof pieces === 'number'
      ? `divide the size of the axis, ${String(length)}`
      : `hold sizes that add up to that of the axis, ${String(length)}`;
  throw misuse(ShapeError, 'split', 'numOrSizeSplits', condition, formatValue(pieces));
}

function equalPieces(count: number, length: number): readonly number[] | null {
  if (!Number.isSafeInteger(count) || count < 1 || length % count !== 0) return null;
  requireElements('split', 'numOrSizeSplits', [count]);
  return new Array<number>(count).fill(length / count);
}

function completePieces(pieces: unknown, length: number): readonly number[] | null {
  if (!Array.isArray(pieces)) return null;
  const given = pieces as readonly unknown[];
  const open = given.indexOf(-1);
  let rest = length;
  for (let i = 0; i < given.length; i++) {
    const size = given[i];
    if (i === open) continue;
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return null;
    rest -= size;
  }
  if (rest < 0 || (open < 0 && rest > 0)) return null;
  return (given as readonly number[]).map((size, i) => (i === open ? rest : size));
}

export const stackOp: Op<AxisParams> = defineOp<AxisParams>({
  name: 'stack',
  infer: (inputs, { axis }) => [stackedSpec(inputs, axis)],
  kernel: stackKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ inputs, params }, tangents) => {
      const parts = filledUp(tangents, inputs);
      return parts === null ? [null] : apply(stackOp, parts, params);
    },
    vjp: ({ inputs, params }, [g]) =>
      g === null ? inputs.map(() => null) : apply(unstackOp, [g], params),
  },
  batch: (inputs, batched, { axis }, size) =>
    apply(stackOp, inEachExample(inputs, batched, size), { axis: axis + 1 }),
  traits: { linear: true, complex: true },
  reads: readsNothing,
});

function stackedSpec(inputs: readonly Spec[], axis: number): Spec {
  const { shape, dtype } = inputs[0];
  const odd = inputs.findIndex((x) => !sameShape(x.shape, shape));
  if (odd >= 0) {
    const got = `${formatShape(shape)} and, at [${String(odd)}], ${formatShape(inputs[odd].shape)}`;
    throw misuse(ShapeError, 'stack', 'tensors', 'have one shape', got);
  }
  const stacked = [...shape.slice(0, axis), inputs.length, ...shape.slice(axis)];
  requireElements('stack', 'result', stacked);
  return specOf(stacked, dtype);
}

/**
 * Tensors of one shape joined along a new axis; the dtype is the widest among theirs.
 *
 * @param axis - where the new axis stands in the result
 * @throws ShapeError when the shapes differ
 * @throws AxisError when `axis` is outside the rank of the result
 * @throws ArgumentError when there is no tensor
 * @example stack([[1, 2], [3, 4]]) // [[1, 2], [3, 4]]
 * @example stack([[1, 2], [3, 4]], 1) // [[1, 3], [2, 4]]
 */
export function stack(tensors: readonly TensorLike[], axis = 0): Tensor {
  const inputs = asList('stack', tensors);
  const at = requireAxis('stack', axis, inputs[0].rank + 1);
  return apply(stackOp, inputs, { axis: at })[0];
}

export const unstackOp: Op<AxisParams> = defineOp<AxisParams>({
  name: 'unstack',
  infer: ([x], { axis }) => {
    const spec = specOf([...x.shape.slice(0, axis), ...x.shape.slice(axis + 1)], x.dtype);
    return x.shape[axis] === 1 ? only(spec) : new Array<Spec>(x.shape[axis]).fill(spec);
  },
  view: ([x], { axis }) => {
    if (!isOutermost(x.shape, axis)) return null;
    const step = stepAt(x.shape, axis);
    return Array.from({ length: x.shape[axis] }, (_, i) => i * step);
  },
  kernel: unstackKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ outputs, params }, [t]) =>
      t === null ? outputs.map(() => null) : apply(unstackOp, [t], params),
    vjp: ({ outputs, params }, cotangents) => {
      const parts = filledUp(cotangents, outputs);
      return parts === null ? [null] : apply(stackOp, parts, params);
    },
  },
  batch: ([x], _, { axis }) => apply(unstackOp, [x], { axis: axis + 1 }),
  traits: { linear: true, complex: true },
  reads: readsNothing,
});

/**
 * The slices of `x` along an axis, without that axis: the inverse of `stack`.
 *
 * @throws AxisError when `axis` is outside the rank
 * @example unstack([[1, 2], [3, 4]]) // [[1, 2], [3, 4]]
 * @example unstack([[1, 2], [3, 4]], 1) // [[1, 3], [2, 4]]
 */
export function unstack(x: TensorLike, axis = 0): Tensor[] {
  const input = asTensor(x, 'x', 'unstack');
  const at = requireAxis('unstack', axis, input.rank);
  return [...apply(unstackOp, [input], { axis: at })];
}
