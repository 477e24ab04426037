/** Checked by the compiler; nothing here runs but one line. */

import type { MapLeaves, OnlyLeaves } from '../../lib/core/tree.ts';
import { flatten, mapTree, unflatten, zipTrees } from '../../lib/core/tree.ts';

interface Leaf {
  readonly rank: number;
}

interface Gradient {
  readonly slope: number;
}

type Equal<A, B> =
  (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;

declare const a: Leaf;
declare const b: Leaf;
declare function isLeaf(value: unknown): value is Leaf;
declare function isLeafOrNull(value: unknown): value is Leaf | null;
declare function slopeOf(leaf: Leaf): Gradient;
declare function gradient<const T>(
  target: Leaf,
  sources: T & OnlyLeaves<T, Leaf>,
): MapLeaves<T, Leaf, Gradient>;

interface Model {
  readonly kernel: Leaf;
  bias?: Leaf;
  layers: Leaf[];
}

declare const model: Model;

/** Never called. */
export function compiles(): void {
  const bare: Gradient = gradient(a, a);
  const [da, db]: readonly [Gradient, Gradient] = gradient(a, [a, b]);
  const tuple: readonly [Gradient, Gradient] = gradient(a, [a, b] as const);
  const object: { readonly w: Gradient; readonly b: readonly [Gradient, Gradient] } = gradient(a, {
    w: a,
    b: [a, b],
  });
  const list: Gradient[] = gradient(a, [a, b] as Leaf[]);
  const readonlyList: readonly Gradient[] = gradient(a, [a, b] as readonly Leaf[]);
  const fromInterface = gradient(a, model);
  const kernel: Gradient = fromInterface.kernel;
  const bias: Gradient | undefined = fromInterface.bias;
  const layers: Gradient[] = fromInterface.layers;
  void [bare, da, db, tuple, object, list, readonlyList, kernel, bias, layers];

  const { leaves } = flatten([a], isLeaf);
  const rank: number = leaves[0].rank;
  const same: Gradient[] = unflatten([a, b], isLeaf, [] as Gradient[]);
  const pair: { x: Gradient; y: Gradient[] } = mapTree({ x: a, y: [b] }, isLeaf, slopeOf);
  const { pairs } = zipTrees('apply', 'gradients', [a], [null], isLeaf, isLeafOrNull);
  const other: Leaf | null = pairs[0][1];
  const nulls: { x: number; y: number } = mapTree(
    { x: a, y: null },
    isLeafOrNull,
    (leaf) => leaf?.rank ?? 0,
  );
  void [rank, same, pair, other, nulls];
}

/** Never called. */
export function doesNotCompile(): void {
  // @ts-expect-error -- a tuple of two has no third entry
  gradient(a, [a, b])[2];
  // @ts-expect-error -- the result has the keys of the sources, and no others
  gradient(a, { w: a }).v;
  // @ts-expect-error -- a leaf of the result is no leaf of the sources
  const leaf: Leaf = gradient(a, a);
  // @ts-expect-error -- an optional key stays optional
  const bias: Gradient = gradient(a, model).bias;
  // @ts-expect-error -- a readonly key stays readonly
  gradient(a, model).kernel = gradient(a, a);
  // @ts-expect-error -- a number is no leaf
  gradient(a, 5);
  // @ts-expect-error -- nor is one in a structure
  gradient(a, [a, { w: 5 }]);
  // @ts-expect-error -- null is none unless the leaves include it
  gradient(a, { w: null });
  // @ts-expect-error -- a function is none
  gradient(a, [() => a]);
  void [leaf, bias];
}

export const types: readonly true[] = [
  true satisfies Equal<
    MapLeaves<readonly [Leaf, Leaf], Leaf, Gradient>,
    readonly [Gradient, Gradient]
  >,
  true satisfies Equal<MapLeaves<[Leaf, Leaf?], Leaf, Gradient>, [Gradient, Gradient?]>,
  true satisfies Equal<
    MapLeaves<[x: Leaf, ...rest: Leaf[]], Leaf, Gradient>,
    [x: Gradient, ...rest: Gradient[]]
  >,
  true satisfies Equal<
    MapLeaves<{ a: Leaf; readonly b?: Leaf }, Leaf, Gradient>,
    { a: Gradient; readonly b?: Gradient }
  >,
  true satisfies Equal<MapLeaves<Record<string, Leaf>, Leaf, Gradient>, Record<string, Gradient>>,
  true satisfies Equal<MapLeaves<Leaf | Leaf[], Leaf, Gradient>, Gradient | Gradient[]>,
  true satisfies Equal<MapLeaves<Leaf | null, Leaf | null, Gradient>, Gradient>,
  true satisfies Equal<MapLeaves<unknown, Leaf, Gradient>, unknown>,
  true satisfies Equal<MapLeaves<number, Leaf, Gradient>, never>,
];

describe('MapLeaves', () => {
  it('keeps the structure of its argument', () => {
    expect(types.every(Boolean)).toBe(true);
  });
});
