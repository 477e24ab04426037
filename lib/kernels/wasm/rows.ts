import type { Body, Local } from './assembler.ts';
import { forRange } from './assembler.ts';
import type { Effect, F64, I32, V128 } from './code.ts';
import { extract32, extract64, f32, f64, i32, promoteLow, v128, vectors64 } from './code.ts';
import { isFused } from './engine.ts';

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

/** Part of a row of float32: a whole vector, or one number, which stands in all lanes. */
export interface Piece {
  readonly isWhole: boolean;
  /** How many bytes of the row are before it. */
  readonly at: I32;
  readonly load: (row: Local<'i32'>) => V128;
  readonly store: (row: Local<'i32'>, value: V128) => Effect;
}

/** Calls `use` for the whole vectors of a row of `n` bytes, then for the numbers that are left. */
export function forEachPiece(
  body: Body,
  n: Local<'i32'>,
  use: (piece: Piece) => readonly Effect[],
): readonly Effect[] {
  const at = body.local('i32');
  const whole = i32.and(n.get, i32.const(-16));
  const of = (row: Local<'i32'>): I32 => i32.add(row.get, at.get);
  const vectors = use({
    isWhole: true,
    at: at.get,
    load: (row) => v128.load(of(row)),
    store: (row, value) => v128.store(of(row), value),
  });
  const singles = use({
    isWhole: false,
    at: at.get,
    load: (row) => v128.load32Splat(of(row)),
    store: (row, value) => f32.store(of(row), extract32(value, 0)),
  });
  return [forRange(at, zero, whole, 16, vectors), forRange(at, whole, n.get, 4, singles)];
}

/** The doubles of a piece: two vectors of a whole one, else one number with 0 beside it. */
export function doublesOf(
  piece: Piece,
  value: Local<'v128'>,
  change: (doubles: V128) => V128 = (doubles) => doubles,
): readonly V128[] {
  const low = change(promoteLow(value.get));
  if (!piece.isWhole) return [v128.and(low, v128.lowerHalf)];
  return [low, change(promoteLow(v128.shuffle(value.get, value.get, upperHalf)))];
}

/** A sum in double over the pieces of a row. */
export interface RowSum {
  readonly reset: readonly Effect[];
  /** Adds a vector of a piece, the first or the second one, to it. */
  readonly add: (doubles: V128, half: number) => Effect;
  readonly addProduct: (a: V128, b: V128, half: number) => Effect;
  readonly total: F64;
}

export function newRowSum(body: Body): RowSum {
  const wide = vectors64(isFused());
  const sums = [body.local('v128'), body.local('v128')];
  const both = sums.flatMap((sum) => [extract64(sum.get, 0), extract64(sum.get, 1)]);
  return {
    reset: sums.map((sum) => sum.set(v128.zero)),
    add: (doubles, half) => sums[half].set(wide.add(sums[half].get, doubles)),
    addProduct: (a, b, half) => sums[half].set(wide.multiplyAdd(a, b, sums[half].get)),
    total: both.reduce((a, b) => f64.add(a, b)),
  };
}
