import { runtime } from '../../lib/base/runtime.ts';
import type * as library from '../../lib/index.ts';
import type { Tensor } from '../../lib/index.ts';
import {
  add,
  ArgumentError,
  DTypeError,
  GradientTape,
  Graph,
  mul,
  placeholder,
  scalar,
  Session,
  ShapeError,
  sum,
  TapeError,
  tensor,
  UnsupportedError,
  variable,
} from '../../lib/index.ts';

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

describe('Graph.run', () => {
  it('returns what the function returns, with symbols in place of results', () => {
    const graph = new Graph();
    const { y, rest } = graph.run(() => {
      const x = placeholder('float32', [2, 3], 'x');
      return { y: sum(mul(x, 2), 0), rest: [x, 'text'] as const };
    });
    expect(String(y)).toBe('Tensor float32 [3] (a symbol of a graph, by sum)');
    expect(String(rest[0])).toBe("Tensor float32 [2,3] (placeholder 'x' of a graph)");
    expect(rest[1]).toBe('text');
  });

  it('computes nothing, and checks shapes and dtypes at once', () => {
    const graph = new Graph();
    expect(() => graph.run(() => add(placeholder('float32', [2]), [1, 2, 3]))).toThrow(
      'add: shapes must broadcast together; got a [2] and b [3]',
    );
    // Constants are not computed with either.
    const y = graph.run(() => mul(tensor([2]), tensor([3])));
    expect(() => y.dataSync()).toThrow(UnsupportedError);
    expect(new Session(graph).run(y).arraySync()).toEqual([6]);
  });

  it('may be called again, to build more', () => {
    const graph = new Graph();
    const x = graph.run(() => placeholder('float32', [], 'x'));
    const y = graph.run(() => mul(x, x));
    expect(new Session(graph).run(y, { x: 3 }).item()).toBe(9);
    const z = graph.run(() => graph.run(() => add(y, 1)));
    expect(new Session(graph).run(z, { x: 3 }).item()).toBe(10);
  });

  it('reads each variable as one symbol', () => {
    const graph = new Graph();
    const v = variable(3, true, 'v');
    const [a, b, y] = graph.run(() => [v.read(), v.read(), mul(v, v)]);
    expect(a).toBe(b);
    expect(String(a)).toBe("Tensor float32 [] (variable 'v' in a graph)");
    expect(graph.nodes.map((node) => node.kind)).toEqual(['variable', 'computation']);
    expect(new Session(graph).run(y).item()).toBe(9);
  });

  it('leaves the library as it was when the function throws', () => {
    const graph = new Graph();
    const failing = (): unknown =>
      graph.run(() => {
        throw new RangeError('from inside');
      });
    expect(failing).toThrow(RangeError);
    expect(add(1, 2).item()).toBe(3);
    expect(graph.run(() => 5)).toBe(5);
  });

  it('refuses what is no function, and an async one', async () => {
    const graph = new Graph();
    expect(() => graph.run(3 as never)).toThrow('Graph.run: f must be a function; got 3');
    const waiting = (): unknown =>
      graph.run(async () => {
        await Promise.resolve();
        throw new Error('handled');
      });
    expect(waiting).toThrow(TapeError);
    expect(waiting).toThrow('Graph.run: callback must be synchronous; got a promise');
    await Promise.resolve();
    expect(add(1, 2).item()).toBe(3);
  });

  it('nests with other graphs, but not in turns', () => {
    const [outer, inner] = [new Graph(), new Graph()];
    const turns = (): unknown => outer.run(() => inner.run(() => outer.run(() => 1)));
    expect(turns).toThrow(ArgumentError);
    expect(turns).toThrow(
      'Graph.run: graph must be the innermost one that is being built; got a graph around another',
    );
    const y = outer.run(() => {
      inner.run(() => placeholder('float32', [], 'x'));
      return placeholder('float32', [], 'x');
    });
    expect(new Session(outer).run(y, { x: 4 }).item()).toBe(4);
  });
});

