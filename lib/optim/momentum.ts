import { requireBoolean, requireFinite } from '../base/options.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Step } from '../ops/optimizers.ts';
import { momentumUpdate } from '../ops/optimizers.ts';
import { Optimizer } from './optimizer.ts';
import type { SlotValues } from './slots.ts';
import { Slots } from './slots.ts';

/**
 * Gradient descent with momentum: `a ← momentum * a + g`, `w ← w - learningRate * a`; in Nesterov's
 * form `w ← w - learningRate * (g + momentum * a)`.
 *
 * @see Sutskever et al. 2013, with the learning rate outside `a`, as TensorFlow has it
 */
export class MomentumOptimizer extends Optimizer {
  readonly momentum: number;
  readonly useNesterov: boolean;
  private readonly accumulators = new Slots();

  constructor(learningRate: number, momentum: number, useNesterov = false) {
    super(learningRate);
    this.momentum = requireFinite('momentum', 'momentum', momentum, { min: 0, max: 1 });
    this.useNesterov = requireBoolean('momentum', 'useNesterov', useNesterov);
  }

  protected override slots(): readonly Slots[] {
    return [this.accumulators];
  }

  protected override update(step: Step, of: SlotValues): Tensor {
    const accumulator = of(this.accumulators);
    return momentumUpdate(step, accumulator, this.momentum, this.useNesterov);
  }
}
