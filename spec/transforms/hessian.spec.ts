import { runtime } from '../../lib/base/runtime.ts';
import type { Tensor } from '../../lib/index.ts';
import {
  add,
  complex,
  concat,
  cos,
  customGradient,
  elementwiseGrad,
  exp,
  floor,
  ggnvp,
  grad,
  GradientTape,
  hessian,
  hessianDiagonal,
  hutchinsonTrace,
  hvp,
  jacfwd,
  jacobian,
  jacrev,
  linearTranspose,
  matMul,
  mean,
  mul,
  perExampleGrad,
  relu,
  reshape,
  scalar,
  ShapeError,
  sin,
  slice,
  softmax,
  square,
  stack,
  sub,
  sum,
  tanh,
  tensor,
  transpose,
  variable,
  vhp,
  vmap,
  zeros,
} from '../../lib/index.ts';
import { difference, refute } from '../../lib/testing/compare.ts';

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

const number = (x: Tensor): unknown => x.arraySync();
const double = (values: readonly number[], shape?: readonly number[]): Tensor =>
  tensor(Float64Array.from(values), shape);
const close = (actual: Tensor, expected: Tensor, tolerance: number): void => {
  expect([actual.dtype, actual.shape]).toEqual([expected.dtype, expected.shape]);
  refute('close', difference(actual.dataSync(), expected.dataSync(), tolerance));
};
/** Numbers that are all different, and none round. */
const spread = (shape: readonly number[], phase = 0): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1);
  return double(
    Array.from({ length: size }, (_, i) => Math.sin(1.7 * i + phase)),
    shape,
  );
};

const cubes = (x: Tensor): Tensor => sum(mul(x, mul(x, x)));
const x = double([0.3, -1.2, 0.7]);
const v = double([1, -2, 0.5]);

/** A loss of a network with 50 parameters: 4 inputs, 6 hidden units, 2 outputs. */
const inputs = spread([5, 4]);
const labels = spread([5, 2], 1);
interface Layers {
  readonly w1: Tensor;
  readonly b1: Tensor;
  readonly w2: Tensor;
}
const network = (p: Layers): Tensor => {
  const hidden = tanh(add(matMul(inputs, p.w1), p.b1));
  return mean(square(sub(softmax(matMul(hidden, p.w2)), labels)));
};
const layers: Layers = { w1: spread([4, 6], 2), b1: spread([6], 3), w2: spread([6, 2], 4) };
const flat = (p: Layers): Tensor =>
  concat([p.w1.flatten(), p.b1.flatten(), p.w2.flatten(), zeros([8], 'float64')]);
const network50 = (theta: Tensor): Tensor => {
  const part = (from: number, shape: readonly [number, number]): Tensor =>
    reshape(slice(theta, [from], [shape[0] * shape[1]]), shape);
  const hidden = tanh(add(matMul(inputs, part(0, [4, 6])), part(24, [1, 6])));
  const out = add(matMul(hidden, part(30, [6, 2])), matMul(inputs, part(42, [4, 2])));
  return mean(square(sub(softmax(out), labels)));
};

