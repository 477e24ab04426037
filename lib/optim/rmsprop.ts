import { ArgumentError, misuse } from '../base/errors.ts';
import { requireBoolean, requireFinite } from '../base/options.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Step } from '../ops/optimizers.ts';
import { rmsPropUpdate } from '../ops/optimizers.ts';
import { requireDecay, requireEpsilon } from './decay.ts';
import { Optimizer } from './optimizer.ts';
import type { SlotValues } from './slots.ts';
import { Slots } from './slots.ts';

/**
 * RMSProp: a running average `s` of the squared gradient, and momentum;
 * `a ← momentum * a + learningRate * g / √(s + ε)`, `w ← w - a`. Where it is centred, the squared
 * average gradient is taken off `s`, so that an estimate of the variance stands under the root.
 *
 * @see Hinton, Neural Networks for Machine Learning, lecture 6e, 2012
 */
export class RMSPropOptimizer extends Optimizer {
  readonly decay: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly centered: boolean;
  private readonly squares = new Slots();
  private readonly moves = new Slots();
  private readonly means = new Slots();

  constructor(
    learningRate: number,
    decay = 0.9,
    momentum = 0,
    epsilon: number | null = null,
    centered = false,
  ) {
    super(requireDefined(learningRate));
    this.decay = requireDecay('rmsprop', 'decay', decay);
    this.momentum = requireFinite('rmsprop', 'momentum', momentum, { min: 0, max: 1 });
    this.epsilon = requireEpsilon('rmsprop', epsilon);
    this.centered = requireBoolean('rmsprop', 'centered', centered);
  }

  protected override slots(): readonly Slots[] {
    return [this.squares, this.moves, this.means];
  }

  protected override update(step: Step, of: SlotValues): Tensor {
    const slots = {
      squares: of(this.squares),
      steps: of(this.moves),
      means: this.centered ? of(this.means) : null,
    };
    return rmsPropUpdate(step, slots, this);
  }
}

function requireDefined(learningRate: number | undefined): number {
  if (learningRate !== undefined) return learningRate;
  const argument = 'learningRate for RMSPropOptimizer';
  throw misuse(ArgumentError, 'rmsprop', argument, 'be defined', 'undefined');
}
