import { runtime } from '../../lib/base/runtime.ts';
import type { BatchRule, Names, OpDefinition, Tensor } from '../../lib/index.ts';
import {
  apply,
  ArgumentError,
  cast,
  cos,
  defineOp,
  div,
  DTypeError,
  ForwardAccumulator,
  grad,
  GradientTape,
  grads,
  gradients,
  Graph,
  mul,
  notDifferentiable,
  placeholder,
  reshape,
  scalar,
  Session,
  ShapeError,
  sin,
  specOf,
  square,
  stack,
  sum,
  tensor,
  UnsupportedError,
  vmap,
  zeroGradient,
} from '../../lib/index.ts';
import { checkOp } from '../../lib/testing/index.ts';

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

const cubeOp = defineOp({
  name: 'cube',
  inputs: ['x'],
  outputs: ['y'],
  infer: ([x]) => [x],
  kernel: ([x], [y]) => {
    x.values.forEach((value, i) => (y.values[i] = value ** 3));
  },
  derivative: { vjp: ({ inputs: [x] }, [g]) => [mul(g, mul(3, square(x)))] },
  reads: { inputs: [0], outputs: [] },
});

const cube = (x: Tensor): Tensor => apply(cubeOp, [x])[0];

/** Radius and angle of a point: two inputs, two outputs, a parameter, a rule for tangents alone. */
const polarOp = defineOp({
  name: 'polar',
  inputs: ['x', 'y'],
  outputs: ['radius', 'angle'],
  infer: ([x]) => [{ shape: x.shape, dtype: x.dtype }, x],
  kernel: ([x, y], [r, a], { turn }: { readonly turn: number }) => {
    x.values.forEach((value, i) => {
      r.values[i] = Math.hypot(value, y.values[i]);
      a.values[i] = Math.atan2(y.values[i], value) / turn;
    });
  },
  derivative: {
    jvp: ({ inputs: [x, y], outputs: [r], params: { turn } }, [tx, ty]) => {
      const along = (a: Tensor, b: Tensor) =>
        (tx === null ? scalarZero(r) : mul(tx, a)).add(ty === null ? scalarZero(r) : mul(ty, b));
      const areas = mul(square(r), turn);
      return [along(div(x, r), div(y, r)), along(div(mul(y, -1), areas), div(x, areas))];
    },
  },
  traits: { elementwise: true },
});

const scalarZero = (like: Tensor): Tensor => cast(0, like.dtype);

/** An op of one input whose parts are what a definition says. */
function broken(parts: Partial<OpDefinition<undefined, Names, Names>>): (x: Tensor) => Tensor {
  const op = defineOp({
    name: 'broken',
    infer: ([x]) => [x],
    kernel: ([x], [y]) => y.values.set(x.values),
    derivative: { vjp: (_, [g]) => [g] },
    ...parts,
  });
  return (x) => apply(op, [x], undefined)[0];
}

const x2 = tensor([1, 2]);