describe('hessian', () => {
  it('is the matrix of second derivatives', () => {
    expect(number(hessian(cubes)([1, 2]))).toEqual([
      [6, 0],
      [0, 12],
    ]);
    expect(hessian((a) => mul(a, mul(a, a)))(2).item()).toBe(12);
    expect(hessian((m) => sum(square(m)))(zeros([2, 3])).shape).toEqual([2, 3, 2, 3]);
  });

  it('equals nested tapes for the loss of a network with 50 parameters', () => {
    const theta = flat(layers);
    expect(theta.size).toBe(50);
    const outer = new GradientTape();
    outer.watch(theta);
    const inner = new GradientTape();
    inner.watch(theta);
    const first = inner.gradient(network50(theta), theta);
    close(hessian(network50)(theta), outer.jacobian(first, theta), 1e-10);
    const second = new GradientTape({ persistent: true });
    second.watch(theta);
    const again = grad(network50)(theta).unstack();
    second.stop();
    const rows = again.map((row) => second.gradient(row, theta));
    close(hessian(network50)(theta), stack(rows), 1e-10);
  });

  it('has a structure within a structure', () => {
    const found = hessian(network)(layers);
    expect(found.w1.b1.shape).toEqual([4, 6, 6]);
    expect(found.b1.w1.shape).toEqual([6, 4, 6]);
    close(found.b1.w1, transpose(found.w1.b1, [2, 0, 1]), 1e-14);
    const ofTwo = hessian((a: Tensor, b: Tensor) => mul(square(a), b), { argnums: [0, 1] })(3, 5);
    expect(ofTwo.map((row) => row.map(number))).toEqual([
      [10, 6],
      [6, 0],
    ]);
  });

  it('does not depend on the size of chunks', () => {
    const whole = hessian(network50)(flat(layers));
    for (const chunkSize of [1, 7, 50])
      close(hessian(network50, { chunkSize })(flat(layers)), whole, 1e-15);
  });

  it('equals all compositions of modes', () => {
    const known = hessian((a) => sum(mul(exp(a), square(sum(a)))))(x);
    type Derivative = (f: (a: Tensor) => Tensor) => (a: Tensor) => Tensor;
    const modes: readonly Derivative[] = [(f) => jacfwd(f), (f) => jacrev(f), (f) => jacobian(f)];
    for (const outer of modes) {
      for (const inner of [...modes, (f) => grad(f)] as readonly Derivative[]) {
        close(outer(inner((a) => sum(mul(exp(a), square(sum(a))))))(x), known, 1e-12);
      }
    }
  });

  it('is zeros for constant, linear and piecewise constant functions', () => {
    const none = zeros([3, 3], 'float64');
    close(hessian(() => scalar(1))(x), none, 0);
    close(hessian((a) => sum(a))(x), none, 0);
    close(hessian((a) => sum(floor(a)))(x), none, 0);
    expect(hessian((a) => sum(a))(zeros([0, 2])).shape).toEqual([0, 2, 0, 2]);
  });

  it('does not grow with arguments that are not differentiated', () => {
    const data = zeros([300, 1000]);
    const f = (a: Tensor, d: Tensor): Tensor => add(sum(square(a)), sum(d));
    expect(hessian(f)([1, 2], data).shape).toEqual([2, 2]);
  });

  it('takes complex arguments', () => {
    const at = complex([1, 2], [0.5, -1]);
    const f = (a: Tensor): Tensor => sum(mul(a, mul(a, a)));
    expect(number(hessian(f)(at))).toEqual([
      [6, -3, 0, 0],
      [0, 0, 12, 6],
    ]);
    expect(number(hessianDiagonal(f)(at))).toEqual([6, -3, 12, 6]);
  });

  it('refuses results that are no scalar', () => {
    expect(() => hessian((a) => a)([1, 2])).toThrow(
      'hessian: result of f must be a scalar; got float32 [2]; reduce it, with mean or sum; jacobian takes functions of other results',
    );
    expect(() => hessian((a) => [a] as never)(1)).toThrow(
      'hessian: result of f must be one tensor',
    );
    expect(() => hessian(3 as never)).toThrow('hessian: f must be a function; got 3');
    expect(() => hessian(cubes, { chunkSize: 0 })).toThrow('hessian: chunkSize must be an integer');
    expect(() => hessian(cubes, { mode: 'forward' } as never)).toThrow("got 'mode'");
    expect(() => hessian(cubes)(tensor([1], [1], 'int32'))).toThrow('x must be a float tensor');
  });
});

describe('hessianDiagonal', () => {
  it('is the diagonal of the Hessian', () => {
    const theta = flat(layers);
    const indices = Array.from({ length: 50 }, (_, i) => i);
    const whole = hessian(network50)(theta).dataSync();
    const known = double(indices.map((i) => whole[i * 51]));
    close(hessianDiagonal(network50)(theta), known, 1e-14);
    close(hessianDiagonal(network50, { chunkSize: 7 })(theta), known, 1e-14);
  });

  it('takes structures, and inner axes', () => {
    const found = hessianDiagonal(network)(layers);
    const b1 = hessian(network)(layers).b1.b1.dataSync();
    expect(found.w1.shape).toEqual([4, 6]);
    close(found.b1, double(Array.from({ length: 6 }, (_, i) => b1[i * 7])), 1e-14);
    expect(number(hessianDiagonal((a) => sum(a))([1, 2]))).toEqual([0, 0]);
    expect(hessianDiagonal((a) => sum(square(a)))(zeros([2, 0])).shape).toEqual([2, 0]);
  });

  it('can be differentiated, and batched', () => {
    const quartic = (a: Tensor): Tensor => sum(square(square(a)));
    const third = grad((a) => sum(hessianDiagonal(quartic, { chunkSize: 1 })(a)));
    expect(number(third([1, 2]))).toEqual([24, 48]);
    const each = vmap((a: Tensor) => hessianDiagonal(quartic)(a));
    expect(number(each([[1], [2]]))).toEqual([[12], [48]]);
  });

  it('refuses results that are no scalar', () => {
    expect(() => hessianDiagonal((a) => a)([1])).toThrow(ShapeError);
    expect(() => hessianDiagonal((a) => a)([1])).toThrow('hessianDiagonal: result of f must be');
  });
});

