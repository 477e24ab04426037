import type { Tensor } from '../../lib/index.ts';
import {
  abs,
  add,
  argmin,
  checkpoint,
  complex,
  customGradient,
  customJvp,
  derivatives,
  div,
  fixedPoint,
  ForwardAccumulator,
  ggnvp,
  grad,
  GradientTape,
  gradPassThrough,
  grads,
  hessian,
  hessianDiagonal,
  hvp,
  jacfwd,
  jacrev,
  jet,
  jvp,
  linearize,
  linearSolve,
  linearTranspose,
  memory,
  mul,
  neg,
  root,
  round,
  scalar,
  sin,
  spectral,
  square,
  stack,
  stopGradient,
  sub,
  sum,
  tensor,
  valueAndGrad,
  variable,
  vhp,
  vjp,
  vmap,
} from '../../lib/index.ts';

/* What there is for functions: each way of differentiating, and of saying what a derivative is, once. */

afterEach(() => {
  expect(memory().numRecordings).toBe(0);
});

const cube = (x: Tensor): Tensor => mul(x, mul(x, x));
const energy = (x: Tensor): Tensor => sum(cube(x));
/** (x, y) to (xy, x²): its Jacobian is [[y, x], [2x, 0]]. */
const curve = (p: Tensor): Tensor => stack([mul(p.get(0), p.get(1)), square(p.get(0))]);

describe('gradients of functions', () => {
  it('come alone or with the value', () => {
    expect(grad(cube)(2).item()).toBe(12);
    const { value, grad: slope } = valueAndGrad(cube)(2);
    expect([value.item(), slope.item()]).toEqual([8, 12]);
  });

  it('hand further results through', () => {
    const f = (x: Tensor): { value: Tensor; aux: string } => ({ value: cube(x), aux: 'kept' });
    const { grad: slope, aux } = grad(f, { aux: true })(2);
    expect([slope.item(), aux]).toEqual([12, 'kept']);
  });

  it('are taken for the arguments chosen', () => {
    const f = (a: Tensor, b: Tensor): Tensor => mul(a, square(b));
    expect(grad(f, { argnums: 1 })(2, 3).item()).toBe(12);
    expect(grad(f, { argnums: [1, 0] })(2, 3).map((slope) => slope.item())).toEqual([12, 9]);
  });
});

describe('products with the derivative', () => {
  it('from the left: vjp', () => {
    const { value, pullback } = vjp(curve, tensor([2, 3]));
    expect(value.arraySync()).toEqual([6, 4]);
    expect(pullback([1, 10]).arraySync()).toEqual([43, 2]);
  });

  it('from the right: jvp, or an accumulator around statements', () => {
    expect(jvp(curve, tensor([2, 3]), [1, 10]).tangent.arraySync()).toEqual([23, 4]);
    const x = tensor([2, 3]);
    const accumulator = new ForwardAccumulator(x, tensor([1, 10]));
    const y = accumulator.run(() => curve(x));
    expect(accumulator.jvp(y).arraySync()).toEqual([23, 4]);
  });

  it('forward over forward, forward over reverse and reverse over forward agree', () => {
    const slope = (x: Tensor): Tensor => jvp(cube, x, 1).tangent;
    expect(jvp(slope, 2, 1).tangent.item()).toBe(12);
    expect(jvp(grad(cube), 2, 1).tangent.item()).toBe(12);
    expect(grad(slope)(2).item()).toBe(12);
    const x = scalar(2);
    const tape = new GradientTape();
    tape.watch(x);
    const accumulator = new ForwardAccumulator(x, scalar(1));
    const y = accumulator.run(() => cube(x));
    expect(tape.gradient(accumulator.jvp(y), x).item()).toBe(12);
  });

  it('as a function of the direction, by one run: linearize', () => {
    let runs = 0;
    const { pushforward } = linearize(
      (p: Tensor) => {
        runs++;
        return curve(p);
      },
      tensor([2, 3]),
    );
    expect([pushforward([1, 0]), pushforward([0, 1])].map((t) => t.arraySync())).toEqual([
      [3, 4],
      [2, 0],
    ]);
    expect(runs).toBe(1);
  });

  it('of a linear function: its transpose', () => {
    const transposed = linearTranspose((x: Tensor) => sum(mul(x, [2, 3])), tensor([0, 0]));
    expect(transposed(10).arraySync()).toEqual([20, 30]);
    expect(() => linearTranspose((x: Tensor) => square(x), 1)).toThrow('must be linear');
  });
});

