import { ArgumentError, misuse } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import { isPlainObject } from '../base/options.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands, asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor, requireFloat } from '../core/tensor.ts';
import { flatten, unflatten, zipTrees } from '../core/tree.ts';
import { isVariable } from '../core/isVariable.ts';
import type { Leaf } from './leaves.ts';
import { misfitOf, placed } from './leaves.ts';

/*
 * Arguments of the functions that are transformed: tensor-likes, or arrays and plain objects of them.
 * An array that holds numbers only, however nested, is one tensor; an array that holds a tensor, a
 * variable or a plain object is a structure. Inside a structure an empty array is an empty structure.
 */

/** What cannot be part of an argument. */
type Unstructured =
  string | number | boolean | bigint | symbol | null | undefined | ((...args: never[]) => unknown);

/* A union that is all tensor-like is looked at as a whole first: its members one by one cost the compiler. */

/** The type of an argument as the function gets it: a tensor in place of each tensor-like. */
export type TensorsOf<T> = unknown extends T
  ? unknown
  : [T] extends [TensorLike]
    ? Tensor
    : T extends TensorLike
      ? Tensor
      : T extends Unstructured
        ? never
        : { -readonly [K in keyof T]: T[K] extends readonly [] ? [] : TensorsOf<T[K]> };

/** Tensor-likes, alone or in nested arrays and plain objects. */
export type LikeTree = TensorLike | readonly LikeTree[] | { readonly [key: string]: LikeTree };

/**
 * What a parameter `primals: P & PrimalsOnly<P>` adds to its type: nothing for a structure of
 * tensor-likes, and a type that does not fit for anything else. Unlike `LikeTree`, it lets an interface
 * pass.
 */
export type PrimalsOnly<P> = [P] extends [LikeTree] ? unknown : OnlyLikes<P>;

type OnlyLikes<T> = unknown extends T
  ? unknown
  : T extends TensorLike
    ? T
    : T extends Unstructured
      ? TensorLike
      : { [K in keyof T]: OnlyLikes<T[K]> };

/** What may be given where a function wants `T`: a tensor-like in place of each tensor. */
export type LikesOf<T> = unknown extends T
  ? unknown
  : [T] extends [TensorLike]
    ? TensorLike
    : T extends TensorLike
      ? TensorLike
      : T extends Unstructured
        ? never
        : { readonly [K in keyof T]: LikesOf<T[K]> };

/**
 * What may be given for an argument of type `T`: as `LikesOf`, but elements of an array are tensors or
 * variables, because an array of numbers alone would be one tensor.
 */
export type GivenFor<T> = unknown extends T
  ? unknown
  : [T] extends [TensorLike]
    ? TensorLike
    : T extends TensorLike
      ? TensorLike
      : T extends Unstructured
        ? never
        : T extends readonly unknown[]
          ? { readonly [K in keyof T]: T[K] extends Leaf ? Leaf : GivenFor<T[K]> }
          : { readonly [K in keyof T]: GivenFor<T[K]> };

/** What may be given for the arguments of a function that takes `A`. */
export type GivenArguments<A extends readonly unknown[]> = { [K in keyof A]: GivenFor<A[K]> };

/** The arguments that `primals` stand for: an array is the list of them, all else the only one. */
export type ArgumentsOf<P> = P extends readonly unknown[]
  ? { -readonly [K in keyof P]: TensorsOf<P[K]> }
  : [TensorsOf<P>];

/** Derivatives in the structure of `primals`: bare for one bare argument, else a list. */
export type MirrorOf<P> = P extends readonly unknown[]
  ? { -readonly [K in keyof P]: TensorsOf<P[K]> }
  : TensorsOf<P>;

/** What may be given as a direction: the structure of `primals` with a tensor-like at each leaf. */
export type DirectionOf<P> = LikesOf<MirrorOf<P>>;

/** The arguments of one call, taken apart. */
export interface Arguments {
  /** Each argument as it was given. */
  readonly trees: readonly unknown[];
  /** How many leaves each has. */
  readonly counts: readonly number[];
  /** The leaves of all arguments in order. */
  readonly leaves: readonly Tensor[];
  /** What each leaf is called in messages. */
  readonly names: readonly string[];
  /** Whether one argument was given bare rather than in a list. */
  readonly isBare: boolean;
}

const places = new Map<string, string[]>();

/** What the elements of a list are called in messages: `args[0]`, `args[1]`, …, `count` or more. */
export function placesIn(argument: string, count: number): readonly string[] {
  let known = places.get(argument);
  if (known === undefined) places.set(argument, (known = []));
  while (known.length < count) known.push(`${argument}[${String(known.length)}]`);
  return known;
}