describe('symbols', () => {
  const graph = new Graph();
  const y = graph.run(() => mul(placeholder('float32', [2], 'x'), 2));
  const needed = 'Graph: symbol must be evaluated to have values; got Tensor float32 [2] (a symbol';

  it.each<[string, () => unknown]>([
    ['read', () => y.dataSync()],
    ['read as nested arrays', () => y.arraySync()],
    ['written as JSON', () => JSON.stringify(y)],
    ['used by an op in eager mode', () => add(y, 1)],
    ['reshaped in eager mode', () => y.reshape([2, 1])],
    ['assigned', () => variable([1, 2]).assign(y)],
    ['made a variable', () => variable(y)],
  ])('cannot be %s, and say what evaluates them', (_, use) => {
    expect(use).toThrow(UnsupportedError);
    expect(use).toThrow(needed);
    expect(use).toThrow('new Session(graph).run(symbol, feeds) evaluates it');
  });

  it('cannot be read while the graph is built', () => {
    const reading = (): unknown => graph.run(() => y.dataSync());
    expect(reading).toThrow('while the graph is built, no symbol has a value');
  });

  it('cannot be used in another graph', () => {
    const use = (): unknown => new Graph().run(() => add(y, 1));
    expect(use).toThrow(ArgumentError);
    expect(use).toThrow(
      'add: inputs must be symbols of this graph or have values; got Tensor float32 [2] (a symbol of a graph, by mul); evaluate it with a Session of its own graph',
    );
  });

  it('leave a tape usable that met them in eager mode', () => {
    const x = scalar(3);
    const tape = new GradientTape();
    tape.watch(x);
    expect(() => mul(x, y)).toThrow(UnsupportedError);
    expect(tape.gradient(mul(x, x), x).item()).toBe(6);
  });

  it('of another copy of the library are recognised', () => {
    let copied: typeof library | undefined;
    jest.isolateModules(() => {
      copied = jest.requireActual('../../lib/index.ts');
    });
    const other = copied!;
    expect(other.Graph).not.toBe(Graph);
    const theirs = new other.Graph();
    const [x, z] = theirs.run(() => {
      const a = placeholder('float32', [], 'a');
      return [a, other.mul(a, add(a, 1))] as const;
    });
    expect(new Session(theirs).run(z, { a: 3 }).item()).toBe(12);
    const slope = other.gradients(z, x);
    expect(new Session(theirs).run(slope, { a: 3 })?.item()).toBe(7);
  });
});

describe('placeholder', () => {
  const inGraph = <T>(f: () => T): T => new Graph().run(f);

  it('is a scalar unless it is given a shape, and has a name of its own', () => {
    const graph = new Graph();
    const names = graph.run(() => {
      placeholder('float32', [], 'placeholder_1');
      const [a, b] = [placeholder('int32'), placeholder('bool', [2, 0])];
      expect([a.describe(), b.describe()]).toEqual(['int32 []', 'bool [2,0]']);
      return graph.placeholderNames();
    });
    expect(new Set(names).size).toBe(3);
  });

  it('keeps its dtype in its type', () => {
    const x: Tensor<'float64'> = inGraph(() => placeholder('float64', [3]));
    expect(x.dtype).toBe('float64');
  });

  it.each<[string, () => unknown, typeof ShapeError, string]>([
    [
      'NaN in a shape',
      () => placeholder('float32', [2, NaN]),
      ShapeError,
      'placeholder: shape must hold integers of at least 0; got NaN at [1]',
    ],
    ['a negative size', () => placeholder('float32', [-1]), ShapeError, 'got -1 at [0]'],
    ['half a size', () => placeholder('float32', [0.5]), ShapeError, 'got 0.5 at [0]'],
    ['an unknown size', () => placeholder('float32', [null as never]), ShapeError, 'got null at'],
    ['no array', () => placeholder('float32', 3 as never), ShapeError, 'be an array of sizes'],
    [
      'an unknown dtype',
      () => placeholder('float' as never),
      DTypeError,
      'placeholder: dtype must',
    ],
    [
      'a name that is no string',
      () => placeholder('float32', [], 3 as never),
      ArgumentError,
      'placeholder: name must be a string; got 3',
    ],
    [
      'a name twice',
      () => [placeholder('float32', [], 'x'), placeholder('int32', [], 'x')],
      ArgumentError,
      "placeholder: name must be unique in its graph; got 'x' twice",
    ],
  ])('refuses %s', (_, call, ErrorClass, message) => {
    const build = (): unknown => inGraph(call);
    expect(build).toThrow(ErrorClass);
    expect(build).toThrow(message);
  });

  it('is refused in eager mode', () => {
    const call = (): unknown => placeholder('float32');
    expect(call).toThrow(UnsupportedError);
    expect(call).toThrow(
      'placeholder: call must stand inside Graph.run; got a call in eager mode; placeholder is not supported when executing eagerly; use a tensor',
    );
  });
});
