import { runtime } from '../../lib/base/runtime.ts';
import type { GradSaveFunc, Tensor } from '../../lib/index.ts';
import {
  add,
  ArgumentError,
  clipByValue,
  customGrad,
  customGradient,
  div,
  DTypeError,
  exp,
  ForwardAccumulator,
  grad,
  gradients,
  gradPassThrough,
  grads,
  GradientTape,
  Graph,
  log,
  mul,
  neg,
  placeholder,
  round,
  scalar,
  Session,
  ShapeError,
  square,
  sum,
  TapeError,
  tensor,
  UnconnectedGradientError,
  variable,
  vmap,
} from '../../lib/index.ts';

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

const numbers = (tensors: readonly Tensor[]): unknown[] => tensors.map((x) => x.arraySync());
const float64 = (value: number): Tensor => tensor(Float64Array.of(value), []);

/** The square, with a gradient ten times too large, which tells where it was used. */
const tenfold = customGradient((x, save) => {
  save(x);
  return { value: square(x), gradFunc: (dy, [kept]) => mul(dy, mul(kept, 20)) };
});

/** log(1 + exp x), whose plain gradient is NaN for large x. */
const softplus = customGradient((x, save) => {
  const e = exp(x);
  save([e]);
  return {
    value: log(add(1, e)),
    gradFunc: (dy, [kept]) => mul(dy, add(1, neg(div(1, add(1, kept))))),
  };
});

