import { runtime } from '../../lib/base/runtime.ts';
import type { Tensor } from '../../lib/index.ts';
import {
  dropout,
  ForwardAccumulator,
  grad,
  grads,
  GradientTape,
  Graph,
  gradients,
  jvp,
  mul,
  placeholder,
  randomNormal,
  recomputeGrad,
  scalar,
  Session,
  setSeed,
  sin,
  square,
  sum,
  tensor,
  variable,
  vmap,
} from '../../lib/index.ts';

// 44 of the list of semantics.

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

const numbers = (tensors: readonly Tensor[]): unknown[] => tensors.map((x) => x.arraySync());

const scalarOf = (value: number): Tensor => tensor(Float64Array.of(value), []);

/** How many ops a tape would replay. */
function entriesOf(tape: GradientTape): number {
  return (tape as unknown as { layer: { entries: unknown[] } }).layer.entries.length;
}

describe('recomputeGrad', () => {
  it('calls its function once forward and once per backward pass, and records one op', () => {
    const f = jest.fn((x: Tensor) => square(square(square(x))));
    const x = scalar(2);
    const tape = new GradientTape({ persistent: true });
    tape.watch(x);
    const y = recomputeGrad(f)(x);
    tape.stop();
    expect([y.item(), f.mock.calls.length, entriesOf(tape)]).toEqual([256, 1, 1]);
    expect(tape.gradient(y, x).item()).toBe(1024);
    expect(tape.gradient(y, x).item()).toBe(1024);
    expect(f).toHaveBeenCalledTimes(3);
  });

  it('has derivatives of any order, in both modes', () => {
    const x = tensor(Float64Array.of(1), []);
    const f = recomputeGrad((t) => sin(t));
    expect(grad(f)(x).item()).toBeCloseTo(Math.cos(1), 14);
    expect(grad(grad(f))(x).item()).toBeCloseTo(-Math.sin(1), 14);
    expect(grad(grad(grad(f)))(x).item()).toBeCloseTo(-Math.cos(1), 14);
    const accumulator = new ForwardAccumulator(x, tensor(Float64Array.of(2), []));
    expect(accumulator.jvp(accumulator.run(() => f(x))).item()).toBeCloseTo(2 * Math.cos(1), 14);
  });

  it('takes several inputs, the same one twice, and returns structures', () => {
    const f = recomputeGrad((a, b) => ({ product: mul(a, square(b)), list: [a] }));
    const x = scalar(3);
    expect(numbers(grads((a, b) => f(a, b).product)([x, x]))).toEqual([9, 18]);
    const tape = new GradientTape();
    tape.watch(x);
    const { product, list } = f(x, x);
    expect(tape.gradient([product, ...list], x).item()).toBe(28);
  });

  it('counts variables among its inputs, with the values of the forward pass', () => {
    const v = variable(scalar(3));
    const tape = new GradientTape();
    const y = recomputeGrad((x) => mul(x, square(v)))(scalar(2));
    v.assign(scalar(100));
    expect(tape.gradient(y, v).item()).toBe(12);
  });

  it('draws the same random numbers again, and leaves the stream as it found it', () => {
    setSeed(3);
    const plain = randomNormal([4]);
    const next = randomNormal([4]);
    setSeed(3);
    const x = tensor([1, 1, 1, 1]);
    const tape = new GradientTape();
    tape.watch(x);
    const y = recomputeGrad((t) => mul(t, randomNormal([4])))(x);
    const g = tape.gradient(y, x);
    expect(g.arraySync()).toEqual(plain.arraySync());
    expect(randomNormal([4]).arraySync()).toEqual(next.arraySync());
    const dropped = recomputeGrad((t) => dropout(t, 0.5));
    const other = new GradientTape();
    other.watch(x);
    const z = dropped(x);
    expect(other.gradient(z, x).arraySync()).toEqual(z.arraySync());
  });

  it('works per example and on batches', () => {
    const cube = recomputeGrad((x) => mul(x, square(x)));
    expect(vmap(grad(cube))([1, 2]).arraySync()).toEqual([3, 12]);
    expect(grad((x) => sum(vmap(cube)(x)))([1, 2]).arraySync()).toEqual([3, 12]);
    expect(jvp((x) => vmap(cube)(x), tensor([1, 2]), [1, 10]).tangent.arraySync()).toEqual([
      3, 120,
    ]);
    // What does not depend on the example is the same for each of them.
    const scaled = recomputeGrad((x: Tensor, w: Tensor) => [mul(x, w), square(w)]);
    const batch = (w: Tensor): Tensor[] => vmap((x: Tensor) => scaled(x, w))([1, 2]);
    const { tangent } = jvp(batch, 3, 1);
    expect(tangent.map((t) => t.arraySync())).toEqual([
      [1, 2],
      [6, 6],
    ]);
  });

  it('works in a graph, where both passes draw alike in each run', () => {
    const graph = new Graph();
    const [x, y] = graph.run(() => {
      const stand = placeholder('float32', [], 'x');
      return [stand, recomputeGrad((t) => mul(t, randomNormal([])))(stand)];
    });
    const session = new Session(graph);
    const derivative = gradients(y, x, { unconnectedGradients: 'zero' });
    const runs = [1, 2].map(() => numbers(session.run([y, derivative], { x: 1 })));
    expect(runs[0][0]).toBe(runs[0][1]);
    expect(runs[1][0]).toBe(runs[1][1]);
    expect(runs[0][0]).not.toBe(runs[1][0]);
  });

  it('has gradients of the tensors its function closes over, in both modes and of any order', () => {
    const w = tensor(Float64Array.of(1.5), []);
    const x = tensor(Float64Array.of(2), []);
    // x^2 w^3, with w closed over.
    const f = recomputeGrad((t: Tensor) => mul(square(t), mul(w, square(w))));
    const outer = new GradientTape();
    outer.watch(w);
    const tape = new GradientTape({ persistent: true });
    tape.watch([w, x]);
    const y = f(x);
    const [dw, dx] = tape.gradient(y, [w, x]);
    expect([dw.item(), dx.item()]).toEqual([4 * 3 * 1.5 ** 2, 4 * 1.5 ** 3]);
    expect(outer.gradient(dw, w).item()).toBeCloseTo(4 * 6 * 1.5, 12);
    tape.stop();
    const accumulator = new ForwardAccumulator([w, x], [scalarOf(1), scalarOf(1)]);
    const forward = accumulator.run(() => f(x));
    expect(accumulator.jvp(forward).item()).toBeCloseTo(dw.item() + dx.item(), 12);
  });

  it('tells its argument from the same tensor in its closure, and returns what it closes over', () => {
    const x = scalar(3);
    const tape = new GradientTape();
    tape.watch(x);
    const y = recomputeGrad((t: Tensor) => [mul(square(t), x), x])(x);
    expect(tape.gradient(y, x).item()).toBe(28);
  });

  it('counts what a recomputed function inside closes over', () => {
    const w = scalar(2);
    const tape = new GradientTape();
    tape.watch(w);
    const f = recomputeGrad((x: Tensor) => {
      const h = mul(x, w);
      return recomputeGrad((t: Tensor) => mul(mul(t, h), square(w)))(x);
    });
    // x^2 w^3 at x = 1.
    expect(tape.gradient(f(scalar(1)), w).item()).toBe(12);
  });

  it('closes over examples of a vmap, and over variables that a tape was told to watch', () => {
    const perExample = vmap(
      grad((x) => {
        const w = square(x);
        return recomputeGrad((t: Tensor) => mul(t, w))(x);
      }),
    );
    expect(perExample([1, 2]).arraySync()).toEqual([3, 12]);
    const fixed = variable(scalar(3), false);
    const tape = new GradientTape();
    tape.watch(fixed);
    expect(tape.gradient(recomputeGrad((t) => mul(t, square(fixed)))(2), fixed).item()).toBe(12);
  });

  it('keeps nothing of its function on the tape but what goes in', () => {
    const w = scalar(2);
    const tape = new GradientTape();
    tape.watch(w);
    const y = recomputeGrad((x: Tensor) => mul(sin(x), w))(1);
    expect(entriesOf(tape)).toBe(1);
    expect(tape.gradient(y, w).item()).toBeCloseTo(Math.sin(1), 6);
  });

  it('leaves tapes recording after an error', () => {
    const x = scalar(3);
    const tape = new GradientTape();
    tape.watch(x);
    const failing = recomputeGrad((): Tensor => {
      throw new Error('inside');
    });
    expect(() => failing(x)).toThrow('inside');
    expect(tape.isRecording).toBe(true);
    expect(tape.gradient(square(x), x).item()).toBe(6);
  });

  it('takes and returns structures, and a variable for its value', () => {
    const v = variable(5);
    const f = recomputeGrad(({ w, b }: { w: Tensor; b: [Tensor] }) => ({
      y: mul(square(w), b[0]),
      v,
    }));
    const gradient = grad((p: { w: Tensor; b: [Tensor] }) => {
      const { y, v: value } = f(p);
      return mul(y, value);
    })({ w: scalar(3), b: [scalar(2)] });
    expect([gradient.w.item(), gradient.b[0].item()]).toEqual([60, 45]);
    const tape = new GradientTape();
    const bare = recomputeGrad(() => v)();
    expect(tape.gradient(bare, v).item()).toBe(1);
  });

  it('wants a function of tensors', () => {
    expect(() => recomputeGrad(3 as unknown as () => Tensor)).toThrow(
      'recomputeGrad: f must be a function; got 3',
    );
    const number = recomputeGrad((() => 3) as unknown as () => Tensor);
    expect(() => number(1)).toThrow('recomputeGrad: result of f must be a tensor');
  });
});