describe('hvp and vhp', () => {
  it.each([
    ['hvp', hvp],
    ['vhp', vhp],
  ] as const)('%s multiplies the Hessian', (_, product) => {
    const f = (a: Tensor): Tensor => sum(mul(exp(a), square(sum(a))));
    const found = product(f, x, v);
    close(found.value, f(x), 0);
    close(found.gradient, grad(f)(x), 1e-15);
    const known = matMul(hessian(f)(x), reshape(v, [3, 1]));
    close(found.product, reshape(known, [3]), 1e-13);
  });

  it.each([
    ['hvp', hvp],
    ['vhp', vhp],
  ] as const)('%s mirrors its arguments', (_, product) => {
    const listed = product((a: Tensor, b: Tensor) => mul(square(a), b), [3, variable(5)], [1, 10]);
    expect(listed.gradient.map(number)).toEqual([30, 9]);
    expect(listed.product.map(number)).toEqual([70, 6]);
    const direction = { w1: spread([4, 6]), b1: spread([6]), w2: spread([6, 2]) };
    const inside = product(network, layers, direction);
    const whole = hessian(network)(layers);
    const share = (name: keyof Layers): Tensor => {
      const { size } = direction[name];
      const matrix = reshape(whole.b1[name], [6, size]);
      return reshape(matMul(matrix, reshape(direction[name], [size, 1])), [6]);
    };
    close(inside.product.b1, add(add(share('w1'), share('b1')), share('w2')), 1e-14);
    const ignoring = product((a: Tensor) => square(a), [3, 4], [1, 1]);
    expect(ignoring.product.map(number)).toEqual([2, 0]);
  });

  it('transpose each other where a custom rule is not symmetric', () => {
    const skew = double([0, 1, 0, 0], [2, 2]);
    const lopsided = customGradient((a) => ({
      value: sum(a),
      gradFunc: (dy) => mul(dy, reshape(matMul(skew, reshape(a, [2, 1])), [2])),
    }));
    const at = double([1, 2]);
    const along = double([3, 5]);
    expect(number(hvp(lopsided, at, along).product)).toEqual([5, 0]);
    expect(number(vhp(lopsided, at, along).product)).toEqual([0, 3]);
  });

  it('refuse what does not fit', () => {
    expect(() => hvp(cubes, x, [1, 2])).toThrow(
      "hvp: vector must have the primal's shape [3]; got [2]",
    );
    expect(() => vhp(cubes, [x], x as never)).toThrow(
      'vhp: vector must be an array of one for each of the primals: 1; got a tensor float64 [3]',
    );
    expect(() => hvp((a) => a, x, v)).toThrow('hvp: result of f must be a scalar');
    expect(() => vhp((a) => a, x, v)).toThrow('vhp: result of f must be a scalar');
    expect(() => hvp(3 as never, x, v)).toThrow('hvp: f must be a function');
    expect(() => vhp(3 as never, x, v)).toThrow('vhp: f must be a function');
  });
});

describe('ggnvp', () => {
  const output = (a: Tensor): Tensor => stack([sum(exp(a)), sum(sin(a))]);
  const loss = (y: Tensor): Tensor => sum(mul(square(y), square(sum(y))));

  it('multiplies JᵀHJ', () => {
    const { value, product } = ggnvp(output, loss, x, v);
    close(value, loss(output(x)), 0);
    const j = jacobian(output)(x);
    const h = hessian(loss)(output(x));
    const known = matMul(matMul(transpose(j), matMul(h, j)), reshape(v, [3, 1]));
    close(product, reshape(known, [3]), 1e-12);
  });

  it('equals hvp where the output is linear', () => {
    const linear = (a: Tensor): Tensor => mul(a, 3);
    close(ggnvp(linear, cubes, x, v).product, hvp((a) => cubes(linear(a)), x, v).product, 1e-14);
  });

  it('takes structures of arguments and of outputs', () => {
    const { value, product } = ggnvp(
      (p: { a: Tensor; b: Tensor[] }) => ({ y: mul(p.a, p.b[0]), z: [p.a] as const }),
      (out) => add(square(out.y), square(out.z[0])),
      { a: 2, b: [scalar(3)] },
      { a: 1, b: [0] },
    );
    expect([value.item(), product.a.item(), product.b.map(number)]).toEqual([40, 20, [12]]);
  });

  it('refuses what does not fit', () => {
    expect(() =>
      ggnvp(
        (a) => [a, floor(a).toInt()] as const,
        ([a]) => a,
        1,
        1,
      ),
    ).toThrow('ggnvp: result of outputFunction[1] must be a float tensor; got int32 []');
    expect(() =>
      ggnvp(
        (a) => a,
        (a) => a,
        [1, 2] as never,
        1,
      ),
    ).toThrow('vector must be');
    expect(() =>
      ggnvp(
        (a) => a,
        (a) => a,
        x,
        v,
      ),
    ).toThrow('ggnvp: result of f must be a scalar');
    expect(() => ggnvp(1 as never, (a) => a as never, x, v)).toThrow('outputFunction must be a');
    expect(() => ggnvp((a) => a, 1 as never, x, v)).toThrow('lossFunction must be a function');
  });
});

