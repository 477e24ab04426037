import { isFloat } from '../base/dtype.ts';
import { ArgumentError, misuse, ShapeError, UnconnectedGradientError } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor, requireFloat } from '../core/tensor.ts';
import type { Variable } from '../core/variable.ts';
import { isVariable } from '../core/variable.ts';
import { requireSync } from '../transforms/sync.ts';
import { GradientTape } from '../transforms/tape.ts';
import type { Update } from './updates.ts';

/** A loss and its gradient with respect to each variable it depends on. */
export interface LossGradients {
  readonly value: Tensor;
  readonly updates: readonly Update[];
}

/**
 * Differentiates a loss with respect to the trainable variables it reads, or to those in `varList`;
 * leaves out variables it does not depend on. Unlike `variableGrads` it needs no names.
 */
export function lossGradients(
  op: string,
  f: () => Tensor,
  varList: readonly Variable[] | undefined,
): LossGradients {
  if (typeof f !== 'function') {
    throw misuse(ArgumentError, op, 'f', 'be a function', formatValue(f), 'write () => loss');
  }
  const chosen = varList === undefined ? null : requireTrainable(op, varList);
  const tape = new GradientTape({ watchAccessedVariables: chosen === null });
  const value = tape.run(() => {
    if (chosen !== null) tape.watch(chosen);
    return requireLoss(op, requireSync(op, f()));
  });
  const variables = tape.watchedVariables().filter(({ dtype }) => isFloat(dtype));
  const gradients = tape.gradient(value, variables, { unconnectedGradients: 'none' });
  const updates = variables.flatMap((variable, i) => {
    const gradient = gradients[i];
    return gradient === null ? [] : [{ variable, gradient }];
  });
  if (updates.length === 0) throw unconnected(op, variables);
  return { value, updates };
}

/** The variables of the list that gradients move; as in `variableGrads`, others are left out. */
function requireTrainable(op: string, varList: readonly Variable[]): readonly Variable[] {
  const variables: unknown = varList;
  if (!Array.isArray(variables) || !variables.every(isVariable)) {
    const condition = 'be an array of variables';
    throw misuse(ArgumentError, op, 'varList', condition, formatValue(varList));
  }
  const chosen = variables.filter(({ trainable, dtype }) => trainable && isFloat(dtype));
  if (chosen.length > 0) return chosen;
  const got = `none among ${String(variables.length)}`;
  throw misuse(ArgumentError, op, 'varList', 'hold a trainable float variable', got);
}

function requireLoss(op: string, result: unknown): Tensor {
  const value = isVariable(result) ? result.read() : result;
  if (!isTensor(value)) {
    const hint = 'compute the loss with ops and return it, without item() or dataSync()';
    throw misuse(ArgumentError, op, 'result of f', 'be a scalar tensor', formatValue(value), hint);
  }
  if (value.rank !== 0) {
    const hint = 'mean(loss) or sum(loss) makes a scalar';
    throw misuse(ShapeError, op, 'result of f', 'be a scalar', value.describe(), hint);
  }
  requireFloat(op, 'result of f', value);
  return value;
}

function unconnected(op: string, variables: readonly Variable[]): UnconnectedGradientError {
  const names = variables.map(({ name }) => `'${name}'`);
  const some = names.length > 5 ? [...names.slice(0, 5), '...'] : names;
  const got = names.length === 0 ? 'no read of any' : `none of ${some.join(', ')}`;
  const hint = 'read the variables inside f and compute the loss from them by ops';
  const message = `${op}: result of f must depend on a trainable variable; got ${got}; ${hint}`;
  const cause = names.length === 0 ? 'never watched' : 'not derived';
  return new UnconnectedGradientError(op, 'result of f', cause, message);
}
