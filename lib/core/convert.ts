import type { DType, Values } from '../base/dtype.ts';
import { isComplex, isDifferentiable, isDType, newValues, promoteDTypes } from '../base/dtype.ts';
import { ArgumentError, DTypeError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue, typedArrayName } from '../base/format.ts';
import { runtime } from '../base/runtime.ts';
import type { Shape, Spec } from '../base/shape.ts';
import { requireElements, sameShape, sizeOf, specOf } from '../base/shape.ts';
import { isTensor, Tensor } from './tensor.ts';
import type { Variable } from './variable.ts';
import { describeValue, isVariable } from './isVariable.ts';

/** Nested arrays of numbers or booleans; the rows may be typed arrays. */
export type NestedArray = readonly (number | boolean | NumericArray | NestedArray)[];

/** The typed arrays whose elements are numbers. */
export type NumericArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** Plain values that a tensor can be made of. */
export type ArrayLike = number | boolean | NumericArray | NestedArray;

/** What every op accepts where it wants a tensor. */
export type TensorLike = Tensor | Variable | ArrayLike;

/** Any op argument as a tensor; a variable counts as read. */
export function asTensor(value: unknown, argument: string, op: string): Tensor {
  if (isTensor(value)) return value;
  if (isVariable(value)) return value.read();
  return parseLike(value, argument, op, null);
}

/**
 * Several operands as tensors of one dtype, without casting the tensors among them: plain numbers
 * adopt the dtype of a float operand; beside int32 or bool, integers become int32.
 */
export function asOperands(
  values: readonly unknown[],
  names: readonly string[],
  op: string,
): readonly Tensor[] {
  const tensors = values.map((value) =>
    isTensor(value) ? value : isVariable(value) ? value.read() : null,
  );
  let partner: DType | null = null;
  for (const x of tensors) {
    if (x !== null) partner = partner === null ? x.dtype : promoteDTypes(partner, x.dtype);
  }
  return tensors.map((x, i) => x ?? parseLike(values[i], names[i], op, partner));
}

function parseLike(value: unknown, argument: string, op: string, partner: DType | null): Tensor {
  if (typeof value === 'number') {
    const dtype = weakDType(partner, Number.isInteger(value) && (value | 0) === value);
    const values = newValues(dtype, 1);
    values[0] = value;
    return new Tensor(scalarSpecs[dtype], values);
  }
  if (typeof value !== 'boolean' && !isArray(value) && !isNumericArray(value)) {
    throw notTensorLike(value, argument, op);
  }
  const parsed = parse(value, argument, op, () => notTensorLike(value, argument, op));
  const dtype = parsed.dtype ?? weakDType(partner, everyInt32(parsed.flat));
  return materialise(parsed, parsed.shape, dtype);
}

const constants = new Map<DType, Map<number, Tensor>>();
const mostConstants = 256;

/**
 * A plain number as the operand beside a tensor of dtype `partner`. Steps of a loop use the same
 * numbers, so a few are kept: only for ops that never hand out an operand as their result.
 */
export function numberBeside(value: number, partner: DType): Tensor {
  const dtype = weakDType(partner, isInt32(value));
  let known = constants.get(dtype);
  if (known === undefined) constants.set(dtype, (known = new Map<number, Tensor>()));
  // A map takes -0 for 0.
  const found = value === 0 ? undefined : known.get(value);
  if (found !== undefined) return found;
  const values = newValues(dtype, 1);
  values[0] = value;
  const made = new Tensor(scalarSpecs[dtype], values);
  if (known.size >= mostConstants) known.clear();
  known.set(value, made);
  return made;
}

function weakDType(partner: DType | null, isInteger: boolean): DType {
  if (partner === null) return runtime.defaultFloat;
  if (isDifferentiable(partner)) return partner;
  return isInteger ? 'int32' : runtime.defaultFloat;
}

function everyInt32(values: Parsed['flat']): boolean {
  for (let i = 0; i < values.length; i++) if (!isInt32(Number(values[i]))) return false;
  return true;
}

function isInt32(value: number): boolean {
  return (value | 0) === value;
}

/** Specs of scalars, shared by all of them. */
export const scalarSpecs: Readonly<Record<DType, Spec>> = {
  bool: specOf([], 'bool'),
  int32: specOf([], 'int32'),
  float32: specOf([], 'float32'),
  float64: specOf([], 'float64'),
  complex64: specOf([], 'complex64'),
  complex128: specOf([], 'complex128'),
};

// TensorFlow.js's own wording, for this one kind of error.
function notTensorLike(value: unknown, argument: string, op: string): ArgumentError {
  const message = `Argument '${argument}' passed to '${op}' must be a Tensor or TensorLike; got ${formatValue(value)}`;
  return new ArgumentError(op, argument, message);
}