describe('customGradient', () => {
  it('replaces the gradient of a function', () => {
    expect(grad(tenfold)(3).item()).toBe(60);
    expect(tenfold(3).item()).toBe(9);
    expect(grad(softplus)(100).item()).toBe(1);
    const clipped = customGradient((x) => ({
      value: x,
      gradFunc: (dy) => clipByValue(dy, -1, 1),
    }));
    expect(grad((x) => mul(clipped(x), 5))(2).item()).toBe(1);
  });

  it('has the name of TensorFlow.js as well', () => {
    expect(customGrad).toBe(customGradient);
  });

  it('works on a tape, which follows inputs and nothing else', () => {
    const x = scalar(3);
    const tape = new GradientTape({ persistent: true });
    tape.watch(x);
    const [y, other] = [tenfold(x), tenfold(4)];
    tape.stop();
    expect(tape.gradient(y, x).item()).toBe(60);
    expect(tape.gradient(other, x, { unconnectedGradients: 'none' })).toBe(null);
  });

  it('takes several inputs, and null where no gradient passes', () => {
    const half = customGradient((a: Tensor, b: Tensor) => ({
      value: mul(a, b),
      gradFunc: (dy) => [mul(dy, b), null],
    }));
    expect(numbers(grads(half)([2, 3]))).toEqual([3, 0]);
    const x = scalar(3);
    const tape = new GradientTape();
    tape.watch(x);
    const y = half(2, x);
    expect(() => tape.gradient(y, x)).toThrow(UnconnectedGradientError);
  });

  it('keeps apart an input that is given twice', () => {
    const product = customGradient((a: Tensor, b: Tensor) => ({
      value: mul(a, b),
      gradFunc: (dy) => [mul(dy, mul(b, 10)), mul(dy, mul(a, 100))],
    }));
    const x = scalar(3);
    const tape = new GradientTape();
    tape.watch(x);
    expect(tape.gradient(product(x, x), x).item()).toBe(330);
  });

  // 41
  it('takes several outputs, with zeros for one that is not used', () => {
    const seen: unknown[] = [];
    const both = customGradient((x: Tensor) => ({
      value: [square(x), mul(x, 5)],
      gradFunc: (dy: Tensor[]) => {
        seen.push(numbers(dy));
        return add(mul(dy[0], 100), dy[1]);
      },
    }));
    expect(numbers(both(3))).toEqual([9, 15]);
    expect(grad((x) => both(x)[0])(3).item()).toBe(100);
    expect(grad((x) => both(x)[1])(3).item()).toBe(1);
    expect(grad((x) => add(...(both(x) as [Tensor, Tensor])))(3).item()).toBe(101);
    expect(seen).toEqual([
      [1, 0],
      [0, 1],
      [1, 1],
    ]);
  });

  it('gives integer inputs no gradient', () => {
    const index = tensor([1, 0], [2], 'int32');
    const scaled = customGradient((x: Tensor, i: Tensor) => ({
      value: mul(x, i),
      gradFunc: (dy) => [mul(dy, i), null],
    }));
    expect(grad((x) => scaled(x, index))([2, 3]).arraySync()).toEqual([1, 0]);
  });

  it('may return an input as its value', () => {
    const same = customGradient((x) => ({ value: x, gradFunc: (dy) => mul(dy, 7) }));
    const x = scalar(3);
    const tape = new GradientTape();
    tape.watch(x);
    const y = same(x);
    expect(y).not.toBe(x);
    expect(tape.gradient(y, x).item()).toBe(7);
  });

  // 42
  it('differentiates the gradient function, saved results included', () => {
    expect(grad(grad(tenfold))(3).item()).toBe(20);
    const x = float64(0.5);
    const s = 1 / (1 + Math.exp(-0.5));
    expect(grad(softplus)(x).item()).toBeCloseTo(s, 14);
    expect(grad(grad(softplus))(x).item()).toBeCloseTo(s * (1 - s), 14);
    expect(grad(grad(grad(softplus)))(x).item()).toBeCloseTo(s * (1 - s) * (1 - 2 * s), 14);
  });

  // 42, 43
  it('overrides the second derivative by one nested in another', () => {
    const first = customGradient((x: Tensor, dy: Tensor) => ({
      value: mul(dy, mul(2, x)),
      gradFunc: (ddy) => [mul(ddy, mul(dy, 1000)), mul(ddy, mul(2, x))],
    }));
    const f = customGradient((x) => ({ value: square(x), gradFunc: (dy) => first(x, dy) }));
    expect(grad(f)(3).item()).toBe(6);
    expect(grad(grad(f))(3).item()).toBe(1000);
    // Forward mode transposes the share of dy.
    const x = scalar(3);
    const accumulator = new ForwardAccumulator(x, scalar(10));
    expect(accumulator.jvp(accumulator.run(() => f(x))).item()).toBe(60);
  });

  it('is transposed for forward mode', () => {
    const x = tensor([1, 2]);
    const accumulator = new ForwardAccumulator(x, tensor([1, 10]));
    const y = accumulator.run(() => tenfold(x));
    expect(accumulator.jvp(y).arraySync()).toEqual([20, 400]);
    const tape = new GradientTape();
    const tangent = tape.run(() => {
      tape.watch(x);
      const inner = new ForwardAccumulator(x, tensor([1, 10]));
      return inner.jvp(inner.run(() => tenfold(x)));
    });
    expect(tape.gradient(tangent, x).arraySync()).toEqual([20, 200]);
  });
});

