import { runtime } from '../../lib/base/runtime.ts';
import type { Op, Tensor, VmapOptions } from '../../lib/index.ts';
import {
  ArgumentError,
  AxisError,
  add,
  concat,
  defineOp,
  apply,
  div,
  dropout,
  grad,
  GradientTape,
  matMul,
  mul,
  ones,
  randomNormal,
  randomUniform,
  scalar,
  setSeed,
  ShapeError,
  softmax,
  split,
  sub,
  sum,
  TapeError,
  tensor,
  UnsupportedError,
  variable,
  vmap,
  zeroGradient,
  zeros,
} from '../../lib/index.ts';

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

describe('vmap', () => {
  it('gives one result for each example', () => {
    expect(vmap((row) => sum(mul(row, row)))(x).arraySync()).toEqual([14, 77]);
  });

  it('hands out examples that have the shape and dtype of one', () => {
    const seen: string[] = [];
    vmap((a, b) => {
      seen.push(a.describe(), b.describe(), String(a));
      return a;
    })(x, tensor([1, 2], undefined, 'int32'));
    expect(seen).toEqual([
      'float32 [3]',
      'int32 []',
      'Tensor float32 [3] (one example inside vmap)',
    ]);
  });

  it('runs the function and each op once, whatever the number of examples', () => {
    let calls = 0;
    let kernels = 0;
    const countedOp: Op = defineOp({
      name: 'counted',
      infer: ([a]) => [a],
      kernel: ([a], [y]) => {
        kernels++;
        y.values.set(a.values);
      },
      derivative: zeroGradient,
      batch: ([a]) => apply(countedOp, [a], undefined),
    });
    vmap((one) => {
      calls++;
      return apply(countedOp, [one], undefined)[0];
    })(zeros([1000, 2]));
    expect([calls, kernels]).toEqual([1, 1]);
  });

  it('takes anything that makes a tensor, and reads variables', () => {
    const v = variable([1, 2]);
    const inner = vmap((a, b) => add(a, b));
    expect(inner([10, 20], v).arraySync()).toEqual([11, 22]);
    const tape = new GradientTape();
    const y = tape.run(() => inner(Float32Array.of(1, 2), v));
    expect(tape.gradient(y, v).arraySync()).toEqual([1, 1]);
  });

  it('gives the derivative at each example', () => {
    const cube = (one: Tensor): Tensor => mul(one, mul(one, one));
    expect(vmap(grad(cube))([1, 2, 3]).arraySync()).toEqual([3, 12, 27]);
    expect(vmap(grad(grad(cube)))([1, 2, 3]).arraySync()).toEqual([6, 12, 18]);
  });

  it('keeps the structure of the result', () => {
    const { total, pair } = vmap((row) => ({
      total: sum(row),
      pair: [row, [mul(row, 2)]] as const,
    }))(x);
    expect(total.arraySync()).toEqual([6, 15]);
    expect(pair[0].arraySync()).toEqual(x.arraySync());
    expect(pair[1][0].shape).toEqual([2, 3]);
    expect(vmap(() => [])(x)).toEqual([]);
  });

  it('repeats a result that does not depend on the example', () => {
    const seven = scalar(7);
    expect(vmap(() => seven)(x).arraySync()).toEqual([7, 7]);
    expect(vmap(() => ones([2]), { outAxes: 1 })(zeros([3, 1])).shape).toEqual([2, 3]);
  });

  it('does not change its arguments, and leaves no layer behind', () => {
    const before = x.arraySync();
    expect(() => vmap(() => sum(tensor([1]), 5))(x)).toThrow(AxisError);
    vmap((row) => mul(row, row))(x);
    expect(x.arraySync()).toEqual(before);
    expect(sum(x).item()).toBe(21);
  });
});

describe('the axes of vmap', () => {
  const cube = tensor(
    Float32Array.from({ length: 24 }, (_, i) => i),
    [2, 3, 4],
  );

  it.each([0, 1, 2, -1, -2, -3])('map over axis %s, counted from either end', (axis) => {
    const at = axis < 0 ? axis + 3 : axis;
    const rest = [0, 1, 2].filter((one) => one !== at);
    const seen: (readonly number[])[] = [];
    const result = vmap(
      (one) => {
        seen.push(one.shape);
        return sum(one);
      },
      { inAxes: axis },
    )(cube);
    expect(seen).toEqual([rest.map((one) => cube.shape[one])]);
    expect(result.arraySync()).toEqual(sum(cube, rest).arraySync());
  });

  it('may differ from argument to argument, and be null for one that is the same for all', () => {
    const dots = vmap((a, b, c) => sum(mul(add(a, b), c)), { inAxes: [0, 1, null] });
    const b = tensor([
      [10, 20],
      [30, 40],
      [50, 60],
    ]);
    expect(dots(x, b, [1, 0, 1]).arraySync()).toEqual([64, 90]);
  });

  it('put the batch where outAxes says', () => {
    const twice = (one: Tensor): Tensor => mul(one, 2);
    expect(vmap(twice, { outAxes: 1 })(x).arraySync()).toEqual([
      [2, 8],
      [4, 10],
      [6, 12],
    ]);
    expect(vmap(twice, { inAxes: 1, outAxes: 1 })(cube).arraySync()).toEqual(
      mul(cube, 2).arraySync(),
    );
    expect(vmap(twice, { inAxes: 1, outAxes: -1 })(cube).shape).toEqual([2, 4, 3]);
  });

  it('nest', () => {
    const outer = vmap((a) => vmap((b) => sub(a, b))([1, 2, 3]));
    expect(outer([10, 20]).arraySync()).toEqual([
      [9, 8, 7],
      [19, 18, 17],
    ]);
    const columns = vmap((row) => vmap((one) => mul(one, sum(row)))(row), { outAxes: 1 });
    expect(columns(x).arraySync()).toEqual([
      [6, 60],
      [12, 75],
      [18, 90],
    ]);
    const deep = vmap(vmap(vmap((one) => mul(one, one))));
    expect(deep(cube).arraySync()).toEqual(mul(cube, cube).arraySync());
  });
});

