import { runtime } from '../../lib/base/runtime.ts';
import type { Tensor } from '../../lib/index.ts';
import {
  add,
  cast,
  complex,
  conv1d,
  cos,
  derivatives,
  div,
  exp,
  floor,
  grad,
  imag,
  jet,
  jvp,
  linalg,
  log,
  logSumExp,
  matMul,
  mul,
  pow,
  real,
  reciprocal,
  recomputeGrad,
  sigmoid,
  sin,
  softmax,
  sqrt,
  square,
  stopGradient,
  sub,
  sum,
  tanh,
  tensor,
  variable,
  vmap,
} from '../../lib/index.ts';
import { applications } from '../../lib/testing/observe.ts';

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

const float64 = (value: number): Tensor => tensor(Float64Array.of(value), []);
const table = (values: readonly number[], ...shape: number[]): Tensor =>
  tensor(Float64Array.from(values), shape);

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}

function expectClose(found: readonly number[], wanted: readonly number[], tolerance = 1e-9): void {
  expect(found).toHaveLength(wanted.length);
  found.forEach((value, i) => {
    const error = Math.abs(value - wanted[i]) / Math.max(1, Math.abs(wanted[i]));
    if (!(error <= tolerance)) throw new Error(`at ${i}: ${value} instead of ${wanted[i]}`);
  });
}

/** Derivatives of order 0 to `order` by nesting forward mode in itself. */
function nested(f: (x: Tensor) => Tensor, x: Tensor, order: number): Tensor[] {
  let g = f;
  const found: Tensor[] = [g(x)];
  for (let k = 1; k <= order; k++) {
    const lower = g;
    g = (t) => jvp(lower, t, float64(1)).tangent;
    found.push(g(x));
  }
  return found;
}

const values = (tensors: readonly Tensor[]): number[] => tensors.flatMap((t) => [...t.dataSync()]);

