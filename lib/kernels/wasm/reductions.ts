import type { Values } from '../../base/dtype.ts';
import type { FunctionSource, Local } from './assembler.ts';
import { defineFunction, forRange } from './assembler.ts';
import type { Effect, V128, VectorFloat } from './code.ts';
import {
  extract32,
  extract64,
  f32,
  f64,
  i32,
  promote,
  promoteLow,
  v128,
  vectors32,
  vectors64,
} from './code.ts';
import type { KernelFunction } from './engine.ts';
import {
  compile,
  fitsScratch,
  isAvailable,
  isEnough,
  mark,
  release,
  reserve,
  scratch,
} from './engine.ts';
import { acrossLanes, advance, alongRow, upperHalf, zero } from './rows.ts';
import { copyIn } from './staging.ts';

/*
 * Sums, maxima and minima of float32 along rows (adjacent elements) and down columns. Sums are kept in
 * double, as those of the reference kernels are; doubles themselves are left to those, which sum
 * pairwise.
 */

const plain = vectors32(false);
const wide = vectors64(false);

// Parameters: where x and the results are, bytes of a row, number of rows. Results are doubles.
const rowParams = ['i32', 'i32', 'i32', 'i32'] as const;

function rowSums(): FunctionSource {
  return defineFunction('rowSums', rowParams, (body, x, y, n, rows) => {
    const row = body.local('i32');
    const sums = [body.local('v128'), body.local('v128'), body.local('v128'), body.local('v128')];
    const [value, rest] = [body.local('v128'), body.local('f64')];
    const addTo = (sum: Local<'v128'>, half: V128): Effect =>
      sum.set(wide.add(sum.get, promoteLow(half)));
    const total = wide.add(wide.add(sums[0].get, sums[1].get), wide.add(sums[2].get, sums[3].get));
    return [
      forRange(row, zero, rows.get, 1, [
        ...sums.map((sum) => sum.set(v128.zero)),
        rest.set(f64.const(0)),
        ...alongRow(
          body,
          x,
          n,
          (from, offset) => {
            const pair = offset % 32 === 0 ? 0 : 2;
            return [
              value.set(v128.load(from, offset)),
              addTo(sums[pair], value.get),
              addTo(sums[pair + 1], v128.shuffle(value.get, value.get, upperHalf)),
            ];
          },
          (from) => [rest.set(f64.add(rest.get, promote(f32.load(from))))],
        ),
        value.set(total),
        f64.store(
          y.get,
          f64.add(f64.add(extract64(value.get, 0), extract64(value.get, 1)), rest.get),
        ),
        advance(y, i32.const(8)),
      ]),
    ];
  });
}

/** Maxima or minima, NaN where one is. */
function rowExtremes(
  name: string,
  f: VectorFloat,
  of: (a: V128, b: V128) => V128,
  start: number,
): FunctionSource {
  return defineFunction(name, rowParams, (body, x, y, n, rows) => {
    const row = body.local('i32');
    const [best, other] = [body.local('v128'), body.local('v128')];
    const take = (to: Local<'v128'>, value: V128): Effect => to.set(of(to.get, value));
    return [
      forRange(row, zero, rows.get, 1, [
        best.set(f.splat(start)),
        other.set(f.splat(start)),
        ...alongRow(
          body,
          x,
          n,
          (from, offset) => [take(offset % 32 === 0 ? best : other, v128.load(from, offset))],
          (from) => [take(best, v128.load32Splat(from))],
        ),
        take(best, other.get),
        ...acrossLanes(best, of),
        f64.store(y.get, promote(extract32(best.get, 0))),
        advance(y, i32.const(8)),
      ]),
    ];
  });
}

/*
 * Parameters: where x is, where the doubles are that the sums are added to (for whole vectors of
 * columns), bytes of a row of x, number of rows.
 */
