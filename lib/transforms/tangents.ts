import { isDifferentiable } from '../base/dtype.ts';
import { runtime } from '../base/runtime.ts';
import type { Layer } from '../core/apply.ts';
import { below, dispatch, withLayer } from '../core/apply.ts';
import type { AnyOp, Differentiability, Point } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { mark, slotIn, unmark } from './recording.ts';
import { notDifferentiableError, transposeVjp, withDisposed } from './reverse.ts';

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
  private primalSlots: number[] = [];
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
    const found = below(level, () => pushForwardOp({ op, inputs, outputs, params }, tangents));
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
    this.primalSlots.push(this.tangents.length);
    this.attach(x, tangent);
  }

  /** Marks primals anew that lost their mark to others while this was off the stack. */
  remarkWatched(): void {
    for (let i = 0; i < this.primals.length; i++) {
      const x = this.primals[i];
      if (slotIn(x, this.id) < 0) mark(x, this.id, this.primalSlots[i]);
    }
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
    this.primalSlots = [];
    this.tangents = [];
    this.variables.clear();
  }

  private attach(x: Tensor, tangent: Tensor): void {
    mark(x, this.id, this.tangents.length);
    this.tangents.push(tangent);
  }
}

/** Tangents of an op's outputs from those of its inputs, by whichever rule it has; null for zero. */
export function pushForwardOp(
  entry: Point<unknown> & { readonly op: AnyOp },
  tangents: readonly (Tensor | null)[],
): readonly (Tensor | null)[] {
  const at = withDisposed(entry);
  const { op, params, inputs, outputs } = at;
  const derivative = op.derivative as Differentiability<unknown>;
  switch (derivative.kind) {
    case 'rules':
      return derivative.jvp?.(at, tangents) ?? transposeVjp(derivative, at, tangents);
    case 'expansion':
      return pushForwardThrough((xs) => derivative.expand(xs, params), inputs, tangents);
    case 'zero':
      return outputs.map(() => null);
    case 'none':
      if (!outputs.some((y) => isDifferentiable(y.dtype))) return outputs.map(() => null);
      throw notDifferentiableError(op, derivative.reason);
  }
}

/** Tangents of the results of a function written in recorded ops; null for zero. */
function pushForwardThrough(
  f: (inputs: readonly Tensor[]) => readonly Tensor[],
  inputs: readonly Tensor[],
  tangents: readonly (Tensor | null)[],
): readonly (Tensor | null)[] {
  const layer = new TangentLayer();
  try {
    inputs.forEach((x, i) => {
      const tangent = tangents[i];
      if (tangent !== null && layer.tangentOf(x) === null) layer.follow(x, tangent);
    });
    return withLayer(layer, () => f(inputs)).map((y) => layer.tangentOf(y));
  } finally {
    layer.clear();
  }
}
