import type { Values } from '../../base/dtype.ts';
import type { FunctionSource } from './assembler.ts';
import { defineFunction, forRange, ifThen } from './assembler.ts';
import type { I32 } from './code.ts';
import { demoteZero, f32, f64, i32, promote, promoteLow, v128, vectors64 } from './code.ts';
import { copies, copyRun, widthOf } from './copies.ts';
import type { KernelFunction } from './engine.ts';
import { compile, isAvailable, isEnough, mark, release, reserve, scratch } from './engine.ts';
import { advance, zero } from './rows.ts';
import { copyIn, copyOut } from './staging.ts';

/*
 * Slices picked by numbers, and added up by numbers, along an axis of `length`: each of `rows` holds
 * `picks` slices of `inner` elements on the one side, `length` of them on the other.
 */
export interface Slices {
  readonly rows: number;
  readonly length: number;
  readonly picks: number;
  readonly inner: number;
}

const params = new Array<'i32'>(8).fill('i32');
const wide = vectors64(false);

/** The slices of x that the numbers name, side by side; zeros for a number that names none. */
function picking(name: string, width: number, isWhole: boolean): FunctionSource {
  return defineFunction(name, params, (body, rows, picks, length, bytes, ids, zeros, x, y) => {
    const [row, i, id, from] = Array.from({ length: 4 }, () => body.local('i32'));
    const end = i32.add(ids.get, picks.get);
    return [
      forRange(row, zero, rows.get, 1, [
        forRange(i, ids.get, end, 4, [
          id.set(i32.load(i.get)),
          from.set(zeros.get),
          ifThen(i32.ltU(id.get, length.get), [
            from.set(i32.add(x.get, i32.mul(id.get, bytes.get))),
          ]),
          isWhole
            ? copies[width](from.get, y.get)
            : copyRun(body, width, from.get, y.get, bytes.get),
          advance(y, bytes.get),
        ]),
        advance(x, i32.mul(length.get, bytes.get)),
      ]),
    ];
  });
}

/** Adds slices of float32 side by side to those of doubles that the numbers name; others are dropped. */
const adding = defineFunction('add', params, (body, rows, picks, length, bytes, ids, _, x, y) => {
  const [row, i, j, id, to] = Array.from({ length: 5 }, () => body.local('i32'));
  const end = i32.add(ids.get, picks.get);
  const pairs = i32.and(bytes.get, i32.const(-8));
  const place = (): I32 => i32.add(to.get, i32.shl(j.get, i32.const(1)));
  const given = (): I32 => i32.add(x.get, j.get);
  return [
    forRange(row, zero, rows.get, 1, [
      forRange(i, ids.get, end, 4, [
        id.set(i32.load(i.get)),
        ifThen(i32.ltU(id.get, length.get), [
          to.set(i32.add(y.get, i32.shl(i32.mul(id.get, bytes.get), i32.const(1)))),
          forRange(j, zero, pairs, 8, [
            v128.store(place(), wide.add(v128.load(place()), promoteLow(v128.load64Zero(given())))),
          ]),
          forRange(j, pairs, bytes.get, 4, [
            f64.store(place(), f64.add(f64.load(place()), promote(f32.load(given())))),
          ]),
        ]),
        advance(x, bytes.get),
      ]),
      advance(y, i32.shl(i32.mul(length.get, bytes.get), i32.const(1))),
    ]),
  ];
});

/** Rounds doubles up to `end` to float32, in place: they start there, too. */
const rounding = defineFunction('round', ['i32', 'i32', 'i32'], (_, x, y, end) => [
  forRange(x, x.get, end.get, 16, [
    v128.storeLane64(y.get, demoteZero(v128.load(x.get)), 0),
    advance(y, i32.const(8)),
  ]),
]);

const made: { functions: Record<string, KernelFunction> | null } = { functions: null };

function functions(): Record<string, KernelFunction> {
  return (made.functions ??= compile([
    ...[1, 4, 8, 16].flatMap((width) => [
      picking(`pick${String(width)}`, width, true),
      picking(`pickRuns${String(width)}`, width, false),
    ]),
    adding,
    rounding,
  ]));
}

