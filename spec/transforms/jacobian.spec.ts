import { runtime } from '../../lib/base/runtime.ts';
import type { CustomGradient, Tensor } from '../../lib/index.ts';
import {
  add,
  argMax,
  cast,
  complex,
  concat,
  conv1d,
  cumsum,
  customGradient,
  exp,
  floor,
  ForwardAccumulator,
  gather,
  GradientTape,
  grad,
  jacfwd,
  jacobian,
  jacrev,
  linalg,
  logSoftmax,
  matMul,
  max,
  mul,
  real,
  recomputeGrad,
  reshape,
  scalar,
  sin,
  softmax,
  square,
  stack,
  sum,
  tanh,
  tensor,
  topk,
  UnsupportedError,
  variable,
  vjp,
  vmap,
  zeros,
  zeta,
} from '../../lib/index.ts';
import { difference, refute } from '../../lib/testing/compare.ts';

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

const number = (x: Tensor): unknown => x.arraySync();
const double = (values: readonly number[], shape?: readonly number[]): Tensor =>
  tensor(Float64Array.from(values), shape);

const close = (actual: Tensor, expected: Tensor, tolerance: number): void => {
  expect(actual.shape).toEqual(expected.shape);
  refute('close', difference(actual.dataSync(), expected.dataSync(), tolerance));
};

const x = double([0.3, -1.2, 0.7]);
const w = double([0.5, -1, 2, 0.25, 1.5, -0.75], [2, 3]);

describe('jacobian', () => {
  it('is the diagonal of the slopes for an elementwise function', () => {
    expect(number(jacobian((a) => mul(a, a))([1, 2]))).toEqual([
      [2, 0],
      [0, 4],
    ]);
    expect(number(jacobian((a) => mul(a, a))(3))).toBe(6);
  });

  it('has the shape of the value, then that of the argument', () => {
    const outer = jacobian((a) => mul(reshape(a, [3, 1]), [1, 2]))(x);
    expect(outer.shape).toEqual([3, 2, 3]);
    expect(jacobian((m) => sum(m, 0))(w).shape).toEqual([3, 2, 3]);
    expect(number(jacobian((m) => sum(m))(w))).toEqual(number(grad((m) => sum(m))(w)));
  });

  it('takes structures of arguments and gives them within that of the value', () => {
    const f = (p: { w: Tensor; b: Tensor[] }, a: Tensor): { y: Tensor; z: readonly Tensor[] } => ({
      y: add(matMul(p.w, reshape(a, [3, 1])), p.b[0]),
      z: [square(a)],
    });
    const found = jacobian(f, { argnums: [1, 0] })({ w: variable(w), b: [scalar(1)] }, x);
    const [ofA, ofP] = found.y;
    expect([ofA.shape, ofP.w.shape, ofP.b.map((b) => b.shape)]).toEqual([
      [2, 1, 3],
      [2, 1, 2, 3],
      [[2, 1]],
    ]);
    expect(number(reshape(ofA, [2, 3]))).toEqual(number(w));
    expect(number(found.z[0][1].w)).toEqual(number(zeros([3, 2, 3])));
    const one = jacobian(f, { argnums: 1 })({ w, b: [double([1], [])] }, x);
    expect(number(one.z[0])).toEqual(number(jacobian((a) => square(a))(x)));
  });

  it('runs f once, and makes few passes', () => {
    let calls = 0;
    let backward = 0;
    const counted = customGradient((a) => ({
      value: a,
      gradFunc: (dy) => {
        backward++;
        return dy;
      },
    }));
    const f = (a: Tensor): Tensor => {
      calls++;
      return counted(a);
    };
    jacobian(f, { mode: 'reverse' })(x);
    expect([calls, backward]).toEqual([1, 1]);
    jacobian(f, { mode: 'reverse', chunkSize: 2 })(x);
    expect([calls, backward]).toEqual([2, 3]);
    jacobian(f, { mode: 'reverse', chunkSize: 1 })(x);
    expect([calls, backward]).toEqual([3, 6]);
    jacobian((a) => f(concat([a, a])))(x);
    expect(calls).toBe(4);
  });
});

