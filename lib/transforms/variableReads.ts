import { isDifferentiable } from '../base/dtype.ts';
import type { Layer } from '../core/apply.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Variable } from '../core/variable.ts';

/** Notes which trainable variables are read while it is on the stack; hears no op. */
export class VariableReads implements Layer {
  open = false;
  /** Each with the value it had at its first read. */
  readonly found = new Map<Variable, Tensor>();
  private readonly known: ReadonlySet<unknown>;

  /** @param known - variables that need not be noted */
  constructor(known: readonly unknown[]) {
    this.known = new Set(known);
  }

  cares(): boolean {
    return false;
  }

  process(): never {
    throw new Error('a layer that does not care is not asked');
  }

  readVariable(variable: Variable, below: () => Tensor): Tensor {
    const value = below();
    const isWanted =
      variable.trainable && isDifferentiable(variable.dtype) && !this.known.has(variable);
    if (isWanted && !this.found.has(variable)) this.found.set(variable, value);
    return value;
  }
}
