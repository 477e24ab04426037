import type { ArrayLike, TensorLike } from '../../lib/index.ts';
import * as ops from '../../lib/index.ts';
import type { Tensor } from '../../lib/index.ts';

const { abs, add, angle, cast, complex, concat, conj, div, equal, exp, grad, imag, matMul } = ops;
const { mul, neg, ones, pow, prod, real, scalar, sqrt, square, sub, sum, tensor, where } = ops;

/** complex128 of parts. */
function z(re: ArrayLike, im: ArrayLike): Tensor {
  return complex(tensor(re, undefined, 'float64'), tensor(im, undefined, 'float64'));
}

function requireNear(actual: Tensor, expected: readonly number[]): void {
  expect(actual.size * 2).toBe(expected.length);
  actual.dataSync().forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i], 13);
  });
}

describe('complex', () => {
  it('pairs real and imaginary parts', () => {
    const x = complex([3, 30], [4, 40]);
    expect([x.dtype, x.shape]).toEqual(['complex64', [2]]);
    expect(Array.from(x.dataSync())).toEqual([3, 4, 30, 40]);
    expect([real(x).dtype, real(x).arraySync()]).toEqual(['float32', [3, 30]]);
    expect([imag(x).dtype, imag(x).arraySync()]).toEqual(['float32', [4, 40]]);
  });

  it('takes the wider dtype of its parts', () => {
    expect(complex(tensor([1], [1], 'float64'), tensor([1])).dtype).toBe('complex128');
    expect(complex(tensor([1], [1], 'int32'), [2]).dtype).toBe('complex64');
  });

  it('refuses parts of two shapes, and complex parts', () => {
    expect(() => complex([3, 30], [4, 40, 50])).toThrow(
      'complex: real and imag shapes, 2 and 3, must match in call to tf.complex(); got real [2] and imag [3]',
    );
    expect(() => complex(complex([1], [1]), [1])).toThrow(ops.DTypeError);
  });

  it('leaves real tensors as they are', () => {
    const x = tensor([1, -2]);
    expect(real(x)).toBe(x);
    expect(conj(x)).toBe(x);
    expect(imag(x).arraySync()).toEqual([0, 0]);
    expect(angle(x).arraySync()).toEqual([0, Math.fround(Math.PI)]);
  });
});

