import { ArgumentError } from '../../lib/base/errors.ts';
import {
  flatten,
  mapTree,
  requireSameStructure,
  unflatten,
  zipTrees,
} from '../../lib/core/tree.ts';

/** Stands in for a tensor. */
class Leaf {
  readonly id: number;
  constructor(id: number) {
    this.id = id;
  }
}

const isLeaf = (value: unknown): value is Leaf => value instanceof Leaf;
const isLeafOrNull = (value: unknown): value is Leaf | null => value === null || isLeaf(value);
const leaf = (id: number): Leaf => new Leaf(id);
const idOf = (one: Leaf): number => one.id;

/** The message and the class of what `f` throws. */
function errorOf(f: () => unknown): string {
  try {
    f();
  } catch (error) {
    expect(error).toBeInstanceOf(ArgumentError);
    return (error as ArgumentError).message;
  }
  throw new Error('nothing was thrown');
}

describe('flatten', () => {
  it('gives a bare leaf the empty path', () => {
    const one = leaf(1);
    expect(flatten(one, isLeaf)).toEqual({ leaves: [one], paths: [''] });
  });

  it('walks depth first, in the order of indices and of insertion', () => {
    const tree = [{ weights: { kernel: leaf(1), bias: leaf(2) } }, [leaf(3), [leaf(4)]], leaf(5)];
    const { leaves, paths } = flatten(tree, isLeaf);
    expect(leaves.map(idOf)).toEqual([1, 2, 3, 4, 5]);
    expect(paths).toEqual(['[0].weights.kernel', '[0].weights.bias', '[1][0]', '[1][1][0]', '[2]']);
  });

  it('quotes keys that are no identifiers', () => {
    const tree = { 'a b': leaf(1), größe: { '': leaf(2), 'x"y': leaf(3) }, $_1: leaf(4) };
    expect(flatten(tree, isLeaf).paths).toEqual(['["a b"]', 'größe[""]', 'größe["x\\"y"]', '$_1']);
  });

  it('finds no leaves in empty structures', () => {
    for (const tree of [[], {}, [[], {}]])
      expect(flatten(tree, isLeaf)).toEqual({ leaves: [], paths: [] });
  });

  it('ignores inherited, hidden and symbol keys', () => {
    const tree = Object.defineProperty({ a: leaf(1), [Symbol('s')]: 7 }, 'hidden', { value: 7 });
    expect(flatten(tree, isLeaf).paths).toEqual(['a']);
  });

  it('takes objects of no prototype and of another realm', () => {
    const bare = Object.assign(Object.create(null), { a: leaf(1) }) as unknown;
    expect(flatten([bare], isLeaf).paths).toEqual(['[0].a']);
    expect(
      flatten(structuredClone({ a: [1] }), (value): value is number => value === 1).paths,
    ).toEqual(['a[0]']);
  });

  it('visits what stands at two places twice', () => {
    const shared = { w: leaf(1) };
    expect(flatten([shared, shared], isLeaf).paths).toEqual(['[0].w', '[1].w']);
  });

  it('takes null as a leaf where the predicate does', () => {
    expect(flatten({ a: null, b: leaf(1) }, isLeafOrNull).leaves).toEqual([null, leaf(1)]);
  });

  it('survives 10,000 levels', () => {
    let tree: unknown = leaf(1);
    for (let i = 0; i < 10_000; i++) tree = i % 2 === 0 ? [tree] : { a: tree };
    const { leaves, paths } = flatten(tree, isLeaf);
    expect(leaves).toHaveLength(1);
    expect(paths[0]).toHaveLength(5_000 * 'a[0]'.length + 4_999);
  });

  it.each([
    ['a number', { w: [1.5] }, 'w[0]', '1.5; tensor(...) makes a tensor of it'],
    [
      'a typed array',
      [Float32Array.of(1, 2)],
      '[0]',
      /Float32Array.*; tensor\(\.\.\.\) makes a tensor of it/,
    ],
    ['null', [null], '[0]', 'null'],
    ['undefined', { w: undefined }, 'w', 'undefined'],
    ['a hole', [, leaf(1)], '[0]', 'undefined'], // eslint-disable-line no-sparse-arrays
    ['a string', ['w'], '[0]', "'w'"],
    ['a Map', { w: new Map() }, 'w', 'an object (Map)'],
    ['a Date', { w: new Date(0) }, 'w', 'an object (Date)'],
    ['a class instance', { w: new (class Model {})() }, 'w', 'an object (Model)'],
    ['a function', { w: () => 1 }, 'w', 'a function'],
  ])('rejects %s, naming its path', (_, tree, path, got) => {
    const message = errorOf(() => flatten(tree, isLeaf, { op: 'gradient', argument: 'sources' }));
    const place = path.startsWith('[') ? `sources${path}` : `sources.${path}`;
    expect(message).toContain(
      `gradient: ${place} must be a tensor, or an array or plain object of such; got `,
    );
    expect(message.split('; got ')[1]).toEqual(
      typeof got === 'string' ? got : expect.stringMatching(got),
    );
  });

  it('rejects a revoked proxy', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const refusesProxies = (value: unknown): value is Leaf => value !== proxy && isLeaf(value);
    expect(errorOf(() => flatten([proxy], refusesProxies))).toMatch(
      /^flatten: tree\[0\] must be a tensor/,
    );
  });

  it('rejects cycles, naming both places', () => {
    const model: Record<string, unknown> = { w: leaf(1) };
    model['layers'] = [{ parent: model }];
    const names = { op: 'gradient', argument: 'sources' };
    expect(errorOf(() => flatten({ model }, isLeaf, names))).toBe(
      'gradient: sources.model.layers[0].parent must not contain itself; got sources.model again',
    );
    const list: unknown[] = [];
    list.push(list);
    expect(errorOf(() => flatten(list, isLeaf))).toBe(
      'flatten: tree[0] must not contain itself; got tree again',
    );
  });

  it('shortens long paths in errors, and names op and argument in fields', () => {
    let tree: unknown = 1;
    for (let i = 0; i < 1_000; i++) tree = [tree];
    try {
      flatten(tree, isLeaf, { op: 'gradient', argument: 'sources' });
    } catch (error) {
      const { op, argument, message } = error as ArgumentError;
      expect(op).toBe('gradient');
      expect(argument).toMatch(/^sources\[0\]\[0\].*\.\.\..*\[0\]\[0\]$/);
      expect(message.length).toBeLessThan(300);
    }
    expect.assertions(3);
  });
});

