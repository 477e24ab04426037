import { runtime } from '../../lib/base/runtime.ts';
import type { GradientsOptions, Op, Tensor } from '../../lib/index.ts';
import {
  add,
  apply,
  ArgumentError,
  cast,
  defineOp,
  DTypeError,
  ForwardAccumulator,
  GradientTape,
  gradients,
  Graph,
  mul,
  notDifferentiable,
  placeholder,
  scalar,
  Session,
  ShapeError,
  split,
  stopGradient,
  sub,
  sum,
  tanh,
  tensor,
  UnsupportedError,
  variable,
  vmap,
} from '../../lib/index.ts';

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

type Build<T> = (x: Tensor) => T;

/** Values of what `build` makes of a float64 placeholder that is fed `x`. */
function evaluated(build: Build<Tensor | null>, x: number | number[]): unknown {
  const graph = new Graph();
  const shape = Array.isArray(x) ? [x.length] : [];
  const y = graph.run(() => build(placeholder('float64', shape, 'x')));
  return new Session(graph).run(y, { x })?.arraySync() ?? null;
}

const cube = (x: Tensor): Tensor => mul(x, mul(x, x));

describe('gradients', () => {
  it('gives [2, 3, 1] for a * b + c at 3, 2, 1', () => {
    const graph = new Graph();
    const [a, b, c] = graph.run(() =>
      ['a', 'b', 'c'].map((name) => placeholder('float32', [], name)),
    );
    const y = graph.run(() => add(mul(a, b), c));
    const slopes = new Session(graph).run(gradients(y, [a, b, c]), { a: 3, b: 2, c: 1 });
    expect(slopes.map((one) => one?.item())).toEqual([2, 3, 1]);
  });

  it('builds symbols and computes nothing', () => {
    const graph = new Graph();
    const x = graph.run(() => placeholder('float32', [], 'x'));
    const y = graph.run(() => tanh(x));
    const before = graph.nodes.length;
    const slope = gradients(y, x);
    expect(graph.nodes.length).toBeGreaterThan(before);
    expect(String(slope)).toContain('a symbol of a graph');
  });

  it('evaluates what the gradients share with the function once', () => {
    let count = 0;
    const op: Op = defineOp({
      name: 'countedSquare',
      infer: ([a]) => [a],
      kernel: ([a], [y]) => {
        count++;
        a.values.forEach((one, i) => (y.values[i] = one * one));
      },
      derivative: { kind: 'rules', vjp: ({ inputs: [a] }, [g]) => [g && mul(g, mul(a, 2))] },
      batch: ([a]) => apply(op, [a], undefined),
    });
    const graph = new Graph();
    const x = graph.run(() => placeholder('float32', [], 'x'));
    const y = graph.run(() => cube(apply(op, [x], undefined)[0]));
    const session = new Session(graph);
    const slope = gradients(y, x, { unconnectedGradients: 'zero' });
    const [value, first] = session.run([y, slope], { x: 2 });
    expect([value.item(), first.item(), count]).toEqual([64, 192, 1]);
    session.run(slope, { x: 2 });
    expect(count).toBe(2);
  });

  it('sums what is no scalar, and several ys', () => {
    expect(evaluated((x) => gradients(mul(x, x), x), [1, 2])).toEqual([2, 4]);
    expect(evaluated((x) => gradients([mul(x, x), cube(x), x], x), 2)).toBe(4 + 12 + 1);
    expect(evaluated((x) => gradients(x, x), [5, 6])).toEqual([1, 1]);
    expect(evaluated((x) => gradients([x, x], x), 5)).toBe(2);
  });

  it('takes and returns structures, with the same x as often as it is given', () => {
    const graph = new Graph();
    const [a, b] = graph.run(() => [
      placeholder('float32', [], 'a'),
      placeholder('float32', [], 'b'),
    ]);
    const y = graph.run(() => ({ first: mul(a, b), others: [mul(b, b)] }));
    const slopes = gradients(y, { a, list: [b, a, b] }, { unconnectedGradients: 'zero' });
    const found = new Session(graph).run(slopes, { a: 2, b: 3 });
    expect(found.a.item()).toBe(3);
    expect(found.list.map((one) => one.item())).toEqual([8, 3, 8]);
    expect(gradients(y, [])).toEqual([]);
  });

  it('takes variables and constants among the xs', () => {
    const v = variable(3);
    const constant = scalar(5);
    const graph = new Graph();
    const y = graph.run(() => mul(mul(v, v), constant));
    const unused = variable(1);
    const [dv, dc, none] = gradients(y, [v, constant, unused]);
    const session = new Session(graph);
    expect(session.run([dv, dc]).map((one) => one?.item())).toEqual([30, 9]);
    expect(none).toBeNull();
    v.assign(scalar(1));
    expect(session.run([dv, dc]).map((one) => one?.item())).toEqual([10, 1]);
    expect(session.run(graph.run(() => gradients(v, v)))?.item()).toBe(1);
  });

  it('takes intermediates for xs, also beside what they were computed from', () => {
    const graph = new Graph();
    const [x, y, z] = graph.run(() => {
      const a = placeholder('float32', [], 'x');
      const b = mul(a, a);
      return [a, b, mul(b, b)];
    });
    const session = new Session(graph);
    const found = session.run(gradients(z, [x, y]), { x: 3 });
    expect(found.map((one) => one?.item())).toEqual([108, 18]);
    expect(gradients(y, z)).toBeNull();
  });

  it('uses one output of an op that has several', () => {
    const slope = (x: Tensor): Tensor | null => gradients(cube(split(x, 2)[1]), x);
    expect(evaluated(slope, [1, 2, 3, 4])).toEqual([0, 0, 27, 48]);
  });
});

