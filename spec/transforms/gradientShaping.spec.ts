import { runtime } from '../../lib/base/runtime.ts';
import type { Tensor } from '../../lib/index.ts';
import {
  ArgumentError,
  clipGradient,
  clipGradientByNorm,
  complex,
  ForwardAccumulator,
  grad,
  GradientTape,
  gradientReversal,
  gradients,
  Graph,
  mul,
  placeholder,
  Session,
  square,
  sum,
  tensor,
  variable,
  vmap,
} from '../../lib/index.ts';

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

const x = tensor([3, -4]);

function jvp(f: (x: Tensor) => Tensor): unknown {
  const accumulator = new ForwardAccumulator(x, tensor([1, 10]));
  return accumulator.jvp(accumulator.run(() => f(x))).arraySync();
}

describe.each<[string, (x: Tensor) => Tensor]>([
  ['gradientReversal', (a) => gradientReversal(a, 0.5)],
  ['clipGradient', (a) => clipGradient(a, -1, 1)],
  ['clipGradientByNorm', (a) => clipGradientByNorm(a, 1)],
])('%s', (_, f) => {
  it('leaves the value alone', () => {
    expect(f(x).arraySync()).toEqual([3, -4]);
    expect(f(x).dtype).toBe('float32');
  });

  it('refuses integers, which have no gradient', () => {
    expect(() => f(tensor([1], [1], 'int32'))).toThrow('x must be a float tensor; got int32 [1]');
  });
});

describe('gradientReversal', () => {
  it('turns the gradient round, and tangents too', () => {
    expect(grad((a) => mul(gradientReversal(a), [2, 3]))(x).arraySync()).toEqual([-2, -3]);
    expect(grad((a) => mul(gradientReversal(a, 0.5), [2, 3]))(x).arraySync()).toEqual([-1, -1.5]);
    expect(jvp((a) => gradientReversal(a, 0.5))).toEqual([-0.5, -5]);
    const z = complex([1], [2]);
    expect(grad((a) => mul(gradientReversal(a), complex([0], [1])))(z).arraySync()).toEqual([0, 1]);
  });

  it('turns it round at each order', () => {
    const f = (a: Tensor): Tensor => sum(square(gradientReversal(a)));
    expect(grad(f)(x).arraySync()).toEqual([-6, 8]);
    expect(grad((a) => sum(grad(f)(a)))(x).arraySync()).toEqual([2, 2]);
  });

  it('trains two sides against each other', () => {
    const [feature, judge] = [variable(1), variable(1)];
    const tape = new GradientTape();
    const loss = square(mul(gradientReversal(feature), judge));
    const [forFeature, forJudge] = tape.gradient(loss, [feature, judge]);
    expect([forFeature.item(), forJudge.item()]).toEqual([-2, 2]);
  });
});

describe('clipGradient', () => {
  it('brings each element of the gradient into the bounds', () => {
    const f = (a: Tensor): Tensor => mul(clipGradient(a, -1, 2), [5, -0.5]);
    expect(grad(f)(x).arraySync()).toEqual([2, -0.5]);
    expect(grad((a) => mul(clipGradient(a, -Infinity, 2), [5, -50]))(x).arraySync()).toEqual([
      2, -50,
    ]);
  });

  it('lets tangents pass', () => {
    expect(jvp((a) => clipGradient(a, -1, 1))).toEqual([1, 10]);
  });
});

describe('clipGradientByNorm', () => {
  it('shrinks a long gradient and no short one', () => {
    const f = (a: Tensor): Tensor => mul(clipGradientByNorm(a, 1), [3, 4]);
    expect(grad(f)(x).arraySync()).toEqual([0.6, 0.8].map(Math.fround));
    expect(grad((a) => mul(clipGradientByNorm(a, 10), [3, 4]))(x).arraySync()).toEqual([3, 4]);
    expect(grad((a) => mul(clipGradientByNorm(a, 10), 0))(x).arraySync()).toEqual([0, 0]);
    expect(jvp((a) => clipGradientByNorm(a, 1))).toEqual([1, 10]);
  });

  it('takes the norm for each example of a batch', () => {
    const f = (a: Tensor): Tensor => sum(mul(clipGradientByNorm(a, 1), [3, 4]));
    const expected = [0.6, 0.8].map(Math.fround);
    expect(
      vmap(grad(f))([
        [1, 1],
        [2, 2],
      ]).arraySync(),
    ).toEqual([expected, expected]);
    const all = (a: Tensor): Tensor => sum(vmap(f)(a));
    expect(
      grad(all)([
        [1, 1],
        [2, 2],
      ]).arraySync(),
    ).toEqual([expected, expected]);
  });

  it('works in a graph', () => {
    const graph = new Graph();
    const slope = graph.run(() => {
      const a = placeholder('float32', [2], 'a');
      const y = mul(clipGradientByNorm(a, 1), [3, 4]);
      return gradients(y, a, { unconnectedGradients: 'zero' });
    });
    expect(new Session(graph).run(slope, { a: x }).arraySync()).toEqual(
      [0.6, 0.8].map(Math.fround),
    );
  });
});

describe('wrong bounds', () => {
  it.each<[() => unknown, string]>([
    [
      () => gradientReversal(x, -1),
      'gradientReversal: factor must be a finite number of at least 0; got -1',
    ],
    [
      () => clipGradient(x, 2, 1),
      'clipGradient: lower bound must be at most the upper one, 1; got 2',
    ],
    [
      () => clipGradient(x, NaN, 1),
      'clipGradient: lower bound must be a number other than NaN; got NaN',
    ],
    [
      () => clipGradient(x, 1, '2' as never),
      "clipGradient: upper bound must be a number other than NaN; got '2'",
    ],
    [
      () => clipGradientByNorm(x, 0),
      'clipGradientByNorm: norm must be a finite number of at least 5e-324; got 0',
    ],
  ])('are refused: %s', (f, text) => {
    expect(f).toThrow(ArgumentError);
    expect(f).toThrow(text);
  });
});