describe('customGradient under vmap', () => {
  it('gives per-example gradients', () => {
    expect(vmap(grad(tenfold))([1, 2]).arraySync()).toEqual([20, 40]);
    expect(vmap(grad(grad(tenfold)))([1, 2]).arraySync()).toEqual([20, 20]);
  });

  it('calls the gradient function for one example when a tape is outside, at any order', () => {
    const total = (x: Tensor): Tensor => sum(vmap(tenfold)(x));
    expect(grad(total)([1, 2]).arraySync()).toEqual([20, 40]);
    expect(grad((x) => sum(grad(total)(x)))([1, 2]).arraySync()).toEqual([20, 20]);
    const nested = (x: Tensor): Tensor => sum(vmap(vmap(tenfold))(x));
    expect(grad(nested)([[1, 2]]).arraySync()).toEqual([[20, 40]]);
  });

  it('collects the gradients of what all examples share', () => {
    const product = customGradient((w: Tensor, x: Tensor, save: GradSaveFunc) => {
      save([w, x]);
      return {
        value: mul(w, x),
        gradFunc: (dy: Tensor, [a, b]: Tensor[]) => [mul(dy, b), mul(dy, a)],
      };
    });
    const total = (w: Tensor, xs: Tensor): Tensor => sum(vmap((x) => product(w, x))(xs));
    expect(numbers(grads(total)([2, [1, 2, 3]]))).toEqual([6, [2, 2, 2]]);
    const constant = customGradient((w: Tensor, x: Tensor) => ({
      value: add(w, x),
      gradFunc: () => [scalar(1), scalar(1)],
    }));
    const totals = (w: Tensor, xs: Tensor): Tensor => sum(vmap((x) => constant(w, x))(xs));
    expect(numbers(grads(totals)([2, [1, 2, 3]]))).toEqual([3, [1, 1, 1]]);
  });

  it('takes several outputs', () => {
    const both = customGradient((x: Tensor) => ({
      value: [square(x), x],
      gradFunc: (dy: Tensor[]) => add(mul(dy[0], 100), dy[1]),
    }));
    const total = (x: Tensor): Tensor => {
      const [a, b] = vmap((one) => both(one))(x);
      return add(sum(a), sum(mul(b, 2)));
    };
    expect(grad(total)([1, 2]).arraySync()).toEqual([102, 102]);
  });

  it('carries tangents of an accumulator outside, which leaves the vmap in place', () => {
    const x = tensor([1, 2]);
    const accumulator = new ForwardAccumulator(x, tensor([1, 10]));
    const f = vmap((one) => mul(tenfold(one), one));
    const y = accumulator.run(() => f(x));
    expect(y.arraySync()).toEqual([1, 8]);
    expect(accumulator.jvp(y).arraySync()).toEqual([21, 840]);
  });
});

describe('customGradient in a graph', () => {
  const graph = new Graph();
  const x = graph.run(() => placeholder('float32', [], 'x'));
  const y = graph.run(() => tenfold(x));
  const session = new Session(graph);

  it('is differentiated symbolically, at any order', () => {
    const zero = { unconnectedGradients: 'zero' } as const;
    const first = gradients(y, x, zero);
    const second = gradients(first, x, zero);
    expect(numbers(session.run([y, first, second], { x: 3 }))).toEqual([9, 60, 20]);
  });

  it('is differentiated by a tape around the session, from what was saved', () => {
    const a = scalar(3);
    const tape = new GradientTape();
    tape.watch(a);
    expect(tape.gradient(session.run(y, [[x, a]]), a).item()).toBe(60);
  });

  it('is evaluated on batches', () => {
    const batch = vmap((one: Tensor) => session.run(y, [[x, one]]));
    expect(grad((xs) => sum(batch(xs)))([1, 2]).arraySync()).toEqual([20, 40]);
  });
});

describe('variables in customGradient', () => {
  const v = variable(scalar(5), true, 'v');
  const product = customGradient((x) => ({
    value: mul(x, v),
    gradFunc: (dy, _saved, { variables }) => ({
      inputs: mul(dy, variables[0]),
      variables: [mul(dy, mul(x, 100))],
    }),
  }));

  // 40
  it('get the gradients that are returned for them', () => {
    const x = scalar(3);
    const tape = new GradientTape();
    tape.watch(x);
    const y = product(x);
    expect(numbers(tape.gradient(y, [x, v]))).toEqual([5, 300]);
  });

  it('need a gradient function that returns them', () => {
    const forgetful = customGradient((x) => ({ value: mul(x, v), gradFunc: (dy) => dy }));
    expect(() => grad(forgetful)(3)).toThrow(
      "customGradient: gradFunc must return {inputs, variables} because f reads variables that are not inputs: 'v'; got a tensor float32 []",
    );
    const short = customGradient((x) => ({
      value: mul(x, v),
      gradFunc: (dy) => ({ inputs: dy, variables: [] }),
    }));
    expect(() => grad(short)(3)).toThrow(
      'customGradient: gradFunc must return one gradient (or null) per variable: 1; got 0',
    );
  });

  it('that are inputs or not trainable count as inputs or constants', () => {
    const fixed = variable(scalar(2), false);
    const f = customGradient((x: Tensor) => ({
      value: mul(mul(x, v), fixed),
      gradFunc: (dy) => mul(dy, 7),
    }));
    const tape = new GradientTape();
    expect(tape.gradient(f(v), v).item()).toBe(7);
  });
});

