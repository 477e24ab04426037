import { formatValue } from '../base/format.ts';
import { isTensor, variableBrand } from './tensor.ts';
import type { Variable } from './variable.ts';

/** Apart from the class, so that programs without variables need not hold it. */
export function isVariable(value: unknown): value is Variable {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as { [variableBrand]?: unknown })[variableBrand] === true
  );
}

/** Any value in a message: tensors and variables by dtype and shape. */
export function describeValue(value: unknown): string {
  return isTensor(value) || isVariable(value) ? `a tensor ${value.describe()}` : formatValue(value);
}
