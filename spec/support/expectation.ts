import { isTensor } from '../../lib/core/tensor.ts';
import { isVariable } from '../../lib/core/isVariable.ts';

/** Results in documents are written with at least this relative precision. */
const tolerance = 1e-6;

/** Throws, naming the place, unless `actual` is what the document says; tensors count as arrays. */
export function requireResult(where: string, actual: unknown, expected: unknown): void {
  const got = plain(actual);
  if (isSame(got, plain(expected))) return;
  throw new Error(`${where}: expected ${show(plain(expected))}; got ${show(got)}`);
}

/** Throws, naming the place, unless `body` throws an error of that class or with those words. */
export function requireThrow(where: string, body: () => unknown, words: string): unknown {
  const judge = (error: unknown): void => {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    if (name === words || message.includes(words)) return;
    throw new Error(`${where}: expected an error with '${words}'; got ${name}: ${message}`);
  };
  const none = (): never => {
    throw new Error(`${where}: expected an error with '${words}'; got none`);
  };
  let outcome;
  try {
    outcome = body();
  } catch (error) {
    judge(error);
    return undefined;
  }
  return outcome instanceof Promise ? outcome.then(none, judge) : none();
}

/** Tensors, variables and typed arrays as nested arrays, everywhere in a structure. */
function plain(value: unknown): unknown {
  if (isTensor(value) || isVariable(value)) return value.arraySync();
  if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

function isSame(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') {
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
    return Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const keys = Object.keys(a);
  return (
    Array.isArray(a) === Array.isArray(b) &&
    keys.length === Object.keys(b).length &&
    keys.every((key) => isSame((a as Keyed)[key], (b as Keyed)[key]))
  );
}

type Keyed = Readonly<Record<string, unknown>>;

function show(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'number' && !Number.isFinite(item) ? String(item) : item,
  );
}
