import type { ArrayLike } from '../../lib/core/convert.ts';
import { createTensor } from '../../lib/core/convert.ts';
import type { Tensor } from '../../lib/core/tensor.ts';
import * as ops from '../../lib/ops/arithmetic.ts';
import { GradientTape } from '../../lib/transforms/tape.ts';

const { abs, addN, div, floorDiv, mod, mul, neg, reciprocal, rsqrt, sqrt, square } = ops;
const { squaredDifference, sub } = ops;

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

/** Both partial derivatives of a function of two numbers. */
function partials(f: (a: Tensor, b: Tensor) => Tensor, a: number, b: number): number[] {
  const x = float64(a);
  const y = float64(b);
  const tape = new GradientTape();
  const z = tape.run(() => {
    tape.watch([x, y]);
    return f(x, y);
  });
  return tape.gradient(z, [x, y]).map((g) => g.item());
}

describe('sub and mul', () => {
  it('keep integers integers, and let numbers adopt the dtype beside them', () => {
    expect(sub(int32([3]), 1).dtype).toBe('int32');
    expect(mul(int32([2 ** 30]), 6).arraySync()).toEqual([-(2 ** 31)]);
    expect(mul(float64([0.1]), 3).arraySync()).toEqual([0.1 * 3]);
    expect(mul([true, true], [true, false]).dtype).toBe('int32');
  });

  it('sum gradients over broadcast axes', () => {
    const a = float64([[1], [2]]);
    const b = float64([10, 20, 30]);
    const tape = new GradientTape();
    const y = tape.run(() => {
      tape.watch([a, b]);
      return mul(a, b);
    });
    const [da, db] = tape.gradient(y, [a, b]);
    expect(da.arraySync()).toEqual([[60], [60]]);
    expect(db.arraySync()).toEqual([3, 3, 3]);
  });

  it('reject shapes that do not broadcast', () => {
    expect(() => mul([1, 2], [1, 2, 3])).toThrow(
      'mul: shapes must broadcast together; got a [2] and b [3]',
    );
  });
});

describe('div', () => {
  it('divides integers truly, into the default float', () => {
    const y = div(int32([1, 3]), 2);
    expect(y.dtype).toBe('float32');
    expect(y.arraySync()).toEqual([0.5, 1.5]);
    expect(div(float64(1), 3).item()).toBe(1 / 3);
  });

  it('has an infinite and an undefined partial derivative at 0/0', () => {
    expect(partials(div, 0, 0)).toEqual([Infinity, NaN]);
    expect(partials(div, 1, 4)).toEqual([0.25, -1 / 16]);
  });
});

describe('floorDiv and mod', () => {
  it('round down, so that the remainder has the sign of the divisor', () => {
    expect(floorDiv(int32([7, -7, 7, -7]), int32([3, 3, -3, -3])).arraySync()).toEqual([
      2, -3, -3, 2,
    ]);
    expect(mod(int32([7, -7, 7, -7]), int32([3, 3, -3, -3])).arraySync()).toEqual([1, 2, -2, -1]);
  });

  it('pass no gradient through floorDiv, where TensorFlow.js passes that of a/b', () => {
    expect(() => partials(floorDiv, 7, 2)).toThrow('must');
  });

  it('have slope 1 and -floor(a/b) in mod', () => {
    expect(partials(mod, 7, 3)).toEqual([1, -2]);
    expect(partials(mod, -7, 3)).toEqual([1, 3]);
  });
});

describe('squaredDifference', () => {
  it('has gradients of broadcast operands, where TensorFlow.js throws', () => {
    const a = float64([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const b = float64([1, 1, 1]);
    const tape = new GradientTape();
    const y = tape.run(() => {
      tape.watch([a, b]);
      return squaredDifference(a, b);
    });
    const [da, db] = tape.gradient(y, [a, b]);
    expect(da.arraySync()).toEqual([
      [0, 2, 4],
      [6, 8, 10],
    ]);
    expect(db.arraySync()).toEqual([-6, -10, -14]);
  });
});

describe('addN', () => {
  it('adds any number of tensors of one shape', () => {
    expect(addN([[1, 2]]).arraySync()).toEqual([1, 2]);
    expect(addN([float64([1, 2]), [3, 4], [5, 6]]).arraySync()).toEqual([9, 12]);
  });

  it('rejects no tensors and different shapes', () => {
    expect(() => addN([])).toThrow(
      'addN: tensors must be an array of at least one tensor; got []; Must pass at least one tensor to tf.addN(), but got 0',
    );
    expect(() => addN(float64(1) as never)).toThrow(
      'addN: The argument passed to tf.addN() must be a list of tensors; got a tensor float64 []; put the tensors in an array: addN([a, b])',
    );
    expect(() => addN([[1, 2], 1])).toThrow(
      'addN: All tensors passed to tf.addN() must have the same shape; got [2] and []; add broadcasts',
    );
    expect(() => addN(new Array<number>(2))).toThrow(
      "Argument 'tensors[0]' passed to 'addN' must be a Tensor or TensorLike; got undefined",
    );
  });
});

describe('unary arithmetic', () => {
  it('keeps integers where it can', () => {
    expect(neg(int32([1, -2])).arraySync()).toEqual([-1, 2]);
    expect(square(int32([3])).dtype).toBe('int32');
    expect(abs(int32([-3])).dtype).toBe('int32');
    expect(sqrt(int32([4])).dtype).toBe('float32');
    expect(neg(true).dtype).toBe('int32');
  });

  it.each<[string, Function, number, number]>([
    ['abs', abs, 0, 0],
    ['sqrt', sqrt, 0, Infinity],
    ['rsqrt', rsqrt, 0, -Infinity],
    ['reciprocal', reciprocal, 0, -Infinity],
    ['reciprocal', reciprocal, 2, -0.25],
    ['rsqrt', rsqrt, 4, -1 / 16],
    ['square', square, 0, 0],
  ])('%s has slope %s at %d: %d', (_, f, x, slope) => {
    expect(derivative(f)(float64(x)).item()).toBe(slope);
  });

  it('has zeros as second derivative of abs, not a missing one', () => {
    expect(derivative(derivative(abs))(float64([-1, 0, 2])).arraySync()).toEqual([0, 0, 0]);
  });

  it('gives an exact 0 for a zero cotangent, whatever the slope', () => {
    const slopes = (f: Function): Function => derivative((x) => mul(f(x), [0, 1]));
    expect(slopes(sqrt)(float64([0, 1])).arraySync()).toEqual([0, 0.5]);
    expect(slopes(reciprocal)(float64([0, 1])).arraySync()).toEqual([0, -1]);
  });

  it.each<[string, Function, number[]]>([
    // At 4: the first four derivatives.
    ['sqrt', sqrt, [1 / 4, -1 / 32, 3 / 256, -15 / 2048]],
    ['rsqrt', rsqrt, [-1 / 16, 3 / 128, -15 / 1024, 105 / 8192]],
    ['reciprocal', reciprocal, [-1 / 16, 1 / 32, -3 / 128, 3 / 128]],
    ['square', square, [8, 2]],
    ['the square of a square', (x) => square(square(x)), [256, 192, 96, 24]],
    ['x / (1 - x)', (x) => div(x, sub(1, x)), [1 / 9, -2 / 27, 2 / 27, -8 / 81]],
  ])('differentiates %s four times', (_, f, expected) => {
    let d = f;
    for (const value of expected) {
      d = derivative(d);
      expect(d(float64(4)).item()).toBeCloseTo(value, 9);
    }
  });
});
