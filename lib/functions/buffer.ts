import type { DType, Values, ValuesOf } from '../base/dtype.ts';
import { isComplex, newValues } from '../base/dtype.ts';
import { ArgumentError, DTypeError, IndexError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { runtime } from '../base/runtime.ts';
import type { Shape } from '../base/shape.ts';
import { requireShape, sizeOf, specOf } from '../base/shape.ts';
import { requireDType } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { ownedTensor } from '../core/tensor.ts';

/** Values that can be written one by one, and then become a tensor. */
export class TensorBuffer<D extends DType = DType> {
  readonly shape: Shape;
  readonly dtype: D;
  readonly size: number;
  /** The values, in row-major order; to be written, too. */
  readonly values: ValuesOf[D];
  private readonly strides: readonly number[];

  constructor(shape: Shape, dtype: D, values?: ValuesOf[D]) {
    this.shape = requireShape('TensorBuffer', 'shape', shape);
    this.dtype = requireDType('TensorBuffer', dtype) as D;
    if (isComplex(dtype)) {
      const hint = 'make two, and a complex tensor of both by complex(real, imag)';
      throw misuse(DTypeError, 'TensorBuffer', 'dtype', 'be real', `'${dtype}'`, hint);
    }
    this.size = sizeOf(this.shape);
    if (values !== undefined && values.length !== this.size) {
      const condition = `hold ${String(this.size)} numbers for shape ${formatShape(this.shape)}`;
      throw misuse(ShapeError, 'TensorBuffer', 'values', condition, String(values.length));
    }
    this.values = values ?? (newValues(dtype, this.size) as ValuesOf[D]);
    this.strides = this.shape.map((_, i) => sizeOf(this.shape.slice(i + 1)));
  }

  /** Number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /**
   * Writes one value.
   *
   * @throws IndexError when a place lies outside its axis
   */
  set(value: number | boolean, ...place: number[]): void {
    if (typeof value !== 'number' && typeof value !== 'boolean') {
      throw misuse(ArgumentError, 'set', 'value', 'be a number', formatValue(value));
    }
    this.values[this.locToIndex(place)] = Number(value);
  }

  /**
   * Reads one value; without a place the first.
   *
   * @throws IndexError when a place lies outside its axis
   */
  get(...place: number[]): number {
    const at = place.length === 0 ? this.shape.map(() => 0) : place;
    return this.values[this.locToIndex(at)];
  }

  /**
   * Position in `values` of a place given axis by axis.
   *
   * @throws IndexError when it lies outside
   */
  locToIndex(place: readonly number[]): number {
    if (place.length !== this.rank) {
      const condition = `name a place along each of the ${String(this.rank)} axes`;
      throw misuse(IndexError, 'TensorBuffer', 'place', condition, formatValue(place));
    }
    return place.reduce((sum, at, i) => {
      if (!Number.isInteger(at) || at < 0 || at >= this.shape[i]) {
        const condition = `lie in [0, ${String(this.shape[i])}) along axis ${String(i)}`;
        const hint = `Requested out of range element [${place.join()}] of shape ${formatShape(this.shape)}`;
        throw misuse(IndexError, 'TensorBuffer', 'place', condition, formatValue(at), hint);
      }
      return sum + at * this.strides[i];
    }, 0);
  }

  /** The place, axis by axis, of a position in `values`. */
  indexToLoc(index: number): number[] {
    let rest = index;
    return this.strides.map((stride) => {
      const at = Math.floor(rest / stride);
      rest -= at * stride;
      return at;
    });
  }

  /** The values at this time as a tensor. */
  toTensor(): Tensor<D> {
    const values = this.values.slice() as Values;
    return ownedTensor(specOf(this.shape, this.dtype), values) as Tensor<D>;
  }
}

/**
 * Values that can be written one by one; all 0 at first.
 *
 * @param dtype - the default float if absent
 * @param values - the array to write to
 * @throws ShapeError when `shape` holds something else than sizes, or `values` does not fit it
 * @throws DTypeError for an unknown or complex dtype
 * @example
 * const counts = buffer([2, 2], 'int32');
 * counts.set(5, 1, 0);
 * counts.toTensor() // [[0, 0], [5, 0]]
 */
export function buffer<D extends DType = 'float32'>(
  shape: Shape,
  dtype?: D,
  values?: ValuesOf[D],
): TensorBuffer<D> {
  return new TensorBuffer(shape, dtype ?? (runtime.defaultFloat as D), values);
}
