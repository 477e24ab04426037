import { isDifferentiable } from '../base/dtype.ts';
import { ArgumentError, misuse } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import { isPlainObject } from '../base/options.ts';
import type { Spec } from '../base/shape.ts';
import { withLayer } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import type { Variable } from '../core/variable.ts';
import { describeValue } from '../core/isVariable.ts';
import { misfitOf } from './leaves.ts';
import { passThrough } from './passThrough.ts';
import { requireFunction, requireSync } from './sync.ts';
import { VariableReads } from './variableReads.ts';

/** Keeps tensors for the gradient function, which gets them as `saved`. */
export type GradSaveFunc = (tensors: Tensor | readonly Tensor[]) => void;

/** A gradient for each input, a null for none; for one input it needs no array. */
export type InputGradients = Tensor | null | readonly (Tensor | null)[];

/** What a gradient function returns when `f` reads trainable variables that are not its inputs. */
export interface GradientsWithVariables {
  readonly inputs: InputGradients;
  readonly variables: readonly (Tensor | null)[];
}

/** What a gradient function may ask for besides the cotangent and what was saved. */
export interface GradContext {
  /** The trainable variables that `f` read, without those that are its inputs. */
  readonly variables: readonly Variable[];
}

type GradFunc<Dy> = (
  dy: Dy,
  saved: Tensor[],
  context: GradContext,
) => InputGradients | GradientsWithVariables;

/** A value and how to differentiate it. */
export interface CustomGradient {
  readonly value: Tensor;
  readonly gradFunc: GradFunc<Tensor>;
}

/** Several values: the gradient function gets a cotangent for each, zeros for one that is not used. */
export interface CustomGradients {
  readonly value: readonly Tensor[];
  readonly gradFunc: GradFunc<Tensor[]>;
}

/* Functions of one, two, three or more inputs, and what is made of them. */
type Of1<Made> = (x: Tensor, save: GradSaveFunc) => Made;
type Of2<Made> = (a: Tensor, b: Tensor, save: GradSaveFunc) => Made;
type Of3<Made> = (a: Tensor, b: Tensor, c: Tensor, save: GradSaveFunc) => Made;
type OfMore<A extends readonly Tensor[], Made> = (
  ...args: [...inputs: A, save: GradSaveFunc]
) => Made;
type From1<R> = (x: TensorLike) => R;
type From2<R> = (a: TensorLike, b: TensorLike) => R;
type From3<R> = (a: TensorLike, b: TensorLike, c: TensorLike) => R;
type FromMore<A extends readonly Tensor[], R> = (...inputs: { [K in keyof A]: TensorLike }) => R;

const op = 'customGradient';

/**
 * A function with a gradient of your own.
 *
 * `f(...inputs, save)` returns the value and `gradFunc(dy, saved)`, which returns the gradient for
 * each input. Both are ordinary code: the gradient function can be differentiated in turn, and to
 * give second derivatives of your own, let it call another function made by `customGradient`. Forward
 * mode transposes the gradient function. In a `Graph`, what the gradient function uses must have come
 * through `save` if the result of a `Session` is to be differentiated.
 *
 * @param f - several values are returned as an array; `gradFunc` then gets an array of cotangents. If
 *   `f` reads trainable variables, `gradFunc(dy, saved, {variables})` returns `{inputs, variables}`.
 *   TypeScript wants to be told the types of several inputs, and of several cotangents:
 *   `(a: Tensor, b: Tensor, save: GradSaveFunc) => ...`
 * @throws ArgumentError when `f` or `gradFunc` return something else, or another number of gradients
 * @throws ShapeError or DTypeError when a gradient does not have its input's shape and dtype
 * @example
 * const clipped = customGradient((x) => ({ value: x, gradFunc: (dy) => clipByValue(dy, -1, 1) }));
 * grad((x) => mul(clipped(x), 5))(2) // 1
 */
export function customGradient(f: Of1<CustomGradient>): From1<Tensor>;
export function customGradient(f: Of2<CustomGradient>): From2<Tensor>;
export function customGradient(f: Of3<CustomGradient>): From3<Tensor>;
export function customGradient<A extends readonly Tensor[]>(
  f: OfMore<A, CustomGradient>,
): FromMore<A, Tensor>;
export function customGradient(f: Of1<CustomGradients>): From1<Tensor[]>;
export function customGradient(f: Of2<CustomGradients>): From2<Tensor[]>;
export function customGradient(f: Of3<CustomGradients>): From3<Tensor[]>;
export function customGradient<A extends readonly Tensor[]>(
  f: OfMore<A, CustomGradients>,
): FromMore<A, Tensor[]>;
export function customGradient(f: unknown): unknown {
  requireFunction(op, 'f', f);
  return (...given: TensorLike[]) => applied(f as (...args: unknown[]) => unknown, given);
}

export { customGradient as customGrad };

function applied(
  f: (...args: unknown[]) => unknown,
  given: readonly TensorLike[],
): Tensor | Tensor[] {
  const inputs = given.map((x, i) => asTensor(x, `inputs[${String(i)}]`, op));
  const saved: Tensor[] = [];
  const save: GradSaveFunc = (tensors) => saved.push(...requireSaved(tensors));
  const reads = new VariableReads(given);
  const made = requireMade(withLayer(reads, () => requireSync(op, f(...inputs, save))));
  const variables = [...reads.found.keys()];
  const sources = [...inputs, ...reads.found.values()];
  const specs = sources.map((x) => x.spec);
  const values = isTensor(made.value) ? [made.value] : made.value;
  const outputs = passThrough({
    name: op,
    values,
    sources,
    kept: saved,
    pullBack: (cotangents, kept) => {
      const dy = isTensor(made.value) ? cotangents[0] : [...cotangents];
      const result = made.gradFunc(dy, [...kept], { variables: [...variables] });
      return requireGradients(requireSync(op, result), specs, inputs.length, variables);
    },
  });
  return isTensor(made.value) ? outputs[0] : [...outputs];
}