describe('a complex tensor', () => {
  const x = complex(
    [
      [1, 2],
      [3, 4],
    ],
    [
      [11, 12],
      [13, 14],
    ],
  );

  it('is read back with its parts side by side', () => {
    expect(x.arraySync()).toEqual([
      [1, 11, 2, 12],
      [3, 13, 4, 14],
    ]);
    expect(complex(1, 2).arraySync()).toEqual([1, 2]);
    expect(() => complex(1, 2).item()).toThrow('item: tensor must be real; got complex64 []');
  });

  it('is made of real numbers or of pairs', () => {
    expect(tensor([1, 2], undefined, 'complex64').arraySync()).toEqual([1, 0, 2, 0]);
    expect(tensor([1, 2, 3, 4], [2], 'complex128').arraySync()).toEqual([1, 2, 3, 4]);
    expect(ones([2], 'complex64').arraySync()).toEqual([1, 0, 1, 0]);
    expect(scalar(3, 'complex64').arraySync()).toEqual([3, 0]);
    expect(() => tensor([1, 2, 3], [2], 'complex64')).toThrow(ops.ShapeError);
  });

  it('is made by functions that make tensors', () => {
    expect(ops.eye(2, 2, [], 'complex64').arraySync()).toEqual([
      [1, 0, 0, 0],
      [0, 0, 1, 0],
    ]);
    expect(ops.oneHot([1], 2, 3, 4, 'complex64').arraySync()).toEqual([[4, 0, 3, 0]]);
    expect(ops.fill([2], 7, 'complex128').arraySync()).toEqual([7, 0, 7, 0]);
    expect(
      ops
        .variable(complex([1], [2]))
        .read()
        .arraySync(),
    ).toEqual([1, 2]);
    expect(() => ops.range(0, 2, 1, 'complex64')).toThrow(
      "range: dtype must be int32 or a float; got 'complex64'",
    );
  });

  it('is printed as sums', () => {
    expect(complex([1, 0.5], [-2, 0.25]).toString()).toBe('Tensor complex64 [2] [1-2i, 0.5+0.25i]');
    expect(complex(NaN, -Infinity).toString()).toBe('Tensor complex64 [] NaN-Infinityi');
    expect(x.toString()).toBe('Tensor complex64 [2,2]\n[[1+11i, 2+12i],\n [3+13i, 4+14i]]');
  });

  it('mixes with real ones in the dtype that holds both', () => {
    const one = complex(4, 7);
    expect(add(one, scalar(1)).dtype).toBe('complex64');
    expect(add(one, scalar(1, 'int32')).arraySync()).toEqual([5, 7]);
    expect(add(one, scalar(1, 'float64')).dtype).toBe('complex128');
    expect(mul(one, 2).arraySync()).toEqual([8, 14]);
    expect(concat([complex([1], [2]), [3]]).arraySync()).toEqual([1, 2, 3, 0]);
  });

  it('is cast by dropping the imaginary part, or adding one of 0', () => {
    expect(cast(complex([1.5], [2]), 'int32').arraySync()).toEqual([1]);
    expect(cast(complex([0, 0], [2, 0]), 'bool').arraySync()).toEqual([1, 0]);
    expect(cast([1, 2], 'complex128').arraySync()).toEqual([1, 0, 2, 0]);
    expect(cast(complex([0.1], [2]), 'complex128').arraySync()).toEqual([Math.fround(0.1), 2]);
  });

  it('moves as whole elements', () => {
    expect(x.transpose([1, 0], true).arraySync()).toEqual([
      [1, -11, 3, -13],
      [2, -12, 4, -14],
    ]);
    expect(x.reverse(1).slice([0, 1]).arraySync()).toEqual([
      [1, 11],
      [3, 13],
    ]);
    expect(
      complex([1], [2])
        .pad([[1, 0]], 5)
        .arraySync(),
    ).toEqual([5, 0, 1, 2]);
    expect(where([true, false], complex([1, 2], [3, 4]), 0).arraySync()).toEqual([1, 3, 0, 0]);
    expect(sum(x).arraySync()).toEqual([10, 50]);
    expect(x.unstack(1)[1].arraySync()).toEqual([2, 12, 4, 14]);
  });

  it('has no buffer of its own', () => {
    expect(() => ops.buffer([2], 'complex64')).toThrow(
      "TensorBuffer: dtype must be real; got 'complex64'; make two, and a complex tensor of both by complex(real, imag)",
    );
  });

  it('is seen as a view where a real one is', () => {
    const large = z(
      new Float64Array(4096).map((_, i) => i),
      new Float64Array(4096),
    );
    expect(Array.from(large.slice(2048).dataSync().slice(0, 3))).toEqual([2048, 0, 2049]);
  });

  it.each([
    ['less', (a: Tensor) => ops.less(a, a)],
    ['floor', ops.floor],
    ['maximum', (a: Tensor) => ops.maximum(a, 0)],
    ['max', ops.max],
    ['sigmoid', ops.sigmoid],
    ['argMax', ops.argMax],
    ['erf', ops.erf],
  ] as const)('is refused by %s, which needs an order or real numbers', (name, f) => {
    expect(() => f(x)).toThrow(
      `${name}: inputs must be real; got complex64 [2,2]; abs(x), real(x) and imag(x) make real tensors of complex ones`,
    );
    const graph = new ops.Graph();
    expect(() => graph.run(() => f(ops.placeholder('complex64', [2])))).toThrow(ops.DTypeError);
  });
});

