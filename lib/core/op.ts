import { isComplex } from '../base/dtype.ts';
import { DTypeError, misuse } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import type { Spec } from '../base/shape.ts';
import type { Kernel } from '../kernels/kernel.ts';
import type { Tensor } from './tensor.ts';

/** One application of an op: where its derivative is taken. */
export interface Point<Params> {
  /** Only those that `reads` declares hold values; all have shape, dtype and size. */
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly params: Params;
}

/** A cotangent that is zero but for some rows: those, and where each belongs on the first axis. */
export interface RowShare {
  /** Shape (n, …). */
  readonly values: Tensor;
  /** Shape (n), int32. */
  readonly indices: Tensor;
}

/** A linear map in both directions, and its rules: a null stands for a zero tensor. */
export interface Derivative<Params> {
  readonly kind: 'rules';
  /**
   * Cotangents of the inputs from cotangents of the outputs (null: zero). `needed[i]` tells
   * whether input i is asked for; the answer for others is not looked at.
   */
  readonly vjp?: (
    at: Point<Params>,
    cotangents: readonly (Tensor | null)[],
    needed: readonly boolean[],
  ) => readonly (Tensor | null)[];
  /** Tangents of the outputs from tangents of the inputs (null: zero). */
  readonly jvp?: (
    at: Point<Params>,
    tangents: readonly (Tensor | null)[],
  ) => readonly (Tensor | null)[];
  /**
   * As `vjp`, for inputs whose cotangent is zero but for some rows; null for others. Taken instead of
   * it where a gradient is asked for as rows. Goes together with `vjp`.
   */
  readonly rows?: (
    at: Point<Params>,
    cotangents: readonly (Tensor | null)[],
  ) => readonly (RowShare | null)[];
  /** The op that both rules are one application of, so that the registry can list it. */
  readonly backward?: AnyOp;
}

/** The op is differentiated as the function of recorded ops that computes the same. */
export interface Expansion<Params> {
  readonly kind: 'expansion';
  readonly expand: (inputs: readonly Tensor[], params: Params) => readonly Tensor[];
}

/** Piecewise constant: no gradient passes, and a recording remembers that the path was cut here. */
export interface ZeroGradient {
  readonly kind: 'zero';
}

/** No derivative exists; an error only if the op lies on the path that is differentiated. */
export interface NotDifferentiable {
  readonly kind: 'none';
  readonly reason: string;
}

export type Differentiability<Params> =
  Derivative<Params> | Expansion<Params> | ZeroGradient | NotDifferentiable;

/** The vmap level that applies a batch rule: for rules that call code written for one example. */
export interface Examples {
  /** One example of a tensor whose first axis is the batch. */
  example(batch: Tensor): Tensor;
  /** The batch behind an example, or null for a tensor that is the same for all. */
  batchOf(x: Tensor): Tensor | null;
  /** Runs code written for one example, also after the vmap has ended. */
  inside<T>(body: () => T): T;
}

/**
 * Applies the op to a whole batch: inputs with `batched[i]` carry an extra leading axis of length
 * `size`, the others none; every output must carry it.
 */
export type BatchRule<Params> = (
  inputs: readonly Tensor[],
  batched: readonly boolean[],
  params: Params,
  size: number,
  level: Examples,
) => readonly Tensor[];

/** Properties that graph passes and interpreters read instead of names. */
export interface Traits {
  /** Each output element depends on the elements at its own (broadcast) position only. */
  readonly elementwise?: true;
  /** Linear in all inputs together. */
  readonly linear?: true;
  /** Of two inputs, linear in each of them by itself: a product. */
  readonly bilinear?: true;
  readonly commutative?: true;
  /** Draws random numbers: params hold `key` and `counter`. */
  readonly random?: true;
  /** Takes complex inputs; an op without it refuses them. */
  readonly complex?: true;
  /** Its rules or its kernel are a user's: they may keep the tensors they see. */
  readonly foreign?: true;
}

/**
 * The product that an op undoes: `multiply(inputs[factor], y)` is the other input. It is only asked
 * for at factors that are changes of the input.
 */
export interface Inverse<Params> {
  readonly factor: 0 | 1;
  readonly multiply: (factor: Tensor, y: Tensor, params: Params) => Tensor;
}

