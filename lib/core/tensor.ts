import type { DType, Values, ValuesOf } from '../base/dtype.ts';
import { isComplex, isDifferentiable, newValues } from '../base/dtype.ts';
import { ArgumentError, DTypeError, misuse, ShapeError, UnsupportedError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { printing } from '../base/printing.ts';
import { runtime } from '../base/runtime.ts';
import type { Shape, Spec } from '../base/shape.ts';

/** Two copies of the library in one program recognise each other's tensors by this key. */
const brand: unique symbol = Symbol.for('gradtape/tensor@1');

/** The same for variables. */
export const variableBrand: unique symbol = Symbol.for('gradtape/variable@1');

/** The method by which Node's `console.log` and REPL print an object. */
export const inspectCustom: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/** Nested arrays of numbers, as deep as a tensor's rank. */
export type NestedNumbers = number | NestedNumbers[];

/** What Node passes to a custom inspector, as far as it is used. */
export interface InspectOptions {
  readonly stylize?: (text: string, style: 'number') => string;
}

/**
 * An immutable array of numbers: a shape and a dtype over contiguous, row-major values.
 *
 * Made by `tensor`, `zeros`, ... and by every op, never by `new`. Memory is the garbage
 * collector's business: there is nothing to dispose.
 */
export class Tensor<D extends DType = DType> {
  /** Shape, dtype and size in one object, which equal results share. */
  readonly spec: Spec;
  /** The values, or null where a transformation stands in for them, or after `dispose`. */
  storage: Values | null;
  /** Counts creations, so that a recording can tell what came before it. */
  readonly serial: number;
  // The recordings that follow this tensor: numbers, not references, so that no tensor keeps a
  // recording alive. One fits in two fields; `otherTrackers` holds further (id, slot) pairs.
  trackerId = 0;
  trackerSlot = 0;
  otherTrackers: number[] | null = null;

  constructor(spec: Spec, storage: Values | null) {
    this.spec = spec;
    this.storage = storage;
    this.serial = runtime.nextSerial++;
  }

  get [brand](): true {
    return true;
  }

  get shape(): Shape {
    return this.spec.shape;
  }

  get dtype(): D {
    return this.spec.dtype as D;
  }

  /** Tells tensors apart: no two have the same. */
  get id(): number {
    return this.serial;
  }

  /** Number of elements. */
  get size(): number {
    return this.spec.size;
  }

  /** Number of axes. */
  get rank(): number {
    return this.spec.shape.length;
  }

  /** The values themselves, for kernels: not a copy, and not to be written. */
  get values(): Values {
    return this.storage ?? this.refuse();
  }

  /** A copy of the values, in row-major order; of complex ones, each part by itself. */
  dataSync(): ValuesOf[D] {
    return this.readBack().slice() as ValuesOf[D];
  }

  /** As `dataSync`, as a promise. */
  data(): Promise<ValuesOf[D]> {
    return promised(() => this.dataSync());
  }

  /**
   * The values as nested arrays, or a number for a scalar; a bool is 0 or 1. Of complex elements,
   * real and imaginary parts alternate along the last axis.
   */
  arraySync(): NestedNumbers {
    const shape = isComplex(this.dtype) ? interleaved(this.shape) : this.shape;
    const values = this.readBack();
    let at = 0;
    const nest = (axis: number): NestedNumbers =>
      axis === shape.length
        ? values[at++]
        : Array.from({ length: shape[axis] }, () => nest(axis + 1));
    return nest(0);
  }

  /** As `arraySync`, as a promise. */
  array(): Promise<NestedNumbers> {
    return promised(() => this.arraySync());
  }

  /**
   * The only element of a tensor, as a number.
   *
   * @throws ShapeError when the tensor does not have exactly one element
   * @throws DTypeError when it is complex
   * @example tensor([[3]]).item() // 3
   */
  item(): number {
    if (this.size !== 1) {
      const hint = 'read several values with dataSync() or arraySync()';
      throw misuse(ShapeError, 'item', 'tensor', 'have exactly one element', this.describe(), hint);
    }
    if (isComplex(this.dtype)) {
      const hint = 'real(x) and imag(x) are';
      throw misuse(DTypeError, 'item', 'tensor', 'be real', this.describe(), hint);
    }
    return this.readBack()[0];
  }

  /**
   * Marks this handle as no longer in use: any later use of its values throws. Never needed, since
   * memory is the garbage collector's business; programs written for TensorFlow.js call it.
   *
   * Gradients through a disposed tensor still work: a recording holds what its rules read.
   */
  dispose(): void {
    if (this.storage === null) return;
    runtime.hasDisposed = true;
    runtime.disposed.set(this, runtime.recordingsInUse === 0 ? null : this.storage);
    this.storage = null;
  }

  /** Whether `dispose` was called. */
  get isDisposed(): boolean {
    return this.storage === null && runtime.disposed.has(this);
  }

  /** Shape, dtype and values as plain data: what `JSON.stringify` writes. */
  toJSON(): { dtype: D; shape: number[]; values: number[] } {
    return { dtype: this.dtype, shape: [...this.shape], values: Array.from(this.values) };
  }

  /**
   * dtype, shape and values as text; long tensors shortened.
   *
   * @param verbose - dtype, rank and shape on lines of their own, as TensorFlow.js writes them
   * @example tensor([[1, 2]]).toString() // 'Tensor float32 [1,2] [[1, 2]]'
   */
  toString(verbose = false): string {
    const { printer } = printing;
    return verbose && this.storage !== null && printer !== null
      ? printer.formatVerbose(this.storage, this.shape, this.dtype)
      : this.text();
  }

  /** `float32 [2,3]`: the tensor without its values, for messages. */
  describe(): string {
    return `${this.dtype} ${formatShape(this.shape)}`;
  }

  [inspectCustom](_depth: number, options: InspectOptions = {}): string {
    return this.text(options.stylize);
  }

  /** Text where text is wanted; an explanation where JavaScript wants to calculate. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return this.toString();
    return this.valueOf();
  }

  /** @throws UnsupportedError always: JavaScript's operators cannot work on tensors */
  valueOf(): never {
    const condition = 'be combined by methods, because tensors have no + - * / or <';
    const hint = 'use a.add(b), a.mul(b), a.less(b), ...; item() makes a number of a scalar';
    throw misuse(UnsupportedError, 'tensor', 'operands', condition, this.describe(), hint);
  }

  /** Says what stands in for the values; only for tensors without storage. */
  protected refuse(): never {
    if (this.isDisposed) {
      const message = `Tensor is disposed; got a use of ${this.describe()} after dispose()`;
      throw new UnsupportedError('tensor', 'tensor', message);
    }
    throw misuse(UnsupportedError, 'dataSync', 'tensor', 'hold values', this.describe());
  }

  private text(stylize?: InspectOptions['stylize']): string {
    if (this.storage === null) {
      return `Tensor ${this.describe()} (${this.isDisposed ? 'disposed' : 'no values yet'})`;
    }
    const options = stylize === undefined ? {} : { stylize };
    const text = printing.printer?.formatTensor(this.storage, this.shape, this.dtype, options);
    return text ?? `Tensor ${this.describe()}`;
  }

  private readBack(): Values {
    const { values } = this;
    if (this.trackerId !== 0) for (const layer of runtime.layers) layer.noticeReadBack?.(this);
    return values;
  }
}

/** A tensor that a recording holds, with its values even if the handle was disposed. */
export function revived(x: Tensor): Tensor {
  const values = x.storage === null ? runtime.disposed.get(x) : null;
  if (values === null || values === undefined) return x;
  const { trackerId, trackerSlot, otherTrackers } = x;
  return Object.assign(new Tensor(x.spec, values), { trackerId, trackerSlot, otherTrackers });
}

export function isTensor(value: unknown): value is Tensor {
  return (
    typeof value === 'object' && value !== null && (value as { [brand]?: unknown })[brand] === true
  );
}

/** A tensor that owns `values`: the caller gives the array away. */
export function ownedTensor(spec: Spec, values: Values): Tensor {
  return new Tensor(spec, values);
}

/** A tensor of one repeated value. */
export function filledTensor(spec: Spec, value: number): Tensor {
  const values = newValues(spec.dtype, spec.size);
  // A call to fill costs more than the tensor where there is one element.
  if (spec.size === 1) values[0] = value;
  else if (value !== 0) fillReal(values, value, spec.dtype);
  return new Tensor(spec, values);
}

/** Fills with a real number: the imaginary parts of complex elements are 0. */
export function fillReal(values: Values, value: number, dtype: DType): void {
  values.fill(value);
  if (isComplex(dtype)) for (let i = 1; i < values.length; i += 2) values[i] = 0;
}

/** Refuses tensors that derivatives do not exist for. */
export function requireFloat(op: string, argument: string, x: Tensor): void {
  if (!isDifferentiable(x.dtype)) {
    const hint = 'derivatives exist for float and complex dtypes; cast first';
    throw misuse(ArgumentError, op, argument, 'be a float tensor', x.describe(), hint);
  }
}

/** The shape in which the parts of complex elements are read back. */
function interleaved(shape: Shape): Shape {
  return shape.length === 0 ? [2] : [...shape.slice(0, -1), 2 * shape[shape.length - 1]];
}

// A program that awaits sees a rejected promise, never a synchronous throw.
function promised<T>(read: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(read());
  });
}