/** Takes arguments apart; variables count as read. */
export function readArguments(
  op: string,
  trees: readonly unknown[],
  names: readonly string[],
): Arguments {
  const counts: number[] = [];
  const leaves: Tensor[] = [];
  const leafNames: string[] = [];
  trees.forEach((tree, i) => {
    const first = leaves.length;
    if (isTop(tree)) {
      leaves.push(asTensor(tree, names[i], op));
      leafNames.push(names[i]);
    } else {
      const flat = flatten(tree, isInner, { op, argument: names[i], leaf: 'a tensor' });
      flat.leaves.forEach((leaf, k) => {
        const name = placed(names[i], flat.paths[k]);
        leaves.push(asTensor(leaf, name, op));
        leafNames.push(name);
      });
    }
    counts.push(leaves.length - first);
  });
  return { trees, counts, leaves, names: leafNames, isBare: false };
}

/** Takes `primals` apart: an array is the list of arguments, anything else the only one. */
export function readPrimals(op: string, primals: unknown): Arguments {
  if (!Array.isArray(primals))
    return { ...readArguments(op, [primals], ['primals']), isBare: true };
  const list = Array.from(primals as readonly unknown[]);
  return readArguments(op, list, placesIn('primals', list.length));
}

/** The arguments with `values`, one for each leaf, in the place of their leaves. */
export function rebuilt(
  { trees, counts }: Pick<Arguments, 'trees' | 'counts'>,
  values: readonly unknown[],
): unknown[] {
  let at = 0;
  return trees.map((tree, i) => {
    const first = at;
    at += counts[i];
    if (isTop(tree)) return values[first];
    return unflatten<unknown, unknown, unknown>(tree, isInner, values.slice(first, at));
  });
}

/** As `rebuilt`, in the form that the arguments came in: bare, or a list. */
export function mirrored(args: Arguments, values: readonly unknown[]): unknown {
  const list = rebuilt(args, values);
  return args.isBare ? list[0] : list;
}

/** Refuses arguments that derivatives do not exist for. */
export function requireFloats(op: string, { leaves, names }: Arguments): void {
  leaves.forEach((x, i) => {
    requireFloat(op, names[i], x);
  });
}

/** A direction in the space of the arguments: a tensor for each leaf, of its shape and dtype. */
export function readDirection(
  op: string,
  argument: string,
  given: unknown,
  args: Arguments,
): Tensor[] {
  const list = args.isBare ? [given] : given;
  if (!Array.isArray(list) || list.length !== args.trees.length) {
    const condition = `be an array of one for each of the primals: ${String(args.trees.length)}`;
    const other = isTensor(given) ? `a tensor ${given.describe()}` : formatValue(given);
    const got = Array.isArray(list) ? String(list.length) : other;
    throw misuse(ArgumentError, op, argument, condition, got);
  }
  let at = 0;
  return args.trees.flatMap((tree, i) => {
    const name = args.isBare ? argument : `${argument}[${String(i)}]`;
    const matching = leavesLike(op, name, (list as readonly unknown[])[i], tree);
    return matching.map(({ leaf, name: place }) => {
      const k = at++;
      return fitted(op, place, leaf, args.leaves[k], "the primal's");
    });
  });
}

interface NamedLeaf {
  readonly leaf: unknown;
  readonly name: string;
}

/** The leaves of `given`, which must have the structure of `tree`. */
function leavesLike(op: string, argument: string, given: unknown, tree: unknown): NamedLeaf[] {
  if (isTop(tree)) return [{ leaf: given, name: argument }];
  const { pairs, paths } = zipTrees<unknown>(op, argument, tree, given, isInner, isTop);
  return pairs.map(([, leaf], i) => ({ leaf, name: placed(argument, paths[i]) }));
}

/** Tensors for the leaves of `tree`, a structure of tensors: of their shapes and dtypes. */
export function readLike(
  op: string,
  argument: string,
  given: unknown,
  tree: unknown,
  leaves: readonly Tensor[],
): Tensor[] {
  const named = isTensor(tree)
    ? [{ leaf: given, name: argument }]
    : leavesLike(op, argument, given, tree);
  return named.map(({ leaf, name }, i) => fitted(op, name, leaf, leaves[i], "the result's"));
}

/** A tensor of a (co)tangent; a plain number adopts the dtype of what it belongs to. */
function fitted(op: string, name: string, given: unknown, like: Tensor, whose: string): Tensor {
  const [x] = asOperands([given, like], [name, name], op);
  const misfit = misfitOf(x, like, whose);
  if (misfit !== null) throw misfit(op, name);
  return x;
}

/** Whether an argument is one tensor-like; what is neither that nor a structure counts as one, and is refused later. */
export function isTop(value: unknown): value is TensorLike {
  if (isTensor(value) || isVariable(value)) return true;
  return Array.isArray(value) ? !holdsTensors(value, 0) : !isPlainObject(value);
}

/** The same inside a structure. */
export function isInner(value: unknown): value is TensorLike {
  return isTop(value) && !(Array.isArray(value) && value.length === 0);
}

/** Deepest nesting of array literals: see `asTensor`, which refuses what is deeper. */
const deepest = 32;

function holdsTensors(list: readonly unknown[], depth: number): boolean {
  if (depth > deepest) return false;
  return list.some((one) => {
    if (typeof one === 'number') return false;
    if (Array.isArray(one)) return holdsTensors(one, depth + 1);
    return isTensor(one) || isVariable(one) || isPlainObject(one);
  });
}
