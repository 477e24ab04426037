import type { Values } from '../../base/dtype.ts';
import type { Body, FunctionSource, Local } from './assembler.ts';
import { defineFunction, forRange } from './assembler.ts';
import type { Effect } from './code.ts';
import { i32, v128 } from './code.ts';
import { copies, copyRun, transposed, widthOf } from './copies.ts';
import type { KernelFunction } from './engine.ts';
import { compile, isAvailable, isEnough, mark, release, reserve } from './engine.ts';
import { advance, zero } from './rows.ts';
import { copyIn, copyOut } from './staging.ts';

/*
 * Moves boxes of elements, which are bytes here. Both sides are staged, as far as the box reaches, so
 * that short runs and single elements cost no call each; long runs are left to the loops, which move
 * them by the engine's own copies.
 */

/** An axis of a box, with steps in elements. */
interface Axis {
  readonly size: number;
  readonly strides: readonly number[];
}

/*
 * All functions take the same parameters: for planes, rows and columns how many there are and the steps
 * from one to the next on either side, then where the box starts on either side.
 */
const params = new Array<'i32'>(11).fill('i32');

/** What is done for a row, or `step` rows: `x` and `y` are its places, and may be changed. */
type Row = (body: Body, x: Local<'i32'>, y: Local<'i32'>, given: Given) => Effect;

interface Given {
  readonly xRow: Local<'i32'>;
  readonly yRow: Local<'i32'>;
  readonly columns: Local<'i32'>;
  readonly xColumn: Local<'i32'>;
  readonly yColumn: Local<'i32'>;
}

function inPlanes(name: string, step: number, row: Row): FunctionSource {
  return defineFunction(name, params, (body, ...given) => {
    const [planes, xPlane, yPlane, rows, xRow, yRow, columns, xColumn, yColumn, x, y] = given;
    const [i, j, xNow, yNow, xAt, yAt] = Array.from({ length: 6 }, () => body.local('i32'));
    return [
      forRange(i, zero, planes.get, 1, [
        xNow.set(x.get),
        yNow.set(y.get),
        forRange(j, zero, rows.get, step, [
          xAt.set(xNow.get),
          yAt.set(yNow.get),
          row(body, xAt, yAt, { xRow, yRow, columns, xColumn, yColumn }),
          advance(xNow, i32.mul(xRow.get, i32.const(step))),
          advance(yNow, i32.mul(yRow.get, i32.const(step))),
        ]),
        advance(x, xPlane.get),
        advance(y, yPlane.get),
      ]),
    ];
  });
}

/** Single elements of `width` bytes. */
function elements(width: number): FunctionSource {
  return inPlanes(`elements${String(width)}`, 1, (body, x, y, { columns, xColumn, yColumn }) =>
    forRange(body.local('i32'), zero, columns.get, 1, [
      copies[width](x.get, y.get),
      advance(x, xColumn.get),
      advance(y, yColumn.get),
    ]),
  );
}

/** Runs of `columns` bytes, at least `width`. */
function runs(width: number): FunctionSource {
  return inPlanes(`runs${String(width)}`, 1, (body, x, y, { columns }) =>
    copyRun(body, width, x.get, y.get, columns.get),
  );
}

/**
 * Planes to transpose: `width` bytes are a step along the rows of the source and along the columns of
 * the target. Rows and columns are whole vectors.
 */
function tiles(width: number): FunctionSource {
  const lanes = 16 / width;
  return inPlanes(`tiles${String(width)}`, lanes, (body, x, y, { columns, xColumn, yRow }) => {
    const square = Array.from({ length: lanes }, () => body.local('v128'));
    const placesAfter = (first: Local<'i32'>): Local<'i32'>[] =>
      square.map((_, k) => (k === 0 ? first : body.local('i32')));
    const [from, to] = [placesAfter(x), placesAfter(y)];
    const spread = (places: Local<'i32'>[], step: Local<'i32'>): Effect =>
      places.slice(1).map((place, k) => place.set(i32.add(places[k].get, step.get)));
    return [
      spread(to, yRow),
      forRange(body.local('i32'), zero, columns.get, lanes, [
        spread(from, xColumn),
        square.map((vector, k) => vector.set(v128.load(from[k].get))),
        transposed(body, square).map((vector, k) => v128.store(to[k].get, vector)),
        x.set(i32.add(from[lanes - 1].get, xColumn.get)),
        to.map((place) => advance(place, i32.const(16))),
      ]),
    ];
  });
}

