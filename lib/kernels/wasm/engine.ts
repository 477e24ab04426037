import { AllocationError, misuse } from '../../base/errors.ts';
import { runtime } from '../../base/runtime.ts';
import type { FunctionSource } from './assembler.ts';
import { assemble, defineFunction } from './assembler.ts';
import { v128, vectors32 } from './code.ts';

/*
 * The WebAssembly side of the kernels: whether it can be used, its one memory, and how modules are
 * compiled. Tensors never live in that memory: kernels copy chunks in and results out (measured: free
 * for products and transcendental functions, 0.3 ns an element for sums), since memory inside
 * WebAssembly would have to be freed by hand.
 */

/** The most that kernels may use at once; larger work is cut into pieces. */
const mostPages = 32768; // 2 GB
const pageSize = 65536;

export type KernelFunction = (...args: number[]) => void;

/** Views of the whole memory, made anew whenever it has grown. */
interface Views {
  readonly f32: Float32Array;
  readonly f64: Float64Array;
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
}

interface Machine {
  readonly memory: WebAssembly.Memory;
  readonly fused: boolean;
  views: Views;
  /** The first byte that is free. */
  top: number;
}

// Made at first use: nobody pays who computes with small tensors.
const made: { machine: Machine | null; missing: boolean } = { machine: null, missing: false };

/** Whether kernels may use WebAssembly now. */
export function isAvailable(): boolean {
  return runtime.vectors.enabled && !made.missing && machine() !== null;
}

/** Whether `n` elements are enough where it takes `least` to pay; specs ask for fewer. */
export function isEnough(n: number, least: number): boolean {
  return n >= least || n >= runtime.vectors.leastElements;
}

/** Whether a kernel may use so many bytes at once; where it may not, the loops do the work. */
export function fitsScratch(bytes: number): boolean {
  return bytes <= (mostPages * pageSize) / 2;
}

/** Whether a product and a sum are rounded once. */
export function isFused(): boolean {
  return !runtime.vectors.reproducible && (machine()?.fused ?? false);
}

function machine(): Machine | null {
  return made.machine ?? (made.missing ? null : start());
}

// Where compiling is forbidden (a page's content policy without 'wasm-unsafe-eval') or SIMD is
// missing, this throws or `validate` refuses, and the ordinary kernels do all the work.
function start(): Machine | null {
  try {
    if (typeof WebAssembly === 'object' && canRun(false)) {
      const memory = new WebAssembly.Memory({ initial: 64, maximum: mostPages });
      new WebAssembly.Module(assemble([probe(false)], importOf()));
      made.machine = { memory, fused: canRun(true), views: viewsOf(memory), top: 64 };
      return made.machine;
    }
  } catch {
    // Forbidden.
  }
  made.missing = true;
  return null;
}

function canRun(fused: boolean): boolean {
  return WebAssembly.validate(assemble([probe(fused)], importOf()));
}

function probe(fused: boolean): FunctionSource {
  const { multiplyAdd, splat } = vectors32(fused);
  return defineFunction('probe', ['i32'], (_, at) => [
    v128.store(at.get, multiplyAdd(splat(1), splat(2), v128.load(at.get))),
  ]);
}

function importOf(): { readonly shared: boolean; readonly maximum: number } {
  return { shared: false, maximum: mostPages };
}

function viewsOf({ buffer }: WebAssembly.Memory): Views {
  return {
    f32: new Float32Array(buffer),
    f64: new Float64Array(buffer),
    u8: new Uint8Array(buffer),
    i32: new Int32Array(buffer),
  };
}

function running(): Machine {
  const found = machine();
  if (found === null) throw new Error('WebAssembly kernels are used only where they are available');
  return found;
}

/** Compiles functions, which share the one memory. */
export function compile(functions: readonly FunctionSource[]): Record<string, KernelFunction> {
  const module = new WebAssembly.Module(assemble(functions, importOf()));
  const { exports } = new WebAssembly.Instance(module, { m: { m: running().memory } });
  return exports as Record<string, KernelFunction>;
}

/** What `mark` returns and `release` takes. */
export type Mark = number;

/** Where the free part of the scratch memory starts; a kernel returns to it when it is done. */
export function mark(): Mark {
  return running().top;
}

export function release(to: Mark): void {
  running().top = to;
}

/**
 * Reserves `size` bytes, and a vector beyond, and returns where; views taken before are stale. Nothing
 * lives there between calls: a kernel goes back to its mark when it is done.
 */
export function reserve(size: number): number {
  const engine = running();
  const place = engine.top;
  // A last vector may reach beyond the end; 64 bytes are a line of the cache.
  engine.top = (place + size + 16 + 63) & ~63;
  const missing = engine.top - engine.memory.buffer.byteLength;
  if (missing > 0) {
    grow(engine, Math.ceil(missing / pageSize), place);
  }
  return place;
}

// Half of what may be used is always left, so only the machine itself can refuse.
function grow(engine: Machine, pages: number, top: number): void {
  try {
    engine.memory.grow(pages);
  } catch {
    engine.top = top;
    const got = `no memory for ${String(pages * pageSize)} bytes more`;
    const hint = 'useWebAssembly(false) computes without it';
    throw misuse(AllocationError, 'kernel', 'scratch memory', 'grow', got, hint);
  }
  engine.views = viewsOf(engine.memory);
}

/** Views of the scratch memory, good until the next `reserve`. */
export function scratch(): Views {
  return running().views;
}
