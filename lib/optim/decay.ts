import { ArgumentError, misuse } from '../base/errors.ts';
import { requireFinite } from '../base/options.ts';

/** Checks the decay of an average: at 1 it would never move, and a correction would divide by 0. */
export function requireDecay(op: string, argument: string, value: number): number {
  if (requireFinite(op, argument, value, { min: 0, max: 1 }) < 1) return value;
  throw misuse(ArgumentError, op, argument, 'be below 1', '1');
}

/** The epsilon that TensorFlow.js takes where none is given. */
const usualEpsilon = 1e-7;

/** Checks what keeps a division finite; null stands for the usual number. */
export function requireEpsilon(op: string, value: number | null): number {
  return value === null ? usualEpsilon : requireFinite(op, 'epsilon', value, { min: 0 });
}
