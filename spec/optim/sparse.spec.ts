import { runtime } from '../../lib/base/runtime.ts';
import type { Optimizer, Tensor, Variable } from '../../lib/index.ts';
import {
  embeddingLookup,
  GradientTape,
  IndexedSlices,
  mul,
  square,
  sum,
  tensor,
  train,
  variable,
} from '../../lib/index.ts';

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

const start = Array.from({ length: 6 }, (_, i) => [Math.sin(i), Math.cos(i), i / 7]);
const steps = [[0, 2, 2], [5], [2, 0, 4]];

const loss = (table: Variable | Tensor, rows: readonly number[]): Tensor =>
  sum(mul(square(embeddingLookup(table, rows)), [1, 2, 3]));

const optimizers: readonly (readonly [string, () => Optimizer])[] = [
  ['sgd', () => train.sgd(0.1)],
  ['adagrad', () => train.adagrad(0.1)],
  ['momentum', () => train.momentum(0.1, 0.9)],
  ['adam', () => train.adam(0.1)],
  ['adamax', () => train.adamax(0.1)],
  ['adadelta', () => train.adadelta(0.1)],
  ['rmsprop', () => train.rmsprop(0.1, 0.9, 0.5)],
];

describe.each(optimizers)('%s', (_, make) => {
  it('moves a table that is read by rows as it would with a dense gradient', () => {
    const [table, twin] = [variable(start), variable(start)];
    const [sparse, dense] = [make(), make()];
    for (const rows of steps) {
      sparse.minimize(() => loss(table, rows));
      const tape = new GradientTape();
      const gradient = tape.gradient(loss(twin, rows), twin);
      dense.applyGradients([[gradient, twin]]);
      expect(table.dataSync()).toEqual(twin.dataSync());
    }
  });

  it('takes rows in applyGradients', () => {
    const [table, twin] = [variable(start), variable(start)];
    const tape = new GradientTape({ persistent: true });
    const y = loss(table, [1, 3, 1]);
    tape.stop();
    const slices = tape.gradient(y, table, { sparse: true });
    expect(slices).toBeInstanceOf(IndexedSlices);
    make().applyGradients([[slices, table]]);
    make().applyGradients([[tape.gradient(y, table), twin]]);
    expect(table.dataSync()).toEqual(twin.dataSync());
  });
});

describe('an optimiser that moves rows alone', () => {
  it('never makes the dense gradient of a table', () => {
    const count = 20_000;
    const table = variable(tensor(new Float32Array(count * 8), [count, 8]));
    const { allocate } = runtime;
    let largest = 0;
    runtime.allocate = (dtype, size) => {
      largest = Math.max(largest, size);
      return allocate(dtype, size);
    };
    try {
      train.adagrad(0.1).minimize(() => sum(square(embeddingLookup(table, [1, 7]).add(1))));
    } finally {
      runtime.allocate = allocate;
    }
    expect(largest).toBeLessThan(100);
    expect(table.dataSync().filter((value) => value !== 0).length).toBe(16);
  });

  it('is not heard by a tape that is open', () => {
    const table = variable(start);
    const tape = new GradientTape({ persistent: true });
    train.sgd(0.1).minimize(() => loss(table, [0]));
    const y = loss(table, [0]);
    tape.stop();
    expect(tape.gradient(y, table).shape).toEqual([6, 3]);
  });

  it('refuses rows that the variable does not have, and then moves nothing', () => {
    const table = variable(start);
    const place = (row: number): IndexedSlices =>
      new IndexedSlices(tensor([[1, 1, 1]]), tensor([row], [1], 'int32'), [6, 3]);
    for (const row of [6, -1]) {
      expect(() => train.sgd(1).applyGradients([[place(row), table]])).toThrow(
        `gradient of 'variable_`,
      );
      expect(() => train.sgd(1).applyGradients([[place(row), table]])).toThrow(
        `must have rows in [0, 6); got ${String(row)}`,
      );
    }
    const other = new IndexedSlices(tensor([[1, 1]]), tensor([0], [1], 'int32'), [6, 2]);
    expect(() => train.sgd(1).applyGradients([[other, table]])).toThrow(
      "must have the variable's shape [6,3]; got [6,2]",
    );
    expect(table.arraySync()).toEqual(variable(start).arraySync());
  });
});