interface Parsed {
  readonly shape: Shape;
  /** The numbers, in row-major order. */
  readonly flat: readonly number[] | NumericArray;
  /** Null for plain numbers, which have no dtype of their own. */
  readonly dtype: DType | null;
}

/** A tensor from values that a user gave, copied; `shape` and `dtype` as told or as found. */
export function createTensor(op: string, value: unknown, shape?: Shape, dtype?: DType): Tensor {
  const refuse = (): Error => {
    const got = describeValue(value);
    const hint = isTensor(value) ? 'it is a tensor already; stack(...) joins several' : undefined;
    return misuse(
      ArgumentError,
      op,
      'values',
      'be numbers, booleans, nested or typed arrays',
      got,
      hint,
    );
  };
  const parsed = parse(value, 'values', op, refuse);
  const wanted = shape ?? parsed.shape;
  requireElements(op, 'shape', wanted);
  const length = parsed.flat.length;
  const size = sizeOf(wanted);
  // Complex elements may be given as pairs, if a shape tells them from real numbers.
  const isPairs = dtype !== undefined && isComplex(dtype) && length === 2 * size;
  if (size !== length && !isPairs) {
    const condition = `hold ${String(size)} numbers for shape ${formatShape(wanted)}`;
    throw misuse(ShapeError, op, 'values', condition, String(length));
  }
  requireNesting(op, value, parsed.shape, wanted);
  return materialise(parsed, wanted, dtype ?? parsed.dtype ?? runtime.defaultFloat);
}

/** Nested values have the shape wanted; rows that are typed arrays may be flat: [image, image]. */
function requireNesting(op: string, value: unknown, found: Shape, wanted: Shape): void {
  if (found.length < 2 || sameShape(found, wanted)) return;
  if (isArray(value) && isNumericArray(value[0]) && value.length === wanted[0]) return;
  const condition = `have shape ${formatShape(wanted)} or be flat`;
  throw misuse(ShapeError, op, 'values', condition, formatShape(found));
}

function parse(value: unknown, argument: string, op: string, refuse: () => Error): Parsed {
  if (typeof value === 'number') return { shape: [], flat: [value], dtype: null };
  if (typeof value === 'boolean') return { shape: [], flat: [value ? 1 : 0], dtype: 'bool' };
  if (isNumericArray(value)) return parseTyped(value, argument, op);
  if (!isArray(value)) throw refuse();
  return parseNested(value, argument, op);
}

function parseTyped(value: NumericArray, argument: string, op: string): Parsed {
  requireElements(op, argument, [value.length]);
  if (value.length === 0 && isDetached(value.buffer)) {
    const got = 'one whose buffer was transferred';
    throw misuse(ArgumentError, op, argument, 'be an array that still holds its values', got);
  }
  const dtype = typedDType(value);
  if (/Uint32|Big/.test(kindOf(value))) {
    for (let i = 0; i < value.length; i++) {
      if (!isInt32(Number(value[i]))) {
        const condition = 'fit int32, or be converted to a Float64Array first';
        throw misuse(DTypeError, op, argument, condition, `${String(value[i])} at [${String(i)}]`);
      }
    }
  }
  return { shape: [value.length], flat: value, dtype };
}

function parseNested(value: readonly unknown[], argument: string, op: string): Parsed {
  const shape: number[] = [];
  for (let row: unknown = value; isArray(row) || isNumericArray(row); row = row[0]) {
    shape.push(row.length);
    if (shape.length > deepest) {
      const condition = `be nested at most ${String(deepest)} deep`;
      throw misuse(ShapeError, op, argument, condition, 'a deeper or circular array');
    }
  }
  requireElements(op, argument, shape);
  const flat: number[] = [];
  const path: number[] = [];
  let bools = 0;
  let dtype: DType | null = null;
  const walk = (node: unknown, depth: number): void => {
    if (depth === shape.length) {
      if (typeof node === 'boolean') bools++;
      else if (typeof node !== 'number') throw badElement(node, path, argument, op);
      flat.push(Number(node));
      return;
    }
    const isRow = isArray(node) || (isNumericArray(node) && depth === shape.length - 1);
    if (!isRow || node.length !== shape[depth])
      throw ragged(node, shape[depth], path, argument, op);
    if (!isArray(node))
      dtype = dtype === null ? typedDType(node) : promoteDTypes(dtype, typedDType(node));
    for (let i = 0; i < node.length; i++) {
      path[depth] = i;
      const element: unknown = node[i];
      walk(typeof element === 'bigint' ? Number(element) : element, depth + 1);
    }
    path.length = depth;
  };
  walk(value, 0);
  return { shape, flat, dtype: dtype ?? (bools > 0 && bools === flat.length ? 'bool' : null) };
}

