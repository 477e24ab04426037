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
  copyBox(sizesOf(y), along(x, params), whole(y));
};

/** The adjoint: matrices of zeros but for that diagonal. */
export const embedDiagonalKernel: Kernel<EmbedDiagonalParams> = ([x], [y], params) => {
  y.values.fill(0);
  copyBox(sizesOf(x), whole(x), along(y, params));
};

/** The diagonal of a tensor of matrices: a step along it is a step along both axes. */
function along(x: Operand, { axis1, axis2, offset }: DiagonalParams): Layout {
  const strides = stridesOf(sizesOf(x));
  const at = offset < 0 ? -offset * strides[axis1] : offset * strides[axis2];
  const parts = strides.slice(x.shape.length);
  const others = strides.slice(0, x.shape.length).filter((_, i) => i !== axis1 && i !== axis2);
  return { values: x.values, at, strides: [...others, strides[axis1] + strides[axis2], ...parts] };
}

function whole(x: Operand): Layout {
  return { values: x.values, at: 0, strides: stridesOf(sizesOf(x)) };
}

/** The sizes of the axes, and of that of the two parts of a complex element. */
function sizesOf({ shape, dtype }: Operand): Shape {
  return isComplex(dtype) ? [...shape, 2] : shape;
}
