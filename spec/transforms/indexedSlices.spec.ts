import { inspect } from 'node:util';
import { runtime } from '../../lib/base/runtime.ts';
import type { Gradient, Tensor } from '../../lib/index.ts';
import {
  add,
  apply,
  ArgumentError,
  defineOp,
  embeddingLookup,
  gather,
  GradientTape,
  IndexedSlices,
  mul,
  ShapeError,
  specOf,
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

const table = tensor([
  [1, 2],
  [3, 4],
  [5, 6],
]);
const ids = (...places: number[]): Tensor => tensor(places, [places.length], 'int32');

function sparse(x: Tensor, f: () => Tensor): Gradient {
  const tape = new GradientTape();
  tape.watch(x);
  return tape.gradient(f(), x, { sparse: true });
}

function rowsOf(gradient: Gradient): IndexedSlices {
  if (gradient instanceof IndexedSlices) return gradient;
  throw new Error(`expected rows; got ${gradient.toString()}`);
}

function told(gradient: Gradient): unknown {
  const { values, indices, denseShape } = rowsOf(gradient);
  return [values.arraySync(), indices.arraySync(), denseShape];
}

describe('a sparse gradient', () => {
  // 33
  it('holds the rows that gather read, one for each index, not summed', () => {
    const x = tensor([1, 2, 3]);
    const gradient = sparse(x, () => gather(x, ids(0, 0, 2)));
    expect(told(gradient)).toEqual([[1, 1, 1], [0, 0, 2], [3]]);
    expect(rowsOf(gradient).toDense().arraySync()).toEqual([2, 0, 1]);
  });

  it('takes rows of any shape and indices of any shape', () => {
    const lookup = (): Tensor =>
      mul(
        embeddingLookup(table, [
          [0, 2],
          [2, 1],
        ]),
        [1, 10],
      );
    const gradient = rowsOf(sparse(table, lookup));
    expect(gradient.values.arraySync()).toEqual([
      [1, 10],
      [1, 10],
      [1, 10],
      [1, 10],
    ]);
    expect(gradient.indices.arraySync()).toEqual([0, 2, 2, 1]);
    expect(gradient.dtype).toBe('float32');
    expect(gradient.toDense().arraySync()).toEqual([
      [1, 10],
      [1, 10],
      [2, 20],
    ]);
  });

  it('puts several such gradients one behind the other', () => {
    const f = (): Tensor => add(sum(gather(table, ids(1))), sum(mul(gather(table, ids(0, 1)), 3)));
    expect(told(sparse(table, f))).toEqual([
      [
        [1, 1],
        [3, 3],
        [3, 3],
      ],
      [1, 0, 1],
      [3, 2],
    ]);
  });

  it('is dense together with a dense one', () => {
    const gradient = sparse(table, () => add(sum(gather(table, ids(1))), sum(table)));
    expect(gradient).not.toBeInstanceOf(IndexedSlices);
    expect((gradient as Tensor).arraySync()).toEqual([
      [1, 1],
      [2, 2],
      [1, 1],
    ]);
  });

  it.each<[string, (x: Tensor) => Tensor]>([
    ['another axis', (x) => gather(x, ids(1), 1)],
    ['rows picked within rows', (x) => gather(x, ids(1, 0, 1), 1, 1)],
    ['a table that was computed', (x) => gather(square(x), ids(1))],
    ['batches', (x) => vmap((one) => gather(one, ids(1)))(x)],
    ['no rows at all', (x) => square(x)],
  ])('is dense for %s', (_, f) => {
    const tape = new GradientTape({ persistent: true });
    const y = tape.run(() => {
      tape.watch(table);
      return f(table);
    });
    const gradient = tape.gradient(y, table, { sparse: true });
    expect(gradient).not.toBeInstanceOf(IndexedSlices);
    expect((gradient as Tensor).arraySync()).toEqual(tape.gradient(y, table).arraySync());
  });

  it('of an intermediate result is dense, and so passes on to what it was computed from', () => {
    const tape = new GradientTape();
    tape.watch(table);
    const inner = square(table);
    const [forInner, forTable] = tape.gradient(gather(inner, ids(1)), [inner, table], {
      sparse: true,
    });
    expect((forInner as Tensor).arraySync()).toEqual([
      [0, 0],
      [1, 1],
      [0, 0],
    ]);
    expect((forTable as Tensor).arraySync()).toEqual([
      [0, 0],
      [6, 8],
      [0, 0],
    ]);
  });

  it('comes from indices and table at once where both are followed', () => {
    const x = tensor([0, 1, 2]);
    const tape = new GradientTape();
    tape.watch(x);
    const y = mul(gather(x, ids(2, 2)), x.slice([0], [2]));
    expect((tape.gradient(y, x, { sparse: true }) as Tensor).arraySync()).toEqual([2, 2, 1]);
  });

  it('is asked for variables that were read several times', () => {
    const v = variable([1, 2, 3]);
    const tape = new GradientTape();
    const first = gather(v, ids(0));
    v.assign(tensor([4, 5, 6]));
    const second = mul(gather(v, ids(2)), 10);
    expect(told(tape.gradient([first, second], v, { sparse: true }))).toEqual([
      [1, 10],
      [0, 2],
      [3],
    ]);
  });

  it('can be differentiated again, also by the tape itself', () => {
    const x = tensor([1, 2, 3]);
    const tape = new GradientTape({ persistent: true });
    tape.watch(x);
    const y = square(square(gather(x, ids(0, 2))));
    const first = rowsOf(tape.gradient(y, x, { sparse: true }));
    const second = tape.gradient(first.values, x, { sparse: true });
    const third = tape.gradient(first.toDense(), x);
    tape.stop();
    expect(first.values.arraySync()).toEqual([4, 108]);
    expect(told(second)).toEqual([[12, 108], [0, 2], [3]]);
    expect(third.arraySync()).toEqual([12, 0, 108]);
    expect(tape.gradient(y, x).arraySync()).toEqual([4, 0, 108]);
  });

  it('follows the rule for unconnected sources', () => {
    const other = tensor([1]);
    const tape = new GradientTape({ persistent: true });
    tape.watch([table, other]);
    const y = gather(table, ids(1));
    tape.stop();
    expect(() => tape.gradient(y, other, { sparse: true })).toThrow(
      'sources must reach the target',
    );
    const none = { sparse: true, unconnectedGradients: 'none' } as const;
    expect(tape.gradient(y, [other], none)).toEqual([null]);
    const zero = { sparse: true, unconnectedGradients: 'zero' } as const;
    expect((tape.gradient(y, other, zero) as Tensor).arraySync()).toEqual([0]);
    expect(() => tape.gradient(y, table, { sparse: 1 as never })).toThrow(
      'gradient: sparse must be true or false; got 1',
    );
  });

  it('is a rule of the op, which ops of users may have, too', () => {
    const op = defineOp({
      name: 'lastRow',
      inputs: ['x'],
      outputs: ['y'],
      infer: ([x]) => [specOf(x.shape.slice(1), x.dtype)],
      kernel: ([x], [y]) => y.values.set(x.values.subarray(x.size - y.size)),
      derivative: {
        vjp: ({ inputs: [x] }, [g]) => [
          new IndexedSlices(g.expandDims(0), ids(x.shape[0] - 1), x.shape).toDense(),
        ],
        rows: ({ inputs: [x] }, [g]) => [{ values: g.expandDims(0), indices: ids(x.shape[0] - 1) }],
      },
    });
    expect(told(sparse(table, () => apply(op, [table])[0]))).toEqual([[[1, 1]], [2], [3, 2]]);
  });
});

describe('IndexedSlices', () => {
  const slices = new IndexedSlices(tensor([[1, 2]]), ids(2), [3, 2]);

  it('prints its parts', () => {
    expect(String(slices)).toBe(
      'IndexedSlices float32 [3,2] of 1 rows: Tensor float32 [1,2] [[1, 2]] at Tensor int32 [1] [2]',
    );
    expect(inspect(slices)).toBe(String(slices));
  });

  it('may be empty', () => {
    const none = new IndexedSlices(tensor([], [0, 2]), ids(), [3, 2]);
    expect(none.toDense().arraySync()).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });

  it.each<[() => unknown, typeof ArgumentError, string]>([
    [
      () => new IndexedSlices([1] as never, ids(0), [3]),
      ArgumentError,
      'IndexedSlices: values must be a tensor; got',
    ],
    [
      () => new IndexedSlices(tensor([1]), [0] as never, [3]),
      ArgumentError,
      'IndexedSlices: indices must be a tensor; got',
    ],
    [
      () => new IndexedSlices(tensor([1]), tensor([0]), [3]),
      ArgumentError,
      'IndexedSlices: indices must be an int32 vector; got float32 [1]',
    ],
    [
      () => new IndexedSlices(tensor([1]), ids(0, 1), [3]),
      ShapeError,
      'IndexedSlices: values must have the shape [2] of 2 rows of [3]; got [1]',
    ],
    [
      () => new IndexedSlices(tensor([1]), ids(0), []),
      ShapeError,
      'IndexedSlices: values must have',
    ],
  ])('refuses parts that do not fit: %s', (f, Class, text) => {
    expect(f).toThrow(Class);
    expect(f).toThrow(text);
  });
});
