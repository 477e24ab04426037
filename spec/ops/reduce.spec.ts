import type { ArrayLike } from '../../lib/core/convert.ts';
import { createTensor } from '../../lib/core/convert.ts';
import type { NestedNumbers, Tensor } from '../../lib/core/tensor.ts';
import { mul, square } from '../../lib/ops/arithmetic.ts';
import * as ops from '../../lib/ops/reduce.ts';
import { slice } from '../../lib/ops/slicing.ts';
import { reshape, sum } from '../../lib/ops/structural.ts';
import { exp, log } from '../../lib/ops/transcendental.ts';
import { ForwardAccumulator } from '../../lib/transforms/forward.ts';
import { GradientTape } from '../../lib/transforms/tape.ts';
import { vmap } from '../../lib/transforms/vmap.ts';

const { all, any, argMax, argMin, logSumExp, max, mean, min, prod } = ops;

const float64 = (values: ArrayLike): Tensor => createTensor('tensor', values, undefined, 'float64');
const int32 = (values: ArrayLike): Tensor => createTensor('tensor', values, undefined, 'int32');

type Function = (x: Tensor) => Tensor;

/** The gradient of the sum of the results, as a function. */
function gradient(f: Function): Function {
  return (x) => {
    const tape = new GradientTape();
    const y = tape.run(() => {
      tape.watch(x);
      return f(x);
    });
    return tape.gradient(y, x, { unconnectedGradients: 'zero' });
  };
}

/** The matrix of second derivatives of a function of a vector. */
function hessian(f: Function, x: Tensor): NestedNumbers[] {
  return Array.from({ length: x.size }, (_, i) =>
    gradient((z) => slice(gradient(f)(z), i, 1))(x).arraySync(),
  );
}

describe('mean', () => {
  it('averages over axes, integers into the default float', () => {
    expect(mean(int32([1, 2])).arraySync()).toBe(1.5);
    expect(
      mean(
        [
          [1, 2],
          [3, 4],
        ],
        [0],
        true,
      ).arraySync(),
    ).toEqual([[2, 3]]);
    expect(
      mean(
        [
          [1, 2],
          [3, 4],
        ],
        -1,
      ).arraySync(),
    ).toEqual([1.5, 3.5]);
    expect(mean(float64([true, false])).dtype).toBe('float64');
  });

  it('is NaN of no elements', () => {
    expect(mean([]).item()).toBeNaN();
  });

  it('spreads its gradient evenly', () => {
    expect(gradient((x) => mean(x))(float64([1, 2, 3, 4])).arraySync()).toEqual([
      0.25, 0.25, 0.25, 0.25,
    ]);
  });
});

describe('prod', () => {
  it('multiplies over axes; 1 of no elements', () => {
    expect(
      prod(
        int32([
          [1, 2],
          [3, 4],
        ]),
        1,
      ).arraySync(),
    ).toEqual([2, 12]);
    expect(prod([]).arraySync()).toBe(1);
    expect(prod([true, false]).dtype).toBe('int32');
  });

  it.each([
    [
      [0, 2, 3],
      [6, 0, 0],
    ],
    [
      [0, 0, 3],
      [0, 0, 0],
    ],
    [
      [2, 3, 4],
      [12, 8, 6],
    ],
    [[5], [1]],
    [[], []],
    [
      [1, 2, 0, 4, 5, 6, 7],
      [0, 0, 1680, 0, 0, 0, 0],
    ],
  ])('has for %j the gradient %j', (x, expected) => {
    expect(gradient((z) => prod(z))(float64(x)).arraySync()).toEqual(expected);
  });

  it('has second derivatives where elements are 0, where TensorFlow.js throws', () => {
    expect(hessian(prod, float64([0, 2, 3]))).toEqual([
      [0, 3, 2],
      [3, 0, 0],
      [2, 0, 0],
    ]);
    expect(hessian(prod, float64([0, 0, 3]))).toEqual([
      [0, 3, 0],
      [3, 0, 0],
      [0, 0, 0],
    ]);
  });

  it('has third derivatives where elements are 0', () => {
    const x = float64([0, 0, 0, 5]);
    const third = (z: Tensor): Tensor =>
      gradient((u) => slice(gradient((v) => slice(gradient((w) => prod(w))(v), 0, 1))(u), 1, 1))(z);
    expect(third(x).arraySync()).toEqual([0, 0, 5, 0]);
  });

  it('has gradients along any axes', () => {
    const x = float64([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 0],
      ],
    ]);
    const d = gradient((z) => mul(prod(z, [0, 2]), [1, 10]))(x);
    expect(d.arraySync()).toEqual([
      [
        [60, 30],
        [0, 0],
      ],
      [
        [12, 10],
        [0, 840],
      ],
    ]);
  });

  it('carries tangents', () => {
    const x = float64([0, 2, 3]);
    const accumulator = new ForwardAccumulator(x, float64([1, 10, 100]));
    expect(accumulator.jvp(accumulator.run(() => prod(x))).item()).toBe(6);
  });
});