/** Fewer bytes are moved as fast by a loop, and longer slices by a call of the engine's copy for each. */
const leastBytes = 4096;
const longSlice = 512;

/** Staged at a time, as far as rows and picks can be cut; of a row all slices are staged. */
const pieceBytes = 1 << 17;
const mostBytes = 1 << 24;

/** How many times more slices there may be than are picked: reading those is a waste. */
const wasteOfReading = 1;
const wasteOfSums = 4;

/** Where slices lie in an array. */
export interface SlicesAt {
  readonly values: Values;
  readonly at: number;
}

/** Picks slices of `x` where that pays, and returns whether it did. */
export function pickSlices(slices: Slices, ids: SlicesAt, x: SlicesAt, y: SlicesAt): boolean {
  const size = x.values.BYTES_PER_ELEMENT;
  const { length, inner } = slices;
  const bytes = inner * size;
  if (bytes >= longSlice || !isWorthIt(slices, bytes, bytes, wasteOfReading)) return false;
  const width = widthOf(bytes);
  const run = functions()[width === bytes ? `pick${String(width)}` : `pickRuns${String(width)}`];
  const zeros = mark();
  reserve(bytes);
  scratch().u8.fill(0, zeros, zeros + bytes);
  forRows(slices, bytes, bytes, (row, count, forPicks) => {
    const whole = reserve(count * length * bytes);
    copyIn(x.values, x.at + row * length * inner, count * length * inner, whole);
    forPicks((pick, part, at) => {
      const [result, numbers] = [reserve(count * part * bytes), reserve(part * 4)];
      copyIn(ids.values, ids.at + pick, part, numbers);
      run(count, part * 4, length, bytes, numbers, zeros, whole, result);
      copyOut(result, y.values, y.at + at * inner, count * part * inner);
    });
  });
  release(zeros);
  return true;
}

/** Adds slices of float32 up, in double, where that pays, and returns whether it did. */
export function addSlices(slices: Slices, ids: SlicesAt, g: SlicesAt, y: SlicesAt): boolean {
  const { length, inner } = slices;
  const isSingle = g.values instanceof Float32Array;
  if (!isSingle || !isWorthIt(slices, 4 * inner, 8 * inner, wasteOfSums)) return false;
  const { add, round } = functions();
  const start = mark();
  forRows(slices, 4 * inner, 8 * inner, (row, count, forPicks) => {
    const bytes = count * length * inner * 8;
    const sums = reserve(bytes);
    scratch().u8.fill(0, sums, sums + bytes);
    forPicks((pick, part, at) => {
      const [given, numbers] = [reserve(count * part * inner * 4), reserve(part * 4)];
      copyIn(ids.values, ids.at + pick, part, numbers);
      copyIn(g.values, g.at + at * inner, count * part * inner, given);
      add(count, part * 4, length, inner * 4, numbers, 0, given, sums);
    });
    round(sums, sums, sums + bytes);
    copyOut(sums, y.values, y.at + row * length * inner, count * length * inner);
  });
  release(start);
  return true;
}

function isWorthIt(
  { rows, length, picks }: Slices,
  bytes: number,
  wholeBytes: number,
  waste: number,
): boolean {
  const fits = length <= waste * picks && length * wholeBytes <= mostBytes;
  return fits && isEnough(rows * picks * bytes, leastBytes) && isAvailable();
}

/** `use` is called for rows that are staged together, and calls what it is given for parts of the picks. */
function forRows(
  { rows, length, picks }: Slices,
  bytes: number,
  wholeBytes: number,
  use: (
    row: number,
    count: number,
    forPicks: (use: (pick: number, part: number, at: number) => void) => void,
  ) => void,
): void {
  const rowBytes = picks * bytes + length * wholeBytes;
  const together = Math.max(1, Math.floor(pieceBytes / rowBytes));
  const part = together > 1 ? picks : Math.max(1, Math.min(picks, Math.floor(pieceBytes / bytes)));
  for (let row = 0; row < rows; row += together) {
    const start = mark();
    use(row, Math.min(together, rows - row), (usePicks) => {
      for (let pick = 0; pick < picks; pick += part) {
        const before = mark();
        usePicks(pick, Math.min(part, picks - pick), row * picks + pick);
        release(before);
      }
    });
    release(start);
  }
}