describe('stopGradients', () => {
  it('holds symbols constant: [1, 1] where it would be [3, 1]', () => {
    const graph = new Graph();
    const [a, b] = graph.run(() => {
      const stand = placeholder('float32', [], 'a');
      return [stand, mul(stand, 2)];
    });
    const y = graph.run(() => add(a, b));
    const session = new Session(graph);
    const values = (options?: GradientsOptions): unknown =>
      session.run(gradients(y, [a, b], options), { a: 1 }).map((one) => one?.item());
    expect(values({ stopGradients: [a, b] })).toEqual([1, 1]);
    expect(values()).toEqual([3, 1]);
    expect(values({ stopGradients: b })).toEqual([1, 1]);
    expect(values({ stopGradients: a })).toEqual([3, 1]);
    expect(values({ stopGradients: [] })).toEqual([3, 1]);
  });

  it('holds variables constant', () => {
    const v = variable(3);
    const graph = new Graph();
    const x = graph.run(() => mul(v, 2));
    const y = graph.run(() => mul(x, v));
    const [slope] = gradients(y, [x], { stopGradients: { v } });
    expect(new Session(graph).run(slope)?.item()).toBe(3);
    expect(gradients(y, v, { stopGradients: [x] })).not.toBeNull();
  });
});

describe('gradYs', () => {
  it('weigh the ys, a null standing for ones', () => {
    const both = (x: Tensor): Tensor | null =>
      gradients([mul(x, x), cube(x)], x, { gradYs: [null, cast(scalar(10), 'float64')] });
    expect(evaluated(both, 2)).toBe(4 + 120);
    const weighed = (x: Tensor): Tensor | null =>
      gradients(mul(x, x), x, { gradYs: tensor([1, 10], undefined, 'float64') });
    expect(evaluated(weighed, [2, 3])).toEqual([4, 60]);
  });

  it('may be symbols and variables, which are read at each run', () => {
    expect(evaluated((x) => gradients(mul(x, x), x, { gradYs: x }), 3)).toBe(18);
    const v = variable(2);
    const graph = new Graph();
    const x = graph.run(() => placeholder('float32', [], 'x'));
    const y = graph.run(() => mul(x, x));
    const slope = gradients(y, x, { gradYs: v });
    const session = new Session(graph);
    expect(session.run(slope, { x: 3 })?.item()).toBe(12);
    v.assign(scalar(5));
    expect(session.run(slope, { x: 3 })?.item()).toBe(30);
  });

  it('can be differentiated with respect to: the transpose', () => {
    const graph = new Graph();
    const [x, u] = graph.run(() => [
      placeholder('float32', [], 'x'),
      placeholder('float32', [], 'u'),
    ]);
    const y = graph.run(() => cube(x));
    const pulled = gradients(y, x, { gradYs: u, unconnectedGradients: 'zero' });
    expect(new Session(graph).run(gradients(pulled, u), { x: 2, u: 1 })?.item()).toBe(12);
  });
});

describe('unconnected xs', () => {
  it('get null, or zeros of their shape and dtype', () => {
    const graph = new Graph();
    const [x, other] = graph.run(() => [
      placeholder('float32', [], 'x'),
      placeholder('float64', [2], 'other'),
    ]);
    const y = graph.run(() => mul(x, x));
    const [dx, none] = gradients(y, [x, other]);
    expect([dx === null, none]).toEqual([false, null]);
    const zero = gradients(y, [other], { unconnectedGradients: 'zero' })[0];
    expect(new Session(graph).run(zero).toJSON()).toEqual({
      dtype: 'float64',
      shape: [2],
      values: [0, 0],
    });
  });

  it('are those behind a cut, and integers', () => {
    const graph = new Graph();
    const [x, n] = graph.run(() => [
      placeholder('float32', [], 'x'),
      placeholder('int32', [], 'n'),
    ]);
    const [cutOff, whole] = graph.run(() => [
      stopGradient(cube(x)),
      cast(cast(x, 'int32'), 'float32'),
    ]);
    const product = graph.run(() => mul(x, cast(n, 'float32')));
    expect(gradients(cutOff, x)).toBeNull();
    expect(gradients(whole, x)).toBeNull();
    expect(gradients(product, n)).toBeNull();
    expect(gradients(n, x)).toBeNull();
    const slope = gradients([cutOff, whole, product], x);
    expect(new Session(graph).run(slope, { x: 3, n: 7 })?.item()).toBe(7);
  });
});

