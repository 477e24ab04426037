import { ArgumentError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import type { DType } from '../base/dtype.ts';
import type { Shape } from '../base/shape.ts';
import { sameShape } from '../base/shape.ts';
import type { Tensor } from '../core/tensor.ts';
import { inspectCustom, isTensor } from '../core/tensor.ts';
import { describeValue } from '../core/isVariable.ts';
import { add } from '../ops/elementwise.ts';
import { unsortedSegmentSum } from '../ops/indexing.ts';
import { concat } from '../ops/joining.ts';

const brand: unique symbol = Symbol.for('gradtape/indexedSlices@1');

/**
 * A tensor most of whose rows are zeros: some rows, and where along the first axis each belongs. Rows
 * for the same place add up.
 *
 * `tape.gradient(y, table, {sparse: true})` gives one for a table that was read by `gather` or
 * `embeddingLookup`.
 *
 * @example new IndexedSlices(tensor([1, 2, 5]), tensor([0, 2, 2], [3], 'int32'), [3]).toDense() // [1, 0, 7]
 */
export class IndexedSlices {
  /** Shape (n, …): n rows of the dense tensor. */
  readonly values: Tensor;
  /** Shape (n), int32: where each row belongs. */
  readonly indices: Tensor;
  readonly denseShape: Shape;

  /**
   * @throws ArgumentError when `values` or `indices` is no tensor, or `indices` is not int32
   * @throws ShapeError when the shapes do not fit each other
   */
  constructor(values: Tensor, indices: Tensor, denseShape: Shape) {
    requireParts(values, indices, denseShape);
    this.values = values;
    this.indices = indices;
    this.denseShape = denseShape;
  }

  get [brand](): true {
    return true;
  }

  get dtype(): DType {
    return this.values.dtype;
  }

  /** The whole tensor, as a computation that tapes hear. */
  toDense(): Tensor {
    return unsortedSegmentSum(this.values, this.indices, this.denseShape[0]);
  }

  /** `float32 [3,2] of 2 rows`. */
  describe(): string {
    return `${this.dtype} ${formatShape(this.denseShape)} of ${String(this.indices.size)} rows`;
  }

  toString(): string {
    return `IndexedSlices ${this.describe()}: ${this.values.toString()} at ${this.indices.toString()}`;
  }

  [inspectCustom](): string {
    return this.toString();
  }
}

export function isIndexedSlices(value: unknown): value is IndexedSlices {
  return (
    typeof value === 'object' && value !== null && (value as { [brand]?: unknown })[brand] === true
  );
}

function requireParts(values: unknown, indices: unknown, denseShape: Shape): void {
  const op = 'IndexedSlices';
  for (const [name, part] of [
    ['values', values],
    ['indices', indices],
  ] as const) {
    if (!isTensor(part)) throw misuse(ArgumentError, op, name, 'be a tensor', describeValue(part));
  }
  const [rows, places] = [values as Tensor, indices as Tensor];
  if (places.dtype !== 'int32' || places.rank !== 1) {
    throw misuse(ArgumentError, op, 'indices', 'be an int32 vector', places.describe());
  }
  const expected = [places.size, ...denseShape.slice(1)];
  if (denseShape.length === 0 || !sameShape(rows.shape, expected)) {
    const condition = `have the shape ${formatShape(expected)} of ${String(places.size)} rows of ${formatShape(denseShape)}`;
    throw misuse(ShapeError, op, 'values', condition, formatShape(rows.shape));
  }
}

/** A gradient as it arrives: dense, or some rows of it. */
export type Gradient = Tensor | IndexedSlices;

/** The sum of two gradients: rows beside rows, and dense as soon as one of them is. */
export function addGradients(a: Gradient, b: Gradient): Gradient {
  if (isTensor(a)) return isTensor(b) ? add(a, b) : add(a, b.toDense());
  if (isTensor(b)) return add(a.toDense(), b);
  const values = concat([a.values, b.values]);
  return new IndexedSlices(values, concat([a.indices, b.indices]), a.denseShape);
}

/** The gradient as one tensor. */
export function dense(gradient: Gradient): Tensor {
  return isTensor(gradient) ? gradient : gradient.toDense();
}
