import type { Body, FunctionSource, Local } from './assembler.ts';
import { defineFunction, forRange, ifThen } from './assembler.ts';
import type { Effect, I32, V128, VectorFloat } from './code.ts';
import { call, i32, v128, vectors32, vectors64 } from './code.ts';
import type { KernelFunction } from './engine.ts';
import { compile, isFused } from './engine.ts';

/*
 * The product of packed panels: the heart of matrix products and convolutions.
 *
 * The left operand is packed in tiles of rows, k after k; the right one in tiles of 2 vectors of
 * columns. A tile of the result then stays in registers while k runs. Of the 16 registers the engine
 * keeps one; with fused multiply-add 6 rows take 12 sums, 2 vectors and 1 factor, and without it the
 * product takes one more, so that 5 rows are left (a sixth would live in memory: measured 29 instead of
 * 47 GFLOP/s, of 58). Rows and columns that a tile has too many repeat the last one; their results are
 * dropped.
 */

/** Most rows that a tile has, and a number of rows that is whole tiles of any kind. */
export const mostTileRows = 6;
export const rowsTogether = 120;

/** Functions over bytes of the scratch memory. */
export interface GemmFunctions {
  readonly tileRows: number;
  /** Numbers in a row of a tile: two vectors. */
  readonly tileColumns: number;
  /** (from, rowStep, columnStep, rows, k, to): steps in bytes. */
  readonly packRows: KernelFunction;
  /** (from, rowStep, columnStep, columns, k, to) */
  readonly packColumns: KernelFunction;
  /** (left, right, result, rowStep, tilesDown, tilesAcross, k, isAdded) */
  readonly multiply: KernelFunction;
  /** (from, rowStep, to, rowBytes, rows): closes the gaps between rows. */
  readonly compact: KernelFunction;
}

const made: (GemmFunctions | undefined)[] = [];

/** The functions for one float type, compiled at first use. */
export function gemmFunctions(isDouble: boolean): GemmFunctions {
  const fused = isFused();
  return (made[(isDouble ? 2 : 0) + (fused ? 1 : 0)] ??= compiled(
    isDouble ? vectors64(fused) : vectors32(fused),
  ));
}

function compiled(f: VectorFloat): GemmFunctions {
  const functions = compile([multiplyTile(f), packRows(f), packColumns(f), multiply(f), compact()]);
  return {
    tileRows: tileRowsOf(f),
    tileColumns: 2 * f.lanes,
    packRows: functions['packRows'],
    packColumns: functions['packColumns'],
    multiply: functions['multiply'],
    compact: functions['compact'],
  };
}

function tileRowsOf({ fused }: VectorFloat): number {
  return fused ? mostTileRows : mostTileRows - 1;
}

const zero = i32.const(0);

/** Which of the functions of the module `multiplyTile` is. */
const tileIndex = 0;

function advance(place: Local<'i32'>, step: I32): Effect {
  return place.set(i32.add(place.get, step));
}

/** The place of line `first + index`, or of the last one. */
function lineAt(from: I32, first: I32, index: number, count: I32, step: I32, body: Body): I32 {
  const line = body.local('i32');
  const last = i32.sub(count, i32.const(1));
  return [
    line.set(i32.add(first, i32.const(index))),
    ifThen(i32.gtS(line.get, last), [line.set(last)]),
    i32.add(from, i32.mul(line.get, step)),
  ];
}

/** Copies one number. */
function copyNumber(f: VectorFloat, from: I32, to: I32, offset: number, fromOffset = 0): Effect {
  return f.type === 'f32'
    ? i32.store(to, i32.load(from, fromOffset), offset)
    : v128.storeLane64(to, v128.load64Zero(from, fromOffset), 0, offset);
}

const packing = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;

function packRows(f: VectorFloat): FunctionSource {
  return defineFunction('packRows', packing, (body, from, rowStep, columnStep, rows, k, to) =>
    packLines(f, body, tileRowsOf(f), [from, rowStep, columnStep, rows, k, to]),
  );
}

function packColumns(f: VectorFloat): FunctionSource {
  return defineFunction('packColumns', packing, (body, from, rowStep, columnStep, columns, k, to) =>
    packLines(f, body, 2 * f.lanes, [from, columnStep, rowStep, columns, k, to]),
  );
}

/*
 * Tiles of `lines` rows or columns, k after k. Lines side by side are copied as vectors; of lines that
 * lie in one piece each, as many steps as a vector has numbers are transposed at a time.
 */
