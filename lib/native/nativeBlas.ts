import { ArgumentError, misuse, UnsupportedError } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import { readOptions, requireInteger } from '../base/options.ts';
import { runtime } from '../base/runtime.ts';
import { inspectCustom } from '../core/tensor.ts';
import { blasProducts } from '../kernels/native/blas.ts';
import type { BlasLibrary } from './blasLibrary.ts';
import { loadBlas, usualPlaces } from './blasLibrary.ts';
import type { ForeignFunctions, Host } from './foreignFunctions.ts';
import { firstLine, foreignFunctions, requireHost } from './foreignFunctions.ts';

export interface NativeBlasOptions {
  /**
   * `'OpenBLAS'`, `'MKL'`, `'Accelerate'`, or the path or file name of any library with the functions of
   * cblas.h. By default the first that is found.
   */
  readonly library?: string;
  /** How many threads one product may use; 1 by default. Accelerate decides alone. */
  readonly threads?: number;
}

/** The library that multiplies matrices. Prints as `OpenBLAS 0.3.21, SkylakeX, 1 thread`. */
export class NativeBlas {
  readonly name: string;
  readonly version: string | null;
  /** The processor that its kernels are made for; null where the library does not tell. */
  readonly kernels: string | null;
  /** Null where the library decides. */
  readonly threads: number | null;
  /** What was loaded: a path, or a name that the machine knows. */
  readonly path: string;

  constructor({ name, version, kernels }: BlasLibrary, threads: number | null, path: string) {
    this.name = name;
    this.version = version;
    this.kernels = kernels;
    this.threads = threads;
    this.path = path;
  }

  toString(): string {
    const { name, version, kernels, threads } = this;
    const title = version === null ? name : `${name} ${version}`;
    const count = threads === null ? [] : [`${String(threads)} thread${threads === 1 ? '' : 's'}`];
    return [title, ...(kernels === null ? [] : [kernels]), ...count].join(', ');
  }

  [inspectCustom](): string {
    return this.toString();
  }
}

/**
 * Lets a BLAS library of this machine multiply matrices, float32 and float64, in this library's products
 * and convolutions from now on: two to three times as fast as WebAssembly where matrices are large. It needs
 * the package `koffi`. Results agree within rounding; while `reproducible(true)` holds, it is not used.
 * `useNativeBlas(false)` ends it.
 *
 * @returns what was found
 * @throws UnsupportedError outside of Node, Deno and Bun, or when koffi or the library is not found
 * @throws ArgumentError when an option is unknown or `threads` is no positive integer
 * @example useNativeBlas({ threads: 0 }) // throws useNativeBlas: threads must be an integer from 1 to 1024
 * @example useNativeBlas(false) // null
 */
export function useNativeBlas(options?: NativeBlasOptions): NativeBlas;
export function useNativeBlas(off: false): null;
export function useNativeBlas(options: NativeBlasOptions | false = {}): NativeBlas | null {
  if (options === false) return (runtime.native = null);
  const { library, threads = 1 } = readOptions<NativeBlasOptions>(op, options, {
    library: true,
    threads: true,
  });
  requireInteger(op, 'threads', threads, { min: 1, max: 1024 });
  if (library !== undefined && (typeof library !== 'string' || library === '')) {
    throw misuse(ArgumentError, op, 'library', 'be a name or a path', formatValue(library));
  }
  const host = requireHost(op);
  const ffi = foreignFunctions(op, host);
  const [found, path] = find(ffi, host, library);
  found.setThreads?.(threads);
  const description = new NativeBlas(found, found.setThreads === null ? null : threads, path);
  runtime.native = blasProducts(description, found.single, found.double);
  return description;
}

const op = 'useNativeBlas';

/**
 * The library in use, or null.
 *
 * @example nativeBlas() // null
 */
export function nativeBlas(): NativeBlas | null {
  return (runtime.native?.library ?? null) as NativeBlas | null;
}

function find(
  ffi: ForeignFunctions,
  host: Host,
  wanted: string | undefined,
): readonly [BlasLibrary, path: string] {
  const places = usualPlaces(host);
  const named = Object.keys(places).find((name) => name.toLowerCase() === wanted?.toLowerCase());
  const names = named === undefined ? Object.keys(places) : [named];
  const paths = names.flatMap((name) => places[name]);
  if (wanted !== undefined && named === undefined) return [loadGiven(ffi, host, wanted), wanted];
  for (const path of paths) {
    try {
      return [loadBlas(ffi, host, path), path];
    } catch {
      // Not there, or no BLAS.
    }
  }
  const got = `none of ${paths.map(formatValue).join(', ')}`;
  throw misuse(UnsupportedError, op, 'library', 'be installed', got, hintFor(host, named));
}

function loadGiven(ffi: ForeignFunctions, host: Host, path: string): BlasLibrary {
  try {
    return loadBlas(ffi, host, path);
  } catch (error) {
    const got = `${formatValue(path)} (${firstLine(error)})`;
    throw misuse(
      UnsupportedError,
      op,
      'library',
      'be a library with the functions of cblas.h',
      got,
    );
  }
}

function hintFor({ platform }: Host, wanted: string | undefined): string {
  const places: Readonly<Record<string, string>> = {
    linux: 'apt install libopenblas0-pthread, dnf install openblas-threads, or the like',
    darwin: 'brew install openblas',
  };
  const way = wanted === undefined ? places[platform] : `install ${wanted}`;
  return `${way ?? 'install OpenBLAS'}, or give the path of a BLAS as library`;
}
