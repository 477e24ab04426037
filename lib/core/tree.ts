/** Nested structures: a leaf, or arrays and plain objects of structures. */

import type { GradtapeError } from '../base/errors.ts';
import { ArgumentError, misuse } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import { isPlainObject } from '../base/options.ts';

/** Tells leaves from the rest of a structure; where it accepts null, null is a leaf. */
export type IsLeaf<L> = (value: unknown) => value is L;

/**
 * The type of `T` with `R` in place of each leaf `L`: tuples stay tuples, objects keep their keys,
 * and both stay as readonly as they were. What is neither a leaf nor a structure becomes `never`.
 */
export type MapLeaves<T, L, R> = unknown extends T
  ? unknown
  : T extends L
    ? R
    : T extends Unstructured
      ? never
      : { [K in keyof T]: MapLeaves<T[K], L, R> };

/**
 * `T` itself where it is a structure of leaves `L`; elsewhere a type it does not fit. A parameter
 * `tree: T & OnlyLeaves<T, L>` so refuses, say, an array of numbers at compile time.
 */
export type OnlyLeaves<T, L> = unknown extends T
  ? unknown
  : T extends L
    ? T
    : T extends Unstructured
      ? L
      : { [K in keyof T]: OnlyLeaves<T[K], L> };

type Unstructured =
  string | number | boolean | bigint | symbol | null | undefined | ((...args: never[]) => unknown);

/** Words for the errors of a walk over a structure. */
export interface TreeNames {
  /** The public function that was called. */
  readonly op: string;
  /** Its parameter that is the structure. */
  readonly argument: string;
  /** What a leaf is, with its article; 'a tensor' unless told. */
  readonly leaf?: string;
}

/** The leaves of a structure in order, and where each stands: `[0].weights.bias`; '' for a bare leaf. */
export interface Flat<L> {
  readonly leaves: L[];
  readonly paths: string[];
}

/** The leaves of two structures that stand at the same place. */
export interface Zipped<L, M> {
  readonly pairs: (readonly [L, M])[];
  readonly paths: string[];
}

/**
 * The leaves of a structure, depth first: arrays by index, plain objects by their own enumerable
 * string keys in insertion order.
 *
 * @throws ArgumentError when it holds itself or anything that is neither leaf, array nor plain object
 */
export function flatten<L>(tree: unknown, isLeaf: IsLeaf<L>, names?: TreeNames): Flat<L> {
  const leaves: L[] = [];
  const paths: string[] = [];
  walk(tree, isLeaf, names ?? { op: 'flatten', argument: 'tree' }, (leaf, path) => {
    leaves.push(leaf);
    paths.push(path);
  });
  return { leaves, paths };
}

/**
 * A structure like `tree` with `f(leaf, path)` in place of each leaf, in the order of `flatten`.
 *
 * @throws ArgumentError as `flatten` does
 */
export function mapTree<T, L, R>(
  tree: T,
  isLeaf: IsLeaf<L>,
  f: (leaf: L, path: string) => R,
  names?: TreeNames,
): MapLeaves<T, L, R> {
  return walk(tree, isLeaf, names ?? { op: 'mapTree', argument: 'tree' }, f) as MapLeaves<T, L, R>;
}

/**
 * A structure like `tree` with `leaves`, in the order of `flatten`, in place of its leaves.
 *
 * @throws ArgumentError when there are more or fewer leaves than `tree` has
 */
export function unflatten<T, L, R>(
  tree: T,
  isLeaf: IsLeaf<L>,
  leaves: readonly R[],
): MapLeaves<T, L, R> {
  let count = 0;
  const result = mapTree(tree, isLeaf, () => leaves[count++], {
    op: 'unflatten',
    argument: 'tree',
  });
  if (count !== leaves.length) {
    const condition = `be as many as the structure has: ${String(count)}`;
    throw misuse(ArgumentError, 'unflatten', 'leaves', condition, String(leaves.length));
  }
  return result;
}

/**
 * Pairs the leaves of `a` with those of `b` at the same paths; the order of keys does not matter.
 *
 * @param argument - the name of `b`, which is at fault where the two differ
 * @param isOther - tells the leaves of `b`, if they are of another kind than those of `a`
 * @throws ArgumentError naming the first path at which `b` differs
 */
export function zipTrees<L, M = L>(
  op: string,
  argument: string,
  a: unknown,
  b: unknown,
  isLeaf: IsLeaf<L>,
  isOther: IsLeaf<M> = isLeaf as unknown as IsLeaf<M>,
): Zipped<L, M> {
  const pairs: (readonly [L, M])[] = [];
  const paths: string[] = [];
  const names = { op, argument };
  const pair = (leaf: L, path: string, other: unknown): void => {
    if (!isOther(other)) throw misfit(names, path, 'be a leaf', other);
    pairs.push([leaf, other]);
    paths.push(path);
  };
  walk(a, isLeaf, { op, argument: `structure for ${argument}` }, pair, {
    tree: b,
    isLeaf: isOther,
    names,
  });
  return { pairs, paths };
}

/**
 * Checks that `b` has the structure of `a`.
 *
 * @param argument - the name of `b`
 * @throws ArgumentError naming the first path at which `b` differs
 */
export function requireSameStructure<L>(
  op: string,
  argument: string,
  a: unknown,
  b: unknown,
  isLeaf: IsLeaf<L>,
): void {
  zipTrees(op, argument, a, b, isLeaf);
}

type Container = readonly unknown[] | Readonly<Record<string, unknown>>;

/** A second structure that is walked beside the first. */
interface Companion {
  readonly tree: unknown;
  readonly isLeaf: (value: unknown) => boolean;
  readonly names: TreeNames;
}