function packLines(
  f: VectorFloat,
  body: Body,
  lines: number,
  [from, lineStep, step, count, k, to]: readonly Local<'i32'>[],
): readonly Effect[] {
  const [first, p, whole] = [body.local('i32'), body.local('i32'), body.local('i32')];
  const places = Array.from({ length: lines }, () => body.local('i32'));
  const isFull = i32.geS(i32.sub(count.get, first.get), i32.const(lines));
  const areAdjacent = i32.eq(lineStep.get, i32.const(f.bytes));
  const next = (steps: number): Effect => advance(to, i32.const(steps * lines * f.bytes));
  const side = [
    places[0].set(i32.add(from.get, i32.mul(first.get, lineStep.get))),
    forRange(p, zero, k.get, 1, [
      ...copyAdjacent(f, lines, places[0].get, to.get),
      advance(places[0], step.get),
      next(1),
    ]),
  ];
  const one = places.flatMap((place, i) => [
    copyNumber(f, place.get, to.get, i * f.bytes),
    advance(place, step.get),
  ]);
  const several = [
    ...transposeSteps(f, body, places, to),
    ...places.map((place) => advance(place, i32.const(16))),
    next(f.lanes),
  ];
  const apart = [
    ...places.map((place, i) =>
      place.set(lineAt(from.get, first.get, i, count.get, lineStep.get, body)),
    ),
    whole.set(zero),
    ifThen(i32.eq(step.get, i32.const(f.bytes)), [
      whole.set(i32.and(k.get, i32.const(-f.lanes))),
      forRange(p, zero, whole.get, f.lanes, several),
    ]),
    forRange(p, whole.get, k.get, 1, [...one, next(1)]),
  ];
  return [
    forRange(first, zero, count.get, lines, [ifThen(i32.and(isFull, areAdjacent), side, apart)]),
  ];
}

/** Copies numbers that lie side by side. */
function copyAdjacent(f: VectorFloat, numbers: number, from: I32, to: I32): readonly Effect[] {
  const inVectors = numbers - (numbers % f.lanes);
  return Array.from({ length: numbers }, (_, i) => {
    if (i >= inVectors) return copyNumber(f, from, to, i * f.bytes, i * f.bytes);
    return i % f.lanes === 0 ? v128.store(to, v128.load(from, i * f.bytes), i * f.bytes) : [];
  });
}

/** One vector of each line: its numbers become the same place of as many steps. */
function transposeSteps(
  f: VectorFloat,
  body: Body,
  places: readonly Local<'i32'>[],
  to: Local<'i32'>,
): readonly Effect[] {
  const width = places.length * f.bytes;
  const inVectors = places.length - (places.length % f.lanes);
  const rest = places.slice(inVectors).flatMap((place, i) => {
    const vector = body.local('v128');
    const stores = Array.from({ length: f.lanes }, (_, lane) =>
      f.storeLane(to.get, vector.get, lane, lane * width + (inVectors + i) * f.bytes),
    );
    return [vector.set(v128.load(place.get)), ...stores];
  });
  const blocks = Array.from({ length: inVectors / f.lanes }, (_, block) => {
    const own = places.slice(block * f.lanes, (block + 1) * f.lanes);
    const offset = block * 16;
    return transposeBlock(f, body, own).map((row, lane) =>
      v128.store(to.get, row, lane * width + offset),
    );
  });
  return [...blocks.flat(), ...rest];
}

/** The vectors at `places` as columns; they are loaded before any is used. */
function transposeBlock(
  f: VectorFloat,
  body: Body,
  places: readonly Local<'i32'>[],
): readonly V128[] {
  const rows = places.map(() => body.local('v128'));
  const loads = rows.map((row, i) => row.set(v128.load(places[i].get)));
  const [a, b, c, d] = rows;
  if (f.lanes === 2) {
    return [
      [...loads, v128.shuffle(a.get, b.get, lowHalves)] as V128,
      v128.shuffle(a.get, b.get, highHalves),
    ];
  }
  const [ab, cd] = [body.local('v128'), body.local('v128')];
  const pair = (lanes: readonly number[]): Effect[] => [
    ab.set(v128.shuffle(a.get, b.get, lanes)),
    cd.set(v128.shuffle(c.get, d.get, lanes)),
  ];
  const joined = (lanes: readonly number[]): V128 => v128.shuffle(ab.get, cd.get, lanes);
  return [
    [...loads, ...pair(lowPairs), joined(lowHalves)] as V128,
    joined(highHalves),
    [...pair(highPairs), joined(lowHalves)] as V128,
    joined(highHalves),
  ];
}

