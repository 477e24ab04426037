import type { DType, Values } from '../base/dtype.ts';
import { isComplex, realDType } from '../base/dtype.ts';
import type { Kernel, Operand } from './kernel.ts';

/*
 * Complex elements are pairs of numbers: to a kernel that moves or adds up elements, an array of them
 * is one of real numbers with a further axis of size 2 at the end.
 */

/**
 * Lets a kernel for real numbers take complex ones, by that further axis.
 *
 * @param extend - parameters that name every axis, for the further one as well
 */
export function inPairs<Params>(
  kernel: Kernel<Params>,
  extend: (params: Params, rank: number) => Params = (params) => params,
): Kernel<Params> {
  return (inputs, outputs, params) => {
    if (outputs.length === 0 || !isComplex(outputs[0].dtype)) kernel(inputs, outputs, params);
    else {
      const pairs = outputs.map(asPairs);
      kernel(inputs.map(asPairs), pairs, extend(params, pairs[0].shape.length - 1));
    }
  };
}

// Operands that are not complex (indices) stay as they are.
function asPairs(x: Operand): Operand {
  if (!isComplex(x.dtype)) return x;
  return {
    values: x.values,
    shape: [...x.shape, 2],
    dtype: realDType(x.dtype),
    size: 2 * x.size,
  };
}

/** `y[i] = x[i]` for real and complex arrays in any combination; no conversion to integers. */
export function copyParts(x: Values, from: DType, y: Values, to: DType, n: number): void {
  const [xStep, yStep] = [isComplex(from) ? 2 : 1, isComplex(to) ? 2 : 1];
  for (let i = 0; i < n; i++) y[i * yStep] = x[i * xStep];
  if (yStep === 1) return;
  for (let i = 1; i < 2 * n; i += 2) y[i] = xStep === 2 ? x[i] : 0;
}
