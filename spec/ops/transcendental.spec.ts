import type { ArrayLike } from '../../lib/core/convert.ts';
import { createTensor } from '../../lib/core/convert.ts';
import type { Tensor } from '../../lib/core/tensor.ts';
import { mul, reciprocal, sqrt, square } from '../../lib/ops/arithmetic.ts';
import { greater } from '../../lib/ops/compare.ts';
import { where } from '../../lib/ops/select.ts';
import * as ops from '../../lib/ops/transcendental.ts';
import { ForwardAccumulator } from '../../lib/transforms/forward.ts';
import { GradientTape } from '../../lib/transforms/tape.ts';
import { vmap } from '../../lib/transforms/vmap.ts';

const { acos, acosh, asin, asinh, atan, atan2, atanh, cos, cosh, erf, exp, expm1 } = ops;
const { log, log1p, pow, sin, sinh, tan, tanh } = ops;

const float64 = (values: ArrayLike): Tensor => createTensor('tensor', values, undefined, 'float64');
const int32 = (values: ArrayLike): Tensor => createTensor('tensor', values, undefined, 'int32');

type Function = (x: Tensor) => Tensor;

/** The derivative of an elementwise function, as a function. */
function derivative(f: Function): Function {
  return (x) => {
    const tape = new GradientTape();
    const y = tape.run(() => {
      tape.watch(x);
      return f(x);
    });
    return tape.gradient(y, x);
  };
}

/** Checks the first derivatives, of orders 1, 2, ... at `x`. */
function expectDerivatives(f: Function, x: number, expected: readonly number[]): void {
  let d = f;
  for (const value of expected) {
    d = derivative(d);
    const error = Math.abs(d(float64(x)).item() - value) / Math.max(1, Math.abs(value));
    expect(error).toBeLessThan(1e-9);
  }
}

describe('functions of real numbers', () => {
  it('take integers to the default float', () => {
    expect(exp(int32([0])).dtype).toBe('float32');
    expect(tanh(true).dtype).toBe('float32');
    expect(log(float64(2)).item()).toBe(Math.LN2);
  });

  const x = 0.4;
  const { E } = Math;
  const y = Math.tanh(x);
  const w = 1 - y * y;
  const t = Math.tan(x);
  it.each<[string, Function, number, readonly number[]]>([
    ['exp', exp, 1, [E, E, E, E]],
    ['expm1', expm1, 1, [E, E, E, E]],
    ['log', log, 2, [1 / 2, -1 / 4, 1 / 4, -3 / 8]],
    ['log1p', log1p, 1, [1 / 2, -1 / 4, 1 / 4, -3 / 8]],
    ['sin', sin, x, [Math.cos(x), -Math.sin(x), -Math.cos(x), Math.sin(x)]],
    ['cos', cos, x, [-Math.sin(x), -Math.cos(x), Math.sin(x), Math.cos(x)]],
    ['tan', tan, x, [1 + t * t, 2 * t * (1 + t * t), (1 + t * t) * (2 + 6 * t * t)]],
    ['tanh', tanh, x, [w, -2 * y * w, w * (6 * y * y - 2), w * (16 * y - 24 * y ** 3)]],
    ['sinh', sinh, x, [Math.cosh(x), Math.sinh(x), Math.cosh(x), Math.sinh(x)]],
    ['cosh', cosh, x, [Math.sinh(x), Math.cosh(x), Math.sinh(x), Math.cosh(x)]],
    ['asin', asin, 0.6, [1 / 0.8, 0.6 / 0.8 ** 3, (1 + 2 * 0.36) / 0.8 ** 5]],
    ['acos', acos, 0.6, [-1 / 0.8, -0.6 / 0.8 ** 3, -(1 + 2 * 0.36) / 0.8 ** 5]],
    ['atan', atan, 1, [1 / 2, -1 / 2, 1 / 2, 0]],
    ['asinh', asinh, 0.75, [1 / 1.25, -0.75 / 1.25 ** 3, (2 * 0.5625 - 1) / 1.25 ** 5]],
    ['acosh', acosh, 1.25, [1 / 0.75, -1.25 / 0.75 ** 3, (2 * 1.5625 + 1) / 0.75 ** 5]],
    ['atanh', atanh, 0.5, [4 / 3, 16 / 9, 2 / 0.75 ** 2 + (8 * 0.25) / 0.75 ** 3]],
    ['erf', erf, 0.5, [1, -1, -1, 5].map((c) => (c * 2 * Math.exp(-0.25)) / Math.sqrt(Math.PI))],
    ['pow of 5', (z) => pow(z, 5), 2, [80, 160, 240, 240, 120, 0]],
    ['2 to the power', (z) => pow(2, z), 3, [1, 2, 3, 4].map((n) => 8 * Math.LN2 ** n)],
  ])('%s has the derivatives of every order', (_, f, at, expected) => {
    expectDerivatives(f, at, expected);
  });

  // TensorFlow.js gets these second derivatives wrong: 14.778, 3.297 and 1.573.
  it('are differentiated twice along two paths', () => {
    expectDerivatives((z) => square(exp(z)), 1, [2 * E ** 2, 4 * E ** 2]);
    expectDerivatives((z) => mul(z, exp(z)), 0.5, [1.5 * Math.sqrt(E), 2.5 * Math.sqrt(E)]);
    const h = Math.tanh(0.5);
    const second = 2 * (1 - h * h) - 2 * 0.5 * h * (1 - h * h);
    expectDerivatives((z) => mul(z, tanh(z)), 0.5, [h + 0.5 * (1 - h * h), second]);
  });

  it.each<[string, Function, number, number]>([
    ['log', log, 0, Infinity],
    ['log', log, -1, -1],
    ['asin', asin, 1, Infinity],
    ['acos', acos, 1, -Infinity],
    ['acosh', acosh, 1, Infinity],
    ['acosh', acosh, -2, NaN],
    ['atanh', atanh, 1, Infinity],
    ['exp', exp, -Infinity, 0],
    ['tanh', tanh, Infinity, 0],
    ['erf', erf, 30, 0],
  ])('%s has at the corner %s %d the slope %d', (_, f, at, slope) => {
    expect(derivative(f)(float64(at)).item()).toBe(slope);
  });
});

