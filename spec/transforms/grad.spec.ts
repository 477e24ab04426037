import { runtime } from '../../lib/base/runtime.ts';
import type { Tensor } from '../../lib/index.ts';
import {
  add,
  ArgumentError,
  DTypeError,
  floor,
  ForwardAccumulator,
  gather,
  grad,
  grads,
  GradientTape,
  mul,
  oneHot,
  ones,
  scalar,
  ShapeError,
  sin,
  square,
  sum,
  TapeError,
  tensor,
  UnconnectedGradientError,
  valueAndGrad,
  valueAndGrads,
  variable,
  variableGrads,
  vmap,
  where,
} from '../../lib/index.ts';

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

const cube = (x: Tensor): Tensor => mul(x, mul(x, x));
const numbers = (tensors: readonly Tensor[]): unknown[] => tensors.map((x) => x.arraySync());

describe('grad', () => {
  it('differentiates a function of one tensor', () => {
    expect(grad(cube)(scalar(3)).item()).toBe(27);
    expect(grad(cube)(3).item()).toBe(27);
    expect(grad(cube)(variable(scalar(3))).item()).toBe(27);
    expect(grad(cube)([1, 2]).arraySync()).toEqual([3, 12]);
    expect(grad(cube)(tensor(Float64Array.of(2))).dtype).toBe('float64');
  });

  it('weighs the elements of the result by dy', () => {
    expect(grad(square)([1, 2], tensor([10, 100])).arraySync()).toEqual([20, 400]);
    expect(grad(square)([1, 2], [10, 100]).arraySync()).toEqual([20, 400]);
    expect(grad(square)(tensor(Float64Array.of(2), []), 5).item()).toBe(20);
  });

  it('refuses a dy that does not match the result', () => {
    expect(() => grad(square)([1, 2], scalar(1))).toThrow(ShapeError);
    expect(() => grad(square)([1, 2], [1])).toThrow(
      "grad: dy must have the result's shape [2]; got [1]",
    );
    expect(() => grad(square)(1, tensor(Float64Array.of(2), []))).toThrow(DTypeError);
    expect(() => grad(square)(1, 'x' as never)).toThrow(ArgumentError);
  });

  it('gives zeros for a function that does not depend on its argument, at any order', () => {
    const constant = scalar(5);
    expect(grad(() => constant)([1, 2]).arraySync()).toEqual([0, 0]);
    expect(grad(grad(() => constant))([1, 2]).arraySync()).toEqual([0, 0]);
    expect(grad(floor)(1.5).item()).toBe(0);
    expect(grad(grad((x) => mul(x, 2)))(3).item()).toBe(0);
  });

  it('gives ones for the identity', () => {
    expect(grad((x) => x)([1, 2]).arraySync()).toEqual([1, 1]);
    expect(grad(grad((x) => x))([1, 2]).arraySync()).toEqual([0, 0]);
  });

  it('takes what f finds in a closure for constant, even the argument itself', () => {
    const x = scalar(3);
    expect(grad((a) => mul(a, x))(x).item()).toBe(3);
  });

  it('keeps apart the variables of nested functions', () => {
    // d/dx (x * d/dy (x + y)) is 1; confusing the two perturbations would give 2.
    expect(grad((x) => mul(x, grad((y) => add(x, y))(1)))(1).item()).toBe(1);
  });

  it('composes with itself, vmap, tapes and accumulators', () => {
    expect(grad(grad(grad(cube)))(2).item()).toBe(6);
    expect(vmap(grad(cube))([1, 2]).arraySync()).toEqual([3, 12]);
    expect(grad((x) => sum(vmap(grad(cube))(x)))([1, 2]).arraySync()).toEqual([6, 12]);
    const x = scalar(2);
    const tape = new GradientTape();
    tape.watch(x);
    expect(tape.gradient(grad(cube)(x), x).item()).toBe(12);
    const accumulator = new ForwardAccumulator(x, scalar(1));
    expect(accumulator.jvp(accumulator.run(() => grad(cube)(x))).item()).toBe(12);
  });

  it('refuses functions of other results, naming what to use', () => {
    expect(() => grad(((x: Tensor) => [x]) as never)(1)).toThrow(
      'grad: result of f must be one tensor; got [an object (Tensor)]; a GradientTape takes several targets',
    );
    expect(() => grad((() => 3) as never)(1)).toThrow('scalar(...) makes a tensor of a number');
    expect(() => grad((() => undefined) as never)(1)).toThrow(ArgumentError);
    expect(() => grad((() => Promise.resolve(1)) as never)(1)).toThrow(TapeError);
    expect(() => grad(5 as never)).toThrow('grad: f must be a function; got 5');
  });

  it('gives float zeros for integers and truth values', () => {
    const indices = tensor([0, 2], [2], 'int32');
    const found = grad((i) => gather(tensor([1, 2, 3]), i))(indices);
    expect([found.dtype, found.arraySync()]).toEqual(['float32', [0, 0]]);
    const { value, grad: slope } = valueAndGrad((c) => where(c, 2, 3))(true);
    expect([value.item(), slope.dtype, slope.item()]).toEqual([2, 'float32', 0]);
    const weighted = grad((i) => oneHot(i, 3))(indices, ones([2, 3]));
    expect([weighted.dtype, weighted.arraySync()]).toEqual(['float32', [0, 0]]);
    const rows = vmap(grad((i) => gather(tensor([1, 2, 3]), i)))(indices);
    expect([rows.dtype, rows.arraySync()]).toEqual(['float32', [0, 0]]);
  });

  it('refuses calls in which nothing is a float', () => {
    const x = tensor([1], [1], 'int32');
    expect(() => grad(square)(x)).toThrow(
      'grad: x must be a float tensor; got int32 [1]; derivatives exist for float and complex dtypes; cast first',
    );
    expect(() => grads((a, b) => mul(a, b))([x, x])).toThrow('grads: args[0] must be a float');
    expect(() => grads((a, b) => mul(a, b))([x, x], x)).toThrow(ArgumentError);
    expect(grads(() => x)([])).toEqual([]);
  });

  it('refuses arguments that are no tensors', () => {
    expect(() => grad(square)('x' as never)).toThrow(
      "Argument 'x' passed to 'grad' must be a Tensor or TensorLike; got 'x'",
    );
  });

  it('leaves no trace after an error in f', () => {
    const x = scalar(3);
    const failing = (): never => {
      throw new Error('inside');
    };
    expect(() => grad(failing)(x)).toThrow('inside');
    expect([x.trackerId, x.otherTrackers]).toEqual([0, null]);
  });
});

