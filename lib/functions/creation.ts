import type { DType, FloatDType } from '../base/dtype.ts';
import { dtypeFacts, isComplex } from '../base/dtype.ts';
import { ArgumentError, DTypeError, misuse, ShapeError } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import { requireBoolean, requireFinite, requireInteger, requireOneOf } from '../base/options.ts';
import { runtime } from '../base/runtime.ts';
import type { Shape } from '../base/shape.ts';
import { requireElements, requireShape, specOf } from '../base/shape.ts';
import type { ArrayLike, TensorLike } from '../core/convert.ts';
import { asTensor, createTensor, requireDType, wrapValues } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor, isTensor } from '../core/tensor.ts';
import { isVariable } from '../core/isVariable.ts';
import { Variable } from '../core/variable.ts';
import { requireElement } from '../ops/slicing.ts';
import { broadcastTo, cast } from '../ops/structural.ts';

/**
 * A tensor of given values, which are copied.
 *
 * @param values - a number, a boolean, nested arrays or a typed array
 * @param shape - if absent, that of the nesting
 * @param dtype - if absent, that of a typed array, bool for booleans, else the default float
 * @throws ShapeError when the nesting is uneven or does not fit `shape`
 * @throws ArgumentError for anything that is no number
 * @example tensor([[1, 2], [3, 4]]) // [[1, 2], [3, 4]]
 * @example tensor([1, 2, 3, 4], [2, 2], 'int32') // [[1, 2], [3, 4]]
 */
export function tensor<D extends DType = DType>(
  values: ArrayLike,
  shape?: Shape,
  dtype?: D,
): Tensor<D> {
  if (typeof shape === 'string') {
    const hint = 'the dtype comes third: tensor(values, undefined, dtype)';
    const condition = 'be an array of sizes';
    throw misuse(ShapeError, 'tensor', 'shape', condition, formatValue(shape), hint);
  }
  const sizes = shape === undefined ? undefined : requireShape('tensor', 'shape', shape);
  return createTensor('tensor', values, sizes, optionalDType('tensor', dtype)) as Tensor<D>;
}

/**
 * A tensor of one value and no axes.
 *
 * @throws ArgumentError when `value` is neither a number nor a boolean
 * @example scalar(3) // 3
 */
export function scalar<D extends DType = DType>(value: number | boolean, dtype?: D): Tensor<D> {
  if (typeof value !== 'number' && typeof value !== 'boolean') {
    const hint = 'tensor(values) takes arrays';
    throw misuse(ArgumentError, 'scalar', 'value', 'be a number', formatValue(value), hint);
  }
  return createTensor('scalar', value, [], optionalDType('scalar', dtype)) as Tensor<D>;
}

/**
 * A tensor over the very array it is given, without a copy: whoever writes to the array later
 * changes the tensor, and gradients that were recorded with it.
 *
 * @param values - a Float32Array, Float64Array or Int32Array
 * @param shape - if absent, one axis
 * @throws ArgumentError for any other array
 * @throws ShapeError when `shape` does not have as many elements
 * @example wrap(new Float32Array([1, 2, 3, 4]), [2, 2]) // [[1, 2], [3, 4]]
 */
export function wrap(
  values: Float32Array | Float64Array | Int32Array,
  shape?: Shape,
): Tensor<'float32' | 'float64' | 'int32'> {
  const sizes = shape === undefined ? undefined : requireShape('wrap', 'shape', shape);
  return wrapValues('wrap', values, sizes) as Tensor<'float32' | 'float64' | 'int32'>;
}

/**
 * A cell for a tensor that changes, such as a weight.
 *
 * @param trainable - whether tapes watch it when it is read
 * @param dtype - if absent, that of `initialValue`
 * @throws ArgumentError when `name` is no string or `trainable` no boolean
 * @example variable([1, 2]).read() // [1, 2]
 */
