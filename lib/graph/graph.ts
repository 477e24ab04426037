import type { DType } from '../base/dtype.ts';
import { ArgumentError, misuse, UnsupportedError } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import { runtime } from '../base/runtime.ts';
import type { Shape, Spec } from '../base/shape.ts';
import { requireShape, specOf } from '../base/shape.ts';
import type { Layer } from '../core/apply.ts';
import { withLayer } from '../core/apply.ts';
import { requireDType } from '../core/convert.ts';
import type { AnyOp } from '../core/op.ts';
import { inferSpecs } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTracedBy, TracedTensor } from '../core/traced.ts';
import type { Variable } from '../core/variable.ts';
import { requireFunction, requireSync } from '../transforms/sync.ts';

/** What a symbol stands for. */
export type Node = Computation | Placeholder | VariableRead;

/** One op of a graph; it may have several outputs. */
export interface Computation {
  readonly kind: 'computation';
  readonly op: AnyOp;
  /** Symbols of this graph, or tensors that are constants to it. */
  readonly inputs: readonly Tensor[];
  readonly params: unknown;
  readonly outputs: readonly Tensor[];
}

/** A value that each run is given. */
export interface Placeholder {
  readonly kind: 'placeholder';
  readonly name: string;
  readonly outputs: readonly Tensor[];
}

/** The value a variable has at the start of each run. */
export interface VariableRead {
  readonly kind: 'variable';
  readonly variable: Variable;
  readonly outputs: readonly Tensor[];
}

/** What is behind a symbol: the output `index` of a node. */
export interface Origin {
  readonly node: Node;
  readonly index: number;
}

const brand: unique symbol = Symbol.for('gradtape/graph@1');

/**
 * A computation as data: ops called inside `run` are not executed but become nodes, and their
 * results symbols, which a `Session` evaluates.
 *
 * @example
 * const g = new Graph();
 * const x = g.run(() => placeholder('float32', [], 'x'));
 * const y = g.run(() => mul(x, 2));
 * new Session(g).run(y, { x: 3 }) // 6
 */
export class Graph implements Layer {
  open = false;
  /** In the order in which they were built, so that inputs come before their uses. */
  readonly nodes: Node[] = [];
  private readonly reads = new Map<Variable, Tensor>();
  private readonly placeholders = new Map<string, Tensor>();

  get [brand](): true {
    return true;
  }

  /**
   * Builds nodes from every op that `f` calls; returns what `f` returns. May be called again, to
   * build more.
   *
   * @throws ArgumentError inside the `run` of another graph that was begun inside this one's
   * @throws TapeError when `f` returns a promise
   */
  run<T>(f: () => T): T {
    requireFunction('Graph.run', 'f', f);
    if (!this.open) return withLayer(this, () => requireSync('Graph.run', f()));
    if (innermostGraph() !== this) {
      const condition = 'be the innermost one that is being built';
      throw misuse(ArgumentError, 'Graph.run', 'graph', condition, 'a graph around another');
    }
    return requireSync('Graph.run', f());
  }

  cares(): boolean {
    return true;
  }

  process(op: AnyOp, inputs: readonly Tensor[], params: unknown): readonly Tensor[] {
    for (const x of inputs) this.requireKnown(op, x);
    const specs = inferSpecs(
      op,
      inputs.map((x) => x.spec),
      params,
    );
    const outputs: Tensor[] = [];
    const node: Computation = { kind: 'computation', op, inputs, params, outputs };
    this.nodes.push(node);
    specs.forEach((spec, index) => outputs.push(new GraphSymbol(spec, this, { node, index })));
    return outputs;
  }

  /** The symbol of a variable's value: one for each variable. */
  readVariable(variable: Variable): Tensor {
    let symbol = this.reads.get(variable);
    if (symbol === undefined) {
      const outputs: Tensor[] = [];
      const { spec } = variable.peek();
      symbol = this.addInput(spec, { kind: 'variable', variable, outputs }, outputs);
      this.reads.set(variable, symbol);
    }
    return symbol;
  }

  /** Adds a placeholder and returns its symbol. */
  addPlaceholder(spec: Spec, name: string): Tensor {
    if (this.placeholders.has(name)) {
      const got = `${formatValue(name)} twice`;
      throw misuse(ArgumentError, 'placeholder', 'name', 'be unique in its graph', got);
    }
    const outputs: Tensor[] = [];
    const symbol = this.addInput(spec, { kind: 'placeholder', name, outputs }, outputs);
    this.placeholders.set(name, symbol);
    return symbol;
  }