describe('a gradient function that is wrong', () => {
  const returning = (result: unknown) => () => {
    const f = customGradient((a: Tensor, b: Tensor) => ({
      value: add(a, b),
      gradFunc: () => result as Tensor[],
    }));
    return grads((a, b) => sum(f(a, b)))([[1, 2], 3]);
  };

  // 39
  it('is told by number, position, shape and dtype', () => {
    expect(returning([scalar(1)])).toThrow(
      'customGradient: gradFunc must return one gradient (or null) per input: 2; got 1',
    );
    expect(returning(scalar(1))).toThrow('per input: 2; got 1');
    expect(returning(undefined)).toThrow(ArgumentError);
    expect(returning([scalar(1), null])).toThrow(ShapeError);
    expect(returning([scalar(1), null])).toThrow(
      "customGradient: gradient of input 0 must have the input's shape [2]; got []",
    );
    expect(returning([null, float64(1)])).toThrow(DTypeError);
    expect(returning([null, 3])).toThrow('gradient of input 1 must be a tensor or null; got 3');
    expect(returning(Promise.resolve([]))).toThrow(TapeError);
  });

  it('is told when f itself returns something else', () => {
    const call = (made: unknown) => () => customGradient((() => made) as never)(1);
    expect(call(scalar(1))).toThrow(
      'customGradient: f must return {value, gradFunc}; got a tensor',
    );
    expect(call({ value: 3, gradFunc: () => null })).toThrow('value must be a tensor or an array');
    expect(call({ value: [], gradFunc: () => null })).toThrow(ArgumentError);
    expect(call({ value: [scalar(1), 3], gradFunc: () => null })).toThrow(
      'customGradient: value at output 1 must be a tensor; got 3',
    );
    expect(call({ value: scalar(1) })).toThrow('gradFunc must be a function; got undefined');
    expect(call(Promise.resolve(1))).toThrow(TapeError);
    expect(() => customGradient(5 as never)).toThrow('customGradient: f must be a function; got 5');
    expect(() => tenfold('x' as never)).toThrow("Argument 'inputs[0]' passed to 'customGradient'");
    const badSave = customGradient((x, save) => {
      save([1] as never);
      return { value: x, gradFunc: (dy) => dy };
    });
    expect(() => badSave(1)).toThrow('argument of save must be an array of tensors');
  });
});

describe('gradPassThrough', () => {
  // 45
  it('has the value of its function and the gradient of the identity', () => {
    const rounded = gradPassThrough((x) => round(x));
    expect(rounded(1.7).item()).toBe(2);
    expect(grad(rounded)(1.7).item()).toBe(1);
    expect(grad((x) => square(rounded(x)))(1.7).item()).toBe(4);
    const v = variable(scalar(3));
    expect(grad(gradPassThrough((x) => mul(x, v)))(2).item()).toBe(1);
  });

  it('wants a result like its argument', () => {
    expect(() => gradPassThrough((x) => sum(x))([1, 2])).toThrow(
      "gradPassThrough: result of f must have the argument's shape [2]; got []",
    );
    expect(() => gradPassThrough(() => 3 as never)(1)).toThrow(ArgumentError);
  });
});
