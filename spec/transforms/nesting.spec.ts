import { runtime } from '../../lib/base/runtime.ts';
import type { Tensor } from '../../lib/index.ts';
import {
  add,
  ForwardAccumulator,
  ggnvp,
  grad,
  grads,
  GradientTape,
  hessian,
  hessianDiagonal,
  hvp,
  jacfwd,
  jacobian,
  jacrev,
  jvp,
  linearize,
  linearTranspose,
  mul,
  perExampleGrad,
  recomputeGrad,
  reshape,
  sin,
  stack,
  sum,
  tensor,
  valueAndGrad,
  variable,
  vhp,
  vjp,
  vmap,
} from '../../lib/index.ts';

/*
 * Every transformation nested in every other. Each turns a function of two numbers into its derivative
 * along v, of an order of its own; nested, the orders add up. What is differentiated is sin(p·x), of
 * which the derivative of order n is (p·v)ⁿ times the one of the sine.
 */

type Scalar = (x: Tensor) => Tensor;

interface Transformation {
  readonly name: string;
  readonly order: number;
  readonly apply: (f: Scalar) => Scalar;
}

const double = (values: readonly number[]): Tensor => tensor(Float64Array.from(values));
const p = double([0.7, -0.4]);
const x = double([0.3, 1.1]);
const v = double([1.25, 0.5]);
const slope = 0.7 * 1.25 - 0.4 * 0.5;
const argument = 0.7 * 0.3 - 0.4 * 1.1;

const f: Scalar = (at) => sin(sum(mul(p, at)));
const dot = (a: Tensor, b: Tensor): Tensor => sum(mul(a, b));
const twice = (h: Tensor): Tensor => dot(dotRows(h, v), v);
const dotRows = (h: Tensor, w: Tensor): Tensor => sum(mul(h, reshape(w, [1, 2])), 1);

/** x + t v, for derivatives for the number t. */
const along =
  (g: Scalar, at: Tensor) =>
  (t: Tensor): Tensor =>
    g(add(at, mul(v, t)));
const zero = tensor(Float64Array.of(0), []);
const one = tensor(Float64Array.of(1), []);

const taped =
  (g: Scalar, persistent: boolean, of: (tape: GradientTape, y: Tensor, at: Tensor) => Tensor) =>
  (at: Tensor): Tensor => {
    const tape = new GradientTape({ persistent });
    tape.watch(at);
    return dot(
      of(
        tape,
        tape.run(() => g(at)),
        at,
      ),
      v,
    );
  };