const made: { functions: Record<string, KernelFunction> | null } = { functions: null };

function functions(): Record<string, KernelFunction> {
  return (made.functions ??= compile([
    ...[1, 4, 8, 16].map(elements),
    ...[4, 8, 16].map(runs),
    ...[4, 8].map(tiles),
  ]));
}

/** Where a box starts in an array. */
interface Start {
  readonly values: Values;
  /** In elements. */
  readonly at: number;
}

/** An axis with its steps in bytes. */
interface ByteAxis {
  readonly size: number;
  readonly x: number;
  readonly y: number;
}

const single: ByteAxis = { size: 1, x: 0, y: 0 };

/** Fewer bytes are moved as fast by a loop; longer runs by a call of the engine's own copy for each. */
const leastBytes = 4096;
const longRun = 512;

/** Staged bytes at a time, where a box can be cut; where it cannot, at most `mostBytes`. */
const pieceBytes = 1 << 18;
const mostBytes = 1 << 26;

/** At most so many times the bytes of a box may lie between its first and its last. */
const sparsity = 8;

/**
 * Moves a box where that is faster than the loops do, and returns whether it did.
 *
 * @param axes - merged, with the steps of the source and of the target; the target's smallest last
 */
export function moveBox(axes: readonly Axis[], source: Start, target: Start): boolean {
  const bytes = source.values.BYTES_PER_ELEMENT;
  let all = bytes;
  for (const axis of axes) all *= axis.size;
  if (axes.length === 0 || !isEnough(all, leastBytes) || !isAvailable()) return false;
  const box = axes.map(({ size, strides: [x, y] }) => ({ size, x: x * bytes, y: y * bytes }));
  const { size, x, y } = box[box.length - 1];
  if (y === bytes && (x === bytes || x === 0) && size * bytes >= longRun) return false;
  return moveInPieces(box, source, target);
}

function bytesOf(box: readonly ByteAxis[], bytes: number): number {
  return box.reduce((product, axis) => product * axis.size, bytes);
}

function moveInPieces(box: readonly ByteAxis[], source: Start, target: Start): boolean {
  const bytes = source.values.BYTES_PER_ELEMENT;
  const [outer, ...rest] = box;
  const isApart = (side: 'x' | 'y'): boolean =>
    outer[side] === 0 || Math.abs(outer[side]) >= reach(rest, side, bytes).span;
  const whole = reach(box, 'x', bytes).span + reach(box, 'y', bytes).span;
  if (whole <= pieceBytes || !isApart('x') || !isApart('y')) return moveWhole(box, source, target);
  const step = Math.abs(outer.x) + Math.abs(outer.y);
  const together = Math.max(1, Math.floor(pieceBytes / step));
  for (let i = 0; i < outer.size; i += together) {
    const count = Math.min(together, outer.size - i);
    const from = { values: source.values, at: source.at + (i * outer.x) / bytes };
    const to = { values: target.values, at: target.at + (i * outer.y) / bytes };
    const isMoved =
      together === 1
        ? moveInPieces(rest, from, to)
        : moveWhole([{ ...outer, size: count }, ...rest], from, to);
    if (!isMoved) return false;
  }
  return true;
}

function moveWhole(box: readonly ByteAxis[], source: Start, target: Start): boolean {
  const bytes = source.values.BYTES_PER_ELEMENT;
  const [x, y] = [reach(box, 'x', bytes), reach(box, 'y', bytes)];
  const most = Math.min(mostBytes, sparsity * bytesOf(box, bytes));
  if (x.span + y.span > most) return false;
  movePiece(box, source, target, x, y);
  return true;
}

/** How far a box reaches before its first element, and over how many bytes in all. */
interface Reach {
  readonly before: number;
  readonly span: number;
}

function reach(box: readonly ByteAxis[], side: 'x' | 'y', bytes: number): Reach {
  let [before, after] = [0, bytes];
  for (const axis of box) {
    const last = (axis.size - 1) * axis[side];
    if (last < 0) before -= last;
    else after += last;
  }
  return { before, span: before + after };
}