export function variable<D extends DType = DType>(
  initialValue: TensorLike,
  trainable = true,
  name?: string,
  dtype?: D,
): Variable<D> {
  if (name !== undefined && typeof name !== 'string') {
    throw misuse(ArgumentError, 'variable', 'name', 'be a string', formatValue(name));
  }
  requireBoolean('variable', 'trainable', trainable);
  const value = asTensor(initialValue, 'initialValue', 'variable');
  const typed = dtype === undefined ? value : cast(value, requireDType('variable', dtype));
  return new Variable(typed as Tensor<D>, trainable, name);
}

/**
 * Zeros.
 *
 * @param dtype - the default float if absent
 * @throws ShapeError when `shape` is no array of sizes
 * @throws AllocationError when there are more elements than allowed
 * @example zeros([2, 2]) // [[0, 0], [0, 0]]
 */
export function zeros<D extends DType = DType>(shape: Shape, dtype?: D): Tensor<D> {
  return filled('zeros', shape, 0, dtype);
}

/**
 * Ones.
 *
 * @param dtype - the default float if absent
 * @throws ShapeError when `shape` is no array of sizes
 * @throws AllocationError when there are more elements than allowed
 * @example ones([2, 2]) // [[1, 1], [1, 1]]
 */
export function ones<D extends DType = DType>(shape: Shape, dtype?: D): Tensor<D> {
  return filled('ones', shape, 1, dtype);
}

/**
 * One value, repeated; of a tensor a gradient passes to it.
 *
 * @param value - a number, a boolean, or a tensor that broadcasts to `shape`
 * @param dtype - if absent, that of a tensor, bool for a boolean, else the default float
 * @throws ShapeError when `shape` is no array of sizes
 * @throws AllocationError when there are more elements than allowed
 * @throws ArgumentError when `value` is no number of the dtype
 * @example fill([2, 2], 7) // [[7, 7], [7, 7]]
 */
export function fill<D extends DType = DType>(
  shape: Shape,
  value: number | boolean | Tensor | Variable,
  dtype?: D,
): Tensor<D> {
  if (isTensor(value) || isVariable(value)) {
    const input = asTensor(value, 'value', 'fill');
    const typed = dtype === undefined ? input : cast(input, requireDType('fill', dtype));
    return broadcastTo(typed, requireShape('fill', 'shape', shape)) as Tensor<D>;
  }
  if (typeof value === 'boolean') {
    return filled('fill', shape, Number(value), dtype ?? ('bool' as D));
  }
  return filled('fill', shape, value, dtype);
}

function filled<D extends DType>(
  op: string,
  shape: Shape,
  value: number,
  dtype: D | undefined,
): Tensor<D> {
  const wanted = optionalDType(op, dtype) ?? runtime.defaultFloat;
  const sizes = requireShape(op, 'shape', shape);
  requireElement(op, 'value', value, wanted);
  return filledTensor(specOf(sizes, wanted), value) as Tensor<D>;
}

function optionalDType(op: string, dtype: DType | undefined): DType | undefined {
  return dtype === undefined ? undefined : requireDType(op, dtype);
}

/**
 * Ones on the diagonal, zeros elsewhere.
 *
 * @param numColumns - as many as rows if absent
 * @param batchShape - sizes of leading axes, along which the matrix is repeated
 * @param dtype - the default float if absent
 * @throws ArgumentError when a number of rows or columns is no integer of at least 0
 * @throws AllocationError when there are more elements than allowed
 * @example eye(2, 3) // [[1, 0, 0], [0, 1, 0]]
 */
export function eye<D extends DType = DType>(
  numRows: number,
  numColumns: number = numRows,
  batchShape?: Shape | null,
  dtype?: D,
): Tensor<D> {
  const rows = requireInteger('eye', 'numRows', numRows, { min: 0 });
  const columns = requireInteger('eye', 'numColumns', numColumns, { min: 0 });
  const batch = requireShape('eye', 'batchShape', batchShape ?? []);
  const result = filled('eye', [...batch, rows, columns], 0, dtype);
  const { lanes } = dtypeFacts[result.dtype];
  for (let start = 0; start < result.size; start += rows * columns) {
    for (let i = 0; i < rows && i < columns; i++) {
      result.values[(start + i * columns + i) * lanes] = 1;
    }
  }
  return result;
}

