import type { Values } from '../../base/dtype.ts';
import { mark, release, reserve } from './engine.ts';
import { copyIn, copyOut } from './staging.ts';
import type { GemmFunctions } from './gemm.ts';
import { gemmFunctions, mostTileRows, rowsTogether } from './gemm.ts';

/** A matrix in the scratch memory: places and steps in bytes. */
export interface Panel {
  readonly at: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

/** Rows of the left operand, columns of the right one, and what they have in common. */
export interface ProductSizes {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** How many steps of k, and bytes of columns, are packed at a time: for the caches of a core. */
const depth = 256;
const bytesAcross = 2 ** 20;

/** The memory that a product of these sizes packs into. */
export interface Packed {
  readonly left: number;
  readonly right: number;
  readonly across: number;
}

/** Reserves room for packing. */
export function reservePacked(
  { tileColumns, tileRows }: GemmFunctions,
  bytes: number,
  sizes: ProductSizes,
): Packed {
  const k = Math.min(sizes.k, depth);
  const fitting = Math.floor(bytesAcross / (k * bytes) / tileColumns) * tileColumns;
  const across = Math.max(tileColumns, Math.min(fitting, roundUp(sizes.n, tileColumns)));
  const right = reserve(across * k * bytes);
  const left = reserve(Math.min(rowsTogether, roundUp(sizes.m, tileRows)) * k * bytes);
  return { left, right, across };
}

export function roundUp(n: number, multiple: number): number {
  return Math.ceil(n / multiple) * multiple;
}

/**
 * `result = left right` in the scratch memory. Rows of the result are `rowStep` bytes apart, in whole
 * tiles: up to 5 rows and 2 vectors more than asked for are written.
 */
export function multiplyPanels(
  gemm: GemmFunctions,
  left: Panel,
  right: Panel,
  result: Panel,
  { m, n, k }: ProductSizes,
  packed: Packed,
): void {
  const bytes = right.columnStep === 0 ? 0 : 32 / gemm.tileColumns;
  for (let j = 0; j < n; j += packed.across) {
    const columns = Math.min(packed.across, n - j);
    const tilesAcross = Math.ceil(columns / gemm.tileColumns);
    for (let p = 0; p < k; p += depth) {
      const steps = Math.min(depth, k - p);
      const from = right.at + p * right.rowStep + j * right.columnStep;
      gemm.packColumns(from, right.rowStep, right.columnStep, columns, steps, packed.right);
      for (let i = 0; i < m; i += rowsTogether) {
        const rows = Math.min(rowsTogether, m - i);
        const first = left.at + i * left.rowStep + p * left.columnStep;
        gemm.packRows(first, left.rowStep, left.columnStep, rows, steps, packed.left);
        const to = result.at + i * result.rowStep + j * bytes;
        const tilesDown = Math.ceil(rows / gemm.tileRows);
        gemm.multiply(
          packed.left,
          packed.right,
          to,
          result.rowStep,
          tilesDown,
          tilesAcross,
          steps,
          p === 0 ? 0 : 1,
        );
      }
    }
  }
}

/** Matrices of one operand in an array, one after the other or the same again. */
export interface Stacked {
  readonly values: Values;
  /** Where the first one starts. */
  readonly at: number;
  /** In elements. */
  readonly rowStep: number;
  readonly columnStep: number;
  /** Where matrix `index` of the result finds its factor, from the first one on. */
  readonly offsetOf: (index: number) => number;
  /** Elements to copy in. */
  readonly length: number;
}

/**
 * Most bytes that operands and result may take; larger products are cut by their caller. The scratch
 * memory holds the result twice where its rows are no whole tiles.
 */
export const mostBytes = 2 ** 29;

/** `count` products `y = a b` of one size; `y` lies without gaps from `yAt` on. */
export function multiplyStacked(
  a: Stacked,
  b: Stacked,
  y: Values,
  yAt: number,
  sizes: ProductSizes,
  count: number,
): void {
  const bytes = y.BYTES_PER_ELEMENT;
  const gemm = gemmFunctions(bytes === 8);
  const { m, n } = sizes;
  const start = mark();
  const left = reserve(a.length * bytes);
  const right = reserve(b.length * bytes);
  const padded = roundUp(n, gemm.tileColumns);
  // Tiles reach up to 5 rows beyond the last matrix.
  const result = reserve((count * m + mostTileRows) * (n === padded ? n : n + padded) * bytes);
  const packed = reservePacked(gemm, bytes, sizes);
  copyIn(a.values, a.at, a.length, left);
  copyIn(b.values, b.at, b.length, right);
  const gaps = n === padded ? result : result + (count * m + 1) * n * bytes;
  for (let index = 0; index < count; index++) {
    const own = result + index * m * n * bytes;
    const to = { at: n === padded ? own : gaps, rowStep: padded * bytes, columnStep: bytes };
    multiplyPanels(
      gemm,
      panelOf(a, left, index, bytes),
      panelOf(b, right, index, bytes),
      to,
      sizes,
      packed,
    );
    if (n !== padded) gemm.compact(gaps, to.rowStep, own, n * bytes, m);
  }
  copyOut(result, y, yAt, count * m * n);
  release(start);
}

function panelOf(x: Stacked, place: number, index: number, bytes: number): Panel {
  return {
    at: place + x.offsetOf(index) * bytes,
    rowStep: x.rowStep * bytes,
    columnStep: x.columnStep * bytes,
  };
}
