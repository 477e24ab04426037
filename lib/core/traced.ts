import { misuse, UnsupportedError } from '../base/errors.ts';
import type { Spec } from '../base/shape.ts';
import type { Layer } from './apply.ts';
import { Tensor } from './tensor.ts';

/**
 * A tensor that a layer of the stack hands out in place of values: one example of a batch, or a
 * symbol of a graph. It has shape and dtype; what is behind it only its own layer knows.
 */
export class TracedTensor<Content> extends Tensor {
  readonly layer: Layer;
  readonly content: Content;
  private readonly role: string;

  /** `role` names it in messages: `a symbol of a graph`, for one. */
  constructor(spec: Spec, layer: Layer, content: Content, role: string) {
    super(spec, null);
    this.layer = layer;
    this.content = content;
    this.role = role;
  }

  override toString(): string {
    return `Tensor ${this.describe()} (${this.role})`;
  }

  protected override refuse(): never {
    const got = `${this.role}, ${this.describe()}`;
    const hint = this.layer.open
      ? 'its values are not known inside the function that is traced'
      : 'it escaped from the function in which it was made';
    throw misuse(UnsupportedError, 'dataSync', 'tensor', 'hold values', got, hint);
  }
}

/** Whether `x` was handed out by `layer`; its content is then of the layer's own kind. */
export function isTracedBy<Content>(layer: Layer, x: Tensor): x is TracedTensor<Content> {
  return x.storage === null && (x as TracedTensor<Content>).layer === layer;
}
