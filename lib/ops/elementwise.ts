import type { DType } from '../base/dtype.ts';
import { isComplex, isDifferentiable, promoteDTypes } from '../base/dtype.ts';
import { runtime } from '../base/runtime.ts';
import type { Spec } from '../base/shape.ts';
import { broadcastShapes, only, sameShape, specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands, asTensor, numberBeside } from '../core/convert.ts';
import type {
  Derivative,
  Inverse,
  NotDifferentiable,
  Op,
  Point,
  Reads,
  Traits,
  ZeroGradient,
} from '../core/op.ts';
import { defineOp, readsNothing } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor, isTensor } from '../core/tensor.ts';
import * as arithmetic from '../kernels/arithmetic.ts';
import * as complex from '../kernels/complex.ts';
import type { BinaryLoop, SlopeLoop, UnaryLoop } from '../kernels/elementwise.ts';
import { binaryKernel, slopeKernel, unaryKernel } from '../kernels/elementwise.ts';
import { batchBroadcasting, inEachExample } from './batchRules.ts';
import { conjugate } from './conjugate.ts';
import { alignRank, broadcastTo, cast, sumToShape } from './structural.ts';

/*
 * Constructors for elementwise ops. They hold, once, what every such rule needs: broadcasting and
 * its adjoint, and the zero rule: a zero tangent or cotangent gives exactly 0, whatever the slope.
 */

/** Which dtype operands are brought to before the kernel runs. */
export type Coercion = (dtype: DType) => DType;

export const keepDType: Coercion = (dtype) => dtype;
/** For arithmetic: bool counts as int32. */
export const toNumber: Coercion = (dtype) => (dtype === 'bool' ? 'int32' : dtype);
/** For functions that are not of integers: those become the default float. */
export const toFloat: Coercion = (dtype) =>
  isDifferentiable(dtype) ? dtype : runtime.defaultFloat;
export const toBool: Coercion = () => 'bool';

/** An elementwise op; `coerce` prepares what the public function passes to it. */
export interface ElementwiseOp extends Op {
  readonly coerce: Coercion;
}

interface ElementwiseOptions<Loop> {
  /** The loop for complex elements; an op without it refuses them. Its rules must be holomorphic. */
  readonly complex?: Loop;
  readonly coerce?: Coercion;
  readonly result?: 'bool';
  readonly traits?: Traits;
  readonly reads?: Reads;
  readonly kinks?: string;
  readonly undoes?: Inverse<undefined>;
  readonly symbol?: string;
}

/** Applies a unary op to anything tensor-like. */
export function unary(op: ElementwiseOp, x: TensorLike): Tensor {
  const input = asTensor(x, 'x', op.name);
  const dtype = op.coerce(input.dtype);
  return apply(op, [dtype === input.dtype ? input : cast(input, dtype)], undefined)[0];
}

const operandNames = ['a', 'b'] as const;

/** Applies a binary op to anything tensor-like, after bringing both operands to one dtype. */
export function binary(
  op: ElementwiseOp,
  a: TensorLike,
  b: TensorLike,
  names: readonly string[] = operandNames,
): Tensor {
  let x: Tensor;
  let y: Tensor;
  if (isTensor(a) && isTensor(b)) {
    x = a;
    y = b;
  } else if (isTensor(a) && typeof b === 'number') {
    x = a;
    y = numberBeside(b, a.dtype);
  } else if (typeof a === 'number' && isTensor(b)) {
    x = numberBeside(a, b.dtype);
    y = b;
  } else {
    [x, y] = asOperands([a, b], names, op.name);
  }
  const dtype = op.coerce(promoteDTypes(x.spec.dtype, y.spec.dtype));
  if (x.spec.dtype !== dtype) x = cast(x, dtype);
  if (y.spec.dtype !== dtype) y = cast(y, dtype);
  return apply(op, [x, y], undefined)[0];
}

/** The slope of a unary function, written twice: as a fused loop and as recorded ops. */
export interface Slope {
  readonly from: 'input' | 'output';
  readonly loop: SlopeLoop;
  readonly slope: (at: Tensor) => Tensor;
}

/** A slope that is a function of the input. */
export function slopeAtInput(loop: SlopeLoop, slope: (x: Tensor) => Tensor): Slope {
  return { from: 'input', loop, slope };
}

