import { requireFinite } from '../base/options.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Step } from '../ops/optimizers.ts';
import { adamaxUpdate } from '../ops/optimizers.ts';
import { requireDecay, requireEpsilon } from './decay.ts';
import { Optimizer } from './optimizer.ts';
import type { SlotValues } from './slots.ts';
import { Slots } from './slots.ts';

/**
 * Adamax: Adam with the largest decayed gradient `v` in place of the root of an average;
 * `w ← w - learningRate / (1 + decay (t-1)) / (1-β₁ᵗ) * m / (v + ε)` in step t.
 *
 * @see Kingma & Ba 2015, algorithm 2
 */
export class AdamaxOptimizer extends Optimizer {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly decay: number;
  private readonly means = new Slots();
  private readonly norms = new Slots();

  constructor(
    learningRate = 0.002,
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon: number | null = null,
    decay = 0,
  ) {
    super(learningRate);
    this.beta1 = requireDecay('adamax', 'beta1', beta1);
    this.beta2 = requireDecay('adamax', 'beta2', beta2);
    this.epsilon = requireEpsilon('adamax', epsilon);
    this.decay = requireFinite('adamax', 'decay', decay, { min: 0 });
  }

  protected override slots(): readonly Slots[] {
    return [this.means, this.norms];
  }

  protected override update(step: Step, of: SlotValues): Tensor {
    return adamaxUpdate(step, of(this.means), of(this.norms), this);
  }

  protected override rateAt(t: number): number {
    return this.learningRate / (1 + this.decay * (t - 1)) / (1 - this.beta1 ** t);
  }
}
