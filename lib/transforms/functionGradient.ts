import { isDifferentiable } from '../base/dtype.ts';
import { specOf } from '../base/shape.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor } from '../core/tensor.ts';
import type { Arguments } from './arguments.ts';
import type { Run } from './functionRecording.ts';
import { recordFunction } from './functionRecording.ts';
import { zerosOf } from './leaves.ts';
import { reverse } from './reverse.ts';

/** The value of a function, and its gradient for each leaf of its arguments. */
export interface FunctionGradient {
  readonly value: Tensor;
  /** Zeros for a leaf that the value does not depend on, or that is not differentiated. */
  readonly gradients: readonly Tensor[];
  readonly aux: unknown;
}

/**
 * Runs a function that returns one tensor, and differentiates it.
 *
 * @param cotangentOf - the cotangent of the value
 * @param isChosen - which leaves are differentiated; all where it is not given
 */
export function gradientOf(
  run: Omit<Run, 'wantsTensor'>,
  args: Arguments,
  cotangentOf: (value: Tensor) => Tensor,
  isChosen?: readonly boolean[],
): FunctionGradient {
  const { op, f, hasAux } = run;
  const recorded = recordFunction(
    { op, f, hasAux: hasAux === true, wantsTensor: true },
    args,
    isChosen,
  );
  const { recording, inputSlots, outputSlots, result } = recorded;
  try {
    const value = result.leaves[0];
    const cotangent = cotangentOf(value);
    const seeds = outputSlots[0] < 0 ? [] : [{ slot: outputSlots[0], cotangent }];
    const found = reverse(recording, seeds, inputSlots, true);
    const gradients: Tensor[] = [];
    for (let i = 0; i < found.length; i++) gradients.push(found[i] ?? zeroGradient(args.leaves[i]));
    return { value, gradients, aux: result.aux };
  } finally {
    recording.discard();
  }
}

/** Zeros as a gradient: floats even where the argument holds integers or truth values. */
function zeroGradient(x: Tensor): Tensor {
  return isDifferentiable(x.dtype) ? zerosOf(x) : filledTensor(specOf(x.shape, 'float32'), 0);
}
