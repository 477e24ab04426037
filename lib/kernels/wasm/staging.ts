import { scratch } from './engine.ts';

/** Arrays of one float type. */
export type Floats = Float32Array | Float64Array;

export function isDouble(x: Floats): x is Float64Array {
  return x.BYTES_PER_ELEMENT === 8;
}

// A typed array's own `set` costs as much as copying this many numbers one by one.
const copiedByHand = 16;

/** Copies `n` numbers from place `from` into the scratch memory at the byte `to`. */
export function copyIn(x: Floats, from: number, n: number, to: number): void {
  const memory = isDouble(x) ? scratch().f64 : scratch().f32;
  const at = to / x.BYTES_PER_ELEMENT;
  if (n <= copiedByHand) for (let i = 0; i < n; i++) memory[at + i] = x[from + i];
  else memory.set(n === x.length ? x : x.subarray(from, from + n), at);
}

/** Copies `n` numbers from the byte `from` of the scratch memory to place `to`. */
export function copyOut(from: number, y: Floats, to: number, n: number): void {
  const memory = isDouble(y) ? scratch().f64 : scratch().f32;
  const at = from / y.BYTES_PER_ELEMENT;
  if (n <= copiedByHand) for (let i = 0; i < n; i++) y[to + i] = memory[at + i];
  else y.set(memory.subarray(at, at + n), to);
}