describe('gradients of gradients', () => {
  const zero = { unconnectedGradients: 'zero' } as const;

  it('give the Hessian of sum(x^3), which is diag(6x)', () => {
    const graph = new Graph();
    const x = graph.run(() => placeholder('float32', [2], 'x'));
    const first = gradients(
      graph.run(() => sum(cube(x))),
      x,
      zero,
    );
    const rows = graph.run(() => split(first, 2)).map((one) => gradients(one, x, zero));
    const found = new Session(graph).run(rows, { x: [1, 2] });
    expect(found.map((one) => one.arraySync())).toEqual([
      [6, 0],
      [0, 12],
    ]);
  });

  it('go to any order, past the last that is not 0', () => {
    const x = 0.5;
    const power = (one: Tensor): Tensor => mul(cube(one), one);
    const order = (count: number): Build<Tensor> =>
      Array.from({ length: count }).reduce<Build<Tensor>>(
        (f) => (one) => gradients(f(one), one, zero),
        power,
      );
    [x ** 4, 4 * x ** 3, 12 * x ** 2, 24 * x, 24, 0, 0].forEach((expected, count) => {
      expect(evaluated(order(count), x)).toBeCloseTo(expected, 12);
    });
  });

  it('are null for a derivative that is constant', () => {
    const graph = new Graph();
    const [a, b] = graph.run(() => [
      placeholder('float32', [], 'a'),
      placeholder('float32', [], 'b'),
    ]);
    const first = gradients(
      graph.run(() => sub(add(a, b), 1)),
      a,
      zero,
    );
    expect(new Session(graph).run(first).item()).toBe(1);
    expect(gradients(first, [a, b])).toEqual([null, null]);
    expect(graph.run(() => gradients(first, variable(1)))).toBeNull();
  });
});

describe('gradients among the layers', () => {
  it('can be built inside and outside Graph.run, and of a graph inside another', () => {
    const [graph, other] = [new Graph(), new Graph()];
    const x = graph.run(() => placeholder('float32', [], 'x'));
    const y = graph.run(() => cube(x));
    const all = [
      gradients(y, x),
      graph.run(() => gradients(y, x)),
      other.run(() => gradients(y, x)),
    ];
    const found = new Session(graph).run(all, { x: 2 });
    expect(found.map((one) => one?.item())).toEqual([12, 12, 12]);
    expect(other.nodes).toEqual([]);
  });

  it('are followed by a tape and by an accumulator inside the graph', () => {
    const zero = { unconnectedGradients: 'zero' } as const;
    const byTape = (x: Tensor): Tensor => {
      const tape = new GradientTape();
      tape.watch(x);
      return tape.gradient(gradients(cube(x), x, zero), x);
    };
    const byAccumulator = (x: Tensor): Tensor => {
      const accumulator = new ForwardAccumulator(x, cast(scalar(10), 'float64'));
      const slope = accumulator.run(() => gradients(cube(x), x, zero));
      return accumulator.jvp(slope);
    };
    expect(evaluated(byTape, 2)).toBe(12);
    expect(evaluated(byAccumulator, 2)).toBe(120);
  });

  it('leave no marks on the symbols', () => {
    const graph = new Graph();
    const x = graph.run(() => placeholder('float32', [], 'x'));
    const y = graph.run(() => cube(x));
    for (let i = 0; i < 200; i++) gradients(y, x);
    for (const one of [x, y]) expect([one.trackerId, one.otherTrackers]).toEqual([0, null]);
  });

  it('go through 100,000 nodes', () => {
    const graph = new Graph();
    const x = graph.run(() => placeholder('float64', [], 'x'));
    const y = graph.run(() => {
      let one: Tensor = x;
      // The slope of one goes round: -1, 0, 0, 1.
      for (let i = 0; i < 100_000; i++) one = i % 2 === 0 ? mul(one, -1) : add(one, x);
      return one;
    });
    const slope = gradients(y, x);
    expect(new Session(graph).run(slope, { x: 1 })?.item()).toBe(1);
  });
});

