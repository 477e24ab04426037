import type { Values } from '../../base/dtype.ts';
import type { Patches } from '../../base/products.ts';
import { defineFunction, forRange, ifThen } from './assembler.ts';
import { i32, v128 } from './code.ts';
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
import type { GemmFunctions } from './gemm.ts';
import { gemmFunctions, mostTileRows, rowsTogether } from './gemm.ts';
import { roundUp } from './products.ts';
import { copyIn, copyOut } from './staging.ts';

/*
 * Convolutions as products of packed panels. The cells under some places of the window are laid side
 * by side in the scratch memory, a row for each place; the matrix of all patches never exists.
 */

/** Steps of a sum that are packed at a time. */
const depth = 384;

const made: { lay: KernelFunction | null } = { lay: null };

// Parameters: the image, the table from the first place on, its end, bytes of a cell, where a cell of
// zeros is, and where the rows go. Cells are copied as vectors; what they write beyond, the next replaces.
function layFunction(): KernelFunction {
  const params = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
  const lay = defineFunction('lay', params, (body, image, table, end, width, zeros, to) => {
    const [entry, cell, from, at] = (['i32', 'i32', 'i32', 'i32'] as const).map((type) =>
      body.local(type),
    );
    return [
      forRange(entry, table.get, end.get, 4, [
        cell.set(i32.load(entry.get)),
        from.set(zeros.get),
        ifThen(i32.geS(cell.get, i32.const(0)), [
          from.set(i32.add(image.get, i32.mul(cell.get, width.get))),
        ]),
        forRange(at, i32.const(0), width.get, 16, [
          v128.store(i32.add(to.get, at.get), v128.load(i32.add(from.get, at.get))),
        ]),
        to.set(i32.add(to.get, width.get)),
      ]),
    ];
  });
  return (made.lay ??= compile([lay])['lay']);
}

/** Whether vectors of one float type convolve these, with `outputs` numbers for each place. */
export function convolvesInVectors(
  operands: readonly Values[],
  { batch, cells, channels, taps, places }: Omit<Patches, 'x' | 'table'>,
  outputs: number,
): boolean {
  const [first] = operands;
  const isFloat = first instanceof Float32Array || first instanceof Float64Array;
  const length = taps * channels;
  const numbers = cells * channels + 2 * places * (outputs + taps) + 3 * length * (outputs + depth);
  return (
    isFloat &&
    batch > 0 &&
    isEnough(places * outputs * length, 4096) &&
    operands.every((x) => x.constructor === first.constructor) &&
    fitsScratch(numbers * 8) &&
    isAvailable()
  );
}

/** The scratch memory of one convolution: the table, one image, and some rows of patches. */
export interface Room {
  readonly table: number;
  readonly image: number;
  readonly zeros: number;
  readonly rows: number;
}

/** Reserves room for the patches of so many places. */
export function reserveRoom({ x, table, cells, channels, taps }: Patches, together: number): Room {
  const bytes = x.BYTES_PER_ELEMENT;
  const room = {
    table: reserve(table.length * 4),
    image: reserve(cells * channels * bytes),
    zeros: reserve(channels * bytes),
    rows: reserve(together * taps * channels * bytes),
  };
  scratch().i32.set(table, room.table / 4);
  scratch().u8.fill(0, room.zeros, room.zeros + channels * bytes);
  return room;
}

/** Lays the patches of `count` places of the image in `room` side by side. */
export function lay(patches: Patches, room: Room, place: number, count: number): void {
  const { taps, channels, x } = patches;
  const from = room.table + place * taps * 4;
  const width = channels * x.BYTES_PER_ELEMENT;
  layFunction()(room.image, from, from + count * taps * 4, width, room.zeros, room.rows);
}

