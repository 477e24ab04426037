import type { Values } from '../base/dtype.ts';
import { isComplex } from '../base/dtype.ts';
import type { Matrix, ProductSizes as Sizes } from '../base/products.ts';
import { runtime } from '../base/runtime.ts';
import type { Shape } from '../base/shape.ts';
import type { Kernel, Operand } from './kernel.ts';
import { multiplySparseRows } from './sparseRows.ts';
import { broadcastStrides } from './strides.ts';
import { runRows } from './wasm/elementwise.ts';
import { isAvailable, isEnough } from './wasm/engine.ts';
import { mul } from './wasm/formulas.ts';
import { combineLines, dotLines } from './wasm/matrixVector.ts';
import type { Stacked } from './wasm/products.ts';
import { mostBytes, multiplyAlone, multiplyStacked } from './wasm/products.ts';

export interface MatMulParams {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Matrix product over the last two axes; leading axes broadcast. The loops here keep sums in double. */
export const matMulKernel: Kernel<MatMulParams> = (inputs, outputs, params) => {
  const { shape } = outputs[0];
  let rows = 1;
  for (let i = 0; i < shape.length - 1; i++) rows *= shape[i];
  matMulRows(inputs, outputs, params, [0, rows]);
};

/** As `matMulKernel`, also for complex matrices: four products of their parts. */
export const complexMatMulKernel: Kernel<MatMulParams> = (inputs, outputs, params) => {
  const [y] = outputs;
  if (!isComplex(y.dtype)) {
    matMulKernel(inputs, outputs, params);
    return;
  }
  const [[aReal, aImag], [bReal, bImag]] = inputs.map(partsOf);
  const product = (a: Operand, b: Operand): Values => {
    const result = doubles(y);
    matMulKernel([a, b], [result], params);
    return result.values;
  };
  const [rr, ii, ri, ir] = [
    product(aReal, bReal),
    product(aImag, bImag),
    product(aReal, bImag),
    product(aImag, bReal),
  ];
  for (let i = 0; i < y.size; i++) {
    y.values[2 * i] = rr[i] - ii[i];
    y.values[2 * i + 1] = ri[i] + ir[i];
  }
};

function doubles({ shape, size }: Operand): Operand {
  return { shape, size, dtype: 'float64', values: new Float64Array(size) };
}

function partsOf(x: Operand): readonly [Operand, Operand] {
  const [re, im] = [doubles(x), doubles(x)];
  for (let i = 0; i < x.size; i++) {
    re.values[i] = x.values[2 * i];
    im.values[i] = x.values[2 * i + 1];
  }
  return [re, im];
}

/** Computes the rows in `[from, to)` only, counting through all matrices of the result in order. */
export function matMulRows(
  [a, b]: readonly Operand[],
  [y]: readonly Operand[],
  { transposeA, transposeB }: MatMulParams,
  [from, to]: readonly [number, number],
): void {
  const rank = y.shape.length;
  const n = y.shape[rank - 1];
  const k = a.shape[a.shape.length - (transposeA ? 2 : 1)];
  const left = lastMatrix(a, transposeA);
  const right = lastMatrix(b, transposeB);
  const result = lastMatrix(y, false);
  // With one right-hand matrix for all, the left-hand ones stacked are a single tall matrix.
  const isOneProduct =
    rank === 2 || (b.shape.length === 2 && a.shape.length === rank && !transposeA);
  if (isOneProduct) {
    multiply(fromRow(left, from), right, fromRow(result, from), { m: to - from, n, k });
    return;
  }
  const m = y.shape[rank - 2];
  const batch = y.shape.slice(0, -2);
  const leftSteps = broadcastStrides(a.shape.slice(0, -2), batch);
  const rightSteps = broadcastStrides(b.shape.slice(0, -2), batch);
  const leftOf = (index: number): number => positionOf(index, batch, leftSteps) * m * k;
  const rightOf = (index: number): number => positionOf(index, batch, rightSteps) * k * n;
  const isWhole = from % m === 0 && to % m === 0;
  const isNative = runtime.native?.takes(y.values, { m, n, k }) === true;
  const areSmall = (m + n) * k * y.values.BYTES_PER_ELEMENT < leastAlone;
  const isForPanels = isWhole && !isNative && areSmall && m > 1 && n > 1;
  if (isForPanels && isForVectors([a, b, y], { m, n, k }, a.size + b.size + (to - from) * n)) {
    const first = from / m;
    const stack = (x: Operand, matrix: Matrix, of: (index: number) => number): Stacked => ({
      ...matrix,
      offsetOf: (index) => of(first + index),
      length: x.size,
    });
    const count = to / m - first;
    const [own, other] = [stack(a, left, leftOf), stack(b, right, rightOf)];
    multiplyStacked(own, other, y.values, from * n, { m, n, k }, count);
    return;
  }
  let row = from;
  while (row < to) {
    const index = Math.floor(row / m);
    const first = row - index * m;
    const rows = Math.min(m - first, to - row);
    const ownLeft = { ...left, at: leftOf(index) };
    const ownRight = { ...right, at: rightOf(index) };
    multiply(fromRow(ownLeft, first), ownRight, fromRow(result, row), { m: rows, n, k });
    row += rows;
  }
}

/** Whether vectors of one float type, with sums in that type, compute these products. */
function isForVectors(
  operands: readonly Pick<Operand, 'values'>[],
  sizes: Sizes,
  elements: number,
): boolean {
  const { m, n, k } = sizes;
  if (k < 1 || !isEnough(m * n * k, leastForVectors)) return false;
  const { BYTES_PER_ELEMENT: bytes, constructor } = operands[0].values;
  const areAlike = operands.every(({ values }) => values.constructor === constructor);
  const isFloat =
    operands[0].values instanceof Float32Array || operands[0].values instanceof Float64Array;
  return areAlike && isFloat && elements * bytes <= mostBytes && isAvailable();
}

/** Bytes of operands from which on products of a batch are copied in one by one, to stay in a cache. */
const leastAlone = 2 ** 17;

/** Products below this are done before vectors are ready. */
const leastForVectors = 512;

function lastMatrix(x: Operand, transposed: boolean): Matrix {
  const columns = x.shape[x.shape.length - 1];
  return transposed
    ? { values: x.values, at: 0, rowStep: 1, columnStep: columns }
    : { values: x.values, at: 0, rowStep: columns, columnStep: 1 };
}

function fromRow(x: Matrix, row: number): Matrix {
  return row === 0 ? x : { ...x, at: x.at + row * x.rowStep };
}

function transposed(x: Matrix): Matrix {
  return { values: x.values, at: x.at, rowStep: x.columnStep, columnStep: x.rowStep };
}

/** Where the matrix that is number `index` of the broadcast batch stands in an operand. */
function positionOf(index: number, batch: Shape, steps: readonly number[]): number {
  let position = 0;
  for (let axis = batch.length - 1; axis >= 0; axis--) {
    position += (index % batch[axis]) * steps[axis];
    index = Math.floor(index / batch[axis]);
  }
  return position;
}

function multiply(a: Matrix, b: Matrix, y: Matrix, sizes: Sizes): void {
  const { m, n, k } = sizes;
  if (m * n * k >= leastForSparse && m >= 4 && n >= 4 && multiplySparse(a, b, y, sizes)) return;
  if (runtime.native?.multiply(a, b, y, sizes) === true) return;
  if (isForVectors([a, b, y], sizes, m * k + k * n + m * n)) {
    if (multiplyByVector(a, b, y, sizes) || multiplyOuter(a, b, y, sizes)) return;
    multiplyAlone(a, b, y.values, y.at, sizes);
  } else if (m > 1 && isTooLarge(y, sizes)) {
    const half = m >> 1;
    multiply(a, b, y, { m: half, n, k });
    multiply(fromRow(a, half), b, fromRow(y, half), { m: m - half, n, k });
  } else if (m >= 4 && n >= 4 && m * n * k >= 256) {
    multiplyInTiles(a, b, y, sizes);
  } else if (n < m) {
    multiplyDirectly(transposed(b), transposed(a), transposed(y), { m: n, n: m, k });
  } else {
    multiplyDirectly(a, b, y, sizes);
  }
}

/** The product where it is a matrix times a vector, or the other way round; false where it is neither. */
function multiplyByVector(a: Matrix, b: Matrix, y: Matrix, { m, n, k }: Sizes): boolean {
  if (m !== 1 && n !== 1) return false;
  const [matrix, vector, count] = n === 1 ? [a, transposed(b), m] : [transposed(b), a, n];
  const { values, at, rowStep, columnStep } = matrix;
  if (k > 1 && vector.columnStep !== 1) return false;
  if (columnStep === 1 || k === 1) {
    const lines = { values, at, step: rowStep, count, length: k };
    dotLines(lines, vector.values, vector.at, y.values, y.at);
  } else {
    const lines = { values, at, step: columnStep, count: k, length: count };
    combineLines(lines, vector.values, vector.at, y.values, y.at);
  }
  return true;
}

/** The product of a column and a row: numbers times rows. */
function multiplyOuter(a: Matrix, b: Matrix, y: Matrix, { m, n, k }: Sizes): boolean {
  if (k !== 1 || b.columnStep !== 1) return false;
  const column = { values: a.values, at: a.at, step: 0, rowStep: a.rowStep };
  const row = { values: b.values, at: b.at, step: 1, rowStep: 0 };
  runRows(mul, [column, row], y.values, y.at, n, m);
  return true;
}

// Rows can be cut, the right operand is needed whole.
function isTooLarge({ values }: Matrix, { m, n, k }: Sizes): boolean {
  const most = mostBytes / values.BYTES_PER_ELEMENT;
  return m * k + k * n + m * n > most && 2 * k * n < most;
}

/** Smaller products do not pay for a look at their zeros. */
const leastForSparse = 4096;

/** The product where one operand is nearly all zeros; false where neither is. */
function multiplySparse(a: Matrix, b: Matrix, y: Matrix, sizes: Sizes): boolean {
  const { m, n, k } = sizes;
  if (multiplySparseRows(a, b, y, sizes)) return true;
  return multiplySparseRows(transposed(b), transposed(a), transposed(y), { m: n, n: m, k });
}

/** Four columns at a time straight from the operands: for products too thin to pay for packing. */
function multiplyDirectly(a: Matrix, b: Matrix, y: Matrix, { m, n, k }: Sizes): void {
  const x = a.values;
  const w = b.values;
  const step = b.columnStep;
  for (let i = 0; i < m; i++) {
    const start = a.at + i * a.rowStep;
    let out = y.at + i * y.rowStep;
    let top = b.at;
    let j = 0;
    for (; j + 4 <= n; j += 4) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let p = 0, at = start, from = top; p < k; p++) {
        const value = x[at];
        s0 += value * w[from];
        s1 += value * w[from + step];
        s2 += value * w[from + 2 * step];
        s3 += value * w[from + 3 * step];
        at += a.columnStep;
        from += b.rowStep;
      }
      y.values[out] = s0;
      y.values[out + y.columnStep] = s1;
      y.values[out + 2 * y.columnStep] = s2;
      y.values[out + 3 * y.columnStep] = s3;
      out += 4 * y.columnStep;
      top += 4 * step;
    }
    for (; j < n; j++) {
      let sum = 0;
      for (let p = 0, at = start, from = top; p < k; p++) {
        sum += x[at] * w[from];
        at += a.columnStep;
        from += b.rowStep;
      }
      y.values[out] = sum;
      out += y.columnStep;
      top += step;
    }
  }
}

