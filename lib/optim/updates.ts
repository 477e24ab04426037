import {
  ArgumentError,
  DTypeError,
  IndexError,
  misuse,
  ShapeError,
  UnsupportedError,
} from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { isPlainObject } from '../base/options.ts';
import { sameShape } from '../base/shape.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor, requireFloat } from '../core/tensor.ts';
import type { Variable } from '../core/variable.ts';
import { describeValue, isVariable } from '../core/isVariable.ts';
import type { Gradient, IndexedSlices } from '../transforms/indexedSlices.ts';
import { isIndexedSlices } from '../transforms/indexedSlices.ts';

/** A gradient under the name of its variable. */
export interface NamedTensor {
  readonly name: string;
  readonly tensor: Tensor;
}

/** A gradient and its variable; a null is passed over. */
export type GradientPair = readonly [gradient: Gradient | null, variable: Variable];

/** Gradients by the names of variables, or in pairs with the variables themselves. */
export type Gradients =
  { readonly [name: string]: Tensor } | readonly NamedTensor[] | readonly GradientPair[];

/** One variable's part of a step. */
export interface VariableUpdate {
  readonly variable: Variable;
  readonly gradient: Gradient;
}

const op = 'applyGradients';
const forms =
  'be an object {name: gradient}, or an array of {name, tensor} or [gradient, variable]';

/**
 * Reads and checks what `applyGradients` is given, before anything changes.
 *
 * @param find - the variable of a name
 */
export function requireUpdates(
  gradients: unknown,
  find: (name: string) => Variable | undefined,
): readonly VariableUpdate[] {
  const updates: VariableUpdate[] = [];
  const taken = new Set<Variable>();
  for (const [place, gradient, target] of entriesOf(gradients)) {
    const variable = typeof target === 'string' ? requireNamed(place, target, find) : target;
    if (!isVariable(variable)) {
      const hint = isVariable(gradient) ? 'the gradient comes first' : undefined;
      throw misuse(ArgumentError, op, `${place}[1]`, 'be a variable', formatValue(variable), hint);
    }
    if (taken.has(variable)) {
      const got = `'${variable.name}' twice`;
      throw misuse(ArgumentError, op, place, 'name each variable once', got, 'add its gradients');
    }
    taken.add(variable);
    if (gradient === null) continue;
    updates.push({ variable, gradient: requireGradient(place, gradient, variable) });
  }
  if (updates.length > 0) return updates;
  throw misuse(ArgumentError, op, 'gradients', 'hold at least one gradient', 'none');
}

type Entry = readonly [place: string, gradient: unknown, target: unknown];

function entriesOf(gradients: unknown): readonly Entry[] {
  if (Array.isArray(gradients)) {
    return Array.from(gradients, (entry: unknown, i) => entryOf(`gradients[${String(i)}]`, entry));
  }
  if (!isTensor(gradients) && isPlainObject(gradients)) {
    return Object.entries(gradients).map(([name, tensor]) => [`gradients.${name}`, tensor, name]);
  }
  throw misuse(ArgumentError, op, 'gradients', forms, describeValue(gradients));
}

function entryOf(place: string, entry: unknown): Entry {
  if (Array.isArray(entry) && entry.length === 2) return [place, entry[0], entry[1]];
  if (isPlainObject(entry) && typeof entry['name'] === 'string') {
    return [place, entry['tensor'], entry['name']];
  }
  const condition = 'be {name, tensor} or a pair [gradient, variable]';
  throw misuse(ArgumentError, op, place, condition, describeValue(entry));
}

function requireNamed(
  place: string,
  name: string,
  find: (name: string) => Variable | undefined,
): Variable {
  const variable = find(name);
  if (variable !== undefined) return variable;
  const condition = 'bear the name of a variable that exists once';
  const hint = 'pairs [gradient, variable] need no name';
  throw misuse(ArgumentError, op, place, condition, `'${name}'`, hint);
}

/** Refuses gradients without values, as there are inside `vmap` and `Graph.run`. */
export function requireValues(op: string, updates: readonly VariableUpdate[]): void {
  for (const { variable, gradient } of updates) {
    const parts = isIndexedSlices(gradient) ? [gradient.values, gradient.indices] : [gradient];
    for (const x of [...parts, variable.peek()]) {
      if (x.storage !== null) continue;
      const label = `gradient and value of '${variable.name}'`;
      const hint = 'step outside of vmap and Graph.run';
      throw misuse(UnsupportedError, op, label, 'hold numbers', x.toString(), hint);
    }
  }
}

function requireGradient(place: string, gradient: unknown, variable: Variable): Gradient {
  const label = `gradient of '${variable.name}'`;
  if (!isTensor(gradient) && !isIndexedSlices(gradient)) {
    throw misuse(ArgumentError, op, place, 'hold a tensor or null', describeValue(gradient));
  }
  requireFloat(op, `variable '${variable.name}'`, variable.peek());
  const shape = isTensor(gradient) ? gradient.shape : gradient.denseShape;
  if (!sameShape(shape, variable.shape)) {
    const condition = `have the variable's shape ${formatShape(variable.shape)}`;
    throw misuse(ShapeError, op, label, condition, formatShape(shape));
  }
  if (gradient.dtype !== variable.dtype) {
    const condition = `have the variable's dtype ${variable.dtype}`;
    throw misuse(DTypeError, op, label, condition, gradient.dtype, 'cast it first');
  }
  if (isIndexedSlices(gradient)) requireRows(label, gradient);
  return gradient;
}

function requireRows(label: string, { indices, denseShape }: IndexedSlices): void {
  if (indices.storage === null) return;
  const stray = indices.values.find((row) => row < 0 || row >= denseShape[0]);
  if (stray === undefined) return;
  const condition = `have rows in [0, ${String(denseShape[0])})`;
  throw misuse(IndexError, op, label, condition, String(stray));
}