describe('both modes and every chunk size', () => {
  const c = complex([1, 2, -0.5], [0.5, -1, 0.25]);
  const full = double([2, 0.3, 0.5, 1.5], [2, 2]);
  const doubled = (a: Tensor): CustomGradient => ({
    value: mul(a, 2),
    gradFunc: (dy) => mul(dy, sin(a)),
  });
  const functions: readonly (readonly [string, (a: Tensor) => Tensor, Tensor])[] = [
    ['a network', (a) => logSoftmax(reshape(matMul(w, reshape(tanh(a), [3, 1])), [2])), x],
    ['a reduction to a scalar', (a) => sum(exp(a)), x],
    ['a function of a scalar', (a) => stack([sin(a), mul(a, a), exp(a)]), double([0.4], [])],
    ['a scalar of a scalar', (a) => sin(a), double([0.4], [])],
    ['kinks', (a) => stack([max(a), sum(topk(a, 2).values)]), x],
    ['a running sum of a matrix', (m) => cumsum(mul(m, m), 1), w],
    ['gathered rows', (m) => gather(exp(m), [1, 1, 0]), w],
    ['a slope', (a) => grad((b) => sum(mul(sin(b), b)))(a), x],
    ['a custom gradient', customGradient((a) => doubled(a)), x],
    ['a recomputed function', (a) => recomputeGrad((b) => mul(sin(b), sum(b)))(a), x],
    ['a convolution', (m) => conv1d(reshape(m, [1, 6, 1]), reshape(x, [3, 1, 1]), 1, 'same'), w],
    ['a decomposition', (m) => linalg.inv(matMul(m, m, true)), full],
    ['a constant function', () => double([1, 2]), x],
    ['the identity', (a) => a, x],
    ['a piecewise constant function', (a) => floor(a), x],
    ['an integer result', (a) => argMax(a), x],
    ['no result', () => zeros([0]), x],
    ['no argument', (a) => stack([sum(a), sum(a)]), zeros([0, 2])],
    ['a change of dtype', (a) => sin(cast(a, 'float64')), tensor([1, 2])],
    ['a holomorphic function', (a) => mul(a, sin(a)), c],
    ['the real part of one', (a) => real(mul(a, a)), c],
    ['a complex function of reals', (a) => mul(complex(a, sin(a)), complex(a, a)), x],
  ];

  it.each(functions)('agree for %s', (_, f, at) => {
    const reverse = jacrev(f)(at);
    expect(reverse.dtype).toBe(at.dtype);
    expect(reverse.shape).toEqual([...f(at).shape, ...at.shape]);
    for (const chunkSize of [1, 2, 100]) {
      for (const mode of ['reverse', 'forward'] as const) {
        const found = jacobian(f, { mode, chunkSize })(at);
        expect([found.dtype, found.shape]).toEqual([reverse.dtype, reverse.shape]);
        close(found, reverse, 1e-12);
      }
    }
    close(jacfwd(f)(at), reverse, 1e-12);
  });

  it('agree with rows by single gradients', () => {
    const f = (m: Tensor): Tensor => softmax(mul(m, m));
    const whole = jacobian(f)(w);
    f(w)
      .flatten()
      .unstack()
      .forEach((_, i) => {
        const row = grad((m) => gather(f(m).flatten(), i))(w);
        const own = gather(reshape(whole, [6, 2, 3]), i);
        close(row, own, 1e-15);
      });
  });

  it('share the slopes of long rows between the passes', () => {
    const long = double(Array.from({ length: 70 }, (_, i) => Math.sin(i)));
    const slopes = grad((a) => sum(tanh(a)))(long);
    const eye = jacobian((a) => a)(long);
    close(jacrev(tanh)(long), mul(eye, slopes), 0);
    const second = grad((a) => sum(mul(jacrev(tanh)(a), eye)))(long);
    close(second, grad((a) => sum(grad((b) => sum(tanh(b)))(a)))(long), 1e-15);
    const batch = stack([long, mul(long, 0.5)]);
    const each = vmap((a: Tensor) => jacrev(tanh)(a))(batch);
    close(each, stack(batch.unstack().map((a) => jacrev(tanh)(a))), 0);
    const inner = vmap((g: Tensor) => vmap((a: Tensor) => vjp(tanh, a).pullback(g))(batch));
    close(inner(eye), stack(eye.unstack().map((g) => mul(g, grad((b) => sum(tanh(b)))(batch)))), 0);
  });

  it('agree under layers that listen', () => {
    const total = (options: object) => (a: Tensor) =>
      sum(mul(jacobian((b) => mul(b, sin(b)), options)(a), [1, 2, 3]));
    const known = grad(total({ mode: 'reverse', chunkSize: 3 }))(x);
    for (const mode of ['reverse', 'forward'] as const) {
      for (const chunkSize of [1, 2]) {
        close(grad(total({ mode, chunkSize }))(x), known, 1e-15);
      }
    }
  });
});