/** A slope that is a function of the output. */
export function slopeAtOutput(loop: SlopeLoop, slope: (y: Tensor) => Tensor): Slope {
  return { from: 'output', loop, slope };
}

type UnaryDerivative = Slope | Derivative<undefined> | ZeroGradient | NotDifferentiable;

/** Defines `y = f(x)` elementwise. */
export function defineUnary(
  name: string,
  loop: UnaryLoop,
  derivative: UnaryDerivative,
  options: ElementwiseOptions<UnaryLoop> = {},
): ElementwiseOp {
  const op: ElementwiseOp = {
    ...defineOp({
      name,
      infer:
        options.result === 'bool'
          ? ([x]) => [specOf(x.shape, 'bool')]
          : (inputs) => only(inputs[0]),
      kernel: unaryKernel(loop, options.complex),
      derivative: 'from' in derivative ? slopeRules(name, derivative) : derivative,
      batch: (inputs) => apply(op, inputs, undefined),
      traits: elementwiseTraits(options),
      ...(options.kinks !== undefined && { kinks: options.kinks }),
      reads: 'from' in derivative ? slopeReads[derivative.from] : (options.reads ?? readsNothing),
    }),
    coerce: options.coerce ?? keepDType,
  };
  return op;
}

function elementwiseTraits({ complex, traits }: ElementwiseOptions<unknown>): Traits {
  return { elementwise: true, ...(complex !== undefined && { complex: true }), ...traits };
}

const slopeReads = {
  input: { inputs: [0], outputs: [] },
  output: { inputs: [], outputs: [0] },
} as const;

/** Elements from which on rows are worth a call each. */
const leastRow = 64;

// The backward op `g * slope(s)` is one loop, so a reverse step costs one apply; it is differentiated
// as the written rule, so every order works. Complex numbers have the written rule alone; the adjoint of
// a product with the slope is the product with its conjugate.
function slopeRules(name: string, { from, loop, slope }: Slope): Derivative<undefined> {
  const backward: Op = defineOp({
    name: `${name}Grad`,
    infer: (inputs) => only(inputs[0]),
    kernel: slopeKernel(loop),
    derivative: { kind: 'expansion', expand: ([g, s]) => [scale(g, slope(s))] },
    batch: (inputs, batched, _, size) => {
      // A slope that all examples share need not be repeated, unless short rows would take longer.
      if (!batched[1] && inputs[1].size >= leastRow) return apply(backward, inputs, undefined);
      const [g, s] = inEachExample(inputs, batched, size);
      // An example may itself be a batch that shares its slope.
      const own = broadcastTo(alignRank(s, g.rank - 1), g.shape);
      return apply(backward, [g, own], undefined);
    },
    traits: { elementwise: true },
  });
  const share = (at: Point<undefined>, t: Tensor | null, isAdjoint: boolean) => {
    if (t === null) return [null];
    const s = from === 'input' ? at.inputs[0] : at.outputs[0];
    if (!isComplex(t.dtype)) return apply(backward, [t, s], undefined);
    return [scale(t, isAdjoint ? conjugate(slope(s)) : slope(s))];
  };
  return {
    kind: 'rules',
    jvp: (at, shares) => share(at, shares[0], false),
    vjp: (at, shares) => share(at, shares[0], true),
    backward,
  };
}

/** Where a binary rule is evaluated. */
export interface BinaryPoint {
  readonly a: Tensor;
  readonly b: Tensor;
  readonly y: Tensor;
}

/**
 * The share of one operand: `t` times the partial derivative, elementwise and with broadcasting.
 * It must give exactly 0 where `t` is 0; `scale` and `quotient` do.
 */
export type BinaryPartial = (t: Tensor, at: BinaryPoint) => Tensor;

/** Defines `y = f(a, b)` elementwise over broadcast operands. */
export function defineBinary(
  name: string,
  loop: BinaryLoop,
  partials: readonly [BinaryPartial, BinaryPartial] | ZeroGradient | NotDifferentiable,
  options: ElementwiseOptions<BinaryLoop> = {},
): ElementwiseOp {
  const toBoolSpec = options.result === 'bool';
  const op: ElementwiseOp = {
    ...defineOp({
      name,
      infer: (inputs) => only(broadcastSpec(name, inputs[0], inputs[1], toBoolSpec)),
      kernel: binaryKernel(loop, options.complex),
      derivative: 'kind' in partials ? partials : partialRules(partials),
      batch: batchBroadcasting((inputs) => apply(op, inputs, undefined)),
      traits: elementwiseTraits(options),
      ...(options.kinks !== undefined && { kinks: options.kinks }),
      ...(options.undoes !== undefined && { undoes: options.undoes }),
      ...(options.symbol !== undefined && { symbol: options.symbol }),
      reads: 'kind' in partials ? readsNothing : (options.reads ?? { inputs: [0, 1], outputs: [] }),
    }),
    coerce: options.coerce ?? toNumber,
  };
  return op;
}

