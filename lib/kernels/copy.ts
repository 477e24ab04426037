import type { Values } from '../base/dtype.ts';
import type { Shape } from '../base/shape.ts';
import type { Axis } from './strides.ts';
import { mergeAxes, singleAxis } from './strides.ts';
import { vectors } from './vectors.ts';

/** Elements of an array, at `at` plus the sum of index times stride over the axes of a box. */
export interface Layout {
  readonly values: Values;
  readonly at: number;
  readonly strides: readonly number[];
}

/**
 * Copies a box of elements from one layout to another. Strides of the source may be 0 (broadcasting) or
 * negative (reversal); the last stride of the target should be its smallest.
 */
export function copyBox(sizes: Shape, source: Layout, target: Layout): void {
  const axes = mergeAxes(sizes, [source.strides, target.strides]);
  if (vectors.kernels?.moveBox(axes, source, target) === true) return;
  const column = axes.pop() ?? singleAxis;
  // Beside the target's contiguous axis the source's one: together they make a plane to transpose.
  const contiguous = axes.findIndex((axis) => axis.strides[0] === 1);
  const row = (contiguous < 0 ? axes.pop() : axes.splice(contiguous, 1)[0]) ?? singleAxis;
  copyPlanes(axes, 0, row, column, source.values, source.at, target.values, target.at);
}

/** Copies `n` adjacent elements. */
export function copyRun(x: Values, from: number, y: Values, to: number, n: number): void {
  // `subarray` costs as much as a loop of 25, and moves a small array out of the engine's heap.
  if (n > 32) {
    y.set(x.subarray(from, from + n), to);
    return;
  }
  for (let i = 0; i < n; i++) y[to + i] = x[from + i];
}

function fillRun(value: number, y: Values, to: number, n: number): void {
  if (n > 16) {
    y.fill(value, to, to + n);
    return;
  }
  for (let i = to; i < to + n; i++) y[i] = value;
}

function copyPlanes(
  axes: readonly Axis[],
  depth: number,
  row: Axis,
  column: Axis,
  x: Values,
  xAt: number,
  y: Values,
  yAt: number,
): void {
  if (depth === axes.length) {
    copyPlane(row, column, x, xAt, y, yAt);
    return;
  }
  const { size, strides } = axes[depth];
  for (let i = 0; i < size; i++) {
    copyPlanes(axes, depth + 1, row, column, x, xAt + i * strides[0], y, yAt + i * strides[1]);
  }
}

function copyPlane(row: Axis, column: Axis, x: Values, xAt: number, y: Values, yAt: number): void {
  const [xRow, yRow] = row.strides;
  const [xColumn, yColumn] = column.strides;
  if (yColumn === 1 && xRow === 1 && xColumn > 1) {
    transposePlane(x, xAt, xColumn, y, yAt, yRow, row.size, column.size);
    return;
  }
  for (let i = 0; i < row.size; i++, xAt += xRow, yAt += yRow) {
    if (yColumn === 1 && xColumn === 1) copyRun(x, xAt, y, yAt, column.size);
    else if (yColumn === 1 && xColumn === 0) fillRun(x[xAt], y, yAt, column.size);
    else copySpread(x, xAt, xColumn, y, yAt, yColumn, column.size);
  }
}

function copySpread(
  x: Values,
  from: number,
  xStep: number,
  y: Values,
  to: number,
  yStep: number,
  n: number,
): void {
  for (let i = 0; i < n; i++, from += xStep, to += yStep) y[to] = x[from];
}

/** `y[i * yStep + j] = x[j * xStep + i]`, eight columns at a time: both sides use whole cache lines. */
function transposePlane(
  x: Values,
  xAt: number,
  xStep: number,
  y: Values,
  yAt: number,
  yStep: number,
  rows: number,
  columns: number,
): void {
  let j = 0;
  for (; j + 8 <= columns; j += 8) {
    let from = xAt + j * xStep;
    let to = yAt + j;
    for (let i = 0; i < rows; i++, from++, to += yStep) {
      y[to] = x[from];
      y[to + 1] = x[from + xStep];
      y[to + 2] = x[from + 2 * xStep];
      y[to + 3] = x[from + 3 * xStep];
      y[to + 4] = x[from + 4 * xStep];
      y[to + 5] = x[from + 5 * xStep];
      y[to + 6] = x[from + 6 * xStep];
      y[to + 7] = x[from + 7 * xStep];
    }
  }
  for (let i = 0; i < rows; i++) {
    for (let k = j; k < columns; k++) y[yAt + i * yStep + k] = x[xAt + k * xStep + i];
  }
}
