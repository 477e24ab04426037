import type { Recording } from './recording.ts';

/**
 * The records on a shortest way from one of `goals` to one of `starts` (slots), as indices in the order
 * of computation; null where no gradient gets from the latter to the former.
 */
export function findPath(
  recording: Recording,
  starts: readonly number[],
  goals: readonly number[],
): readonly number[] | null {
  const { entries, inputSlots, slotCount } = recording;
  const producer = producers(recording);
  const isGoal = new Uint8Array(slotCount);
  for (const slot of goals) if (slot >= 0) isGoal[slot] = 1;
  // The slot nearer to the target from which each slot was found; itself at the target.
  const next = new Int32Array(slotCount).fill(-1);
  const queue: number[] = [];
  for (const slot of starts) if (slot >= 0) queue.push((next[slot] = slot));
  for (let at = 0; at < queue.length; at++) {
    const slot = queue[at];
    if (isGoal[slot] === 1) return alongPath(slot, next, producer);
    if (producer[slot] < 0) continue;
    const { firstInput, inputs } = entries[producer[slot]];
    for (let k = 0; k < inputs.length; k++) {
      const input = inputSlots[firstInput + k];
      if (input < 0 || next[input] >= 0) continue;
      next[input] = slot;
      queue.push(input);
    }
  }
  return null;
}

function alongPath(from: number, next: Int32Array, producer: Int32Array): readonly number[] {
  const path: number[] = [];
  for (let slot = from; next[slot] !== slot; slot = next[slot]) path.push(producer[next[slot]]);
  return path;
}

/** The index of the record that computed each slot; -1 for what was watched. */
export function producers({ entries, slotCount }: Recording): Int32Array {
  const producer = new Int32Array(slotCount).fill(-1);
  for (let i = 0; i < entries.length; i++) {
    const { firstOutput, outputs } = entries[i];
    producer.fill(i, firstOutput, firstOutput + outputs.length);
  }
  return producer;
}
