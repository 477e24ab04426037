import { isDifferentiable } from '../base/dtype.ts';
import { runtime } from '../base/runtime.ts';
import type { Layer } from '../core/apply.ts';
import { below, dispatch } from '../core/apply.ts';
import type { AnyOp, Point } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { mark, slotIn, unmark } from './recording.ts';
import { notDifferentiableError, transposeVjp } from './reverse.ts';

/**
 * Carries tangents along with values: the layer beneath every forward accumulator.
 */
export class TangentLayer implements Layer {
  readonly id = runtime.nextSerial++;
  open = false;
  /** Carries nothing on while set. */
  paused = false;
  private tangents: Tensor[] = [];
  private primals: Tensor[] = [];
  private readonly variables = new Map<object, Tensor>();

  cares(_op: AnyOp, inputs: readonly Tensor[]): boolean {
    if (this.paused) return false;
    for (let i = 0; i < inputs.length; i++) if (this.follows(inputs[i])) return true;
    return false;
  }

  follows(x: Tensor): boolean {
    return slotIn(x, this.id) >= 0;
  }

  process(op: AnyOp, inputs: readonly Tensor[], params: unknown, level: number): readonly Tensor[] {
    const outputs = dispatch(op, inputs, params, level);
    const tangents = inputs.map((x) => this.tangentOf(x));
    const found = this.pushForward(op, { inputs, outputs, params }, tangents, level);
    outputs.forEach((y, i) => {
      const tangent = found[i];
      if (tangent !== null && isDifferentiable(y.dtype)) this.attach(y, tangent);
    });
    return outputs;
  }

  readVariable(variable: object, belowLayer: () => Tensor): Tensor {
    const value = belowLayer();
    const tangent = this.variables.get(variable);
    if (tangent !== undefined && slotIn(value, this.id) < 0) this.follow(value, tangent);
    return value;
  }

  /** Gives a tensor its tangent, until `clear`. */
  follow(x: Tensor, tangent: Tensor): void {
    this.primals.push(x);
    this.attach(x, tangent);
  }

  /** Gives a variable its tangent, at every read. */
  followVariable(variable: object, tangent: Tensor): void {
    this.variables.set(variable, tangent);
  }

  tangentOf(x: Tensor): Tensor | null {
    const slot = slotIn(x, this.id);
    return slot < 0 ? null : this.tangents[slot];
  }

  tangentOfVariable(variable: object): Tensor | null {
    return this.variables.get(variable) ?? null;
  }

  clear(): void {
    for (const x of this.primals) unmark(x, this.id);
    this.primals = [];
    this.tangents = [];
    this.variables.clear();
  }

  private attach(x: Tensor, tangent: Tensor): void {
    mark(x, this.id, this.tangents.length);
    this.tangents.push(tangent);
  }

  private pushForward(
    op: AnyOp,
    at: Point<unknown>,
    tangents: readonly (Tensor | null)[],
    level: number,
  ): readonly (Tensor | null)[] {
    const { derivative } = op;
    if (derivative.kind === 'zero') return at.outputs.map(() => null);
    if (derivative.kind === 'none') {
      if (!at.outputs.some((y) => isDifferentiable(y.dtype))) return at.outputs.map(() => null);
      throw notDifferentiableError(op, derivative.reason);
    }
    if (derivative.kind === 'expansion') {
      // This layer stays visible, so the expansion's own ops carry the tangents.
      return below(level + 1, () =>
        derivative.expand(at.inputs, at.params).map((y) => this.tangentOf(y)),
      );
    }
    return below(
      level,
      () => derivative.jvp?.(at, tangents) ?? transposeVjp(derivative, { ...at, op }, tangents),
    );
  }
}