const transformations: readonly Transformation[] = [
  { name: 'no transformation', order: 0, apply: (g) => g },
  { name: 'recomputeGrad', order: 0, apply: (g) => (at) => recomputeGrad((a) => g(a))(at) },
  { name: 'vmap', order: 0, apply: (g) => (at) => sum(vmap((a) => g(a))(stack([at]))) },
  {
    name: 'vmap in chunks over a closure',
    order: 0,
    apply: (g) => (at) => sum(vmap((t) => mul(g(at), t), { chunkSize: 1 })(double([0.25, 0.75]))),
  },
  {
    name: 'linearTranspose',
    order: 0,
    apply: (g) => (at) => linearTranspose((t) => mul(t, g(at)), zero)(one),
  },
  { name: 'grad', order: 1, apply: (g) => (at) => dot(grad((a) => g(a))(at), v) },
  { name: 'grads', order: 1, apply: (g) => (at) => dot(grads((a) => g(a))([at])[0], v) },
  {
    name: 'valueAndGrad',
    order: 1,
    apply: (g) => (at) => dot(valueAndGrad((a) => g(a))(at).grad, v),
  },
  { name: 'vjp', order: 1, apply: (g) => (at) => dot(vjp((a) => g(a), at).pullback(one), v) },
  { name: 'jvp', order: 1, apply: (g) => (at) => jvp((a) => g(a), at, v).tangent },
  { name: 'linearize', order: 1, apply: (g) => (at) => linearize((a) => g(a), at).pushforward(v) },
  { name: 'jacobian', order: 1, apply: (g) => (at) => dot(jacobian((a) => g(a))(at), v) },
  { name: 'jacrev', order: 1, apply: (g) => (at) => dot(jacrev((a) => g(a))(at), v) },
  {
    name: 'jacrev of two results',
    order: 1,
    apply: (g) => (at) =>
      dot(sum(jacrev((a) => stack([g(a), mul(g(a), 2)]))(at), 0), mul(v, 1 / 3)),
  },
  { name: 'jacfwd', order: 1, apply: (g) => (at) => dot(jacfwd((a) => g(a))(at), v) },
  {
    name: 'jacfwd one by one',
    order: 1,
    apply: (g) => (at) => dot(jacfwd((a) => g(a), { chunkSize: 1 })(at), v),
  },
  {
    name: 'perExampleGrad',
    order: 1,
    apply: (g) => (at) =>
      dot(sum(perExampleGrad((a, w) => mul(g(a), w))(at, double([0.25, 0.75])), 0), v),
  },
  {
    name: 'grad inside vmap',
    order: 1,
    apply: (g) => (at) => dot(reshape(vmap((a) => grad((b) => g(b))(a))(stack([at])), [2]), v),
  },
  {
    name: 'a tape',
    order: 1,
    apply: (g) => taped(g, false, (tape, y, at) => tape.gradient(y, at)),
  },
  {
    name: 'tape.jacobian',
    order: 1,
    apply: (g) => taped(g, true, (tape, y, at) => tape.jacobian(y, at, { mode: 'forward' })),
  },
  {
    name: 'tape.batchJacobian',
    order: 1,
    apply:
      (g) =>
      (at): Tensor => {
        const row = reshape(at, [1, 2]);
        const tape = new GradientTape();
        tape.watch(row);
        const y = tape.run(() => reshape(g(reshape(row, [2])), [1, 1]));
        return dot(reshape(tape.batchJacobian(y, row), [2]), v);
      },
  },
  {
    name: 'an accumulator',
    order: 1,
    apply: (g) => (at) => {
      const accumulator = new ForwardAccumulator(at, v);
      return accumulator.jvp(accumulator.run(() => g(at)));
    },
  },
  { name: 'hessian', order: 2, apply: (g) => (at) => twice(hessian((a) => g(a))(at)) },
  {
    name: 'hessianDiagonal',
    order: 2,
    apply: (g) => (at) => hessianDiagonal((t) => along(g, at)(t))(zero),
  },
  { name: 'hvp', order: 2, apply: (g) => (at) => dot(hvp((a) => g(a), at, v).product, v) },
  { name: 'vhp', order: 2, apply: (g) => (at) => dot(vhp((a) => g(a), at, v).product, v) },
  {
    name: 'ggnvp of a linear output',
    order: 2,
    apply: (g) => (at) =>
      ggnvp(
        (t) => mul(t, 2),
        (s) => along(g, at)(mul(s, 0.5)),
        zero,
        one,
      ).product,
  },
];

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

/** The derivative of the sine of order `n`. */
const sine = (n: number): number => Math.sin(argument + (n * Math.PI) / 2);

describe.each(transformations)('$name', (outer) => {
  it.each(transformations)('around $name', (inner) => {
    const order = outer.order + inner.order;
    const found = outer.apply(inner.apply(f))(x);
    expect([found.dtype, found.shape]).toEqual(['float64', []]);
    expect(found.item()).toBeCloseTo(slope ** order * sine(order), 12);
  });
});

describe('three levels', () => {
  const some = transformations.filter(({ name }) =>
    ['vmap', 'grad', 'jvp', 'linearize', 'jacfwd', 'a tape', 'tape.jacobian', 'hvp'].includes(name),
  );
  const triples = some.flatMap((a) => some.flatMap((b) => some.map((c) => [a, b, c] as const)));

  it('add up, too', () => {
    for (const [a, b, c] of triples) {
      const order = a.order + b.order + c.order;
      const found = a
        .apply(b.apply(c.apply(f)))(x)
        .item();
      const names = `${a.name} around ${b.name} around ${c.name}`;
      expect([names, found]).toEqual([
        names,
        expect.closeTo(slope ** order * sine(order), 12) as number,
      ]);
    }
  });
});

describe('variables', () => {
  it('are arguments like any other, and reach the tapes around', () => {
    const w = variable(x);
    const tape = new GradientTape({ persistent: true });
    const y = tape.run(() => [
      jvp(f, w, v).tangent,
      vjp(f, w).value,
      dot(jacobian(f)(w), v),
      hvp(f, w, v).value,
      dot(grad(f)(w), v),
    ]);
    const orders = [1, 0, 1, 0, 1];
    y.forEach((one, i) => {
      const found = dot(tape.gradient(one, w), v).item();
      expect(found).toBeCloseTo(slope ** (orders[i] + 1) * sine(orders[i] + 1), 12);
    });
  });
});