describe('grad and valueAndGrad with structures and options', () => {
  interface Params {
    readonly w: Tensor;
    readonly layers: readonly Tensor[];
  }
  const f = (p: Params, x: Tensor): Tensor =>
    sum(p.layers.reduce((y, layer) => mul(y, layer), mul(p.w, x)));
  const params = { w: tensor([1, 2]), layers: [variable(scalar(3)), scalar(10)] };

  it('keep the structure of the argument', () => {
    const found = grad((p: Params) => f(p, scalar(2)))(params);
    expect(found.w.arraySync()).toEqual([60, 60]);
    expect(numbers(found.layers)).toEqual([60, 18]);
    const weighed = grad((p: { a: Tensor }) => square(p.a))({ a: [1, 2] }, [1, 10]);
    expect(weighed.a.arraySync()).toEqual([2, 40]);
    const { value, grad: g } = valueAndGrad((p: Params) => f(p, scalar(2)))({ w: 1, layers: [] });
    expect([value.item(), g.w.item(), g.layers]).toEqual([2, 2, []]);
  });

  it('take all arguments of f, and differentiate for those chosen', () => {
    expect(grad(f, {})(params, 2).w.arraySync()).toEqual([60, 60]);
    expect(grad(f, { argnums: 1 })(params, 2).item()).toBe(90);
    const [dx, dp] = grad(f, { argnums: [1, 0] })(params, [1, 2]);
    expect([dx.arraySync(), numbers(dp.layers)]).toEqual([
      [30, 60],
      [50, 15],
    ]);
    const { value, grad: g } = valueAndGrad(f, { argnums: [1] })(params, 2);
    expect([value.item(), numbers(g)]).toEqual([180, [90]]);
    const kept = tensor([1], undefined, 'int32');
    expect(grad((a, i) => mul(a, i), { argnums: 0 })(3, kept).item()).toBe(1);
  });

  it('hand aux through', () => {
    const aux = { steps: 3 };
    const g = grad((x) => ({ value: square(x), aux }), { aux: true })(3);
    expect([g.grad.item(), g.aux]).toEqual([6, aux]);
    const both = valueAndGrad((a: Tensor, b: Tensor) => ({ value: mul(a, b), aux: [a] }), {
      aux: true,
      argnums: 1,
    })(2, 3);
    expect([both.value.item(), both.grad.item(), both.aux[0].item()]).toEqual([6, 2, 2]);
  });

  it.each<[string, () => unknown, string]>([
    ['a missing argument', () => grad(f, { argnums: 2 })(params, 1), 'grad: argnums must name'],
    ['a negative position', () => grad(f, { argnums: -1 }), 'counted from 0'],
    ['an unknown option', () => grad(f, { arg: 1 } as never), "got 'arg'"],
    ['no aux', () => grad(() => scalar(1) as never, { aux: true })(1), 'must be {value, aux}'],
    [
      'several values beside aux',
      () => valueAndGrad((() => ({ value: [1], aux: 0 })) as never, { aux: true })(1),
      'valueAndGrad: result of f must be one tensor',
    ],
    [
      'integers in a structure',
      () => grad((p: { a: Tensor }) => p.a)({ a: tensor([1], [1], 'int32') }),
      'grad: x.a must be a float tensor; got int32 [1]',
    ],
    [
      'what is no tensor in a structure',
      () => grad(f, {})({ w: 'x' as never, layers: [] }, 1),
      "Argument 'args[0].w' passed to 'grad' must be a Tensor or TensorLike; got 'x'",
    ],
    ['no argument', () => (grad(square) as () => unknown)(), "Argument 'x' passed to 'grad'"],
  ])('refuse %s', (_, call, message) => {
    expect(call).toThrow(message);
  });

  it('refuse a structure that holds itself', () => {
    const cycle: { a: unknown } = { a: null };
    cycle.a = [cycle];
    expect(() => grad((p: { a: Tensor }) => p.a)(cycle as never)).toThrow(
      'must not contain itself',
    );
    const list: unknown[] = [];
    list.push(list);
    expect(() => grad(square)(list as never)).toThrow('nested at most 32 deep');
  });
});

