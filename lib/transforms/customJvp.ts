import { isDifferentiable } from '../base/dtype.ts';
import { ArgumentError, misuse } from '../base/errors.ts';
import type { Spec } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Examples, Op } from '../core/op.ts';
import { defineOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor, isTensor } from '../core/tensor.ts';
import { describeValue } from '../core/isVariable.ts';
import { broadcastTo, stopGradient } from '../ops/structural.ts';
import { Counts } from './ruleResults.ts';
import { requireFunction, requireSync } from './sync.ts';

type Result = Tensor | readonly Tensor[];

/** A tangent for each result, a null for zeros. */
export type TangentsOf<R> = R extends Tensor
  ? Tensor | null
  : { readonly [K in keyof R]: Tensor | null };

/** From the inputs, their tangents and the value of `f`: the tangent of the value. */
export type JvpRule<A extends readonly Tensor[], R> = (
  inputs: A,
  tangents: A,
  value: R,
) => TangentsOf<R>;

const op = 'customJvp';

/**
 * A function with a forward derivative of your own: the rule says how tangents of the inputs become
 * tangents of the value. Reverse mode transposes it, so one rule serves both.
 *
 * The rule is ordinary code: it can be differentiated in turn, and to give second derivatives of your
 * own, let it call another function made by `customJvp`. It must be linear in the tangents. What `f`
 * takes from elsewhere than its inputs, variables included, counts as constant.
 *
 * @param f - returns a tensor or an array of them
 * @param rule - `(inputs, tangents, value) => tangent`, or an array of tangents if the value is one; an
 *   input that does not vary has a tangent of zeros
 * @throws ArgumentError when `f` or `rule` return something else, or another number of tangents
 * @throws ShapeError or DTypeError when a tangent does not have its output's shape and dtype
 * @example
 * const softplus = customJvp(
 *   (x) => log(add(1, exp(x))),
 *   ([x], [t]) => mul(t, sigmoid(x)),
 * );
 * grad(softplus)(100) // 1
 */
export function customJvp<R extends Result>(
  f: (x: Tensor) => R,
  rule: JvpRule<readonly [Tensor], R>,
): (x: TensorLike) => R;
export function customJvp<R extends Result>(
  f: (a: Tensor, b: Tensor) => R,
  rule: JvpRule<readonly [Tensor, Tensor], R>,
): (a: TensorLike, b: TensorLike) => R;
export function customJvp<R extends Result>(
  f: (a: Tensor, b: Tensor, c: Tensor) => R,
  rule: JvpRule<readonly [Tensor, Tensor, Tensor], R>,
): (a: TensorLike, b: TensorLike, c: TensorLike) => R;
export function customJvp<A extends readonly Tensor[], R extends Result>(
  f: (...inputs: A) => R,
  rule: JvpRule<A, R>,
): (...inputs: { [K in keyof A]: TensorLike }) => R;
export function customJvp(f: unknown, rule: unknown): (...inputs: TensorLike[]) => unknown {
  requireFunction(op, 'f', f);
  requireFunction(op, 'rule', rule);
  const value = f as (...inputs: Tensor[]) => unknown;
  const push = rule as (...args: unknown[]) => unknown;
  return (...given) => applied(value, push, given);
}

function applied(
  f: (...inputs: Tensor[]) => unknown,
  rule: (...args: unknown[]) => unknown,
  given: readonly TensorLike[],
): unknown {
  const inputs = given.map((x, i) => asTensor(x, `inputs[${String(i)}]`, op));
  // Its own ops are no part of any derivative, so they may even have none.
  const value = requireValue(requireSync(op, f(...inputs.map((x) => stopGradient(x)))));
  const isList = !isTensor(value);
  const values: readonly Tensor[] = isList ? value : [value];
  const counts = new Counts(op, undefined, undefined);
  const push: PushForward = (sources, tangents, outputs) => {
    const found = requireSync(op, rule(sources, tangents, isList ? outputs : outputs[0]));
    const list = isList || found === undefined ? found : [found];
    return counts.shares('rule', 'tangent', 'output', list, outputs);
  };
  const outputs = pushedThrough(values, inputs, push);
  return isList ? outputs : outputs[0];
}

/** Tangents of the values from the sources, their tangents and the values. */
type PushForward = (
  sources: readonly Tensor[],
  tangents: readonly Tensor[],
  values: readonly Tensor[],
) => readonly (Tensor | null)[];

function requireValue(value: unknown): Tensor | readonly Tensor[] {
  if (isTensor(value)) return value;
  if (Array.isArray(value) && value.length > 0 && value.every(isTensor)) return value;
  const condition = 'return a tensor or an array of tensors';
  throw misuse(ArgumentError, op, 'f', condition, describeValue(value));
}

/** The values under new handles, whose tangents `push` gives and nothing else. */
function pushedThrough(
  values: readonly Tensor[],
  sources: readonly Tensor[],
  push: PushForward,
): readonly Tensor[] {
  const specs = values.map((y) => y.spec);
  return apply(pushThroughOp(specs, sources.length, push), [...values, ...sources], undefined);
}

// Inputs are the values and the sources, in this order.
function pushThroughOp(specs: readonly Spec[], sources: number, push: PushForward): Op {
  const first = specs.length;
  return defineOp({
    name: op,
    traits: { complex: true, foreign: true },
    infer: () => specs,
    view: () => (first === 1 ? [0] : null),
    kernel: (inputs, outputs) => {
      outputs.forEach((y, i) => {
        y.values.set(inputs[i].values);
      });
    },
    derivative: {
      kind: 'rules',
      jvp: ({ inputs, outputs }, tangents) => {
        const own = inputs.slice(first);
        const filled = own.map((x, i) => {
          const tangent = tangents[first + i];
          return tangent === null || !isDifferentiable(x.dtype) ? filledTensor(x.spec, 0) : tangent;
        });
        return push(own, filled, outputs);
      },
    },
    batch: (inputs, batched, _, size, level) =>
      pushedThrough(
        inputs.slice(0, first).map((y, i) => (batched[i] ? y : repeated(y, size))),
        inputs.slice(first),
        pushBatch(push, batched.slice(first), size, level),
      ),
    reads: { inputs: Array.from({ length: sources }, (_, i) => first + i), outputs: 'every' },
  });
}

/** Runs a rule written for one example on batches. */
function pushBatch(
  push: PushForward,
  batched: readonly boolean[],
  size: number,
  level: Examples,
): PushForward {
  return (sources, tangents, values) => {
    const example = (x: Tensor, i: number): Tensor => (batched[i] ? level.example(x) : x);
    const found = level.inside(() =>
      push(
        sources.map(example),
        tangents.map(example),
        values.map((y) => level.example(y)),
      ),
    );
    return found.map((t) => (t === null ? null : (level.batchOf(t) ?? repeated(t, size))));
  };
}

function repeated(x: Tensor, size: number): Tensor {
  return broadcastTo(x, [size, ...x.shape]);
}