describe('defineOp', () => {
  it('makes an op that every transformation takes', () => {
    expect(cube(x2).arraySync()).toEqual([1, 8]);
    expect(grad(cube)(x2).arraySync()).toEqual([3, 12]);
    expect(grad(grad(cube))(x2).arraySync()).toEqual([6, 12]);
    const accumulator = new ForwardAccumulator(x2, tensor([1, 10]));
    expect(accumulator.jvp(accumulator.run(() => cube(x2))).arraySync()).toEqual([3, 120]);
    expect(vmap(grad((x) => sum(cube(x))))(tensor([[1], [2]])).arraySync()).toEqual([[3], [12]]);
    const graph = new Graph();
    const [x, slope] = graph.run(() => {
      const one = placeholder('float32', [2], 'x');
      return [one, gradients(cube(one), one, { unconnectedGradients: 'zero' })];
    });
    expect(new Session(graph).run(slope, [[x, x2]]).arraySync()).toEqual([3, 12]);
  });

  it('takes several inputs and outputs, parameters, and a rule for tangents alone', () => {
    const [x, y] = [scalar(3), scalar(4)];
    const half = { turn: Math.PI };
    const [radius, angle] = apply(polarOp, [x, y], half);
    expect(radius.item()).toBe(5);
    expect(angle.item()).toBeCloseTo(Math.atan2(4, 3) / Math.PI, 6);
    const gradient = grads((a, b) => apply(polarOp, [a, b], half)[0])([x, y]);
    expect(gradient.map((g) => g.item())).toEqual([3 / 5, 4 / 5].map(Math.fround));
    const samples = [
      {
        inputs: [
          [0.5, 2],
          [1, -1],
        ],
        params: half,
      },
    ];
    expect(checkOp(polarOp, samples).ok).toBe(true);
  });

  it('loops over a batch unless told how to take all of it at once', () => {
    let calls = 0;
    const sumOp = defineOp({
      name: 'total',
      inputs: ['x'],
      outputs: ['y'],
      infer: ([x]) => [specOf([], x.dtype)],
      kernel: ([x], [y]) => {
        calls++;
        y.values[0] = Array.from(x.values).reduce((total, value) => total + value, 0);
      },
      derivative: { vjp: ({ inputs: [x] }, [g]) => [mul(g, div(x, x))] },
    });
    const total = (x: Tensor): Tensor => apply(sumOp, [x])[0];
    const batch = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(vmap(total)(batch).arraySync()).toEqual([3, 7, 11]);
    expect(calls).toBe(3);
    expect(vmap(total)(tensor([], [0, 2])).shape).toEqual([0]);
    expect(vmap(grad(total))(batch).arraySync()).toEqual([
      [1, 1],
      [1, 1],
      [1, 1],
    ]);
    expect(checkOp(sumOp, [{ inputs: [[0.5, 2]] }]).ok).toBe(true);

    calls = 0;
    const counted = broken({
      kernel: ([x], [y]) => {
        calls++;
        y.values.set(x.values);
      },
      traits: { elementwise: true },
    });
    expect(vmap(counted)(batch).arraySync()).toEqual(batch.arraySync());
    expect(calls).toBe(1);
  });

  it('is differentiated as the function of others that expand gives', () => {
    const op = defineOp({
      name: 'wave',
      inputs: ['x'],
      outputs: ['y'],
      infer: ([x]) => [x],
      kernel: ([x], [y]) => x.values.forEach((value, i) => (y.values[i] = Math.sin(2 * value))),
      derivative: { kind: 'expansion', expand: ([x]) => [mul(2, mul(sin(x), cos(x)))] },
    });
    expect(checkOp(op, [{ inputs: [[0.5, 2]] }]).ok).toBe(true);
  });

  it('may have no derivative, or that of a constant', () => {
    const opaque = broken({ derivative: notDifferentiable('nobody knows it') });
    expect(() => grad(opaque)(x2)).toThrow(UnsupportedError);
    expect(grad(broken({ derivative: zeroGradient }))(x2).arraySync()).toEqual([0, 0]);
  });

  it('gives no gradient to integers, whatever the rule returns for them', () => {
    const op = defineOp({
      name: 'picked',
      inputs: ['x', 'at'],
      outputs: ['y'],
      infer: ([x]) => [specOf([], x.dtype)],
      kernel: ([x, at], [y]) => {
        y.values[0] = x.values[at.values[0]];
      },
      derivative: { vjp: ({ inputs: [x] }, [g]) => [stack([g, mul(g, 0)]), x] },
    });
    const at = tensor(0, [], 'int32');
    expect(grad((x) => apply(op, [x, at])[0])(x2).arraySync()).toEqual([1, 0]);
  });

  it('leaves types that forbid a wrong count', () => {
    const bad = (): void => {
      // @ts-expect-error -- one input
      apply(cubeOp, [x2, x2]);
      defineOp({
        name: 'pair',
        inputs: ['a', 'b'],
        outputs: ['y'],
        infer: ([a]) => [a],
        kernel: ([a], [y]) => y.values.set(a.values),
        // @ts-expect-error -- one gradient for two inputs
        derivative: { vjp: (_, [g]) => [g] },
      });
      // @ts-expect-error -- the parameters are missing
      apply(polarOp, [x2, x2]);
    };
    expect(bad).toThrow(ArgumentError);
  });
});

