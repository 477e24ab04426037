import { ArgumentError, misuse } from '../base/errors.ts';
import { apply as applyUnchecked } from '../core/apply.ts';
import type { Each, NamedOp, Names } from '../core/namedOp.ts';
import type { AnyOp, Op } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import { describeValue } from '../core/isVariable.ts';

/**
 * Applies an op, one of your own for the most part: its results on `inputs`. Every layer that listens
 * hears of it: tapes record it, and `vmap` runs it on a whole batch.
 *
 * @param op - what `defineOp` returns
 * @param inputs - tensors, as many as the op takes
 * @param params - what the definition calls its params, if it has any
 * @returns a list of the outputs
 * @throws ArgumentError when `op` is no op or an input is no tensor, and whatever the op throws
 * @example
 * const double = defineOp({
 *   name: 'double',
 *   inputs: ['x'],
 *   outputs: ['y'],
 *   infer: ([x]) => [x],
 *   kernel: ([x], [y]) => x.values.forEach((value, i) => (y.values[i] = 2 * value)),
 *   derivative: { vjp: (_, [g]) => [mul(g, 2)] },
 * });
 * apply(double, [scalar(3)])[0] // 6
 */
export function apply<Params, I extends Names, O extends Names>(
  op: NamedOp<Params, I, O>,
  inputs: Each<I, Tensor>,
  ...params: undefined extends Params ? [params?: Params] : [params: Params]
): Each<O, Tensor>;
export function apply<Params>(
  op: Op<Params>,
  inputs: readonly Tensor[],
  params: Params,
): readonly Tensor[];
export function apply(op: AnyOp, inputs: readonly Tensor[], params?: unknown): readonly Tensor[] {
  requireOp(op);
  requireTensors(op.name, inputs);
  return applyUnchecked<unknown>(op, inputs, params);
}

function requireOp(op: unknown): void {
  const { infer, kernel, traits } = (op ?? {}) as Partial<AnyOp>;
  if (typeof infer === 'function' && typeof kernel === 'function' && traits !== undefined) return;
  throw misuse(ArgumentError, 'apply', 'op', 'be what defineOp returns', describeValue(op));
}

function requireTensors(op: string, inputs: unknown): void {
  const list: unknown = Array.isArray(inputs) ? Array.from(inputs as unknown[]) : inputs;
  if (!Array.isArray(list)) {
    throw misuse(ArgumentError, op, 'inputs', 'be an array of tensors', describeValue(list));
  }
  const stray = list.findIndex((x) => !isTensor(x));
  if (stray < 0) return;
  const hint = 'tensor(...) makes one of numbers, read() of a variable';
  const got = describeValue(list[stray]);
  throw misuse(ArgumentError, op, `inputs[${String(stray)}]`, 'be a tensor', got, hint);
}
