import type { DType } from '../base/dtype.ts';
import { ArgumentError, DTypeError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { isPlainObject } from '../base/options.ts';
import { sameShape } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { createTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import type { TracedTensor } from '../core/traced.ts';
import type { OnlyLeaves } from '../core/tree.ts';
import { flatten, unflatten } from '../core/tree.ts';
import type { Variable } from '../core/variable.ts';
import { isVariable } from '../core/isVariable.ts';
import type { Draw } from '../ops/random.ts';
import { redraw } from '../ops/random.ts';
import type { Computation, Graph, Node } from './graph.ts';
import { isGraph } from './graph.ts';

type Fetch = Tensor | Variable | null;

/** Symbols and variables to evaluate; a null, an unconnected gradient, stays null. */
export type Fetches = Fetch | readonly Fetches[] | { readonly [key: string]: Fetches };

/** The values of fetches, in their structure. */
export type Fetched<F> = Fetches extends F
  ? FetchedTree
  : F extends Tensor | Variable
    ? Tensor
    : F extends null
      ? null
      : { [K in keyof F]: Fetched<F[K]> };

type FetchedTree = Tensor | null | readonly FetchedTree[] | { readonly [key: string]: FetchedTree };

// As a bound of the type parameter, `Fetches` would be too deep for nested generic calls.
type OnlyFetches<F> = [F] extends [Fetches] ? unknown : OnlyLeaves<F, Fetch>;

/** Values for placeholders (or any symbol in their place): pairs, a Map, or an object by name. */
export type Feeds =
  | ReadonlyMap<Tensor, TensorLike>
  | readonly (readonly [Tensor, TensorLike])[]
  | { readonly [name: string]: TensorLike };

const op = 'Session.run';

/**
 * Evaluates symbols of a graph.
 *
 * @example
 * const g = new Graph();
 * const x = g.run(() => placeholder('float32', [], 'x'));
 * const y = g.run(() => mul(x, x));
 * new Session(g).run(y, { x: 3 }) // 9
 */
export class Session {
  readonly graph: Graph;
  private runs = 0;

  constructor(graph: Graph) {
    if (!isGraph(graph)) {
      throw misuse(ArgumentError, 'Session', 'graph', 'be a Graph', formatValue(graph));
    }
    this.graph = graph;
  }

  /**
   * Values of `fetches`, in their structure. Only nodes that the fetches need are evaluated, each
   * once; variables are read, and random ops draw anew. The ops are ordinary ones: a tape that is
   * recording follows them.
   *
   * @param feeds - a value for each placeholder that the fetches need, as numbers or as a tensor of
   *   its shape and dtype
   * @throws ArgumentError when a needed placeholder is not fed, a feed is unknown, or a fetch is no
   *   symbol of the graph
   * @throws ShapeError or DTypeError when a feed does not fit
   */
  run<const F>(fetches: F & OnlyFetches<F>, feeds: Feeds = {}): Fetched<F> {
    if (this.graph.open) {
      const got = 'a call while the graph is built';
      throw misuse(ArgumentError, op, 'call', 'stand outside Graph.run', got);
    }
    const values = feedValues(this.graph, feeds);
    const { leaves } = flatten(fetches, isFetch, { op, argument: 'fetches', leaf: 'a symbol' });
    const needed = this.neededNodes(leaves, values);
    const draws = new Draws(this.runs++);
    for (const node of this.graph.nodes) if (needed.has(node)) evaluate(node, values, draws);
    const results = leaves.map((leaf) =>
      isTensor(leaf) ? (values.get(leaf) ?? leaf) : (leaf?.read() ?? null),
    );
    return unflatten<unknown, Fetch, Tensor | null>(fetches, isFetch, results) as Fetched<F>;
  }

  private neededNodes(
    fetches: readonly Fetch[],
    fed: ReadonlyMap<Tensor, Tensor>,
  ): ReadonlySet<Node> {
    const needed = new Set<Node>();
    const open = fetches.filter(isTensor);
    for (let x = open.pop(); x !== undefined; x = open.pop()) {
      if (fed.has(x)) continue;
      const origin = this.graph.originOf(x);
      if (origin === null) {
        const { layer } = x as Partial<TracedTensor<unknown>>;
        if (isGraph(layer) && !layer.open) throw foreignFetch(x);
        continue; // a constant, or one that a layer around this call stands in for
      }
      if (needed.has(origin.node)) continue;
      needed.add(origin.node);
      if (origin.node.kind === 'placeholder') throw unfed(x, origin.node.name);
      if (origin.node.kind === 'computation') for (const y of origin.node.inputs) open.push(y);
    }
    return needed;
  }
}

function evaluate(node: Node, values: Map<Tensor, Tensor>, draws: Draws): void {
  if (node.kind === 'placeholder') return;
  const results =
    node.kind === 'variable'
      ? [node.variable.read()]
      : apply(
          node.op,
          node.inputs.map((x) => values.get(x) ?? x),
          draws.paramsOf(node),
        );
  node.outputs.forEach((symbol, i) => {
    // A symbol that was fed keeps the value it was given.
    if (!values.has(symbol)) values.set(symbol, results[i]);
  });
}

/**
 * New params for the random ops of one run; nodes that drew the same when traced do so again. What a
 * node draws does not depend on which others are evaluated, unless it draws from the default stream.
 */
class Draws {
  private readonly run: number;
  private readonly found = new Map<string, Pick<Draw, 'key' | 'counter'>>();

  constructor(run: number) {
    this.run = run;
  }

  paramsOf(node: Computation): unknown {
    if (node.op.traits.random !== true) return node.params;
    const params = node.params as Draw;
    // The params of a user's op need not hold the shape.
    const { shape, size } = node.outputs[0];
    const traced = `${params.key.join(' ')} ${String(params.counter)} ${String(size)}`;
    const { key, counter } = this.found.get(traced) ?? redraw({ ...params, shape }, this.run);
    this.found.set(traced, { key, counter });
    return { ...params, key, counter };
  }
}

function isFetch(value: unknown): value is Fetch {
  return value === null || isTensor(value) || isVariable(value);
}

function foreignFetch(x: Tensor): Error {
  const condition = "be symbols of the session's graph";
  return misuse(ArgumentError, op, 'fetches', condition, x.toString());
}

function unfed(x: Tensor, name: string): Error {
  const condition = 'hold every placeholder that the fetches need';
  const got = `no value for ${formatValue(name)} (${x.describe()})`;
  return misuse(ArgumentError, op, 'feeds', condition, got);
}

function feedValues(graph: Graph, feeds: Feeds): Map<Tensor, Tensor> {
  const values = new Map<Tensor, Tensor>();
  for (const [symbol, value] of feedPairs(graph, feeds)) {
    const origin = isTensor(symbol) ? graph.originOf(symbol) : null;
    if (origin === null) {
      const condition = "be keyed by symbols of the session's graph";
      const got = isTensor(symbol) ? symbol.toString() : formatValue(symbol);
      throw misuse(ArgumentError, op, 'feeds', condition, got);
    }
    if (values.has(symbol)) {
      throw misuse(
        ArgumentError,
        op,
        'feeds',
        'hold each symbol once',
        `${symbol.toString()} twice`,
      );
    }
    const { node } = origin;
    const name = node.kind === 'placeholder' ? `feeds for ${formatValue(node.name)}` : 'feeds';
    values.set(symbol, fedTensor(name, symbol, value));
  }
  return values;
}

function feedPairs(graph: Graph, feeds: unknown): readonly (readonly [Tensor, TensorLike])[] {
  if (isPlainObject(feeds)) {
    return Object.entries(feeds).map(([name, value]) => [named(graph, name), value as TensorLike]);
  }
  const pairs: readonly unknown[] | null = isIterable(feeds) ? [...feeds] : null;
  if (pairs?.every((pair) => Array.isArray(pair) && pair.length === 2) === true) {
    return pairs as readonly (readonly [Tensor, TensorLike])[];
  }
  const condition = 'be a Map, pairs of symbol and value, or an object by names';
  const got = isTensor(feeds) ? 'a tensor' : formatValue(feeds);
  throw misuse(ArgumentError, op, 'feeds', condition, got);
}

function isIterable(feeds: unknown): feeds is Iterable<unknown> {
  return (
    typeof feeds === 'object' && feeds !== null && !isTensor(feeds) && Symbol.iterator in feeds
  );
}

function named(graph: Graph, name: string): Tensor {
  const symbol = graph.placeholderNamed(name);
  if (symbol !== undefined) return symbol;
  const names = graph.placeholderNames().slice(0, 8).map(formatValue).join(', ');
  const hint = names === '' ? 'it has none' : `its placeholders are ${names}`;
  const condition = 'name placeholders of the graph';
  throw misuse(ArgumentError, op, 'feeds', condition, formatValue(name), hint);
}

function fedTensor(name: string, symbol: Tensor, value: unknown): Tensor {
  const given = isTensor(value)
    ? value
    : isVariable(value)
      ? value.read()
      : parsed(name, symbol.dtype, value);
  if (!sameShape(given.shape, symbol.shape)) {
    const condition = `have the symbol's shape ${formatShape(symbol.shape)}`;
    throw misuse(ShapeError, op, name, condition, formatShape(given.shape));
  }
  if (given.dtype !== symbol.dtype) {
    const condition = `have the symbol's dtype ${symbol.dtype}`;
    throw misuse(DTypeError, op, name, condition, given.dtype, 'cast it first');
  }
  return given;
}

// Plain numbers take the dtype that is wanted, unless that would change them.
function parsed(name: string, dtype: DType, value: unknown): Tensor {
  const given = createTensor(op, value, undefined, dtype);
  if (dtype !== 'int32') return given;
  const exact = createTensor(op, value, undefined, 'float64').values;
  const wrong = exact.findIndex((number, i) => number !== given.values[i]);
  if (wrong < 0) return given;
  throw misuse(DTypeError, op, name, 'hold int32 numbers', String(exact[wrong]));
}
