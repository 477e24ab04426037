import { requireFinite } from '../base/options.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Step } from '../ops/optimizers.ts';
import { adagradUpdate } from '../ops/optimizers.ts';
import { requireEpsilon } from './decay.ts';
import { Optimizer } from './optimizer.ts';
import type { SlotValues } from './slots.ts';
import { Slots } from './slots.ts';

/**
 * Adagrad: `a ← a + g²`, `w ← w - learningRate * g / √(a + ε)`, ε = 1e-7.
 *
 * @see Duchi, Hazan & Singer 2011
 */
export class AdagradOptimizer extends Optimizer {
  readonly initialAccumulatorValue: number;
  private readonly accumulators: Slots;
  private readonly epsilon = requireEpsilon('adagrad', null);

  constructor(learningRate: number, initialAccumulatorValue = 0.1) {
    super(learningRate);
    const name = 'initialAccumulatorValue';
    const initial = requireFinite('adagrad', name, initialAccumulatorValue, { min: 0 });
    this.initialAccumulatorValue = initial;
    this.accumulators = new Slots(initial);
  }

  protected override slots(): readonly Slots[] {
    return [this.accumulators];
  }

  protected override movesRowsAlone(): boolean {
    return true;
  }

  protected override update(step: Step, of: SlotValues): Tensor {
    return adagradUpdate(step, of(this.accumulators), this.epsilon);
  }
}
