import type { Tensor } from '../core/tensor.ts';
import type { Step } from '../ops/optimizers.ts';
import { sgdUpdate } from '../ops/optimizers.ts';
import { Optimizer } from './optimizer.ts';

/** Gradient descent: `w ← w - learningRate * g`. */
export class SGDOptimizer extends Optimizer {
  protected override movesRowsAlone(): boolean {
    return true;
  }

  protected override update(step: Step): Tensor {
    return sgdUpdate(step);
  }
}
