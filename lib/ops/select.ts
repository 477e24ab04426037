import { promoteDTypes } from '../base/dtype.ts';
import { ArgumentError, misuse } from '../base/errors.ts';
import type { Shape } from '../base/shape.ts';
import { broadcastShapes, specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands, asTensor, scalarSpecs } from '../core/convert.ts';
import type { Op } from '../core/op.ts';
import { defineOp, zeroGradient } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor } from '../core/tensor.ts';
import * as loops from '../kernels/compare.ts';
import type { UnaryLoop } from '../kernels/elementwise.ts';
import { binaryKernel } from '../kernels/elementwise.ts';
import { selectKernel } from '../kernels/indexing.ts';
import type { Kernel, Operand } from '../kernels/kernel.ts';
import { batchBroadcasting } from './batchRules.ts';
import { nonzero } from './coordinates.ts';
import { equal, greater, less, logicalOr } from './compare.ts';
import type { BinaryPartial, ElementwiseOp } from './elementwise.ts';
import { binary, defineBinary, defineUnary, scale, toNumber, unary } from './elementwise.ts';
import { broadcastTo, cast, linearMap, sumToShape, zerosLike } from './structural.ts';

function zero(like: Tensor): Tensor {
  return filledTensor(scalarSpecs[like.dtype], 0);
}

// (Co)tangents are selected, not multiplied by 0 and 1, so that a branch that was not taken
// contributes an exact 0 even if it is infinite or NaN.
export const whereOp: Op = defineOp({
  name: 'where',
  infer: ([condition, a, b]) => {
    const shape = broadcastShapes('where', a.shape, b.shape);
    return [specOf(broadcastShapes('where', condition.shape, shape), a.dtype)];
  },
  kernel: selectKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ inputs: [condition], outputs: [y] }, [, s, t]) => {
      if (s === null && t === null) return [null];
      return [broadcastTo(where(condition, s ?? zero(y), t ?? zero(y)), y.shape)];
    },
    vjp: ({ inputs: [condition, a, b] }, [g], needed) => {
      if (g === null) return [null, null, null];
      return [
        null,
        needed[1] ? sumToShape(where(condition, g, zero(g)), a.shape) : null,
        needed[2] ? sumToShape(where(condition, zero(g), g), b.shape) : null,
      ];
    },
  },
  batch: batchBroadcasting((inputs) => apply(whereOp, inputs, undefined)),
  traits: { elementwise: true, complex: true },
  reads: { inputs: [0], outputs: [] },
});

/**
 * `a` where the condition holds, else `b`: elementwise, all three broadcast.
 *
 * The gradient of an element that was not selected is exactly 0, whatever its value.
 *
 * @param condition - bool; a number counts as true unless it is 0; it gets no gradient. Alone, the
 *   result is where it holds: see `nonzero`
 * @throws ShapeError when the shapes do not broadcast
 * @example where([true, false], [1, 2], 0) // [1, 0]
 * @example where([false, true]) // [[1]]
 */
export function where(condition: TensorLike, a?: TensorLike, b?: TensorLike): Tensor {
  if (a === undefined && b === undefined && arguments.length === 1) {
    return nonzero(asTensor(condition, 'condition', 'where'));
  }
  const chosen = cast(asTensor(condition, 'condition', 'where'), 'bool');
  const [x, y] = asOperands([a, b], ['a', 'b'], 'where');
  const dtype = promoteDTypes(x.dtype, y.dtype);
  return apply(whereOp, [chosen, cast(x, dtype), cast(y, dtype)], undefined)[0];
}

// The whole share where `wins` is true, half of it at a tie.
function shareOf(t: Tensor, wins: Tensor, ties: Tensor): Tensor {
  const half = scale(t, filledTensor(scalarSpecs[t.dtype], 0.5));
  return where(wins, t, where(ties, half, zero(t)));
}

const shareOfGreater: readonly [BinaryPartial, BinaryPartial] = [
  (t, { a, b }) => shareOf(t, greater(a, b), equal(a, b)),
  (t, { a, b }) => shareOf(t, less(a, b), equal(a, b)),
];

const shareOfLess: readonly [BinaryPartial, BinaryPartial] = [
  (t, { a, b }) => shareOf(t, less(a, b), equal(a, b)),
  (t, { a, b }) => shareOf(t, greater(a, b), equal(a, b)),
];

const shared = { traits: { commutative: true }, kinks: 'half to each at a tie' } as const;
export const maximumOp = defineBinary('maximum', loops.maximum, shareOfGreater, shared);
export const minimumOp = defineBinary('minimum', loops.minimum, shareOfLess, shared);

/**
 * The greater of `a` and `b`, elementwise with broadcasting; NaN if either is. At a tie each gets
 * half of the gradient.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example maximum([1, 5], [3, 2]) // [3, 5]
 */
export function maximum(a: TensorLike, b: TensorLike): Tensor {
  return binary(maximumOp, a, b);
}

/**
 * The lesser of `a` and `b`, elementwise with broadcasting; NaN if either is. At a tie each gets
 * half of the gradient.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example minimum([1, 5], [3, 2]) // [1, 2]
 */
