import type { GradtapeError } from '../base/errors.ts';
import { ArgumentError, DTypeError, misuse, ShapeError } from '../base/errors.ts';
import { isDifferentiable, isFloat } from '../base/dtype.ts';
import { formatShape, formatValue } from '../base/format.ts';
import type { Spec } from '../base/shape.ts';
import { sameShape, specOf } from '../base/shape.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor, isTensor } from '../core/tensor.ts';
import type { MapLeaves, OnlyLeaves } from '../core/tree.ts';
import { flatten, unflatten, zipTrees } from '../core/tree.ts';
import type { Variable } from '../core/variable.ts';
import { isVariable } from '../core/isVariable.ts';

/** What a gradient can be taken of, and with respect to. */
export type Leaf = Tensor | Variable;

/** Tensors and variables, alone or in nested arrays and plain objects. */
export type LeafTree = Leaf | readonly LeafTree[] | { readonly [key: string]: LeafTree };

/**
 * What a parameter `tree: T & LeavesOnly<T>` adds to its type: nothing for a structure of leaves, and
 * a type that does not fit for anything else. Unlike `LeafTree`, it lets an interface pass.
 */
export type LeavesOnly<T> = [T] extends [LeafTree] ? unknown : OnlyLeaves<T, Leaf>;

/** The type of a structure with `R` in place of each leaf; for `LeafTree` itself as wide a type. */
export type WithLeaves<T, R> = LeafTree extends T ? TreeOf<R> : MapLeaves<T, Leaf, R>;

/** `R`, alone or in nested arrays and plain objects. */
export type TreeOf<R> = R | readonly TreeOf<R>[] | { readonly [key: string]: TreeOf<R> };

/** Cotangents in the structure of what they belong to; a null stands for ones. */
export type CotangentTree =
  Leaf | null | readonly CotangentTree[] | { readonly [key: string]: CotangentTree };

export function isLeaf(value: unknown): value is Leaf {
  return isTensor(value) || isVariable(value);
}

/** The leaves of a structure in order; of a flat array the array itself. */
export function requireLeaves(op: string, argument: string, tree: unknown): readonly Leaf[] {
  if (isLeaf(tree)) return [tree];
  if (isLeafList(tree)) return tree;
  return flattened(op, argument, tree).leaves;
}

/** The name of leaf `index` for messages: the argument and the leaf's path in it. */
export function leafName(argument: string, tree: unknown, index: number): string {
  if (isLeaf(tree)) return argument;
  return placed(argument, flatten(tree, isLeaf).paths[index]);
}

/** An argument and the path of a leaf in it, for messages. */
export function placed(argument: string, path: string): string {
  return path === '' || path.startsWith('[') ? argument + path : `${argument}.${path}`;
}

/** A structure like `tree` with `values`, one for each of its leaves, in their place. */
export function restructured<T, R>(
  tree: T,
  leaves: readonly Leaf[],
  values: readonly R[],
): WithLeaves<T, R> {
  // `requireLeaves` hands out a flat array as it is, and then the values need no structure either.
  if ((leaves as unknown) === tree) return values as unknown as WithLeaves<T, R>;
  if (isLeaf(tree)) return values[0] as WithLeaves<T, R>;
  return unflatten<unknown, Leaf, R>(tree, isLeaf, values) as WithLeaves<T, R>;
}

/** The value a leaf has now, without telling any tape. */
export function valueOf(leaf: Leaf): Tensor {
  return isTensor(leaf) ? leaf : leaf.peek();
}

/** The cotangents that a reverse pass starts from, a null for ones; null when all are ones. */
export function requireCotangents(
  op: string,
  argument: string,
  given: unknown,
  tree: unknown,
  targets: readonly Leaf[],
): readonly (Tensor | null)[] | null {
  if (given === undefined || given === null) return null;
  const seeds = matchingSeeds(op, argument, given, tree, targets);
  return seeds.map((seed, i) => {
    if (seed === null) return null;
    const misfit = seedMisfit(seed, targets[i], "the target's");
    if (misfit !== null) throw misfit(op, leafName(argument, tree, i));
    return isTensor(seed) ? seed : seed.read();
  });
}

type Misfit = (op: string, argument: string) => GradtapeError;

/** What is wrong with a (co)tangent of `leaf`: its shape or its dtype; null for nothing. */
export function misfitOf(given: Leaf, leaf: Leaf | Spec, whose: string): Misfit | null {
  if (!sameShape(given.shape, leaf.shape)) {
    const condition = `have ${whose} shape ${formatShape(leaf.shape)}`;
    return (op, name) => misuse(ShapeError, op, name, condition, formatShape(given.shape));
  }
  if (given.dtype !== leaf.dtype) {
    const condition = `have ${whose} dtype ${leaf.dtype}`;
    return (op, name) => misuse(DTypeError, op, name, condition, given.dtype, 'cast it first');
  }
  return null;
}

/** As `misfitOf`; the derivative of integers and truth values is 0 whatever float it is multiplied by. */
export function seedMisfit(seed: Leaf, target: Leaf, whose: string): Misfit | null {
  const isFree = !isDifferentiable(target.dtype) && isFloat(seed.dtype);
  return misfitOf(seed, isFree ? specOf(target.shape, seed.dtype) : target, whose);
}

export function onesOf(leaf: Leaf): Tensor {
  return filledTensor(valueOf(leaf).spec, 1);
}

export function zerosOf(leaf: Leaf): Tensor {
  return filledTensor(valueOf(leaf).spec, 0);
}

function isLeafList(tree: unknown): tree is readonly Leaf[] {
  if (!Array.isArray(tree)) return false;
  for (let i = 0; i < tree.length; i++) if (!isLeaf(tree[i])) return false;
  return true;
}

function flattened(op: string, argument: string, tree: unknown): { readonly leaves: Leaf[] } {
  if (typeof tree !== 'object' || tree === null) throw notLeaves(op, argument, tree);
  return flatten(tree, isLeaf, { op, argument, leaf: 'a tensor or variable' });
}

function notLeaves(op: string, argument: string, tree: unknown): GradtapeError {
  const condition = 'be a tensor, a variable or a structure of them';
  const isPlain = typeof tree === 'number' || typeof tree === 'boolean';
  const hint = isPlain ? 'a plain number is a constant to every tape' : undefined;
  return misuse(ArgumentError, op, argument, condition, formatValue(tree), hint);
}

type Cotangent = Leaf | null;

function isCotangent(value: unknown): value is Cotangent {
  return value === null || isLeaf(value);
}

function matchingSeeds(
  op: string,
  argument: string,
  given: unknown,
  tree: unknown,
  targets: readonly Leaf[],
): readonly Cotangent[] {
  if (isLeaf(tree)) {
    if (isCotangent(given)) return [given];
    const condition = 'be one tensor, as the target is';
    throw misuse(ArgumentError, op, argument, condition, formatValue(given));
  }
  if ((targets as unknown) === tree && (!Array.isArray(given) || given.length !== targets.length)) {
    const condition = `be an array of one tensor (or null, for ones) per target: ${String(targets.length)}`;
    const got = Array.isArray(given)
      ? String(given.length)
      : isLeaf(given)
        ? 'a tensor'
        : formatValue(given);
    throw misuse(ArgumentError, op, argument, condition, got);
  }
  return zipTrees(op, argument, tree, given, isLeaf, isCotangent).pairs.map(([, seed]) => seed);
}