/** Which inputs and outputs the derivative needs as values. */
export interface Reads {
  readonly inputs: readonly number[] | 'every';
  readonly outputs: readonly number[] | 'every';
}

/** For rules that need shapes at most, as those of linear ops do. */
export const readsNothing: Reads = { inputs: [], outputs: [] };

/** All that the interpreters know about one op. */
export interface Op<Params = undefined> {
  readonly name: string;
  /** Shapes and dtypes of the outputs; throws when the inputs do not fit. */
  readonly infer: (inputs: readonly Spec[], params: Params) => readonly Spec[];
  /** Conditions on values (indices, say), checked before anything is allocated. */
  readonly check?: (inputs: readonly Tensor[], params: Params) => void;
  readonly kernel: Kernel<Params>;
  /**
   * The outputs are runs of the first input's values that start at these elements; null where they
   * are not, and the kernel has to copy.
   */
  readonly view?: (inputs: readonly Spec[], params: Params) => readonly number[] | null;
  readonly derivative: Differentiability<Params>;
  readonly batch: BatchRule<Params>;
  readonly traits: Traits;
  readonly reads: Reads;
  /** For ops of two inputs that undo a product: Taylor mode then has one recursion for them. */
  readonly undoes?: Inverse<Params>;
  /** What the derivative is where there is none: 'half to each at a tie'; absent for smooth ops. */
  readonly kinks?: string;
  /** Arithmetic operations of one application; absent where traits and sizes tell enough. */
  readonly flops?: (inputs: readonly Spec[], outputs: readonly Spec[], params: Params) => number;
  /** How an expression writes it between its two operands; absent for most. */
  readonly symbol?: string;
}

/** An op of any parameters, for interpreters, which hand params back to the op they came from. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the one place where params are opaque
export type AnyOp = Op<any>;

type Optional = 'traits' | 'reads';

/** Completes a definition. The rules are assumed to read everything unless `reads` says less. */
export function defineOp<Params = undefined>(
  definition: Omit<Op<Params>, Optional> & Partial<Pick<Op<Params>, Optional>>,
): Op<Params> {
  const { name, infer, check, kernel, view, derivative, batch, traits = {}, reads } = definition;
  const { undoes, kinks, flops, symbol } = definition;
  // All fields in one order, present or not: interpreters then find them at the same place in every op.
  return {
    name,
    infer,
    check,
    kernel,
    view,
    derivative: derivative.kind === 'rules' ? rulesOf(derivative) : derivative,
    batch,
    traits: traitsOf(traits),
    reads: reads ?? { inputs: 'every', outputs: 'every' },
    undoes,
    kinks,
    flops,
    symbol,
  } as Op<Params>;
}

function rulesOf<Params>(given: Derivative<Params>): Derivative<Params> {
  const { kind, vjp, jvp, rows, backward } = given;
  return { kind, vjp, jvp, rows, backward } as Derivative<Params>;
}

function traitsOf(given: Traits): Traits {
  const { elementwise, linear, bilinear, commutative, random, complex, foreign } = given;
  return { elementwise, linear, bilinear, commutative, random, complex, foreign } as Traits;
}

/** What `infer` says, for inputs whose dtypes the op takes. */
export function inferSpecs(op: AnyOp, inputs: readonly Spec[], params: unknown): readonly Spec[] {
  if (op.traits.complex !== true) refuseComplex(op, inputs);
  return op.infer(inputs, params);
}

function refuseComplex(op: AnyOp, inputs: readonly Spec[]): void {
  for (let i = 0; i < inputs.length; i++) {
    if (isComplex(inputs[i].dtype)) throw complexRefused(op.name, inputs[i]);
  }
}

function complexRefused(op: string, { dtype, shape }: Spec): Error {
  const hint = 'abs(x), real(x) and imag(x) make real tensors of complex ones';
  return misuse(DTypeError, op, 'inputs', 'be real', `${dtype} ${formatShape(shape)}`, hint);
}

export const zeroGradient: ZeroGradient = { kind: 'zero' };

export function notDifferentiable(reason: string): NotDifferentiable {
  return { kind: 'none', reason };
}
