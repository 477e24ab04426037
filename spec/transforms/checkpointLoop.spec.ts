import { runtime } from '../../lib/base/runtime.ts';
import type { Tensor } from '../../lib/index.ts';
import {
  add,
  cast,
  checkpointLoop,
  ForwardAccumulator,
  grad,
  grads,
  GradientTape,
  matMul,
  mul,
  randomNormal,
  scalar,
  setSeed,
  sin,
  square,
  sub,
  sum,
  tanh,
  tensor,
  variable,
  vmap,
} from '../../lib/index.ts';
import {
  firstSegment,
  reach,
  repetitionsFor,
  scheduleWithin,
} from '../../lib/transforms/binomialSchedule.ts';

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

const float64 = (value: number): Tensor => tensor(Float64Array.of(value), []);

/** A logistic map, whose derivatives are sensitive to every step. */
const logistic = (x: Tensor, rate: Tensor): Tensor => mul(rate, mul(x, sub(1, x)));

function plainLoop(step: (x: Tensor, i: number) => Tensor, x: Tensor, count: number): Tensor {
  let state = x;
  for (let i = 0; i < count; i++) state = step(state, i);
  return state;
}

describe('checkpointLoop', () => {
  it.each([
    [0, {}],
    [1, {}],
    [2, {}],
    [17, {}],
    [40, { snapshots: 1 }],
    [40, { snapshots: 2 }],
    [40, { snapshots: 3 }],
    [40, { snapshots: 100 }],
    [40, { bytes: 3000 }],
  ])('has the value and gradients of a plain loop: %i steps, %p', (count, options) => {
    const [x, rate] = [float64(0.3), float64(3.2)];
    const run = (loop: (step: (s: Tensor) => Tensor, s: Tensor) => Tensor): number[] => {
      const tape = new GradientTape();
      tape.watch([x, rate]);
      const y = loop((s) => logistic(s, rate), x);
      const found = tape.gradient(y, [x, rate], { unconnectedGradients: 'zero' });
      return [y, ...found].map((t) => t.item());
    };
    const wanted = run((step, s) => plainLoop(step, s, count));
    const found = run((step, s) => checkpointLoop(step, s, count, options));
    expect(found[0]).toBe(wanted[0]);
    found.forEach((value, i) => {
      expect(Math.abs(value - wanted[i])).toBeLessThanOrEqual(1e-12 * Math.abs(wanted[i]));
    });
  });

  it('repeats as few steps as the binomial schedule can', () => {
    for (const [count, snapshots] of [
      [10, 3],
      [56, 3],
      [57, 3],
      [100, 5],
      [30, 1],
    ]) {
      const step = jest.fn((s: Tensor) => sin(s));
      const x = scalar(1);
      const tape = new GradientTape();
      tape.watch(x);
      // One step at a time is recorded, as in the paper: the figure is the bound on bytes.
      const bytes = bytesFor(snapshots);
      const y = checkpointLoop(step, x, count, { bytes });
      tape.gradient(y, x);
      const r = repetitionsFor(count, snapshots);
      const advances = r * count - reach(snapshots + 1, r - 1);
      // One more to see how much a step takes.
      expect(step).toHaveBeenCalledTimes(advances + count + 1);
    }
  });

  it('works forward, at second order, under vmap and inside another', () => {
    const x = float64(0.4);
    const rate = float64(2.9);
    const f = (t: Tensor): Tensor => checkpointLoop((s) => logistic(s, t), x, 23, { snapshots: 3 });
    const g = (t: Tensor): Tensor => plainLoop((s) => logistic(s, t), x, 23);
    expect(grad(f)(rate).item()).toBeCloseTo(grad(g)(rate).item(), 12);
    expect(grad(grad(f))(rate).item()).toBeCloseTo(grad(grad(g))(rate).item(), 10);
    expect(grad(grad(grad(f)))(rate).item()).toBeCloseTo(grad(grad(grad(g)))(rate).item(), 8);
    const accumulator = new ForwardAccumulator(rate, float64(1));
    expect(accumulator.jvp(accumulator.run(() => f(rate))).item()).toBeCloseTo(
      grad(g)(rate).item(),
      12,
    );
    const forwardOverReverse = new ForwardAccumulator(rate, float64(1));
    const slope = forwardOverReverse.run(() => grad(f)(rate));
    expect(forwardOverReverse.jvp(slope).item()).toBeCloseTo(grad(grad(g))(rate).item(), 10);
    const rates = tensor(Float64Array.of(2.5, 2.9));
    const batched = vmap(grad(f))(rates).dataSync();
    const single = [2.5, 2.9].map((value) => grad(g)(float64(value)).item());
    expect(batched[0]).toBeCloseTo(single[0], 12);
    expect(batched[1]).toBeCloseTo(single[1], 12);
    const nested = (t: Tensor): Tensor =>
      checkpointLoop((s) => checkpointLoop((u) => logistic(u, t), s, 4), x, 6);
    expect(grad(nested)(rate).item()).toBeCloseTo(
      grad((t) => plainLoop((s) => logistic(s, t), x, 24))(rate).item(),
      11,
    );
  });

  it('takes structures, variables, integers and inputs of each step', () => {
    const w = variable(tensor(Float64Array.of(0.5, -0.3, 0.2, 0.7), [2, 2]));
    const inputs = Array.from({ length: 12 }, (_, i) => tensor(Float64Array.of(i / 9, 1), [1, 2]));
    const initial = { h: tensor(Float64Array.of(0, 0), [1, 2]), steps: tensor([0], [], 'int32') };
    const step = (
      { h, steps }: { h: Tensor; steps: Tensor },
      i: number,
    ): { h: Tensor; steps: Tensor } => ({
      h: tanh(add(matMul(h, w), inputs[i])),
      steps: add(steps, 1),
    });
    const gradients = (
      loop: (f: typeof step) => { h: Tensor; steps: Tensor },
    ): readonly number[] => {
      const tape = new GradientTape();
      tape.watch(inputs);
      const { h, steps } = loop(step);
      const loss = mul(sum(square(h)), cast(steps, 'float64'));
      return tape.gradient(loss, [w, ...inputs]).flatMap((g) => [...g.dataSync()]);
    };
    const wanted = gradients((f) => {
      let state = initial as { h: Tensor; steps: Tensor };
      for (let i = 0; i < 12; i++) state = f(state, i);
      return state;
    });
    const found = gradients((f) => checkpointLoop(f, initial, 12, { snapshots: 2 }));
    expect(found).toHaveLength(28);
    found.forEach((value, i) => {
      expect(value).toBeCloseTo(wanted[i], 14);
    });
  });

  it('draws the same random numbers in each run of a step', () => {
    setSeed(7);
    const x = scalar(1);
    const noisy = (s: Tensor): Tensor => mul(s, add(1, mul(0.1, randomNormal([]))));
    const tape = new GradientTape();
    tape.watch(x);
    const y = checkpointLoop(noisy, x, 30, { snapshots: 2 });
    const next = randomNormal([]).item();
    // y is x times a number, which is its derivative.
    expect(tape.gradient(y, x).item()).toBeCloseTo(y.item(), 5);
    setSeed(7);
    plainLoop(noisy, x, 30);
    expect(randomNormal([]).item()).toBe(next);
  });

  it('needs no deeper stack for more steps', () => {
    const depthOf = (count: number): number => {
      let deepest = 0;
      const step = (s: Tensor): Tensor => {
        deepest = Math.max(deepest, stackDepth());
        return mul(s, 0.99);
      };
      grad((t) => checkpointLoop(step, t, count, { snapshots: 1 }))(1);
      return deepest;
    };
    expect(depthOf(100)).toBe(depthOf(10));
  });

  it('starts from plain numbers', () => {
    expect(checkpointLoop((x) => mul(x, 2), 1, 10).item()).toBe(1024);
    const [a, b] = grads((p, q) => {
      const { x } = checkpointLoop(({ x: s }) => ({ x: mul(s, q) }), { x: p }, 3);
      return x;
    })([5, 2]);
    expect([a.item(), b.item()]).toEqual([8, 60]);
  });

  it('refuses what does not fit', () => {
    const step = (x: Tensor): Tensor => x;
    expect(() => checkpointLoop(step, 1, -1)).toThrow(
      'checkpointLoop: count must be an integer of at least 0; got -1',
    );
    expect(() => checkpointLoop(step, 1, 3, { snapshots: 0 })).toThrow(
      'checkpointLoop: snapshots must be an integer of at least 1; got 0',
    );
    expect(() => checkpointLoop(step, 1, 3, { snapshots: 2, bytes: 5000 })).toThrow(
      'checkpointLoop: options must hold either snapshots or bytes; got snapshots 2 and bytes 5000',
    );
    expect(() => checkpointLoop((x) => sin(x), 1, 3, { bytes: 10 })).toThrow(
      'checkpointLoop: bytes must hold two states and what is kept of one step: ',
    );
    expect(() => checkpointLoop((x) => [x] as unknown as Tensor, 1, 3)).toThrow(
      'checkpointLoop: result of step must be a leaf; got an array of 1',
    );
  });
});

