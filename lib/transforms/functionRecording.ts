import { ArgumentError, misuse } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import { isPlainObject } from '../base/options.ts';
import { withLayer } from '../core/apply.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import { flatten, mapTree, unflatten } from '../core/tree.ts';
import type { Variable } from '../core/variable.ts';
import { isVariable } from '../core/isVariable.ts';
import { identity } from '../ops/structural.ts';
import type { Arguments } from './arguments.ts';
import { rebuilt } from './arguments.ts';
import { isLeaf } from './leaves.ts';
import { Recording } from './recording.ts';
import { requireSync } from './sync.ts';

/** The result of a function: a structure of tensors. */
export interface FunctionResult {
  readonly tree: unknown;
  /** Its tensors in order. */
  readonly leaves: readonly Tensor[];
  /** Where each stands; '' for a bare one. */
  readonly paths: readonly string[];
  /** What the function handed through beside its value. */
  readonly aux: unknown;
}

/** One run of a function, recorded. */
export interface FunctionRecording {
  readonly recording: Recording;
  readonly args: Arguments;
  /** Slots of the leaves of the arguments; below 0 for those that are not differentiated. */
  readonly inputSlots: readonly number[];
  readonly result: FunctionResult;
  /** Slots of the tensors of the result; below 0 for those that do not depend on the arguments. */
  readonly outputSlots: readonly number[];
}

/** A function as the transformations call it, whatever its own type is. */
export type AnyFunction = (...args: never[]) => unknown;

/** How a function is to be run. */
export interface Run {
  readonly op: string;
  readonly f: AnyFunction;
  /** Whether `f` returns `{value, aux}`. */
  readonly hasAux?: boolean;
  /** Whether its value must be one tensor, rather than a structure of tensors. */
  readonly wantsTensor?: boolean;
}

/**
 * Runs `f` once and records what it computes from its arguments.
 *
 * @param isChosen - which leaves are differentiated; all where it is not given
 */
export function recordFunction(
  run: Run,
  args: Arguments,
  isChosen?: readonly boolean[],
): FunctionRecording {
  return recordLeaves(args, (inputs) => runFunction(run, args, inputs), isChosen);
}

/** As `recordFunction`, for what is computed from the leaves of the arguments. */
export function recordLeaves(
  args: Arguments,
  compute: (inputs: readonly Tensor[]) => FunctionResult,
  isChosen?: readonly boolean[],
): FunctionRecording {
  const recording = new Recording();
  // Handles of their own: the same tensor given twice is two arguments, and none at all where f
  // finds it in a closure.
  const inputs: Tensor[] = [];
  const inputSlots: number[] = [];
  for (let i = 0; i < args.leaves.length; i++) {
    const isFollowed = isChosen?.[i] !== false;
    const x = isFollowed ? identity(args.leaves[i]) : args.leaves[i];
    if (isFollowed) recording.watch(x);
    inputs.push(x);
    inputSlots.push(recording.slotOf(x));
  }
  try {
    const result = withLayer(recording, () => compute(inputs));
    const outputSlots: number[] = [];
    for (const y of result.leaves) outputSlots.push(recording.slotOf(y));
    return { recording, args, inputSlots, result, outputSlots };
  } catch (error) {
    recording.clear();
    throw error;
  }
}

/** Calls `f` on arguments that have `inputs` for their leaves, and checks its result. */
export function runFunction(
  { op, f, hasAux, wantsTensor }: Run,
  args: Arguments,
  inputs: readonly Tensor[],
): FunctionResult {
  const call = f as (...args: unknown[]) => unknown;
  const returned = requireSync(op, call(...rebuilt(args, inputs)));
  const { value, aux } =
    hasAux === true ? requireAux(op, returned) : { value: returned, aux: undefined };
  if (isTensor(value)) return single(value, aux);
  if (isVariable(value)) return single(value.read(), aux);
  if (wantsTensor === true) throw notOneTensor(op, value);
  const tree: unknown = mapTree<unknown, Tensor | Variable, Tensor>(
    value,
    isLeaf,
    (leaf) => (isTensor(leaf) ? leaf : leaf.read()),
    { op, argument: 'result of f' },
  );
  return { tree, ...flatten(tree, isTensor), aux };
}

function single(value: Tensor, aux: unknown): FunctionResult {
  return { tree: value, leaves: [value], paths: [''], aux };
}

function requireAux(op: string, returned: unknown): { value: unknown; aux: unknown } {
  if (isPlainObject(returned) && Object.hasOwn(returned, 'value') && Object.hasOwn(returned, 'aux'))
    return { value: returned['value'], aux: returned['aux'] };
  const hint = 'so aux: true wants it';
  const got = isTensor(returned) ? 'a tensor' : formatValue(returned);
  throw misuse(ArgumentError, op, 'result of f', 'be {value, aux}', got, hint);
}

/** A structure like the result with `values`, one for each of its tensors, in their place. */
export function likeResult({ tree }: FunctionResult, values: readonly unknown[]): unknown {
  if (isTensor(tree)) return values[0];
  return unflatten<unknown, Tensor, unknown>(tree, isTensor, values);
}

/** The error for a result that is not one tensor. */
export function notOneTensor(op: string, value: unknown): Error {
  const hint =
    typeof value === 'number'
      ? 'scalar(...) makes a tensor of a number'
      : 'a GradientTape takes several targets, and jacobian a function of several results';
  return misuse(ArgumentError, op, 'result of f', 'be one tensor', formatValue(value), hint);
}
