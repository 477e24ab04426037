import { ArgumentError, DTypeError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { sameShape } from '../base/shape.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor, isTensor } from '../core/tensor.ts';
import { flatten } from '../core/tree.ts';
import type { Variable } from '../core/variable.ts';
import { isVariable } from '../core/variable.ts';

/** What a gradient can be taken of, and with respect to. */
export type Leaf = Tensor | Variable;

/** Tensors and variables, alone or in nested arrays and plain objects. */
export type LeafTree = Leaf | readonly LeafTree[] | { readonly [key: string]: LeafTree };

export function isLeaf(value: unknown): value is Leaf {
  return isTensor(value) || isVariable(value);
}

export interface Leaves {
  readonly leaves: readonly Leaf[];
  /** `argument` and the path of each leaf, for messages: `sources.layer[0]`. */
  readonly names: readonly string[];
}

/** The leaves of a structure; anything else in it is an error. */
export function requireLeaves(op: string, argument: string, tree: unknown): Leaves {
  if (tree === null || tree === undefined || typeof tree !== 'object') {
    const condition = 'be a tensor, a variable or a structure of them';
    const hint = typeof tree === 'number' ? 'a plain number was never recorded' : undefined;
    throw misuse(ArgumentError, op, argument, condition, formatValue(tree), hint);
  }
  const { leaves, paths } = flatten(tree, isLeaf, { op, argument });
  return { leaves, names: paths.map((path) => argument + path) };
}

/** The cotangents that a reverse pass starts from: as given, or ones. */
export function requireCotangents(
  op: string,
  argument: string,
  given: unknown,
  targets: readonly Leaf[],
): readonly Tensor[] {
  if (given === undefined || given === null) return targets.map((y) => filledTensor(specOfLeaf(y), 1));
  const list = isTensor(given) ? [given] : Object.values(given as object);
  const flat = flattenNullable(list);
  if (flat.length !== targets.length) {
    const condition = `hold one tensor (or null, for ones) per target: ${String(targets.length)}`;
    throw misuse(ArgumentError, op, argument, condition, String(flat.length));
  }
  return flat.map((seed, i) => {
    const target = targets[i];
    if (seed === null) return filledTensor(specOfLeaf(target), 1);
    if (!isTensor(seed)) throw misuse(ArgumentError, op, argument, 'hold tensors or null', formatValue(seed));
    if (!sameShape(seed.shape, target.shape)) {
      const condition = `have the target's shape ${formatShape(target.shape)}`;
      throw misuse(ShapeError, op, argument, condition, formatShape(seed.shape));
    }
    if (seed.dtype !== target.dtype) {
      throw misuse(DTypeError, op, argument, `have the target's dtype ${target.dtype}`, seed.dtype);
    }
    return seed;
  });
}

function flattenNullable(list: readonly unknown[]): unknown[] {
  return list.flatMap((value) =>
    value === null || typeof value !== 'object' || isLeaf(value) ? [value] : flattenNullable(Object.values(value)),
  );
}

function specOfLeaf(leaf: Leaf): Tensor['spec'] {
  return isTensor(leaf) ? leaf.spec : leaf.peek().spec;
}
