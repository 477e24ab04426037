import { runtime } from '../../lib/base/runtime.ts';
import type { SavedTensorHooks, Tensor } from '../../lib/index.ts';
import {
  add,
  cast,
  exp,
  grad,
  GradientTape,
  matMul,
  mul,
  neg,
  ones,
  reshape,
  scalar,
  sin,
  sqrt,
  square,
  sum,
  tanh,
  tensor,
  transpose,
  variable,
  vmap,
} from '../../lib/index.ts';

/* What a tape holds, in bytes, and what may stand in its place. */

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

/** Bytes held after `f` of a watched tensor of 1000 numbers in 4 bytes each. */
function bytesOf(f: (x: Tensor) => Tensor): number {
  const tape = new GradientTape();
  const x = ones([1000]);
  tape.watch(x);
  f(x);
  tape.stop();
  return tape.bytes;
}

describe('the bytes of a tape', () => {
  it('are those that the rules read, and no others', () => {
    expect(bytesOf((x) => add(x, 1))).toBe(0);
    expect(bytesOf((x) => sum(neg(add(x, 1))))).toBe(0);
    expect(bytesOf(sin)).toBe(4000);
    expect(bytesOf(exp)).toBe(4000);
    expect(bytesOf((x) => exp(sin(x)))).toBe(8000);
    // The product keeps the number beside the tensor.
    expect(bytesOf((x) => mul(x, 2))).toBe(4004);
  });

  it('count each array once, views included', () => {
    expect(bytesOf((x) => mul(sin(x), cast(x, 'float32')))).toBe(8000);
    expect(bytesOf((x) => square(square(x)))).toBe(8000);
    expect(bytesOf((x) => mul(reshape(x, [10, 100]), reshape(x, [10, 100])))).toBe(4000);
    expect(bytesOf((x) => mul(x, reshape(x, [1000])))).toBe(4000);
    const [big, tape] = [ones([4096]), new GradientTape()];
    tape.watch(big);
    square(reshape(big, [64, 64]));
    sin(big);
    tape.stop();
    expect(tape.bytes).toBe(4 * 4096);
  });

  it('are counted at their most when they are let go', () => {
    const tape = new GradientTape();
    const x = ones([1000]);
    tape.watch(x);
    const y = sum(square(sin(x)));
    expect([tape.bytes, tape.peakBytes]).toEqual([8000, 8000]);
    tape.gradient(y, x);
    expect([tape.bytes, tape.peakBytes]).toEqual([0, 8000]);
    const again = new GradientTape({ persistent: true });
    again.watch(x);
    sin(x);
    exp(x);
    again.reset();
    again.watch(x);
    const z = sin(x);
    expect([again.bytes, again.peakBytes]).toEqual([4000, 8000]);
    again.stop();
    again.gradient(z, x);
    expect([again.bytes, again.peakBytes]).toEqual([4000, 8000]);
    again[Symbol.dispose]();
    expect([again.bytes, again.peakBytes]).toEqual([0, 8000]);
  });
});

