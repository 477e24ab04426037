import type { Values } from '../../base/dtype.ts';
import type { Matrix, ProductSizes } from '../../base/products.ts';
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
 * tiles: up to 5 rows and 2 vectors more than asked for are written. `isAdded` adds to what is there.
 */
export function multiplyPanels(
  gemm: GemmFunctions,
  left: Panel,
  right: Panel,
  result: Panel,
  { m, n, k }: ProductSizes,
  packed: Packed,
  isAdded = false,
): void {
  const bytes = 32 / gemm.tileColumns;
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
          p === 0 && !isAdded ? 0 : 1,
        );
      }
    }
  }
}

/** Matrices of one operand in an array, one after the other or the same again. */
export interface Stacked extends Matrix {
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

/** Larger operands are copied in by pieces of this size, so that they are packed from a cache. */
const pieceBytes = 2 ** 19;

/** How many of `count` lines make a piece: all, or whole blocks, and enough to pack the other one again. */
function pieceOf(count: number, lineBytes: number, block: number): number {
  if (count * lineBytes <= 2 * pieceBytes) return count;
  const fitting = Math.floor(pieceBytes / lineBytes / block);
  return Math.min(count, block * Math.max(fitting, Math.ceil(480 / block)));
}

/** `y = a b`, which lies without gaps from `yAt` on. */
export function multiplyAlone(
  a: Matrix,
  b: Matrix,
  y: Values,
  yAt: number,
  { m, n, k }: ProductSizes,
): void {
  const bytes = y.BYTES_PER_ELEMENT;
  const gemm = gemmFunctions(bytes === 8);
  // Rows of the left operand in one piece each, or else steps of both.
  const hasRows = a.columnStep === 1;
  const isNarrow = k * n * bytes <= 2 * pieceBytes;
  const rows = hasRows && isNarrow ? pieceOf(m, k * bytes, rowsTogether) : m;
  const stepBytes = (hasRows ? n : m + n) * bytes;
  const steps = rows === m && b.columnStep === 1 ? pieceOf(k, stepBytes, depth) : k;
  const start = mark();
  const padded = roundUp(n, gemm.tileColumns);
  const left = reserve(spanOf(a, rows, hasRows ? k : steps) * bytes);
  const right = reserve(spanOf(b, steps, n) * bytes);
  const result = reserve((rows + mostTileRows) * padded * bytes);
  const packed = reservePacked(gemm, bytes, { m: rows, n, k: steps });
  const to = { at: result, rowStep: padded * bytes, columnStep: bytes };
  for (let i = 0; i < m; i += rows) {
    const own = Math.min(rows, m - i);
    for (let p = 0; p < k; p += steps) {
      const count = Math.min(steps, k - p);
      const first = a.at + i * a.rowStep + p * a.columnStep;
      if (!hasRows || p === 0) copyIn(a.values, first, spanOf(a, own, hasRows ? k : count), left);
      if (i === 0 || steps < k) copyIn(b.values, b.at + p * b.rowStep, spanOf(b, count, n), right);
      const from = panelAt(a, hasRows ? left + p * bytes : left, bytes);
      const sizes = { m: own, n, k: count };
      multiplyPanels(gemm, from, panelAt(b, right, bytes), to, sizes, packed, p > 0);
    }
    if (n !== padded) gemm.compact(result, padded * bytes, result, n * bytes, own);
    copyOut(result, y, yAt + i * n, own * n);
  }
  release(start);
}

/** Elements from the first one of a matrix to its last. */
function spanOf({ rowStep, columnStep }: Matrix, rows: number, columns: number): number {
  return (rows - 1) * rowStep + (columns - 1) * columnStep + 1;
}

function panelAt({ rowStep, columnStep }: Matrix, at: number, bytes: number): Panel {
  return { at, rowStep: rowStep * bytes, columnStep: columnStep * bytes };
}

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
      panelAt(a, left + a.offsetOf(index) * bytes, bytes),
      panelAt(b, right + b.offsetOf(index) * bytes, bytes),
      to,
      sizes,
      packed,
    );
    if (n !== padded) gemm.compact(gaps, to.rowStep, own, n * bytes, m);
  }
  copyOut(result, y, yAt, count * m * n);
  release(start);
}
