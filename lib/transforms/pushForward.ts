import type { Tensor } from '../core/tensor.ts';
import { add } from '../ops/elementwise.ts';
import type { Entry, Recording } from './recording.ts';
import { pushForwardOp } from './tangents.ts';

/** Where a forward pass starts: a slot of the recording and the tangent of its tensor. */
export interface TangentSeed {
  readonly slot: number;
  readonly tangent: Tensor;
}

/**
 * Replays a recording forward: tangents of `targets` (slots), null where none arrives. The values
 * themselves are not computed again.
 *
 * Ordinary code: every layer on the stack hears the rules' ops.
 */
export function pushForward(
  recording: Recording,
  seeds: readonly TangentSeed[],
  targets: readonly number[],
): (Tensor | null)[] {
  const { entries, inputSlots, slotCount } = recording;
  const tangents = new Array<Tensor | undefined>(slotCount);
  const accumulate = (slot: number, share: Tensor): void => {
    const present = tangents[slot];
    tangents[slot] = present === undefined ? share : add(present, share);
  };
  for (const { slot, tangent } of seeds) accumulate(slot, tangent);
  // A persistent tape on the stack records the rules too; what it adds is not part of this pass.
  const count = entries.length;
  const isNeeded = neededEntries(entries, inputSlots, slotCount, targets);
  for (let i = 0; i < count; i++) {
    if (isNeeded[i] === 0) continue;
    const entry = entries[i];
    const arriving = arrivingTangents(entry, inputSlots, tangents);
    if (arriving === null) continue;
    pushForwardOp(recording.pointOf(entry), arriving).forEach((share, k) => {
      if (share !== null) accumulate(entry.firstOutput + k, share);
    });
  }
  return targets.map((slot) => tangents[slot] ?? null);
}

/** Marks the entries that lead to a target, so that nothing else is computed. */
function neededEntries(
  entries: readonly Entry[],
  inputSlots: readonly number[],
  slotCount: number,
  targets: readonly number[],
): Uint8Array {
  const leads = new Uint8Array(slotCount);
  const isNeeded = new Uint8Array(entries.length);
  for (const slot of targets) if (slot >= 0) leads[slot] = 1;
  for (let i = entries.length - 1; i >= 0; i--) {
    const { firstInput, firstOutput, inputs, outputs } = entries[i];
    if (!outputs.some((_, k) => leads[firstOutput + k] === 1)) continue;
    isNeeded[i] = 1;
    for (let k = 0; k < inputs.length; k++) {
      const slot = inputSlots[firstInput + k];
      if (slot >= 0) leads[slot] = 1;
    }
  }
  return isNeeded;
}

function arrivingTangents(
  { firstInput, inputs }: Entry,
  inputSlots: readonly number[],
  tangents: readonly (Tensor | undefined)[],
): (Tensor | null)[] | null {
  let isReached = false;
  const arriving = inputs.map((_, k) => {
    const slot = inputSlots[firstInput + k];
    const tangent = slot < 0 ? undefined : tangents[slot];
    if (tangent === undefined) return null;
    isReached = true;
    return tangent;
  });
  return isReached ? arriving : null;
}
