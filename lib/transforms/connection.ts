import type { Entry, Recording } from './recording.ts';
import type { Seed } from './reverse.ts';
import { notDifferentiableError } from './reverse.ts';

/**
 * Which slots the seeds depend on, found without computing anything: 1 for yes. The answer is good
 * until the next call.
 *
 * @throws UnsupportedError when an op without derivative lies between a seed and a source
 */
export function reachedSlots(
  recording: Recording,
  seeds: readonly Pick<Seed, 'slot'>[],
  sources: readonly number[],
): Uint8Array {
  const { entries, inputSlots } = recording;
  const reached = marksFor(recording.slotCount);
  for (let i = 0; i < seeds.length; i++) reached[seeds[i].slot] = 1;
  for (let i = entries.length - 1; i >= 0; i--) {
    const entry = entries[i];
    const { firstInput, inputs } = entry;
    if (!isReached(entry, reached)) continue;
    for (let k = 0; k < inputs.length; k++) {
      const slot = inputSlots[firstInput + k];
      if (slot >= 0) reached[slot] = 1;
    }
    if (entry.op.derivative.kind === 'none') requireNoSource(recording, i, sources);
  }
  return reached;
}

// A new array costs more than a pass over a small recording. No other code runs while it is in use.
const smallMarks = new Uint8Array(64);

function marksFor(count: number): Uint8Array {
  if (count > smallMarks.length) return new Uint8Array(count);
  for (let i = 0; i < count; i++) smallMarks[i] = 0;
  return smallMarks;
}

function isReached({ firstOutput, outputs }: Entry, reached: Uint8Array): boolean {
  for (let j = 0; j < outputs.length; j++) if (reached[firstOutput + j] !== 0) return true;
  return false;
}

// The op at `end` has no derivative: an error if one of its inputs depends on a source.
function requireNoSource(
  { entries, inputSlots }: Recording,
  end: number,
  sources: readonly number[],
): void {
  const depends = new Set(sources.filter((slot) => slot >= 0));
  for (let i = 0; i <= end; i++) {
    const { op, firstInput, firstOutput, inputs, outputs } = entries[i];
    if (!inputs.some((_, k) => depends.has(inputSlots[firstInput + k]))) continue;
    outputs.forEach((_, j) => depends.add(firstOutput + j));
    const { derivative } = op;
    if (i === end && derivative.kind === 'none')
      throw notDifferentiableError(op, derivative.reason);
  }
}
