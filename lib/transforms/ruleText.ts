import { below, dispatch, withLayer } from '../core/apply.ts';
import type { Layer } from '../core/apply.ts';
import type { AnyOp, Point } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { describeSpec, paramTexts } from './listing.ts';
import { pullBack } from './reverse.ts';

/** Longer expressions are cut down to their outermost op. */
const longest = 120;

/** Writes down what a rule computes, as expressions of tensors that have names. */
class RuleWriter implements Layer {
  open = false;
  private readonly names = new Map<Tensor, string>();
  private readonly infix = new Set<string>();
  /** The op that is one kernel for a product with a slope: it is shown as that product. */
  private readonly fused: AnyOp | undefined;

  constructor(fused: AnyOp | undefined) {
    this.fused = fused;
  }

  cares(): boolean {
    return true;
  }

  process(op: AnyOp, inputs: readonly Tensor[], params: unknown, level: number): readonly Tensor[] {
    const { derivative } = op;
    if (op === this.fused && derivative.kind === 'expansion') {
      // This layer stays visible, so that it sees the parts.
      return below(level + 1, () => derivative.expand(inputs, params));
    }
    const outputs = dispatch(op, inputs, params, level);
    const text = this.applied(op, inputs, params);
    outputs.forEach((y, i) => {
      this.names.set(y, outputs.length === 1 ? text : `${text}[${String(i)}]`);
    });
    return outputs;
  }

  name(x: Tensor, name: string): void {
    if (!this.names.has(x)) this.names.set(x, name);
  }

  textOf(x: Tensor): string {
    const name = this.names.get(x);
    if (name !== undefined) return name;
    const isNumber = x.storage !== null && x.size === 1;
    return isNumber ? String(x.values[0]) : `(${describeSpec(x.spec)})`;
  }

  private applied(op: AnyOp, inputs: readonly Tensor[], params: unknown): string {
    const parts = inputs.map((x) => this.textOf(x));
    const { symbol } = op;
    const text =
      symbol === undefined || parts.length !== 2
        ? `${op.name}(${[...parts, ...paramTexts(params)].join(', ')})`
        : parts.map((part) => (this.infix.has(part) ? `(${part})` : part)).join(` ${symbol} `);
    if (text.length > longest) return `${op.name}(...)`;
    if (symbol !== undefined && parts.length === 2) this.infix.add(text);
    return text;
  }
}

/** The rule of a record: for each input that is needed, its share as an expression of cotangents. */
export function writtenRule(
  at: Point<unknown> & { readonly op: AnyOp },
  arriving: readonly (Tensor | null)[],
  needed: readonly boolean[],
  nameOf: { readonly inputs: readonly string[]; readonly outputs: readonly string[] },
): readonly (string | null)[] {
  const { derivative } = at.op;
  const writer = new RuleWriter(derivative.kind === 'rules' ? derivative.backward : undefined);
  const several = arriving.length > 1;
  arriving.forEach((g, j) => {
    if (g !== null) writer.name(g, several ? `g${String(j)}` : 'g');
  });
  at.inputs.forEach((x, k) => {
    writer.name(x, nameOf.inputs[k]);
  });
  at.outputs.forEach((y, j) => {
    writer.name(y, nameOf.outputs[j]);
  });
  const shares = withLayer(writer, () => pullBack(at, arriving, needed));
  return shares.map((share, k) => (share === null || !needed[k] ? null : writer.textOf(share)));
}
