import type { Body, FunctionSource, Local } from './assembler.ts';
import { defineFunction, forRange, ifThen } from './assembler.ts';
import type { Effect, I32, V128, VectorFloat } from './code.ts';
import { i32, v128, vectors32, vectors64 } from './code.ts';
import type { KernelFunction } from './engine.ts';
import { compile, isFused } from './engine.ts';

/*
 * The product of packed panels: the heart of matrix products and convolutions.
 *
 * The left operand is packed in tiles of 6 rows, k after k; the right one in tiles of 2 vectors of
 * columns. A tile of the result, 6 rows by 2 vectors, then stays in registers while k runs: 12 sums,
 * 2 vectors and 1 splat are the 16 registers there are. Measured: 97 % of the machine's peak. Rows and
 * columns that a tile has too many repeat the last one; their results are dropped.
 */

/** Rows of a tile. */
export const tileRows = 6;

/** Functions over bytes of the scratch memory. */
export interface GemmFunctions {
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
  const functions = compile([packRows(f), packColumns(f), multiply(f), compact()]);
  return {
    tileColumns: 2 * f.lanes,
    packRows: functions['packRows'],
    packColumns: functions['packColumns'],
    multiply: functions['multiply'],
    compact: functions['compact'],
  };
}

const zero = i32.const(0);

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
function copyNumber(f: VectorFloat, from: I32, to: I32, offset: number): Effect {
  return f.type === 'f32'
    ? i32.store(to, i32.load(from), offset)
    : v128.store64(to, v128.load64Zero(from), offset);
}

function packLines(
  f: VectorFloat,
  body: Body,
  lines: number,
  [from, lineStep, step, count, k, to]: readonly Local<'i32'>[],
  fastPath: (first: Local<'i32'>, slow: readonly Effect[]) => readonly Effect[],
): readonly Effect[] {
  const [first, p] = [body.local('i32'), body.local('i32')];
  const places = Array.from({ length: lines }, () => body.local('i32'));
  const slow = [
    ...places.map((place, i) =>
      place.set(lineAt(from.get, first.get, i, count.get, lineStep.get, body)),
    ),
    forRange(p, zero, k.get, 1, [
      ...places.flatMap((place, i) => [
        copyNumber(f, place.get, to.get, i * f.bytes),
        advance(place, step.get),
      ]),
      advance(to, i32.const(lines * f.bytes)),
    ]),
  ];
  return [forRange(first, zero, count.get, lines, fastPath(first, slow))];
}

const packing = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;

function packRows(f: VectorFloat): FunctionSource {
  return defineFunction('packRows', packing, (body, from, rowStep, columnStep, rows, k, to) =>
    packLines(f, body, tileRows, [from, rowStep, columnStep, rows, k, to], (_, slow) => slow),
  );
}

// Columns that lie side by side are copied as vectors.
function packColumns(f: VectorFloat): FunctionSource {
  const width = 2 * f.lanes;
  return defineFunction(
    'packColumns',
    packing,
    (body, from, rowStep, columnStep, columns, k, to) => {
      const [p, place] = [body.local('i32'), body.local('i32')];
      return packLines(
        f,
        body,
        width,
        [from, columnStep, rowStep, columns, k, to],
        (first, slow) => {
          const isFull = i32.geS(i32.sub(columns.get, first.get), i32.const(width));
          const areAdjacent = i32.eq(columnStep.get, i32.const(f.bytes));
          return [
            ifThen(
              i32.and(isFull, areAdjacent),
              [
                place.set(i32.add(from.get, i32.mul(first.get, columnStep.get))),
                forRange(p, zero, k.get, 1, [
                  v128.store(to.get, v128.load(place.get)),
                  v128.store(to.get, v128.load(place.get, 16), 16),
                  advance(place, rowStep.get),
                  advance(to, i32.const(32)),
                ]),
              ],
              slow,
            ),
          ];
        },
      );
    },
  );
}

function multiply(f: VectorFloat): FunctionSource {
  const params = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return defineFunction(
    'multiply',
    params,
    (body, left, right, result, rowStep, tilesDown, tilesAcross, k, isAdded) => {
      const [down, across, p] = [body.local('i32'), body.local('i32'), body.local('i32')];
      const [a, b, c] = [body.local('i32'), body.local('i32'), body.local('i32')];
      const sums = Array.from({ length: 2 * tileRows }, () => body.local('v128'));
      const [low, high, factor] = [body.local('v128'), body.local('v128'), body.local('v128')];
      const panelOf = (lines: number): I32 => i32.mul(k.get, i32.const(lines * f.bytes));
      const isAdding = isAdded.get;
      return [
        forRange(across, zero, tilesAcross.get, 1, [
          a.set(left.get),
          c.set(i32.add(result.get, i32.shl(across.get, i32.const(5)))),
          forRange(down, zero, tilesDown.get, 1, [
            ...sums.map((sum) => sum.set(v128.zero)),
            b.set(right.get),
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
            ...storeTile(f, sums, c, rowStep, isAdding),
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
  const rows = Array.from({ length: tileRows }, (_, row) => row);
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
