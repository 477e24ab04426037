import { isDifferentiable } from '../base/dtype.ts';
import type { GradtapeError } from '../base/errors.ts';
import { ArgumentError, misuse, ShapeError, UnconnectedGradientError } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import { readOptions, requireBoolean } from '../base/options.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor, requireFloat } from '../core/tensor.ts';
import type { Variable } from '../core/variable.ts';
import { isVariable } from '../core/isVariable.ts';
import type { Argnums, AtArgnums } from './argnums.ts';
import { atArgnums, readChosen, requireArgnums } from './argnums.ts';
import type { Arguments, GivenArguments, GivenFor, TensorsOf } from './arguments.ts';
import { placesIn, readArguments, rebuilt } from './arguments.ts';
import { disposeSymbol } from './dispose.ts';
import type { FunctionGradient } from './functionGradient.ts';
import { gradientOf } from './functionGradient.ts';
import type { AnyFunction } from './functionRecording.ts';
import { notOneTensor } from './functionRecording.ts';
import type { Gradient } from './indexedSlices.ts';
import { dense } from './indexedSlices.ts';
import type { Leaf } from './leaves.ts';
import { isLeaf, onesOf, seedMisfit } from './leaves.ts';
import { requireFunction, requireSync } from './sync.ts';
import { GradientTape } from './tape.ts';
import type { AuxOption, WithAux } from './vjp.ts';

/** The value of a function of one argument, and its gradient. */
export interface ValueAndGrad<G = Tensor> {
  readonly value: Tensor;
  readonly grad: G;
}

/** A gradient, and what the function handed through beside its value. */
export interface GradAndAux<G, X> {
  readonly grad: G;
  readonly aux: X;
}

/** The value of a function of several tensors, and its gradients. */
export interface ValueAndGrads {
  readonly value: Tensor;
  readonly grads: Tensor[];
}

export interface GradOptions<N extends Argnums = Argnums> extends AuxOption {
  /** The argument to differentiate for, or several; default 0. */
  readonly argnums?: N;
}

type NoAux<N extends Argnums> = GradOptions<N> & { readonly aux?: false };
type AndAux<N extends Argnums> = GradOptions<N> & { readonly aux: true };

/** The value of a function of variables, and its gradients by their names. */
export interface NamedGrads {
  readonly value: Tensor;
  readonly grads: { [name: string]: Tensor };
}

/** The value of a function of variables, and the gradients of those it depends on. */
export interface VariableGradients {
  readonly value: Tensor;
  readonly variables: readonly Variable[];
  readonly gradients: readonly Tensor[];
}

/**
 * Turns a function into the function that computes its gradient.
 *
 * The result of `f` counts as its sum if it is no scalar; `dy` gives its elements other weights. Where
 * `f` does not depend on an argument the gradient is zeros, and so it is for integers and truth values,
 * which have no derivatives: a cast to float belongs before the call, not into `f`.
 *
 * @param f - an argument is a tensor or a structure of tensors; with `aux: true` it returns
 *   `{value, aux}`, and `aux` is handed through
 * @returns `(x, dy?) => gradient`, in the structure of `x`; with options `(...args) => gradient` in that
 *   of the argument chosen, of several a list; float32 for int32 and bool; with `aux: true` `{grad, aux}`
 * @throws ArgumentError when `f` returns something other than one tensor, or nothing is a float: neither
 *   an argument nor the result nor `dy`
 * @throws ShapeError or DTypeError when `dy` does not match the result of `f`
 * @example grad((x) => mul(x, mul(x, x)))(2) // 12
 * @example grad(grad((x) => mul(x, mul(x, x))))(2) // 12
 * @example grad((a, b) => mul(a, b), { argnums: [0, 1] })(2, 3) // [3, 2]
 */
