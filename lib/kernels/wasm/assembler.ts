import type { Code, Effect, I32, Type } from './code.ts';
import { i32, unsigned } from './code.ts';

/*
 * Makes a WebAssembly module of functions written as expressions (see code.ts). Modules are small and
 * are compiled at once, when a kernel is first used; `eval` has no part in it.
 */

/** A parameter or local variable of a function. */
export interface Local<T extends Type> {
  readonly get: Code<T>;
  set(value: Code<T>): Effect;
  /** Sets, and leaves the value. */
  tee(value: Code<T>): Code<T>;
}

/** What a function body is written with. */
export interface Body {
  local<T extends Type>(type: T): Local<T>;
}

/** One exported function. */
export interface FunctionSource<P extends readonly Type[] = readonly Type[]> {
  readonly name: string;
  readonly params: P;
  readonly body: (body: Body, ...params: LocalsOf<P>) => readonly Effect[];
}

type LocalsOf<P extends readonly Type[]> = { [K in keyof P]: Local<P[K]> };

/** Gives a body the types of its parameters. */
export function defineFunction<const P extends readonly Type[]>(
  name: string,
  params: P,
  body: (body: Body, ...params: LocalsOf<P>) => readonly Effect[],
): FunctionSource {
  return { name, params, body } as unknown as FunctionSource;
}

/** Runs `body` for i = from, from + step, ... below `end`. */
export function forRange(
  i: Local<'i32'>,
  from: I32,
  end: I32,
  step: number,
  body: readonly Effect[],
): Effect {
  const isBefore = i32.ltS(i.get, end);
  const next = i.set(i32.add(i.get, i32.const(step)));
  return [i.set(from), ifThen(isBefore, [loopWhile([...body, next], isBefore)])];
}

/** Runs `body`, and again as long as `condition` holds after it. */
export function loopWhile(body: readonly Effect[], condition: I32): Effect {
  return [0x03, 0x40, body, condition, 0x0d, 0x00, 0x0b];
}

export function ifThen(
  condition: I32,
  then: readonly Effect[],
  otherwise?: readonly Effect[],
): Effect {
  const rest = otherwise === undefined ? [] : [0x05, otherwise];
  return [condition, 0x04, 0x40, then, rest, 0x0b];
}

/** How the memory that all modules share is imported. */
export interface MemoryImport {
  readonly shared: boolean;
  /** In pages of 64 kB; a shared memory must state it. */
  readonly maximum: number;
}

/** The bytes of a module that exports `functions` and imports the memory `m.m`. */
export function assemble(
  functions: readonly FunctionSource[],
  memory: MemoryImport,
): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ params }) => [
    0x60,
    list(params.map((type) => typeCodes[type])),
    list([]),
  ]);
  const limits = [memory.shared ? 0x03 : 0x01, 0x00, unsigned(memory.maximum)];
  return flatten([
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    section(1, list(types)),
    section(2, list([[text('m'), text('m'), 0x02, limits]])),
    section(3, list(functions.map((_, i) => unsigned(i)))),
    section(7, list(functions.map(({ name }, i) => [text(name), 0x00, unsigned(i)]))),
    section(10, list(functions.map(codeOf))),
  ]);
}

type Bytes = readonly (number | Bytes)[];

const typeCodes = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;

function list(items: Bytes): Bytes {
  return [unsigned(items.length), items];
}

function text(name: string): Bytes {
  return list(Array.from(name, (character) => character.charCodeAt(0)));
}

function section(id: number, content: Bytes): Bytes {
  return [id, sized(content)];
}

function sized(content: Bytes): Bytes {
  const bytes = flatten(content);
  return [unsigned(bytes.length), [...bytes]];
}

function codeOf({ params, body }: FunctionSource): Bytes {
  const locals: Type[] = [];
  const local = <T extends Type>(type: T): Local<T> =>
    localAt<T>(params.length + locals.push(type) - 1);
  const code = body({ local }, ...params.map((_, i) => localAt<Type>(i)));
  return sized([list(locals.map((type) => [1, typeCodes[type]])), code, 0x0b]);
}

function localAt<T extends Type>(index: number): Local<T> {
  return {
    get: [0x20, unsigned(index)],
    set: (value) => [value, 0x21, unsigned(index)],
    tee: (value) => [value, 0x22, unsigned(index)],
  };
}

function flatten(bytes: Bytes): Uint8Array<ArrayBuffer> {
  const flat = new Uint8Array(lengthOf(bytes));
  write(bytes, flat, 0);
  return flat;
}

function lengthOf(bytes: Bytes): number {
  let length = 0;
  for (const item of bytes) length += typeof item === 'number' ? 1 : lengthOf(item);
  return length;
}

function write(bytes: Bytes, to: Uint8Array, at: number): number {
  for (const item of bytes) {
    if (typeof item === 'number') to[at++] = item;
    else at = write(item, to, at);
  }
  return at;
}

/** `use` with a variable that holds `value`, for what is needed more than once. */
export function bind<T extends Type, R extends Type | 'void'>(
  body: Body,
  type: T,
  value: Code<T>,
  use: (value: Code<T>) => Code<R>,
): Code<R> {
  const variable = body.local(type);
  return [variable.set(value), use(variable.get)];
}
