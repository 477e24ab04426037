import { misuse, ShapeError } from '../base/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Arguments } from './arguments.ts';
import { gradientOf } from './functionGradient.ts';
import type { AnyFunction, FunctionRecording, FunctionResult } from './functionRecording.ts';
import { recordLeaves } from './functionRecording.ts';
import { onesOf } from './leaves.ts';

/** A scalar function whose second derivatives are wanted. */
export interface ScalarFunction {
  /** The public function that was called, and the name of its parameter. */
  readonly op: string;
  readonly f: AnyFunction;
}

/** The gradient of a scalar function as a result: one for each leaf chosen; the value is its `aux`. */
export function scalarGradient(
  { op, f }: ScalarFunction,
  args: Arguments,
  inputs: readonly Tensor[],
  isChosen?: readonly boolean[],
): FunctionResult & { readonly aux: Tensor } {
  const at = { ...args, leaves: inputs };
  const { value, gradients } = gradientOf(
    { op, f },
    at,
    (y) => onesOf(requireScalar(op, y)),
    isChosen,
  );
  const own = gradients.filter((_, i) => isChosen?.[i] !== false);
  return { tree: own, leaves: own, paths: [], aux: value };
}

/** Records how the gradient of a scalar function is computed, so that it can be differentiated. */
export function recordGradient(
  scalar: ScalarFunction,
  args: Arguments,
  isChosen?: readonly boolean[],
): FunctionRecording {
  return recordLeaves(args, (inputs) => scalarGradient(scalar, args, inputs, isChosen), isChosen);
}

function requireScalar(op: string, value: Tensor): Tensor {
  if (value.rank === 0) return value;
  const hint = 'reduce it, with mean or sum; jacobian takes functions of other results';
  throw misuse(ShapeError, op, 'result of f', 'be a scalar', value.describe(), hint);
}