/**
 * The value of `f(x)`, and the gradient of the identity: for a rounding, say, through which a gradient
 * is to pass. Variables that `f` reads get none.
 *
 * @throws ShapeError or DTypeError when the result of `f` does not have the shape and dtype of `x`
 * @example gradPassThrough((x) => round(x))(1.7) // 2
 * @example grad(gradPassThrough((x) => round(x)))(1.7) // 1
 */
export function gradPassThrough(f: (x: Tensor) => Tensor): (x: TensorLike) => Tensor {
  requireFunction('gradPassThrough', 'f', f);
  return customGradient((x) => {
    const value = requireSync('gradPassThrough', f(x));
    if (!isTensor(value)) {
      const got = formatValue(value);
      throw misuse(ArgumentError, 'gradPassThrough', 'result of f', 'be one tensor', got);
    }
    const misfit = misfitOf(value, x, "the argument's");
    if (misfit !== null) throw misfit('gradPassThrough', 'result of f');
    return {
      value,
      gradFunc: (dy, _saved, { variables }) => ({
        inputs: dy,
        variables: variables.map(() => null),
      }),
    };
  });
}

/** What `f` returned, for one value or several. */
interface Made {
  readonly value: Tensor | readonly Tensor[];
  readonly gradFunc: GradFunc<Tensor | Tensor[]>;
}

function requireMade(result: unknown): Made {
  if (!isPlainObject(result)) {
    throw misuse(ArgumentError, op, 'f', 'return {value, gradFunc}', describeValue(result));
  }
  const { value, gradFunc } = result as Partial<Made>;
  requireOutputs(value);
  if (typeof gradFunc !== 'function') {
    throw misuse(ArgumentError, op, 'gradFunc', 'be a function', describeValue(gradFunc));
  }
  return { value, gradFunc };
}

function requireOutputs(value: unknown): asserts value is Tensor | readonly Tensor[] {
  if (isTensor(value)) return;
  if (!Array.isArray(value) || value.length === 0) {
    const condition = 'be a tensor or an array of tensors';
    throw misuse(ArgumentError, op, 'value', condition, describeValue(value));
  }
  const stray = value.findIndex((y) => !isTensor(y));
  if (stray < 0) return;
  const got = describeValue(value[stray]);
  throw misuse(ArgumentError, op, `value at output ${String(stray)}`, 'be a tensor', got);
}

function requireSaved(tensors: unknown): readonly Tensor[] {
  const list: unknown = isTensor(tensors) ? [tensors] : tensors;
  if (Array.isArray(list) && list.every(isTensor)) return list;
  throw misuse(
    ArgumentError,
    op,
    'argument of save',
    'be an array of tensors',
    describeValue(list),
  );
}

/** Gradients of the inputs and then of the variables, as `gradFunc` returned them, checked. */
function requireGradients(
  result: unknown,
  specs: readonly Spec[],
  inputCount: number,
  variables: readonly Variable[],
): readonly (Tensor | null)[] {
  const withVariables = isPlainObject(result) ? (result as Partial<GradientsWithVariables>) : null;
  if (withVariables === null && variables.length > 0) {
    const names = variables.map(({ name }) => `'${name}'`).join(', ');
    const condition = `return {inputs, variables} because f reads variables that are not inputs: ${names}`;
    const hint = 'its third argument is {variables}; null stands for no gradient';
    throw misuse(ArgumentError, op, 'gradFunc', condition, describeValue(result), hint);
  }
  const own = requireCount(
    'input',
    withVariables === null ? result : withVariables.inputs,
    inputCount,
  );
  const further = requireCount('variable', withVariables?.variables ?? [], variables.length);
  return [...own, ...further].map((g, i) => {
    const role =
      i < inputCount ? `input ${String(i)}` : `variable '${variables[i - inputCount].name}'`;
    return requireGradient(g, specs[i], role);
  });
}

function requireCount(
  role: 'input' | 'variable',
  given: unknown,
  count: number,
): readonly unknown[] {
  const list: unknown = role === 'input' && (given === null || isTensor(given)) ? [given] : given;
  if (Array.isArray(list) && list.length === count) return list;
  const condition = `return one gradient (or null) per ${role}: ${String(count)}`;
  const got = Array.isArray(list) ? String(list.length) : describeValue(list);
  throw misuse(ArgumentError, op, 'gradFunc', condition, got);
}

function requireGradient(g: unknown, spec: Spec, role: string): Tensor | null {
  if (g === null) return null;
  const name = `gradient of ${role}`;
  if (!isTensor(g)) throw misuse(ArgumentError, op, name, 'be a tensor or null', describeValue(g));
  if (!isDifferentiable(spec.dtype)) return null;
  const misfit = misfitOf(g, spec, role.startsWith('input') ? "the input's" : "the variable's");
  if (misfit !== null) throw misfit(op, name);
  return g;
}