function movePiece(
  box: readonly ByteAxis[],
  source: Start,
  target: Start,
  x: Reach,
  y: Reach,
): void {
  const bytes = source.values.BYTES_PER_ELEMENT;
  const start = mark();
  const [to, from] = [reserve(y.span), reserve(x.span)];
  copyIn(source.values, source.at - x.before / bytes, x.span / bytes, from);
  const first = target.at - y.before / bytes;
  // What lies between the elements stays as it is.
  if (y.span > bytesOf(box, bytes)) copyIn(target.values, first, y.span / bytes, to);
  moveStaged([...box], bytes, from + x.before, to + y.before);
  copyOut(to, target.values, first, y.span / bytes);
  release(start);
}

/** Takes the best two or three axes for the innermost loops. */
function moveStaged(axes: ByteAxis[], bytes: number, x: number, y: number): void {
  let width = bytes;
  let column = axes.pop() ?? single;
  if (column.x === bytes && column.y === bytes) {
    const run = column.size * bytes;
    const atOnce = widthOf(run);
    if (atOnce === run) {
      width = run;
      column = axes.pop() ?? single;
    } else if (atOnce > 1) {
      const name = `runs${String(atOnce)}`;
      moveOuter(name, axes, { ...column, size: run }, axes.pop() ?? single, x, y);
      return;
    }
  }
  // Beside the target's contiguous axis the source's one: together they make a plane to transpose.
  const contiguous = axes.findIndex((axis) => axis.x === width);
  if (contiguous >= 0 && column.y === width && (width === 4 || width === 8)) {
    const [row] = axes.splice(contiguous, 1);
    movePlanes(axes, width, row, column, x, y);
    return;
  }
  const row = axes.pop() ?? single;
  const [short, long] = row.size > 4 * column.size ? [column, row] : [row, column];
  moveOuter(`elements${String(width)}`, axes, long, short, x, y);
}

/** Columns that are transposed at a time: the lines of as many rows of the source stay in the cache. */
const block = 32;

/** Whole vectors in squares, what is left by itself. */
function movePlanes(
  axes: readonly ByteAxis[],
  width: number,
  row: ByteAxis,
  column: ByteAxis,
  x: number,
  y: number,
): void {
  const lanes = 16 / width;
  const [rows, columns] = [row.size - (row.size % lanes), column.size - (column.size % lanes)];
  const inBlocks = columns - (columns % block);
  const single = `elements${String(width)}`;
  const tiles = `tiles${String(width)}`;
  const part = (
    name: string,
    from: number,
    to: number,
    firstRow: number,
    lastRow: number,
  ): void => {
    if (from >= to || firstRow >= lastRow) return;
    const blocks = { size: (to - from) / block, x: block * column.x, y: block * column.y };
    const isCut = name === tiles && to <= inBlocks && blocks.size > 1;
    const [inner, outer] = isCut ? [block, [...axes, blocks]] : [to - from, axes];
    const [xAt, yAt] = [from * column.x + firstRow * row.x, from * column.y + firstRow * row.y];
    const many = { ...row, size: lastRow - firstRow };
    moveOuter(name, outer, { ...column, size: inner }, many, x + xAt, y + yAt);
  };
  part(tiles, 0, inBlocks, 0, rows);
  part(tiles, inBlocks, columns, 0, rows);
  part(single, columns, column.size, 0, row.size);
  part(single, 0, columns, rows, row.size);
}

function moveOuter(
  name: string,
  axes: readonly ByteAxis[],
  column: ByteAxis,
  row: ByteAxis,
  x: number,
  y: number,
): void {
  const run = functions()[name];
  const planes = axes[axes.length - 1] ?? single;
  const visit = (depth: number, xAt: number, yAt: number): void => {
    if (depth >= axes.length - 1) {
      run(
        planes.size,
        planes.x,
        planes.y,
        row.size,
        row.x,
        row.y,
        column.size,
        column.x,
        column.y,
        xAt,
        yAt,
      );
      return;
    }
    const axis = axes[depth];
    for (let i = 0; i < axis.size; i++) visit(depth + 1, xAt + i * axis.x, yAt + i * axis.y);
  };
  visit(0, x, y);
}