export function grad(f: (x: Tensor) => Tensor): (x: TensorLike, dy?: TensorLike) => Tensor;
export function grad<T>(f: (x: T) => Tensor): (x: GivenFor<T>, dy?: TensorLike) => TensorsOf<T>;
export function grad<const N extends Argnums = 0>(
  f: (...args: Tensor[]) => Tensor,
  options: NoAux<N>,
): (...args: TensorLike[]) => AtArgnums<Tensor[], N>;
export function grad<A extends readonly unknown[], const N extends Argnums = 0>(
  f: (...args: A) => Tensor,
  options: NoAux<N>,
): (...args: GivenArguments<A>) => AtArgnums<A, N>;
export function grad<X, const N extends Argnums = 0>(
  f: (...args: Tensor[]) => WithAux<Tensor, X>,
  options: AndAux<N>,
): (...args: TensorLike[]) => GradAndAux<AtArgnums<Tensor[], N>, X>;
export function grad<A extends readonly unknown[], X, const N extends Argnums = 0>(
  f: (...args: A) => WithAux<Tensor, X>,
  options: AndAux<N>,
): (...args: GivenArguments<A>) => GradAndAux<AtArgnums<A, N>, X>;
export function grad(f: AnyFunction, options?: GradOptions): unknown {
  const differentiate = differentiator('grad', f, options);
  return (...given: unknown[]) => {
    const { grad, aux, hasAux } = differentiate(given);
    return hasAux ? { grad, aux } : grad;
  };
}

/**
 * As `grad`, for a function of several tensors.
 *
 * @returns `(args, dy?) => gradients`, one for each of `args`
 * @throws ArgumentError when `args` is no array, or `f` returns something other than one tensor
 * @throws ShapeError or DTypeError when `dy` does not match the result of `f`
 * @example grads((a, b) => mul(a, b))([2, 3]) // [3, 2]
 */
export function grads(
  f: (...args: Tensor[]) => Tensor,
): (args: readonly TensorLike[], dy?: TensorLike) => Tensor[] {
  requireFunction('grads', 'f', f);
  return (args, dy) => allGradients('grads', f, args, dy).grads;
}

/**
 * As `grad`, but computes the value of `f` along with the gradient.
 *
 * @returns `(x, dy?) => {value, grad}`; with options `(...args) => {value, grad}`, with `aux: true`
 *   `{value, grad, aux}`
 * @throws ArgumentError when `f` returns something other than one tensor
 * @throws ShapeError or DTypeError when `dy` does not match the result of `f`
 * @example valueAndGrad((x) => mul(x, x))(3).value // 9
 * @example valueAndGrad((x) => mul(x, x))(3).grad // 6
 */
export function valueAndGrad(
  f: (x: Tensor) => Tensor,
): (x: TensorLike, dy?: TensorLike) => ValueAndGrad;
export function valueAndGrad<T>(
  f: (x: T) => Tensor,
): (x: GivenFor<T>, dy?: TensorLike) => ValueAndGrad<TensorsOf<T>>;
export function valueAndGrad<const N extends Argnums = 0>(
  f: (...args: Tensor[]) => Tensor,
  options: NoAux<N>,
): (...args: TensorLike[]) => ValueAndGrad<AtArgnums<Tensor[], N>>;
export function valueAndGrad<A extends readonly unknown[], const N extends Argnums = 0>(
  f: (...args: A) => Tensor,
  options: NoAux<N>,
): (...args: GivenArguments<A>) => ValueAndGrad<AtArgnums<A, N>>;
export function valueAndGrad<X, const N extends Argnums = 0>(
  f: (...args: Tensor[]) => WithAux<Tensor, X>,
  options: AndAux<N>,
): (...args: TensorLike[]) => WithAux<Tensor, X> & ValueAndGrad<AtArgnums<Tensor[], N>>;
export function valueAndGrad<A extends readonly unknown[], X, const N extends Argnums = 0>(
  f: (...args: A) => WithAux<Tensor, X>,
  options: AndAux<N>,
): (...args: GivenArguments<A>) => WithAux<Tensor, X> & ValueAndGrad<AtArgnums<A, N>>;
export function valueAndGrad(f: AnyFunction, options?: GradOptions): unknown {
  const differentiate = differentiator('valueAndGrad', f, options);
  return (...given: unknown[]) => {
    const { value, grad, aux, hasAux } = differentiate(given);
    return hasAux ? { value, grad, aux } : { value, grad };
  };
}

/**
 * As `grads`, but computes the value of `f` along with the gradients.
 *
 * @returns `(args, dy?) => {value, grads}`
 * @throws ArgumentError when `args` is no array, or `f` returns something other than one tensor
 * @throws ShapeError or DTypeError when `dy` does not match the result of `f`
 * @example valueAndGrads((a, b) => mul(a, b))([2, 3]).value // 6
 */
export function valueAndGrads(
  f: (...args: Tensor[]) => Tensor,
): (args: readonly TensorLike[], dy?: TensorLike) => ValueAndGrads {
  requireFunction('valueAndGrads', 'f', f);
  return (args, dy) => allGradients('valueAndGrads', f, args, dy);
}

