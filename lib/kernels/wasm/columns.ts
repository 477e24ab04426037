import type { Values } from '../../base/dtype.ts';
import type { Body, FunctionSource, Local } from './assembler.ts';
import { defineFunction, forRange } from './assembler.ts';
import type { Effect, I32, V128 } from './code.ts';
import { i32, promoteLow, v128, vectors32, vectors64 } from './code.ts';
import type { KernelFunction } from './engine.ts';
import {
  compile,
  fitsScratch,
  isAvailable,
  isEnough,
  isFused,
  mark,
  release,
  reserve,
  scratch,
} from './engine.ts';
import { advance, upperHalf, zero } from './rows.ts';
import { copyIn, copyOut } from './staging.ts';

/*
 * Sums down the columns of float32 matrices, and maps with a number a column, as batch normalization
 * needs them. Sums are kept in double, of differences from one number a column.
 */

/** Two sums of one column each, of whole vectors of columns. */
interface PairOfSums {
  readonly load: readonly Effect[];
  readonly add: (which: 0 | 1, half: number, value: V128) => Effect;
  readonly current: (which: 0 | 1, half: number) => V128;
  readonly store: readonly Effect[];
}

function pairOfSums(body: Body, places: readonly Local<'i32'>[], at: I32): PairOfSums {
  const wide = vectors64(false);
  const of = (place: Local<'i32'>): I32 => i32.add(place.get, i32.shl(at, i32.const(1)));
  const sums = places.map(() => [body.local('v128'), body.local('v128')]);
  const each = (use: (place: I32, sum: Local<'v128'>, offset: number) => Effect): Effect[] =>
    sums.flatMap((halves, which) =>
      halves.map((sum, half) => use(of(places[which]), sum, 16 * half)),
    );
  return {
    load: each((place, sum, offset) => sum.set(v128.load(place, offset))),
    add: (which, half, value) => sums[which][half].set(wide.add(sums[which][half].get, value)),
    current: (which, half) => sums[which][half].get,
    store: each((place, sum, offset) => v128.store(place, sum.get, offset)),
  };
}

const halvesOf = (value: Local<'v128'>): readonly V128[] => [
  promoteLow(value.get),
  promoteLow(v128.shuffle(value.get, value.get, upperHalf)),
];

// Parameters: places of x, of the numbers taken off, and of the double sums of differences and of their
// squares; bytes of a row, number of rows.
function momentsSource(): FunctionSource {
  const params = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return defineFunction('moments', params, (body, x, shift, first, second, n, rows) => {
    const wide = vectors64(false);
    const [at, row, from] = [body.local('i32'), body.local('i32'), body.local('i32')];
    const [value, difference] = [body.local('v128'), body.local('v128')];
    const shifts = [body.local('v128'), body.local('v128')];
    const sums = pairOfSums(body, [first, second], at.get);
    return [
      forRange(at, zero, n.get, 16, [
        value.set(v128.load(i32.add(shift.get, at.get))),
        ...halvesOf(value).map((doubles, half) => shifts[half].set(doubles)),
        ...sums.load,
        from.set(i32.add(x.get, at.get)),
        forRange(row, zero, rows.get, 1, [
          value.set(v128.load(from.get)),
          ...halvesOf(value).flatMap((doubles, half) => [
            difference.set(wide.sub(doubles, shifts[half].get)),
            sums.add(0, half, difference.get),
            sums.add(1, half, wide.mul(difference.get, difference.get)),
          ]),
          advance(from, n.get),
        ]),
        ...sums.store,
      ]),
    ];
  });
}

// The same with g before x: sums of g, and of g times the differences.
function productsSource(): FunctionSource {
  const params = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return defineFunction('products', params, (body, g, x, shift, first, second, n, rows) => {
    const wide = vectors64(false);
    const [at, row, from] = [body.local('i32'), body.local('i32'), body.local('i32')];
    const [value, share, factor] = [body.local('v128'), body.local('v128'), body.local('v128')];
    const shifts = [body.local('v128'), body.local('v128')];
    const sums = pairOfSums(body, [first, second], at.get);
    const toG = i32.sub(g.get, x.get);
    return [
      forRange(at, zero, n.get, 16, [
        value.set(v128.load(i32.add(shift.get, at.get))),
        ...halvesOf(value).map((doubles, half) => shifts[half].set(doubles)),
        ...sums.load,
        from.set(i32.add(x.get, at.get)),
        forRange(row, zero, rows.get, 1, [
          value.set(v128.load(from.get)),
          share.set(v128.load(i32.add(from.get, toG))),
          ...halvesOf(value).flatMap((doubles, half) => [
            factor.set(halvesOf(share)[half]),
            sums.add(0, half, factor.get),
            sums.add(1, half, wide.mul(factor.get, wide.sub(doubles, shifts[half].get))),
          ]),
          advance(from, n.get),
        ]),
        ...sums.store,
      ]),
    ];
  });
}