/** Deepest nesting of array literals; deeper ones are circular or a mistake. */
const deepest = 32;

function ragged(
  node: unknown,
  expected: number,
  path: readonly number[],
  argument: string,
  op: string,
): Error {
  const got =
    isArray(node) || isNumericArray(node) ? `length ${String(node.length)}` : formatValue(node);
  const where = `[${path.join('][')}]`;
  const condition = `be nested evenly: ${String(expected)} elements in each array at that depth`;
  return misuse(ShapeError, op, argument, condition, `${got} at ${where}`);
}

function badElement(node: unknown, path: readonly number[], argument: string, op: string): Error {
  const where = `at [${path.join('][')}]`;
  if (isArray(node) || isNumericArray(node)) {
    return misuse(ShapeError, op, argument, 'be nested evenly: a number', `an array ${where}`);
  }
  const hint = isTensor(node) ? 'join tensors with stack(...)' : undefined;
  const got = isTensor(node) ? `a tensor ${where}` : `${formatValue(node)} ${where}`;
  return misuse(ArgumentError, op, argument, 'hold numbers or booleans only', got, hint);
}

function materialise(parsed: Parsed, shape: Shape, dtype: DType): Tensor {
  const values = newValues(dtype, sizeOf(shape));
  if (isComplex(dtype) && parsed.flat.length < values.length) {
    for (let i = 0; i < parsed.flat.length; i++) values[2 * i] = Number(parsed.flat[i]);
    return new Tensor(specOf(shape, dtype), values);
  }
  copyConverted(parsed.flat, values, dtype);
  return new Tensor(specOf(shape, dtype), values);
}

function copyConverted(from: readonly number[] | NumericArray, to: Values, dtype: DType): void {
  const n = from.length;
  if (dtype === 'bool') for (let i = 0; i < n; i++) to[i] = Number(from[i]) === 0 ? 0 : 1;
  else if (dtype === 'int32') for (let i = 0; i < n; i++) to[i] = saturate(Number(from[i]));
  else if (isNumericArray(from) && !kindOf(from).includes('Big')) to.set(from as Float64Array);
  else for (let i = 0; i < n; i++) to[i] = Number(from[i]);
}

function saturate(x: number): number {
  return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(x)));
}

/** Checks a dtype name that a user gave. */
export function requireDType(op: string, dtype: unknown): DType {
  if (isDType(dtype)) return dtype;
  const condition = "be 'float32', 'float64', 'int32', 'bool', 'complex64' or 'complex128'";
  throw misuse(DTypeError, op, 'dtype', condition, formatValue(dtype));
}

/** A tensor over the very array it is given. */
export function wrapValues(op: string, values: unknown, shape: Shape | undefined): Tensor {
  const dtype = isNumericArray(values) ? wrappable[kindOf(values)] : undefined;
  if (!isNumericArray(values) || dtype === undefined) {
    const condition = 'be a Float32Array, Float64Array or Int32Array';
    throw misuse(
      ArgumentError,
      op,
      'values',
      condition,
      formatValue(values),
      'tensor(...) copies any array',
    );
  }
  const wanted = shape ?? [values.length];
  if (sizeOf(wanted) !== values.length) {
    const condition = `hold ${String(sizeOf(wanted))} numbers for shape ${formatShape(wanted)}`;
    throw misuse(ShapeError, op, 'values', condition, String(values.length));
  }
  return new Tensor(specOf(wanted, dtype), values as Values);
}

const wrappable: Readonly<Record<string, DType | undefined>> = {
  Float32Array: 'float32',
  Float64Array: 'float64',
  Int32Array: 'int32',
};

function typedDType(value: NumericArray): DType {
  return floatArrays[kindOf(value)] ?? 'int32';
}

const floatArrays: Readonly<Record<string, DType | undefined>> = {
  Float16Array: 'float32',
  Float32Array: 'float32',
  Float64Array: 'float64',
};

// By the engine's own name of the class: arrays from another realm (a worker, a test runner, an
// iframe) fail `instanceof`, and subclasses may call themselves anything.
function isNumericArray(value: unknown): value is NumericArray {
  return typedArrayName(value) !== undefined;
}

function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function kindOf(value: object): string {
  return typedArrayName(value) ?? '';
}

// Only the attempt to use it tells a detached buffer from an empty one, before ES2024.
function isDetached(buffer: ArrayBufferLike): boolean {
  try {
    return new Uint8Array(buffer).length < 0;
  } catch {
    return true;
  }
}
