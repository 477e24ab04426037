import { runtime } from '../../lib/base/runtime.ts';
import type { Tensor } from '../../lib/index.ts';
import {
  add,
  apply,
  ArgumentError,
  cast,
  checkGradient,
  complex,
  customJvp,
  defineOp,
  div,
  DTypeError,
  exp,
  ForwardAccumulator,
  grad,
  grads,
  gradients,
  GradientTape,
  Graph,
  log,
  mul,
  notDifferentiable,
  placeholder,
  scalar,
  Session,
  ShapeError,
  sigmoid,
  square,
  sum,
  TapeError,
  tensor,
  variable,
  vmap,
} from '../../lib/index.ts';
import { checkOp } from '../../lib/testing/index.ts';

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

/** log(1 + exp x), whose plain derivative is NaN for large x. */
const softplus = customJvp(
  (x) => log(add(1, exp(x))),
  ([x], [t]) => mul(t, sigmoid(x)),
);

/** Product and quotient, from the value as well. */
const both = customJvp(
  (a: Tensor, b: Tensor) => [mul(a, b), div(a, b)],
  ([a, b], [ta, tb], [, quotient]) => [
    add(mul(ta, b), mul(a, tb)),
    div(add(ta, mul(-1, mul(quotient, tb))), b),
  ],
);

/** The square, with a slope ten times too large, which tells where it was used. */
const tenfold = customJvp(square, ([x], [t]) => mul(t, mul(x, 20)));

function jvp(f: (x: Tensor) => Tensor, x: Tensor, t: Tensor): Tensor {
  const accumulator = new ForwardAccumulator(x, t);
  return accumulator.jvp(accumulator.run(() => f(x)));
}