function broadcastSpec(name: string, a: Spec, b: Spec, isBool: boolean): Spec {
  const shape = sameShape(a.shape, b.shape) ? a.shape : broadcastShapes(name, a.shape, b.shape);
  if (isBool) return specOf(shape, 'bool');
  return shape === a.shape ? a : shape === b.shape ? b : specOf(shape, a.dtype);
}

function partialRules(partials: readonly BinaryPartial[]): Derivative<undefined> {
  return {
    kind: 'rules',
    jvp: ({ inputs: [a, b], outputs: [y] }, tangents) => {
      const shares = tangents.flatMap((t, i) => (t === null ? [] : [partials[i](t, { a, b, y })]));
      if (shares.length === 0) return [null];
      return [broadcastTo(shares.length === 1 ? shares[0] : add(shares[0], shares[1]), y.shape)];
    },
    vjp: (point, cotangents, needed) => {
      const g = cotangents[0];
      if (g === null) return [null, null];
      const at = { a: point.inputs[0], b: point.inputs[1], y: point.outputs[0] };
      // Partials multiply by a slope, so between conjugates they multiply by its conjugate.
      const conjugated = conjugate(g);
      return [
        needed[0] ? sumToShape(conjugate(partials[0](conjugated, at)), at.a.shape) : null,
        needed[1] ? sumToShape(conjugate(partials[1](conjugated, at)), at.b.shape) : null,
      ];
    },
  };
}

/** Sum, the one op that the rules themselves need: shares of several operands add up. */
export const addOp = defineBinary('add', arithmetic.add, [(t) => t, (t) => t], {
  complex: complex.add,
  traits: { linear: true, commutative: true },
  reads: readsNothing,
  symbol: '+',
});

/**
 * `a + b`, with broadcasting.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example add([1, 2], 10) // [11, 12]
 */
export function add(a: TensorLike, b: TensorLike): Tensor {
  return binary(addOp, a, b);
}

/** The product that rules use: exactly 0 where the (co)tangent `t` is 0, even times infinity. */
export const scaleOp: ElementwiseOp = defineBinary(
  'scale',
  arithmetic.scale,
  [(t, { b }) => scale(t, b), (t, { a }) => scaleBoth(t, a)],
  { complex: complex.scale, traits: { bilinear: true }, symbol: '*' },
);

export function scale(t: Tensor, slope: Tensor): Tensor {
  return apply(scaleOp, [t, slope], undefined)[0];
}

/**
 * The product of two (co)tangents: exactly 0 where either is 0. The slope's own tangent may be
 * infinite where the cotangent it is multiplied with is 0, so second derivatives need both.
 */
export const scaleBothOp: ElementwiseOp = defineBinary(
  'scaleBoth',
  arithmetic.scaleBoth,
  [(t, { b }) => scaleBoth(t, b), (t, { a }) => scaleBoth(t, a)],
  { complex: complex.scaleBoth, traits: { bilinear: true }, symbol: '*' },
);

export function scaleBoth(s: Tensor, t: Tensor): Tensor {
  return apply(scaleBothOp, [s, t], undefined)[0];
}

/** The quotient that rules use: exactly 0 where the (co)tangent `t` is 0, even over 0. */
export const quotientOp: ElementwiseOp = defineBinary(
  'quotient',
  arithmetic.quotient,
  [
    (t, { b }) => quotient(t, b),
    (t, { b, y }) => scaleBoth(t, quotient(scale(y, filledTensor(specOf([], y.dtype), -1)), b)),
  ],
  {
    complex: complex.quotient,
    reads: { inputs: [1], outputs: [0] },
    undoes: { factor: 1, multiply: (b, y) => scale(y, b) },
    symbol: '/',
  },
);

export function quotient(t: Tensor, divisor: Tensor): Tensor {
  return apply(quotientOp, [t, divisor], undefined)[0];
}
