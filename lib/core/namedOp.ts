import type { Shape, Spec } from '../base/shape.ts';
import type { DType } from '../base/dtype.ts';
import type { Operand } from '../kernels/kernel.ts';
import type {
  BatchRule,
  Expansion,
  NotDifferentiable,
  Op,
  Reads,
  RowShare,
  Traits,
  ZeroGradient,
} from './op.ts';
import type { Tensor } from './tensor.ts';

/*
 * The types of an op whose inputs and outputs have names. What its rules are given and return are then
 * tuples, so that no index has to be checked, and a wrong count is an error of the compiler.
 */

/** The names of inputs or outputs, in order. */
export type Names = readonly string[];

/** A `T` for each name. */
export type Each<N extends Names, T> = { readonly [K in keyof N]: T };

/** A (co)tangent for each name, a null for zeros; one alone is never null. */
export type Shares<N extends Names> = N['length'] extends 1
  ? Each<N, Tensor>
  : Each<N, Tensor | null>;

/** A shape and a dtype, as `specOf` makes them. */
export interface PlainSpec {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** One application of an op, where its derivative is taken. */
export interface NamedPoint<Params, I extends Names, O extends Names> {
  /** Only those that `reads` declares hold values; all have shape, dtype and size. */
  readonly inputs: Each<I, Tensor>;
  readonly outputs: Each<O, Tensor>;
  readonly params: Params;
}

/** A linear map in both directions; one that is left out is derived by transposing the other. */
export interface NamedRules<Params, I extends Names, O extends Names> {
  readonly kind?: 'rules';
  /** Cotangents of the inputs, null for none; those with `needed[i]` false are not looked at. */
  readonly vjp?: (
    at: NamedPoint<Params, I, O>,
    cotangents: Shares<O>,
    needed: Each<I, boolean>,
  ) => Each<I, Tensor | null>;
  /** Cotangents of inputs that are zero but for some rows; see `Derivative`. Goes with `vjp`. */
  readonly rows?: (at: NamedPoint<Params, I, O>, cotangents: Shares<O>) => Each<I, RowShare | null>;
  /** Tangents of the outputs. */
  readonly jvp?: (at: NamedPoint<Params, I, O>, tangents: Shares<I>) => Each<O, Tensor | null>;
}

/** What `defineOp` makes an op of. */
export interface OpDefinition<Params, I extends Names, O extends Names> {
  readonly name: string;
  /** Names of the inputs, for messages; with them the types know how many there are. */
  readonly inputs?: I;
  /** Names of the outputs. */
  readonly outputs?: O;
  /** Shapes and dtypes of the outputs; throws when the inputs do not fit. */
  readonly infer: (inputs: Each<I, Spec>, params: Params) => Each<O, PlainSpec>;
  /** Conditions on values, checked before anything is allocated. */
  readonly check?: (inputs: Each<I, Tensor>, params: Params) => void;
  /** Writes every element of the outputs, and no input. */
  readonly kernel: (inputs: Each<I, Operand>, outputs: Each<O, Operand>, params: Params) => void;
  readonly derivative:
    NamedRules<Params, I, O> | Expansion<Params> | ZeroGradient | NotDifferentiable;
  /** By default a loop over the examples, or for an elementwise op one call for all. */
  readonly batch?: BatchRule<Params>;
  readonly traits?: Traits;
  /** Which values the rules need; by default all. */
  readonly reads?: Reads;
  readonly kinks?: string;
}

declare const inputNames: unique symbol;
declare const outputNames: unique symbol;

/** An op that remembers, in its type, how many inputs and outputs it has. */
export interface NamedOp<Params, I extends Names, O extends Names> extends Op<Params> {
  readonly [inputNames]?: I;
  readonly [outputNames]?: O;
}