function columnSums(): FunctionSource {
  return defineFunction('columnSums', rowParams, (body, x, y, n, rows) => {
    const [at, row, from, to] = (['i32', 'i32', 'i32', 'i32'] as const).map((type) =>
      body.local(type),
    );
    const [low, high, value] = [body.local('v128'), body.local('v128'), body.local('v128')];
    return [
      to.set(y.get),
      forRange(at, zero, n.get, 16, [
        low.set(v128.load(to.get)),
        high.set(v128.load(to.get, 16)),
        from.set(i32.add(x.get, at.get)),
        forRange(row, zero, rows.get, 1, [
          value.set(v128.load(from.get)),
          low.set(wide.add(low.get, promoteLow(value.get))),
          high.set(wide.add(high.get, promoteLow(v128.shuffle(value.get, value.get, upperHalf)))),
          advance(from, n.get),
        ]),
        v128.store(to.get, low.get),
        v128.store(to.get, high.get, 16),
        advance(to, i32.const(32)),
      ]),
    ];
  });
}

const made: { functions: Record<string, KernelFunction> | null } = { functions: null };

function functions(): Record<string, KernelFunction> {
  return (made.functions ??= compile([
    rowSums(),
    rowExtremes('rowMaxima', plain, plain.max, -Infinity),
    rowExtremes('rowMinima', plain, plain.min, Infinity),
    columnSums(),
  ]));
}

/** Bytes that are copied in at a time. */
const chunkBytes = 32768;

/** Whether vectors sum columns: their sums stand in the scratch memory all at once. */
export function sumsColumns(x: Values, rows: number, columns: number): boolean {
  return isEnough(columns, 8) && fitsScratch(columns * 12) && reducesInVectors(x, rows * columns);
}

/** Whether vectors reduce these elements. */
export function reducesInVectors(x: Values, n: number): boolean {
  return isEnough(n, 64) && x instanceof Float32Array && isAvailable();
}

/**
 * One double for each row of `length` elements. Rows that are longer than a chunk have several, which
 * `combine` makes one of.
 */
export function reduceRows(
  name: 'rowSums' | 'rowMaxima' | 'rowMinima',
  x: Float32Array,
  y: Values,
  rows: number,
  length: number,
  combine: (parts: Float64Array) => number,
): void {
  const run = functions()[name];
  const most = chunkBytes / 4;
  const start = mark();
  if (length > most) {
    const parts = new Float64Array(Math.ceil(length / most));
    const place = reserve(most * 4);
    const results = reserve(8);
    for (let row = 0; row < rows; row++) {
      for (let part = 0; part < parts.length; part++) {
        const at = part * most;
        const n = Math.min(most, length - at);
        copyIn(x, row * length + at, n, place);
        run(place, results, n * 4, 1);
        parts[part] = scratch().f64[results / 8];
      }
      y[row] = combine(parts);
    }
  } else {
    const together = Math.max(1, Math.floor(most / length));
    const place = reserve(Math.min(rows, together) * length * 4);
    const results = reserve(Math.min(rows, together) * 8);
    for (let row = 0; row < rows; row += together) {
      const count = Math.min(together, rows - row);
      copyIn(x, row * length, count * length, place);
      run(place, results, length * 4, count);
      const { f64: memory } = scratch();
      for (let i = 0; i < count; i++) y[row + i] = memory[results / 8 + i];
    }
  }
  release(start);
}

/** Sums down the columns of a matrix at `from`: `rows` rows of `columns` elements. */
export function sumColumns(
  x: Float32Array,
  from: number,
  y: Values,
  to: number,
  rows: number,
  columns: number,
): void {
  const run = functions()['columnSums'];
  const start = mark();
  const sums = reserve((columns + 4) * 8);
  const together = Math.max(1, Math.floor(chunkBytes / 4 / columns));
  const place = reserve(Math.min(rows, together) * columns * 4);
  scratch().f64.fill(0, sums / 8, sums / 8 + columns + 4);
  for (let row = 0; row < rows; row += together) {
    const count = Math.min(together, rows - row);
    copyIn(x, from + row * columns, count * columns, place);
    run(place, sums, columns * 4, count);
  }
  const { f64: memory } = scratch();
  for (let j = 0; j < columns; j++) y[to + j] = memory[sums / 8 + j];
  release(start);
}
