import type { Tensor } from '../core/tensor.ts';
import type { Variable } from '../core/variable.ts';
import type { Step } from '../ops/optimizers.ts';
import { sgdUpdate } from '../ops/optimizers.ts';
import { Optimizer } from './optimizer.ts';

/** Gradient descent: `w ← w - learningRate * g`. */
export class SGDOptimizer extends Optimizer {
  protected override update(_: Variable, step: Step): Tensor {
    return sgdUpdate(step);
  }
}
