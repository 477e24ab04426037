import { ArgumentError, misuse } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import { requireFloat } from '../core/tensor.ts';
import type { Arguments, TensorsOf } from './arguments.ts';
import { placesIn, readArguments, rebuilt } from './arguments.ts';

/** Which arguments a function is differentiated for: one by its position, or several. */
export type Argnums = number | readonly number[];

/** Derivatives for the arguments `N` of a function of arguments `A`: one bare, or a list. */
export type AtArgnums<A extends readonly unknown[], N> = N extends number
  ? TensorsOf<A[N]>
  : N extends readonly number[]
    ? { -readonly [K in keyof N]: N[K] extends number ? TensorsOf<A[N[K]]> : never }
    : TensorsOf<A[0]>;

/** The arguments of a call, and which of them are differentiated. */
export interface Chosen {
  readonly args: Arguments;
  /** For each leaf of all arguments. */
  readonly isChosen: readonly boolean[];
  /** The positions of the arguments that are differentiated, in the order asked for. */
  readonly positions: readonly number[];
  /** Whether one position was given bare. */
  readonly isOne: boolean;
}

/** Checks the option `argnums`. */
export function requireArgnums(op: string, argnums: unknown = 0): Argnums {
  const list: readonly unknown[] = Array.isArray(argnums) ? argnums : [argnums];
  const isPosition = (one: unknown): boolean => Number.isInteger(one) && (one as number) >= 0;
  if (!list.every(isPosition) || new Set(list).size !== list.length || list.length === 0) {
    const condition =
      'be the position of an argument, counted from 0, or an array of different ones';
    throw misuse(ArgumentError, op, 'argnums', condition, formatValue(argnums));
  }
  return argnums as Argnums;
}

/** Reads the arguments of a call. */
export function readChosen(
  op: string,
  given: readonly unknown[],
  argnums: Argnums,
  names = given.length === 1 ? ['x'] : placesIn('args', given.length),
): Chosen {
  const isOne = typeof argnums === 'number';
  const positions = isOne ? [argnums] : argnums;
  const missing = positions.find((position) => position >= given.length);
  if (missing !== undefined) {
    const condition = `name arguments that were given: ${String(given.length)}`;
    throw misuse(ArgumentError, op, 'argnums', condition, String(missing));
  }
  const args = readArguments(op, given, names);
  const wanted = new Set(positions);
  const isChosen = args.counts.flatMap((count, i) => new Array<boolean>(count).fill(wanted.has(i)));
  return { args, isChosen, positions, isOne };
}

/** As `readChosen`; what is differentiated must be floats. */
export function readChosenFloats(op: string, given: readonly unknown[], argnums: Argnums): Chosen {
  const chosen = readChosen(op, given, argnums);
  const { leaves, names } = chosen.args;
  leaves.forEach((x, i) => {
    if (chosen.isChosen[i]) requireFloat(op, names[i], x);
  });
  return chosen;
}

/** The positions of the leaves that are differentiated. */
export function chosenLeaves({ isChosen }: Chosen): number[] {
  return isChosen.flatMap((chosen, i) => (chosen ? [i] : []));
}

/**
 * Derivatives in the structure of the arguments that were differentiated: one, or a list.
 *
 * @param valueOf - the derivative for a leaf, by its position among all leaves
 */
export function atArgnums(
  { args, positions, isOne }: Chosen,
  valueOf: (leaf: number) => unknown,
): unknown {
  const starts: number[] = [];
  args.counts.reduce((at, count) => (starts.push(at), at + count), 0);
  const found = positions.map((position) => {
    const count = args.counts[position];
    const values = Array.from({ length: count }, (_, k) => valueOf(starts[position] + k));
    return rebuilt({ trees: [args.trees[position]], counts: [count] }, values)[0];
  });
  return isOne ? found[0] : found;
}
