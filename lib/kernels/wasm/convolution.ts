import type { Values } from '../../base/dtype.ts';
import type { FunctionSource } from './assembler.ts';
import { defineFunction, forRange } from './assembler.ts';
import type { Effect, VectorFloat } from './code.ts';
import { i32, v128, vectors32, vectors64 } from './code.ts';
import type { KernelFunction } from './engine.ts';
import { compile, fitsScratch, isAvailable, isEnough, isFused, mark, release } from './engine.ts';
import { reserve } from './engine.ts';
import type { GemmFunctions } from './gemm.ts';
import { gemmFunctions, lineAt, mostTileRows, rowsTogether, tileRowsOf } from './gemm.ts';
import { copyAdjacent, transposeSteps } from './gemm.ts';
import type { ImageLayout } from './images.ts';
import { bytesOfImages, clearImages, reserveImages, reserveTable } from './images.ts';
import { stageImages, takeImages } from './images.ts';
import { roundUp } from './products.ts';
import { advance, zero } from './rows.ts';
import type { Floats } from './staging.ts';
import { copyIn, copyOut } from './staging.ts';

/*
 * Convolutions as products of packed panels. The cells under a place of the window, side by side, are a
 * row of the patches, which never exist: they are packed straight from the images, or added to them.
 */

/** The three arrays of a convolution, and its images. */
export interface Convolution {
  readonly layout: ImageLayout;
  readonly batch: number;
  /** (batch, ...spatial, in) */
  readonly x: Values;
  /** (...window, in, out) */
  readonly filter: Values;
  /** (batch, ...places, out) */
  readonly y: Values;
  readonly outputs: number;
}

interface Functions {
  /** (places, count, pieces, end, pieceBytes, to): patches as the left operand. */
  readonly packPatches: KernelFunction;
  /** (places, end, tiles, end, to): patches as the left operand, transposed. */
  readonly packTiles: KernelFunction;
  /** (places, end, pieces, end, pieceBytes, from, rowStep): adds rows to the images. */
  readonly addPatches: KernelFunction;
}

const made: (Functions | undefined)[] = [];

function functionsFor(isDouble: boolean): Functions {
  const fused = isFused();
  return (made[(isDouble ? 2 : 0) + (fused ? 1 : 0)] ??= compiled(
    isDouble ? vectors64(fused) : vectors32(fused),
  ));
}

/** (places, end, pieces, end, pieceBytes, from, rowStep): adds rows of patches to the images. */
export function addPatches(isDouble: boolean): KernelFunction {
  return functionsFor(isDouble).addPatches;
}

function compiled(f: VectorFloat): Functions {
  const functions = compile([packPatches(f), packTiles(f), addFunction(f)]);
  return {
    packPatches: functions['packPatches'],
    packTiles: functions['packTiles'],
    addPatches: functions['addPatches'],
  };
}

// Steps beyond the end of a piece are overwritten by the next one.
function packPatches(f: VectorFloat): FunctionSource {
  const params = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return defineFunction('packPatches', params, (body, table, count, pieces, end, bytes, to) => {
    const [first, piece, at, start] = (['i32', 'i32', 'i32', 'i32'] as const).map((type) =>
      body.local(type),
    );
    const lines = tileRowsOf(f);
    const starts = Array.from({ length: lines }, () => body.local('i32'));
    const places = Array.from({ length: lines }, () => body.local('i32'));
    return [
      forRange(first, zero, count.get, lines, [
        ...starts.map((place, i) =>
          place.set(i32.load(lineAt(table.get, first.get, i, count.get, i32.const(4), body))),
        ),
        forRange(piece, pieces.get, end.get, 4, [
          ...places.map((place, i) => place.set(i32.add(starts[i].get, i32.load(piece.get)))),
          start.set(to.get),
          forRange(at, zero, bytes.get, 16, [
            ...transposeSteps(f, body, places, to),
            ...places.map((place) => advance(place, i32.const(16))),
            advance(to, i32.const(16 * lines)),
          ]),
          to.set(i32.add(start.get, i32.mul(bytes.get, i32.const(lines)))),
        ]),
      ]),
    ];
  });
}

