import { ArgumentError, misuse } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import { isPlainObject } from '../base/options.ts';
import { placed } from './leaves.ts';

/**
 * Batch axes for a structure of tensors: one for all of them, null for none, or arrays and objects
 * like the structure with axes for its parts.
 */
export type AxisTree = number | null | readonly AxisTree[] | { readonly [key: string]: AxisTree };

/** What a walk over axes and a structure needs to word its errors, and to know a tensor. */
interface Walk {
  readonly op: string;
  readonly argument: string;
  readonly isLeaf: (value: unknown) => boolean;
}

/** The axis for each tensor of a structure in order: a number (whatever the user gave), or null. */
export function axesFor(walk: Walk, axes: unknown, tree: unknown, path = ''): unknown[] {
  const isSpread = !Array.isArray(axes) && !isPlainObject(axes);
  if (walk.isLeaf(tree)) {
    if (isSpread) return [axes];
    throw misfit(walk, path, 'be one axis, or null', axes);
  }
  const parts = partsOf(tree);
  if (!isSpread) requireParts(walk, axes, tree, path);
  const given = axes as Readonly<Record<string, unknown>>;
  return parts.flatMap(([key, part, step]) =>
    axesFor(walk, isSpread ? axes : given[key], part, path === '' ? step : placed(path, step)),
  );
}

/** The parts of a structure: the key of each, the part, and its key as it is written after a path. */
function partsOf(tree: unknown): (readonly [key: string, part: unknown, step: string])[] {
  const entries = Object.entries(tree as Readonly<Record<string, unknown>>);
  const isList = Array.isArray(tree);
  return entries.map(([key, part]) => [key, part, isList ? `[${key}]` : key]);
}

/** Checks that axes have a part for each part of the structure. */
function requireParts(walk: Walk, axes: unknown, tree: unknown, path: string): void {
  if (Array.isArray(tree)) {
    if (Array.isArray(axes) && axes.length === tree.length) return;
    throw misfit(walk, path, `be an array of ${String(tree.length)}`, axes);
  }
  if (!isPlainObject(axes)) throw misfit(walk, path, 'be an object', axes);
  const missing = partsOf(tree).find(([key]) => !Object.hasOwn(axes, key));
  if (missing !== undefined)
    throw misfit(walk, path, `have the key ${formatValue(missing[0])}`, axes);
}

function misfit({ op, argument }: Walk, path: string, condition: string, axes: unknown): Error {
  const got = Array.isArray(axes) ? `an array of ${String(axes.length)}` : formatValue(axes);
  const hint = 'it gives one axis for all, or an axis for each part';
  return misuse(ArgumentError, op, placed(argument, path), condition, got, hint);
}
