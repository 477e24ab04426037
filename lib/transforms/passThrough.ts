import type { Spec } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { Examples, Op } from '../core/op.ts';
import { defineOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor } from '../core/tensor.ts';
import { broadcastTo, sum } from '../ops/structural.ts';

/** Gradients of the sources from the cotangents of the values; null where none passes. */
export type PullBack = (
  cotangents: readonly Tensor[],
  kept: readonly Tensor[],
) => readonly (Tensor | null)[];

/** Values that were computed in some way, and the gradient they are to have. */
export interface PassThrough {
  /** Names it in messages. */
  readonly name: string;
  readonly values: readonly Tensor[];
  /** What the gradient goes to. */
  readonly sources: readonly Tensor[];
  /** What the gradient is computed from, besides the cotangents. */
  readonly kept: readonly Tensor[];
  readonly pullBack: PullBack;
}

/**
 * The values under new handles, from which gradients go to the sources by `pullBack` and in no other
 * way. Forward mode transposes it.
 */
export function passThrough(given: PassThrough): readonly Tensor[] {
  const { values, sources, kept } = given;
  const specs = values.map((y) => y.spec);
  const op = passThroughOp(given.name, specs, sources.length, kept.length, given.pullBack);
  return apply(op, [...values, ...sources, ...kept], undefined);
}

// Inputs are the values, the sources and what is kept, in this order.
function passThroughOp(
  name: string,
  specs: readonly Spec[],
  sources: number,
  kept: number,
  pullBack: PullBack,
): Op {
  const firstKept = specs.length + sources;
  const none = (count: number): null[] => new Array<null>(count).fill(null);
  return defineOp({
    name,
    traits: { complex: true },
    infer: () => specs,
    view: () => (specs.length === 1 ? [0] : null),
    kernel: (inputs, outputs) => {
      outputs.forEach((y, i) => {
        y.values.set(inputs[i].values);
      });
    },
    derivative: {
      kind: 'rules',
      vjp: ({ inputs }, cotangents) => {
        const filled = cotangents.map((g, i) => g ?? filledTensor(specs[i], 0));
        const found = pullBack(filled, inputs.slice(firstKept));
        return [...none(specs.length), ...found, ...none(kept)];
      },
    },
    batch: (inputs, batched, _, size, level) =>
      passThrough({
        name,
        values: inputs.slice(0, specs.length).map((y, i) => (batched[i] ? y : repeated(y, size))),
        sources: inputs.slice(specs.length, firstKept),
        kept: inputs.slice(firstKept),
        pullBack: pullBackBatch(pullBack, batched.slice(specs.length), size, level),
      }),
    reads: { inputs: Array.from({ length: kept }, (_, i) => firstKept + i), outputs: [] },
  });
}

/** Runs code written for one example on batches; `batched` tells of the sources, then of what is kept. */
function pullBackBatch(
  pullBack: PullBack,
  batched: readonly boolean[],
  size: number,
  level: Examples,
): PullBack {
  return (cotangents, kept) => {
    const first = batched.length - kept.length;
    const examples = kept.map((x, i) => (batched[first + i] ? level.example(x) : x));
    const found = level.inside(() =>
      pullBack(
        cotangents.map((g) => level.example(g)),
        examples,
      ),
    );
    return found.map((g, i) => {
      if (g === null) return null;
      const batch = level.batchOf(g) ?? repeated(g, size);
      // What all examples share collects the gradients of all of them.
      return batched[i] ? batch : sum(batch, 0);
    });
  };
}

function repeated(x: Tensor, size: number): Tensor {
  return broadcastTo(x, [size, ...x.shape]);
}