describe('a branch of where that is not taken', () => {
  it.each<[string, Function]>([
    ['log', log],
    ['1 / x', reciprocal],
    ['sqrt', sqrt],
  ])('gives zero derivatives for %s at its pole', (_, f) => {
    const g = (x: Tensor): Tensor => where(greater(x, 0), f(x), square(x));
    expect(derivative(g)(float64([0, 0])).arraySync()).toEqual([0, 0]);
    expect(derivative(derivative(g))(float64([0, 0])).arraySync()).toEqual([2, 2]);
  });
});

describe('atan2', () => {
  const gradient = (a: number, b: number): number[] => {
    const point = [float64(a), float64(b)] as const;
    const tape = new GradientTape();
    const y = tape.run(() => {
      tape.watch(point);
      return atan2(...point);
    });
    return tape.gradient(y, [...point]).map((g) => g.item());
  };

  it('is the angle, with the gradient across the radius', () => {
    expect(atan2(float64([1, -1]), float64([-1, 0])).arraySync()).toEqual([
      0.75 * Math.PI,
      -0.5 * Math.PI,
    ]);
    expect(gradient(3, 4)).toEqual([4 / 25, -3 / 25]);
    expect(gradient(0, 0)).toEqual([NaN, NaN]);
  });
});

describe('expm1', () => {
  it('keeps its slope where its value has rounded to -1', () => {
    const x = float64(-50);
    const tape = new GradientTape();
    tape.watch(x);
    expect(tape.gradient(expm1(x), x).item()).toBe(Math.exp(-50));
  });
});

describe('pow', () => {
  const gradient = (a: number, b: number): number[] => {
    const point = [float64(a), float64(b)] as const;
    const tape = new GradientTape();
    const y = tape.run(() => {
      tape.watch(point);
      return pow(...point);
    });
    return tape.gradient(y, [...point]).map((g) => g.item());
  };

  it.each([
    [0, 0, 0],
    [0, 2, 0],
    [-2, 3, 12],
    [0, 1, 1],
    [0, 0.5, Infinity],
  ])('has at %d to the power %d the slope %d, and 0 for the exponent', (a, b, slope) => {
    const [da, db] = gradient(a, b);
    expect(da).toBe(slope);
    expect(db).toBeCloseTo(0, 15);
  });

  it.each([
    [0, -1],
    [-2, 0.5],
    [-Infinity, 3],
  ])('has slope 0 for the exponent at %d to the power %d, an infinite or NaN power', (a, b) => {
    expect(gradient(a, b)[1]).toBe(0);
  });

  it('has the logarithm in the slope for the exponent', () => {
    expect(gradient(2, 3)).toEqual([12, 8 * Math.LN2]);
    expect(gradient(Infinity, -1)).toEqual([-0, 0]);
  });

  it('has all derivatives of x to the power 0, 1, 2 at 0', () => {
    expectDerivatives((x) => pow(x, 0), 0, [0, 0, 0]);
    expectDerivatives((x) => pow(x, 1), 0, [1, 0, 0]);
    expectDerivatives((x) => pow(x, 2), 0, [0, 2, 0, 0]);
  });

  // The second derivative for the exponent, where TensorFlow.js throws.
  it('has mixed second derivatives', () => {
    const f = (x: Tensor): Tensor => pow(x, x);
    const value = 2 ** 2;
    const slope = 1 + Math.LN2;
    expectDerivatives(f, 2, [value * slope, value * (slope * slope + 0.5)]);
  });

  it('keeps integers integers, in whole batches too', () => {
    const y = pow(int32([2, 3]), int32([10, 4]));
    expect(y.dtype).toBe('int32');
    expect(y.arraySync()).toEqual([1024, 81]);
    expect(vmap((x) => pow(x, int32([2])))(int32([[2], [3]])).arraySync()).toEqual([[4], [9]]);
  });

  it('rejects negative exponents of integers', () => {
    const message =
      'pow: exponents of int32 must be at least 0; got -1; cast one of them to a float dtype';
    expect(() => pow(int32([2]), -1)).toThrow(message);
    expect(() => vmap((x) => pow(x, -1))(int32([2]))).toThrow(message);
    expect(pow([2], -1).arraySync()).toEqual([0.5]);
  });

  it('carries tangents of base and exponent', () => {
    const x = float64(2);
    const y = float64(3);
    const accumulator = new ForwardAccumulator([x, y], [float64(1), float64(1)]);
    const z = accumulator.run(() => pow(x, y));
    expect(accumulator.jvp(z).item()).toBe(12 + 8 * Math.LN2);
  });
});
