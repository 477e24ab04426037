import type { Body, Local } from './assembler.ts';
import { forRange } from './assembler.ts';
import type { Effect, I32, V128 } from './code.ts';
import { i32, v128 } from './code.ts';

/** What kernels over rows of float32 share. */

export const zero = i32.const(0);

/** Shuffles the two upper lanes of four down. */
export const upperHalf = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];

export function advance(place: Local<'i32'>, bytes: I32): Effect {
  return place.set(i32.add(place.get, bytes));
}

/** Calls `use` for whole vectors of a row, then `single` for the numbers that are left. */
export function alongRow(
  body: Body,
  x: Local<'i32'>,
  n: Local<'i32'>,
  use: (from: I32, offset: number) => readonly Effect[],
  single: (from: I32) => readonly Effect[],
): readonly Effect[] {
  const at = body.local('i32');
  const whole = i32.and(n.get, i32.const(-16));
  const blocks = i32.and(n.get, i32.const(-64));
  return [
    forRange(at, zero, blocks, 64, [
      ...[0, 16, 32, 48].flatMap((offset) => use(i32.add(x.get, at.get), offset)),
    ]),
    forRange(at, blocks, whole, 16, use(i32.add(x.get, at.get), 0)),
    forRange(at, whole, n.get, 4, single(i32.add(x.get, at.get))),
    advance(x, n.get),
  ];
}

/** Brings what `of` makes of all four lanes of `value` into each of them. */
export function acrossLanes(
  value: Local<'v128'>,
  of: (a: V128, b: V128) => V128,
): readonly Effect[] {
  return [halves, neighbours].map((lanes) =>
    value.set(of(value.get, v128.shuffle(value.get, value.get, lanes))),
  );
}

const halves = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];
const neighbours = [4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11];
