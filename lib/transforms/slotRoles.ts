import type { Entry, Recording } from './recording.ts';

// What a slot is to a reverse pass.
export const leadsFromSource = 1;
export const isSource = 2;
export const isOwnSum = 4;

/** Marks the slots through which a source can be reached, so that nothing else is computed. */
export function markPaths(
  { entries, inputSlots, slotCount }: Recording,
  sources: readonly number[],
): Uint8Array {
  const role = new Uint8Array(slotCount);
  for (const slot of sources) role[slot] = leadsFromSource | isSource;
  for (let i = 0; i < entries.length; i++) {
    const { firstInput, firstOutput, inputs, outputs } = entries[i];
    for (let k = 0; k < inputs.length; k++) {
      const slot = inputSlots[firstInput + k];
      if (slot >= 0 && role[slot] !== 0) {
        for (let j = 0; j < outputs.length; j++) role[firstOutput + j] |= leadsFromSource;
        break;
      }
    }
  }
  return role;
}

// Ops of one and two inputs are the rule; their answers need no arrays of their own.
const single = [true] as const;
const pairs = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

/** Which inputs of an entry lead to a source. */
export function neededInputs(
  { firstInput, inputs }: Entry,
  inputSlots: readonly number[],
  role: Uint8Array,
): readonly boolean[] {
  if (inputs.length === 1) return single;
  if (inputs.length === 2) {
    const first = leads(inputSlots[firstInput], role) ? 1 : 0;
    const second = leads(inputSlots[firstInput + 1], role) ? 2 : 0;
    return pairs[first + second];
  }
  return inputs.map((_, k) => leads(inputSlots[firstInput + k], role));
}

function leads(slot: number, role: Uint8Array): boolean {
  return slot >= 0 && role[slot] !== 0;
}
