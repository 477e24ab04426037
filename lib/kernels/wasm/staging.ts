import type { Values } from '../../base/dtype.ts';
import { scratch } from './engine.ts';

/** Arrays of one float type. */
export type Floats = Float32Array | Float64Array;

export function isDouble(x: Floats): x is Float64Array {
  return x.BYTES_PER_ELEMENT === 8;
}

// A typed array's own `set` costs as much as copying this many numbers one by one.
const copiedByHand = 16;

/** The scratch memory as an array of the type of `x`. */
function viewFor(x: Values): Values {
  const views = scratch();
  if (x instanceof Float32Array) return views.f32;
  if (x instanceof Float64Array) return views.f64;
  return x instanceof Int32Array ? views.i32 : views.u8;
}

/** Copies `n` elements from place `from` into the scratch memory at the byte `to`. */
export function copyIn(x: Values, from: number, n: number, to: number): void {
  const memory = viewFor(x);
  const at = to / x.BYTES_PER_ELEMENT;
  if (n <= copiedByHand) for (let i = 0; i < n; i++) memory[at + i] = x[from + i];
  else memory.set(n === x.length ? x : x.subarray(from, from + n), at);
}

/** Copies `n` elements from the byte `from` of the scratch memory to place `to`. */
export function copyOut(from: number, y: Values, to: number, n: number): void {
  const memory = viewFor(y);
  const at = from / y.BYTES_PER_ELEMENT;
  if (n <= copiedByHand) for (let i = 0; i < n; i++) y[to + i] = memory[at + i];
  else y.set(memory.subarray(at, at + n), to);
}