describe('arithmetic of complex numbers', () => {
  const [a, b] = [z([1], [2]), z([3], [-4])];

  it('has the values of algebra', () => {
    requireNear(add(a, b), [4, -2]);
    requireNear(sub(a, b), [-2, 6]);
    requireNear(mul(a, b), [11, 2]);
    requireNear(div(a, b), [-0.2, 0.4]);
    requireNear(square(a), [-3, 4]);
    requireNear(neg(a), [-1, -2]);
    requireNear(a.reciprocal(), [0.2, -0.4]);
    requireNear(prod(concat([a, b, a])), [7, 24]);
    expect(abs(b).arraySync()).toEqual([5]);
    expect(equal(a, [1]).arraySync()).toEqual([0]);
  });

  it('has real variances and sums of squares', () => {
    expect(ops.variance(z([1, 3], [1, -1])).arraySync()).toBeCloseTo(2, 14);
    expect(ops.moments(z([1, 3], [1, -1])).variance.dtype).toBe('float64');
    expect(ops.l2Loss(z([3], [4])).item()).toBe(12.5);
  });

  it('neither overflows nor underflows on the way', () => {
    expect(abs(z([1e300], [1e300])).arraySync()).toEqual([Math.SQRT2 * 1e300]);
    expect(div(z([1e300], [1e300]), z([1e300], [1e300])).arraySync()).toEqual([1, 0]);
    const small = Math.fround(1e-30);
    expect(abs(complex([small], [0])).arraySync()).toEqual([small]);
  });

  it('multiplies matrices', () => {
    const m = z([[1, 2]], [[1, 0]]);
    const n = z([[0], [1]], [[1], [-1]]);
    requireNear(matMul(m, n).reshape([1]), [1, -1]);
    requireNear(ops.linalg.adjoint(m).reshape([2]), [1, -1, 2, 0]);
    requireNear(matMul(m, n, true, true).reshape([4]), [-1, 1, 2, 0, 0, 2, 2, -2]);
  });
});

const holomorphic = {
  ...{ square, sqrt, rsqrt: ops.rsqrt, reciprocal: ops.reciprocal, exp, log: ops.log },
  ...{ sin: ops.sin, tan: ops.tan, tanh: ops.tanh, asin: ops.asin, acosh: ops.acosh },
  ...{ atanh: ops.atanh, log1p: ops.log1p },
  div: (x: Tensor): Tensor => div(x, x),
  pow: (x: Tensor): Tensor => pow(x, x),
};

// Values of Python's cmath.
const published = [
  ['sqrt', ops.sqrt, [0.9608046632337985, -0.6504964265019547]],
  ['exp', ops.exp, [0.5198786860084937, -1.5646111274988195]],
  ['log', ops.log, [0.2973535538733464, -1.1902899496825317]],
  ['sin', ops.sin, [0.9053586344209573, -1.4058162504314684]],
  ['cos', ops.cos, [1.6572478640539148, 0.7680009178735728]],
  ['tan', ops.tan, [0.1261085664842344, -0.906724804319431]],
  ['sinh', ops.sinh, [0.16431300276137265, -1.0700996973668526]],
  ['cosh', ops.cosh, [0.355565683247121, -0.49451143013196674]],
  ['tanh', ops.tanh, [1.5839635482844239, -0.8066346988510739]],
  ['asin', ops.asin, [0.30798137157211863, -1.0855765577207785]],
  ['acos', ops.acos, [1.262814955222778, 1.0855765577207785]],
  ['atan', ops.atan, [1.1265564408348223, -0.708303336014054]],
  ['asinh', ops.asinh, [0.8988936293694824, -1.0611857724687428]],
  ['acosh', ops.acosh, [1.0855765577207785, -1.262814955222778]],
  ['atanh', ops.atanh, [0.1858945085467093, -0.9425141129396175]],
  ['expm1', ops.expm1, [-0.4801213139915063, -1.5646111274988195]],
  ['log1p', ops.log1p, [0.669142570966765, -0.6947382761967031]],
  ['pow', (x: TensorLike) => pow(x, z(1.5, 0.25)), [-0.2941542972143379, -2.0828315385147005]],
] as const;