/**
 * Numbers from `start` on, `step` apart, as long as they are before `stop`.
 *
 * @param step - if absent 1, or -1 when `stop` is below `start`
 * @param dtype - int32 or a float; the default float if absent
 * @throws ArgumentError when `step` is 0 or a number is not finite, or no integer for int32
 * @throws DTypeError for bool and complex dtypes
 * @throws AllocationError when there are more elements than allowed
 * @example range(0, 5, 2) // [0, 2, 4]
 */
export function range<D extends DType = DType>(
  start: number,
  stop: number,
  step?: number,
  dtype?: D,
): Tensor<D> {
  const wanted = optionalDType('range', dtype) ?? runtime.defaultFloat;
  if (wanted === 'bool' || isComplex(wanted))
    throw misuse(DTypeError, 'range', 'dtype', 'be int32 or a float', `'${wanted}'`);
  requireFinite('range', 'start', start);
  requireFinite('range', 'stop', stop);
  const stride =
    step === undefined ? (stop < start ? -1 : 1) : requireFinite('range', 'step', step);
  if (stride === 0) throw misuse(ArgumentError, 'range', 'step', 'differ from 0', '0');
  const count = Math.max(0, Math.ceil((stop - start) / stride));
  requireElements('range', 'result', [count]);
  if (count > 0) {
    requireElement('range', 'start', start, wanted);
    requireElement('range', 'step', stride, wanted);
    requireElement('range', 'last element', start + (count - 1) * stride, wanted);
  }
  const result = filledTensor(specOf([count], wanted), 0);
  // A product for each: sums would add up their rounding errors.
  for (let i = 0; i < count; i++) result.values[i] = start + i * stride;
  return result as Tensor<D>;
}

/**
 * Evenly spaced numbers from `start` to `stop`, both included.
 *
 * @param num - how many; of one, it is `start`
 * @throws ArgumentError when a bound is not finite or `num` no integer of at least 1
 * @throws AllocationError when there are more elements than allowed
 * @example linspace(0, 1, 5) // [0, 0.25, 0.5, 0.75, 1]
 */
export function linspace(start: number, stop: number, num: number): Tensor<FloatDType> {
  const first = requireFinite('linspace', 'start', start);
  const last = requireFinite('linspace', 'stop', stop);
  const count = requireInteger('linspace', 'num', num, { min: 1 });
  requireElements('linspace', 'result', [count]);
  const result = filledTensor(specOf([count], runtime.defaultFloat), first);
  for (let i = 1; i < count; i++) {
    // The end is met exactly, whatever the rounding on the way.
    result.values[i] = i === count - 1 ? last : first + (i / (count - 1)) * (last - first);
  }
  return result as Tensor<FloatDType>;
}

/**
 * Sets the dtype of tensors made of plain numbers: float32 at first.
 *
 * @throws ArgumentError for anything but 'float32' and 'float64'
 */
export function setDefaultFloat(dtype: FloatDType): void {
  const choices = ['float32', 'float64'] as const;
  runtime.defaultFloat = requireOneOf('setDefaultFloat', 'dtype', dtype, choices);
}

/**
 * The dtype of tensors made of plain numbers.
 *
 * @example getDefaultFloat() // 'float32'
 */
export function getDefaultFloat(): FloatDType {
  return runtime.defaultFloat;
}

/**
 * Sets how many elements a tensor may have at most: 2^28 at first.
 *
 * @throws ArgumentError when `count` is no integer of at least 1
 */
export function setMaxElements(count: number): void {
  runtime.maxElements = requireInteger('setMaxElements', 'count', count, { min: 1 });
}
