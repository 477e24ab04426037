import type { Values } from '../base/dtype.ts';
import { newValues } from '../base/dtype.ts';
import type { Variable } from '../core/variable.ts';

/** The array of one variable, or of some rows of it. */
export type SlotValues = (slots: Slots) => Values;

/** An array beside each variable, zeros at first or another number; it is updated in place and lives as long as the variable. */
export class Slots {
  private arrays = new WeakMap<Variable, Values>();
  private readonly initial: number;

  constructor(initial = 0) {
    this.initial = initial;
  }

  of(variable: Variable): Values {
    let values = this.arrays.get(variable);
    if (values === undefined) {
      values = newValues(variable.dtype, variable.size);
      if (this.initial !== 0) values.fill(this.initial);
      this.arrays.set(variable, values);
    }
    return values;
  }

  /** Forgets all arrays. */
  clear(): void {
    this.arrays = new WeakMap();
  }
}