describe('mapTree', () => {
  it('keeps arrays, keys and their order', () => {
    const tree = { b: leaf(1), a: [leaf(2), { c: leaf(3) }] };
    const result = mapTree(tree, isLeaf, (one, path) => `${path}=${String(one.id)}`);
    expect(result).toEqual({ b: 'b=1', a: ['a[0]=2', { c: 'a[1].c=3' }] });
    expect(Object.keys(result)).toEqual(['b', 'a']);
  });

  it('maps a bare leaf, and keeps empty containers', () => {
    expect(mapTree(leaf(3), isLeaf, idOf)).toBe(3);
    expect(mapTree([{}, []], isLeaf, idOf)).toEqual([{}, []]);
  });

  it('builds new plain containers and leaves the old ones alone', () => {
    const tree = Object.freeze({ a: Object.freeze([leaf(1)]) });
    const result = mapTree(tree, isLeaf, idOf);
    expect(Object.isFrozen(result)).toBe(false);
    expect(Object.getPrototypeOf(mapTree(Object.create(null) as object, isLeaf, idOf))).toBe(
      Object.prototype,
    );
  });

  it('round-trips keys that Object.prototype has, without touching it', () => {
    const tree = JSON.parse(
      '{"__proto__": {"polluted": 1}, "constructor": 1, "toString": 1}',
    ) as unknown;
    const isOne = (value: unknown): value is number => value === 1;
    const result = mapTree(tree, isOne, () => 2) as object;
    expect(Object.keys(result)).toEqual(['__proto__', 'constructor', 'toString']);
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect(JSON.stringify(result)).toBe(
      '{"__proto__":{"polluted":2},"constructor":2,"toString":2}',
    );
    expect('polluted' in {}).toBe(false);
    expect(flatten(tree, isOne).paths).toEqual(['__proto__.polluted', 'constructor', 'toString']);
  });

  it('survives 10,000 levels', () => {
    let tree: unknown = leaf(1);
    for (let i = 0; i < 10_000; i++) tree = [tree];
    let result = mapTree(tree, isLeaf, idOf);
    for (let i = 0; i < 10_000; i++) result = (result as readonly unknown[])[0];
    expect(result).toBe(1);
  });
});