describe('derivatives', () => {
  const at = 0.7;
  const orders = Array.from({ length: 11 }, (_, k) => k);
  const power = (p: number, k: number): number =>
    Array.from({ length: k }, (_, j) => p - j).reduce((a, b) => a * b, 1) * at ** (p - k);

  it.each<[string, (x: Tensor) => Tensor, (k: number) => number]>([
    ['exp', (x) => exp(x), () => Math.exp(at)],
    ['exp(-2x)', (x) => exp(mul(x, -2)), (k) => (-2) ** k * Math.exp(-2 * at)],
    [
      'log',
      (x) => log(x),
      (k) => (k === 0 ? Math.log(at) : ((-1) ** (k - 1) * factorial(k - 1)) / at ** k),
    ],
    ['sin', (x) => sin(x), (k) => Math.sin(at + (k * Math.PI) / 2)],
    ['cos(3x)', (x) => cos(mul(3, x)), (k) => 3 ** k * Math.cos(3 * at + (k * Math.PI) / 2)],
    ['1 / x', (x) => div(1, x), (k) => ((-1) ** k * factorial(k)) / at ** (k + 1)],
    ['reciprocal', (x) => reciprocal(x), (k) => ((-1) ** k * factorial(k)) / at ** (k + 1)],
    ['sqrt', (x) => sqrt(x), (k) => power(0.5, k)],
    ['x^2.5', (x) => pow(x, 2.5), (k) => power(2.5, k)],
    ['x^5', (x) => pow(x, 5), (k) => power(5, k)],
    ['x exp(x)', (x) => mul(x, exp(x)), (k) => (at + k) * Math.exp(at)],
    ['2^x', (x) => pow(2, x), (k) => Math.log(2) ** k * 2 ** at],
  ])('of %s are what they are to order 10', (_, f, wanted) => {
    expectClose(values(derivatives(f, 10)(float64(at))), orders.map(wanted));
  });

  const weights = table([0.3, -0.2, 0.5, 0.1, 0.4, -0.6], 2, 3);
  const bias = table([0.1, 0.2, -0.3], 3);
  const signal = table([0.2, -0.4, 0.6, 0.1, 0.3], 5, 1);
  it.each<[string, (x: Tensor) => Tensor]>([
    ['tanh', (x) => tanh(x)],
    ['sigmoid', (x) => sigmoid(x)],
    ['softmax', (x) => softmax(mul(x, bias))],
    ['logSumExp', (x) => logSumExp(mul(x, bias))],
    ['a quotient', (x) => div(sin(x), add(1, square(x)))],
    ['x^x', (x) => pow(x, x)],
    [
      'a chain of products of matrices',
      (x) => matMul(matMul(mul(x, weights), mul(exp(x), weights), false, true), mul(x, weights)),
    ],
    [
      'a convolution',
      (x) => conv1d(mul(x, signal), mul(exp(x), table([1, 2, -1], 3, 1, 1)), 1, 'same'),
    ],
    [
      'a solution of linear equations',
      (x) =>
        linalg.solve(add(table([2, 1, 0, 3], 2, 2), mul(x, table([0, 1, 1, 1], 2, 2))), weights),
    ],
    [
      'a network',
      (x) => {
        const h = tanh(add(matMul(mul(x, table([1, -1], 1, 2)), weights), bias));
        return sum(sigmoid(matMul(h, weights, false, true)));
      },
    ],
    [
      'the right side of an ODE',
      (t) => {
        const [x, y] = [sin(t), exp(mul(-0.5, t))];
        return sub(mul(1.1, x), mul(mul(0.4, x), y));
      },
    ],
  ])('of %s are those of nested forward mode', (_, f) => {
    const x = float64(0.6);
    const found = derivatives(f, 6)(x);
    nested(f, x, 6).forEach((wanted, k) => {
      expectClose(values([found[k]]), values([wanted]));
    });
  });

  it('reaches order 10 where nested forward mode does', () => {
    const f = (x: Tensor): Tensor => div(tanh(x), add(1, square(x)));
    const x = float64(0.4);
    expectClose(values(derivatives(f, 10)(x)), values(nested(f, x, 10)));
  });

  it('of elementwise functions are those of each element, and structures stay', () => {
    const x = table([0.1, 0.2], 2);
    const found = derivatives((t) => ({ s: sin(t), c: [cos(t)] }), 1)(x);
    expectClose(
      values([found[1].s, found[1].c[0]]),
      [0.1, 0.2].flatMap((t) => [Math.cos(t)]).concat([-Math.sin(0.1), -Math.sin(0.2)]),
    );
    expect(() => derivatives((t) => sum(t), 1)(x)).toThrow(
      'derivatives: result of f must have the shape of x [2]; got []; jet takes the direction',
    );
    expect(derivatives((t) => sin(t), 0)(x)).toHaveLength(1);
    expect(() => derivatives((t) => t, -1)).toThrow('derivatives: order must be an integer');
  });

  it('grow in cost with a power of the order', () => {
    const f = (x: Tensor): Tensor => div(tanh(x), add(1, mul(exp(x), sqrt(add(x, 2)))));
    const cost = (order: number): number =>
      applications(() => derivatives(f, order)(float64(0.3))).length;
    expect(cost(20) / cost(10)).toBeLessThan(5);
    expect(cost(20)).toBeLessThan(6000);
  });

  it('need no deep stack for a long chain', () => {
    const f = (x: Tensor): Tensor => {
      let y = x;
      for (let i = 0; i < 5000; i++) y = mul(sin(y), 1.0001);
      return y;
    };
    expect(derivatives(f, 3)(float64(0.5))[3].item()).toEqual(expect.any(Number));
  });
});

