import type { ArrayLike } from '../../lib/core/convert.ts';
import { createTensor } from '../../lib/core/convert.ts';
import type { Tensor } from '../../lib/core/tensor.ts';
import { leakyRelu, relu, sigmoid, softplus } from '../../lib/ops/activations.ts';
import { mul, square } from '../../lib/ops/arithmetic.ts';
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
