import { runtime } from '../../lib/base/runtime.ts';
import type { Tensor } from '../../lib/index.ts';
import {
  add,
  argmin,
  complex,
  ConvergenceError,
  cos,
  derivatives as derivativesOf,
  div,
  dot,
  exp,
  eye,
  fixedPoint,
  ForwardAccumulator,
  grad,
  grads,
  GradientTape,
  Graph,
  imag,
  jvp,
  linalg,
  matMul,
  mean,
  mul,
  placeholder,
  real,
  recomputeGrad,
  reshape,
  root,
  sin,
  sqrt,
  square,
  sub,
  sum,
  tanh,
  tensor,
  transpose,
  variable,
  vmap,
} from '../../lib/index.ts';
import { randomNumbers } from '../../lib/testing/randomNumbers.ts';

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

const float64 = (value: number): Tensor => tensor(Float64Array.of(value), []);
const table = (values: readonly number[], ...shape: number[]): Tensor =>
  tensor(Float64Array.from(values), shape);
const random = randomNumbers(5);
const drawn = (...shape: number[]): Tensor =>
  table(
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.uniform(-1, 1)),
    ...shape,
  );

function expectClose(found: Tensor, wanted: Tensor, tolerance = 1e-9): void {
  expect(found.shape).toEqual(wanted.shape);
  const [x, y] = [found.dataSync(), wanted.dataSync()];
  x.forEach((value, i) => {
    const error = Math.abs(value - y[i]) / Math.max(1, Math.abs(y[i]));
    if (!(error <= tolerance)) throw new Error(`at ${i}: ${value} instead of ${y[i]}`);
  });
}

type ScalarFunction = (a: Tensor) => Tensor;

/** The square root of a, in three ways. */
const squareRoots: readonly (readonly [string, ScalarFunction])[] = [
  ['fixedPoint', (a) => fixedPoint((x, p) => mul(0.5, add(x, div(p, x))), float64(1), a)],
  ['root', (a) => root((x, p) => sub(square(x), p), float64(1), a)],
  ['argmin', (a) => argmin((x, p) => sub(div(mul(x, square(x)), 3), mul(p, x)), float64(1), a)],
];

describe.each(squareRoots)('the square root by %s', (_, f) => {
  const a = float64(2);
  const derivatives = [Math.SQRT2, 0.5 / Math.SQRT2, -0.25 / 2 ** 1.5, 0.375 / 2 ** 2.5];

  it('has its first three derivatives in reverse mode', () => {
    expectClose(f(a), float64(derivatives[0]));
    expectClose(grad(f)(a), float64(derivatives[1]));
    expectClose(grad(grad(f))(a), float64(derivatives[2]));
    expectClose(grad(grad(grad(f)))(a), float64(derivatives[3]));
  });

  it('has them in forward mode and in mixed modes', () => {
    const along =
      (g: ScalarFunction): ScalarFunction =>
      (t) =>
        jvp(g, t, float64(1)).tangent;
    expectClose(along(f)(a), float64(derivatives[1]));
    expectClose(along(along(f))(a), float64(derivatives[2]));
    expectClose(along(grad(f))(a), float64(derivatives[2]));
    expectClose(grad(along(f))(a), float64(derivatives[2]));
  });

  it('works for a batch, inside and around gradients', () => {
    const many = table([1, 2, 9, 100], 4);
    expectClose(vmap(f)(many), table([1, Math.SQRT2, 3, 10], 4));
    const slopes = table([0.5, 0.5 / Math.SQRT2, 1 / 6, 0.05], 4);
    expectClose(vmap(grad(f))(many), slopes);
    expectClose(grad((t) => sum(vmap(f)(t)))(many), slopes);
    const second = table([-0.25, -0.25 / 2 ** 1.5, -0.25 / 27, -0.25 / 1000], 4);
    expectClose(vmap(grad(grad(f)))(many), second);
  });

  it('has them in Taylor mode, and inside a recomputed function', () => {
    derivativesOf(
      f,
      3,
    )(a).forEach((found, k) => {
      expectClose(found, float64(derivatives[k]));
    });
    const again = recomputeGrad((t: Tensor) => mul(f(t), f(t)));
    expectClose(grad(again)(a), float64(1));
    expectClose(grad(grad(again))(a), float64(0));
  });

  it('keeps nothing of the iteration on a tape', () => {
    const tape = new GradientTape();
    tape.watch(a);
    const y = f(a);
    const { entries } = (tape as unknown as { layer: { entries: unknown[] } }).layer;
    expect(entries).toHaveLength(1);
    expectClose(tape.gradient(y, a), float64(derivatives[1]));
  });
});