/** Elements of the packed part of `b`: half a megabyte, which stays in the second-level cache. */
const panelSize = 2 ** 16;

/** Room kept from call to call, unless a product needs an unusual amount. */
const kept = { left: new Float64Array(0), right: new Float64Array(0), tile: new Float64Array(16) };

/**
 * Packs both operands into lanes of 4 and multiplies them 4x4 elements at a time, which re-reads each
 * packed number from a cache. The packed numbers are double: one tile loop serves every dtype.
 */
function multiplyInTiles(a: Matrix, b: Matrix, y: Matrix, { m, n, k }: Sizes): void {
  const fitting = Math.max(16, Math.floor(panelSize / k) & ~3);
  const width = Math.min(fitting, (n + 3) & ~3);
  const left = room('left', 4 * k);
  const right = room('right', width * k);
  for (let first = 0; first < n; first += width) {
    const end = Math.min(n, first + width);
    for (let j = first; j < end; j += 4) {
      pack(transposed(b), j, Math.min(4, n - j), k, right, (j - first) * k);
    }
    for (let i = 0; i < m; i += 4) {
      const rows = Math.min(4, m - i);
      pack(a, i, rows, k, left, 0);
      for (let j = first; j < end; j += 4) {
        multiplyTile(left, right, (j - first) * k, k, kept.tile);
        storeTile(y, i, j, rows, Math.min(4, n - j));
      }
    }
  }
}