describe('unflatten', () => {
  it('is the inverse of flatten', () => {
    const tree = { a: [leaf(1), leaf(2)], b: leaf(3) };
    expect(unflatten(tree, isLeaf, flatten(tree, isLeaf).leaves)).toEqual(tree);
    expect(unflatten(tree, isLeaf, ['x', 'y', 'z'])).toEqual({ a: ['x', 'y'], b: 'z' });
  });

  it('rejects a wrong number of leaves', () => {
    const message = 'unflatten: leaves must be as many as the structure has: 1; got 2';
    expect(errorOf(() => unflatten([leaf(1)], isLeaf, [1, 2]))).toBe(message);
    expect(() => unflatten([leaf(1)], isLeaf, [])).toThrow(ArgumentError);
  });
});

describe('zipTrees', () => {
  it('pairs leaves by path, whatever the order of keys', () => {
    const a = { w: [leaf(1)], b: leaf(2) };
    const b = { b: leaf(20), w: [leaf(10)] };
    const { pairs, paths } = zipTrees('apply', 'gradients', a, b, isLeaf);
    expect(pairs.map(([x, y]) => [x.id, y.id])).toEqual([
      [1, 10],
      [2, 20],
    ]);
    expect(paths).toEqual(['w[0]', 'b']);
  });

  it('takes leaves of another kind in the second structure', () => {
    const { pairs } = zipTrees(
      'apply',
      'gradients',
      [leaf(1), leaf(2)],
      [null, leaf(3)],
      isLeaf,
      isLeafOrNull,
    );
    expect(pairs.map(([, y]) => y)).toEqual([null, leaf(3)]);
  });
});

describe('requireSameStructure', () => {
  const check = (a: unknown, b: unknown) => (): void => {
    requireSameStructure('apply', 'gradients', a, b, isLeaf);
  };

  it('accepts equal structures', () => {
    expect(check({ a: [leaf(1), {}] }, { a: [leaf(2), {}] })).not.toThrow();
    expect(check(leaf(1), leaf(2))).not.toThrow();
  });

  it.each([
    [
      'a missing key',
      { a: { w: leaf(1) } },
      { a: {} },
      "gradients.a must have the key 'w'; got an object with no keys",
    ],
    ['an extra key', { a: leaf(1) }, { a: leaf(1), b: 5 }, 'gradients.b must be absent; got 5'],
    ['a length', [[leaf(1)]], [[]], 'gradients[0] must be an array of 1; got an array of 0'],
    [
      'an object for an array',
      [leaf(1)],
      { 0: leaf(1) },
      "gradients must be an array of 1; got an object with the keys '0'",
    ],
    [
      'an array for an object',
      { a: leaf(1) },
      [leaf(1)],
      "gradients must be an object with the keys 'a'; got an array of 1",
    ],
    [
      'a leaf for a structure',
      [[leaf(1)]],
      [leaf(1)],
      'gradients[0] must be an array of 1; got an object (Leaf)',
    ],
    [
      'a structure for a leaf',
      { a: leaf(1) },
      { a: [leaf(1)] },
      'gradients.a must be a leaf; got an array of 1',
    ],
    [
      'an inherited key',
      { toString: leaf(1) },
      {},
      "gradients must have the key 'toString'; got an object with no keys",
    ],
    [
      'a number for a leaf',
      { a: leaf(1), b: 7 },
      { a: 5, b: 7 },
      'gradients.a must be a leaf; got 5',
    ],
  ])('rejects %s', (_, a, b, message) => {
    expect(errorOf(check(a, b))).toBe(
      `apply: ${message}; its structure differs from the one it must match`,
    );
  });

  it('tells when the first structure is itself no structure', () => {
    expect(errorOf(check([5], [5]))).toMatch(
      /^apply: structure for gradients\[0\] must be a tensor/,
    );
  });
});
