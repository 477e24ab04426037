import { isFloat } from '../base/dtype.ts';
import { ArgumentError, misuse, UnsupportedError } from '../base/errors.ts';
import { readOptions, requireOneOf } from '../base/options.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import type { TracedTensor } from '../core/traced.ts';
import type { MapLeaves, OnlyLeaves } from '../core/tree.ts';
import type { CotangentTree, Leaf, LeafTree } from '../transforms/leaves.ts';
import {
  onesOf,
  requireCotangents,
  requireLeaves,
  restructured,
  zerosOf,
} from '../transforms/leaves.ts';
import { Recording, unmark, untracked } from '../transforms/recording.ts';
import { reverse } from '../transforms/reverse.ts';
import type { Graph, Node } from './graph.ts';
import { isGraph } from './graph.ts';

export { placeholder } from './graph.ts';

export interface GradientsOptions {
  /** Cotangents of `ys`, in their structure; a null stands for ones, the default. */
  readonly gradYs?: CotangentTree;
  /** Symbols that count as constants. */
  readonly stopGradients?: LeafTree;
  /** What an x gets that no y depends on: null (the default) or zeros. */
  readonly unconnectedGradients?: 'none' | 'zero';
}

/**
 * Symbols of the derivatives of the sum of `ys` with respect to each of `xs`, in the structure of
 * `xs`: builds nodes in the graph of `ys` and computes nothing.
 *
 * @param xs - symbols, variables or constants of the graph
 * @throws UnsupportedError in eager mode, as TensorFlow does: use `GradientTape` there
 * @throws ArgumentError, ShapeError or DTypeError when `gradYs` do not match `ys`
 * @example
 * const g = new Graph();
 * const x = g.run(() => placeholder('float32'));
 * const dx = g.run(() => gradients(mul(x, x), x));
 * new Session(g).run(dx, [[x, 3]]) // 6
 */
export function gradients<const Y, const X>(
  ys: Y & OnlyLeaves<Y, Leaf>,
  xs: X & OnlyLeaves<X, Leaf>,
  options: GradientsOptions & { readonly unconnectedGradients: 'zero' },
): MapLeaves<X, Leaf, Tensor>;
export function gradients<const Y, const X>(
  ys: Y & OnlyLeaves<Y, Leaf>,
  xs: X & OnlyLeaves<X, Leaf>,
  options?: GradientsOptions,
): MapLeaves<X, Leaf, Tensor | null>;
export function gradients<const Y, const X>(
  ys: Y & OnlyLeaves<Y, Leaf>,
  xs: X & OnlyLeaves<X, Leaf>,
  options?: GradientsOptions,
): MapLeaves<X, Leaf, Tensor | null> {
  const known = { gradYs: true, stopGradients: true, unconnectedGradients: true } as const;
  const given = readOptions<GradientsOptions>('gradients', options, known);
  const policy = given.unconnectedGradients ?? 'none';
  requireOneOf('gradients', 'unconnectedGradients', policy, ['none', 'zero']);
  const targets = requireLeaves('gradients', 'ys', ys);
  const graph = graphOf(targets);
  const sources = requireLeaves('gradients', 'xs', xs);
  const seeds = requireCotangents('gradients', 'gradYs', given.gradYs, ys, targets);
  const stops = requireLeaves('gradients', 'stopGradients', given.stopGradients ?? []);
  const found = graph.run(() =>
    derive(
      graph,
      targets.map((y) => symbolOf(graph, y)),
      targets.map((y, i) => seeds?.[i] ?? onesOf(y)),
      sources.map((x) => symbolOf(graph, x)),
      new Set(stops.map((x) => symbolOf(graph, x))),
    ),
  );
  const results = policy === 'none' ? found : found.map((g, i) => g ?? zerosOf(sources[i]));
  return restructured<X, Tensor | null>(xs, sources, results);
}

function graphOf(targets: readonly Leaf[]): Graph {
  for (const y of targets) {
    const layer = isTensor(y) && y.storage === null ? (y as TracedTensor<unknown>).layer : null;
    if (isGraph(layer)) return layer;
  }
  if (targets.length === 0) {
    const got = 'an empty structure';
    throw misuse(ArgumentError, 'gradients', 'ys', 'hold at least one symbol', got);
  }
  const hint = 'gradients is not supported when executing eagerly; use GradientTape';
  const got = `${isTensor(targets[0]) ? 'a tensor' : 'a variable'} ${targets[0].describe()}`;
  throw misuse(UnsupportedError, 'gradients', 'ys', 'be symbols of a graph', got, hint);
}

function symbolOf(graph: Graph, leaf: Leaf): Tensor {
  return isTensor(leaf) ? leaf : graph.readVariable(leaf);
}

// The graph's nodes are what a tape would have recorded, so they are differentiated as a tape's.
function derive(
  graph: Graph,
  targets: readonly Tensor[],
  cotangents: readonly Tensor[],
  sources: readonly Tensor[],
  constants: ReadonlySet<Tensor>,
): (Tensor | null)[] {
  const recording = new Recording();
  const nodes = [...graph.nodes];
  try {
    for (const x of sources) if (graph.originOf(x) === null) follow(recording, x);
    const wanted = new Set(sources);
    for (const node of nodes) record(recording, node, wanted, constants);
    const seeds = targets.flatMap((y, i) => {
      const slot = recording.slotOf(y);
      return slot < 0 ? [] : [{ slot, cotangent: cotangents[i] }];
    });
    const slots = sources.map((x) => Math.max(recording.slotOf(x), untracked));
    return reverse(recording, seeds, slots, true);
  } finally {
    // A graph outlives many of these recordings, so its symbols do not keep their marks.
    for (const { outputs } of nodes) for (const x of outputs) unmark(x, recording.id);
    recording.clear();
  }
}

function record(
  recording: Recording,
  node: Node,
  wanted: ReadonlySet<Tensor>,
  constants: ReadonlySet<Tensor>,
): void {
  if (node.kind === 'computation') {
    recording.recordIfFollowed(node.op, node.inputs, node.outputs, node.params);
  }
  for (const x of node.outputs) {
    if (constants.has(x)) unmark(x, recording.id);
    // Only now, so that a source computed from another source is followed through its own node.
    if (wanted.has(x)) follow(recording, x);
  }
}

function follow(recording: Recording, x: Tensor): void {
  if (isFloat(x.dtype)) recording.watch(x);
}