describe('all derivatives', () => {
  it('by rows, in reverse mode', () => {
    expect(jacrev(curve)([2, 3]).arraySync()).toEqual([
      [3, 2],
      [4, 0],
    ]);
  });

  it('by columns, in forward mode', () => {
    expect(jacfwd(curve)([2, 3]).arraySync()).toEqual([
      [3, 2],
      [4, 0],
    ]);
  });

  it('of each example of a batch by itself', () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    const tape = new GradientTape();
    tape.watch(x);
    expect(tape.batchJacobian(square(x), x).arraySync()).toEqual([
      [
        [2, 0],
        [0, 4],
      ],
      [
        [6, 0],
        [0, 8],
      ],
    ]);
  });

  it('of second order: the Hessian', () => {
    const f = (x: Tensor): Tensor => mul(square(x.get(0)), x.get(1));
    expect(hessian(f)([2, 3]).arraySync()).toEqual([
      [6, 4],
      [4, 0],
    ]);
  });

  it('of second order times a vector: hvp and vhp', () => {
    for (const product of [hvp, vhp]) {
      const found = product(energy, tensor([1, 2]), [1, 10]);
      expect(found.gradient.arraySync()).toEqual([3, 12]);
      expect(found.product.arraySync()).toEqual([6, 120]);
    }
  });

  it('of second order without the curvature of the model: ggnvp', () => {
    const loss = (y: Tensor): Tensor => sum(square(y));
    expect(ggnvp(square, loss, tensor([1, 2]), [1, 1]).product.arraySync()).toEqual([8, 32]);
  });

  it('of second order on the diagonal', () => {
    expect(hessianDiagonal(energy)([1, 2]).arraySync()).toEqual([6, 12]);
  });

  it('of high order in one pass: Taylor mode', () => {
    expect(jet(sin, 0, [1, 0, 0]).series.map((t) => t.item())).toEqual([1, 0, -1]);
    expect(derivatives(cube, 4)(2).map((t) => t.item())).toEqual([8, 12, 12, 6, 0]);
  });

  it('of a function of one example for a batch: vmap', () => {
    expect(vmap(grad(cube))([1, 2]).arraySync()).toEqual([3, 12]);
    expect(grad((x: Tensor) => sum(vmap(cube)(x)))([1, 2]).arraySync()).toEqual([3, 12]);
    const rows = tensor([
      [1, 2],
      [3, 4],
    ]);
    expect(vmap((x: Tensor) => sum(x), { inAxes: 1 })(rows).arraySync()).toEqual([4, 6]);
  });
});