describe('functions of complex numbers', () => {
  it.each(published)('%s has its value', (_, f, expected) => {
    requireNear(f(z(0.5, -1.25)), expected);
  });

  it('are cut along the negative axis', () => {
    expect(sqrt(z([-4, -4], [0, -0])).arraySync()).toEqual([0, 2, 0, -2]);
    expect(ops.log(z([-1], [0])).arraySync()).toEqual([0, Math.PI]);
    expect(sqrt(z(0, 0)).arraySync()).toEqual([0, 0]);
  });

  it('stay finite far out', () => {
    requireNear(ops.tanh(z(400, 1)), [1, 0]);
    requireNear(ops.tan(z(0.3, 400)), [0, 1]);
    expect(exp(z(800, 0)).arraySync()).toEqual([Infinity, 0]);
  });

  it('keep small numbers', () => {
    const [re, im] = ops.expm1(z(1e-12, 1e-12)).dataSync();
    expect([re / 1e-12, im / 1e-12]).toEqual([expect.closeTo(1, 11), expect.closeTo(1, 11)]);
    expect(ops.log1p(z(1e-300, 0)).arraySync()).toEqual([1e-300, 0]);
    const close = ops.log(z(0.6, 0.8 + 1e-10)).dataSync()[0];
    expect(close / 0.8e-10).toBeCloseTo(1, 5);
  });

  const special = [0, 1, -1, Infinity, -Infinity, NaN, 1e-320, 800];
  const points = special.flatMap((re) => special.map((im) => [re, im]));
  const everywhere = z(
    points.map(([re]) => re),
    points.map(([, im]) => im),
  );
  const smooth = { ...holomorphic, abs: ops.abs, angle: ops.angle };

  it.each(Object.entries(smooth))(
    'have a zero derivative by %s where that of the result is zero',
    (_, f) => {
      const tape = new ops.GradientTape();
      tape.watch(everywhere);
      const y = f(everywhere);
      const gradient = tape.gradient(y, everywhere, { outputGradients: ops.zerosLike(y) });
      expect(gradient.dataSync().every((value) => value === 0)).toBe(true);
      const accumulator = new ops.ForwardAccumulator(everywhere, ops.zerosLike(everywhere));
      const tangent = accumulator.jvp(accumulator.run(() => f(everywhere)));
      expect(tangent.dataSync().every((value) => value === 0)).toBe(true);
    },
  );

  it('have powers at 0', () => {
    requireNear(pow(z([0, 0], [0, 0]), z([0, 2], [0, 1])), [1, 0, 0, 0]);
  });
});

describe('derivatives by complex numbers', () => {
  // The gradient of a holomorphic f is conj(f').
  const gradient = (f: (x: Tensor) => Tensor): ((x: Tensor) => Tensor) => grad(f);

  it('are conjugates of those of holomorphic functions', () => {
    requireNear(gradient((x) => mul(x, x))(z(1, 2)), [2, -4]);
    requireNear(gradient(square)(z(1, 2)), [2, -4]);
    requireNear(gradient(exp)(z(0, 1)), [Math.cos(1), -Math.sin(1)]);
  });

  it('point from the origin for sizes, and are 0 there', () => {
    requireNear(gradient(abs)(z([3, 0], [4, 0])), [0.6, 0.8, 0, 0]);
    requireNear(gradient((x) => square(abs(x)))(z(3, 4)), [6, 8]);
  });

  it('of parts and conjugates are those of real numbers', () => {
    requireNear(gradient(real)(z(3, 4)), [1, 0]);
    requireNear(gradient(imag)(z(3, 4)), [0, 1]);
    requireNear(gradient(conj)(z(3, 4)), [1, 0]);
    requireNear(gradient((x) => cast(x, 'float64'))(z(3, 4)), [1, 0]);
    requireNear(gradient((x) => real(mul(x, conj(x))))(z(3, 4)), [6, 8]);
    requireNear(gradient(angle)(z(0, 2)), [-0.5, 0]);
  });

  it('of real arguments are real', () => {
    const f = grad((x: Tensor) => abs(complex(x, mul(x, 2))));
    expect(f(tensor(3, [], 'float64')).item()).toBeCloseTo(Math.sqrt(5), 14);
  });

  it('lead a weight downhill', () => {
    const w = ops.variable(z(1, 1));
    const optimizer = ops.train.sgd(0.25);
    for (let i = 0; i < 60; i++) optimizer.minimize(() => square(abs(sub(w, z(-2, 3)))));
    requireNear(w.read(), [-2, 3]);
  });

  it('exist to higher orders', () => {
    // |x|⁴ = (u² + v²)², of which the gradient is 4 |x|² x.
    const f = gradient((x) => square(square(abs(x))));
    requireNear(f(z(1, 2)), [20, 40]);
    const second = gradient((x) => real(f(x)));
    // The slopes of 4 (u² + v²) u: 12 u² + 4 v² and 8 u v.
    requireNear(second(z(1, 2)), [28, 16]);
  });

  it('are 0 where the cotangent is, whatever the slope', () => {
    const f = gradient((x) => where(equal(x, 0), ops.zerosLike(x), ops.log(x)));
    requireNear(f(z([0, 2], [0, 0])), [0, 0, 0.5, 0]);
  });
});
