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
import type { AdamFactors, DecayFactors, RmsPropFactors } from '../kernels/optimizers.ts';
import * as loops from '../kernels/optimizers.ts';

export type { AdamFactors, DecayFactors, RmsPropFactors };

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

/** Updates `accumulator` in place. */
export function adagradUpdate(
  { value, gradient, rate }: Step,
  accumulator: Values,
  epsilon: number,
): Tensor {
  const y = emptyLike(value);
  loops.adagrad(value.values, gradient.values, y, accumulator, rate, epsilon);
  return ownedTensor(value.spec, y);
}

/** Updates both averages in place. */
export function adadeltaUpdate(
  { value, gradient, rate }: Step,
  gradients: Values,
  updates: Values,
  factors: DecayFactors,
): Tensor {
  const y = emptyLike(value);
  loops.adadelta(value.values, gradient.values, y, gradients, updates, rate, factors);
  return ownedTensor(value.spec, y);
}

/** Updates the average and the norm in place. */
export function adamaxUpdate(
  { value, gradient, rate }: Step,
  first: Values,
  norm: Values,
  factors: AdamFactors,
): Tensor {
  const y = emptyLike(value);
  loops.adamax(value.values, gradient.values, y, first, norm, rate, factors);
  return ownedTensor(value.spec, y);
}

/** Updates the slots in place; without `means` the average of squares is not centred. */
export function rmsPropUpdate(
  { value, gradient, rate }: Step,
  slots: { squares: Values; steps: Values; means: Values | null },
  factors: RmsPropFactors,
): Tensor {
  const y = emptyLike(value);
  loops.rmsProp(value.values, gradient.values, y, slots, rate, factors);
  return ownedTensor(value.spec, y);
}

function emptyLike({ dtype, size }: Tensor): Values {
  return runtime.allocate(dtype, size);
}
