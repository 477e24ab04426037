import { runtime } from '../../lib/base/runtime.ts';
import type { Feeds, Op, Tensor } from '../../lib/index.ts';
import {
  add,
  addN,
  apply,
  ArgumentError,
  cast,
  defineOp,
  dropout,
  DTypeError,
  ForwardAccumulator,
  GradientTape,
  Graph,
  mul,
  ones,
  placeholder,
  randomNormal,
  randomUniform,
  scalar,
  Session,
  setSeed,
  ShapeError,
  specOf,
  split,
  stack,
  sub,
  sum,
  tensor,
  UnsupportedError,
  variable,
  vmap,
  zeroGradient,
} from '../../lib/index.ts';

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

/** An identity that notes when its kernel runs. */
function countedOp(name: string, calls: string[]): (x: Tensor) => Tensor {
  const op: Op = defineOp({
    name,
    infer: ([a]) => [a],
    kernel: ([a], [y]) => {
      calls.push(name);
      y.values.set(a.values);
    },
    derivative: zeroGradient,
    batch: ([a]) => apply(op, [a], undefined),
  });
  return (x) => apply(op, [x], undefined)[0];
}

describe('Session.run', () => {
  it('evaluates only what the fetches need, each node once, in order', () => {
    const calls: string[] = [];
    const [a, b, c] = ['a', 'b', 'c'].map((name) => countedOp(name, calls));
    const graph = new Graph();
    const [sums, other] = graph.run(() => {
      const x = placeholder('float32', [], 'x');
      placeholder('float32', [], 'not needed');
      const shared = a(x);
      return [add(b(shared), shared), c(shared)];
    });
    expect(calls).toEqual([]);
    const session = new Session(graph);
    expect(session.run(sums, { x: 2 }).item()).toBe(4);
    expect(calls.splice(0)).toEqual(['a', 'b']);
    session.run([other, other, sums], { x: 2 });
    expect(calls.splice(0)).toEqual(['a', 'b', 'c']);
    session.run([], { x: 2 });
    session.run(scalar(1));
    expect(calls).toEqual([]);
  });

  it('does not evaluate what is behind a fed symbol', () => {
    const calls: string[] = [];
    const a = countedOp('a', calls);
    const graph = new Graph();
    const [x, between, y] = graph.run(() => {
      const stand = placeholder('float32', [2], 'x');
      const inner = a(stand);
      return [stand, inner, mul(inner, 10)];
    });
    const session = new Session(graph);
    expect(session.run(y, [[between, [1, 2]]]).arraySync()).toEqual([10, 20]);
    expect(calls).toEqual([]);
    const all = session.run(
      [x, between, y],
      new Map([
        [between, [1, 2]],
        [x, [3, 4]],
      ]),
    );
    expect(all.map((one) => one.arraySync())).toEqual([
      [3, 4],
      [1, 2],
      [10, 20],
    ]);
  });

  it('keeps one output of an op as it was fed, and evaluates the others', () => {
    const graph = new Graph();
    const [left, right, y] = graph.run(() => {
      const [a, b] = split(placeholder('float32', [2], 'x'), 2);
      return [a, b, add(a, b)];
    });
    const session = new Session(graph);
    const fetched = session.run(
      [left, right, y],
      [
        [graph.placeholderNamed('x')!, [1, 2]],
        [left, [7]],
      ],
    );
    expect(fetched.map((one) => one.arraySync())).toEqual([[7], [2], [9]]);
  });

  it('returns the structure of the fetches', () => {
    const v = variable(5);
    const graph = new Graph();
    const x = graph.run(() => placeholder('float32', [], 'x'));
    const y = graph.run(() => mul(x, v));
    const found = new Session(graph).run(
      { y, list: [x, null, [v]], constant: scalar(1) },
      { x: 2 },
    );
    expect(found.y.item()).toBe(10);
    expect(found.list[0].item()).toBe(2);
    expect(found.list[1]).toBeNull();
    expect(found.list[2][0].item()).toBe(5);
    expect(found.constant.item()).toBe(1);
  });

  it('takes feeds as a Map, as pairs, and by name', () => {
    const graph = new Graph();
    const [a, b] = graph.run(() => [
      placeholder('float32', [2], 'a'),
      placeholder('float32', [2], 'b'),
    ]);
    const y = graph.run(() => sub(a, b));
    const session = new Session(graph);
    const [p, q] = [
      [5, 7],
      [1, 2],
    ];
    const all: Feeds[] = [
      new Map([
        [a, p],
        [b, q],
      ]),
      [
        [b, q],
        [a, p],
      ],
      { a: p, b: q },
      { a: tensor(p), b: variable(q) },
      { a: Float64Array.from(p), b: Int32Array.from(q) },
    ];
    for (const feeds of all) expect(session.run(y, feeds).arraySync()).toEqual([4, 5]);
  });

  it('gives plain numbers the dtype of the placeholder, unless that would change them', () => {
    const graph = new Graph();
    const [x, n] = graph.run(() => [
      placeholder('float64', [], 'x'),
      placeholder('int32', [2], 'n'),
    ]);
    const session = new Session(graph);
    expect(session.run(x, { x: 0.1 }).item()).toBe(0.1);
    expect(session.run(n, { n: [3, -4] }).toJSON().dtype).toBe('int32');
    for (const wrong of [0.5, NaN, 2 ** 31]) {
      expect(() => session.run(n, { n: [1, wrong] })).toThrow(
        `Session.run: feeds for 'n' must hold int32 numbers; got ${wrong}`,
      );
    }
  });

  it('reads variables at each run', () => {
    const v = variable(2);
    const graph = new Graph();
    const y = graph.run(() => mul(v, v));
    const session = new Session(graph);
    expect(session.run(y).item()).toBe(4);
    v.assign(scalar(3));
    expect(session.run(y).item()).toBe(9);
  });

  it('reads each variable once in a run', () => {
    const v = variable(2);
    let reads = 0;
    const graph = new Graph();
    const y = graph.run(() => add(mul(v, v), v));
    const read = jest.spyOn(v, 'read').mockImplementation(() => {
      reads++;
      return scalar(reads);
    });
    expect(new Session(graph).run(y).item()).toBe(2);
    read.mockRestore();
    expect(reads).toBe(1);
  });

  it('evaluates 100,000 nodes on end, and ops of 200,000 inputs', () => {
    const graph = new Graph();
    const y = graph.run(() => {
      let one: Tensor = placeholder('float32', [], 'x');
      for (let i = 0; i < 100_000; i++) one = add(one, 1);
      return one;
    });
    expect(new Session(graph).run(y, { x: 0 }).item()).toBe(100_000);
    const wide = graph.run(() => sum(stack(new Array<Tensor>(200_000).fill(y))));
    expect(new Session(graph).run(wide, [[y, 1]]).item()).toBe(200_000);
  });
});

