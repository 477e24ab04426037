import type { DType, Values } from '../../lib/base/dtype.ts';
import { runtime } from '../../lib/base/runtime.ts';
import type { Tensor } from '../../lib/index.ts';
import {
  conv2d,
  grad,
  grads,
  matMul,
  ones,
  randomNormal,
  reproducible,
  sum,
  tensor,
} from '../../lib/index.ts';
import { matMulKernel } from '../../lib/kernels/matmul.ts';
import type { Operand } from '../../lib/kernels/kernel.ts';
import { nativeBlas, useNativeBlas } from '../../lib/native/index.ts';
import { operand } from '../kernels/operand.ts';

/** Why these specs cannot run here, or null. */
function obstacle(): string | null {
  try {
    useNativeBlas();
    return null;
  } catch (error) {
    return (error as Error).message;
  } finally {
    useNativeBlas(false);
  }
}

const missing = obstacle();
if (missing !== null) process.stdout.write(`skipped ${__filename}: ${missing}\n`);
const describeHere = missing === null ? describe : describe.skip;

/** Runs `body` with the library, and then in plain loops; tells how many products the library did. */
function both<T>(
  body: () => T,
  vectorsToo = false,
): { readonly native: T; readonly loops: T; readonly calls: number } {
  const { vectors } = runtime;
  runtime.vectors = { ...vectors, enabled: false };
  try {
    const loops = body();
    if (vectorsToo) runtime.vectors = { ...vectors, enabled: true };
    useNativeBlas();
    const calls = countCalls();
    return { native: body(), loops, calls: calls() };
  } finally {
    useNativeBlas(false);
    runtime.vectors = vectors;
  }
}

function countCalls(): () => number {
  const { native } = runtime;
  if (native === null) throw new Error('no library is in use');
  let calls = 0;
  const counted =
    <Args extends unknown[]>(f: (...args: Args) => boolean) =>
    (...args: Args): boolean => {
      const isDone = f(...args);
      if (isDone) calls++;
      return isDone;
    };
  runtime.native = {
    ...native,
    multiply: counted(native.multiply),
    convolve: counted(native.convolve),
    convolveBack: counted(native.convolveBack),
    correlate: counted(native.correlate),
  };
  return () => calls;
}

const numbers = (n: number, seed: number): number[] =>
  Array.from({ length: n }, (_, i) => Math.sin(seed + i * 1.7));

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

function random(dtype: DType, shape: readonly number[], seed: number): Operand {
  return operand(dtype, shape, numbers(sizeOf(shape), seed));
}

function requireNear(actual: Values, expected: Values, bound: number): void {
  expected.forEach((e, i) => {
    const isNear = Object.is(actual[i], e) || Math.abs(actual[i] - e) <= bound;
    if (!isNear) throw new Error(`element ${i} must be ${e}; got ${actual[i]}`);
  });
}

const epsilons = { float32: 2 ** -23, float64: 2 ** -52 };

interface Case {
  readonly dtype: 'float32' | 'float64';
  readonly sizes: readonly [m: number, k: number, n: number];
  readonly batches?: readonly [a: readonly number[], b: readonly number[], y: readonly number[]];
}

/** All four transpositions of a product, by the library and in loops. */
function compare(
  { dtype, sizes: [m, k, n], batches = [[], [], []] }: Case,
  change: (a: Operand, b: Operand) => void = () => undefined,
): number {
  let calls = 0;
  for (const transposeA of [false, true]) {
    for (const transposeB of [false, true]) {
      const a = random(dtype, [...batches[0], ...(transposeA ? [k, m] : [m, k])], 1);
      const b = random(dtype, [...batches[1], ...(transposeB ? [n, k] : [k, n])], 2);
      change(a, b);
      const before = [a.values.slice(), b.values.slice()];
      const found = both(() => {
        // What stands there at first must not show.
        const y = operand(dtype, [...batches[2], m, n], []);
        y.values.fill(NaN);
        matMulKernel([a, b], [y], { transposeA, transposeB });
        return y.values;
      });
      before.forEach((values, i) => requireNear([a, b][i].values, values, 0));
      // Numbers are at most 1, so that a sum of k products has an error of k² epsilons at most.
      requireNear(found.native, found.loops, 2 * k * k * epsilons[dtype]);
      calls += found.calls;
    }
  }
  return calls;
}

