import { misuse, UnsupportedError } from '../base/errors.ts';

export type ForeignFunction = (...args: unknown[]) => unknown;

/** A shared library that is loaded. */
export interface ForeignLibrary {
  /** @param declaration - the function's, as in C */
  func(declaration: string): ForeignFunction;
  unload(): void;
}

/** What is used of koffi, the package that calls functions of shared libraries. */
export interface ForeignFunctions {
  /** Null stands for the program itself. */
  load(path: string | null): ForeignLibrary;
}

type Require = (name: string) => unknown;

// Only CommonJS modules have it; what Node loads of this library is one.
declare const require: Require | undefined;

/** What is used of Node, which pages do not have. */
export interface Host {
  readonly platform: string;
  readonly arch: string;
  readonly env: Record<string, string | undefined>;
  cwd(): string;
  getBuiltinModule?(name: string): unknown;
}

function required(name: string): unknown {
  return typeof require === 'function' ? require(name) : undefined;
}

/** A module that Node, Deno and Bun bring along; an `import` of it would end up in pages. */
export function builtin(name: string): unknown {
  const host = (globalThis as { readonly process?: Host }).process;
  try {
    return host?.getBuiltinModule?.(name) ?? required(name);
  } catch {
    return undefined;
  }
}

/** @throws UnsupportedError where no native library can be loaded */
export function requireHost(op: string): Host {
  const host = (globalThis as { readonly process?: Host }).process;
  if (host !== undefined && builtin('node:module') !== undefined) return host;
  const hint = 'pages compute in WebAssembly; in a bundle of ES modules, use Node 20.16 or newer';
  throw misuse(UnsupportedError, op, 'platform', 'be Node, Deno or Bun', 'another one', hint);
}

/** @throws UnsupportedError when koffi is not installed, or not for this platform */
export function foreignFunctions(op: string, host: Host): ForeignFunctions {
  const { createRequire } = builtin('node:module') as { createRequire: (from: string) => Require };
  // The first way finds what stands beside this package; a bundler leaves the second one only.
  const ways = [required, createRequire(`${host.cwd()}/`)];
  let got = 'no such package';
  for (const way of ways) {
    try {
      const found = way('koffi') as ForeignFunctions | undefined;
      if (found !== undefined) return found;
    } catch (error) {
      if (codeOf(error) !== 'MODULE_NOT_FOUND') got = firstLine(error);
    }
  }
  throw misuse(UnsupportedError, op, 'koffi', 'be installed', got, 'npm install koffi');
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** The first line of an error's message, without a full stop. */
export function firstLine(error: unknown): string {
  const [line] = String(error instanceof Error ? error.message : error).split('\n');
  return line.replace(/\.$/, '');
}