function packTiles(f: VectorFloat): FunctionSource {
  const params = ['i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return defineFunction('packTiles', params, (body, table, tableEnd, tiles, end, to) => {
    const [tile, place, from] = [body.local('i32'), body.local('i32'), body.local('i32')];
    const lines = tileRowsOf(f);
    return [
      forRange(tile, tiles.get, end.get, 4, [
        forRange(place, table.get, tableEnd.get, 4, [
          from.set(i32.add(i32.load(place.get), i32.load(tile.get))),
          ...copyAdjacent(f, lines, from.get, to.get),
          advance(to, i32.const(lines * f.bytes)),
        ]),
      ]),
    ];
  });
}

function addFunction(f: VectorFloat): FunctionSource {
  const params = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return defineFunction(
    'addPatches',
    params,
    (body, table, tableEnd, pieces, end, bytes, from, rowStep) => {
      const [place, piece, at, to, own] = (['i32', 'i32', 'i32', 'i32', 'i32'] as const).map(
        (type) => body.local(type),
      );
      const [target, source] = [i32.add(to.get, at.get), i32.add(own.get, at.get)];
      const blocks = i32.and(bytes.get, i32.const(-64));
      const whole = i32.and(bytes.get, i32.const(-16));
      const addVector = (offset: number): Effect =>
        v128.store(target, f.add(v128.load(target, offset), v128.load(source, offset)), offset);
      return [
        forRange(place, table.get, tableEnd.get, 4, [
          own.set(from.get),
          forRange(piece, pieces.get, end.get, 4, [
            to.set(i32.add(i32.load(place.get), i32.load(piece.get))),
            forRange(at, zero, blocks, 64, [0, 16, 32, 48].map(addVector)),
            forRange(at, blocks, whole, 16, [addVector(0)]),
            forRange(at, whole, bytes.get, f.bytes, [
              f.storeLane(target, f.add(f.loadFirst(target), f.loadFirst(source)), 0, 0),
            ]),
            advance(own, bytes.get),
          ]),
          advance(from, rowStep.get),
        ]),
      ];
    },
  );
}

/** How many steps of a sum, or columns of patches, are worked on at a time; pieces are not cut. */
const depth = 320;

/** Pieces of a window are left in single cells when they are longer. */
export const mostPieceBytes = depth * 4;

/** Whether vectors of one float type compute this. */
export function convolvesInVectors({ layout, x, filter, y, outputs }: Convolution): boolean {
  const isFloat = x instanceof Float32Array || x instanceof Float64Array;
  const work = (y.length * filter.length) / outputs;
  const areAlike = filter.constructor === x.constructor && y.constructor === x.constructor;
  if (!isFloat || !areAlike || !isEnough(work, leastForVectors)) return false;
  const { together, places, runs, runBytes } = layout;
  const rows = together * places.length * outputs * x.BYTES_PER_ELEMENT;
  const packed = rowsTogether * (runBytes + depth * 16) + depth * 16 * (outputs + runs.length * 16);
  const bytes = bytesOfImages(layout) + 3 * rows + 4 * filter.byteLength + packed;
  return fitsScratch(bytes) && isAvailable();
}

const leastForVectors = 4096;

/** Pieces of the window that are worked on together: from, to, and the steps that they are. */
interface Block {
  readonly from: number;
  readonly to: number;
  /** The first number of a patch, and how many. */
  readonly start: number;
  readonly steps: number;
}

function blocksOf({ runs, runBytes }: ImageLayout, bytes: number): readonly Block[] {
  const length = runBytes / bytes;
  const most = Math.max(1, Math.floor(depth / length));
  const blocks = [];
  for (let from = 0; from < runs.length; from += most) {
    const to = Math.min(runs.length, from + most);
    blocks.push({ from, to, start: from * length, steps: (to - from) * length });
  }
  return blocks;
}

/** Rows that keep a part of an operand in the second cache. */
function rowsFor(gemm: GemmFunctions, rowBytes: number): number {
  const fitting = Math.floor(2 ** 18 / rowBytes / gemm.tileRows) * gemm.tileRows;
  return Math.max(gemm.tileRows, Math.min(rowsTogether, fitting));
}

/** Calls `use` for groups of images: the first one, and how many. */
export function forEachGroup(
  { batch, layout }: Convolution,
  use: (first: number, count: number) => void,
): void {
  for (let image = 0; image < batch; image += layout.together) {
    use(image, Math.min(layout.together, batch - image));
  }
}