describe('hutchinsonTrace', () => {
  const matrix = double([2, 1, -0.5, 1, 3, 0.25, -0.5, 0.25, -1], [3, 3]);
  const quadratic = (a: Tensor): Tensor =>
    mul(0.5, sum(mul(a, reshape(matMul(matrix, reshape(a, [3, 1])), [3]))));

  it('is exact for a diagonal Hessian, whatever is drawn', () => {
    expect(hutchinsonTrace(cubes, [[1, 2]], { samples: 1 }).item()).toBe(18);
    const of = hutchinsonTrace((a: Tensor, b: Tensor) => add(cubes(a), cubes(b)), [[1, 2], x]);
    expect(of.item()).toBeCloseTo(18 + 6 * (0.3 - 1.2 + 0.7), 5);
  });

  it('comes as near as its standard error says', () => {
    const samples = 4000;
    const estimate = hutchinsonTrace(quadratic, x, { samples, seed: 3 }).item();
    const deviation = Math.sqrt((2 * 2 * (1 + 0.25 + 0.0625)) / samples);
    expect(Math.abs(estimate - 4)).toBeLessThan(3 * deviation);
    expect(estimate).not.toBe(4);
  });

  it('repeats with a seed, for every size of chunks', () => {
    const run = (chunkSize: number): number =>
      hutchinsonTrace(quadratic, x, { samples: 20, seed: 5, chunkSize }).item();
    expect([run(1), run(7)]).toEqual([
      expect.closeTo(run(20), 12) as number,
      expect.closeTo(run(20), 12) as number,
    ]);
    const free = (): number => hutchinsonTrace(quadratic, x, { samples: 3 }).item();
    expect(new Set(Array.from({ length: 12 }, free)).size).toBeGreaterThan(1);
  });

  it('refuses what does not fit', () => {
    expect(() => hutchinsonTrace(cubes, x, { samples: 0 })).toThrow(
      'hutchinsonTrace: samples must be an integer of at least 1; got 0',
    );
    expect(() => hutchinsonTrace(cubes, complex([1], [1]))).toThrow(
      'hutchinsonTrace: primals must be real; got complex64 [1]; hessianDiagonal takes complex arguments',
    );
    expect(() => hutchinsonTrace((a) => a, x)).toThrow('result of f must be a scalar');
    expect(() => hutchinsonTrace(cubes, x, { chunkSize: -1 })).toThrow('chunkSize must be');
    expect(() => hutchinsonTrace(3 as never, x)).toThrow('f must be a function');
  });
});

describe('elementwiseGrad', () => {
  it('gives the slope at each element, to any order', () => {
    close(elementwiseGrad(sin)(x), cos(x), 1e-15);
    close(elementwiseGrad(elementwiseGrad(elementwiseGrad(sin)))(x), mul(cos(x), -1), 1e-15);
    expect(number(elementwiseGrad(() => tensor([1, 2]))([3, 4]))).toEqual([0, 0]);
    expect(elementwiseGrad(square)(zeros([0])).shape).toEqual([0]);
  });

  it('refuses functions of other shapes', () => {
    expect(() => elementwiseGrad((a) => sum(a))([1, 2])).toThrow(
      'elementwiseGrad: result of f must have the shape of x, [2]; got []; grad takes functions of any result',
    );
    expect(() => elementwiseGrad(3 as never)).toThrow('f must be a function');
    expect(() => elementwiseGrad((a) => [a] as never)(1)).toThrow('result of f must be one tensor');
  });
});

