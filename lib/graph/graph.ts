import { ArgumentError, misuse } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import type { Spec } from '../base/shape.ts';
import type { Layer } from '../core/apply.ts';
import { withLayer } from '../core/apply.ts';
import type { AnyOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTracedBy, TracedTensor } from '../core/traced.ts';
import type { Variable } from '../core/variable.ts';
import { requireSync } from '../transforms/sync.ts';

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

export type GraphSymbol = TracedTensor<Origin>;

/**
 * A computation as data: ops called inside `run` are not executed but become nodes, and their
 * results symbols, which a `Session` evaluates.
 *
 * @example
 * const g = new Graph();
 * const y = g.run(() => mul(placeholder('float32', [], 'x'), 2));
 */
export class Graph implements Layer {
  open = false;
  /** In the order in which they were built, so that inputs come before their uses. */
  readonly nodes: Node[] = [];
  private readonly reads = new Map<Variable, Tensor>();
  private readonly placeholders = new Map<string, Tensor>();

  /** Builds nodes from every op that `f` calls; returns what `f` returns. */
  run<T>(f: () => T): T {
    if (typeof f !== 'function') throw misuse(ArgumentError, 'Graph.run', 'f', 'be a function', formatValue(f));
    // Inside its own run, a graph is already listening.
    return this.open ? f() : withLayer(this, () => requireSync('Graph.run', f()));
  }

  cares(): boolean {
    return true;
  }

  process(op: AnyOp, inputs: readonly Tensor[], params: unknown): readonly Tensor[] {
    const specs = op.infer(inputs.map((x) => x.spec), params);
    const outputs: Tensor[] = [];
    const node: Computation = { kind: 'computation', op, inputs, params, outputs };
    this.nodes.push(node);
    specs.forEach((spec, index) => outputs.push(this.symbol(spec, { node, index })));
    return outputs;
  }

  readVariable(variable: Variable): Tensor {
    let symbol = this.reads.get(variable);
    if (symbol === undefined) {
      const outputs: Tensor[] = [];
      symbol = this.input(variable.peek().spec, { kind: 'variable', variable, outputs }, outputs);
      this.reads.set(variable, symbol);
    }
    return symbol;
  }

  /** Adds a placeholder and returns its symbol. */
  placeholder(spec: Spec, name: string): Tensor {
    if (this.placeholders.has(name)) {
      throw misuse(ArgumentError, 'placeholder', 'name', 'be unique in its graph', `'${name}' twice`);
    }
    const outputs: Tensor[] = [];
    const symbol = this.input(spec, { kind: 'placeholder', name, outputs }, outputs);
    this.placeholders.set(name, symbol);
    return symbol;
  }

  /** The placeholder of that name. */
  placeholderNamed(name: string): Tensor | undefined {
    return this.placeholders.get(name);
  }

  /** What is behind a symbol of this graph, or null for any other tensor. */
  originOf(x: Tensor): Origin | null {
    return isTracedBy<Origin>(this, x) ? x.content : null;
  }

  private input(spec: Spec, node: Placeholder | VariableRead, outputs: Tensor[]): Tensor {
    this.nodes.push(node);
    const symbol = this.symbol(spec, { node, index: 0 });
    outputs.push(symbol);
    return symbol;
  }

  private symbol(spec: Spec, origin: Origin): Tensor {
    return new TracedTensor<Origin>(spec, this, origin, 'a symbol of a graph');
  }
}
