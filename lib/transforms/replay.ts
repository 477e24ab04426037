import { isDifferentiable } from '../base/dtype.ts';
import { runtime } from '../base/runtime.ts';
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
  /** By their numbers in the closure. */
  readonly closed: readonly Tensor[];
}

/** Derivatives that arrive at the inputs and at what is closed over; null for none. */
export interface Shares {
  readonly inputs: readonly (Tensor | null)[];
  /** By their numbers in the closure; those that are absent get none. */
  readonly closed: ReadonlyMap<number, Tensor>;
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
      return [...shares.inputs, ...closure.values.map((_, i) => shares.closed.get(i) ?? null)];
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
    const used: { readonly place: number; readonly slot: number }[] = [];
    const watched = (x: Tensor): number => {
      if (isDifferentiable(x.dtype)) recording.watch(x);
      return recording.slotOf(x);
    };
    const substitution = new Substitution(closure, closed, (x, place) => {
      used.push({ place, slot: watched(x) });
    });
    const fresh = inputs.map((x) => identity(x));
    const slots = fresh.map(watched);
    const outputs = withLayer(recording, () => run(f, substitution, closure, fresh));
    const seeds = outputs.flatMap((y, i): Seed[] => {
      const cotangent = cotangents[i];
      const slot = recording.slotOf(y);
      return cotangent === null || slot < 0 ? [] : [{ slot, cotangent }];
    });
    const sources = [...slots, ...used.map(({ slot }) => slot)].filter((slot) => slot >= 0);
    const found = reverse(recording, seeds, sources, true);
    const bySlot = new Map(sources.map((slot, i) => [slot, found[i]]));
    const further = new Map<number, Tensor>();
    for (const { place, slot } of used) {
      const share = bySlot.get(slot);
      if (share !== null && share !== undefined) further.set(place, share);
    }
    return { inputs: slots.map((slot) => bySlot.get(slot) ?? null), closed: further };
  } finally {
    recording.clear();
  }
}

/** Tangents of the results from those of the inputs and, after them, of what is closed over. */
export function pushForwardThroughRerun(
  { f, closure, inputs, closed }: Rerun,
  tangents: readonly (Tensor | null)[],
): readonly (Tensor | null)[] {
  const layer = new TangentLayer();
  const follow = (x: Tensor, tangent: Tensor | null): void => {
    if (tangent !== null) layer.follow(x, tangent);
  };
  try {
    const substitution = new Substitution(closure, closed, (x, i) => {
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
  const again = (): readonly Tensor[] =>
    withRandom(closure.random, () => substitution.during(() => f(inputs)));
  return runtime.debug === null ? again() : runtime.debug.again(again);
}
