import { isDifferentiable } from '../base/dtype.ts';
import { ArgumentError, misuse, UnsupportedError } from '../base/errors.ts';
import { readOptions, requireOneOf } from '../base/options.ts';
import { runtime } from '../base/runtime.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import type { TracedTensor } from '../core/traced.ts';
import type {
  CotangentTree,
  Leaf,
  LeafTree,
  LeavesOnly,
  WithLeaves,
} from '../transforms/leaves.ts';
import {
  leafName,
  onesOf,
  requireCotangents,
  requireLeaves,
  restructured,
  zerosOf,
} from '../transforms/leaves.ts';
import { Recording, unmark, untracked } from '../transforms/recording.ts';
import { reverse } from '../transforms/reverse.ts';
import type { Graph, Node } from './graph.ts';
import { innermostGraph, isGraph } from './graph.ts';

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
 * `xs`: builds nodes in the graph of `ys` and computes nothing. A derivative that does not depend on
 * any symbol may be a constant.
 *
 * @param xs - symbols, variables or constants of the graph
 * @throws UnsupportedError in eager mode, as TensorFlow does: use `GradientTape` there
 * @throws ArgumentError, ShapeError or DTypeError when `gradYs` do not match `ys`
 * @throws ArgumentError when a symbol belongs to another graph
 * @example
 * const g = new Graph();
 * const x = g.run(() => placeholder('float32'));
 * const dx = g.run(() => gradients(mul(x, x), x));
 * new Session(g).run(dx, [[x, 3]]) // 6
 */
export function gradients<const Y, const X>(
  ys: Y & LeavesOnly<Y>,
  xs: X & LeavesOnly<X>,
  options: GradientsOptions & { readonly unconnectedGradients: 'zero' },
): WithLeaves<X, Tensor>;
export function gradients<const Y, const X>(
  ys: Y & LeavesOnly<Y>,
  xs: X & LeavesOnly<X>,
  options?: GradientsOptions,
): WithLeaves<X, Tensor | null>;
export function gradients<const Y, const X>(
  ys: Y & LeavesOnly<Y>,
  xs: X & LeavesOnly<X>,
  options?: GradientsOptions,
): WithLeaves<X, Tensor | null> {
  const known = { gradYs: true, stopGradients: true, unconnectedGradients: true } as const;
  const given = readOptions<GradientsOptions>('gradients', options, known);
  const policy = given.unconnectedGradients ?? 'none';
  requireOneOf('gradients', 'unconnectedGradients', policy, ['none', 'zero']);
  const targets = requireLeaves('gradients', 'ys', ys);
  const sources = requireLeaves('gradients', 'xs', xs);
  const stops = requireLeaves('gradients', 'stopGradients', given.stopGradients ?? []);
  const graph = graphOf(targets, sources);
  const found = graph.run(() => {
    // Inside, so that a variable among the seeds is read as its symbol.
    const seeds = requireCotangents('gradients', 'gradYs', given.gradYs, ys, targets);
    seeds?.forEach((g, i) => {
      if (g !== null) requireKnown(graph, g, () => leafName('gradYs', ys, i));
    });
    return derive(
      graph,
      symbolsOf(graph, 'ys', ys, targets),
      targets.map((y, i) => seeds?.[i] ?? onesOf(y)),
      symbolsOf(graph, 'xs', xs, sources),
      new Set(symbolsOf(graph, 'stopGradients', given.stopGradients, stops)),
    );
  });
  const results = policy === 'none' ? found : found.map((g, i) => g ?? zerosOf(sources[i]));
  return restructured<X, Tensor | null>(xs, sources, results);
}

// Derivatives can be constants, and those can be differentiated too: then the graph is that of the
// sources, or the one that is being built.
function graphOf(targets: readonly Leaf[], sources: readonly Leaf[]): Graph {
  if (targets.length === 0) {
    const got = 'an empty structure';
    throw misuse(ArgumentError, 'gradients', 'ys', 'hold at least one symbol', got);
  }
  for (const leaves of [targets, sources]) {
    for (const x of leaves) {
      const layer = isTensor(x) && x.storage === null ? (x as TracedTensor<unknown>).layer : null;
      if (isGraph(layer)) return layer;
    }
  }
  const graph = innermostGraph();
  if (graph !== undefined) return graph;
  const hint = 'gradients is not supported when executing eagerly; use GradientTape';
  const got = `${isTensor(targets[0]) ? 'a tensor' : 'a variable'} ${targets[0].describe()}`;
  throw misuse(UnsupportedError, 'gradients', 'ys', 'be symbols of a graph', got, hint);
}

function symbolsOf(
  graph: Graph,
  argument: string,
  tree: unknown,
  leaves: readonly Leaf[],
): Tensor[] {
  return leaves.map((leaf, i) => {
    if (!isTensor(leaf)) return graph.readVariable(leaf);
    requireKnown(graph, leaf, () => leafName(argument, tree, i));
    return leaf;
  });
}

// A layer around the graph hands out constants; one inside it, or another graph, does not.
function requireKnown(graph: Graph, x: Tensor, name: () => string): void {
  if (x.storage !== null || graph.originOf(x) !== null) return;
  const layers: readonly unknown[] = runtime.layers;
  const { layer } = x as TracedTensor<unknown>;
  const isInside = layers.indexOf(layer) > layers.indexOf(graph);
  if (layer.open && !isInside) return;
  const condition = 'be symbols, variables or constants of one graph';
  const hint = isInside ? 'inside vmap, use GradientTape' : undefined;
  throw misuse(ArgumentError, 'gradients', name(), condition, x.toString(), hint);
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
  if (isDifferentiable(x.dtype)) recording.watch(x);
}
