/**
 * Updates of optimisers: the new value of a weight from its old value and gradient.
 *
 * They are no ops: no layer hears them and nothing can be differentiated through them. What they
 * are given has equal shapes and dtypes and holds values; the optimiser has checked it.
 */

import type { Values } from '../base/dtype.ts';
import { runtime } from '../base/runtime.ts';
import type { Tensor } from '../core/tensor.ts';
import { ownedTensor } from '../core/tensor.ts';
import type { AdamFactors } from '../kernels/optimizers.ts';
import * as loops from '../kernels/optimizers.ts';

export type { AdamFactors };

/** A weight, and the gradient that moves it. */
export interface Step {
  readonly value: Tensor;
  readonly gradient: Tensor;
  /** How far a gradient of 1 moves the weight. */
  readonly rate: number;
}

export function sgdUpdate({ value, gradient, rate }: Step): Tensor {
  const y = emptyLike(value);
  loops.sgd(value.values, gradient.values, y, rate);
  return ownedTensor(value.spec, y);
}

/** Updates `accumulator` in place. */
export function momentumUpdate(
  { value, gradient, rate }: Step,
  accumulator: Values,
  momentum: number,
  useNesterov: boolean,
): Tensor {
  const y = emptyLike(value);
  const loop = useNesterov ? loops.nesterov : loops.momentum;
  loop(value.values, gradient.values, y, accumulator, rate, momentum);
  return ownedTensor(value.spec, y);
}

/** Updates both averages in place. */
export function adamUpdate(
  { value, gradient, rate }: Step,
  first: Values,
  second: Values,
  factors: AdamFactors,
): Tensor {
  const y = emptyLike(value);
  loops.adam(value.values, gradient.values, y, first, second, rate, factors);
  return ownedTensor(value.spec, y);
}

function emptyLike({ dtype, size }: Tensor): Values {
  return runtime.allocate(dtype, size);
}
