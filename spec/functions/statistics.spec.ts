import {
  bincount,
  countNonzero,
  denseBincount,
  euclideanNorm,
  ForwardAccumulator,
  grad,
  histogramFixedWidth,
  mean,
  median,
  moments,
  norm,
  percentile,
  quantile,
  reduceStd,
  reduceVariance,
  std,
  sum,
  tensor,
  variance,
  weightedMoments,
  where,
  zeros,
} from '../../lib/index.ts';
import type { Tensor } from '../../lib/index.ts';
import { randomNumbers } from '../../lib/testing/randomNumbers.ts';

const float64 = (values: Parameters<typeof tensor>[0]): Tensor =>
  tensor(values, undefined, 'float64');
const int32 = (values: number[]): Tensor => tensor(values, undefined, 'int32');

/** The matrix of second derivatives of a function of a vector. */
const hessian = (f: (x: Tensor) => Tensor, x: Tensor): unknown =>
  Array.from({ length: x.size }, (_, i) =>
    grad((z) => grad(f)(z).slice(i, 1).sum())(x).arraySync(),
  );

describe('moments, variance and std', () => {
  it('are those of a population', () => {
    const x = [
      [1, 2, 3],
      [0, 0, 1],
    ];
    expect(variance(x, 1).arraySync()).toEqual([expect.closeTo(2 / 3), expect.closeTo(2 / 9)]);
    expect(std(x, 0, true).arraySync()).toEqual([[0.5, 1, 1]]);
    const both = moments(int32([1, 5, 7, 3]));
    expect([both.mean.item(), both.variance.item()]).toEqual([4, 5]);
    expect([both.mean.dtype, both.variance.dtype]).toEqual(['float32', 'float32']);
    expect([reduceVariance, reduceStd]).toEqual([variance, std]);
  });

  it('are NaN of no elements', () => {
    const results = [variance([]), std([]), moments([]).mean, moments([]).variance];
    expect(results.map((y) => y.item())).toEqual([NaN, NaN, NaN, NaN]);
  });

  it.each(['float32', 'float64'] as const)('keep their digits far from 0 in %s', (dtype) => {
    const random = randomNumbers(3);
    const far = dtype === 'float32' ? 1e4 : 1e9;
    const values = Array.from({ length: 10_000 }, () => far + random.uniform(-1, 1));
    const x = tensor(values, undefined, dtype);
    const own = Array.from(x.dataSync());
    const centre = own.reduce((total, value) => total + (value - far), 0) / own.length;
    const truth = own.reduce((total, value) => total + (value - far - centre) ** 2, 0) / own.length;
    const tolerance = dtype === 'float32' ? 1e-6 : 1e-12;
    expect(Math.abs(variance(x).item() / truth - 1)).toBeLessThan(tolerance);
    expect(Math.abs(std(x).item() / Math.sqrt(truth) - 1)).toBeLessThan(tolerance);
    expect(Math.abs(mean(x).item() / (far + centre) - 1)).toBeLessThan(1e-7);
  });

  it('have a zero gradient where all elements are equal, however they are rounded', () => {
    const x = float64([0.1, 0.1, 0.1]);
    expect(std(x).item()).toBe(0);
    expect(grad(std)(x).arraySync()).toEqual([0, 0, 0]);
    expect(hessian(std, x)).toEqual([
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });

  it('weigh elements by how often they count', () => {
    const repeated = moments([1, 1, 1, 5]);
    const weighted = weightedMoments([1, 5], 0, [3, 1]);
    expect(weighted.mean.item()).toBe(repeated.mean.item());
    expect(weighted.variance.item()).toBe(repeated.variance.item());
    expect(() => weightedMoments([1, 5], 0, [1, 2, 3])).toThrow(
      'weightedMoments: frequencyWeights must broadcast to x [2]; got [3]',
    );
  });
});

describe('quantile, percentile and median', () => {
  // As numpy.quantile gives.
  it.each([
    ['linear', [1, 1.9, 3, 7.4]],
    ['lower', [1, 1, 2, 4]],
    ['higher', [1, 2, 4, 8]],
    ['nearest', [1, 2, 4, 8]],
    ['midpoint', [1, 1.5, 3, 6]],
  ] as const)('interpolate %s', (interpolation, expected) => {
    const y = quantile(float64([8, 1, 4, 2]), [0, 0.3, 0.5, 0.95], 0, false, interpolation);
    expect(y.arraySync()).toEqual(expected.map((value) => expect.closeTo(value, 12)));
  });

  it('take numbers and lists, along axes', () => {
    const x = [
      [1, 2, 3],
      [6, 5, 4],
    ];
    expect(median(x, 1).arraySync()).toEqual([2, 5]);
    expect(median(x, null, true).arraySync()).toEqual([[3.5]]);
    expect(quantile(x, [0, 1], 1).arraySync()).toEqual([
      [1, 4],
      [3, 6],
    ]);
    expect(quantile(x, [0.5], [0, 1], true).shape).toEqual([1, 1, 1]);
    expect(percentile(x, 100).item()).toBe(6);
    expect(median(int32([1, 2])).item()).toBe(1.5);
  });

  it('are NaN if an element is, and keep infinities', () => {
    expect(
      median(
        [
          [1, NaN, 3],
          [1, 2, 3],
        ],
        1,
      ).arraySync(),
    ).toEqual([NaN, 2]);
    expect(quantile([NaN, 1, 2], 0).item()).toBeNaN();
    expect(median([Infinity, Infinity]).item()).toBe(Infinity);
    expect(median([1e308, 1e308].map((x) => x)).dtype).toBe('float32');
    expect(median(float64([1.5e308, 1.5e308])).item()).toBe(1.5e308);
  });

  it('give the gradient to the elements at that place', () => {
    expect(grad((x) => median(x))(tensor([7, 1, 3])).arraySync()).toEqual([0, 0, 1]);
    expect(grad((x) => median(x))(tensor([7, 1, 3, 4])).arraySync()).toEqual([0, 0, 0.5, 0.5]);
    expect(grad((x) => quantile(x, 0.25))(tensor([4, 0])).arraySync()).toEqual([0.25, 0.75]);
  });

  it('reject places outside the range, and no elements', () => {
    expect(() => quantile([1], 2)).toThrow(
      'quantile: q must be a finite number from 0 to 1; got 2',
    );
    expect(() => median([])).toThrow('median: x must have elements; got shape [0]');
  });
});

describe('norm', () => {
  const matrix = [
    [1, 2],
    [-3, 1],
    [0, 1],
  ];

  it.each([
    [1, 10],
    [2, Math.sqrt(30)],
    [3, 100 ** (1 / 3)],
    [4, 354 ** (1 / 4)],
    [0.5, (1 + Math.SQRT2 + Math.sqrt(3) + 2) ** 2],
    [Infinity, 4],
    [-Infinity, 1],
    ['euclidean', Math.sqrt(30)],
    ['fro', Math.sqrt(30)],
  ] as const)('of order %p of a vector', (ord, expected) => {
    expect(norm(float64([1, -2, 3, -4]), ord).item()).toBeCloseTo(expected, 12);
  });

  it.each([
    [1, 4],
    [Infinity, 4],
    [-Infinity, 1],
    ['fro', 4],
    ['euclidean', 4],
  ] as const)('of order %p of a matrix', (ord, expected) => {
    expect(norm(float64(matrix), ord, [0, 1]).item()).toBe(expected);
    expect(norm(float64(matrix).transpose(), ord, [1, 0]).item()).toBe(expected);
    expect(norm(float64(matrix), ord, [0, 1], true).shape).toEqual([1, 1]);
  });

  it('takes all elements for one vector without an axis', () => {
    expect(norm(matrix, Infinity).item()).toBe(3);
    expect(norm(-22).item()).toBe(22);
    expect(norm([[3, NaN]]).item()).toBeNaN();
  });

  it('neither overflows nor underflows', () => {
    const [large, small] = [1e200, 1e-200].map((size) => float64([3 * size, 4 * size]));
    for (const ord of [2, 3, 4]) {
      const ofUnit = norm(float64([3, 4]), ord).item();
      expect(norm(large, ord).item() / 1e200).toBeCloseTo(ofUnit, 12);
      expect(norm(small, ord).item() / 1e-200).toBeCloseTo(ofUnit, 12);
    }
    expect(euclideanNorm([Infinity, 1]).item()).toBe(Infinity);
    expect(norm([Infinity, 1], 3).item()).toBe(Infinity);
    expect(euclideanNorm([]).item()).toBe(0);
  });

  // Where TensorFlow.js and TensorFlow give NaN.
  it.each([1, 2, 3, 4, 1.5, 0.5, Infinity, 'fro'] as const)(
    'of order %p has a zero gradient at 0',
    (ord) => {
      const x = zeros([2], 'float64');
      expect(grad((z) => norm(z, ord))(x).arraySync()).toEqual([0, 0]);
      expect(hessian((z) => norm(z, ord), x)).toEqual([
        [0, 0],
        [0, 0],
      ]);
    },
  );

  it('has zeros for a vector that nothing depends on, whatever is in it', () => {
    const x = float64([
      [Infinity, Infinity],
      [3, 4],
    ]);
    const f = (z: Tensor): Tensor => where([false, true], euclideanNorm(z, 1), 0);
    expect(grad(f)(x).arraySync()).toEqual([
      [0, 0],
      [0.6, 0.8],
    ]);
    const accumulator = new ForwardAccumulator(
      x,
      float64([
        [0, 0],
        [1, 0],
      ]),
    );
    expect(accumulator.jvp(accumulator.run(() => euclideanNorm(x, 1))).arraySync()).toEqual([
      0, 0.6,
    ]);
  });

  it('has the derivatives of a product of powers beside zeros', () => {
    // The norm of (x, 1) of order 4 is (x⁴ + 1)^(1/4): its first derivatives at 0 vanish, the fourth is 6.
    const f = (x: Tensor): Tensor => norm(x.mul([1, 0]).add([0, 1]), 4);
    const fourth = [0, 1, 2, 3].reduce<(x: Tensor) => Tensor>((g) => grad((x) => sum(g(x))), f);
    expect(fourth(float64([0, 0])).arraySync()).toEqual([6, 0]);
  });

  it('rejects orders that do not exist', () => {
    expect(() => norm([1], 0)).toThrow(
      "norm: ord must be a number above 0, Infinity, -Infinity, 'euclidean' or 'fro' for vectors; got 0",
    );
    expect(() => norm(matrix, 2, [0, 1])).toThrow(
      "norm: ord must be 1, Infinity, -Infinity, 'fro' or 'euclidean' for matrices; got 2",
    );
    expect(() => norm([[[1]]], 1, [0, 1, 2])).toThrow(
      'norm: axis must name at most two axes; got [0,1,2]',
    );
  });
});

describe('counts', () => {
  it('are sums of weights, in their dtype', () => {
    const x = int32([1, 1, 1, 2]);
    expect(bincount(x, [], 3).arraySync()).toEqual([0, 3, 1]);
    expect(bincount(x, float64([0.5, 0.25, 0.25, 2]), 3).arraySync()).toEqual([0, 1, 2]);
    expect(bincount(x, int32([1, 2, 3, 4]), 2).dtype).toBe('int32');
    expect(bincount([-1, 0, 5], [], 2).arraySync()).toEqual([1, 0]);
  });

  it('count each row of a matrix', () => {
    const x = tensor([1, 1, 1, 2], [2, 2], 'int32');
    expect(denseBincount(x, [], 2).arraySync()).toEqual([
      [0, 2],
      [0, 1],
    ]);
    expect(denseBincount(x, tensor([], [0, 0]), 3, true).arraySync()).toEqual([
      [0, 1, 0],
      [0, 1, 1],
    ]);
    expect(
      denseBincount(
        x,
        [
          [0, 0],
          [0, 0],
        ],
        3,
        true,
      ).arraySync(),
    ).toEqual([
      [0, 1, 0],
      [0, 1, 1],
    ]);
  });

  it('have a derivative by the weights', () => {
    const gradient = grad((w) => bincount([1, 0, 1], w, 2).mul([1, 10]));
    expect(gradient(tensor([1, 1, 1])).arraySync()).toEqual([10, 1, 10]);
  });

  it('reject fractions, and weights of another shape', () => {
    expect(() => bincount(tensor([1]), [], 3)).toThrow('bincount: x must have dtype int32');
    expect(() => bincount([1, 2], [1], 3)).toThrow(
      'bincount: weights must have the shape of x [2], or no elements; got [1]',
    );
  });

  it('tell what is not 0', () => {
    expect(
      countNonzero(
        [
          [0, NaN],
          [-0, 2],
        ],
        1,
      ).arraySync(),
    ).toEqual([1, 1]);
    expect(countNonzero([true, false, true]).item()).toBe(2);
    expect(countNonzero([0.5]).dtype).toBe('int32');
  });

  it('fall into bins, those outside into the nearest', () => {
    expect(histogramFixedWidth([-1, 0, 1.5, 2, 5, 15], [0, 5], 5).arraySync()).toEqual([
      2, 1, 1, 0, 2,
    ]);
    expect(histogramFixedWidth([0.5], [0, 1]).shape).toEqual([100]);
    expect(() => histogramFixedWidth([1], [1, 0])).toThrow(
      'histogramFixedWidth: valueRange must hold two numbers in order; got [1,0]',
    );
  });
});