describe('grads', () => {
  it('differentiates a function of several tensors', () => {
    expect(numbers(grads((a, b) => mul(a, square(b)))([2, 3]))).toEqual([9, 12]);
    expect(grads(() => scalar(1))([])).toEqual([]);
  });

  it('takes the same tensor given twice for two arguments', () => {
    const x = scalar(3);
    expect(numbers(grads((a, b) => mul(a, b))([x, x]))).toEqual([3, 3]);
    expect(numbers(grads((a, b) => mul(a, square(b)))([x, x]))).toEqual([9, 18]);
  });

  it('gives zeros for integers among the arguments, and gradients for the others', () => {
    const found = grads((c, a, b) => where(c, a, b))([tensor([true, false]), [1, 2], [3, 4]]);
    expect(found.map((one) => one.arraySync())).toEqual([
      [0, 0],
      [1, 0],
      [0, 1],
    ]);
    expect(found[0].dtype).toBe('float32');
  });

  it('gives zeros for an argument that is not used', () => {
    const both = grads((a) => square(a));
    expect(numbers(both([3, [1, 2]]))).toEqual([6, [0, 0]]);
  });

  it('takes dy', () => {
    expect(numbers(grads((a, b) => mul(a, b))([2, 3], 10))).toEqual([30, 20]);
  });

  it('wants an array', () => {
    expect(() => grads(square)(scalar(3) as never)).toThrow(
      'grads: args must be an array of the arguments of f; got a tensor; call grads(f)([a, b])',
    );
    expect(() => grads(square)([1, 'x' as never])).toThrow("Argument 'args[1]'");
  });
});