describe('an op that is defined wrongly', () => {
  const complete = {
    name: 'broken',
    infer: ([x]) => [x],
    kernel: () => undefined,
    derivative: zeroGradient,
  } satisfies OpDefinition<undefined, Names, Names>;
  const define = (parts: object) => () => defineOp({ ...complete, ...parts });

  it.each<[string, () => unknown, string]>([
    [
      'a missing name',
      define({ name: '' }),
      "defineOp: name must be a text that is not empty; got ''",
    ],
    ['a kernel that is none', define({ kernel: 3 }), 'broken: kernel must be a function; got 3'],
    [
      'no shape rule',
      define({ infer: undefined }),
      'broken: infer must be a function; got undefined',
    ],
    ['a batch rule that is none', define({ batch: 1 }), 'broken: batch must be a function; got 1'],
    ['a check that is none', define({ check: 1 }), 'broken: check must be a function; got 1'],
    ['no derivative', define({ derivative: null }), 'broken: derivative must be {vjp, jvp}, '],
    ['a derivative without rules', define({ derivative: {} }), 'zeroGradient or notDifferentiable'],
    ['a rule that is none', define({ derivative: { vjp: 3 } }), 'broken: derivative must be'],
    ['an unknown kind', define({ derivative: { kind: 'rule' } }), 'broken: derivative must be'],
    ['an expansion without one', define({ derivative: { kind: 'expansion' } }), 'got an object'],
    [
      'names that are none',
      define({ inputs: 'x' }),
      "broken: inputs must be an array of different names; got 'x'",
    ],
    [
      'a name twice',
      define({ outputs: ['y', 'y'] }),
      'broken: outputs must be an array of different names',
    ],
    [
      'reads that are none',
      define({ reads: 1 }),
      "broken: reads.inputs must be 'every' or positions of inputs; got undefined",
    ],
    [
      'reads beyond the inputs',
      define({ inputs: ['x'], reads: { inputs: [1], outputs: [] } }),
      'broken: reads.inputs must',
    ],
    [
      'a part that is none',
      define({ vjp: 1 }),
      "defineOp: definition must hold only known options; got 'vjp'",
    ],
  ])('for %s is refused at once', (_, f, text) => {
    expect(f).toThrow(ArgumentError);
    expect(f).toThrow(text);
  });
});

