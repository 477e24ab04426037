import { ArgumentError, misuse, ShapeError } from './errors.ts';
import { formatShape } from './format.ts';
import type { Shape } from './shape.ts';
import { sameShape, sizeOf } from './shape.ts';

/* Shapes that hold matrices: the last two axes are rows and columns, those before them a batch. */

/** How many matrices there are. */
export function matrixCount(shape: Shape): number {
  return sizeOf(shape.slice(0, -2));
}

export function requireMatrix(op: string, argument: string, shape: Shape): void {
  if (shape.length < 2) {
    throw misuse(
      ShapeError,
      op,
      argument,
      'have rank >= 2',
      `rank ${String(shape.length)}, shape ${formatShape(shape)}`,
    );
  }
}

export function requireSquare(op: string, argument: string, shape: Shape): void {
  requireMatrix(op, argument, shape);
  if (shape[shape.length - 2] !== shape[shape.length - 1]) {
    throw misuse(ShapeError, op, argument, 'be square', `shape ${formatShape(shape)}`);
  }
}

/** Checks that a right-hand side has as many rows as the matrix, and the same leading axes. */
export function requireRightHandSide(op: string, matrix: Shape, rhs: Shape): void {
  requireMatrix(op, 'rhs', rhs);
  const isFit = matrix[matrix.length - 2] === rhs[rhs.length - 2];
  if (!isFit || !sameShape(matrix.slice(0, -2), rhs.slice(0, -2))) {
    const got = `${formatShape(rhs)} for ${formatShape(matrix)}`;
    throw misuse(ShapeError, op, 'rhs', 'have as many rows as the matrix', got);
  }
}

/** Words for one matrix of a batch: ' in batch element [1,0]', or nothing for a single matrix. */
export function placeOf(shape: Shape, index: number): string {
  const batch = shape.slice(0, -2);
  if (batch.length === 0) return '';
  const place: number[] = [];
  let rest = index;
  for (const size of [...batch].reverse()) {
    place.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return ` in batch element ${formatShape(place)}`;
}

/** Refuses NaN and infinities, of which a decomposition that iterates makes nothing. */
export function requireFiniteElements(
  op: string,
  argument: string,
  values: ArrayLike<number>,
): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      const got = `${String(values[i])} at position ${String(i)}`;
      throw misuse(ArgumentError, op, argument, 'hold finite numbers', got);
    }
  }
}