/**
 * The value of a function that reads variables, and its gradients by the names of the variables.
 *
 * @param f - returns a scalar, the loss
 * @param varList - the variables to differentiate for; by default all trainable ones that `f` reads.
 *   Those that are not trainable, or that `f` does not depend on, are left out of the result
 * @throws UnconnectedGradientError when `f` depends on none of the variables
 * @throws ArgumentError when two of the variables have one name
 * @throws ShapeError when `f` does not return a scalar
 * @example
 * const w = variable(4, true, 'w');
 * variableGrads(() => square(w)).grads // { w: 8 }
 */
export function variableGrads(f: () => Tensor, varList?: readonly Variable[]): NamedGrads {
  return namedGrads('variableGrads', variableGradients('variableGrads', f, varList));
}

// Optimisers take gradients by name, and a name alone would not lead back to its variable.
const variablesOfGrads = new WeakMap<object, readonly Variable[]>();

/** The variables behind gradients by name, if `namedGrads` made them. */
export function variablesOf(grads: object): readonly Variable[] {
  return variablesOfGrads.get(grads) ?? [];
}

/** Gradients by the names of their variables. */
export function namedGrads(op: string, found: VariableGradients): NamedGrads {
  const { value, variables, gradients } = found;
  const named = variables.map(({ name }, i) => [name, gradients[i]] as const);
  const twice = variables.find(({ name }, i) =>
    variables.some((one, k) => k < i && one.name === name),
  );
  if (twice !== undefined) {
    const hint = 'name each when it is made; a GradientTape takes the variables themselves';
    const got = `'${twice.name}' twice`;
    throw misuse(ArgumentError, op, 'variables', 'have different names', got, hint);
  }
  const grads = Object.fromEntries(named);
  variablesOfGrads.set(grads, variables);
  return { value, grads };
}

/** What `variableGrads` and the optimisers share. */
export function variableGradients(
  op: string,
  f: () => Tensor,
  varList?: readonly Variable[],
): VariableGradients {
  const found = variableSlices(op, f, varList, false);
  return { ...found, gradients: found.gradients.map(dense) };
}

/** As `variableGradients`; of tables that were read by rows, those rows alone if `sparse` says so. */
export function variableSlices(
  op: string,
  f: () => Tensor,
  varList: readonly Variable[] | undefined,
  sparse: boolean,
): Omit<VariableGradients, 'gradients'> & { readonly gradients: readonly Gradient[] } {
  requireFunction(op, 'f', f);
  const chosen = varList === undefined ? null : requireTrainable(op, varList);
  const tape = new GradientTape({ watchAccessedVariables: chosen === null });
  try {
    const value = tape.run(() => {
      if (chosen !== null) tape.watch(chosen);
      return requireTensor(op, requireSync(op, f()));
    });
    requireLoss(op, value);
    const sources = chosen ?? tape.watchedVariables();
    const found = tape.gradient(value, sources, { unconnectedGradients: 'none', sparse });
    const connected = sources.flatMap((variable, i) => {
      const gradient = found[i];
      return gradient === null ? [] : [{ variable, gradient }];
    });
    if (connected.length === 0) throw noneConnected(op, sources);
    return {
      value,
      variables: connected.map(({ variable }) => variable),
      gradients: connected.map(({ gradient }) => gradient),
    };
  } finally {
    // Also of a loss that was refused: values that were disposed are kept as long as records are.
    tape[disposeSymbol]();
  }
}

function requireLoss(op: string, value: Tensor): void {
  if (value.rank !== 0) {
    const hint = 'reduce it, with mean or sum';
    throw misuse(ShapeError, op, 'result of f', 'be a scalar', value.describe(), hint);
  }
  requireFloat(op, 'result of f', value);
}

function requireTrainable(op: string, varList: readonly Variable[]): Variable[] {
  if (!Array.isArray(varList) || !varList.every(isVariable)) {
    throw misuse(ArgumentError, op, 'varList', 'be an array of variables', formatValue(varList));
  }
  const different = [...new Set(varList as readonly Variable[])];
  const chosen = different.filter(({ trainable, dtype }) => trainable && isDifferentiable(dtype));
  if (chosen.length > 0) return chosen;
  const got = `${String(varList.length)} variables, none of them trainable`;
  throw misuse(ArgumentError, op, 'varList', 'hold at least one trainable float variable', got);
}

