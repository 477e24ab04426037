import { apply } from '../core/apply.ts';
import type { Derivative, Examples, Op } from '../core/op.ts';
import { defineOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor } from '../core/tensor.ts';
import { broadcastTo, sum } from '../ops/structural.ts';

/** Gradients of the sources from the cotangents of the values; null where none passes. */
export type PullBack = (
  cotangents: readonly Tensor[],
  kept: readonly Tensor[],
) => readonly (Tensor | null)[];

/** Tangents of the values from those of the sources; null stands for zeros. */
export type PushForward = (
  tangents: readonly (Tensor | null)[],
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
  /** What forward mode does; without it, it transposes `pullBack`. */
  readonly pushForward?: PushForward;
}

/**
 * The values under new handles, from which gradients go to the sources by `pullBack` and in no other
 * way.
 */
export function passThrough(given: PassThrough): readonly Tensor[] {
  const { values, sources, kept } = given;
  return apply(passThroughOp(given), [...values, ...sources, ...kept], undefined);
}

// Inputs are the values, the sources and what is kept, in this order.
function passThroughOp(given: PassThrough): Op {
  const { name, pullBack, pushForward } = given;
  const specs = given.values.map((y) => y.spec);
  const firstKept = specs.length + given.sources.length;
  return defineOp({
    name,
    traits: { complex: true, foreign: true },
    infer: () => specs,
    view: () => (specs.length === 1 ? [0] : null),
    kernel: (inputs, outputs) => {
      outputs.forEach((y, i) => {
        y.values.set(inputs[i].values);
      });
    },
    derivative: derivativeOf(given),
    batch: (inputs, batched, _, size, level) => {
      const others = batched.slice(specs.length);
      return passThrough({
        name,
        values: inputs.slice(0, specs.length).map((y, i) => (batched[i] ? y : repeated(y, size))),
        sources: inputs.slice(specs.length, firstKept),
        kept: inputs.slice(firstKept),
        pullBack: pullBackBatch(pullBack, others, size, level),
        ...(pushForward && { pushForward: pushForwardBatch(pushForward, others, size, level) }),
      });
    },
    reads: { inputs: given.kept.map((_, i) => firstKept + i), outputs: [] },
  });
}

function derivativeOf({
  values,
  sources,
  kept,
  pullBack,
  pushForward,
}: PassThrough): Derivative<undefined> {
  const specs = values.map((y) => y.spec);
  const firstKept = specs.length + sources.length;
  const none = (count: number): null[] => new Array<null>(count).fill(null);
  return {
    kind: 'rules',
    vjp: ({ inputs }, cotangents) => {
      const filled = cotangents.map((g, i) => g ?? filledTensor(specs[i], 0));
      const found = pullBack(filled, inputs.slice(firstKept));
      return [...none(specs.length), ...found, ...none(kept.length)];
    },
    ...(pushForward && {
      jvp: ({ inputs }, tangents) =>
        pushForward(tangents.slice(specs.length, firstKept), inputs.slice(firstKept)),
    }),
  };
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

/** As `pullBackBatch`, forward. */
function pushForwardBatch(
  pushForward: PushForward,
  batched: readonly boolean[],
  size: number,
  level: Examples,
): PushForward {
  return (tangents, kept) => {
    const first = batched.length - kept.length;
    const example = (x: Tensor, i: number): Tensor => (batched[i] ? level.example(x) : x);
    const found = level.inside(() =>
      pushForward(
        tangents.map((t, i) => (t === null ? null : example(t, i))),
        kept.map((x, i) => example(x, first + i)),
      ),
    );
    return found.map((t) => (t === null ? null : (level.batchOf(t) ?? repeated(t, size))));
  };
}

function repeated(x: Tensor, size: number): Tensor {
  return broadcastTo(x, [size, ...x.shape]);
}
