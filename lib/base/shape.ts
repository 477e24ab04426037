import type { DType } from './dtype.ts';
import { AllocationError, AxisError, misuse, ShapeError } from './errors.ts';
import { formatShape, formatValue } from './format.ts';
import { runtime } from './runtime.ts';

/** The sizes of a tensor along its axes. */
export type Shape = readonly number[];

/** What is known of a tensor without its values. Shared by reference between equal results. */
export interface Spec {
  readonly shape: Shape;
  readonly dtype: DType;
  /** Number of elements. */
  readonly size: number;
  /** The list of this spec alone, once `only` has made it. */
  list: readonly Spec[] | null;
  /** The list of this spec twice, once `pairOf` has made it. */
  pair: readonly Spec[] | null;
}

/** Builds a spec from a shape that is already known to be valid. */
export function specOf(shape: Shape, dtype: DType): Spec {
  return { shape, dtype, size: sizeOf(shape), list: null, pair: null };
}

/** The list that holds `spec` alone; every op of one output returns one, so it is made once. */
export function only(spec: Spec): readonly Spec[] {
  return (spec.list ??= [spec]);
}

/** The list of two specs; operands of one spec are the rule, and their list is made once. */
export function pairOf(a: Spec, b: Spec): readonly Spec[] {
  return a === b ? (a.pair ??= [a, a]) : [a, b];
}

export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i];
  return size;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Checks a shape that a user gave and returns a private copy. */
export function requireShape(op: string, argument: string, shape: unknown): number[] {
  if (!Array.isArray(shape)) {
    throw misuse(ShapeError, op, argument, 'be an array of sizes', formatValue(shape));
  }
  const sizes = shape as readonly unknown[];
  const copy: number[] = [];
  for (let i = 0; i < sizes.length; i++) {
    const size = sizes[i];
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
      const condition = 'hold integers of at least 0';
      throw misuse(ShapeError, op, argument, condition, `${formatValue(size)} at [${String(i)}]`);
    }
    copy.push(size);
  }
  requireElements(op, argument, copy);
  return copy;
}

/**
 * Refuses shapes above the settable element limit, before anything is allocated. An axis of size 0
 * does not excuse the others: rows and nested arrays are as many as those say.
 */
export function requireElements(op: string, argument: string, shape: Shape): void {
  const size = sizeOf(shape);
  const most = size === 0 ? sizeOf(shape.filter((length) => length !== 0)) : size;
  if (most > runtime.maxElements) {
    const condition = `have at most ${String(runtime.maxElements)} elements`;
    const hint = 'raise the limit with setMaxElements';
    throw misuse(AllocationError, op, argument, condition, formatShape(shape), hint);
  }
}

/** Checks an axis and returns it counted from the front. */
export function requireAxis(op: string, axis: unknown, rank: number, argument = 'axis'): number {
  const isInteger = typeof axis === 'number' && Number.isInteger(axis);
  if (!isInteger || axis < -rank || axis >= rank) {
    const condition =
      rank === 0
        ? 'name an axis, and a scalar has none'
        : `lie in [-${String(rank)}, ${String(rank)})`;
    throw misuse(AxisError, op, argument, condition, formatValue(axis));
  }
  return axis < 0 ? axis + rank : axis;
}

function allAxes(rank: number): number[] {
  const axes: number[] = [];
  for (let i = 0; i < rank; i++) axes.push(i);
  return axes;
}

/** Checks one axis, several, or none (all of them); returns them ascending, counted from the front. */
export function requireAxes(
  op: string,
  axis: number | readonly number[] | null | undefined,
  rank: number,
  argument = 'axis',
): readonly number[] {
  if (axis === undefined || axis === null) return allAxes(rank);
  const list = Array.isArray(axis) ? (axis as readonly number[]) : [axis as number];
  // Most calls name one.
  if (list.length === 1) return [requireAxis(op, list[0], rank, argument)];
  // Unlike `map`, this visits the holes of a sparse array.
  const axes = Array.from(list, (one) => requireAxis(op, one, rank, argument)).sort(
    (a, b) => a - b,
  );
  const twice = axes.find((one, i) => axes[i + 1] === one);
  if (twice !== undefined) {
    throw misuse(AxisError, op, argument, 'name each axis once', formatShape(list));
  }
  return axes;
}

/** The common shape of two operands under NumPy's rules of broadcasting. */
export function broadcastShapes(op: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b) || b.length === 0) return a;
  if (a.length === 0) return b;
  const rank = Math.max(a.length, b.length);
  const shape = new Array<number>(rank);
  for (let i = 0; i < rank; i++) {
    const m = a[i - rank + a.length] ?? 1;
    const n = b[i - rank + b.length] ?? 1;
    if (m !== n && m !== 1 && n !== 1) {
      const got = `a ${formatShape(a)} and b ${formatShape(b)}`;
      const hint = `sizes ${String(m)} and ${String(n)} at dimension ${String(i - rank)} differ; each pair of sizes, counted from the end, must be equal or contain a 1`;
      throw misuse(ShapeError, op, 'shapes', 'broadcast together', got, hint);
    }
    shape[i] = m === 1 ? n : m;
  }
  requireElements(op, 'result', shape);
  return shape;
}

/** `shape` without `axes` (ascending), or with 1 in their place. */
export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): number[] {
  const result: number[] = [];
  for (let i = 0; i < shape.length; i++) {
    if (!axes.includes(i)) result.push(shape[i]);
    else if (keepDims) result.push(1);
  }
  return result;
}
