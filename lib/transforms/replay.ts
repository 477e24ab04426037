import { isDifferentiable } from '../base/dtype.ts';
import { withLayer } from '../core/apply.ts';
import type { Tensor } from '../core/tensor.ts';
import { identity } from '../ops/structural.ts';
import type { Closure } from './closures.ts';
import { isFollowed, observe, Substitution, withRandom } from './closures.ts';
import { passThrough } from './passThrough.ts';
import { Recording } from './recording.ts';
import type { Seed } from './reverse.ts';
import { reverse } from './reverse.ts';
import { TangentLayer } from './tangents.ts';

/** A function of lists of tensors, which may close over more. */
export type ListFunction = (inputs: readonly Tensor[]) => readonly Tensor[];

/** A function, and the values at which it is run again. */
export interface Rerun {
  readonly f: ListFunction;
  readonly closure: Closure;
  readonly inputs: readonly Tensor[];
  /** In the order of the closure's handles. */
  readonly closed: readonly Tensor[];
}

/** Derivatives that arrive at the inputs and at what is closed over; null for none. */
export interface Shares {
  readonly inputs: readonly (Tensor | null)[];
  readonly closed: readonly (Tensor | null)[];
}

/**
 * Runs `f` without keeping what it computes in between: derivatives run it again.
 *
 * @param pullBack - how, in reverse; by default at once
 */
export function replayed(
  name: string,
  f: ListFunction,
  inputs: readonly Tensor[],
  pullBack: (rerun: Rerun, cotangents: readonly Tensor[]) => Shares = pullBackThroughRerun,
): readonly Tensor[] {
  const { result, closure } = observe(
    () => f(inputs.map((x) => identity(x))),
    (leaves) => leaves,
  );
  const sources = [...inputs, ...closure.values];
  if (!sources.some(isFollowed)) return result;
  const rerunOf = (kept: readonly Tensor[]): Rerun => ({
    f,
    closure,
    inputs: kept.slice(0, inputs.length),
    closed: kept.slice(inputs.length),
  });
  return passThrough({
    name,
    values: result,
    sources,
    kept: sources,
    pullBack: (cotangents, kept) => {
      const shares = pullBack(rerunOf(kept), cotangents);
      return [...shares.inputs, ...shares.closed];
    },
    pushForward: (tangents, kept) => pushForwardThroughRerun(rerunOf(kept), tangents),
  });
}

/** Cotangents of what a function takes and closes over: runs it once more, recorded. */
export function pullBackThroughRerun(
  { f, closure, inputs, closed }: Rerun,
  cotangents: readonly (Tensor | null)[],
): Shares {
  const recording = new Recording();
  try {
    const slots = closed.map(() => -1);
    const substitution = new Substitution(closure.handles, closed, (x, i) => {
      if (isDifferentiable(x.dtype)) recording.watch(x);
      slots[i] = recording.slotOf(x);
    });
    const fresh = inputs.map((x) => identity(x));
    for (const x of fresh) if (isDifferentiable(x.dtype)) recording.watch(x);
    const own = fresh.map((x) => recording.slotOf(x));
    const outputs = withLayer(recording, () => run(f, substitution, closure, fresh));
    const seeds: Seed[] = [];
    outputs.forEach((y, i) => {
      const cotangent = cotangents[i];
      const slot = recording.slotOf(y);
      if (cotangent !== null && slot >= 0) seeds.push({ slot, cotangent });
    });
    const used = slots.flatMap((slot, i) => (slot < 0 ? [] : [i]));
    const found = reverse(
      recording,
      seeds,
      [...own.filter((slot) => slot >= 0), ...used.map((i) => slots[i])],
      true,
    );
    let next = 0;
    const shares = own.map((slot) => (slot < 0 ? null : found[next++]));
    const further = closed.map((): Tensor | null => null);
    for (const i of used) further[i] = found[next++];
    return { inputs: shares, closed: further };
  } finally {
    recording.clear();
  }
}

/** Tangents of the results from those of the inputs and, after them, of what is closed over. */
function pushForwardThroughRerun(
  { f, closure, inputs, closed }: Rerun,
  tangents: readonly (Tensor | null)[],
): readonly (Tensor | null)[] {
  const layer = new TangentLayer();
  const follow = (x: Tensor, tangent: Tensor | null): void => {
    if (tangent !== null) layer.follow(x, tangent);
  };
  try {
    const substitution = new Substitution(closure.handles, closed, (x, i) => {
      follow(x, tangents[inputs.length + i]);
    });
    const fresh = inputs.map((x) => identity(x));
    fresh.forEach((x, i) => {
      follow(x, tangents[i]);
    });
    const outputs = withLayer(layer, () => run(f, substitution, closure, fresh));
    return outputs.map((y) => layer.tangentOf(y));
  } finally {
    layer.clear();
  }
}

function run(
  f: ListFunction,
  substitution: Substitution,
  closure: Closure,
  inputs: readonly Tensor[],
): readonly Tensor[] {
  return withRandom(closure.random, () =>
    withLayer(substitution, () => f(inputs).map((y) => substitution.resultOf(y))),
  );
}
