import { runtime } from '../base/runtime.ts';
import type { Spec } from '../base/shape.ts';
import { specOf } from '../base/shape.ts';
import type { Layer } from '../core/apply.ts';
import { below, withLayer } from '../core/apply.ts';
import type { AnyOp, Examples } from '../core/op.ts';
import { inferSpecs } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import { isTracedBy, TracedTensor } from '../core/traced.ts';

/**
 * Applies ops to whole batches while user code sees one example: the layer beneath `vmap`. What it
 * hands out stands for an example; behind it is a tensor of the level below, batch axis first.
 */
export class BatchLayer implements Layer, Examples {
  open = false;
  readonly size: number;

  constructor(size: number) {
    this.size = size;
  }

  cares(op: AnyOp, inputs: readonly Tensor[]): boolean {
    if (op.traits.random === true) return true;
    for (let i = 0; i < inputs.length; i++) if (this.isExample(inputs[i])) return true;
    return false;
  }

  process(op: AnyOp, inputs: readonly Tensor[], params: unknown, level: number): readonly Tensor[] {
    // Misfits are reported in the shapes that the user sees, those of one example.
    inferSpecs(
      op,
      inputs.map((x) => x.spec),
      params,
    );
    const batched = inputs.map((x) => this.isExample(x));
    const whole = inputs.map((x) => this.batchOf(x) ?? x);
    const outputs = below(level, () => op.batch(whole, batched, params, this.size, this));
    return outputs.map((y) => this.example(y));
  }

  /** One example of a tensor whose first axis is the batch. */
  example(batch: Tensor): Tensor {
    return new TracedTensor<Tensor>(exampleSpec(batch), this, batch, 'one example inside vmap');
  }

  /** The batch behind an example, or null for a tensor that does not vary over the batch. */
  batchOf(x: Tensor): Tensor | null {
    return isTracedBy<Tensor>(this, x) ? x.content : null;
  }

  inside<T>(body: () => T): T {
    if ((runtime.layers as readonly Layer[]).includes(this)) return body();
    // A rule of a layer below this one may run while this one is open, and only hidden.
    const { open } = this;
    try {
      return withLayer(this, body);
    } finally {
      this.open = open;
    }
  }

  private isExample(x: Tensor): boolean {
    return isTracedBy<Tensor>(this, x);
  }
}

/** What is behind an example of a batch, through all levels; any other tensor itself. */
export function behindExamples(x: Tensor): Tensor {
  let whole = x;
  while (whole.storage === null && isTensor((whole as TracedTensor<unknown>).content)) {
    whole = (whole as TracedTensor<Tensor>).content;
  }
  return whole;
}

function exampleSpec(batch: Tensor): Spec {
  return specOf(batch.shape.slice(1), batch.dtype);
}
