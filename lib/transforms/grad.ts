import { isDifferentiable } from '../base/dtype.ts';
import type { GradtapeError } from '../base/errors.ts';
import { ArgumentError, misuse, ShapeError, UnconnectedGradientError } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import { specOf } from '../base/shape.ts';
import { withLayer } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands, asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor, isTensor, requireFloat } from '../core/tensor.ts';
import type { Variable } from '../core/variable.ts';
import { isVariable } from '../core/variable.ts';
import { identity } from '../ops/structural.ts';
import type { Leaf } from './leaves.ts';
import { isLeaf, onesOf, seedMisfit, zerosOf } from './leaves.ts';
import { Recording } from './recording.ts';
import { reverse } from './reverse.ts';
import { requireFunction, requireSync } from './sync.ts';
import { GradientTape } from './tape.ts';

/** The value of a function of one tensor, and its gradient. */
export interface ValueAndGrad {
  readonly value: Tensor;
  readonly grad: Tensor;
}

/** The value of a function of several tensors, and its gradients. */
export interface ValueAndGrads {
  readonly value: Tensor;
  readonly grads: Tensor[];
}

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
 * Turns a function of one tensor into the function that computes its gradient.
 *
 * The result of `f` counts as its sum if it is no scalar; `dy` gives its elements other weights. Where
 * `f` does not depend on its argument the gradient is zeros, and so it is for integers and truth values,
 * which have no derivatives: a cast to float belongs before the call, not into `f`.
 *
 * @returns `(x, dy?) => gradient`, of the shape and dtype of `x`; float32 if `x` is int32 or bool
 * @throws ArgumentError when `f` returns something other than one tensor, or neither `x` nor the result
 *   nor `dy` is a float
 * @throws ShapeError or DTypeError when `dy` does not match the result of `f`
 * @example grad((x) => mul(x, mul(x, x)))(2) // 12
 * @example grad(grad((x) => mul(x, mul(x, x))))(2) // 12
 */
export function grad(f: (x: Tensor) => Tensor): (x: TensorLike, dy?: TensorLike) => Tensor {
  requireFunction('grad', 'f', f);
  return (x, dy) => differentiate('grad', f, [x], ['x'], dy).grads[0];
}

/**
 * As `grad`, for a function of several tensors.
 *
 * @returns `(args, dy?) => gradients`, one for each of `args`; zeros for those that are int32 or bool
 * @throws ArgumentError when `args` is no array, or `f` returns something other than one tensor
 * @throws ShapeError or DTypeError when `dy` does not match the result of `f`
 * @example grads((a, b) => mul(a, b))([2, 3]) // [3, 2]
 * @example grads((c, a, b) => where(c, a, b))([true, 2, 3]) // [0, 1, 0]
 */
export function grads(
  f: (...args: Tensor[]) => Tensor,
): (args: readonly TensorLike[], dy?: TensorLike) => Tensor[] {
  requireFunction('grads', 'f', f);
  return (args, dy) => differentiate('grads', f, ...requireList('grads', args), dy).grads;
}

/**
 * As `grad`, but computes the value of `f` along with the gradient.
 *
 * @returns `(x, dy?) => {value, grad}`
 * @throws ArgumentError when `f` returns something other than one tensor
 * @throws ShapeError or DTypeError when `dy` does not match the result of `f`
 * @example valueAndGrad((x) => mul(x, x))(3).value // 9
 * @example valueAndGrad((x) => mul(x, x))(3).grad // 6
 */
export function valueAndGrad(
  f: (x: Tensor) => Tensor,
): (x: TensorLike, dy?: TensorLike) => ValueAndGrad {
  requireFunction('valueAndGrad', 'f', f);
  return (x, dy) => {
    const { value, grads } = differentiate('valueAndGrad', f, [x], ['x'], dy);
    return { value, grad: grads[0] };
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
  return (args, dy) => differentiate('valueAndGrads', f, ...requireList('valueAndGrads', args), dy);
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
  requireFunction(op, 'f', f);
  const chosen = varList === undefined ? null : requireTrainable(op, varList);
  const tape = new GradientTape({ watchAccessedVariables: chosen === null });
  const value = tape.run(() => {
    if (chosen !== null) tape.watch(chosen);
    return requireTensor(op, requireSync(op, f()));
  });
  if (value.rank !== 0) {
    const hint = 'reduce it, with mean or sum';
    throw misuse(ShapeError, op, 'result of f', 'be a scalar', value.describe(), hint);
  }
  requireFloat(op, 'result of f', value);
  const sources = chosen ?? tape.watchedVariables();
  const found = tape.gradient(value, sources, { unconnectedGradients: 'none' });
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
  return [list, list.map((_, i) => `args[${String(i)}]`)];
}

function differentiate(
  op: string,
  f: (...args: Tensor[]) => Tensor,
  args: readonly TensorLike[],
  names: readonly string[],
  dy: TensorLike | undefined,
): { readonly value: Tensor; readonly grads: Tensor[] } {
  const given = args.map((x, i) => asTensor(x, names[i], op));
  // Handles of their own: the same tensor given twice is two arguments, and none at all where f
  // finds it in a closure.
  const inputs = given.map((x) => identity(x));
  const recording = new Recording();
  try {
    for (const x of inputs) if (isDifferentiable(x.dtype)) recording.watch(x);
    const value = requireTensor(
      op,
      withLayer(recording, () => requireSync(op, f(...inputs))),
    );
    const cotangent = requireDy(op, dy, value);
    requireSomeFloat(op, names, [...given, cotangent]);
    const slot = recording.slotOf(value);
    const seeds = slot < 0 ? [] : [{ slot, cotangent }];
    const slots = inputs.map((x) => recording.slotOf(x));
    const found = reverse(recording, seeds, slots, true);
    return { value, grads: found.map((g, i) => g ?? zeroGradient(given[i])) };
  } finally {
    recording.clear();
  }
}

/** Zeros as a gradient: floats even where the argument holds integers or truth values. */
function zeroGradient(x: Tensor): Tensor {
  return isDifferentiable(x.dtype) ? zerosOf(x) : filledTensor(specOf(x.shape, 'float32'), 0);
}

/** Refuses a call in which nothing has a derivative: a cast was forgotten. */
function requireSomeFloat(op: string, names: readonly string[], all: readonly Tensor[]): void {
  if (all.length === 1 || all.some(({ dtype }) => isDifferentiable(dtype))) return;
  requireFloat(op, names[0], all[0]);
}

function requireTensor(op: string, result: unknown): Tensor {
  if (isTensor(result)) return result;
  if (isVariable(result)) return result.read();
  const hint =
    typeof result === 'number'
      ? 'scalar(...) makes a tensor of a number'
      : 'a GradientTape takes several targets, and jacobians come one per result';
  throw misuse(ArgumentError, op, 'result of f', 'be one tensor', formatValue(result), hint);
}

function requireDy(op: string, dy: TensorLike | undefined, value: Tensor): Tensor {
  if (dy === undefined || dy === null) return onesOf(value);
  // A plain number adopts the dtype of the result.
  const given: Leaf = isLeaf(dy) ? dy : asOperands([dy, value], ['dy', 'result of f'], op)[0];
  const misfit = seedMisfit(given, value, "the result's");
  if (misfit !== null) throw misfit(op, 'dy');
  return isTensor(given) ? given : given.read();
}
