import type { Tensor } from '../core/tensor.ts';
import type { Step } from '../ops/optimizers.ts';
import { adadeltaUpdate } from '../ops/optimizers.ts';
import { requireDecay, requireEpsilon } from './decay.ts';
import { Optimizer } from './optimizer.ts';
import type { SlotValues } from './slots.ts';
import { Slots } from './slots.ts';

/**
 * Adadelta: running averages `a` of the squared gradient and `u` of the squared update;
 * `w ← w - learningRate * g √(u + ε) / √(a + ε)`.
 *
 * @see Zeiler 2012, algorithm 1
 */
export class AdadeltaOptimizer extends Optimizer {
  readonly rho: number;
  readonly epsilon: number;
  private readonly gradients = new Slots();
  private readonly updates = new Slots();

  constructor(learningRate = 0.001, rho = 0.95, epsilon: number | null = null) {
    super(learningRate);
    this.rho = requireDecay('adadelta', 'rho', rho);
    this.epsilon = requireEpsilon('adadelta', epsilon);
  }

  protected override slots(): readonly Slots[] {
    return [this.gradients, this.updates];
  }

  protected override update(step: Step, of: SlotValues): Tensor {
    return adadeltaUpdate(step, of(this.gradients), of(this.updates), this);
  }
}
