import type { Shape } from '../base/shape.ts';

/* How elements lie in arrays: the step from one to the next along each axis. */

/** Strides of a contiguous array. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

/** Strides with which an operand is read as if it had `shape`; 0 along broadcast axes. */
export function broadcastStrides(operand: Shape, shape: Shape): number[] {
  const strides = new Array<number>(shape.length).fill(0);
  let stride = 1;
  for (let i = operand.length - 1, j = shape.length - 1; i >= 0; i--, j--) {
    if (operand[i] !== 1) strides[j] = stride;
    stride *= operand[i];
  }
  return strides;
}

/** An axis that several arrays share, with the stride of each. */
export interface Axis {
  readonly size: number;
  readonly strides: readonly number[];
}

/** The axis of a single element. */
export const singleAxis: Axis = { size: 1, strides: [0, 0, 0] };

/** As few axes as reach the same elements in the same order: neighbours that no array tells apart merge. */
export function mergeAxes(sizes: Shape, arrays: readonly (readonly number[])[]): Axis[] {
  const axes: Axis[] = [];
  for (let i = 0; i < sizes.length; i++) {
    const size = sizes[i];
    if (size === 1) continue;
    const inner = { size, strides: arrays.map((strides) => strides[i]) };
    const outer = axes.at(-1);
    if (outer !== undefined && continues(outer, inner)) {
      axes[axes.length - 1] = { size: outer.size * size, strides: inner.strides };
    } else {
      axes.push(inner);
    }
  }
  return axes;
}

function continues(outer: Axis, inner: Axis): boolean {
  for (let k = 0; k < inner.strides.length; k++) {
    if (outer.strides[k] !== inner.strides[k] * inner.size) return false;
  }
  return true;
}
