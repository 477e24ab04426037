/** Shapes and any other values as short text, for messages. Tensors are printed by `print.ts`. */

const longestString = 60;
const longestName = 40;
const longestArray = 8;
const longestShape = 32;
const longestText = 100;
const deepestArray = 3;

/** As `[2,3]`; of very many sizes, the first ones and their number. */
export function formatShape(shape: readonly unknown[]): string {
  if (shape.length <= longestShape) return formatEntries(shape, deepestArray);
  const first = formatEntries(shape.slice(0, longestArray), deepestArray);
  return `${first.slice(0, -1)},...] (${String(shape.length)} entries)`;
}

/**
 * A value as it should appear in an error message: short, and never misleading. Never throws, and
 * runs no code of the value's own: no getter, `toString` or `toJSON` (of a proxy, one trap may run:
 * `getPrototypeOf` or `getOwnPropertyDescriptor`).
 */
export function formatValue(value: unknown): string {
  return format(value, deepestArray);
}

function format(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return formatString(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return value > -1e40 && value < 1e40 ? `${String(value)}n` : 'a bigint beyond 1e40';
    case 'symbol':
      return clip(escape(String(value)), longestString);
    case 'function':
      return 'a function';
    case 'object':
      return value === null ? 'null' : formatObject(value, depth);
    default:
      return String(value);
  }
}

function formatString(text: string): string {
  if (text.length <= longestString) return `'${escape(text)}'`;
  return `'${escape(text.slice(0, longestString))}...' (${String(text.length)} characters)`;
}

// What cannot be seen, or would change how the rest of the message is shown.
const escaped = /[\\'\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

function escape(text: string): string {
  return text.replace(escaped, (character) => {
    if (character === '\\' || character === "'") return `\\${character}`;
    if (character === '\n') return '\\n';
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}

function formatObject(value: object, depth: number): string {
  try {
    if (Array.isArray(value)) return formatArray(value, depth);
    const typed = typedArrayName(value);
    if (typed !== undefined)
      return `${typed.startsWith('I') ? 'an' : 'a'} ${typed} of ${lengthOf(value)}`;
    const name = className(value);
    return name === undefined || name === 'Object' ? 'an object' : `an object (${name})`;
  } catch {
    return 'an object'; // a revoked or throwing proxy
  }
}

function formatArray(array: readonly unknown[], depth: number): string {
  const entries =
    depth > 0 && Number(lengthOf(array)) <= longestArray ? formatEntries(array, depth) : undefined;
  return entries !== undefined && entries.length <= longestText
    ? entries
    : `an array of ${lengthOf(array)}`;
}

function formatEntries(array: readonly unknown[], depth: number): string {
  const entries: string[] = [];
  const length = Number(lengthOf(array));
  for (let i = 0; i < length; i++) {
    const entry = Object.getOwnPropertyDescriptor(array, i);
    entries.push(
      entry !== undefined && 'get' in entry ? 'a getter' : format(entry?.value, depth - 1),
    );
  }
  return `[${entries.join(',')}]`;
}

const typedArray = Object.getPrototypeOf(Int8Array.prototype) as object;
const tag = Object.getOwnPropertyDescriptor(typedArray, Symbol.toStringTag);
const length = Object.getOwnPropertyDescriptor(typedArray, 'length');

/** The built-in name of a typed array's class, whatever its realm; undefined for anything else. */
export function typedArrayName(value: unknown): string | undefined {
  return tag?.get?.call(value) as string | undefined;
}

function lengthOf(array: object): string {
  const own: unknown = Object.getOwnPropertyDescriptor(array, 'length')?.value;
  return String(Array.isArray(array) ? own : length?.get?.call(array));
}

/** The name of the class that made `value`, read without running a getter. */
function className(value: object): string | undefined {
  let prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null) return 'no prototype';
  for (let level = 0; level < 10 && prototype !== null; level++) {
    const made: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
    if (typeof made === 'function') {
      const name: unknown = Object.getOwnPropertyDescriptor(made, 'name')?.value;
      return typeof name === 'string' && name !== '' ? clip(escape(name), longestName) : undefined;
    }
    prototype = Object.getPrototypeOf(prototype);
  }
  return undefined;
}

function clip(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}...`;
}
