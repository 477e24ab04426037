import { requireBoolean, requireFinite } from '../base/options.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Variable } from '../core/variable.ts';
import type { Step } from '../ops/optimizers.ts';
import type { NamedGrads } from '../transforms/grad.ts';
import { namedGrads, variableGradients, variablesOf } from '../transforms/grad.ts';
import { KnownVariables } from './knownVariables.ts';
import type { Slots } from './slots.ts';
import type { Gradients, Update } from './updates.ts';
import { requireUpdates, requireValues } from './updates.ts';

/** Differentiates a loss and moves variables by its gradients; the subclasses say how far. */
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
    const { value, variables, gradients } = variableGradients('minimize', f, varList);
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
   * @param gradients - pairs `[gradient, variable]`; or by name, as `variableGrads` and
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

  /** The value after a step; advances what is remembered of the variable. */
  protected abstract update(variable: Variable, step: Step): Tensor;

  /** The factor of step `t`, counted from 1. */
  protected rateAt(_t: number): number {
    return this.rate;
  }

  private apply(op: string, updates: readonly Update[]): void {
    requireValues(op, updates);
    const rate = this.rateAt(this.steps + 1);
    this.steps++;
    for (const { variable, gradient } of updates) {
      this.known.add(variable);
      const value = variable.peek();
      variable.replace(op, this.update(variable, { value, gradient, rate }));
    }
  }
}

function requireRate(value: unknown): number {
  return requireFinite('optimizer', 'learningRate', value);
}
