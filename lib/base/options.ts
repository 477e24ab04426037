import { ArgumentError, misuse } from './errors.ts';
import { formatValue } from './format.ts';

/** Bounds of a number, both included. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** Whether `value` came from `{...}` or `Object.create(null)`, in this realm or another; never throws. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (value === null || typeof value !== 'object') return false;
  try {
    if (Array.isArray(value)) return false;
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === null || prototype === Object.prototype) return true;
    // Objects of a worker or an iframe have that realm's Object.prototype.
    return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
  } catch {
    return false; // a revoked or throwing proxy
  }
}

/**
 * Checks an option bag and returns a copy of what was given: own properties only, so that neither
 * a class nor a polluted prototype can set an option. `undefined` counts as not given.
 *
 * @param known - each option's name with `true`, so that the compiler sees when one is forgotten
 * @throws ArgumentError when `options` is not a plain object or has an unknown key
 */
export function readOptions<T extends object>(
  op: string,
  options: T | undefined,
  known: Readonly<Record<keyof T & string, true>>,
  argument = 'options',
): Partial<T> {
  // Without a prototype: reading an option that was not given finds nothing, whatever was polluted.
  const given = Object.create(null) as Partial<T>;
  if (options === undefined) return given;
  if (!isPlainObject(options)) {
    throw misuse(
      ArgumentError,
      op,
      argument,
      'be a plain object',
      formatValue(options),
      listOf(Object.keys(known)),
    );
  }
  for (const key of Object.keys(options)) {
    if (!Object.hasOwn(known, key)) throw unknownOption(op, argument, key, Object.keys(known));
    const value = options[key] as T[keyof T] | undefined;
    if (value !== undefined) given[key as keyof T] = value;
  }
  return given;
}

export function requireBoolean(op: string, argument: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw misuse(ArgumentError, op, argument, 'be true or false', formatValue(value));
}

/** Checks that `value` is one of `choices`; a near miss is named in the error. */
export function requireOneOf<const T extends string | number>(
  op: string,
  argument: string,
  value: unknown,
  choices: readonly T[],
): T {
  const choice = choices.find((one) => one === value);
  if (choice !== undefined) return choice;
  const names = choices.map(formatValue);
  const condition = names.length === 1 ? `be ${names[0]}` : `be one of ${names.join(', ')}`;
  const near = typeof value === 'string' ? nearest(value, choices.map(String)) : undefined;
  throw misuse(ArgumentError, op, argument, condition, formatValue(value), didYouMean(near));
}

/** Checks that `value` is a number, neither infinite nor NaN, within the bounds. */
export function requireFinite(
  op: string,
  argument: string,
  value: unknown,
  bounds: Bounds = {},
): number {
  if (typeof value === 'number' && Number.isFinite(value) && isWithin(value, bounds)) return value;
  throw misuse(
    ArgumentError,
    op,
    argument,
    `be a finite number${inWords(bounds)}`,
    formatValue(value),
  );
}

/** Checks that `value` is an integer that a double holds exactly, within the bounds. */
export function requireInteger(
  op: string,
  argument: string,
  value: unknown,
  bounds: Bounds = {},
): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && isWithin(value, bounds))
    return value;
  throw misuse(ArgumentError, op, argument, `be an integer${inWords(bounds)}`, formatValue(value));
}

function isWithin(value: number, { min = -Infinity, max = Infinity }: Bounds): boolean {
  return value >= min && value <= max;
}

function inWords({ min, max }: Bounds): string {
  if (min !== undefined && max !== undefined) return ` from ${String(min)} to ${String(max)}`;
  if (min !== undefined) return ` of at least ${String(min)}`;
  return max === undefined ? '' : ` of at most ${String(max)}`;
}

function unknownOption(op: string, argument: string, key: string, known: readonly string[]): Error {
  const near = nearest(key, known);
  const hint = near === undefined ? listOf(known) : `${String(didYouMean(near))} ${listOf(known)}`;
  return misuse(ArgumentError, op, argument, 'hold only known options', formatValue(key), hint);
}

function listOf(known: readonly string[]): string {
  return known.length === 0 ? 'there are no options' : `the options are ${known.join(', ')}`;
}

function didYouMean(name: string | undefined): string | undefined {
  return name === undefined ? undefined : `did you mean '${name}'?`;
}

/** The name nearest to `word`, if at most a third of it is mistyped; case does not count. */
function nearest(word: string, names: readonly string[]): string | undefined {
  if (word.length > 40) return undefined;
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(word.toLowerCase(), name.toLowerCase());
    if (distance < least) [best, least] = [name, distance];
  }
  return best;
}

/**
 * Fewest insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
 *
 * @see Damerau 1964; this is the variant in which no part is edited twice ("optimal string alignment")
 */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(replaced, last[j] + 1, row[j - 1] + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length];
}