function room(side: 'left' | 'right', length: number): Float64Array {
  if (length <= kept[side].length) return kept[side];
  const fresh = new Float64Array(length);
  if (length <= 4 * panelSize) kept[side] = fresh;
  return fresh;
}

/** Lays `lanes` rows side by side in fours, so that a tile reads them in order; absent ones are 0. */
function pack(
  x: Matrix,
  row: number,
  lanes: number,
  k: number,
  panel: Float64Array,
  to: number,
): void {
  const { values, rowStep, columnStep } = x;
  if (lanes < 4) panel.fill(0, to, to + 4 * k);
  for (let p = 0, at = x.at + row * rowStep; p < k; p++, at += columnStep, to += 4) {
    panel[to] = values[at];
    if (lanes > 1) panel[to + 1] = values[at + rowStep];
    if (lanes > 2) panel[to + 2] = values[at + 2 * rowStep];
    if (lanes > 3) panel[to + 3] = values[at + 3 * rowStep];
  }
}

// prettier-ignore
function multiplyTile(a: Float64Array, b: Float64Array, bAt: number, k: number, tile: Float64Array): void {
  let s00 = 0, s01 = 0, s02 = 0, s03 = 0;
  let s10 = 0, s11 = 0, s12 = 0, s13 = 0;
  let s20 = 0, s21 = 0, s22 = 0, s23 = 0;
  let s30 = 0, s31 = 0, s32 = 0, s33 = 0;
  for (let p = 0, q = bAt; p < 4 * k; p += 4, q += 4) {
    const b0 = b[q], b1 = b[q + 1], b2 = b[q + 2], b3 = b[q + 3];
    const a0 = a[p], a1 = a[p + 1], a2 = a[p + 2], a3 = a[p + 3];
    s00 += a0 * b0; s01 += a0 * b1; s02 += a0 * b2; s03 += a0 * b3;
    s10 += a1 * b0; s11 += a1 * b1; s12 += a1 * b2; s13 += a1 * b3;
    s20 += a2 * b0; s21 += a2 * b1; s22 += a2 * b2; s23 += a2 * b3;
    s30 += a3 * b0; s31 += a3 * b1; s32 += a3 * b2; s33 += a3 * b3;
  }
  tile[0] = s00; tile[1] = s01; tile[2] = s02; tile[3] = s03;
  tile[4] = s10; tile[5] = s11; tile[6] = s12; tile[7] = s13;
  tile[8] = s20; tile[9] = s21; tile[10] = s22; tile[11] = s23;
  tile[12] = s30; tile[13] = s31; tile[14] = s32; tile[15] = s33;
}

function storeTile(y: Matrix, row: number, column: number, rows: number, columns: number): void {
  const { values } = y;
  const { tile } = kept;
  for (let i = 0; i < rows; i++) {
    const at = y.at + (row + i) * y.rowStep + column * y.columnStep;
    for (let j = 0; j < columns; j++) values[at + j] = tile[4 * i + j];
  }
}
