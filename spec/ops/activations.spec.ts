import type { ArrayLike } from '../../lib/core/convert.ts';
import { createTensor } from '../../lib/core/convert.ts';
import type { Tensor } from '../../lib/core/tensor.ts';
import {
  leakyRelu,
  logSoftmax,
  relu,
  sigmoid,
  softmax,
  softplus,
} from '../../lib/ops/activations.ts';
import { div, mul, square, sub } from '../../lib/ops/arithmetic.ts';
import { sum } from '../../lib/ops/structural.ts';
import { exp, log } from '../../lib/ops/transcendental.ts';
import { ForwardAccumulator } from '../../lib/transforms/forward.ts';
import { GradientTape } from '../../lib/transforms/tape.ts';
import { vmap } from '../../lib/transforms/vmap.ts';

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

const s = 1 / (1 + Math.exp(-0.5));
const w = s * (1 - s);

describe('activations', () => {
  it.each<[string, Function, readonly number[]]>([
    ['sigmoid', sigmoid, [w, w * (1 - 2 * s), w * (1 - 6 * w)]],
    ['softplus', softplus, [s, w, w * (1 - 2 * s), w * (1 - 6 * w)]],
    // Along two paths, where TensorFlow.js is wrong.
    ['x sigmoid(x)', (x) => mul(x, sigmoid(x)), [s + 0.5 * w, 2 * w + 0.5 * w * (1 - 2 * s)]],
    ['the square of relu', (x) => square(relu(x)), [1, 2, 0]],
    ['the square of leakyRelu', (x) => square(leakyRelu(x)), [1, 2, 0]],
  ])('%s has the derivatives of every order', (_, f, expected) => {
    let d = f;
    for (const value of expected) {
      d = derivative(d);
      expect(d(float64(0.5)).item()).toBeCloseTo(value, 9);
    }
  });

  it('have the left slope at a kink', () => {
    const x = float64([-1, 0, 1]);
    expect(derivative(relu)(x).arraySync()).toEqual([0, 0, 1]);
    expect(derivative((y) => leakyRelu(y))(x).arraySync()).toEqual([0.2, 0.2, 1]);
  });

  it('have zeros as second derivatives where they are straight, not missing ones', () => {
    const x = float64([-1, 0, 1]);
    expect(derivative(derivative(relu))(x).arraySync()).toEqual([0, 0, 0]);
    expect(derivative(derivative((y) => leakyRelu(y)))(x).arraySync()).toEqual([0, 0, 0]);
    const inner = (t: Tensor): Tensor => derivative((y) => leakyRelu(y))(t);
    const accumulator = new ForwardAccumulator(x, float64([1, 1, 1]));
    expect(accumulator.jvp(accumulator.run(() => inner(x))).arraySync()).toEqual([0, 0, 0]);
  });

  it('neither overflow nor lose their tails', () => {
    const x = float64([-1000, -100, 0, 100, 1000]);
    const tail = Math.exp(-100);
    expect(softplus(x).arraySync()).toEqual([0, tail, Math.LN2, 100, 1000]);
    expect(sigmoid(x).arraySync()).toEqual([0, tail, 0.5, 1, 1]);
    expect(derivative(softplus)(x).arraySync()).toEqual([0, tail, 0.5, 1, 1]);
  });

  it('take integers as their dtype or as floats', () => {
    expect(relu(int32([-2, 3])).dtype).toBe('int32');
    expect(leakyRelu(int32([-5]), 0.5).arraySync()).toEqual([-2.5]);
    expect(sigmoid(int32([0])).dtype).toBe('float32');
  });

  it('pass alpha through vmap and its gradient', () => {
    const slope = (x: Tensor): Tensor => derivative((y) => leakyRelu(y, 0.5))(x);
    expect(vmap(slope)(float64([-1, 2])).arraySync()).toEqual([0.5, 1]);
  });

  it('reject an alpha that is no number', () => {
    expect(() => leakyRelu([1], NaN)).toThrow('leakyRelu: alpha must be a finite number; got NaN');
  });
});

describe('softmax and logSoftmax', () => {
  it('work along any axis, without overflow', () => {
    expect(softmax([1000, 1000]).arraySync()).toEqual([0.5, 0.5]);
    expect(
      softmax(
        [
          [0, 0],
          [0, 0],
        ],
        0,
      ).arraySync(),
    ).toEqual([
      [0.5, 0.5],
      [0.5, 0.5],
    ]);
    expect(logSoftmax(float64([-2000, 0])).arraySync()).toEqual([-2000, 0]);
    expect(logSoftmax([[-2000], [0]], 0).arraySync()).toEqual([[-2000], [0]]);
    expect(softmax([0, -Infinity]).arraySync()).toEqual([1, 0]);
    expect(softmax(int32([0])).dtype).toBe('float32');
  });

  const softmaxByHand = (x: Tensor, axis: number): Tensor => div(exp(x), sum(exp(x), axis, true));
  const logSoftmaxByHand = (x: Tensor, axis: number): Tensor =>
    sub(x, log(sum(exp(x), axis, true)));
  const x = float64([
    [0.3, -1.2, 0.7],
    [1.1, 0.2, -0.5],
  ]);
  const along = float64([
    [1, 2, -3],
    [0.5, -1, 2],
  ]);

  // TensorFlow.js is wrong at second order.
  it.each([
    ['softmax', softmax, softmaxByHand, -1],
    ['softmax', softmax, softmaxByHand, 0],
    ['logSoftmax', logSoftmax, logSoftmaxByHand, -1],
    ['logSoftmax', logSoftmax, logSoftmaxByHand, 0],
  ] as const)('%s has three derivatives', (_, f, byHand, axis) => {
    // Squared, so that the function reaches its gradient along two paths.
    let fused: Function = (z) => sum(mul(square(f(z, axis)), along));
    let plain: Function = (z) => sum(mul(square(byHand(z, axis)), along));
    for (let order = 1; order <= 3; order++) {
      const [d, e] = [derivative(fused), derivative(plain)];
      const wanted = e(x).dataSync();
      d(x)
        .dataSync()
        .forEach((value, i) => {
          expect(value).toBeCloseTo(wanted[i], 11);
        });
      fused = (z) => sum(mul(d(z), along));
      plain = (z) => sum(mul(e(z), along));
    }
  });

  it.each([
    ['softmax', softmax, softmaxByHand],
    ['logSoftmax', logSoftmax, logSoftmaxByHand],
  ] as const)('%s carries tangents', (_, f, byHand) => {
    const tangent = (g: Function): Tensor => {
      const accumulator = new ForwardAccumulator(x, along);
      return accumulator.jvp(accumulator.run(() => g(x)));
    };
    const wanted = tangent((z) => byHand(z, -1)).dataSync();
    tangent((z) => f(z))
      .dataSync()
      .forEach((value, i) => {
        expect(value).toBeCloseTo(wanted[i], 12);
      });
  });

  it('are mapped over a batch, and so are their gradients', () => {
    const f = (z: Tensor): Tensor => derivative((u) => mul(softmax(u), [1, 2, 3]))(z);
    expect(vmap(f)(x).arraySync()).toEqual(f(x).arraySync());
  });

  it('reject scalars and axes outside the rank', () => {
    expect(() => softmax(1)).toThrow(
      'softmax: axis must name an axis, and a scalar has none; got -1',
    );
    expect(() => logSoftmax([1], 1)).toThrow('logSoftmax: axis must lie in [-1, 1); got 1');
  });
});