describe('Session.run and the layers around it', () => {
  const graph = new Graph();
  const v = variable(3, true, 'v');
  const y = graph.run(() => {
    const x = placeholder('float32', [], 'x');
    return mul(mul(x, x), v);
  });
  const session = new Session(graph);

  it('is followed by a tape, through feeds and variables', () => {
    const x = scalar(2);
    const tape = new GradientTape();
    tape.watch(x);
    const [dx, dv] = tape.gradient(session.run(y, { x }), [x, v]);
    expect([dx.item(), dv.item()]).toEqual([12, 4]);
  });

  it('carries the tangents of an accumulator', () => {
    const x = scalar(2);
    const accumulator = new ForwardAccumulator([x, v], [scalar(1), scalar(10)]);
    expect(accumulator.jvp(session.run(y, { x })).item()).toBe(52);
    accumulator.stop();
  });

  it('maps over examples', () => {
    expect(vmap((x) => session.run(y, { x }))([1, 2]).arraySync()).toEqual([3, 12]);
  });

  it('adds nodes to another graph that is being built', () => {
    const other = new Graph();
    const z = other.run(() => add(session.run(y, { x: placeholder('float32', [], 'a') }), 1));
    expect(new Session(other).run(z, { a: 2 }).item()).toBe(13);
  });
});