/** A container on the way from the root to the present node. */
interface Frame {
  readonly node: Container;
  readonly other: Container | null;
  /** The keys of a plain object; null for an array. */
  readonly keys: readonly string[] | null;
  readonly length: number;
  readonly path: string;
  /** The results for the children visited so far. */
  readonly results: unknown[];
}

type Visit<L> = (leaf: L, path: string, other: unknown) => unknown;

// A loop with its own stack: the depth of a structure is not bounded by JavaScript's.
function walk<L>(
  tree: unknown,
  isLeaf: IsLeaf<L>,
  names: TreeNames,
  visit: Visit<L>,
  companion?: Companion,
): unknown {
  if (isLeaf(tree)) return visit(tree, '', companion?.tree);
  const frames: Frame[] = [];
  const ancestors = new Set<unknown>();
  const enter = (node: unknown, path: string, other: unknown): void => {
    if (ancestors.has(node))
      throw cycle(names, path, frames.find((frame) => frame.node === node)?.path ?? '');
    const frame = frameOf(node, path, names);
    ancestors.add(node);
    frames.push(
      companion === undefined ? frame : { ...frame, other: matching(frame, other, companion) },
    );
  };
  enter(tree, '', companion?.tree);
  for (;;) {
    const frame = frames[frames.length - 1];
    const at = frame.results.length;
    if (at === frame.length) {
      const result = assemble(frame);
      frames.pop();
      ancestors.delete(frame.node);
      if (frames.length === 0) return result;
      frames[frames.length - 1].results.push(result);
      continue;
    }
    const key = frame.keys === null ? at : frame.keys[at];
    const child = childOf(frame.node, key);
    const other = frame.other === null ? undefined : childOf(frame.other, key);
    const path = joinPath(frame.path, key);
    if (isLeaf(child)) frame.results.push(visit(child, path, other));
    else enter(child, path, other);
  }
}

function frameOf(node: unknown, path: string, names: TreeNames): Frame {
  if (isList(node))
    return { node, other: null, keys: null, length: node.length, path, results: [] };
  if (!isPlainObject(node)) throw notStructure(names, path, node);
  const keys = Object.keys(node);
  return { node, other: null, keys, length: keys.length, path, results: [] };
}

/** The companion's container beside `frame`, checked to be alike. */
function matching(
  { keys, length, path }: Frame,
  other: unknown,
  { isLeaf, names }: Companion,
): Container {
  if (keys === null) {
    // Where the one is an array the other is walked into, even if it could be a leaf of its kind.
    if (isList(other) && other.length === length) return other;
    throw misfit(names, path, `be an array of ${String(length)}`, other);
  }
  if (isLeaf(other) || !isPlainObject(other))
    throw misfit(names, path, `be an object with ${keyList(keys)}`, other);
  const missing = keys.find((key) => !Object.hasOwn(other, key));
  if (missing !== undefined)
    throw misfit(names, path, `have the key ${formatValue(missing)}`, other);
  const known = new Set(keys);
  const extra = Object.keys(other).find((key) => !known.has(key));
  if (extra !== undefined) throw misfit(names, joinPath(path, extra), 'be absent', other[extra]);
  return other;
}

// `fromEntries` defines properties, so a key such as `__proto__` stays an ordinary key.
function assemble({ keys, results }: Frame): unknown {
  return keys === null ? results : Object.fromEntries(keys.map((key, i) => [key, results[i]]));
}

function childOf(node: Container, key: string | number): unknown {
  return (node as Readonly<Record<string | number, unknown>>)[key];
}

function isList(node: unknown): node is readonly unknown[] {
  try {
    return Array.isArray(node);
  } catch {
    return false; // a revoked proxy
  }
}

function joinPath(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${String(key)}]`;
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

function notStructure(names: TreeNames, path: string, node: unknown): GradtapeError {
  const leaf = names.leaf ?? 'a tensor';
  const isNumeric = typeof node === 'number' || ArrayBuffer.isView(node);
  const hint =
    isNumeric && names.leaf === undefined ? 'tensor(...) makes a tensor of it' : undefined;
  const condition = `be ${leaf}, or an array or plain object of such`;
  return misuseAt(names, path, condition, formatValue(node), hint);
}

function cycle(names: TreeNames, path: string, first: string): GradtapeError {
  return misuseAt(names, path, 'not contain itself', `${located(names.argument, first)} again`);
}

function misfit(names: TreeNames, path: string, condition: string, other: unknown): GradtapeError {
  const hint = 'its structure differs from the one it must match';
  return misuseAt(names, path, condition, describe(other), hint);
}

function describe(value: unknown): string {
  if (isList(value)) return `an array of ${String(value.length)}`;
  return isPlainObject(value)
    ? `an object with ${keyList(Object.keys(value))}`
    : formatValue(value);
}

function misuseAt(
  names: TreeNames,
  path: string,
  condition: string,
  got: string,
  hint?: string,
): GradtapeError {
  return misuse(ArgumentError, names.op, located(names.argument, path), condition, got, hint);
}

function located(argument: string, path: string): string {
  const place = path === '' || path.startsWith('[') ? argument + path : `${argument}.${path}`;
  return place.length <= 120 ? place : `${place.slice(0, 60)}...${place.slice(-50)}`;
}

function keyList(keys: readonly string[]): string {
  if (keys.length === 0) return 'no keys';
  const shown = keys
    .slice(0, 8)
    .map((key) => formatValue(key))
    .join(', ');
  return `the keys ${shown}${keys.length > 8 ? ', ...' : ''}`;
}
