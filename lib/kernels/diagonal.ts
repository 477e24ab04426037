import { isComplex } from '../base/dtype.ts';
import type { Shape } from '../base/shape.ts';
import type { Layout } from './copy.ts';
import { copyBox } from './copy.ts';
import type { Kernel, Operand } from './kernel.ts';
import { stridesOf } from './strides.ts';

export interface DiagonalParams {
  /** The axis that counts the rows, from the front. */
  readonly axis1: number;
  /** The axis that counts the columns. */
  readonly axis2: number;
  /** How far the diagonal lies to the right of the main one; below it if negative. */
  readonly offset: number;
}

export interface EmbedDiagonalParams extends DiagonalParams {
  readonly rows: number;
  readonly columns: number;
}

/** A diagonal of each matrix, along a new last axis. */
export const diagonalKernel: Kernel<DiagonalParams> = ([x], [y], params) => {
  copyElements(x, y.shape, along(x, params), whole(y));
};

/** The adjoint: matrices of zeros but for that diagonal. */
export const embedDiagonalKernel: Kernel<EmbedDiagonalParams> = ([x], [y], params) => {
  y.values.fill(0);
  copyElements(x, x.shape, whole(x), along(y, params));
};

/** Copies a box of elements, whose parts are a further axis if they are complex. */
function copyElements(x: Operand, sizes: Shape, source: Layout, target: Layout): void {
  if (isComplex(x.dtype)) copyBox([...sizes, 2], inParts(source), inParts(target));
  else copyBox(sizes, source, target);
}

function inParts({ values, at, strides }: Layout): Layout {
  return { values, at: 2 * at, strides: [...strides.map((stride) => 2 * stride), 1] };
}

/** The diagonal of a tensor of matrices: a step along it is a step along both axes. */
function along(x: Operand, { axis1, axis2, offset }: DiagonalParams): Layout {
  const strides = stridesOf(x.shape);
  const at = offset < 0 ? -offset * strides[axis1] : offset * strides[axis2];
  const step = strides[axis1] + strides[axis2];
  const others = strides.filter((_, axis) => axis !== axis1 && axis !== axis2);
  return { values: x.values, at, strides: [...others, step] };
}

function whole(x: Operand): Layout {
  return { values: x.values, at: 0, strides: stridesOf(x.shape) };
}