describe('jet', () => {
  it('carries derivatives of a curve, of several arguments and structures', () => {
    // x = 2 + 3t + 2t^2, w = 1 + t: the series hold 3, 4 and 1.
    const { value, series } = jet(
      (x, { w }) => ({ product: mul(x, w), list: [add(x, w)] }),
      [float64(2), { w: float64(1) }] as const,
      [[3, 4], [{ w: 1 }]],
    );
    expect([value.product.item(), value.list[0].item()]).toEqual([2, 3]);
    // x w = 2 + 5t + 5t^2 + 2t^3.
    expect(series.map(({ product }) => product.item())).toEqual([5, 10]);
    expect(series.map(({ list }) => list[0].item())).toEqual([4, 4]);
  });

  it('gives zeros for what does not move, and for what is cut', () => {
    const x = float64(1.5);
    const { series } = jet(
      (t) => [floor(t), stopGradient(t), float64(3), cast(t, 'int32')],
      x,
      [1, 1],
    );
    expect(series.flat().map((t) => [t.dtype, t.item()])).toEqual(
      [1, 2].flatMap(() => [
        ['float64', 0],
        ['float64', 0],
        ['float64', 0],
        ['int32', 0],
      ]),
    );
    const closedOver = derivatives((t) => mul(t, x), 2)(x);
    expect(values(closedOver)).toEqual([2.25, 1.5, 0]);
    expect(jet((t) => sin(t), x, []).series).toEqual([]);
    const v = variable(float64(2));
    expect(values(jet((t) => mul(t, v), v, [1]).series)).toEqual([2]);
  });

  it('takes complex values along', () => {
    const z = complex(float64(0.3), float64(0.4));
    const { value, series } = jet((t) => exp(mul(t, t)), z, [
      complex(float64(1), float64(0)),
      mul(z, 0),
    ]);
    // (e^(z^2))'' = (2 + 4 z^2) e^(z^2).
    const second = mul(add(2, mul(4, mul(z, z))), value);
    expectClose(values([real(series[1]), imag(series[1])]), values([real(second), imag(second)]));
    const modulus = derivatives(
      (t) => real(mul(complex(t, square(t)), complex(t, t))),
      3,
    )(float64(2));
    // Re((t + it^2)(t + it)) = t^2 - t^3.
    expectClose(values(modulus), [-4, -8, -10, -6]);
  });

  it('works under vmap, around vmap and inside itself', () => {
    const third = vmap((x) => derivatives((t) => sin(t), 3)(x)[3])(table([0.1, 0.2], 2));
    expectClose(values([third]), [-Math.cos(0.1), -Math.cos(0.2)]);
    const around = derivatives(
      (t) => vmap((s) => exp(mul(s, t)))(table([1, 2], 2)),
      2,
    )(float64(0.5));
    expectClose(values([around[2]]), [Math.exp(0.5), 4 * Math.exp(1)]);
    const inside = derivatives((t) => derivatives((s) => sin(s), 2)(t)[2], 2)(float64(0.3));
    expectClose(values(inside), [-Math.sin(0.3), -Math.cos(0.3), Math.sin(0.3)]);
  });

  it('is differentiable by tapes, and carries gradients', () => {
    const x = float64(0.8);
    expectClose([grad((t) => derivatives((s) => sin(s), 3)(t)[3])(x).item()], [Math.sin(0.8)]);
    const slopes = derivatives((t) => grad((s) => mul(s, mul(s, exp(s))))(t), 2)(x);
    // x^2 e^x and its first three derivatives.
    expectClose(values(slopes), [
      (0.64 + 1.6) * Math.exp(0.8),
      (0.64 + 3.2 + 2) * Math.exp(0.8),
      (0.64 + 4.8 + 6) * Math.exp(0.8),
    ]);
    const again = derivatives(
      recomputeGrad((t: Tensor) => sin(mul(t, t))),
      3,
    )(x);
    expectClose(values(again), values(derivatives((t) => sin(mul(t, t)), 3)(x)));
  });

  it('refuses what does not fit', () => {
    const f = (x: Tensor): Tensor => sin(x);
    expect(() => jet(f, 1, 3 as unknown as number[])).toThrow(
      'jet: series must be an array of derivatives: the first, the second, ...; got 3',
    );
    expect(() => jet(f, [1], [] as unknown as [number[]])).toThrow(
      'jet: series must be an array of one list for each of the primals: 1; got 0',
    );
    expect(() => jet(f, [1, 2], [[[1, 2]]] as never)).toThrow(
      'jet: series must be an array of one',
    );
    expect(() => jet(f, tensor([1, 2]), [[1, 2, 3]])).toThrow(
      "jet: series[0] must have the primal's shape [2]; got [3]",
    );
    expect(() => jet(f, tensor([1, 2], [2], 'int32'), [[1, 2]])).toThrow(
      'jet: primals must be a float tensor',
    );
  });
});