function noneConnected(op: string, variables: readonly Variable[]): GradtapeError {
  const names = variables.slice(0, 8).map(({ name }) => `'${name}'`);
  const got =
    names.length === 0 ? 'a function that reads none' : `no path from ${names.join(', ')}`;
  const hint = 'compute with the variables inside f, by ops that gradients pass';
  const message = `${op}: f must depend on at least one trainable variable; got ${got}; ${hint}`;
  const cause = names.length === 0 ? 'never watched' : 'not derived';
  return new UnconnectedGradientError(op, 'f', cause, message);
}

function requireList(
  op: string,
  args: readonly TensorLike[],
): readonly [readonly TensorLike[], readonly string[]] {
  if (!Array.isArray(args)) {
    const hint = `call ${op}(f)([a, b])`;
    const got = isTensor(args) ? 'a tensor' : formatValue(args);
    throw misuse(ArgumentError, op, 'args', 'be an array of the arguments of f', got, hint);
  }
  // A hole becomes undefined, which is then refused by its place.
  const list = Array.from(args as readonly TensorLike[]);
  return [list, placesIn('args', list.length)];
}

/** What `grads` and `valueAndGrads` share: every argument is differentiated. */
function allGradients(
  op: string,
  f: (...args: Tensor[]) => Tensor,
  given: readonly TensorLike[],
  dy: TensorLike | undefined,
): ValueAndGrads {
  const args = readArguments(op, ...requireList(op, given));
  const { value, gradients } = floatGradient({ op, f }, args, dy);
  return { value, grads: rebuilt(args, gradients) as Tensor[] };
}

interface Differentiated {
  readonly value: Tensor;
  /** In the structure of the arguments chosen. */
  readonly grad: unknown;
  readonly aux: unknown;
  readonly hasAux: boolean;
}

/** What `grad` and `valueAndGrad` share: without options calls are `(x, dy?)`, with them `(...args)`. */
function differentiator(
  op: string,
  f: AnyFunction,
  options: GradOptions | undefined,
): (given: readonly unknown[]) => Differentiated {
  requireFunction(op, 'f', f);
  const read = readOptions<GradOptions>(op, options, { argnums: true, aux: true });
  const hasAux = requireBoolean(op, 'aux', read.aux ?? false);
  const argnums = requireArgnums(op, read.argnums);
  return (given) => {
    const isBare = options === undefined;
    const chosen = readChosen(op, isBare ? [given[0]] : given, argnums);
    const dy = isBare ? (given[1] as TensorLike | undefined) : undefined;
    const { value, gradients, aux } = floatGradient(
      { op, f, hasAux },
      chosen.args,
      dy,
      chosen.isChosen,
    );
    return { value, grad: atArgnums(chosen, (leaf) => gradients[leaf]), aux, hasAux };
  };
}

/** Differentiates for the floats among the arguments. */
function floatGradient(
  run: { readonly op: string; readonly f: AnyFunction; readonly hasAux?: boolean },
  args: Arguments,
  dy: TensorLike | undefined,
  isChosen?: readonly boolean[],
): FunctionGradient {
  const { op } = run;
  const cotangentOf = (y: Tensor): Tensor => {
    const cotangent = requireDy(op, dy, y);
    requireSomeFloat(op, args, cotangent);
    return cotangent;
  };
  const isFloat = args.leaves.map((x, i) => isChosen?.[i] !== false && isDifferentiable(x.dtype));
  return gradientOf(run, args, cotangentOf, isFloat);
}

/** Refuses a call in which nothing has a derivative: a cast was forgotten. */
function requireSomeFloat(op: string, { leaves, names }: Arguments, cotangent: Tensor): void {
  if (leaves.length === 0 || isDifferentiable(cotangent.dtype)) return;
  if (leaves.some(({ dtype }) => isDifferentiable(dtype))) return;
  requireFloat(op, names[0], leaves[0]);
}

function requireTensor(op: string, result: unknown): Tensor {
  if (isTensor(result)) return result;
  if (isVariable(result)) return result.read();
  throw notOneTensor(op, result);
}

function requireDy(op: string, dy: TensorLike | undefined, value: Tensor): Tensor {
  if (dy === undefined || dy === null) return onesOf(value);
  // A plain number adopts the dtype of the result.
  const given: Leaf = isLeaf(dy) ? dy : asOperands([dy, value], ['dy', 'result of f'], op)[0];
  const misfit = seedMisfit(given, value, "the result's");
  if (misfit !== null) throw misfit(op, 'dy');
  return isTensor(given) ? given : given.read();
}