describe('max and min', () => {
  it('reduce over axes', () => {
    expect(
      max(
        [
          [1, 5],
          [3, 4],
        ],
        1,
      ).arraySync(),
    ).toEqual([5, 4]);
    expect(
      min(
        int32([
          [1, 5],
          [3, 4],
        ]),
        0,
        true,
      ).arraySync(),
    ).toEqual([[1, 4]]);
    expect(max([1, NaN, 2]).item()).toBeNaN();
  });

  it('split the gradient of a tie', () => {
    expect(gradient((x) => max(x))(float64([1, 3, 3])).arraySync()).toEqual([0, 0.5, 0.5]);
    expect(gradient((x) => min(x))(float64([1, 1, 3])).arraySync()).toEqual([0.5, 0.5, 0]);
    const x = float64([
      [1, 2],
      [2, 2],
    ]);
    expect(gradient((z) => max(z, 1))(x).arraySync()).toEqual([
      [0, 1],
      [0.5, 0.5],
    ]);
  });

  it('have second derivatives, where TensorFlow.js throws', () => {
    expect(hessian((x) => square(max(x)), float64([1, 3]))).toEqual([
      [0, 0],
      [0, 2],
    ]);
    expect(hessian(max, float64([1, 3]))).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it('are connected at second order, with zeros', () => {
    const x = float64([1, 3]);
    const outer = new GradientTape();
    const first = outer.run(() => {
      outer.watch(x);
      return gradient((z) => max(z))(x);
    });
    expect(outer.gradient(first, x).arraySync()).toEqual([0, 0]);
  });
});

describe('all and any', () => {
  it('take numbers as true unless they are 0', () => {
    expect(
      all(
        [
          [1, 0],
          [2, 3],
        ],
        1,
      ).arraySync(),
    ).toEqual([0, 1]);
    expect(
      any(
        [
          [0, 0],
          [0, 3],
        ],
        1,
        true,
      ).arraySync(),
    ).toEqual([[0], [1]]);
    expect(all([]).arraySync()).toBe(1);
    expect(any([]).dtype).toBe('bool');
  });
});

describe('logSumExp', () => {
  it('neither overflows nor underflows', () => {
    const x = float64([
      [1000, 1000],
      [-1000, -1000],
      [-Infinity, 0],
    ]);
    expect(logSumExp(x, 1).arraySync()).toEqual([1000 + Math.LN2, -1000 + Math.LN2, 0]);
    expect(logSumExp([-Infinity, -Infinity]).item()).toBe(-Infinity);
    expect(logSumExp(int32([0])).dtype).toBe('float32');
  });

  it('has the softmax as gradient, exactly also at large float32', () => {
    const x = createTensor('tensor', [1000, 1000]);
    expect(gradient((z) => logSumExp(z))(x).arraySync()).toEqual([0.5, 0.5]);
  });

  it('has zeros as derivatives of all orders where all elements are -Infinity', () => {
    const x = float64([
      [-Infinity, -Infinity],
      [0, -Infinity],
    ]);
    const f = (z: Tensor): Tensor => logSumExp(z, 1);
    expect(gradient(f)(x).arraySync()).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(gradient((z) => mul(gradient(f)(z), [1, 2]))(x).arraySync()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    const accumulator = new ForwardAccumulator(
      x,
      float64([
        [1, 1],
        [1, 1],
      ]),
    );
    expect(accumulator.jvp(accumulator.run(() => f(x))).arraySync()).toEqual([0, 1]);
  });

  it('has second derivatives over several axes, where TensorFlow.js throws', () => {
    const f = (z: Tensor): Tensor => sum(square(logSumExp(z, [0, 2])));
    const reference = (z: Tensor): Tensor => sum(square(log(sum(exp(z), [0, 2]))));
    const x = reshape(float64([0.1, -0.4, 0.7, 1.2, -0.3, 0.5, 0.2, 0.9]), [2, 2, 2]);
    const along = float64([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ]);
    const second = (g: Function): NestedNumbers =>
      reshape(gradient((z) => mul(gradient(g)(z), along))(x), [-1]).arraySync();
    const expected = second(reference) as number[];
    (second(f) as number[]).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 12);
    });
  });
});

describe('argMax and argMin', () => {
  it('find the first extreme along an axis, by default the first', () => {
    expect(
      argMax([
        [1, 5],
        [3, 4],
      ]).arraySync(),
    ).toEqual([1, 0]);
    expect(
      argMin(
        [
          [1, 5],
          [3, 4],
        ],
        -1,
      ).arraySync(),
    ).toEqual([0, 0]);
    expect(argMax([2, 7, 7]).arraySync()).toBe(1);
    expect(argMax([1, NaN, 3]).arraySync()).toBe(1);
    expect(argMax([1]).dtype).toBe('int32');
  });

  it('reject an axis without elements, and scalars', () => {
    expect(() => argMax([])).toThrow('argMax: x must have elements along axis 0; got shape [0]');
    expect(() => argMin(1)).toThrow('argMin: axis must name an axis, and a scalar has none; got 0');
  });
});

describe('reductions', () => {
  it('reject axes outside the rank, named twice, and a keepDims that is no boolean', () => {
    expect(() => max([1], 1)).toThrow('max: axis must lie in [-1, 1); got 1');
    expect(() => prod([1], [0, -1])).toThrow('prod: axis must name each axis once; got [0,-1]');
    const flag = 1 as unknown as boolean;
    expect(() => mean([1], 0, flag)).toThrow('mean: keepDims must be true or false; got 1');
  });

  it('are mapped over a batch', () => {
    const x = float64([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ]);
    expect(vmap((z) => max(z, 0))(x).arraySync()).toEqual([
      [3, 4],
      [7, 8],
    ]);
    expect(vmap((z) => prod(z))(x).arraySync()).toEqual([24, 1680]);
    expect(vmap((z) => argMax(z, 1))(x).arraySync()).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect(vmap(gradient((z) => min(z)))(x).arraySync()).toEqual([
      [
        [1, 0],
        [0, 0],
      ],
      [
        [1, 0],
        [0, 0],
      ],
    ]);
  });
});