describe('valueAndGrad and valueAndGrads', () => {
  it('give the value too', () => {
    const { value, grad: g } = valueAndGrad(cube)(3);
    expect(numbers([value, g])).toEqual([27, 27]);
    const both = valueAndGrads((a, b) => mul(a, b))([2, 3]);
    expect([both.value.item(), numbers(both.grads)]).toEqual([6, [3, 2]]);
  });

  it('give a value that can be differentiated', () => {
    const x = scalar(2);
    const tape = new GradientTape();
    tape.watch(x);
    const { value, grad: g } = valueAndGrad(cube)(x);
    expect(tape.gradient(add(value, g), x).item()).toBe(24);
  });
});

describe('variableGrads', () => {
  const [w, b] = [variable(tensor([1, 2]), true, 'w'), variable(scalar(3), true, 'b')];
  const untouched = variable(scalar(4), true, 'untouched');
  const fixed = variable(scalar(5), false, 'fixed');
  const loss = (): Tensor => mul(sum(square(w)), mul(b, fixed));

  it('gives gradients by name, of the trainable variables that were touched', () => {
    const { value, grads: found } = variableGrads(loss);
    expect(value.item()).toBe(75);
    expect(Object.keys(found)).toEqual(['w', 'b']);
    expect(numbers([found['w'], found['b']])).toEqual([[30, 60], 25]);
  });

  it('gives those of the list that are trainable and touched', () => {
    const { grads: found } = variableGrads(loss, [b, fixed, untouched, b]);
    expect(Object.keys(found)).toEqual(['b']);
  });

  it('throws only if none is connected', () => {
    expect(() => variableGrads(() => scalar(1))).toThrow(UnconnectedGradientError);
    expect(() => variableGrads(loss, [untouched])).toThrow(
      "variableGrads: f must depend on at least one trainable variable; got no path from 'untouched'",
    );
    expect(() => variableGrads(loss, [fixed])).toThrow('at least one trainable float variable');
  });

  it('wants a scalar from f, and variables in the list', () => {
    expect(() => variableGrads(() => square(w))).toThrow(
      'variableGrads: result of f must be a scalar; got float32 [2]; reduce it, with mean or sum',
    );
    expect(() => variableGrads(() => 1 as never)).toThrow(ArgumentError);
    expect(() => variableGrads((() => Promise.resolve(1)) as never)).toThrow(TapeError);
    expect(() => variableGrads(loss, [scalar(1)] as never)).toThrow('be an array of variables');
  });

  it('refuses two variables of one name', () => {
    const twin = variable(scalar(1), true, 'b');
    expect(() => variableGrads(() => mul(twin, b))).toThrow(
      "variables must have different names; got 'b' twice",
    );
  });

  it('differentiates the gradients of its own kind', () => {
    const v = variable(scalar(2), true, 'v');
    const outer = variableGrads(() => variableGrads(() => mul(v, square(v))).grads['v']);
    expect([outer.value.item(), outer.grads['v'].item()]).toEqual([12, 12]);
  });
});

describe('the functional forms', () => {
  it('agree with closed forms in double precision', () => {
    const x = tensor(Float64Array.of(0.7), []);
    expect(grad(sin)(x).item()).toBeCloseTo(Math.cos(0.7), 15);
    expect(grad(grad(sin))(x).item()).toBeCloseTo(-Math.sin(0.7), 15);
    expect(grad(grad(grad(sin)))(x).item()).toBeCloseTo(-Math.cos(0.7), 15);
  });
});

describe('what variableGrads recorded', () => {
  it('is let go of, also where the loss is refused', () => {
    const v = variable([1, 2]);
    const before = runtime.recordingsInUse;
    variableGrads(() => sum(square(v)));
    expect(runtime.recordingsInUse).toBe(before);
    expect(() => variableGrads(() => square(v))).toThrow('result of f must be a scalar');
    expect(runtime.recordingsInUse).toBe(before);
    const failing = (): Tensor => {
      square(v);
      throw new Error('inside');
    };
    expect(() => variableGrads(failing)).toThrow('inside');
    expect(runtime.recordingsInUse).toBe(before);
  });
});
