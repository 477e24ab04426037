import type { Values } from '../base/dtype.ts';
import { dtypeFacts } from '../base/dtype.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import type { Recording } from './recording.ts';

// What a slot's array is to the count.
const counted = 1;
const mayBeShared = 2;

/** Arrays that were counted; few tapes need to remember them. */
interface Known {
  set: Set<object> | null;
}

/**
 * Bytes of the values that records keep, each array once. Slots tell tensors apart, except where ops
 * hand out views of their input; only those need a set of arrays.
 */
export function heldBytes(recording: Recording): number {
  const { entries, inputSlots } = recording;
  const marks = marksFor(recording);
  const arrays: Known = { set: null };
  let bytes = 0;
  for (let i = 0; i < entries.length; i++) {
    const { inputs, outputs, firstInput, firstOutput } = entries[i];
    for (let k = 0; k < inputs.length; k++) {
      const slot = inputSlots[firstInput + k];
      if (slot < 0 || marks[slot] !== counted) bytes += newBytes(inputs[k], slot, marks, arrays);
    }
    for (let j = 0; j < outputs.length; j++) {
      const slot = firstOutput + j;
      if (marks[slot] !== counted) bytes += newBytes(outputs[j], slot, marks, arrays);
    }
  }
  return bytes;
}

function marksFor({ entries, inputSlots, slotCount }: Recording): Uint8Array {
  const marks = clearMarks(slotCount);
  for (let i = 0; i < entries.length; i++) {
    if (entries[i].op.view === undefined) continue;
    const { inputs, outputs, firstInput, firstOutput } = entries[i];
    for (let k = 0; k < inputs.length; k++) {
      const slot = inputSlots[firstInput + k];
      if (slot >= 0) marks[slot] = mayBeShared;
    }
    marks.fill(mayBeShared, firstOutput, firstOutput + outputs.length);
  }
  return marks;
}

// A new array costs more than a pass over a small recording. No other code runs while it is in use.
const smallMarks = new Uint8Array(64);

function clearMarks(count: number): Uint8Array {
  if (count > smallMarks.length) return new Uint8Array(count);
  for (let i = 0; i < count; i++) smallMarks[i] = 0;
  return smallMarks;
}

function newBytes(held: Tensor, slot: number, marks: Uint8Array, arrays: Known): number {
  // What stands in for a value that is not kept has no storage.
  const values = (held as { storage?: Values | null }).storage;
  if (values === null || values === undefined) return 0;
  if (slot < 0 || marks[slot] === mayBeShared || !isTensor(held)) return bytesOfNew(values, arrays);
  marks[slot] = counted;
  const { bytes, lanes } = dtypeFacts[held.spec.dtype];
  return held.spec.size * bytes * lanes;
}

/** Small arrays are never parts of larger ones, and asking for their buffer would move them. */
const smallestView = 1024;

function bytesOfNew(values: Values, known: Known): number {
  const holder = values.length < smallestView ? values : values.buffer;
  known.set ??= new Set();
  if (known.set.has(holder)) return 0;
  known.set.add(holder);
  return holder.byteLength;
}