/** `y[image, place, :] = patch weights`, with weights of shape (taps channels, outputs). */
export function convolve(patches: Patches, weights: Values, y: Values, outputs: number): void {
  const { x, batch, cells, channels, taps, places } = patches;
  const bytes = y.BYTES_PER_ELEMENT;
  const gemm = gemmFunctions(bytes === 8);
  const length = taps * channels;
  const start = mark();
  const room = reserveRoom(patches, rowsTogether);
  const padded = roundUp(outputs, gemm.tileColumns);
  const right = reserve(padded * length * bytes);
  packWeights(gemm, weights, length, outputs, right);
  const left = reserve(rowsTogether * Math.min(depth, length) * bytes);
  const result = reserve((places + mostTileRows) * outputs * bytes);
  const gaps = outputs === padded ? 0 : reserve((rowsTogether + mostTileRows) * padded * bytes);
  for (let image = 0; image < batch; image++) {
    copyIn(x, image * cells * channels, cells * channels, room.image);
    for (let place = 0; place < places; place += rowsTogether) {
      const count = Math.min(rowsTogether, places - place);
      lay(patches, room, place, count);
      const own = result + place * outputs * bytes;
      const to = gaps === 0 ? own : gaps;
      for (let p = 0; p < length; p += depth) {
        const steps = Math.min(depth, length - p);
        gemm.packRows(room.rows + p * bytes, length * bytes, bytes, count, steps, left);
        const panel = right + p * padded * bytes;
        const tiles = [Math.ceil(count / gemm.tileRows), padded / gemm.tileColumns] as const;
        gemm.multiply(left, panel, to, padded * bytes, ...tiles, steps, p === 0 ? 0 : 1);
      }
      if (gaps !== 0) gemm.compact(gaps, padded * bytes, own, outputs * bytes, count);
    }
    copyOut(result, y, image * places * outputs, places * outputs);
  }
  release(start);
}

// The weights are packed once, a panel for every `depth` steps.
function packWeights(
  gemm: GemmFunctions,
  weights: Values,
  length: number,
  outputs: number,
  to: number,
): void {
  const bytes = weights.BYTES_PER_ELEMENT;
  const padded = roundUp(outputs, gemm.tileColumns);
  const start = mark();
  const staged = reserve(weights.length * bytes);
  copyIn(weights, 0, weights.length, staged);
  for (let p = 0; p < length; p += depth) {
    const steps = Math.min(depth, length - p);
    const from = staged + p * outputs * bytes;
    gemm.packColumns(from, outputs * bytes, bytes, outputs, steps, to + p * padded * bytes);
  }
  release(start);
}

/** `weights[tap channel, :] = sum over images and places of patch g`. */
export function correlate(patches: Patches, g: Values, weights: Values, outputs: number): void {
  const { x, batch, cells, channels, taps, places } = patches;
  const bytes = weights.BYTES_PER_ELEMENT;
  const gemm = gemmFunctions(bytes === 8);
  const length = taps * channels;
  const start = mark();
  const together = Math.min(depth, places);
  const room = reserveRoom(patches, together);
  const padded = roundUp(outputs, gemm.tileColumns);
  const cotangents = reserve(places * outputs * bytes);
  const right = reserve(padded * together * bytes);
  const left = reserve(rowsTogether * together * bytes);
  const sums = reserve((length + mostTileRows) * padded * bytes);
  for (let image = 0; image < batch; image++) {
    copyIn(x, image * cells * channels, cells * channels, room.image);
    copyIn(g, image * places * outputs, places * outputs, cotangents);
    for (let place = 0; place < places; place += together) {
      const count = Math.min(together, places - place);
      lay(patches, room, place, count);
      const from = cotangents + place * outputs * bytes;
      gemm.packColumns(from, outputs * bytes, bytes, outputs, count, right);
      const isAdded = image + place === 0 ? 0 : 1;
      for (let row = 0; row < length; row += rowsTogether) {
        const rows = Math.min(rowsTogether, length - row);
        gemm.packRows(room.rows + row * bytes, bytes, length * bytes, rows, count, left);
        const to = sums + row * padded * bytes;
        const tiles = [Math.ceil(rows / gemm.tileRows), padded / gemm.tileColumns] as const;
        gemm.multiply(left, right, to, padded * bytes, ...tiles, count, isAdded);
      }
    }
  }
  if (padded !== outputs) gemm.compact(sums, padded * bytes, sums, outputs * bytes, length);
  copyOut(sums, weights, 0, length * outputs);
  release(start);
}