describe('what a mapped function captures', () => {
  it('is the same for all examples', () => {
    const w = tensor([
      [1, 0],
      [0, 2],
      [1, 1],
    ]);
    const rows = vmap((row) => matMul(row.reshape([1, 3]), w).reshape([2]))(x);
    expect(rows.arraySync()).toEqual(matMul(x, w).arraySync());
  });

  it('may be an example of a vmap around it', () => {
    const outer = vmap((a) => {
      const [first] = split(a, [1, 2]);
      return vmap((b) => concat([first, mul(b, sum(a))]))([[1], [2]]);
    });
    expect(outer(x).arraySync()).toEqual([
      [
        [1, 6],
        [1, 12],
      ],
      [
        [4, 15],
        [4, 30],
      ],
    ]);
  });

  it('has one gradient for each example', () => {
    const w = scalar(3);
    const each = vmap((row) => {
      const tape = new GradientTape();
      tape.watch(w);
      return tape.gradient(sum(mul(mul(w, w), row)), w);
    });
    expect(each(x).arraySync()).toEqual([36, 90]);
  });

  it('may be a variable', () => {
    const v = variable(2);
    const each = vmap((row) => {
      const tape = new GradientTape();
      return tape.gradient(sum(mul(v, row)), v);
    });
    expect(each(x).arraySync()).toEqual([6, 15]);
  });
});

describe('a batch of no examples', () => {
  const none = zeros([0, 3]);

  it('gives results of no examples', () => {
    const [rows, sums, same] = vmap((row) => [softmax(row), sum(row), scalar(1)] as const)(none);
    expect([rows.shape, sums.shape, same.shape]).toEqual([[0, 3], [0], [0]]);
    expect(vmap((row) => vmap((one) => mul(one, 2))(row), { outAxes: 1 })(none).shape).toEqual([
      3, 0,
    ]);
    expect(vmap((row) => vmap((one) => mul(one, 2))(row))(zeros([2, 0])).shape).toEqual([2, 0]);
  });

  it('has gradients', () => {
    const each = vmap((row) => {
      const tape = new GradientTape();
      tape.watch(row);
      return tape.gradient(sum(mul(row, row)), row);
    });
    expect(each(none).shape).toEqual([0, 3]);
    const tape = new GradientTape();
    const w = scalar(2);
    tape.watch(w);
    expect(tape.gradient(vmap((row) => mul(w, sum(row)))(none), w).item()).toBe(0);
  });
});

describe('random ops under vmap', () => {
  const distinct = (values: ArrayLike<number>): number => new Set(Array.from(values)).size;

  it('draw for each example, whether its values matter to them or not', () => {
    const draws = vmap((row) => [add(sum(row), randomUniform([2])), randomNormal([])] as const);
    const [added, alone] = draws(zeros([50, 1]));
    expect([added.shape, alone.shape]).toEqual([[50, 2], [50]]);
    expect([distinct(added.dataSync()), distinct(alone.dataSync())]).toEqual([100, 50]);
  });

  it('draw for each pair of examples when nested', () => {
    const draws = vmap(() => vmap(() => randomUniform([]))(zeros([5])))(zeros([4]));
    expect(draws.shape).toEqual([4, 5]);
    expect(distinct(draws.dataSync())).toBe(20);
  });

  it('repeat after setSeed, and with a seed of their own', () => {
    const drawn = (seed?: number): number[] =>
      Array.from(vmap(() => randomUniform([2], 0, 1, 'float32', seed))(zeros([3])).dataSync());
    const seeded = (): number[] => {
      setSeed(5);
      return drawn();
    };
    expect(seeded()).toEqual(seeded());
    expect(drawn()).not.toEqual(drawn());
    expect(drawn(3)).toEqual(drawn(3));
    expect(distinct(drawn(3))).toBe(6);
  });

  it('drop other elements in each example', () => {
    const dropped = vmap((row) => dropout(row, 0.5, undefined, 1))(ones([20, 16]));
    const rows = (dropped.arraySync() as number[][]).map((row) => row.join());
    expect(new Set(rows).size).toBeGreaterThan(15);
  });
});