/** `y = patches filter`. */
export function convolve(call: Convolution): void {
  const { layout, x, filter, y, outputs } = call;
  const bytes = y.BYTES_PER_ELEMENT;
  const gemm = gemmFunctions(bytes === 8);
  const { packPatches } = functionsFor(bytes === 8);
  const blocks = blocksOf(layout, bytes);
  const deepest = Math.max(...blocks.map(({ steps }) => steps));
  const { length: places } = layout.places;
  const start = mark();
  const images = reserveImages(layout);
  const { placesAt, runsAt } = images;
  const padded = roundUp(outputs, gemm.tileColumns);
  const right = packFilter(gemm, filter as Floats, outputs, blocks);
  const together = rowsFor(gemm, deepest * bytes);
  const left = reserve((together + 4) * deepest * bytes);
  const result = reserve((layout.together * places + mostTileRows) * outputs * bytes);
  const gaps = outputs === padded ? 0 : reserve((together + mostTileRows) * padded * bytes);
  const across = padded / gemm.tileColumns;
  forEachGroup(call, (image, count) => {
    stageImages(images, x as Floats, image, count);
    for (let from = 0; from < count * places; from += together) {
      const end = Math.min(count * places, from + together);
      const own = result + from * outputs * bytes;
      const to = gaps === 0 ? own : gaps;
      const table = placesAt + 4 * from;
      const down = Math.ceil((end - from) / gemm.tileRows);
      for (const block of blocks) {
        const [first, last] = [runsAt + 4 * block.from, runsAt + 4 * block.to];
        packPatches(table, end - from, first, last, layout.runBytes, left);
        const panel = right + block.start * padded * bytes;
        const isAdded = block.from === 0 ? 0 : 1;
        gemm.multiply(left, panel, to, padded * bytes, down, across, block.steps, isAdded);
      }
      if (gaps !== 0) gemm.compact(gaps, padded * bytes, own, outputs * bytes, end - from);
    }
    copyOut(result, y, image * places * outputs, count * places * outputs);
  });
  release(start);
}

// Packed once, a panel for every block.
function packFilter(
  gemm: GemmFunctions,
  filter: Floats,
  outputs: number,
  blocks: readonly Block[],
): number {
  const bytes = filter.BYTES_PER_ELEMENT;
  const padded = roundUp(outputs, gemm.tileColumns);
  const packed = reserve((filter.length / outputs) * padded * bytes);
  const start = mark();
  const staged = reserve(filter.length * bytes);
  copyIn(filter, 0, filter.length, staged);
  for (const { start: p, steps } of blocks) {
    const from = staged + p * outputs * bytes;
    gemm.packColumns(from, outputs * bytes, bytes, outputs, steps, packed + p * padded * bytes);
  }
  release(start);
  return packed;
}

/** The gradient of the input: `x` = the cells of `y filterᵀ`, each added where it lies. */
export function convolveBack(call: Convolution): void {
  const { layout, x, filter, y, outputs } = call;
  const bytes = y.BYTES_PER_ELEMENT;
  const gemm = gemmFunctions(bytes === 8);
  const add = addPatches(bytes === 8);
  const blocks = blocksOf(layout, bytes);
  const widest = roundUp(Math.max(...blocks.map(({ steps }) => steps)), gemm.tileColumns);
  const { length: places } = layout.places;
  const start = mark();
  const images = reserveImages(layout);
  const { placesAt, runsAt } = images;
  const panels = packTransposed(gemm, filter as Floats, outputs, blocks);
  const together = rowsFor(gemm, widest * bytes);
  const left = reserve((together + mostTileRows) * Math.min(depth, outputs) * bytes);
  const patches = reserve((together + mostTileRows) * widest * bytes);
  const cotangents = reserve(layout.together * places * outputs * bytes);
  forEachGroup(call, (image, count) => {
    clearImages(images, count);
    copyIn(y, image * places * outputs, count * places * outputs, cotangents);
    blocks.forEach((block, i) => {
      const rowStep = roundUp(block.steps, gemm.tileColumns) * bytes;
      const across = rowStep / 32;
      for (let from = 0; from < count * places; from += together) {
        const end = Math.min(count * places, from + together);
        const down = Math.ceil((end - from) / gemm.tileRows);
        for (let p = 0; p < outputs; p += depth) {
          const steps = Math.min(depth, outputs - p);
          const own = cotangents + (from * outputs + p) * bytes;
          gemm.packRows(own, outputs * bytes, bytes, end - from, steps, left);
          const right = panels[i] + p * rowStep;
          gemm.multiply(left, right, patches, rowStep, down, across, steps, p === 0 ? 0 : 1);
        }
        const [first, last] = [runsAt + 4 * block.from, runsAt + 4 * block.to];
        const [table, tableEnd] = [placesAt + 4 * from, placesAt + 4 * end];
        add(table, tableEnd, first, last, layout.runBytes, patches, rowStep);
      }
    });
    takeImages(images, x as Floats, image, count);
  });
  release(start);
}

