import type { Values } from '../../base/dtype.ts';
import type { Effect, I32, V128 } from './code.ts';
import { i32x4, v128 } from './code.ts';

/* Elements in vectors whose lanes may be wider than they are: what has two types of operands needs that. */

/** The types that elements of tensors have in memory. */
export type Element = 'f32' | 'f64' | 'i32' | 'u8';

export const sizeOf: Readonly<Record<Element, number>> = { f32: 4, f64: 8, i32: 4, u8: 1 };

export function elementOf(x: Values): Element {
  if (x instanceof Float32Array) return 'f32';
  if (x instanceof Float64Array) return 'f64';
  return x instanceof Int32Array ? 'i32' : 'u8';
}

/** One element a lane: a bool as 0 or 1, a float32 or int32 of two lanes in the lower half. */
export function loadLanes(element: Element, lanes: number, at: I32): V128 {
  if (element !== 'u8') return lanes * sizeOf[element] === 16 ? v128.load(at) : v128.load64Zero(at);
  if (lanes === 16) return v128.load(at);
  return spread(lanes === 4 ? v128.load32Zero(at) : v128.load16Splat(at), lanes);
}

/** The same element in every lane. */
export function loadStill(element: Element, lanes: number, at: I32): V128 {
  if (element === 'f64') return v128.load64Splat(at);
  if (element !== 'u8') return v128.load32Splat(at);
  return lanes === 16 ? v128.load8Splat(at) : spread(v128.load8Splat(at), lanes);
}

/** What `loadLanes` loads; of a bool the lowest bit of its lane counts. */
export function storeLanes(element: Element, lanes: number, at: I32, value: V128): Effect {
  if (element !== 'u8')
    return lanes * sizeOf[element] === 16 ? v128.store(at, value) : v128.storeLane64(at, value, 0);
  if (lanes === 16) return v128.store(at, value);
  const low = v128.and(v128.shuffle(value, value, firstBytes(lanes)), i32x4.splat(0x01010101));
  return lanes === 4 ? v128.storeLane32(at, low, 0) : v128.storeLane16(at, low, 0);
}

// Byte i to the lowest byte of lane i, zeros above it.
function spread(bytes: V128, lanes: number): V128 {
  const width = 16 / lanes;
  const places = Array.from({ length: 16 }, (_, i) => (i % width === 0 ? i / width : 16));
  return v128.shuffle(bytes, v128.zero, places);
}

function firstBytes(lanes: number): number[] {
  return Array.from({ length: 16 }, (_, i) => (i < lanes ? (i * 16) / lanes : 0));
}