describe('misuse of vmap', () => {
  const same = (one: Tensor): Tensor => one;
  const mapped = (options: unknown, ...batches: (Tensor | number)[]): (() => unknown) => {
    return () => vmap(same, options as VmapOptions)(...batches);
  };
  const returning = (result: unknown): (() => unknown) => {
    return () => vmap((): Tensor => result as Tensor)(x);
  };

  it.each<[string, () => unknown, typeof ShapeError, string]>([
    [
      'what is no function',
      () => vmap(3 as never),
      ArgumentError,
      'vmap: f must be a function; got 3',
    ],
    [
      'no argument',
      mapped({}),
      ArgumentError,
      'vmap: inAxes must name a batch axis of at least one argument; got none',
    ],
    [
      'no batch axis',
      mapped({ inAxes: null }, x),
      ArgumentError,
      'vmap: inAxes must name a batch axis of at least one argument; got none',
    ],
    [
      'a scalar',
      mapped({}, x, 3),
      ShapeError,
      'vmap: argument 1 must have a batch axis; got float32 []; give null in inAxes for what is the same for all examples',
    ],
    [
      'batches of different sizes',
      mapped({ inAxes: [0, 1] }, x, x),
      ShapeError,
      'vmap: arguments must have the same size along their batch axes; got 2 and 3',
    ],
    [
      'too few axes',
      mapped({ inAxes: [0] }, x, x),
      ArgumentError,
      'vmap: inAxes must hold one axis per argument: 2; got 1',
    ],
    [
      'an axis out of range',
      mapped({ inAxes: 2 }, x),
      AxisError,
      'vmap: inAxes must lie in [-2, 2); got 2',
    ],
    ['an axis of the wrong type', mapped({ inAxes: 'rows' }, x), AxisError, "got 'rows'"],
    ['half an axis', mapped({ inAxes: 0.5 }, x), AxisError, 'got 0.5'],
    ['NaN for an axis', mapped({ inAxes: [NaN] }, x), AxisError, 'got NaN'],
    [
      'an axis of the result that is out of range',
      mapped({ outAxes: 2 }, x),
      AxisError,
      'vmap: outAxes must lie in [-2, 2); got 2',
    ],
    [
      'a misspelt option',
      mapped({ inAxis: 1 }, x),
      ArgumentError,
      "vmap: options must hold only known options; got 'inAxis'; did you mean 'inAxes'?",
    ],
    [
      'what is no tensor',
      mapped({}, 'abc' as never),
      ArgumentError,
      "Argument 'argument 0' passed to 'vmap' must be a Tensor or TensorLike; got 'abc'",
    ],
    ['a number as result', returning(3), ArgumentError, 'vmap: result of f must be a tensor'],
    ['no result', returning(undefined), ArgumentError, 'got undefined'],
    ['a number in the result', returning([x, { a: 3 }]), ArgumentError, 'result of f[1].a must'],
    ['a promise', returning(Promise.resolve(x)), TapeError, 'vmap: callback must be synchronous'],
  ])('refuses %s', (_, call, ErrorClass, message) => {
    expect(call).toThrow(ErrorClass);
    expect(call).toThrow(message);
  });

  it('refuses what an op refuses of one example', () => {
    expect(() => vmap((row) => add(row, [1, 2]))(x)).toThrow('add: shapes must broadcast together');
    expect(() => vmap((row) => add(row, zeros([2, 2])))(x)).toThrow(ShapeError);
    expect(() => vmap((row) => matMul(row, x))(x)).toThrow(ShapeError);
  });

  it('refuses to read the values of an example, in the function and after it', () => {
    let escaped: Tensor | undefined;
    const reading = (): unknown => vmap((row) => scalar(row.dataSync()[0]))(x);
    expect(reading).toThrow(UnsupportedError);
    expect(reading).toThrow('its values are not known inside the function that is traced');
    vmap((row) => {
      escaped = mul(row, 2);
      return row;
    })(x);
    expect(() => escaped?.dataSync()).toThrow('it escaped from the function in which it was made');
    expect(() => div(escaped!, 2)).toThrow('it escaped from the function in which it was made');
  });

  it('refuses to assign an example to a variable', () => {
    const v = variable([0, 0, 0]);
    expect(() => vmap((row) => v.assign(row))(x)).toThrow(UnsupportedError);
    expect(v.arraySync()).toEqual([0, 0, 0]);
  });

  it('refuses a tape around it that watches an example', () => {
    const tape = new GradientTape();
    expect(() =>
      vmap((row) => {
        tape.watch(row);
        return row;
      })(x),
    ).toThrow('start the tape inside the function that is traced or batched');
    tape.stop();
  });
});
