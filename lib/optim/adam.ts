import { requireFinite } from '../base/options.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Step } from '../ops/optimizers.ts';
import { adamUpdate } from '../ops/optimizers.ts';
import { requireDecay } from './decay.ts';
import { Optimizer } from './optimizer.ts';
import type { SlotValues } from './slots.ts';
import { Slots } from './slots.ts';

/**
 * Adam: running averages `m` of the gradient and `v` of its square, corrected for their start at 0;
 * `w ← w - learningRate * √(1-β₂ᵗ)/(1-β₁ᵗ) * m / (√v + ε)` in step t.
 *
 * @see Kingma & Ba 2015, in the order of operations before their section 2.1, as TensorFlow has it:
 *   ε is their ε-hat, outside the root and not corrected
 */
export class AdamOptimizer extends Optimizer {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  private readonly means = new Slots();
  private readonly squares = new Slots();

  constructor(learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7) {
    super(learningRate);
    this.beta1 = requireDecay('adam', 'beta1', beta1);
    this.beta2 = requireDecay('adam', 'beta2', beta2);
    this.epsilon = requireFinite('adam', 'epsilon', epsilon, { min: 0 });
  }

  protected override slots(): readonly Slots[] {
    return [this.means, this.squares];
  }

  protected override update(step: Step, of: SlotValues): Tensor {
    return adamUpdate(step, of(this.means), of(this.squares), this);
  }

  protected override rateAt(t: number): number {
    return (this.learningRate * Math.sqrt(1 - this.beta2 ** t)) / (1 - this.beta1 ** t);
  }
}
