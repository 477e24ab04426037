import { runtime } from '../../lib/base/runtime.ts';
import type { LinearMethod, Tensor } from '../../lib/index.ts';
import {
  add,
  complex,
  ConvergenceError,
  div,
  dot,
  eye,
  ForwardAccumulator,
  grad,
  grads,
  GradientTape,
  imag,
  jvp,
  linalg,
  linearSolve,
  matMul,
  mul,
  real,
  reshape,
  square,
  sub,
  sum,
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

const table = (values: readonly number[], ...shape: number[]): Tensor =>
  tensor(Float64Array.from(values), shape);

const random = randomNumbers(11);
const drawn = (...shape: number[]): Tensor =>
  table(
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.uniform(-1, 1)),
    ...shape,
  );

const n = 6;
const general = add(drawn(n, n), mul(4, eye(n, n, undefined, 'float64')));
const root = drawn(n, n);
const definite = add(matMul(root, root, false, true), eye(n, n, undefined, 'float64'));
const right = drawn(n);

const direct = (a: Tensor, b: Tensor): Tensor => reshape(linalg.solve(a, reshape(b, [n, 1])), [n]);

function expectClose(found: Tensor, wanted: Tensor, tolerance = 1e-10): void {
  expect(found.shape).toEqual(wanted.shape);
  const [x, y] = [found.dataSync(), wanted.dataSync()];
  x.forEach((value, i) => {
    const error = Math.abs(value - y[i]);
    if (!(error <= tolerance * Math.max(1, Math.abs(y[i])))) {
      throw new Error(`at ${i}: ${value} instead of ${y[i]}`);
    }
  });
}

const tight = { tolerance: 1e-13 } as const;