/** For each block its part of the filter, transposed: `depth` outputs at a time. */
function packTransposed(
  gemm: GemmFunctions,
  filter: Floats,
  outputs: number,
  blocks: readonly Block[],
): readonly number[] {
  const bytes = filter.BYTES_PER_ELEMENT;
  const widths = blocks.map(({ steps }) => roundUp(steps, gemm.tileColumns) * bytes);
  const panels = widths.map((width) => reserve(width * outputs));
  const start = mark();
  const staged = reserve(filter.length * bytes);
  copyIn(filter, 0, filter.length, staged);
  blocks.forEach(({ start: row, steps }, i) => {
    for (let p = 0; p < outputs; p += depth) {
      const from = staged + (row * outputs + p) * bytes;
      gemm.packColumns(
        from,
        bytes,
        outputs * bytes,
        steps,
        Math.min(depth, outputs - p),
        panels[i] + p * widths[i],
      );
    }
  });
  release(start);
  return panels;
}

/** The gradient of the filter: `filter = patchesᵀ y`. */
export function correlate(call: Convolution): void {
  const { layout, x, filter, y, outputs } = call;
  const bytes = y.BYTES_PER_ELEMENT;
  const gemm = gemmFunctions(bytes === 8);
  const { packTiles } = functionsFor(bytes === 8);
  const { length: places } = layout.places;
  const start = mark();
  const images = reserveImages(layout);
  const length = layout.runBytes / bytes;
  const each = Math.ceil(length / gemm.tileRows);
  const tiles = tilesOf(layout, each, gemm.tileRows * bytes);
  const tilesAt = reserveTable(tiles);
  const together = rowsTogether / gemm.tileRows;
  const deepest = Math.min(depth, layout.together * places);
  const padded = roundUp(outputs, gemm.tileColumns);
  const left = reserve(rowsTogether * deepest * bytes);
  const right = reserve(padded * deepest * bytes);
  const sums = reserve(tiles.length * gemm.tileRows * padded * bytes);
  const cotangents = reserve(layout.together * places * outputs * bytes);
  forEachGroup(call, (image, count) => {
    stageImages(images, x as Floats, image, count);
    copyIn(y, image * places * outputs, count * places * outputs, cotangents);
    for (let from = 0; from < count * places; from += deepest) {
      const end = Math.min(count * places, from + deepest);
      const [table, tableEnd] = [images.placesAt + 4 * from, images.placesAt + 4 * end];
      const own = cotangents + from * outputs * bytes;
      gemm.packColumns(own, outputs * bytes, bytes, outputs, end - from, right);
      const isAdded = image + from === 0 ? 0 : 1;
      for (let tile = 0; tile < tiles.length; tile += together) {
        const down = Math.min(together, tiles.length - tile);
        packTiles(table, tableEnd, tilesAt + 4 * tile, tilesAt + 4 * (tile + down), left);
        const to = sums + tile * gemm.tileRows * padded * bytes;
        const across = padded / gemm.tileColumns;
        gemm.multiply(left, right, to, padded * bytes, down, across, end - from, isAdded);
      }
    }
  });
  const rows = tiles.length * gemm.tileRows;
  if (padded !== outputs) gemm.compact(sums, padded * bytes, sums, outputs * bytes, rows);
  for (let piece = 0; piece < layout.runs.length; piece++) {
    const from = sums + piece * each * gemm.tileRows * outputs * bytes;
    copyOut(from, filter, piece * length * outputs, length * outputs);
  }
  release(start);
}

/** Where the tiles of a patch lie from its start; the last of a piece reaches beyond. */
function tilesOf({ runs }: ImageLayout, each: number, tileBytes: number): readonly number[] {
  return runs.flatMap((start) => Array.from({ length: each }, (_, i) => start + i * tileBytes));
}
