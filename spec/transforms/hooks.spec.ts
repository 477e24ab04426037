import { runtime } from '../../lib/base/runtime.ts';
import type { Gradient, Tensor } from '../../lib/index.ts';
import {
  add,
  clipByValue,
  gather,
  GradientTape,
  IndexedSlices,
  mul,
  neg,
  scalar,
  sin,
  square,
  sum,
  tensor,
  variable,
} from '../../lib/index.ts';

/* Functions that see, and may replace, the cotangent of a tensor on its way. */

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

describe('onGradient', () => {
  it('sees the whole cotangent of an intermediate value, once per pass', () => {
    const tape = new GradientTape({ persistent: true });
    const x = tensor([1, 2]);
    tape.watch(x);
    const h = square(x);
    const y = sum(add(add(mul(h, 3), sin(h)), h));
    const seen: Tensor[] = [];
    tape.onGradient(h, (g) => {
      seen.push(g);
    });
    tape.stop();
    const [first] = tape.gradient(y, [h, x]);
    expect(seen.length).toBe(1);
    expect(seen[0].dataSync()).toEqual(first.dataSync());
    tape.gradient(y, x);
    expect(seen.length).toBe(2);
    expect(seen[1].dataSync()).toEqual(first.dataSync());
    // No gradient passes through it.
    tape.gradient(y, y);
    expect(seen.length).toBe(2);
  });

  it('replaces the cotangent for everything before, and for the tensor itself as a source', () => {
    const tape = new GradientTape({ persistent: true });
    const x = scalar(3);
    tape.watch(x);
    const h = mul(x, x);
    const y = mul(h, 100);
    tape.onGradient(h, (g) => clipByValue(g, -1, 1));
    tape.stop();
    expect(tape.gradient(y, [x, h]).map((g) => g.item())).toEqual([6, 1]);
  });

  it('calls several hooks in the order in which they were set, each on what the last one left', () => {
    const tape = new GradientTape({ persistent: true });
    const x = scalar(3);
    tape.watch(x);
    const y = square(x);
    const seen: number[] = [];
    tape.onGradient(x, (g) => {
      seen.push(g.item());
      return add(g, 1);
    });
    const remove = tape.onGradient(x, (g) => {
      seen.push(g.item());
      return neg(g);
    });
    tape.stop();
    expect(tape.gradient(y, x).item()).toBe(-7);
    expect(seen).toEqual([6, 7]);
    remove();
    remove();
    expect(tape.gradient(y, x).item()).toBe(7);
  });

  it('goes through hooks from the target to the sources', () => {
    const tape = new GradientTape();
    const [x, w] = [scalar(3), scalar(2)];
    tape.watch([x, w]);
    const h = mul(x, w);
    const y = square(h);
    const order: string[] = [];
    for (const [name, leaf] of Object.entries({ x, y, w, h })) {
      tape.onGradient(leaf, () => {
        order.push(name);
      });
    }
    tape.gradient(y, [x, w]);
    expect(order).toEqual(['y', 'h', 'w', 'x']);
  });

  it('is called for each value of a variable, also for one that is read later', () => {
    const tape = new GradientTape({ persistent: true });
    const v = variable(scalar(2), true, 'v');
    const seen: number[] = [];
    tape.onGradient(v, (g) => {
      seen.push(g.item());
    });
    const first = square(v);
    v.assign(scalar(5));
    const y = add(first, square(v));
    tape.stop();
    expect(tape.gradient(y, v).item()).toBe(14);
    expect(seen.sort((a, b) => a - b)).toEqual([4, 10]);
  });

  it('is ordinary code: what a hook computes can be differentiated', () => {
    const outer = new GradientTape();
    const x = scalar(3);
    outer.watch(x);
    const inner = new GradientTape();
    inner.watch(x);
    const y = square(x);
    inner.onGradient(y, (g) => mul(g, x));
    const d = inner.gradient(y, x);
    expect([d.item(), outer.gradient(d, x).item()]).toEqual([18, 12]);
  });

  it('is part of Jacobians, a chunk of passes at a time', () => {
    const tape = new GradientTape({ persistent: true });
    const x = tensor([1, 2]);
    tape.watch(x);
    const h = square(x);
    const y = mul(h, h);
    let passes = 0;
    tape.onGradient(h, (g) => {
      passes++;
      return mul(g, 10);
    });
    tape.stop();
    expect(tape.jacobian(y, x).arraySync()).toEqual([
      [40, 0],
      [0, 320],
    ]);
    expect(passes).toBe(1);
  });

  it('may take a gradient itself', () => {
    const tape = new GradientTape({ persistent: true });
    const x = scalar(3);
    tape.watch(x);
    const h = square(x);
    const y = square(h);
    let within: number | undefined;
    tape.onGradient(h, () => {
      // The gradient of h passes through h, too.
      if (within !== undefined) return;
      within = 0;
      within = tape.gradient(h, x).item();
    });
    tape.stop();
    expect(tape.gradient(y, x).item()).toBe(108);
    expect(within).toBe(6);
  });

  it('ends with reset, and with the tape', () => {
    const tape = new GradientTape();
    const x = scalar(3);
    tape.watch(x);
    const hook = jest.fn();
    tape.onGradient(x, hook);
    tape.reset();
    tape.watch(x);
    const y = square(x);
    expect(tape.gradient(y, x).item()).toBe(6);
    expect(hook).not.toHaveBeenCalled();
  });

  it('refuses what is not followed, no functions, and results that do not fit', () => {
    const tape = new GradientTape({ persistent: true });
    const x = tensor([1, 2]);
    expect(() => tape.onGradient(x, () => undefined)).toThrow(
      'onGradient: x must be followed by the tape; got a tensor float32 [2]; call tape.watch(x) before the computation',
    );
    tape.watch(x);
    expect(() => tape.onGradient(x, 3 as unknown as () => undefined)).toThrow(
      'onGradient: f must be a function; got 3',
    );
    const y = sum(square(x));
    const bad = (result: unknown): (() => unknown) => {
      const remove = tape.onGradient(x, () => result as Tensor);
      return () => {
        try {
          return tape.gradient(y, x);
        } finally {
          remove();
        }
      };
    };
    expect(bad(scalar(1))).toThrow(
      "onGradient: result of hook must have the cotangent's shape [2]; got []",
    );
    expect(bad(tensor([1, 2], [2], 'float64'))).toThrow(
      "onGradient: result of hook must have the cotangent's dtype float32; got float64; cast it first",
    );
    expect(bad(null)).toThrow('onGradient: result of hook must be a tensor or undefined; got null');
    expect(bad(Promise.resolve())).toThrow('onGradient: callback must be synchronous');
    expect(tape.gradient(y, x).dataSync()).toEqual(new Float32Array([2, 4]));
    tape.stop();
    const used = new GradientTape();
    used.watch(x);
    used.gradient(sum(x), x);
    expect(() => used.onGradient(x, () => undefined)).toThrow(
      'onGradient: tape must have its records; got a tape that was used already',
    );
  });
});