describe('misuse of gradients', () => {
  const graph = new Graph();
  const [x, y] = graph.run(() => {
    const stand = placeholder('float32', [2], 'x');
    return [stand, mul(stand, stand)];
  });
  const foreign = new Graph().run(() => placeholder('float32', [2], 'z'));
  const broken: Op = defineOp({
    name: 'broken',
    infer: ([a]) => [a],
    kernel: () => undefined,
    derivative: notDifferentiable('nobody knows it'),
    batch: ([a]) => [a],
  });
  const call = (ys: unknown, xs: unknown, options?: unknown): (() => unknown) => {
    return () => gradients(ys as Tensor, xs as Tensor, options as GradientsOptions);
  };

  it.each<[string, () => unknown]>([
    ['tensors', call(scalar(1), scalar(2))],
    ['variables', call([variable(1)], variable(2))],
    ['examples', () => vmap((one) => gradients(one, one, { unconnectedGradients: 'zero' }))([1])],
  ])('refuses %s in eager mode, and says to use a tape', (_, eager) => {
    expect(eager).toThrow(UnsupportedError);
    expect(eager).toThrow('gradients: ys must be symbols of a graph; got a ');
    expect(eager).toThrow('gradients is not supported when executing eagerly; use GradientTape');
  });

  it.each<[string, () => unknown, typeof ShapeError, string]>([
    ['null', call(null, x), ArgumentError, 'gradients: ys must be a tensor, a variable or'],
    ['a number', call(3, x), ArgumentError, 'got 3'],
    ['nothing', call(undefined, x), ArgumentError, 'got undefined'],
    ['text', call('y', x), ArgumentError, "got 'y'"],
    ['a null among the ys', call([y, null], x), ArgumentError, 'gradients: ys[1] must be'],
    [
      'no ys',
      call([], x),
      ArgumentError,
      'gradients: ys must hold at least one symbol; got an empty structure',
    ],
    ['null for xs', call(y, null), ArgumentError, 'gradients: xs must be a tensor'],
    ['a number among xs', call(y, { a: [x, 3] }), ArgumentError, 'gradients: xs.a[1] must be'],
    [
      'a y of another graph',
      call([y, foreign], x),
      ArgumentError,
      "gradients: ys[1] must be symbols, variables or constants of one graph; got Tensor float32 [2] (placeholder 'z' of a graph)",
    ],
    ['an x of another graph', call(y, foreign), ArgumentError, 'gradients: xs must be symbols'],
    [
      'a stop of another graph',
      call(y, x, { stopGradients: [foreign] }),
      ArgumentError,
      'gradients: stopGradients[0] must be symbols',
    ],
    [
      'a seed of another graph',
      call([y], x, { gradYs: [foreign] }),
      ArgumentError,
      'gradients: gradYs[0] must be symbols',
    ],
    [
      'an example of a vmap inside the graph',
      () => graph.run(() => vmap((one) => gradients(y, one, { unconnectedGradients: 'zero' }))(x)),
      ArgumentError,
      'got Tensor float32 [] (one example inside vmap); inside vmap, use GradientTape',
    ],
    [
      'a seed of the wrong shape',
      call(y, x, { gradYs: scalar(1) }),
      ShapeError,
      "gradients: gradYs must have the target's shape [2]; got []",
    ],
    [
      'a seed of the wrong dtype',
      call(y, x, { gradYs: tensor([1, 1], undefined, 'float64') }),
      DTypeError,
      "gradients: gradYs must have the target's dtype float32; got float64",
    ],
    ['too few seeds', call([y, y], x, { gradYs: [null] }), ArgumentError, 'per target: 2; got 1'],
    ['a number as seed', call(y, x, { gradYs: 1 }), ArgumentError, 'gradients: gradYs must'],
    [
      'an unknown policy',
      call(y, x, { unconnectedGradients: 'null' }),
      ArgumentError,
      "gradients: unconnectedGradients must be one of 'none', 'zero'; got 'null'",
    ],
    [
      'a misspelt option',
      call(y, x, { stopGradient: [x] }),
      ArgumentError,
      "did you mean 'stopGradients'?",
    ],
    [
      'an op without derivative on the way',
      () =>
        gradients(
          graph.run(() => apply(broken, [x], undefined)),
          x,
        ),
      UnsupportedError,
      'broken: op must be differentiable to lie on the path of a gradient; got nobody knows it',
    ],
  ])('refuses %s', (_, refused, ErrorClass, message) => {
    expect(refused).toThrow(ErrorClass);
    expect(refused).toThrow(message);
    expect(new Session(graph).run(gradients(y, x), { x: [1, 2] })?.arraySync()).toEqual([2, 4]);
  });

  it('minds an op without derivative only where it lies on the way', () => {
    const beside = graph.run(() => apply(broken, [x], undefined)[0]);
    expect(gradients(y, [x, beside])[1]).toBeNull();
  });
});
