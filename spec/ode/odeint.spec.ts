import {
  add,
  checkGradient,
  ConvergenceError,
  cos,
  div,
  grad,
  jvp,
  mul,
  stack,
  sub,
  sum,
  tensor,
  unstack,
  variable,
  variableGrads,
  vmap,
} from '../../lib/index.ts';
import type { Tensor } from '../../lib/index.ts';
import type { OdeOptions } from '../../lib/ode/index.ts';
import { odeint } from '../../lib/ode/index.ts';

const doubles = (values: number[]): Tensor => tensor(values, [values.length], 'float64');

const lotkaVolterra =
  (p: Tensor) =>
  (z: Tensor): Tensor => {
    const [a, b, c, d] = unstack(p);
    const [x, y] = unstack(z);
    return stack([mul(x, sub(a, mul(b, y))), mul(y, sub(mul(c, x), d))]);
  };

const rates = [1.1, 0.4, 0.1, 0.4];

describe('odeint', () => {
  it('solves exponential decay to its tolerance', () => {
    const y = odeint((state) => mul(state, -1), doubles([1, 2]), [0, 0.5, 3]);
    expect(y.shape).toEqual([3, 2]);
    const values = y.dataSync();
    [1, 2, Math.exp(-0.5), 2 * Math.exp(-0.5), Math.exp(-3), 2 * Math.exp(-3)].forEach((e, i) => {
      expect(Math.abs(values[i] - e)).toBeLessThan(1e-7);
    });
  });

  it('keeps the energy of an oscillator, backwards in time too', () => {
    const turn = (z: Tensor): Tensor => stack([mul(unstack(z)[1], 1), mul(unstack(z)[0], -1)]);
    const back = odeint(turn, doubles([0, 1]), [2 * Math.PI, 0]).dataSync();
    expect(Math.abs(back[2])).toBeLessThan(1e-6);
    expect(Math.abs(back[3] - 1)).toBeLessThan(1e-6);
  });

  it('sees the time', () => {
    const y = odeint((_, t) => tensor([Math.cos(t)], [1], 'float64'), doubles([0]), [0, 1]);
    expect(Math.abs(y.dataSync()[1] - Math.sin(1))).toBeLessThan(1e-8);
  });

  it.each<OdeOptions>([{}, { method: 'rk4', steps: 40 }, { checkpoint: true }])(
    'has right gradients of first and second order with %j',
    (options) => {
      const loss = (p: Tensor, z0: Tensor): Tensor =>
        sum(
          mul(odeint(lotkaVolterra(p), z0, [0, 1, 2], options), [
            [1, 2],
            [3, 4],
            [5, 6],
          ]),
        );
      const report = checkGradient(loss, [doubles(rates), doubles([3, 2])], {
        order: 2,
        tolerance: 1e-4,
      });
      expect(report.ok).toBe(true);
    },
  );

  it('has the derivative of the solution with respect to its rate', () => {
    const end = (k: Tensor): Tensor => sum(odeint((y) => mul(mul(y, k), -1), doubles([1]), [0, 2]));
    const k = tensor(0.7, [], 'float64');
    // 1 + exp(-2k), of which the first state does not depend on k.
    expect(grad(end)(k).item()).toBeCloseTo(-2 * Math.exp(-1.4), 6);
    expect(grad(grad(end))(k).item()).toBeCloseTo(4 * Math.exp(-1.4), 5);
    expect(jvp(end, k, tensor(1, [], 'float64')).tangent.item()).toBeCloseTo(
      -2 * Math.exp(-1.4),
      6,
    );
  });

  it('gives gradients to variables', () => {
    const w = variable(tensor(0.3, [], 'float64'), true, 'w');
    const f = (): Tensor =>
      sum(odeint((y) => mul(y, w), doubles([1]), [0, 1], { checkpoint: true }));
    expect(variableGrads(f).grads['w'].item()).toBeCloseTo(Math.exp(0.3), 6);
  });

  it('runs under vmap with fixed steps, and says that it needs them', () => {
    const solve = (options: OdeOptions) =>
      vmap((y: Tensor) => odeint((z) => add(cos(z), div(z, 2)), y, [0, 1], options));
    const many = solve({ method: 'rk4' })([[1], [2]]);
    const one = odeint((z) => add(cos(z), div(z, 2)), [2], [0, 1], { method: 'rk4' });
    expect(many.arraySync()).toEqual([expect.anything(), one.arraySync()]);
    expect(() => solve({})([[1], [2]])).toThrow(
      "odeint: initial must hold values for method 'dopri5', which looks at errors",
    );
  });

  it('is as exact as float32 allows', () => {
    const y = odeint((state) => mul(state, -1), [1], [0, 1]);
    expect(y.dtype).toBe('float32');
    expect(y.dataSync()[1]).toBeCloseTo(Math.exp(-1), 4);
  });

  it('gives the first state for one time', () => {
    expect(odeint((y) => y, [5], [0]).arraySync()).toEqual([[5]]);
  });

  it.each<[() => unknown, string]>([
    [() => odeint(null as never, [1], [0, 1]), 'odeint: f must be a function'],
    [() => odeint((y) => y, [1], []), 'odeint: times must be an array of at least one time'],
    [
      () => odeint((y) => y, [1], [0, 1, 0.5]),
      'odeint: times must all rise or all fall; got 1 before 0.5',
    ],
    [() => odeint((y) => y, [1], [0, 0]), 'odeint: times must all rise or all fall'],
    [() => odeint((y) => y, [1], [0, NaN]), 'odeint: times[1] must'],
    [
      () => odeint((y) => sum(y), [1], [0, 1]),
      'odeint: result of f must have the shape and dtype of the state',
    ],
    [() => odeint(() => 1 as never, [1], [0, 1]), 'odeint: result of f must be one tensor'],
    [() => odeint((y) => y, tensor([1], [1], 'int32'), [0, 1]), 'odeint: initial must'],
    [() => odeint((y) => y, [1], [0, 1], { method: 'euler' as never }), 'odeint: method must'],
    [() => odeint((y) => y, [1], [0, 1], { steps: 0 }), 'odeint: steps must'],
  ])('refuses %#', (call, text) => {
    expect(call).toThrow(text);
  });

  it('says where it came to when steps run out', () => {
    const stiff = (): unknown =>
      odeint((y) => mul(y, -1e6), doubles([1]), [0, 1], { maxSteps: 20 });
    expect(stiff).toThrow(ConvergenceError);
    expect(stiff).toThrow('odeint: steps must reach t = 1 within 20 steps; got to t = ');
  });
});