describe('customJvp', () => {
  it('gives the derivative of the rule in both modes', () => {
    expect(tenfold(3).item()).toBe(9);
    expect(jvp(tenfold, scalar(3), scalar(2)).item()).toBe(120);
    expect(grad(tenfold)(3).item()).toBe(60);
    expect(grad(softplus)(100).item()).toBe(1);
    const x = scalar(3);
    const tape = new GradientTape();
    tape.watch(x);
    expect(tape.gradient(tenfold(x), x).item()).toBe(60);
  });

  it('is right to any order where the rule is', () => {
    expect(checkGradient(softplus, [[0.5, -2]], { order: 3 }).ok).toBe(true);
    expect(
      checkGradient(
        both,
        [
          [0.5, -2],
          [1.5, 3],
        ],
        { order: 2 },
      ).ok,
    ).toBe(true);
    expect(
      checkGradient(
        (z) => customJvp(square, ([a], [t]) => mul(t, mul(2, a)))(z),
        complex([1], [2]),
        { order: 2 },
      ).ok,
    ).toBe(true);
  });

  it('keeps the laws of ops: batches of any inputs, graphs, and no more read than declared', () => {
    expect(checkOp(softplus, [{ inputs: [[0.5, -2]] }]).ok).toBe(true);
    expect(
      checkOp(both, [
        {
          inputs: [
            [0.5, -2],
            [1.5, 3],
          ],
        },
      ]).ok,
    ).toBe(true);
  });

  it('takes a second derivative of its own from a rule nested in it', () => {
    const slope = customJvp(
      (x) => mul(x, 2),
      (_, [t]) => mul(t, 7),
    );
    const f = customJvp(square, ([x], [t]) => mul(t, slope(x)));
    expect(grad(f)(3).item()).toBe(6);
    expect(grad(grad(f))(3).item()).toBe(7);
    expect(jvp(grad(f), scalar(3), scalar(1)).item()).toBe(7);
  });

  it('takes several outputs, and null for a tangent of zeros', () => {
    const half = customJvp(
      (x) => [square(x), mul(x, 5)],
      ([x], [t]) => [mul(t, mul(x, 20)), null],
    );
    const x = scalar(3);
    const tape = new GradientTape({ persistent: true });
    tape.watch(x);
    const [y, z] = half(x);
    tape.stop();
    expect(tape.gradient([y, z], x).item()).toBe(60);
    expect(tape.gradient(z, x, { unconnectedGradients: 'zero' }).item()).toBe(0);
  });

  it('gives zeros as tangents of inputs that do not vary, integers among them', () => {
    const seen: unknown[] = [];
    const f = customJvp(
      (a: Tensor, b: Tensor, n: Tensor) => mul(a, mul(b, cast(n, 'float32'))),
      ([, b, n], [ta, tb, tn]) => {
        seen.push([tb.arraySync(), tn.dtype, tn.arraySync()]);
        return mul(ta, mul(b, cast(n, 'float32')));
      },
    );
    const n = tensor(2, [], 'int32');
    expect(jvp((x) => f(x, 3, n), scalar(1), scalar(1)).item()).toBe(6);
    expect(seen).toEqual([[0, 'int32', 0]]);
  });

  it('may hold what has no derivative, and counts what f takes from elsewhere as constant', () => {
    const opaque = defineOp({
      name: 'opaque',
      inputs: ['x'],
      outputs: ['y'],
      infer: ([x]) => [x],
      kernel: ([x], [y]) => y.values.set(x.values),
      derivative: notDifferentiable('nobody knows it'),
    });
    const v = variable(5);
    const f = customJvp(
      (x) => mul(apply(opaque, [x])[0], v),
      (_, [t]) => mul(t, 2),
    );
    expect(f(3).item()).toBe(15);
    expect(grad(f)(3).item()).toBe(2);
    expect(jvp(f, scalar(3), scalar(1)).item()).toBe(2);
    const tape = new GradientTape();
    const y = f(3);
    expect(tape.gradient(y, v, { unconnectedGradients: 'none' })).toBe(null);
  });

  it('works for each example of a batch, and in graphs', () => {
    expect(vmap(grad(softplus))([100, -100]).arraySync()).toEqual([1, Math.fround(Math.exp(-100))]);
    // A value, and a tangent, that do not depend on the example are the same for each of them.
    const pair = customJvp(
      (x: Tensor, w: Tensor) => [mul(x, w), square(w)],
      (_, [, tw]) => [tw, mul(tw, 100)],
    );
    const batch = (w: Tensor): Tensor[] => vmap((x: Tensor) => pair(x, w))([1, 2]);
    expect(batch(scalar(3)).map((y) => y.arraySync())).toEqual([
      [3, 6],
      [9, 9],
    ]);
    const w = scalar(3);
    const accumulator = new ForwardAccumulator(w, scalar(1));
    const results = accumulator.run(() => batch(w));
    expect(accumulator.jvp(results).map((t) => t.arraySync())).toEqual([
      [1, 1],
      [100, 100],
    ]);
    const total = (x: Tensor): Tensor => sum(vmap((one) => tenfold(one))(x));
    expect(grad(total)([1, 2]).arraySync()).toEqual([20, 40]);
    expect(
      grads((a, b) => sum(vmap((one) => both(one, b)[0])(a)))([[1, 2], 3]).map((g) =>
        g.arraySync(),
      ),
    ).toEqual([[3, 3], 3]);
    const graph = new Graph();
    const slope = graph.run(() => {
      const x = placeholder('float32', [], 'x');
      return gradients(tenfold(x), x, { unconnectedGradients: 'zero' });
    });
    expect(new Session(graph).run(slope, { x: 3 }).item()).toBe(60);
  });

  it.each<[string, () => unknown, typeof ArgumentError, string]>([
    [
      'no function',
      () => customJvp(3 as never, (_, [t]) => t),
      ArgumentError,
      'customJvp: f must be a function; got 3',
    ],
    [
      'no rule',
      () => customJvp(square, 3 as never),
      ArgumentError,
      'customJvp: rule must be a function; got 3',
    ],
    [
      'no value',
      () => customJvp((() => 3) as never, ([x]) => x)(1),
      ArgumentError,
      'customJvp: f must return a tensor or an array of tensors; got 3',
    ],
    [
      'a promise',
      () => customJvp((() => Promise.resolve()) as never, ([x]) => x)(1),
      TapeError,
      'customJvp: callback must be synchronous',
    ],
    [
      'no tangent',
      () => grad(customJvp(square, () => undefined as never))(1),
      ArgumentError,
      'customJvp: rule must return one tangent (or null) per output: 1; got undefined',
    ],
    [
      'a number',
      () => grad(customJvp(square, () => 3 as never))(1),
      ArgumentError,
      'customJvp: tangent of output 0 must be a tensor; got 3',
    ],
    [
      'a tangent too few',
      () =>
        grads((a, b) =>
          sum(customJvp((x: Tensor, y: Tensor) => [x, y], (() => []) as never)(a, b)[0]),
        )([1, 2]),
      ArgumentError,
      'customJvp: rule must return one tangent (or null) per output: 2; got 0',
    ],
    [
      'another shape',
      () => grad(customJvp(square, (_, [t]) => sum(t)))([1, 2]),
      ShapeError,
      "customJvp: tangent of output 0 must have the output's shape [2]; got []",
    ],
    [
      'another dtype',
      () => grad(customJvp(square, (_, [t]) => cast(t, 'float64')))([1, 2]),
      DTypeError,
      "customJvp: tangent of output 0 must have the output's dtype float32; got float64",
    ],
    [
      'text for a tensor',
      () => softplus('x' as never),
      ArgumentError,
      "Argument 'inputs[0]' passed to 'customJvp'",
    ],
  ])('refuses %s', (_, f, Class, text) => {
    expect(f).toThrow(Class);
    expect(f).toThrow(text);
    runtime.layers = [];
  });
});