describe('a derivative of your own', () => {
  it('backward, of several inputs and outputs', () => {
    const both = customGradient((a: Tensor, b: Tensor) => ({
      value: [add(a, b), mul(a, b)],
      gradFunc: ([first, second]: Tensor[]) => [mul(first, 100), mul(second, 1000)],
    }));
    const f = (a: Tensor, b: Tensor): Tensor => {
      const [total, product] = both(a, b);
      return add(total, product);
    };
    expect(grads(f)([2, 3]).map((t) => t.item())).toEqual([100, 1000]);
  });

  it('backward, of variables that it reads', () => {
    const v = variable(5);
    const scaled = customGradient((x: Tensor) => ({
      value: mul(x, v),
      gradFunc: (dy: Tensor, _saved, { variables }) => ({
        inputs: mul(dy, 100),
        variables: variables.map(() => mul(dy, 1000)),
      }),
    }));
    const x = scalar(2);
    const tape = new GradientTape();
    tape.watch(x);
    const y = scaled(x);
    expect(tape.gradient(y, [x, v]).map((t) => t.item())).toEqual([100, 1000]);
  });

  it('forward', () => {
    const f = customJvp(cube, ([x], [t]) => mul(t, mul(x, 100)));
    expect(jvp(f, 2, 1).tangent.item()).toBe(200);
    expect(grad(f)(2).item()).toBe(200);
  });

  it('of second order, within one of first order', () => {
    const slope = customGradient((x) => ({ value: mul(2, x), gradFunc: (dy) => mul(dy, 100) }));
    const f = customGradient((x) => ({ value: square(x), gradFunc: (dy) => mul(dy, slope(x)) }));
    expect([grad(f)(3).item(), grad(grad(f))(3).item()]).toEqual([6, 100]);
  });

  it('by the implicit function theorem, of roots, fixed points, minima and linear solutions', () => {
    const four = scalar(4, 'float64');
    const solvers: ((a: Tensor) => Tensor)[] = [
      (a) => root((x, p) => sub(square(x), p), scalar(1, 'float64'), a),
      (a) => fixedPoint((x, p) => mul(add(x, div(p, x)), 0.5), scalar(1, 'float64'), a),
      (a) => argmin((x, p) => sub(div(cube(x), 3), mul(p, x)), scalar(1, 'float64'), a),
      (a) => linearSolve((x) => mul(x, 4), a),
    ];
    for (const solver of solvers) expect(grad(solver)(four).item()).toBeCloseTo(0.25, 8);
    for (const solver of solvers.slice(0, 3)) {
      expect(grad(grad(solver))(four).item()).toBeCloseTo(-1 / 32, 6);
    }
  });

  it('is none at all: stopGradient', () => {
    expect(grad((x: Tensor) => mul(stopGradient(square(x)), x))(3).item()).toBe(9);
  });

  it('is that of the identity: gradPassThrough', () => {
    const rounded = gradPassThrough((x: Tensor) => round(x));
    expect([rounded(1.7).item(), grad(rounded)(1.7).item()]).toEqual([2, 1]);
  });
});

describe('further', () => {
  it('a function may be computed again instead of being kept', () => {
    let runs = 0;
    const f = checkpoint((x: Tensor) => {
      runs++;
      return sin(sin(sin(x)));
    });
    const x = tensor([0, 0, 0]);
    const tape = new GradientTape();
    tape.watch(x);
    const y = f(x);
    expect(tape.bytes).toBe(12);
    expect(tape.gradient(y, x).arraySync()).toEqual([1, 1, 1]);
    expect(runs).toBe(2);
  });

  it('complex numbers have derivatives', () => {
    const z = complex([3], [4]);
    // By both parts: the conjugate of 2z, and z / |z|.
    expect(Array.from(grad((x: Tensor) => square(x))(z).dataSync())).toEqual([6, -8]);
    const size = grad((x: Tensor) => abs(x))(z).dataSync();
    expect([size[0], size[1]]).toEqual([expect.closeTo(0.6, 6), expect.closeTo(0.8, 6)]);
    const power = (x: Tensor): Tensor => sum(square(abs(spectral.fft(x))));
    const slope = grad(power)(complex([1, 2], [0, -1])).dataSync();
    [4, 0, 8, -4].forEach((expected, i) => {
      expect(slope[i]).toBeCloseTo(expected, 5);
    });
  });

  it('the steps of a differential equation are ops like any other', () => {
    // y' = -k y from 1, over a time of 1: exp(-k), whose derivative by k is -exp(-k).
    const solution = (k: Tensor): Tensor => {
      const slope = (y: Tensor): Tensor => neg(mul(k, y));
      const steps = 100;
      const h = 1 / steps;
      let y: Tensor = scalar(1, 'float64');
      for (let i = 0; i < steps; i++) {
        const k1 = slope(y);
        const k2 = slope(add(y, mul(k1, h / 2)));
        const k3 = slope(add(y, mul(k2, h / 2)));
        const k4 = slope(add(y, mul(k3, h)));
        y = add(y, mul(add(add(k1, k4), mul(add(k2, k3), 2)), h / 6));
      }
      return y;
    };
    const k = scalar(0.7, 'float64');
    expect(solution(k).item()).toBeCloseTo(Math.exp(-0.7), 10);
    expect(grad(solution)(k).item()).toBeCloseTo(-Math.exp(-0.7), 9);
    expect(hessian(solution)(k).item()).toBeCloseTo(Math.exp(-0.7), 8);
  });
});
