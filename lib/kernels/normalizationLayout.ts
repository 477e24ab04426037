import type { Values } from '../base/dtype.ts';
import type { Shape } from '../base/shape.ts';

export interface NormalizationParams {
  /** Over which the statistics are taken, ascending; such that `layoutOf` finds a layout. */
  readonly axes: readonly number[];
  readonly epsilon: number;
  /** Whether the mean is taken off; else only the mean square is made 1. */
  readonly centered: boolean;
}

/**
 * A shape (outer, length, groups, inner) of which `length` and `inner` are reduced. Scale and offset
 * have the shape (groups, inner).
 */
export interface Layout {
  readonly outer: number;
  readonly length: number;
  readonly groups: number;
  readonly inner: number;
}

/** How axes divide a shape; null where they lie in more than two blocks. */
export function layoutOf(shape: Shape, axes: readonly number[], scaleSize = 1): Layout | null {
  let axis = shape.length - 1;
  const block = (isReduced: boolean): number => {
    let size = 1;
    while (axis >= 0 && (shape[axis] === 1 || axes.includes(axis) === isReduced))
      size *= shape[axis--];
    return size;
  };
  const [inner, groups, length, outer] = [block(true), block(false), block(true), block(false)];
  if (axis >= 0) return null;
  if (length > 1) return { outer, length, groups, inner };
  // Whole rows: as many of them make a group as the scale has numbers for.
  const together = Math.max(1, scaleSize / inner);
  return { outer: groups / together, length, groups: together, inner };
}

/** What a cotangent gives: always for the input, for scale and offset where there is a scale. */
export interface Gradients {
  readonly dx: Values;
  /** In double, (groups, inner). */
  readonly dScale: Float64Array;
  readonly dOffset: Float64Array;
}