describe('saved tensors', () => {
  const f = (x: Tensor, w: Tensor): Tensor => sum(square(tanh(matMul(x, w))));
  const x = tensor([[0.1, 0.2]], [1, 2], 'float64');
  const w = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    [2, 2],
    'float64',
  );
  const expected = grad((t) => f(x, t))(w);

  it('are what pack made of them, and come back through unpack', () => {
    const packed: string[] = [];
    const tape = new GradientTape({
      savedTensors: {
        pack(t) {
          packed.push(t.describe());
          return { shape: t.shape, text: JSON.stringify(t) };
        },
        unpack({ text }: { text: string }) {
          const { values, shape } = JSON.parse(text) as { values: number[]; shape: number[] };
          return tensor(values, shape, 'float64');
        },
      },
    });
    tape.watch(w);
    const y = f(x, w);
    // Each once: x, the result of tanh, which the square reads as well; the product reads w, too.
    expect(packed).toEqual(['float64 [1,2]', 'float64 [2,2]', 'float64 [1,2]']);
    expect(tape.bytes).toBe(0);
    expect(String(tape)).toContain('tanh(%1)');
    expect(tape.gradient(y, w).dataSync()).toEqual(expected.dataSync());
  });

  it('may be kept with fewer digits, in half of the memory', () => {
    const tape = new GradientTape({
      persistent: true,
      savedTensors: { pack: (t) => cast(t, 'float32'), unpack: (t: Tensor) => cast(t, 'float64') },
    });
    const big = ones([1000], 'float64');
    tape.watch(big);
    const y = sum(sin(sin(big)));
    tape.stop();
    expect([tape.bytes, tape.peakBytes]).toEqual([8000, 8000]);
    const [rounded, exact] = [tape.gradient(y, big), grad((t) => sum(sin(sin(t))))(big)];
    expect(rounded.dtype).toBe('float64');
    expect(Math.abs(rounded.dataSync()[0] - exact.dataSync()[0])).toBeLessThan(1e-7);
  });

  it('are known to outer tapes: second derivatives are complete', () => {
    const at = scalar(0.7, 'float64');
    const outer = new GradientTape();
    outer.watch(at);
    const inner = new GradientTape({
      savedTensors: { pack: (t) => t.dataSync(), unpack: (data: Float64Array) => tensor(data, []) },
    });
    inner.watch(at);
    const d = inner.gradient(sin(exp(at)), at);
    const e = Math.exp(0.7);
    const second = outer.gradient(d, at).item();
    expect(second).toBeCloseTo(e * Math.cos(e) - e * e * Math.sin(e), 12);
    // Of the same tape, too.
    const own = new GradientTape({
      persistent: true,
      savedTensors: { pack: (t) => t.dataSync(), unpack: (data: Float64Array) => tensor(data, []) },
    });
    own.watch(at);
    const first = own.gradient(sin(exp(at)), at);
    expect(own.gradient(first, at).item()).toBeCloseTo(second, 12);
    own.stop();
  });

  it('work with steps, hooks and variables', () => {
    const v = variable(w, true, 'w');
    const tape = new GradientTape({
      persistent: true,
      savedTensors: { pack: (t) => [t], unpack: ([t]: [Tensor]) => t },
    });
    const y = f(x, v.read());
    const seen: Tensor[] = [];
    tape.onGradient(v, (g) => {
      seen.push(g);
    });
    tape.stop();
    expect([...tape.steps(y)].map(({ rule }) => rule)[3]).toContain('matMul');
    expect(tape.gradient(y, v).dataSync()).toEqual(expected.dataSync());
    expect(seen.length).toBe(2);
  });

  it.each(['reverse', 'forward'] as const)('are there for Jacobians, too: %s', (mode) => {
    const at = tensor([0.1, 0.2, 0.3]);
    const jacobianOf = (savedTensors?: SavedTensorHooks): Tensor => {
      const tape = new GradientTape(savedTensors === undefined ? {} : { savedTensors });
      tape.watch(at);
      return tape.jacobian(mul(sin(at), exp(sum(at))), at, { mode, chunkSize: 2 });
    };
    const found = jacobianOf({ pack: (t) => [t], unpack: ([t]: [Tensor]) => t });
    expect(found.dataSync()).toEqual(jacobianOf().dataSync());
  });

  it('are left alone inside vmap, where there are no values to pack', () => {
    const pack = jest.fn((t: Tensor) => t);
    const d = vmap((t) => {
      const tape = new GradientTape({ savedTensors: { pack, unpack: (one: Tensor) => one } });
      tape.watch(t);
      return tape.gradient(sin(t), t);
    })([0, 1]);
    expect(d.dataSync()[0]).toBe(1);
    expect(pack).not.toHaveBeenCalled();
  });

  it('are checked', () => {
    const made = (savedTensors: unknown) => (): unknown =>
      new GradientTape({ savedTensors } as unknown as { persistent: boolean });
    expect(made(3)).toThrow('GradientTape: savedTensors must be {pack, unpack}; got 3');
    expect(made({ pack: 1 })).toThrow('GradientTape: savedTensors.pack must be a function; got 1');
    expect(made({ pack: String })).toThrow(
      'GradientTape: savedTensors.unpack must be a function; got undefined',
    );
    const unpacking = (result: unknown) => (): unknown => {
      const tape = new GradientTape({
        savedTensors: { pack: (t) => t, unpack: () => result as Tensor },
      });
      tape.watch(x);
      return tape.gradient(sqrt(x), x);
    };
    expect(unpacking(null)).toThrow('unpack: result must be a tensor; got null');
    expect(unpacking(transpose(x))).toThrow(
      "unpack: result must have the packed tensor's shape [1,2]; got [2,1]",
    );
    expect(unpacking(cast(x, 'float32'))).toThrow(
      "unpack: result must have the packed tensor's dtype float64; got float32",
    );
  });
});