describe('linearSolve', () => {
  it.each<[LinearMethod, Tensor]>([
    ['cg', definite],
    ['gmres', definite],
    ['gmres', general],
    ['bicgstab', definite],
    ['bicgstab', general],
  ])('by %s gives what elimination gives, and its derivatives', (method, a) => {
    const options = { method, ...tight };
    const solve = (m: Tensor, b: Tensor): Tensor => linearSolve((x) => dot(m, x), b, options);
    // A map that stays symmetric where it has to.
    const kept = (m: Tensor): Tensor => (method === 'cg' ? div(add(m, transpose(m)), 2) : m);
    expectClose(solve(a, right), direct(a, right));
    const weights = drawn(n);
    const loss =
      (f: (m: Tensor, b: Tensor) => Tensor) =>
      (m: Tensor, b: Tensor): Tensor =>
        sum(mul(weights, square(f(kept(m), b))));
    const [da, db] = grads(loss(solve))([a, right]);
    const [wantedA, wantedB] = grads(loss(direct))([a, right]);
    expectClose(da, wantedA);
    expectClose(db, wantedB);
    const directions: [Tensor, Tensor] = [drawn(n, n), drawn(n)];
    expectClose(
      jvp(loss(solve), [a, right], directions).tangent,
      jvp(loss(direct), [a, right], directions).tangent,
    );
    const second = (f: typeof solve): Tensor[] => {
      const slope = (m: Tensor, b: Tensor): Tensor => {
        const [ga, gb] = grads(loss(f))([m, b]);
        return add(sum(mul(ga, directions[0])), sum(mul(gb, directions[1])));
      };
      return grads(slope)([a, right]);
    };
    const wanted = second(direct);
    second(solve).forEach((g, i) => {
      expectClose(g, wanted[i], 1e-9);
    });
    const forwardOverReverse = jvp(
      (m, b) => grads(loss(solve))([m, b]),
      [a, right],
      directions,
    ).tangent;
    forwardOverReverse.forEach((g, i) => {
      expectClose(g, wanted[i], 1e-9);
    });
  });

  it('differentiates for tensors and variables that the map closes over', () => {
    const scale = variable(table([2], 1));
    const shift = table([0.5], 1);
    const tape = new GradientTape();
    tape.watch(shift);
    const x = linearSolve((v) => mul(add(scale, shift), v), table([5], 1));
    const [dScale, dShift] = tape.gradient(x, [scale, shift]);
    // x = 5 / (s + h).
    expectClose(dScale, table([-5 / 6.25], 1));
    expectClose(dShift, table([-5 / 6.25], 1));
    const accumulator = new ForwardAccumulator(shift, table([1], 1));
    const y = accumulator.run(() => linearSolve((v) => mul(add(scale, shift), v), table([5], 1)));
    expectClose(accumulator.jvp(y), table([-5 / 6.25], 1));
  });

  it('takes structures, preconditioners and complex numbers', () => {
    const b = { u: table([1, 2], 2), list: [table([3], 1)] };
    const x = linearSolve(({ u, list }) => ({ u: mul(2, u), list: [mul(4, list[0])] }), b);
    expectClose(x.u, table([0.5, 1], 2));
    expectClose(x.list[0], table([0.75], 1));
    const diagonal = table([1e6, 1, 1e-3], 3);
    const preconditioned = linearSolve((v) => mul(diagonal, v), table([1, 1, 1], 3), {
      method: 'cg',
      preconditioner: (v) => div(v, diagonal),
      maxIterations: 2,
    });
    expectClose(preconditioned, div(1, diagonal));
    const z = complex(general, drawn(n, n));
    const w = complex(right, drawn(n));
    for (const method of ['gmres', 'bicgstab'] as const) {
      const found = linearSolve((v) => dot(z, v), w, { method, ...tight });
      const error = sub(dot(z, found), w);
      expectClose(mul(error, 1e10), mul(w, 0), 1);
    }
    const hermitian = matMul(z, linalg.adjoint(z));
    const found = linearSolve((v) => dot(hermitian, v), w, { method: 'cg', ...tight });
    expectClose(mul(sub(dot(hermitian, found), w), 1e9), mul(w, 0), 1);
  });

  it('has the derivatives of a complex quotient for a complex factor', () => {
    const [a, b] = [
      complex(table([1.2], 1), table([0.7], 1)),
      complex(table([0.4], 1), table([-0.9], 1)),
    ];
    const loss = (z: Tensor): Tensor => sum(add(real(z), mul(2, imag(mul(z, z)))));
    const twice =
      (f: (x: Tensor, y: Tensor) => Tensor) =>
      (x: Tensor, y: Tensor): Tensor => {
        const [p, q] = grads((u, w) => loss(f(u, w)))([x, y]);
        return add(loss(p), loss(q));
      };
    const solve = (x: Tensor, y: Tensor): Tensor => linearSolve((v) => mul(x, v), y, tight);
    const quotient = (x: Tensor, y: Tensor): Tensor => div(y, x);
    for (const order of [(f: typeof solve) => (x: Tensor, y: Tensor) => loss(f(x, y)), twice]) {
      const wanted = grads(order(quotient))([a, b]);
      grads(order(solve))([a, b]).forEach((g, i) => {
        expectClose(g, wanted[i]);
      });
    }
  });

  it('solves a batch under vmap, and its gradients', () => {
    const shifts = table([0, 1, 5], 3);
    for (const method of ['cg', 'gmres', 'bicgstab'] as const) {
      const f = (s: Tensor): Tensor => {
        const m = add(definite, mul(s, eye(n, n, undefined, 'float64')));
        return linearSolve((v) => dot(m, v), right, { method, ...tight });
      };
      const g = (s: Tensor): Tensor =>
        direct(add(definite, mul(s, eye(n, n, undefined, 'float64'))), right);
      expectClose(vmap(f)(shifts), vmap(g)(shifts));
      expectClose(vmap(grad((s) => sum(f(s))))(shifts), vmap(grad((s) => sum(g(s))))(shifts));
      expectClose(grad((s) => sum(vmap(f)(s)))(shifts), grad((s) => sum(vmap(g)(s)))(shifts));
    }
  });

  it('is zero for a right side of zeros, and takes float32', () => {
    expect(linearSolve((x) => mul(2, x), [0, 0]).arraySync()).toEqual([0, 0]);
    const found = linearSolve(
      (x) =>
        dot(
          [
            [4, 1],
            [1, 3],
          ],
          x,
        ),
      [1, 2],
      { symmetric: true },
    );
    expect(found.dtype).toBe('float32');
    expectClose(found, tensor([1 / 11, 7 / 11]), 1e-5);
  });

  it('throws an error that tells how far it came, or returns the state', () => {
    const hilbert = table(
      Array.from({ length: 64 }, (_, i) => 1 / ((i % 8) + Math.floor(i / 8) + 1)),
      8,
      8,
    );
    const map = (x: Tensor): Tensor => dot(hilbert, x);
    const b = table([1, 0, 0, 0, 0, 0, 0, 1], 8);
    const few = { method: 'cg', maxIterations: 3 } as const;
    expect(() => linearSolve(map, b, few)).toThrow(
      /^linearSolve: residual must fall to 1e-10 of the right side; got [\d.e-]+ after 3 iterations of cg; raise maxIterations/,
    );
    try {
      linearSolve(map, b, few);
    } catch (error) {
      expect(error).toBeInstanceOf(ConvergenceError);
      expect((error as ConvergenceError).iterations).toBe(3);
      expect((error as ConvergenceError).residual).toBeGreaterThan(1e-10);
    }
    const state = linearSolve(map, b, { ...few, returnState: true });
    expect([state.converged, state.iterations]).toEqual([false, 3]);
    expect(state.value.shape).toEqual([8]);
    const solved = linearSolve((x) => mul(2, x), b, { returnState: true });
    expect([solved.converged, solved.residual <= 1e-10]).toEqual([true, true]);
  });

  it('refuses what does not fit', () => {
    expect(() => linearSolve((x: Tensor) => sum(x), [1, 2])).toThrow(
      "linearSolve: result of matvec must have the argument's shape [2]; got []",
    );
    expect(() => linearSolve((x: Tensor) => x, [1], { method: 'cg', symmetric: false })).toThrow(
      'linearSolve: symmetric must be true for cg; got false; gmres and bicgstab take any map',
    );
    expect(() => linearSolve((x: Tensor) => x, [1], { method: 'jacobi' as 'cg' })).toThrow(
      "linearSolve: method must be one of 'cg', 'gmres', 'bicgstab'; got 'jacobi'",
    );
    expect(() => linearSolve((x: Tensor) => x, tensor([1], [1], 'int32'))).toThrow(
      'linearSolve: b must be a float tensor',
    );
  });
});