function stackDepth(): number {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = Infinity;
  const depth = String(new Error('here').stack).split('\n').length;
  Error.stackTraceLimit = stackTraceLimit;
  return depth;
}

/** As many bytes as hold so many float32 scalars and the records of one sine. */
function bytesFor(snapshots: number): number {
  return 204 * (snapshots + 1) + 304;
}

describe('the binomial schedule', () => {
  it('reaches as far as binomial coefficients say', () => {
    expect([reach(3, 2), reach(2, 3), reach(10, 1), reach(0, 5), reach(5, 0)]).toEqual([
      10, 10, 11, 1, 1,
    ]);
    expect([repetitionsFor(10, 3), repetitionsFor(11, 3)]).toEqual([2, 3]);
  });

  it('cuts so that the fewest steps are computed again', () => {
    const cost = (blocks: number, snapshots: number): number => {
      if (blocks === 1) return 0;
      const first = firstSegment(blocks, snapshots);
      return first + cost(blocks - first, snapshots - 1) + cost(first, snapshots);
    };
    for (let snapshots = 1; snapshots <= 6; snapshots++) {
      for (let blocks = 1; blocks <= 60; blocks++) {
        const r = repetitionsFor(blocks, snapshots);
        expect(cost(blocks, snapshots)).toBe(r * blocks - reach(snapshots + 1, r - 1));
      }
    }
  });

  it('stays within a number of bytes', () => {
    for (const bytes of [1000, 3000, 10_000, 100_000]) {
      const bytesOf = { state: 100, step: 500 };
      const { snapshots, steps } = scheduleWithin('f', bytes, 10_000, bytesOf);
      expect((snapshots + 1) * bytesOf.state + steps * bytesOf.step).toBeLessThanOrEqual(bytes);
    }
  });
});