describe('what hooks see', () => {
  it('is a reverse pass of jacobian, also where forward passes would be fewer', () => {
    const tape = new GradientTape({ persistent: true });
    const x = scalar(3);
    tape.watch(x);
    const h = square(x);
    const y = mul(h, tensor([1, 2]));
    const remove = tape.onGradient(h, (g) => mul(g, 10));
    tape.stop();
    expect(tape.jacobian(y, x).arraySync()).toEqual([60, 120]);
    expect(() => tape.jacobian(y, x, { mode: 'forward' })).toThrow(
      "jacobian: mode must be 'reverse' on a tape with hooks, which forward passes do not call; " +
        "got 'forward'; leave it out",
    );
    remove();
    expect(tape.jacobian(y, x, { mode: 'forward' }).arraySync()).toEqual([6, 12]);
  });

  it('is the whole gradient of a table, also with sparse: true', () => {
    const table = variable([
      [1, 2],
      [3, 4],
    ]);
    const gradientWith = (hooked: boolean): Gradient => {
      const tape = new GradientTape();
      const y = sum(gather(table, [0, 0]));
      if (hooked) tape.onGradient(table, (g) => mul(g, 10));
      return tape.gradient(y, table, { sparse: true });
    };
    expect(gradientWith(false)).toBeInstanceOf(IndexedSlices);
    expect((gradientWith(true) as Tensor).arraySync()).toEqual([
      [20, 20],
      [0, 0],
    ]);
  });
});
