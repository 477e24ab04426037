import { ArgumentError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { sameShape } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import type { MapLeaves } from '../core/tree.ts';
import { flatten, unflatten } from '../core/tree.ts';
import { cast } from '../ops/structural.ts';
import type { Graph, Node } from './graph.ts';

/** Symbols to evaluate; a null, an unconnected gradient, stays null. */
export type Fetches = Tensor | null | readonly Fetches[] | { readonly [key: string]: Fetches };

/** Values for placeholders (or any symbol in their place): pairs, a Map, or an object by name. */
export type Feeds =
  | ReadonlyMap<Tensor, TensorLike>
  | readonly (readonly [Tensor, TensorLike])[]
  | { readonly [name: string]: TensorLike };

/**
 * Evaluates symbols of a graph.
 *
 * @example
 * const g = new Graph();
 * const x = g.run(() => placeholder('float32', [], 'x'));
 * const y = g.run(() => mul(x, x));
 * new Session(g).run(y, { x: 3 }).item() // 9
 */
export class Session {
  readonly graph: Graph;

  constructor(graph: Graph) {
    this.graph = graph;
  }

  /**
   * Values of `fetches`, in their structure. Only nodes that the fetches need are evaluated, each
   * once.
   *
   * @throws ArgumentError when a needed placeholder is not fed, or a fetch is no symbol of the graph
   */
  run<const F extends Fetches>(fetches: F, feeds: Feeds = {}): MapLeaves<F, Tensor | null, Tensor> {
    if (this.graph.open) {
      throw misuse(ArgumentError, 'Session.run', 'call', 'stand outside Graph.run', 'a call while the graph is built');
    }
    const values = new Map<Tensor, Tensor>();
    for (const [symbol, value] of feedPairs(this.graph, feeds)) values.set(symbol, fedTensor(symbol, value));
    const { leaves } = flatten(fetches, isFetch, { op: 'Session.run', argument: 'fetches' });
    const needed = this.neededNodes(leaves, values);
    for (const node of this.graph.nodes) if (needed.has(node)) evaluate(node, values);
    const results = leaves.map((leaf) => (leaf === null ? null : (values.get(leaf) ?? leaf)));
    return unflatten(fetches, isFetch, results) as MapLeaves<F, Tensor | null, Tensor>;
  }

  private neededNodes(fetches: readonly (Tensor | null)[], fed: ReadonlyMap<Tensor, Tensor>): Set<Node> {
    const needed = new Set<Node>();
    const open = fetches.filter((x) => x !== null);
    for (let x = open.pop(); x !== undefined; x = open.pop()) {
      if (fed.has(x)) continue;
      const origin = this.graph.originOf(x);
      if (origin === null) {
        if (x.storage !== null) continue;
        throw misuse(ArgumentError, 'Session.run', 'fetches', "be symbols of the session's graph", x.toString());
      }
      if (needed.has(origin.node)) continue;
      needed.add(origin.node);
      if (origin.node.kind === 'placeholder') throw unfed(x, origin.node.name);
      if (origin.node.kind === 'computation') open.push(...origin.node.inputs);
    }
    return needed;
  }
}

function evaluate(node: Node, values: Map<Tensor, Tensor>): void {
  if (node.kind === 'placeholder') return;
  const results =
    node.kind === 'variable'
      ? [node.variable.read()]
      : apply(node.op, node.inputs.map((x) => values.get(x) ?? x), node.params);
  node.outputs.forEach((symbol, i) => {
    // A symbol that was fed keeps the value it was given.
    if (!values.has(symbol)) values.set(symbol, results[i]);
  });
}

function isFetch(value: unknown): value is Tensor | null {
  return value === null || isTensor(value);
}

function feedPairs(graph: Graph, feeds: Feeds): (readonly [Tensor, TensorLike])[] {
  const pairs = isIterable(feeds) ? [...feeds] : Object.entries(feeds).map(([name, value]) => [named(graph, name), value] as const);
  for (const [symbol] of pairs) {
    if (!isTensor(symbol) || graph.originOf(symbol) === null) {
      const condition = "be keyed by symbols of the session's graph";
      throw misuse(ArgumentError, 'Session.run', 'feeds', condition, formatValue(symbol));
    }
  }
  return pairs;
}

function isIterable(feeds: Feeds): feeds is Exclude<Feeds, { readonly [name: string]: TensorLike }> {
  return Symbol.iterator in feeds;
}

function named(graph: Graph, name: string): Tensor {
  const symbol = graph.placeholderNamed(name);
  if (symbol !== undefined) return symbol;
  throw misuse(ArgumentError, 'Session.run', 'feeds', 'name placeholders of the graph', `'${name}'`);
}

function fedTensor(symbol: Tensor, value: TensorLike): Tensor {
  const given = asTensor(value, 'feeds', 'Session.run');
  if (!sameShape(given.shape, symbol.shape)) {
    const condition = `have the placeholder's shape ${formatShape(symbol.shape)}`;
    throw misuse(ShapeError, 'Session.run', 'feeds', condition, formatShape(given.shape));
  }
  return cast(given, symbol.dtype);
}

function unfed(x: Tensor, name: string): Error {
  const got = `no value for '${name}' (${x.describe()})`;
  return misuse(ArgumentError, 'Session.run', 'feeds', 'hold every placeholder that the fetches need', got);
}
