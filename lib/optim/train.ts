import { AdadeltaOptimizer } from './adadelta.ts';
import { AdagradOptimizer } from './adagrad.ts';
import { AdamOptimizer } from './adam.ts';
import { AdamaxOptimizer } from './adamax.ts';
import { MomentumOptimizer } from './momentum.ts';
import { RMSPropOptimizer } from './rmsprop.ts';
import { SGDOptimizer } from './sgd.ts';

/** The optimisers, under TensorFlow.js's names. */
export const train = {
  /**
   * Gradient descent.
   *
   * @throws ArgumentError when `learningRate` is no finite number
   * @example
   * const w = variable(4);
   * train.sgd(0.25).minimize(() => square(w));
   * w.item() // 2
   */
  sgd(learningRate: number): SGDOptimizer {
    return new SGDOptimizer(learningRate);
  },

  /**
   * Gradient descent with momentum.
   *
   * @param momentum - how much of the last step is kept, from 0 to 1
   * @param useNesterov - whether to step as if the gradient had been taken further on
   * @throws ArgumentError when a number is not finite or out of range
   */
  momentum(learningRate: number, momentum: number, useNesterov = false): MomentumOptimizer {
    return new MomentumOptimizer(learningRate, momentum, useNesterov);
  },

  /**
   * Adam: steps whose length hardly depends on the scale of the gradient.
   *
   * @param beta1 - decay of the average gradient, from 0 to below 1
   * @param beta2 - decay of the average squared gradient, from 0 to below 1
   * @param epsilon - keeps the division finite where gradients are 0
   * @throws ArgumentError when a number is not finite or out of range
   */
  adam(learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7): AdamOptimizer {
    return new AdamOptimizer(learningRate, beta1, beta2, epsilon);
  },

  /**
   * Adagrad: steps shrink along directions in which gradients were large.
   *
   * @param initialAccumulatorValue - where the sum of squared gradients starts
   * @throws ArgumentError when a number is not finite or out of range
   */
  adagrad(learningRate: number, initialAccumulatorValue = 0.1): AdagradOptimizer {
    return new AdagradOptimizer(learningRate, initialAccumulatorValue);
  },

  /**
   * Adadelta: steps in the scale of the steps before.
   *
   * @param rho - decay of both averages, from 0 to below 1
   * @param epsilon - keeps roots and divisions away from 0; 1e-7 if null
   * @throws ArgumentError when a number is not finite or out of range
   */
  adadelta(learningRate = 0.001, rho = 0.95, epsilon: number | null = null): AdadeltaOptimizer {
    return new AdadeltaOptimizer(learningRate, rho, epsilon);
  },

  /**
   * Adamax: Adam, in the limit of a norm of infinite order.
   *
   * @param beta1 - decay of the average gradient, from 0 to below 1
   * @param beta2 - decay of the largest gradient, from 0 to below 1
   * @param epsilon - keeps the division finite where gradients are 0; 1e-7 if null
   * @param decay - the rate is divided by 1 + decay times the number of steps before
   * @throws ArgumentError when a number is not finite or out of range
   */
  adamax(
    learningRate = 0.002,
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon: number | null = null,
    decay = 0,
  ): AdamaxOptimizer {
    return new AdamaxOptimizer(learningRate, beta1, beta2, epsilon, decay);
  },

  /**
   * RMSProp: gradients are divided by the root of their average square.
   *
   * @param decay - of the averages, from 0 to below 1
   * @param momentum - how much of the last step is kept, from 0 to 1
   * @param epsilon - keeps the division finite where gradients are 0; 1e-7 if null
   * @param centered - whether to divide by an estimate of the standard deviation
   * @throws ArgumentError when a number is not finite or out of range
   */
  rmsprop(
    learningRate: number,
    decay = 0.9,
    momentum = 0,
    epsilon: number | null = null,
    centered = false,
  ): RMSPropOptimizer {
    return new RMSPropOptimizer(learningRate, decay, momentum, epsilon, centered);
  },
} as const;
