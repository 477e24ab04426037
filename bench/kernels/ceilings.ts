import type { Body, FunctionSource, Local } from '../../lib/kernels/wasm/assembler.ts';
import { assemble, defineFunction, forRange } from '../../lib/kernels/wasm/assembler.ts';
import type { Effect, I32, V128, VectorFloat } from '../../lib/kernels/wasm/code.ts';
import { i32, v128, vectors32, vectors64 } from '../../lib/kernels/wasm/code.ts';

/*
 * What the machine can do with 128-bit vectors: loops that only multiply and add in registers, or only
 * move memory. Kernels are read beside them, since both are measured in the same rounds.
 */

export interface Ceiling {
  readonly name: string;
  /** Floating-point operations or bytes of one call. */
  readonly work: number;
  readonly run: () => void;
}

export interface Ceilings {
  /** Multiply and add, each rounded: float32 and float64. */
  readonly arithmetic: Ceiling;
  readonly arithmetic64: Ceiling;
  /** Fused multiply-add, where the engine has it. */
  readonly fused: Ceiling | null;
  readonly fused64: Ceiling | null;
  /** A copy and a sum of 400 kB and of 4 MB. */
  readonly copy: readonly [Ceiling, Ceiling];
  readonly read: readonly [Ceiling, Ceiling];
}

const pages = 256;
/** Enough independent sums to keep two units busy at a latency of four cycles and more. */
const chains = 12;
const steps = 20_000;
const sizes = [400_000, 4_000_000] as const;

type Loop = (...args: number[]) => void;

function multiplyAddLoop(f: VectorFloat): FunctionSource {
  return defineFunction('loop', ['i32'], (body, count) => {
    const step = body.local('i32');
    const sums = Array.from({ length: chains }, () => body.local('v128'));
    const [factor, term] = [body.local('v128'), body.local('v128')];
    return [
      factor.set(f.splat(1.0000001)),
      term.set(f.splat(1e-7)),
      forRange(
        step,
        i32.const(0),
        count.get,
        1,
        sums.map((sum) => sum.set(f.multiplyAdd(sum.get, factor.get, term.get))),
      ),
      kept(f, sums),
    ];
  });
}

/** A result that is stored cannot be left out. */
function kept(f: VectorFloat, sums: readonly Local<'v128'>[]): Effect {
  const total = sums.map((sum) => sum.get).reduce((a, b) => f.add(a, b));
  return v128.store(i32.const(0), total);
}

const copyLoop = defineFunction('loop', ['i32', 'i32', 'i32'], (body, from, to, end) => {
  const at = body.local('i32');
  const place = (base: Local<'i32'>): I32 => i32.add(base.get, at.get);
  return [
    forRange(
      at,
      i32.const(0),
      end.get,
      64,
      [0, 16, 32, 48].map((offset) =>
        v128.store(place(to), v128.load(place(from), offset), offset),
      ),
    ),
  ];
});

function readLoop(f: VectorFloat): FunctionSource {
  return defineFunction('loop', ['i32', 'i32'], (body: Body, from, end) => {
    const at = body.local('i32');
    const sums = [0, 1, 2, 3].map(() => body.local('v128'));
    const loaded = (offset: number): V128 => v128.load(i32.add(from.get, at.get), offset);
    return [
      forRange(at, i32.const(0), end.get, 64, [
        ...sums.map((sum, i) => sum.set(f.add(sum.get, loaded(16 * i)))),
      ]),
      kept(f, sums),
    ];
  });
}

/** The function of a module, or null where the engine does not know its instructions. */
function compiled(source: FunctionSource): Loop | null {
  const bytes = assemble([source], { shared: false, maximum: pages });
  if (!WebAssembly.validate(bytes)) return null;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { m: { m: memory } });
  return exports['loop'] as Loop;
}

function arithmetic(name: string, f: VectorFloat): Ceiling | null {
  const loop = compiled(multiplyAddLoop(f));
  return loop && { name, work: steps * chains * f.lanes * 2, run: () => loop(steps) };
}

function required(ceiling: Ceiling | null): Ceiling {
  if (ceiling === null) throw new Error('this engine has no 128-bit vectors');
  return ceiling;
}

function moving(name: string, size: number, loop: Loop | null, passes: 1 | 2): Ceiling {
  const end = size - (size % 64);
  const args = passes === 1 ? [64, end] : [64, 64 + sizes[1] + 4096, end];
  const title = `${name}, ${String(size / 1000)} kB`;
  return required(loop && { name: title, work: passes * end, run: () => loop(...args) });
}

export function ceilings(): Ceilings {
  const [copy, read] = [compiled(copyLoop), compiled(readLoop(vectors32(false)))];
  return {
    arithmetic: required(arithmetic('multiply, add', vectors32(false))),
    arithmetic64: required(arithmetic('multiply, add, float64', vectors64(false))),
    fused: arithmetic('fused multiply-add', vectors32(true)),
    fused64: arithmetic('fused multiply-add, float64', vectors64(true)),
    copy: [moving('copy loop', sizes[0], copy, 2), moving('copy loop', sizes[1], copy, 2)],
    read: [moving('sum loop', sizes[0], read, 1), moving('sum loop', sizes[1], read, 1)],
  };
}
