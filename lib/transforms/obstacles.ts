import type { Variable } from '../core/variable.ts';
import type { Cut, Entry, Recording } from './recording.ts';
import { untracked } from './recording.ts';
import type { InspectableRecording } from './inspectableRecording.ts';

/** What ended a path: an op that no gradient passes, or the assignment to a variable. */
export type Obstacle = Cut | { readonly variable: Variable };

interface Step {
  readonly slot: number;
  /** What the way from the target to here passed last. */
  readonly behind: Obstacle | null;
}

/**
 * Walks back from the slots `starts` to one of `goals`; returns the obstacle on that way which is
 * nearest to the goal, or null where no way leads there or a free one does.
 */
export function findObstacle(
  recording: InspectableRecording,
  starts: readonly number[],
  goals: readonly number[],
): Obstacle | null {
  return walkBack(recording, starts, goals)?.behind ?? null;
}

/** Whether one of the slots `starts` was computed from one of `goals`, obstacles or not. */
export function leadsBack(
  recording: InspectableRecording,
  starts: readonly number[],
  goals: readonly number[],
): boolean {
  return walkBack(recording, starts, goals) !== null;
}

function walkBack(
  recording: InspectableRecording,
  starts: readonly number[],
  goals: readonly number[],
): Step | null {
  const seen = new Set<number>();
  const open: Step[] = starts.map((slot) => ({ slot, behind: null }));
  // Ways around obstacles first: what lies behind them waits.
  const waiting: Step[] = [];
  for (let step = open.pop(); step !== undefined; step = open.pop() ?? waiting.pop()) {
    const { slot, behind } = step;
    if (slot === untracked || seen.has(slot)) continue;
    seen.add(slot);
    if (goals.includes(slot)) return step;
    if (slot < untracked) {
      const cut = recording.cutOf(slot);
      for (const input of cut.inputSlots) waiting.push({ slot: input, behind: cut });
      continue;
    }
    for (const one of recording.assignmentsBehind(slot))
      waiting.push({ slot: one.slot, behind: one });
    for (const input of inputsOf(recording, slot)) open.push({ slot: input, behind });
  }
  return null;
}

/** Slots of the inputs of the record whose output has this slot; none for what was watched. */
function inputsOf({ entries, inputSlots }: Recording, slot: number): readonly number[] {
  const entry = entryOf(entries, slot);
  if (entry === undefined || slot >= entry.firstOutput + entry.outputs.length) return [];
  return inputSlots.slice(entry.firstInput, entry.firstInput + entry.inputs.length);
}

/** The last record whose outputs start at `slot` or before it. */
function entryOf(entries: readonly Entry[], slot: number): Entry | undefined {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entries[middle].firstOutput <= slot) low = middle + 1;
    else high = middle;
  }
  return entries[low - 1];
}
