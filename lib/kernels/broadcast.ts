import type { Shape } from '../base/shape.ts';
import type { Axis } from './strides.ts';
import { broadcastStrides, mergeAxes, singleAxis } from './strides.ts';

/** Where something starts in the result and in up to three operands. */
type Places = [outAt: number, a: number, b: number, c: number];

/**
 * Walks the elements of `shape` in order as runs of `n` in which each operand, broadcast to `shape`,
 * either advances with the result (its step is 1) or stands still (0).
 */
export function forEachRun(
  operands: readonly Shape[],
  shape: Shape,
  run: (n: number, steps: readonly number[], ...places: Places) => void,
): void {
  forEachBlock(operands, shape, ({ size: n, strides }, outer, outAt, a, b, c) => {
    const [aStride, bStride = 0, cStride = 0] = outer.strides;
    for (let i = 0; i < outer.size; i++) {
      run(n, strides, outAt + i * n, a + i * aStride, b + i * bStride, c + i * cStride);
    }
  });
}

/** The same as blocks of such runs: `inner` is the axis along a run, `outer` that of the runs. */
export function forEachBlock(
  operands: readonly Shape[],
  shape: Shape,
  block: (inner: Axis, outer: Axis, ...places: Places) => void,
): void {
  const strides = operands.map((operand) => broadcastStrides(operand, shape));
  const axes = mergeAxes(shape, strides);
  const inner = axes.pop() ?? singleAxis;
  const outer = axes.pop() ?? singleAxis;
  let outAt = 0;
  const visit = (depth: number, a: number, b: number, c: number): void => {
    if (depth === axes.length) {
      block(inner, outer, outAt, a, b, c);
      outAt += inner.size * outer.size;
      return;
    }
    const [aStride, bStride = 0, cStride = 0] = axes[depth].strides;
    for (let i = 0; i < axes[depth].size; i++) {
      visit(depth + 1, a + i * aStride, b + i * bStride, c + i * cStride);
    }
  };
  visit(0, 0, 0, 0);
}
