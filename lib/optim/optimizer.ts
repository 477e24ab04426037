import { requireBoolean, requireFinite } from '../base/options.ts';
import { runtime } from '../base/runtime.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Variable } from '../core/variable.ts';
import type { Step } from '../ops/optimizers.ts';
import type { NamedGrads } from '../transforms/grad.ts';
import { namedGrads, variableGradients, variableSlices, variablesOf } from '../transforms/grad.ts';
import type { Gradient } from '../transforms/indexedSlices.ts';
import { dense, isIndexedSlices } from '../transforms/indexedSlices.ts';
import { KnownVariables } from './knownVariables.ts';
import type { Update } from './rows.ts';
import { movedRows, unheard } from './rows.ts';
import type { Slots, SlotValues } from './slots.ts';
import type { Gradients, VariableUpdate } from './updates.ts';
import { requireUpdates, requireValues } from './updates.ts';

/**
 * Differentiates a loss and moves variables by its gradients; the subclasses say how far.
 *
 * Of a table that the loss reads by rows (`gather`, `embeddingLookup`), gradient descent and Adagrad
 * compute and move those rows alone. The others remember averages that change in every row at every
 * step, so for them such a gradient counts as a dense one. The result is the same either way.
 */
export abstract class Optimizer {
  private rate: number;
  private steps = 0;
  private readonly known = new KnownVariables();

  constructor(learningRate: number) {
    this.rate = requireRate(learningRate);
  }

  /** The factor of every step; may be set between steps, to a finite number. */
  get learningRate(): number {
    return this.rate;
  }

  set learningRate(value: number) {
    this.rate = requireRate(value);
  }

  /** How many steps were made. */
  get iterations(): number {
    return this.steps;
  }

  /**
   * Makes one step that lowers `f`: differentiates it and applies the gradients. Variables it does
   * not depend on stay as they are.
   *
   * @param f - computes the loss, a float scalar, from variables that it reads; not async
   * @param returnCost - whether to return what `f` returned, the loss before the step, or null
   * @param varList - variables to move, as far as trainable; by default all that `f` reads
   * @throws UnconnectedGradientError when `f` depends on none of them
   * @throws ShapeError when `f` returns no scalar
   * @throws TapeError when `f` is async
   */
  minimize(f: () => Tensor, returnCost: true, varList?: readonly Variable[]): Tensor;
  minimize(f: () => Tensor, returnCost?: boolean, varList?: readonly Variable[]): Tensor | null;
  minimize(f: () => Tensor, returnCost = false, varList?: readonly Variable[]): Tensor | null {
    requireBoolean('minimize', 'returnCost', returnCost);
    const { value, variables, gradients } = variableSlices('minimize', f, varList, true);
    const updates = variables.map((variable, i) => ({ variable, gradient: gradients[i] }));
    this.apply('minimize', updates);
    return returnCost ? value : null;
  }

  /**
   * The value of `f` and its gradients by the names of the variables, for `applyGradients`.
   *
   * @param f - as in `minimize`
   * @param varList - as in `minimize`
   * @throws ArgumentError when two of the variables have the same name
   * @throws UnconnectedGradientError, ShapeError and TapeError as `minimize` does
   */
  computeGradients(f: () => Tensor, varList?: readonly Variable[]): NamedGrads {
    return namedGrads('computeGradients', variableGradients('computeGradients', f, varList));
  }

  /**
   * Makes one step with gradients that were computed before: with all of them or, when anything
   * is wrong about one, with none.
   *
   * @param gradients - pairs `[gradient, variable]`, the gradient dense or `IndexedSlices`; or by name, as `variableGrads` and
   *   `computeGradients` give them, or for variables that this optimiser has moved before
   * @throws ShapeError or DTypeError when a gradient does not fit its variable
   * @throws ArgumentError when a variable is unknown or there twice, or no gradient is given
   */
  applyGradients(gradients: Gradients): void {
    const own = typeof gradients === 'object' ? variablesOf(gradients) : [];
    const updates = requireUpdates(
      gradients,
      (name) => own.find((variable) => variable.name === name) ?? this.known.find(name),
    );
    this.apply('applyGradients', updates);
  }

  /** Forgets what is remembered of variables. */
  dispose(): void {
    for (const slots of this.slots()) slots.clear();
  }

  /** What is remembered of variables; none if nothing is. */
  protected slots(): readonly Slots[] {
    return [];
  }

  /** Whether a row whose gradient is 0 stays as it is, and so does what is remembered of it. */
  protected movesRowsAlone(): boolean {
    return false;
  }

  /** The value after a step; advances what is remembered of it, in the arrays that `of` gives. */
  protected abstract update(step: Step, of: SlotValues): Tensor;

  /** The factor of step `t`, counted from 1. */
  protected rateAt(_t: number): number {
    return this.rate;
  }

  private apply(op: string, updates: readonly VariableUpdate[]): void {
    requireValues(op, updates);
    const rate = this.rateAt(this.steps + 1);
    this.steps++;
    for (const { variable, gradient } of updates) {
      this.known.add(variable);
      const move = (): Tensor => this.moved(variable, gradient, rate);
      const { profiler } = runtime;
      variable.replace(
        op,
        profiler === null ? move() : profiler.inUpdate(variable.peek().spec, move),
      );
    }
  }

  private moved(variable: Variable, gradient: Gradient, rate: number): Tensor {
    const update: Update = (step, of) => this.update(step, of);
    if (isIndexedSlices(gradient) && this.movesRowsAlone()) {
      return movedRows(variable, gradient, rate, update);
    }
    const step = { value: variable.peek(), gradient: unheard(() => dense(gradient)), rate };
    return update(step, (slots) => slots.of(variable));
  }
}

function requireRate(value: unknown): number {
  return requireFinite('optimizer', 'learningRate', value);
}
