// The smoke program: twenty assertions on the public names of the packed package. It is compiled
// with `strict` and `skipLibCheck: false`, holds no cast, and names nothing that only Node has, so
// that the very same lines run everywhere.
import {
  add,
  ForwardAccumulator,
  grad,
  GradientTape,
  gradients,
  Graph,
  matMul,
  mul,
  placeholder,
  scalar,
  Session,
  ShapeError,
  split,
  sum,
  tanh,
  TapeError,
  tensor,
  train,
  variable,
  vmap,
  type Tensor,
  type Variable,
} from 'gradtape';
import * as graphModule from 'gradtape/graph';
import * as optimModule from 'gradtape/optim';

function same(actual: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`expected ${b}, got ${a}`);
}

function near(actual: number, expected: number, tolerance = 1e-6): void {
  if (!(Math.abs(actual - expected) <= tolerance))
    throw new Error(`expected ${expected}, got ${actual}`);
}

/** Whether `f` throws an error of this class and name, with a message that contains `words`. */
function throws(
  f: () => unknown,
  ErrorClass: typeof ShapeError | typeof TapeError,
  name: string,
  words: string,
): void {
  try {
    f();
  } catch (error) {
    // A minifier shortens the names of classes, but not the `name` of an error.
    const right = error instanceof ErrorClass && error.name === name;
    if (right && error.message.includes(words)) return;
    throw new Error(`wrong error: ${String(error)}`, { cause: error });
  }
  throw new Error(`no error that says ${words}`);
}

const cube = (x: Tensor): Tensor => mul(x, mul(x, x));

const assertions: Record<string, () => void> = {
  'a nested array makes a float32 tensor': () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    same([x.shape, x.dtype, x.size, x.rank], [[2, 3], 'float32', 6, 2]);
  },
  'add broadcasts': () => {
    same(add(tensor([[1], [2]]), tensor([10, 20])).arraySync(), [
      [11, 21],
      [12, 22],
    ]);
  },
  'a number takes part in an op': () => {
    same(mul(tensor([1, 2]), 3).arraySync(), [3, 6]);
  },
  'methods do the same as functions': () => {
    same(tensor([1, 2]).add([3, 4]).mul(2).sum().item(), 20);
  },
  'matMul multiplies matrices': () => {
    same(
      matMul(
        [
          [1, 2],
          [3, 4],
        ],
        [[5], [6]],
      ).arraySync(),
      [[17], [39]],
    );
  },
  'sum runs along an axis': () => {
    same(
      sum(
        tensor([
          [1, 2],
          [3, 4],
        ]),
        0,
      ).arraySync(),
      [4, 6],
    );
  },
  'split cuts into parts': () => {
    same(
      split(tensor([1, 2, 3, 4]), 2).map((part) => part.arraySync()),
      [
        [1, 2],
        [3, 4],
      ],
    );
  },
  'tanh is right to single precision': () => {
    near(tanh(scalar(0.5)).item(), 0.46211715726);
  },
  'a tape gives [2, 3, 1] for a * b + c': () => {
    const [a, b, c] = [scalar(3), scalar(2), scalar(1)];
    const tape = new GradientTape();
    tape.watch([a, b, c]);
    const y = add(mul(a, b), c);
    same(
      tape.gradient(y, [a, b, c]).map((g) => g.item()),
      [2, 3, 1],
    );
  },
  'a graph gives the same, and its subpath the same classes': () => {
    const graph = new graphModule.Graph();
    const derivatives = graph.run(() => {
      const [a, b, c] = [
        placeholder('float32', [], 'a'),
        placeholder('float32', [], 'b'),
        placeholder('float32', [], 'c'),
      ];
      return gradients(add(mul(a, b), c), [a, b, c], { unconnectedGradients: 'zero' });
    });
    same(
      new Session(graph).run(derivatives, { a: 3, b: 2, c: 1 }).map((g) => g.item()),
      [2, 3, 1],
    );
    same([graphModule.Graph === Graph, optimModule.train === train], [true, true]);
  },
  'nested tapes give the second derivative': () => {
    const x = scalar(2);
    const outer = new GradientTape();
    outer.watch(x);
    const inner = new GradientTape();
    inner.watch(x);
    const first = inner.gradient(cube(x), x);
    same([first.item(), outer.gradient(first, x).item()], [12, 12]);
  },
  'grad of grad does too': () => {
    same(grad(grad(cube))(scalar(2)).item(), 12);
  },
  'a forward accumulator gives a directional derivative': () => {
    const x = scalar(2);
    const accumulator = new ForwardAccumulator(x, scalar(10));
    const y = accumulator.run(() => cube(x));
    same(accumulator.jvp(y).item(), 120);
  },
  'vmap gives a derivative per example': () => {
    same(vmap(grad(cube))(tensor([1, 2, 3])).arraySync(), [3, 12, 27]);
  },
  'a variable changes and is watched when read': () => {
    const v: Variable = variable(scalar(1));
    v.assign(scalar(5));
    const tape = new GradientTape();
    const y = mul(v, v);
    same(tape.gradient(y, v).item(), 10);
  },
  'sgd descends': () => {
    const v = variable(scalar(4));
    train.sgd(0.25).minimize(() => mul(v, v));
    same(v.item(), 2);
  },
  'dtypes keep their numbers': () => {
    const precise = tensor(Float64Array.of(0.1));
    same([precise.dtype, precise.item()], ['float64', 0.1]);
    same(tensor([1, 2], [2], 'int32').dataSync() instanceof Int32Array, true);
    same(tensor([true, false]).dtype, 'bool');
  },
  'tensors print, iterate and serialise': () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    same(
      [...x].map((row) => row.arraySync()),
      [
        [1, 2],
        [3, 4],
      ],
    );
    same(x.toJSON(), { dtype: 'float32', shape: [2, 2], values: [1, 2, 3, 4] });
    same(String(x).includes('3'), true);
  },
  'misuse throws errors of the library': () => {
    throws(() => matMul(tensor([[1, 2]]), tensor([[1, 2]])), ShapeError, 'ShapeError', 'matMul');
    throws(() => tensor([[1], [2, 3]]), ShapeError, 'ShapeError', '[1]');
    const x = scalar(1);
    const tape = new GradientTape();
    tape.watch(x);
    const y = mul(x, x);
    tape.gradient(y, x);
    throws(() => tape.gradient(y, x), TapeError, 'TapeError', 'persistent');
  },
  'using closes a tape': () => {
    const x = scalar(3);
    const square = (): Tensor => {
      using tape = new GradientTape();
      tape.watch(x);
      return tape.gradient(mul(x, x), x);
    };
    same(square().item(), 6);
  },
};

export interface Report {
  readonly passed: number;
  readonly failed: readonly string[];
}

function check(): Report {
  const failed: string[] = [];
  for (const [name, assertion] of Object.entries(assertions)) {
    try {
      assertion();
    } catch (error) {
      failed.push(`${name}: ${String(error)}`);
    }
  }
  return { passed: Object.keys(assertions).length - failed.length, failed };
}

export const report = check();
