import type { DType, ValuesOf } from '../base/dtype.ts';
import { ArgumentError, DTypeError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { runtime } from '../base/runtime.ts';
import type { Shape } from '../base/shape.ts';
import { sameShape } from '../base/shape.ts';
import type { Layer } from './apply.ts';
import type { InspectOptions, NestedNumbers } from './tensor.ts';
import { inspectCustom, isTensor, Tensor, variableBrand } from './tensor.ts';

/**
 * A tensor-valued cell: `assign` replaces its value; shape and dtype stay. Each read is a snapshot
 * of that moment, so values read earlier stay valid, also for a tape.
 */
export class Variable<D extends DType = DType> {
  readonly name: string;
  /** Whether tapes watch it when it is read. */
  readonly trainable: boolean;
  /** Position in the order of construction, over all variables. */
  readonly serial: number;
  private current: Tensor<D>;

  constructor(initialValue: Tensor<D>, trainable = true, name?: string) {
    if (!isTensor(initialValue)) {
      const got = formatValue(initialValue);
      const hint = 'variable(...) takes plain values too';
      throw misuse(ArgumentError, 'Variable', 'initialValue', 'be a tensor', got, hint);
    }
    this.current = snapshot(initialValue);
    this.serial = runtime.nextSerial++;
    this.trainable = trainable;
    this.name = name ?? `variable_${String(this.serial)}`;
    // Last: a variable that could not be made, say of a disposed tensor, is not among those known.
    remember(this);
  }

  get [variableBrand](): true {
    return true;
  }

  /** Tells variables apart: no two have the same. */
  get id(): number {
    return this.serial;
  }

  get shape(): Shape {
    return this.current.shape;
  }

  get dtype(): D {
    return this.current.dtype;
  }

  get size(): number {
    return this.current.size;
  }

  get rank(): number {
    return this.current.rank;
  }

  /** The present value as a tensor; tapes watch a trainable variable at this moment. */
  read(): Tensor<D> {
    const layers = runtime.layers as readonly Layer[];
    const readBelow = (level: number): Tensor => {
      for (let i = level - 1; i >= 0; i--) {
        const layer = layers[i];
        if (layer.readVariable !== undefined) return layer.readVariable(this, () => readBelow(i));
      }
      return this.current;
    };
    return readBelow(layers.length) as Tensor<D>;
  }

  /** The present value without telling any tape. */
  peek(): Tensor<D> {
    return this.current;
  }

  /**
   * Replaces the value and returns the new one, which counts as a read.
   *
   * @throws ShapeError or DTypeError when `value` does not have the variable's shape and dtype
   */
  assign(value: Tensor): Tensor<D> {
    this.replace('assign', value);
    return this.read();
  }

  /** Takes a new value without reading it: what `assign` and optimisers share. */
  replace(op: string, value: Tensor): void {
    if (!isTensor(value)) {
      throw misuse(ArgumentError, op, 'value', 'be a tensor', formatValue(value));
    }
    if (this.isDisposed) {
      const hint = 'Variable is disposed';
      throw misuse(ArgumentError, op, 'variable', 'not be disposed', `'${this.name}'`, hint);
    }
    if (!sameShape(value.shape, this.shape)) {
      const condition = `have the variable's shape ${formatShape(this.shape)}`;
      throw misuse(ShapeError, op, 'value', condition, formatShape(value.shape));
    }
    if (value.dtype !== this.dtype) {
      const condition = `have the variable's dtype ${this.dtype}`;
      throw misuse(DTypeError, op, 'value', condition, value.dtype, 'cast it first');
    }
    const next = snapshot(value as Tensor<D>);
    for (const layer of runtime.layers as readonly Layer[]) layer.noticeAssign?.(this, value);
    this.current = next;
  }

  dataSync(): ValuesOf[D] {
    return this.current.dataSync();
  }

  data(): Promise<ValuesOf[D]> {
    return this.current.data();
  }

  arraySync(): NestedNumbers {
    return this.current.arraySync();
  }

  array(): Promise<NestedNumbers> {
    return this.current.array();
  }

  item(): number {
    return this.current.item();
  }

  /** Disposes of the value: see `Tensor.dispose`. What was read before stays valid. */
  dispose(): void {
    if (this.isDisposed) return;
    this.current = snapshot(this.current);
    this.current.dispose();
  }

  get isDisposed(): boolean {
    return this.current.isDisposed;
  }

  toJSON(): { name: string; dtype: D; shape: number[]; values: number[] } {
    return { name: this.name, ...this.current.toJSON() };
  }

  describe(): string {
    return this.current.describe();
  }

  toString(): string {
    return `Variable '${this.name}' ${this.current.toString()}`;
  }

  [inspectCustom](depth: number, options: InspectOptions = {}): string {
    return `Variable '${this.name}' ${this.current[inspectCustom](depth, options)}`;
  }

  [Symbol.toPrimitive](hint: string): string {
    return hint === 'string' ? this.toString() : this.current.valueOf();
  }
}

// For `memory` and `disposeVariables`. The list is gone through when it has doubled, so that a program
// that makes variables all the time does not collect references to those that are gone.
function remember(variable: object): void {
  const { variables } = runtime;
  variables.known.push(new WeakRef(variable));
  if (variables.known.length <= variables.most) return;
  variables.known = variables.known.filter((one) => one.deref() !== undefined);
  variables.most = Math.max(64, 2 * variables.known.length);
}

// A handle of its own: what follows the assigned tensor must not follow the variable.
function snapshot<D extends DType>(value: Tensor<D>): Tensor<D> {
  return new Tensor<D>(value.spec, value.values);
}