describe('random ops of a graph', () => {
  const draws = (session: Session, y: Tensor, count: number): number[] =>
    Array.from({ length: count }, () => Array.from(session.run(y).dataSync())).flat();

  it('draw anew at each run, and repeat after setSeed', () => {
    const graph = new Graph();
    const y = graph.run(() => add(randomUniform([3]), 0));
    const session = new Session(graph);
    expect(new Set(draws(session, y, 20)).size).toBe(60);
    setSeed(3);
    const first = draws(session, y, 3);
    setSeed(3);
    expect(draws(session, y, 3)).toEqual(first);
  });

  it('with a seed draw other numbers at each run, the same in each session', () => {
    const graph = new Graph();
    const y = graph.run(() => randomNormal([5], 0, 1, 'float32', 7));
    const first = draws(new Session(graph), y, 10);
    expect(new Set(first).size).toBe(50);
    expect(draws(new Session(graph), y, 10)).toEqual(first);
    const eager = Array.from(randomNormal([5], 0, 1, 'float32', 7).dataSync());
    expect(first.slice(0, 5)).toEqual(eager);
  });

  it('with a seed draw the same, whatever else is fetched', () => {
    const graph = new Graph();
    const [small, large] = graph.run(() => [
      randomUniform([2], 0, 1, 'float32', 7),
      randomUniform([100], 0, 1, 'float32', 7),
    ]);
    const [alone, together] = [new Session(graph), new Session(graph)];
    const all: number[] = [];
    for (let run = 0; run < 5; run++) {
      const drawn = alone.run(large).dataSync();
      expect(together.run([small, large])[1].dataSync()).toEqual(drawn);
      all.push(...drawn);
    }
    expect(new Set(all).size).toBeGreaterThan(490);
  });

  it('draw once in a run for all their uses, and apart from each other', () => {
    const graph = new Graph();
    const [same, different] = graph.run(() => {
      const [a, b] = [randomUniform([4]), randomUniform([4])];
      return [sub(a, a), sub(a, b)];
    });
    const found = new Session(graph).run({ same, different });
    expect(found.same.arraySync()).toEqual([0, 0, 0, 0]);
    expect(new Set(found.different.dataSync()).size).toBe(4);
    expect(found.different.arraySync()).not.toContain(0);
  });

  it('draw for each example of a vmap, inside the graph or around the session', () => {
    const graph = new Graph();
    const [one, many] = graph.run(() => [
      randomUniform([]),
      vmap((x) => add(x, randomUniform([])))([0, 0, 0]),
    ]);
    const session = new Session(graph);
    expect(new Set(draws(session, many, 5)).size).toBe(15);
    expect(new Set(vmap(() => session.run(one))(ones([8])).dataSync()).size).toBe(8);
  });

  it("may be a user's own, whose params hold key and counter", () => {
    const op = defineOp<{ readonly key: readonly number[]; readonly counter: number }>({
      name: 'ownDraw',
      infer: () => [specOf([], 'float64')],
      kernel: (_, [y], { counter }) => {
        y.values[0] = counter;
      },
      derivative: zeroGradient,
      batch: () => [],
      traits: { random: true },
    });
    const graph = new Graph();
    const y = graph.run(() => apply(op, [], { key: [1, 2], counter: 0 })[0]);
    expect(new Set(draws(new Session(graph), y, 10)).size).toBe(10);
  });

  it('make dropout drop other elements at each run', () => {
    const graph = new Graph();
    const y = graph.run(() => dropout(ones([64]), 0.5));
    const session = new Session(graph);
    expect(session.run(y).arraySync()).not.toEqual(session.run(y).arraySync());
  });
});