export function minimum(a: TensorLike, b: TensorLike): Tensor {
  return binary(minimumOp, a, b);
}

function defineRounding(name: string, loop: UnaryLoop): ElementwiseOp {
  return defineUnary(name, loop, zeroGradient, { coerce: toNumber });
}

export const floorOp = defineRounding('floor', loops.floor);
export const ceilOp = defineRounding('ceil', loops.ceil);
export const roundOp = defineRounding('round', loops.round);

/**
 * The greatest integer that is not above each element; no gradient passes.
 *
 * @example floor([1.7, -1.2]) // [1, -2]
 */
export function floor(x: TensorLike): Tensor {
  return unary(floorOp, x);
}

/**
 * The least integer that is not below each element; no gradient passes.
 *
 * @example ceil([1.2, -1.7]) // [2, -1]
 */
export function ceil(x: TensorLike): Tensor {
  return unary(ceilOp, x);
}

/**
 * The nearest integer to each element, halves going to the even one; no gradient passes.
 *
 * @example round([0.5, 1.5, -1.2]) // [0, 2, -1]
 */
export function round(x: TensorLike): Tensor {
  return unary(roundOp, x);
}

export const signOp = defineUnary(
  'sign',
  loops.sign,
  linearMap(
    (t) => zerosLike(t),
    (g) => zerosLike(g),
  ),
  { coerce: toNumber, kinks: '0 everywhere' },
);

/**
 * -1, 0 or 1 by the sign of each element; its gradient is zeros.
 *
 * @example sign([3, 0, -2]) // [1, 0, -1]
 */
export function sign(x: TensorLike): Tensor {
  return unary(signOp, x);
}

const clampBelow = binaryKernel(loops.maximum);
const clampAbove = binaryKernel(loops.minimum);
const clipKernel: Kernel<unknown> = ([x, min, max], outputs) => {
  clampBelow([x, min], outputs, undefined);
  clampAbove([outputs[0], max], outputs, undefined);
};

function clippedShape(x: Shape, min: Shape, max: Shape): Shape {
  return broadcastShapes('clipByValue', broadcastShapes('clipByValue', x, min), max);
}

export const clipByValueOp: Op = defineOp({
  name: 'clipByValue',
  infer: ([x, min, max]) => [specOf(clippedShape(x.shape, min.shape, max.shape), x.dtype)],
  check: ([, min, max]) => {
    requireOrdered(min, max);
  },
  kernel: clipKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ inputs: [x, min, max], outputs: [y] }, [t, low, high]) => {
      if (t === null && low === null && high === null) return [null];
      const inside = where(greater(x, max), high ?? zero(y), t ?? zero(y));
      return [broadcastTo(where(less(x, min), low ?? zero(y), inside), y.shape)];
    },
    vjp: ({ inputs: [x, min, max] }, [g], needed) => {
      if (g === null) return [null, null, null];
      const below = less(x, min);
      const above = greater(x, max);
      const share = (to: Tensor, given: Tensor): Tensor => sumToShape(given, to.shape);
      return [
        needed[0] ? share(x, where(logicalOr(below, above), zero(g), g)) : null,
        needed[1] ? share(min, where(below, g, zero(g))) : null,
        needed[2] ? share(max, where(above, g, zero(g))) : null,
      ];
    },
  },
  batch: batchBroadcasting((inputs) => apply(clipByValueOp, inputs, undefined)),
  traits: { elementwise: true },
  reads: { inputs: [0, 1, 2], outputs: [] },
  kinks: '1 at the bounds',
});

const lessEqualKernel = binaryKernel(loops.lessEqual);

function requireOrdered(min: Operand, max: Operand): void {
  const spec = specOf(broadcastShapes('clipByValue', min.shape, max.shape), 'bool');
  const values = new Uint8Array(spec.size);
  lessEqualKernel([min, max], [{ ...spec, values }], undefined);
  if (!values.includes(0)) return;
  const isPair = min.size === 1 && max.size === 1;
  const got = isPair ? `${min.values[0]} and ${max.values[0]}` : 'an element that is not';
  throw misuse(ArgumentError, 'clipByValue', 'min', 'be at most max', got);
}

/**
 * `x` with what is below `min` or above `max` replaced by that bound. The slope is 1 at the bounds
 * themselves, and 0 outside.
 *
 * @param min - a number, or a tensor that broadcasts with `x`
 * @throws ArgumentError when `min` is greater than `max`
 * @throws ShapeError when the shapes do not broadcast
 * @example clipByValue([-3, 0.5, 3], -1, 1) // [-1, 0.5, 1]
 */
export function clipByValue(x: TensorLike, min: TensorLike, max: TensorLike): Tensor {
  const operands = asOperands([x, min, max], ['x', 'min', 'max'], 'clipByValue');
  const widest = operands.reduce((wider, one) => promoteDTypes(wider, one.dtype), toNumber('bool'));
  return apply(
    clipByValueOp,
    operands.map((one) => cast(one, widest)),
    undefined,
  )[0];
}
