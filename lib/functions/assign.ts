import { ArgumentError, misuse } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import type { DType } from '../base/dtype.ts';
import type { TensorLike } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Variable } from '../core/variable.ts';
import { isVariable } from '../core/isVariable.ts';
import { sub } from '../ops/arithmetic.ts';
import { add } from '../ops/elementwise.ts';

/**
 * Adds `x` to a variable and returns its new value, which counts as a read.
 *
 * @throws ShapeError or DTypeError when the sum does not have the variable's shape and dtype
 * @example assignAdd(variable([1, 2]), 1) // [2, 3]
 */
export function assignAdd<D extends DType>(variable: Variable<D>, x: TensorLike): Tensor<D> {
  return update('assignAdd', variable, (value) => add(value, x));
}

/**
 * Subtracts `x` from a variable and returns its new value, which counts as a read.
 *
 * @throws ShapeError or DTypeError when the difference does not have the variable's shape and dtype
 * @example assignSub(variable([1, 2]), 1) // [0, 1]
 */
export function assignSub<D extends DType>(variable: Variable<D>, x: TensorLike): Tensor<D> {
  return update('assignSub', variable, (value) => sub(value, x));
}

function update<D extends DType>(
  op: string,
  variable: Variable<D>,
  change: (value: Tensor<D>) => Tensor,
): Tensor<D> {
  if (!isVariable(variable)) {
    throw misuse(ArgumentError, op, 'variable', 'be a variable', formatValue(variable));
  }
  // The old value is not read: only what is returned counts for a tape.
  variable.replace(op, change(variable.peek()));
  return variable.read();
}