describe('misuse of a session', () => {
  const graph = new Graph();
  const [x, y] = graph.run(() => {
    const stand = placeholder('float32', [2], 'x');
    return [stand, mul(stand, 2)];
  });
  const session = new Session(graph);
  const other = new Graph();
  const foreign = other.run(() => placeholder('float32', [2], 'z'));
  const run = (fetches: unknown, feeds?: unknown): (() => unknown) => {
    return () => session.run(fetches as Tensor, feeds as Feeds);
  };

  it.each<[string, () => unknown, typeof ShapeError, string]>([
    [
      'what is no graph',
      () => new Session({} as never),
      ArgumentError,
      'Session: graph must be a Graph; got',
    ],
    ['null for a graph', () => new Session(null as never), ArgumentError, 'got null'],
    [
      'a call while the graph is built',
      () => graph.run(run(y, { x: [1, 2] })),
      ArgumentError,
      'Session.run: call must stand outside Graph.run; got a call while the graph is built',
    ],
    [
      'a placeholder that is not fed',
      run(y),
      ArgumentError,
      "Session.run: feeds must hold every placeholder that the fetches need; got no value for 'x' (float32 [2])",
    ],
    ['a placeholder fetched and not fed', run({ x }), ArgumentError, "got no value for 'x'"],
    [
      'an unknown name',
      run(y, { q: [1, 2] }),
      ArgumentError,
      "Session.run: feeds must name placeholders of the graph; got 'q'; its placeholders are 'x'",
    ],
    [
      'names of a graph without any',
      () => new Session(new Graph()).run([], { q: 1 }),
      ArgumentError,
      'it has none',
    ],
    [
      'a wrong shape',
      run(y, { x: [1, 2, 3] }),
      ShapeError,
      "Session.run: feeds for 'x' must have the symbol's shape [2]; got [3]",
    ],
    ['a scalar for a vector', run(y, { x: 1 }), ShapeError, 'got []'],
    [
      'a wrong dtype',
      run(y, { x: cast([1, 2], 'float64') }),
      DTypeError,
      "Session.run: feeds for 'x' must have the symbol's dtype float32; got float64; cast it first",
    ],
    ['text', run(y, { x: 'abc' }), ArgumentError, 'Session.run: values must be numbers'],
    ['undefined', run(y, { x: undefined }), ArgumentError, 'got undefined'],
    ['ragged rows', run(y, { x: [[1], [1, 2]] }), ShapeError, 'Session.run: values'],
    [
      'a symbol of another graph as key',
      run(y, [[foreign, [1, 2]]]),
      ArgumentError,
      "Session.run: feeds must be keyed by symbols of the session's graph; got Tensor float32 [2] (placeholder 'z' of a graph)",
    ],
    ['a constant as key', run(y, [[scalar(1), 1]]), ArgumentError, 'be keyed by symbols'],
    [
      'a Map by names',
      run(y, new Map([['x', 1]])),
      ArgumentError,
      "be keyed by symbols of the session's graph; got 'x'",
    ],
    [
      'a symbol twice',
      run(y, [
        [x, [1, 2]],
        [x, [1, 2]],
      ]),
      ArgumentError,
      'hold each symbol once',
    ],
    [
      'one pair without a list',
      run(y, [x, [1, 2]]),
      ArgumentError,
      'Session.run: feeds must be a Map, pairs of symbol and value, or an object by names',
    ],
    ['a tensor for feeds', run(y, scalar(1)), ArgumentError, 'got a tensor'],
    ['null for feeds', run(y, null), ArgumentError, 'got null'],
    ['a number for feeds', run(y, 3), ArgumentError, 'got 3'],
    [
      'a symbol of another graph as fetch',
      run([foreign]),
      ArgumentError,
      "Session.run: fetches must be symbols of the session's graph; got Tensor float32 [2] (placeholder 'z' of a graph)",
    ],
    [
      'a number as fetch',
      run([y, 3]),
      ArgumentError,
      'Session.run: fetches[1] must be a symbol, or an array or plain object of such; got 3',
    ],
    ['a name as fetch', run('x'), ArgumentError, "got 'x'"],
    ['no fetch', run(undefined), ArgumentError, 'got undefined'],
  ])('is refused: %s', (_, call, ErrorClass, message) => {
    expect(call).toThrow(ErrorClass);
    expect(call).toThrow(message);
    expect(session.run(y, { x: [1, 2] }).arraySync()).toEqual([2, 4]);
  });

  it('is refused: a symbol as value', () => {
    expect(run(y, { x: foreign })).toThrow(UnsupportedError);
    expect(run(y, { x: foreign })).toThrow('evaluates it');
  });

  it('reads own properties of feeds only', () => {
    const inherited = Object.create({ x: [1, 2] }) as Feeds;
    expect(run(y, inherited)).toThrow(ArgumentError);
    const total = graph.run(() => addN([y, y]));
    const feeds = Object.assign(Object.create(null) as object, { x: [1, 2] }) as Feeds;
    expect(session.run(total, feeds).arraySync()).toEqual([4, 8]);
  });
});
