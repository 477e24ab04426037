import { AdamOptimizer } from './adam.ts';
import { MomentumOptimizer } from './momentum.ts';
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
} as const;