// Parameters: places of the matrices and then of the rows, bytes of a row, number of rows, place of the
// result. What a row is computed beyond its end is written again by the next one.
function mapSource(
  name: string,
  matrices: number,
  rowCount: number,
  formula: (values: readonly V128[]) => V128,
): FunctionSource {
  const params = new Array<'i32'>(matrices + rowCount + 3).fill('i32');
  return defineFunction(name, params, (body, ...given) => {
    const operands = given.slice(0, matrices + rowCount);
    const [n, rows, y] = given.slice(matrices + rowCount);
    const [at, row] = [body.local('i32'), body.local('i32')];
    const place = (x: Local<'i32'>): I32 => i32.add(x.get, at.get);
    return [
      forRange(row, zero, rows.get, 1, [
        forRange(at, zero, n.get, 16, [
          v128.store(place(y), formula(operands.map((x) => v128.load(place(x))))),
        ]),
        ...[...operands.slice(0, matrices), y].map((x) => advance(x, n.get)),
      ]),
    ];
  });
}

const made: (Record<string, KernelFunction> | undefined)[] = [];

function functions(): Record<string, KernelFunction> {
  const f = vectors32(isFused());
  return (made[isFused() ? 1 : 0] ??= compile([
    momentsSource(),
    productsSource(),
    mapSource('shiftAndScale', 1, 3, ([x, mean, factor, offset]) =>
      f.multiplyAdd(f.sub(x, mean), factor, offset),
    ),
    mapSource('gradient', 2, 4, ([g, x, mean, factor, slope, taken]) =>
      f.subtractProduct(f.sub(x, mean), slope, f.sub(f.mul(g, factor), taken)),
    ),
  ]));
}

const chunkBytes = 16384;

/** Whether vectors compute columns of a matrix with rows of this length. */
export function areLong(width: number, x: Values): boolean {
  if (!isEnough(width, 8) || !isEnough(x.length, 256)) return false;
  return x instanceof Float32Array && fitsScratch(width * 80) && isAvailable();
}

/** Matrices of one shape that lie in larger arrays from `start` on. */
export interface Matrices {
  readonly values: readonly Values[];
  readonly start: number;
  readonly rows: number;
  readonly width: number;
}

/** Copies rows of the matrices in by chunks; `run` gets their places, one for a result, and what is there. */
function forEachChunk(
  { values, start, rows, width }: Matrices,
  run: (places: readonly number[], result: number, count: number, at: number) => void,
): void {
  const most = Math.floor(chunkBytes / 4 / width / values.length);
  const together = Math.min(rows, Math.max(1, most));
  const before = mark();
  const places = values.map(() => reserve(together * width * 4));
  const result = reserve(together * width * 4);
  for (let row = 0; row < rows; row += together) {
    const count = Math.min(together, rows - row);
    const at = start + row * width;
    values.forEach((x, i) => {
      copyIn(x, at, count * width, places[i]);
    });
    run(places, result, count, at);
  }
  release(before);
}

/** Two double sums a column. */
export function sumsOf(
  name: 'moments' | 'products',
  matrices: Matrices,
  shift: ArrayLike<number>,
): readonly Float64Array[] {
  const run = functions()[name];
  const { width } = matrices;
  const before = mark();
  const from = rowPlaced(shift, width);
  // Whole vectors of columns: the last one may be longer.
  const places = [0, 1].map(() => reserve(width * 8 + 16));
  for (const place of places) scratch().f64.fill(0, place / 8, place / 8 + width + 3);
  forEachChunk(matrices, (operands, _, count) => {
    run(...operands, from, ...places, width * 4, count);
  });
  const sums = places.map((place) => scratch().f64.slice(place / 8, place / 8 + width));
  release(before);
  return sums;
}

function rowPlaced(values: ArrayLike<number>, width: number): number {
  const place = reserve(width * 4);
  scratch().f32.set(values, place / 4);
  return place;
}

/** A matrix from those given and from rows. */
export function mapRows(
  name: 'shiftAndScale' | 'gradient',
  matrices: Matrices,
  rows: readonly ArrayLike<number>[],
  y: Values,
): void {
  const run = functions()[name];
  const { width } = matrices;
  const before = mark();
  const factors = rows.map((values) => rowPlaced(values, width));
  forEachChunk(matrices, (operands, result, count, at) => {
    run(...operands, ...factors, width * 4, count, result);
    copyOut(result, y, at, count * width);
  });
  release(before);
}

/** `(x - mean) factor + offset` with a number of each a column. */
export function shiftAndScale(x: Values, rows: readonly Values[], y: Values): void {
  const width = rows[0].length;
  const matrix = { values: [x], start: 0, rows: x.length / width, width };
  mapRows('shiftAndScale', matrix, rows, y);
}

/** Adds sums of g and of g (x - mean) down the columns to totals. */
export function sumProducts(
  g: Values,
  x: Values,
  mean: Values,
  totals: readonly Float64Array[],
): void {
  const width = mean.length;
  const matrices = { values: [g, x], start: 0, rows: x.length / width, width };
  sumsOf('products', matrices, mean).forEach((sums, i) => {
    totals[i].set(sums);
  });
}