describeHere('products by a native library', () => {
  const sizes = [
    [9, 8, 8],
    [7, 33, 5],
    [31, 17, 29],
    [64, 64, 64],
    [65, 129, 33],
    [2, 300, 3],
    [1, 40, 70],
    [70, 40, 1],
    [1, 700, 1],
    [40, 1, 40],
    [3, 301, 200],
  ] as const;

  it.each(sizes)('of %d x %d by %d agree with the loops', (m, k, n) => {
    for (const dtype of ['float32', 'float64'] as const) {
      expect(compare({ dtype, sizes: [m, k, n] })).toBe(4);
    }
  });

  it.each([
    [[3], [3], [3], 12],
    [[2, 3], [3], [2, 3], 24],
    [[3, 1], [2], [3, 2], 24],
    // One tall product where the left matrices are not transposed.
    [[4], [], [4], 10],
  ])('agree in batches %j by %j', (a, b, y, count) => {
    for (const dtype of ['float32', 'float64'] as const) {
      expect(compare({ dtype, sizes: [9, 13, 11], batches: [a, b, y] })).toBe(count);
    }
  });

  it.each([
    [16, 20, 18],
    [1, 40, 70],
    [70, 40, 1],
  ])('of %d x %d by %d keep NaN and infinities where they belong', (m, k, n) => {
    for (const [left, right] of [
      [NaN, 1],
      [Infinity, 1],
      [-Infinity, NaN],
      // Infinity times 0 is NaN, and no zero is skipped.
      [Infinity, 0],
      [0, NaN],
    ]) {
      const change = (a: Operand, b: Operand): void => {
        a.values[k >> 1] = left;
        b.values[0] = right;
        b.values[n >> 1] = right;
      };
      for (const dtype of ['float32', 'float64'] as const)
        expect(compare({ dtype, sizes: [m, k, n] }, change)).toBe(4);
    }
  });

  it('leave small ones, integers and mixed types to the loops', () => {
    expect(compare({ dtype: 'float32', sizes: [4, 4, 4] })).toBe(0);
    const x = tensor(numbers(400, 1), [20, 20]).mul(9).round().toInt();
    const found = both(() => matMul(x, x).arraySync());
    expect(found).toMatchObject({ native: found.loops, calls: 0 });
  });

  it('leave arrays that were transferred away to the loops', () => {
    const a = random('float32', [20, 20], 1);
    const y = operand('float32', [20, 20], []);
    structuredClone(a.values, { transfer: [a.values.buffer as ArrayBuffer] });
    const { calls } = both(() =>
      matMulKernel([a, random('float32', [20, 20], 2)], [y], {
        transposeA: false,
        transposeB: false,
      }),
    );
    expect(calls).toBe(0);
  });

  it('give gradients', () => {
    const [a, b] = [randomNormal([20, 30]), randomNormal([30, 10])];
    const f = grad((x) => sum(matMul(x, b).square()));
    const found = both(() => f(a).dataSync());
    requireNear(found.native, found.loops, 1e-3);
    expect(found.calls).toBe(2);
  });

  it('are not used while results are to be reproducible', () => {
    const a = randomNormal([40, 40]);
    const first = matMul(a, a).dataSync();
    try {
      useNativeBlas();
      reproducible(true);
      const calls = countCalls();
      const again = matMul(a, a).dataSync();
      expect(calls()).toBe(0);
      reproducible(false);
      matMul(a, a);
      expect([calls(), again.length]).toEqual([1, first.length]);
    } finally {
      reproducible(false);
      useNativeBlas(false);
    }
  });

  it('tell what does them', () => {
    try {
      const blas = useNativeBlas({ threads: 2 });
      expect(nativeBlas()).toBe(blas);
      expect(String(blas)).toMatch(/^\w+/);
      expect(blas.path).toBe(nativeBlas()?.path);
      if (blas.threads !== null) expect(String(blas)).toMatch(/, 2 threads$/);
      expect(useNativeBlas({ library: blas.path }).name).toBe(blas.name);
      expect(useNativeBlas({ library: blas.name.toUpperCase() }).path).toBe(blas.path);
      expect(useNativeBlas(false)).toBeNull();
      expect(nativeBlas()).toBeNull();
    } finally {
      useNativeBlas(false);
    }
  });
});

describeHere('convolutions by a native library', () => {
  const cases: readonly (readonly [number[], number[], Conv])[] = [
    [[2, 9, 8, 3], [3, 3, 3, 5], { pad: 'same' }],
    [[3, 7, 9, 4], [2, 3, 4, 6], { pad: 'valid' }],
    [[2, 11, 10, 2], [3, 3, 2, 7], { pad: 'same', strides: 2 }],
    [[1, 12, 12, 3], [3, 2, 3, 4], { pad: 'valid', dilations: 2 }],
    [[2, 8, 8, 5], [1, 1, 5, 9], { pad: 'valid' }],
    [[1, 9, 9, 1], [3, 3, 1, 8], { pad: 1 }],
    // More patches than are laid out at a time, and the last few are few.
    [[1, 43, 43, 64], [3, 3, 64, 1], { pad: 'same' }],
  ];

  it.each(cases)('of %j with %j, %j agree with the loops', (size, window, options) => {
    for (const dtype of ['float32', 'float64'] as const) {
      const x = tensor(numbers(sizeOf(size), 1), size, dtype);
      const filter = tensor(numbers(sizeOf(window), 2), window, dtype);
      const { strides = 1, pad, dilations = 1 } = options;
      const run = (): Values[] => {
        const f = (a: Tensor, b: Tensor): Tensor => conv2d(a, b, strides, pad, 'NHWC', dilations);
        const y = f(x, filter);
        const [dx, dw] = grads(f)([x, filter], y);
        return [y, dx, dw].map((t) => t.dataSync());
      };
      for (const vectorsToo of [true, false]) {
        const { native, loops, calls } = both(run, vectorsToo);
        expect(calls).toBeGreaterThan(2);
        native.forEach((one, i) => {
          const largest = Math.max(...Array.from(loops[i], Math.abs));
          requireNear(one, loops[i], 200 * epsilons[dtype] * largest);
        });
      }
    }
  });

  it('keep NaN and infinities where they belong', () => {
    const x = numbers(2 * 81 * 4, 1);
    x[40] = NaN;
    x[400] = Infinity;
    const run = (): Values =>
      conv2d(tensor(x, [2, 9, 9, 4]), ones([3, 3, 4, 6]), 1, 'same').dataSync();
    const { native, loops, calls } = both(run, true);
    expect(calls).toBe(1);
    requireNear(native, loops, 1e-4);
  });
});

interface Conv {
  readonly pad: 'same' | 'valid' | number;
  readonly strides?: number;
  readonly dilations?: number;
}