describe('perExampleGrad', () => {
  const model = { w: spread([4, 2]), b: variable(spread([2])) };
  const loss = (p: { w: Tensor; b: Tensor }, row: Tensor, label: Tensor): Tensor =>
    sum(square(sub(add(reshape(matMul(reshape(row, [1, 4]), p.w), [2]), p.b), label)));

  it('equals the gradients of the examples one by one', () => {
    const found = perExampleGrad(loss)(model, inputs, labels);
    expect([found.w.shape, found.b.shape]).toEqual([
      [5, 4, 2],
      [5, 2],
    ]);
    const rows = inputs.unstack();
    const known = labels
      .unstack()
      .map((label, i) => grad(loss, { argnums: 0 })(model, rows[i], label));
    close(found.w, stack(known.map((one) => one.w)), 1e-14);
    close(found.b, stack(known.map((one) => one.b)), 1e-14);
    const chunked = perExampleGrad(loss, { chunkSize: 2 })(model, inputs, labels);
    close(chunked.w, found.w, 1e-15);
  });

  it('takes axes for the arguments after the parameters', () => {
    const f = (w: Tensor, row: Tensor, factor: Tensor): Tensor => mul(sum(mul(w, row)), factor);
    const found = perExampleGrad(f, { inAxes: [1, null] })(
      [1, 1],
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      10,
    );
    expect(number(found)).toEqual([
      [10, 40],
      [20, 50],
      [30, 60],
    ]);
  });

  it('gives zeros for parameters that f ignores', () => {
    expect(number(perExampleGrad((_, a) => a)([1, 2], [3, 4, 5]))).toEqual(number(zeros([3, 2])));
  });

  it('refuses what does not fit', () => {
    expect(() => perExampleGrad((w) => w)(1)).toThrow(
      'perExampleGrad: batch must be given: at least one argument after the parameters; got none',
    );
    expect(() => perExampleGrad(3 as never)).toThrow('perExampleGrad: f must be a function');
    expect(() => perExampleGrad((w, a) => mul(w, a))(1, 2)).toThrow('argument 1 must have a batch');
    expect(() => perExampleGrad((w, a) => mul(w, a), { outAxes: 1 } as never)).toThrow("'outAxes'");
  });
});

describe('linearTranspose', () => {
  const w = spread([2, 3]);
  const f = (a: Tensor): Tensor => reshape(matMul(w, reshape(a, [3, 1])), [2]);

  it('is the transposed map', () => {
    const [found] = linearTranspose(f, [x])([1, 10]);
    close(found, reshape(matMul(double([1, 10], [1, 2]), w), [3]), 1e-15);
    const twice = linearTranspose(linearTranspose(f, x), zeros([2], 'float64'));
    close(twice(x), f(x), 1e-15);
  });

  it('takes structures, and gives zeros for what f ignores', () => {
    const back = linearTranspose((p: { a: Tensor; b: Tensor }) => [sum(p.a)] as const, {
      a: [1, 2],
      b: 3,
    });
    const found = back([5]);
    expect([number(found.a), number(found.b)]).toEqual([[5, 5], 0]);
  });

  it('needs no point: functions of infinite slope elsewhere do not matter', () => {
    const found = linearTranspose((a) => mul(a, [2, 3]), tensor([NaN, Infinity]));
    expect(number(found([1, 1]))).toEqual([2, 3]);
  });

  it.each<[string, (a: Tensor) => Tensor]>([
    ['a square', square],
    ['relu, which depends on the side', relu],
    ['the absolute value', (a) => a.abs()],
    ['a product of two sums', (a) => mul(sum(a), sum(a))],
  ])('refuses %s', (_, nonlinear) => {
    expect(() => linearTranspose(nonlinear, x)).toThrow(
      'linearTranspose: f must be linear; got one that is not; vjp gives the pullback at a point of any function',
    );
  });

  it('refuses what does not fit', () => {
    expect(() => linearTranspose((a) => add(a, 1), x)).toThrow(
      'linearTranspose: f must be linear; got another value for zeros, in result of f',
    );
    expect(() => linearTranspose((a: Tensor, b: Tensor) => mul(a, b), [1, 2])).toThrow('be linear');
    expect(() => linearTranspose(f, x)([1])).toThrow("cotangent must have the result's shape [2]");
    expect(() => linearTranspose(3 as never, x)).toThrow('f must be a function');
  });
});
