import type { Values } from '../base/dtype.ts';
import type { Shape } from '../base/shape.ts';

/** Elements of an array, at `at` plus the sum of index times step over the axes of some box. */
export interface Layout {
  readonly values: Values;
  readonly at: number;
  readonly steps: readonly number[];
}

/**
 * Copies a box of elements from one layout to another. Steps of the source may be 0 (broadcasting) or
 * negative (reversal); the last step of the target should be the smallest.
 */
export function copyBox(sizes: Shape, source: Layout, target: Layout): void {
  const axes = mergeAxes(sizes, source.steps, target.steps);
  if (axes === null) return;
  const column = axes.pop() ?? single;
  // Beside the target's contiguous axis the source's one: together they make a plane to transpose.
  const contiguous = axes.findIndex((axis) => axis.from === 1);
  const row = (contiguous < 0 ? axes.pop() : axes.splice(contiguous, 1)[0]) ?? single;
  copyPlanes(axes, 0, row, column, source.values, source.at, target.values, target.at);
}

/** Steps between elements of a contiguous array along each axis. */
export function stepsOf(shape: Shape): number[] {
  const steps = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    steps[i] = step;
    step *= shape[i];
  }
  return steps;
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

interface Axis {
  readonly size: number;
  readonly from: number;
  readonly to: number;
}

const single: Axis = { size: 1, from: 0, to: 0 };

/** As few axes as describe the same box; null when it is empty. */
function mergeAxes(sizes: Shape, from: readonly number[], to: readonly number[]): Axis[] | null {
  const axes: Axis[] = [];
  for (let i = 0; i < sizes.length; i++) {
    const size = sizes[i];
    if (size === 0) return null;
    if (size === 1) continue;
    const last = axes.length - 1;
    const outer = last < 0 ? single : axes[last];
    if (last >= 0 && outer.from === from[i] * size && outer.to === to[i] * size) {
      axes[last] = { size: outer.size * size, from: from[i], to: to[i] };
    } else {
      axes.push({ size, from: from[i], to: to[i] });
    }
  }
  return axes;
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
  const { size, from, to } = axes[depth];
  for (let i = 0; i < size; i++) {
    copyPlanes(axes, depth + 1, row, column, x, xAt + i * from, y, yAt + i * to);
  }
}

function copyPlane(row: Axis, column: Axis, x: Values, xAt: number, y: Values, yAt: number): void {
  if (column.to === 1 && column.from === 1) {
    for (let i = 0; i < row.size; i++) {
      copyRun(x, xAt + i * row.from, y, yAt + i * row.to, column.size);
    }
  } else if (column.to === 1 && column.from === 0) {
    for (let i = 0; i < row.size; i++) {
      fillRun(x[xAt + i * row.from], y, yAt + i * row.to, column.size);
    }
  } else if (column.to === 1 && row.from === 1) {
    transposePlane(x, xAt, column.from, y, yAt, row.to, row.size, column.size);
  } else {
    for (let i = 0; i < row.size; i++) {
      let from = xAt + i * row.from;
      let to = yAt + i * row.to;
      for (let j = 0; j < column.size; j++, from += column.from, to += column.to) y[to] = x[from];
    }
  }
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
