import type { Body, Local } from './assembler.ts';
import { forRange } from './assembler.ts';
import type { Effect, I32, V128 } from './code.ts';
import { i32, v128 } from './code.ts';
import { zero } from './rows.ts';

/* Copies of elements whatever their type is, and squares of them transposed. */

export type Copy = (from: I32, to: I32) => Effect;

/** Copies as many bytes at once. */
export const copies: Readonly<Record<number, Copy>> = {
  1: (from, to) => i32.store8(to, i32.load8U(from)),
  4: (from, to) => i32.store(to, i32.load(from)),
  8: (from, to) => v128.storeLane64(to, v128.load64Zero(from), 0),
  16: (from, to) => v128.store(to, v128.load(from)),
};

/** Copies `n` bytes, at least `width`: as many at a time, of which the last may be copied twice. */
export function copyRun(body: Body, width: number, from: I32, to: I32, n: I32): Effect {
  const i = body.local('i32');
  const last = i32.sub(n, i32.const(width));
  return [
    forRange(i, zero, last, width, [copies[width](i32.add(from, i.get), i32.add(to, i.get))]),
    copies[width](i32.add(from, last), i32.add(to, last)),
  ];
}

/** What a run of so many bytes is best copied by at a time; it is more than that unless it is as long. */
export function widthOf(run: number): number {
  return run >= 16 ? 16 : run >= 8 ? 8 : run >= 4 ? 4 : 1;
}

const lanesOf = (...first: number[]): number[] =>
  first.flatMap((byte) => Array.from({ length: 16 / first.length }, (_, i) => byte + i));

/** The transpose of a square of vectors, of as many elements as there are of them. */
export function transposed(body: Body, rows: readonly Local<'v128'>[]): V128[] {
  const [lower, upper] = [lanesOf(0, 16), lanesOf(8, 24)];
  const halves = (a: V128, b: V128): V128[] =>
    [lower, upper].map((half) => v128.shuffle(a, b, half));
  if (rows.length === 2) return halves(rows[0].get, rows[1].get);
  const [a, b, c, d] = rows.map((row) => row.get);
  return [lanesOf(0, 16, 4, 20), lanesOf(8, 24, 12, 28)].flatMap((pairs) => {
    const [left, right] = [body.local('v128'), body.local('v128')];
    const [first, second] = halves(left.get, right.get);
    return [
      [left.set(v128.shuffle(a, b, pairs)), right.set(v128.shuffle(c, d, pairs)), first],
      second,
    ];
  });
}