describe('a rule that returns something else', () => {
  const slope = (parts: Partial<OpDefinition<undefined, Names, Names>>) => () =>
    grad(broken(parts))(x2);
  const tangent = (parts: Partial<OpDefinition<undefined, Names, Names>>) => () => {
    const accumulator = new ForwardAccumulator(x2, x2);
    accumulator.run(() => broken(parts)(x2));
  };
  const value = (parts: Partial<OpDefinition<undefined, Names, Names>>) => () => broken(parts)(x2);
  const inBatch = (batch: BatchRule<undefined>) => () =>
    vmap(broken({ batch }))(tensor([[1], [2]]));
  const wrong = (something: unknown) => () => something as never;

  it.each<[string, () => unknown, typeof ArgumentError, string]>([
    [
      'a gradient too many',
      slope({ derivative: { vjp: wrong([x2, x2]) } }),
      ArgumentError,
      'broken: vjp must return one gradient (or null) per input: 1; got 2',
    ],
    [
      'no array',
      slope({ derivative: { vjp: wrong(x2) } }),
      ArgumentError,
      'per input: 1; got a tensor',
    ],
    [
      'a number',
      slope({ inputs: ['x'], derivative: { vjp: wrong([3]) } }),
      ArgumentError,
      "broken: gradient of input 0 ('x') must be a tensor; got 3",
    ],
    [
      'another shape',
      slope({ derivative: { vjp: (_, [g]) => [g && sum(g)] } }),
      ShapeError,
      "broken: gradient of input 0 must have the input's shape [2]; got []",
    ],
    [
      'another dtype',
      slope({ derivative: { vjp: (_, [g]) => [g && cast(g, 'float64')] } }),
      DTypeError,
      "broken: gradient of input 0 must have the input's dtype float32; got float64; cast it first",
    ],
    [
      'too few tangents',
      tangent({ outputs: ['y'], derivative: { jvp: wrong([]) } }),
      ArgumentError,
      'broken: jvp must return one tangent (or null) per output: 1 (y); got 0',
    ],
    [
      'a tangent of another shape',
      tangent({ derivative: { jvp: (_, [t]) => [t && sum(t)] } }),
      ShapeError,
      "broken: tangent of output 0 must have the output's shape [2]; got []",
    ],
    [
      'no spec',
      value({ infer: wrong(3) }),
      ArgumentError,
      'broken: infer must return one spec per output; got 3',
    ],
    [
      'a spec too many',
      value({ outputs: ['y'], infer: ([x]) => [x, x] }),
      ArgumentError,
      'broken: infer must return one spec per output: 1 (y); got 2',
    ],
    [
      'a spec without a dtype',
      value({ infer: wrong([{ shape: [] }]) }),
      ArgumentError,
      'broken: spec of output 0 must be {shape, dtype}; got an object',
    ],
    [
      'a spec with a wrong size',
      value({ infer: () => [{ shape: [-1], dtype: 'float32' }] }),
      ShapeError,
      'broken: spec of output 0 must hold integers of at least 0',
    ],
    [
      'a batch of another size',
      inBatch(([x]) => [sum(x, 0, true)]),
      ShapeError,
      "broken: batch of output 0 must have all examples' shape [2,1]; got [1,1]",
    ],
    [
      'a batch too many',
      inBatch(([x]) => [x, x]),
      ArgumentError,
      'broken: batch must return one batch per output: 1; got 2',
    ],
    [
      'an expansion that is no tensor',
      slope({ derivative: { kind: 'expansion', expand: wrong([3]) } }),
      ArgumentError,
      'broken: expansion of output 0 must be a tensor; got 3',
    ],
    [
      'no expansion',
      slope({ outputs: ['y'], derivative: { kind: 'expansion', expand: wrong([]) } }),
      ArgumentError,
      'broken: expand must return one tensor per output: 1 (y); got 0',
    ],
  ])('is told of %s', (_, f, Class, text) => {
    expect(f).toThrow(Class);
    expect(f).toThrow(text);
    runtime.layers = [];
  });

  it.each([
    [() => apply(5 as never, [] as never), 'apply: op must be what defineOp returns; got 5'],
    [() => apply(null as never, [] as never), 'apply: op must be what defineOp returns; got null'],
    [() => apply(cubeOp, x2 as never), 'cube: inputs must be an array of tensors; got'],
    [
      () => apply(cubeOp, [2 as never]),
      'cube: inputs[0] must be a tensor; got 2; tensor(...) makes one of numbers, read() of a variable',
    ],
    [() => apply(cubeOp, new Array(1) as never), 'cube: inputs[0] must be a tensor; got undefined'],
  ])('is told of what apply cannot take', (f, text) => {
    expect(f).toThrow(ArgumentError);
    expect(f).toThrow(text);
  });

  it('is told of inputs that are too many', () => {
    expect(() => apply(cubeOp as never, [x2, x2] as never)).toThrow(
      'cube: inputs must be 1 tensors: x; got 2',
    );
  });

  it('is told of a value that it reads without declaring it', () => {
    const forgetful = broken({
      inputs: ['x'],
      derivative: { vjp: ({ inputs: [x] }, [g]) => [g && x ? mul(g, x) : null] },
      reads: { inputs: [], outputs: [0] },
    });
    expect(() => grad(forgetful)(x2)).toThrow(
      "broken: input 0 ('x') must be declared in reads where a rule uses its values; got an undeclared one",
    );
    const graph = new Graph();
    const symbolic = (): unknown =>
      graph.run(() => {
        const x = placeholder('float32', [2], 'x');
        return gradients(forgetful(x), x);
      });
    expect(symbolic).toThrow(
      "broken: input 0 ('x') must be declared in reads where a rule uses its values; got an undeclared one; only what reads names is kept for the rules",
    );
    const shapely = broken({
      derivative: { vjp: ({ inputs: [x] }, [g]) => [g && x ? reshape(g, x.shape) : null] },
      reads: { inputs: [], outputs: [] },
    });
    expect(grad(shapely)(x2).arraySync()).toEqual([1, 1]);
  });

  it('leaves a persistent tape as it was', () => {
    const tape = new GradientTape({ persistent: true });
    tape.watch(x2);
    const y = broken({ derivative: { vjp: wrong([]) } })(x2);
    const z = square(x2);
    tape.stop();
    expect(() => tape.gradient(y, x2)).toThrow(ArgumentError);
    expect(tape.gradient(z, x2).arraySync()).toEqual([2, 4]);
  });
});