describe('what is closed over', () => {
  it('gets gradients: tensors, variables, and intermediate results', () => {
    const scale = variable(table([3], 1));
    const shift = table([2], 1);
    const solutions: readonly (() => Tensor)[] = [
      () => fixedPoint((x) => mul(0.5, add(x, div(shift, scale))), table([0], 1)),
      () => root((x) => sub(mul(scale, x), shift), table([0], 1)),
      () => argmin((x) => sum(square(sub(mul(scale, x), shift))), table([0], 1)),
    ];
    for (const solution of solutions) {
      const tape = new GradientTape();
      tape.watch(shift);
      const x = solution();
      expectClose(x, table([2 / 3], 1));
      const [dShift, dScale] = tape.gradient(x, [shift, scale]);
      expectClose(dShift, table([1 / 3], 1));
      expectClose(dScale, table([-2 / 9], 1));
      const accumulator = new ForwardAccumulator(shift, table([1], 1));
      expectClose(accumulator.jvp(accumulator.run(solution)), table([1 / 3], 1));
    }
    // w = h^2 is computed before: x = h^2 / 3, and its second derivative is 2/3.
    const f = (h: Tensor): Tensor => {
      const w = square(h);
      return root((x) => sub(mul(3, x), w), float64(0));
    };
    expectClose(grad(grad(f))(float64(1.3)), float64(2 / 3));
  });

  it('gives no gradient to the start', () => {
    const tape = new GradientTape();
    const [start, a] = [float64(1), float64(4)];
    tape.watch([start, a]);
    const y = root((x, p) => sub(square(x), p), start, a);
    const [ds, da] = tape.gradient(y, [start, a], { unconnectedGradients: 'zero' });
    expect([ds.item(), da.item()]).toEqual([0, 0.25]);
  });
});

