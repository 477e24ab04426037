import type { Values } from '../base/dtype.ts';
import { newValues } from '../base/dtype.ts';
import type { Variable } from '../core/variable.ts';

/** An array beside each variable, zeros at first; it is updated in place and lives as long as the variable. */
export class Slots {
  private readonly arrays = new WeakMap<Variable, Values>();

  of(variable: Variable): Values {
    let values = this.arrays.get(variable);
    if (values === undefined) {
      values = newValues(variable.dtype, variable.size);
      this.arrays.set(variable, values);
    }
    return values;
  }
}