/** Bytes of two vectors: their lower numbers in turn, their higher ones; their lower halves, their higher. */
const lowPairs = [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23];
const highPairs = lowPairs.map((byte) => byte + 8);
const lowHalves = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
const highHalves = lowHalves.map((byte) => byte + 8);

/*
 * One tile, by itself: the engine finds registers for this loop, but not for it within the loops of
 * `multiply` (measured on Node 20: 23 instead of 44 GFLOP/s).
 */
function multiplyTile(f: VectorFloat): FunctionSource {
  const params = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return defineFunction('tile', params, (body, a, b, c, rowStep, k, isAdded) => {
    const tileRows = tileRowsOf(f);
    const p = body.local('i32');
    const sums = Array.from({ length: 2 * tileRows }, () => body.local('v128'));
    const [low, high, factor] = [body.local('v128'), body.local('v128'), body.local('v128')];
    return [
      ...sums.map((sum) => sum.set(v128.zero)),
      forRange(p, zero, k.get, 1, [
        low.set(v128.load(b.get)),
        high.set(v128.load(b.get, 16)),
        ...Array.from({ length: tileRows }, (_, row) => [
          factor.set(f.loadSplat(a.get, row * f.bytes)),
          ...[low, high].map((half, side) => {
            const sum = sums[2 * row + side];
            return sum.set(f.multiplyAdd(factor.get, half.get, sum.get));
          }),
        ]),
        advance(a, i32.const(tileRows * f.bytes)),
        advance(b, i32.const(32)),
      ]),
      ...storeTile(f, sums, c, rowStep, isAdded.get),
    ];
  });
}

function multiply(f: VectorFloat): FunctionSource {
  const params = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return defineFunction(
    'multiply',
    params,
    (body, left, right, result, rowStep, tilesDown, tilesAcross, k, isAdded) => {
      const [down, across] = [body.local('i32'), body.local('i32')];
      const [a, c] = [body.local('i32'), body.local('i32')];
      const tileRows = tileRowsOf(f);
      const panelOf = (lines: number): I32 => i32.mul(k.get, i32.const(lines * f.bytes));
      return [
        forRange(across, zero, tilesAcross.get, 1, [
          a.set(left.get),
          c.set(i32.add(result.get, i32.shl(across.get, i32.const(5)))),
          forRange(down, zero, tilesDown.get, 1, [
            call(tileIndex, [a.get, right.get, c.get, rowStep.get, k.get, isAdded.get]),
            advance(a, panelOf(tileRows)),
            advance(c, i32.mul(rowStep.get, i32.const(tileRows))),
          ]),
          advance(right, panelOf(2 * f.lanes)),
        ]),
      ];
    },
  );
}

function storeTile(
  f: VectorFloat,
  sums: readonly Local<'v128'>[],
  c: Local<'i32'>,
  rowStep: Local<'i32'>,
  isAdded: I32,
): readonly Effect[] {
  const store = (row: number, of: (sum: V128, offset: number) => V128): Effect => [
    v128.store(c.get, of(sums[2 * row].get, 0)),
    v128.store(c.get, of(sums[2 * row + 1].get, 16), 16),
    advance(c, rowStep.get),
  ];
  const rows = Array.from({ length: tileRowsOf(f) }, (_, row) => row);
  return [
    ifThen(
      isAdded,
      rows.map((row) => store(row, (sum, offset) => f.add(v128.load(c.get, offset), sum))),
      rows.map((row) => store(row, (sum) => sum)),
    ),
  ];
}

// Whole vectors from the first row on: what is written beyond a row, the next one replaces.
function compact(): FunctionSource {
  const params = ['i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return defineFunction('compact', params, (body, from, rowStep, to, rowBytes, rows) => {
    const [row, at] = [body.local('i32'), body.local('i32')];
    return [
      forRange(row, zero, rows.get, 1, [
        forRange(at, zero, rowBytes.get, 16, [
          v128.store(i32.add(to.get, at.get), v128.load(i32.add(from.get, at.get))),
        ]),
        advance(from, rowStep.get),
        advance(to, rowBytes.get),
      ]),
    ];
  });
}