describe('models', () => {
  it('the hyper-gradient of ridge regression is that of the closed form, to second order', () => {
    const [x, y] = [drawn(12, 4), drawn(12, 1)];
    const [xValid, yValid] = [drawn(8, 4), drawn(8, 1)];
    const validation = (w: Tensor): Tensor => mean(square(sub(matMul(xValid, w), yValid)));
    const fitted = (penalty: Tensor): Tensor =>
      argmin(
        (w, p) => add(sum(square(sub(matMul(x, w), y))), mul(p, sum(square(w)))),
        table(new Array<number>(4).fill(0), 4, 1),
        penalty,
      );
    const closedForm = (penalty: Tensor): Tensor =>
      linalg.solve(
        add(matMul(transpose(x), x), mul(penalty, eye(4, 4, undefined, 'float64'))),
        matMul(transpose(x), y),
      );
    const [found, wanted] = [fitted, closedForm].map((fit) => (p: Tensor) => validation(fit(p)));
    const penalty = float64(0.7);
    expectClose(found(penalty), wanted(penalty));
    expectClose(grad(found)(penalty), grad(wanted)(penalty));
    expectClose(grad(grad(found))(penalty), grad(grad(wanted))(penalty), 1e-8);
    const penalties = table([0.1, 1, 10], 3);
    expectClose(vmap(grad(found))(penalties), vmap(grad(wanted))(penalties));
  });

  it('an equilibrium layer has the gradients of its unrolled iteration', () => {
    const weights = mul(0.2, drawn(5, 5));
    const [input, bias] = [drawn(3, 5), drawn(5)];
    const layer = (z: Tensor, p: { w: Tensor; b: Tensor; x: Tensor }): Tensor =>
      tanh(add(add(matMul(z, p.w), p.x), p.b));
    const start = table(new Array<number>(15).fill(0), 3, 5);
    const implicit = (w: Tensor, b: Tensor, x: Tensor): Tensor =>
      sum(square(fixedPoint(layer, start, { w, b, x })));
    const unrolled = (w: Tensor, b: Tensor, x: Tensor): Tensor => {
      let z = start;
      for (let i = 0; i < 60; i++) z = layer(z, { w, b, x });
      return sum(square(z));
    };
    const at = [weights, bias, input];
    const wanted = grads(unrolled)(at);
    grads(implicit)(at).forEach((g, i) => {
      expectClose(g, wanted[i]);
    });
  });

  it('an argmin inside another is differentiated through both', () => {
    // y*(x) = x^2 minimises (y - x^2)^2, and then x* minimises (x^2 - a)^2 + (x - 1)^2.
    const outer = (a: Tensor): Tensor =>
      argmin(
        (x, p) => {
          const y = argmin((t, q) => square(sub(t, square(q))), float64(0), x);
          return add(square(sub(y, p)), square(sub(x, 1)));
        },
        float64(1),
        a,
      );
    const direct = (a: Tensor): Tensor =>
      argmin((x, p) => add(square(sub(square(x), p)), square(sub(x, 1))), float64(1), a);
    const a = float64(2.5);
    expectClose(outer(a), direct(a));
    expectClose(grad(outer)(a), grad(direct)(a));
  });

  it('the Rosenbrock function has its minimum where it should, with structures', () => {
    const { x, y } = argmin(
      (at, p) => add(square(sub(p[0], at.x)), mul(p[1], square(sub(at.y, square(at.x))))),
      { x: float64(-1.2), y: float64(1) },
      [float64(1), float64(100)],
    );
    expectClose(x, float64(1));
    expectClose(y, float64(1));
    const f = (a: Tensor): Tensor =>
      argmin((at) => add(square(sub(a, at.x)), mul(100, square(sub(at.y, square(at.x))))), {
        x: float64(-1.2),
        y: float64(1),
      }).y;
    // y = a^2.
    expectClose(grad(f)(float64(1.5)), float64(3), 1e-8);
    expectClose(grad(grad(f))(float64(1.5)), float64(2), 1e-6);
  });

  it('systems of nonlinear equations, from far away', () => {
    const f = ([x, y]: readonly Tensor[], a: Tensor): [Tensor, Tensor] => [
      sub(add(square(x), square(y)), a),
      sub(exp(x), y),
    ];
    const initial = [float64(3), float64(-2)] as const;
    const [x, y] = root(f, initial, float64(4));
    expectClose(add(square(x), square(y)), float64(4));
    expectClose(exp(x), y);
    const slope = grad((a) => root(f, initial, a)[0])(float64(4));
    // 2x dx + 2y e^x dx = da.
    expectClose(slope, div(1, mul(2, add(x, mul(y, exp(x))))));
  });

  it('takes complex unknowns and parameters', () => {
    const complexOf = (re: number, im: number): Tensor => complex(float64(re), float64(im));
    const loss = (z: Tensor): Tensor => add(real(z), mul(2, imag(mul(z, z))));
    const start = complexOf(1, 0.1);
    const a = complexOf(1.2, 0.7);
    const roots: readonly ScalarFunction[] = [
      (c) => root((z, p) => sub(mul(z, z), p), start, c),
      (c) => fixedPoint((z, p) => mul(0.5, add(z, div(p, z))), start, c),
    ];
    const first = (f: ScalarFunction): ScalarFunction => grad((c) => loss(f(c)));
    for (const f of roots) {
      expectClose(f(a), sqrt(a));
      expectClose(first(f)(a), first(sqrt)(a));
      expectClose(first(first(f))(a), first(first(sqrt))(a));
    }
  });

  it('takes linear maps and float32', () => {
    const m = tensor([
      [4, 1],
      [1, 3],
    ]);
    const x = root((v, b) => sub(dot(m, v), b), [0, 0], [1, 2]);
    expect(x.dtype).toBe('float32');
    expectClose(x, tensor([1 / 11, 7 / 11]), 1e-5);
    expectClose(
      fixedPoint((v) => cos(v), 1),
      tensor(0.7390851),
      1e-4,
    );
  });
});