  /** The placeholder of that name. */
  placeholderNamed(name: string): Tensor | undefined {
    return this.placeholders.get(name);
  }

  /** The names of all placeholders. */
  placeholderNames(): string[] {
    return [...this.placeholders.keys()];
  }

  /** What is behind a symbol of this graph, or null for any other tensor. */
  originOf(x: Tensor): Origin | null {
    return isTracedBy<Origin>(this, x) ? x.content : null;
  }

  private addInput(spec: Spec, node: Placeholder | VariableRead, outputs: Tensor[]): Tensor {
    this.nodes.push(node);
    const symbol = new GraphSymbol(spec, this, { node, index: 0 });
    outputs.push(symbol);
    return symbol;
  }

  // What a layer around this one hands out is a constant here, while that layer is open.
  private requireKnown(op: AnyOp, x: Tensor): void {
    if (x.storage !== null || isTracedBy(this, x)) return;
    const { layer } = x as Partial<TracedTensor<unknown>>;
    if (layer?.open === true) return;
    // What no layer handed out stands for a value that a rule may not read, and says so when asked for it.
    if (layer === undefined) x.dataSync();
    const hint = isGraph(layer) ? 'evaluate it with a Session of its own graph' : undefined;
    const condition = 'be symbols of this graph or have values';
    throw misuse(ArgumentError, op.name, 'inputs', condition, x.toString(), hint);
  }
}

/** Stands for a value that each run of a session computes. */
class GraphSymbol extends TracedTensor<Origin> {
  constructor(spec: Spec, graph: Graph, origin: Origin) {
    super(spec, graph, origin, roleOf(origin.node));
  }

  protected override refuse(): never {
    const condition = 'be evaluated to have values';
    const hint = this.layer.open
      ? 'while the graph is built, no symbol has a value'
      : 'new Session(graph).run(symbol, feeds) evaluates it';
    throw misuse(UnsupportedError, 'Graph', 'symbol', condition, this.toString(), hint);
  }
}

function roleOf(node: Node): string {
  if (node.kind === 'placeholder') return `placeholder ${formatValue(node.name)} of a graph`;
  if (node.kind === 'variable') return `variable ${formatValue(node.variable.name)} in a graph`;
  return `a symbol of a graph, by ${node.op.name}`;
}

export function isGraph(value: unknown): value is Graph {
  return (
    typeof value === 'object' && value !== null && (value as { [brand]?: unknown })[brand] === true
  );
}

/** The graph that is being built at this moment. */
export function innermostGraph(): Graph | undefined {
  return (runtime.layers as readonly unknown[]).filter(isGraph).at(-1);
}

/**
 * A symbol whose value each `Session.run` is fed; only inside `Graph.run`.
 *
 * @param shape - concrete sizes; a scalar when left out
 * @param name - for feeding by name, and for messages
 * @throws UnsupportedError in eager mode
 * @throws ArgumentError when the graph has a placeholder of that name
 * @example
 * const g = new Graph();
 * const x = g.run(() => placeholder('float32', [2], 'x'));
 * new Session(g).run(x, { x: [1, 2] }) // [1, 2]
 */
export function placeholder<D extends DType>(
  dtype: D,
  shape: Shape = [],
  name?: string,
): Tensor<D> {
  const graph = innermostGraph();
  if (graph === undefined) {
    const hint = 'placeholder is not supported when executing eagerly; use a tensor';
    const got = 'a call in eager mode';
    throw misuse(UnsupportedError, 'placeholder', 'call', 'stand inside Graph.run', got, hint);
  }
  if (name !== undefined && typeof name !== 'string') {
    throw misuse(ArgumentError, 'placeholder', 'name', 'be a string', formatValue(name));
  }
  const sizes = requireShape('placeholder', 'shape', shape);
  const spec = specOf(sizes, requireDType('placeholder', dtype));
  return graph.addPlaceholder(spec, name ?? freeName(graph)) as Tensor<D>;
}

function freeName(graph: Graph): string {
  let number = graph.nodes.length;
  while (graph.placeholderNamed(`placeholder_${String(number)}`) !== undefined) number++;
  return `placeholder_${String(number)}`;
}