describe('nested Jacobians', () => {
  it('are derivatives of higher order', () => {
    const third = jacobian(jacobian(jacobian((a) => sum(mul(a, mul(a, a))))))(double([1, 2]));
    expect(third.shape).toEqual([2, 2, 2]);
    expect(number(third.flatten())).toEqual([6, 0, 0, 0, 0, 0, 0, 6]);
  });

  it('work inside vmap, tapes and accumulators', () => {
    const f = (a: Tensor): Tensor => mul(a, sum(a));
    const each = vmap((a: Tensor) => jacobian(f)(a))(w);
    expect(each.shape).toEqual([2, 3, 3]);
    w.unstack().forEach((row, i) => {
      close(gather(each, i), jacobian(f)(row), 0);
    });
    const tape = new GradientTape();
    tape.watch(x);
    const y = sum(jacobian((a) => mul(a, square(a)))(x));
    close(tape.gradient(y, x), mul(x, 6), 1e-15);
    const accumulator = new ForwardAccumulator(x, double([1, 0, 0]));
    const jvp = accumulator.jvp(accumulator.run(() => jacobian((a) => mul(a, square(a)))(x)));
    expect(jvp.shape).toEqual([3, 3]);
    expect(jvp.flatten().dataSync()[0]).toBeCloseTo(6 * 0.3, 14);
  });
});

describe('misuse of jacobian', () => {
  const f = (a: Tensor): Tensor => a;
  it.each<[string, () => unknown, string]>([
    ['what is no function', () => jacobian(3 as never), 'jacobian: f must be a function; got 3'],
    [
      'integers',
      () => jacrev(f)(tensor([1], [1], 'int32')),
      'jacrev: x must be a float tensor; got int32 [1]',
    ],
    [
      'integers among several',
      () => jacfwd((a, b) => add(a, b), { argnums: [0, 1] })(1, tensor(1, [], 'int32')),
      'jacfwd: args[1] must be a float tensor; got int32 []',
    ],
    [
      'an argument that was not given',
      () => jacobian(f, { argnums: 1 })(1),
      'jacobian: argnums must name arguments that were given: 1; got 1',
    ],
    [
      'half an argument',
      () => jacobian(f, { argnums: 0.5 }),
      'jacobian: argnums must be the position of an argument, counted from 0, or an array of different ones; got 0.5',
    ],
    ['the same twice', () => jacobian(f, { argnums: [0, 0] }), 'different ones; got [0,0]'],
    ['none', () => jacobian(f, { argnums: [] }), 'different ones; got []'],
    [
      'an unknown mode',
      () => jacobian(f, { mode: 'revers' as 'reverse' }),
      "jacobian: mode must be one of 'reverse', 'forward'; got 'revers'; did you mean 'reverse'?",
    ],
    [
      'a chunk of nothing',
      () => jacobian(f, { chunkSize: 0 }),
      'jacobian: chunkSize must be an integer of at least 1; got 0',
    ],
    ['a mode of jacrev', () => jacrev(f, { mode: 'forward' } as never), "got 'mode'"],
    ['a number as result', () => jacobian(() => 3)(1), 'jacobian: result of f must be a tensor'],
    ['a promise', () => jacobian(() => Promise.resolve(1))(1), 'callback must be synchronous'],
  ])('refuses %s', (_, call, message) => {
    expect(call).toThrow(message);
  });

  it('takes integers that are not differentiated', () => {
    const at = tensor([1, 0, 1], undefined, 'int32');
    expect(jacobian((a, i) => gather(a, i))(x, at).shape).toEqual([3, 3]);
  });

  it('refuses an op without derivative on the way', () => {
    const second = jacobian(jacobian((a) => zeta(a, 2)));
    expect(() => second(double([3]))).toThrow(UnsupportedError);
  });
});