describe('solvers and errors', () => {
  it('uses a solver of yours, and checks what it found', () => {
    const bisect = (f: (x: Tensor) => Tensor): Tensor => {
      let [low, high] = [0, 10];
      while (high - low > 1e-13) {
        const middle = (low + high) / 2;
        if (f(float64(middle)).item() > 0) high = middle;
        else low = middle;
      }
      return float64(low);
    };
    const f = (a: Tensor): Tensor =>
      root((x, p) => sub(square(x), p), float64(1), a, { solver: bisect });
    expectClose(f(float64(2)), float64(Math.SQRT2));
    expectClose(grad(f)(float64(2)), float64(0.5 / Math.SQRT2));
    const lazy = { solver: (_: unknown, x: Tensor) => x };
    expect(() => root((x, p) => sub(square(x), p), float64(1), float64(2), lazy)).toThrow(
      'root: residual must fall to 1e-10; got 0.500 after 0 iterations',
    );
    const least = argmin((x, p) => square(sub(x, p)), float64(0), float64(3), {
      solver: (loss, x) => {
        expect(loss(x).item()).toBe(9);
        return float64(3);
      },
    });
    expect(least.item()).toBe(3);
    expect(
      fixedPoint((x) => mul(x, 0.5), float64(1), undefined, { solver: () => float64(0) }).item(),
    ).toBe(0);
  });

  it('throws where the iteration does not converge, or returns its state', () => {
    expect(() => fixedPoint((x) => mul(x, -2), float64(1))).toThrow(
      /^fixedPoint: residual must fall to 1e-10; got \w+ after \d+ iterations; raise maxIterations or tolerance, take damping/,
    );
    expectClose(
      fixedPoint((x) => add(1, mul(x, -2)), float64(1), undefined, { damping: 0.3 }),
      float64(1 / 3),
    );
    try {
      root((x) => add(square(x), 1), float64(2));
      throw new Error('must not converge');
    } catch (error) {
      expect(error).toBeInstanceOf(ConvergenceError);
      expect((error as ConvergenceError).residual).toBeGreaterThan(0.1);
    }
    expect(() =>
      argmin((x) => sin(mul(x, 0)), float64(1), undefined, { maxIterations: 3 }),
    ).not.toThrow();
    expect(() => argmin((x) => x, float64(1), undefined, { maxIterations: 3 })).toThrow(
      'argmin: residual must fall to 1e-10; got 0.500 after 3 iterations; start nearer',
    );
    const state = root((x) => add(square(x), 1), float64(2), undefined, { returnState: true });
    expect([state.converged, state.value.shape]).toEqual([false, []]);
  });

  it('refuses symbols of a graph, whose residuals are not known', () => {
    const graph = new Graph();
    const build = (): Tensor =>
      graph.run(() => root((x, p) => sub(square(x), p), 1, placeholder('float32', [], 'p')));
    expect(build).toThrow(
      /^iteration: residual must have values, which tell when to stop; got .*; a graph only describes/,
    );
  });

  it('refuses what does not fit', () => {
    expect(() => root((x: Tensor) => sum(x), table([1, 2], 2))).toThrow(
      "root: result of f must have the argument's shape [2]; got []",
    );
    expect(() => argmin((x: Tensor) => x, table([1, 2], 2))).toThrow(
      'argmin: result of f must be a scalar; got float64 [2]; reduce it, with mean or sum',
    );
    expect(() => argmin((x: Tensor) => x, tensor([1, 0], [], 'complex64'))).toThrow(
      'argmin: initial must be real; got complex64 []',
    );
    expect(() => fixedPoint((x: Tensor) => x, 1, undefined, { damping: 0 })).toThrow(
      'fixedPoint: damping must be above 0; got 0',
    );
    expect(() => root((x: Tensor) => x, 1, undefined, { damping: 1 } as object)).toThrow(
      "root: options must hold only known options; got 'damping'",
    );
    expect(() =>
      root((x: Tensor) => reshape(x, [1]), 1, 2, { linear: { method: 'lu' as 'cg' } }),
    ).toThrow("root: method must be one of 'cg', 'gmres', 'bicgstab'; got 'lu'");
  });
});
