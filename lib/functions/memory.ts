import type { DType } from '../base/dtype.ts';
import { dtypeFacts } from '../base/dtype.ts';
import { ArgumentError, misuse } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import { isPlainObject } from '../base/options.ts';
import { runtime } from '../base/runtime.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import type { Variable } from '../core/variable.ts';
import { isVariable } from '../core/isVariable.ts';

/*
 * Memory is the garbage collector's business. These functions are here so that programs written for
 * TensorFlow.js run unchanged.
 */

/** Anything with tensors in it: arrays, plain objects, and what stands in them. */
export type TensorContainer = unknown;

/**
 * Runs `f` and returns its result; what it leaves behind is garbage like any other.
 *
 * @param nameOrFunction - a name, which is not used, before the function; or the function alone
 * @throws ArgumentError when there is no function, the name is no string, or the function returns a promise
 * @example tidy(() => add(1, 2)) // 3
 */
export function tidy<T>(nameOrFunction: string | (() => T), f?: () => T): T {
  if (f !== undefined && typeof nameOrFunction !== 'string') {
    throw misuse(ArgumentError, 'tidy', 'name', 'be a string', formatValue(nameOrFunction));
  }
  const body = typeof nameOrFunction === 'function' ? nameOrFunction : f;
  if (typeof body !== 'function') {
    throw misuse(ArgumentError, 'tidy', 'f', 'be a function', formatValue(body));
  }
  const result = body();
  if (result instanceof Promise) {
    const hint = 'tidy ends when f returns; await outside it';
    throw misuse(ArgumentError, 'tidy', 'f', 'return its result at once', 'a promise', hint);
  }
  return result;
}

/**
 * Returns its argument: nothing is ever taken away that would have to be kept.
 *
 * @example keep(scalar(1)) // 1
 */
export function keep<T extends Tensor | Variable>(x: T): T {
  return x;
}

/**
 * Disposes of all tensors in `container`: see `Tensor.dispose`. Never needed.
 *
 * @param container - a tensor, a variable, or arrays and plain objects that hold some
 * @example
 * const x = tensor([1, 2]);
 * dispose([x]);
 * x.isDisposed // true
 */
export function dispose(container: TensorContainer): void {
  if (isTensor(container) || isVariable(container)) container.dispose();
  else if (Array.isArray(container)) container.forEach(dispose);
  else if (isPlainObject(container)) Object.values(container).forEach(dispose);
}

function liveVariables(): Variable[] {
  return runtime.variables.known.flatMap((one) => {
    const variable = one.deref();
    return isVariable(variable) && !variable.isDisposed ? [variable] : [];
  });
}

/**
 * Disposes of the values of all variables.
 *
 * @example
 * const v = variable(1);
 * disposeVariables();
 * v.isDisposed // true
 */
export function disposeVariables(): void {
  liveVariables().forEach((variable) => variable.dispose());
}

/** What `memory` counts. */
export interface MemoryInfo {
  readonly numTensors: number;
  readonly numDataBuffers: number;
  readonly numBytes: number;
  /** Tapes and accumulators that record at this moment: 0 unless one was left open. */
  readonly numRecordings: number;
  readonly unreliable: true;
  readonly reasons: readonly string[];
}

/**
 * What variables and open tapes hold, in tensors and bytes. Other tensors are known to the garbage
 * collector alone, so the figures are no measure of the process.
 *
 * @example memory().unreliable // true
 */
export function memory(): MemoryInfo {
  const held = new Map<object, number>();
  let numTensors = 0;
  const count = (x: unknown): void => {
    if (!isTensor(x) || x.storage === null) return;
    numTensors++;
    held.set(x.storage, bytesOf(x.dtype, x.size));
  };
  liveVariables().forEach((variable) => count(variable.peek()));
  for (const layer of runtime.layers as readonly Holder[]) {
    for (const entry of layer.entries ?? []) [...entry.inputs, ...entry.outputs].forEach(count);
  }
  return {
    numTensors,
    numDataBuffers: held.size,
    numBytes: [...held.values()].reduce((sum, bytes) => sum + bytes, 0),
    numRecordings: runtime.layers.filter((layer: object) => layer !== runtime.profiler).length,
    unreliable: true,
    reasons: ['Tensors that neither a variable nor an open tape holds are not counted.'],
  };
}

interface Holder {
  readonly entries?: readonly {
    readonly inputs: readonly unknown[];
    readonly outputs: readonly unknown[];
  }[];
}

function bytesOf(dtype: DType, size: number): number {
  return size * dtypeFacts[dtype].bytes * dtypeFacts[dtype].lanes;
}
