/** W1 to W4 and W10 with TensorFlow.js. */
import { fingerprint, sizeOf, uniform } from '../../workloads/values.ts';
import type { Work } from '../adapter.ts';
import type { TensorFlow, TfTensor } from './library.ts';

export function random(
  tf: TensorFlow,
  seed: number,
  shape: readonly number[],
  scale = 1,
): TfTensor {
  return tf.tensor(uniform(seed, sizeOf(shape), scale), shape);
}

/** A work whose results are let go at its end. */
export function computing(tf: TensorFlow, f: () => TfTensor | readonly TfTensor[]): Work {
  return {
    run: () => {
      tf.tidy(() => void f());
    },
    check: () => tf.tidy(() => [f()].flat().map((x) => fingerprint(x.dataSync()))),
  };
}

export function cycle(tf: TensorFlow): Work {
  const values = [2, 3, 4].map((x) => tf.scalar(x));
  const gradients = tf.grads((a, b, c) => tf.add(tf.mul(a, b), c));
  return computing(tf, () => gradients(values));
}

export function chain(tf: TensorFlow, isDifferentiated: boolean): Work {
  const start = random(tf, 1, [4]);
  const weights = tf.add(random(tf, 2, [4]), 1.5);
  const [bias, c] = [random(tf, 3, [4]), random(tf, 4, [4], 0.1)];
  const forward = (first: TfTensor, w: TfTensor, b: TfTensor): TfTensor => {
    let x = first;
    for (let i = 0; i < 25; i++) x = tf.sub(tf.tanh(tf.add(tf.mul(x, w), b)), c);
    return x;
  };
  const gradients = tf.grads((x, w, b) => tf.sum(forward(x, w, b)));
  return computing(tf, () =>
    isDifferentiated ? gradients([start, weights, bias]) : forward(start, weights, bias),
  );
}

type Elementwise = 'add' | 'chain' | 'exp' | 'tanh' | 'sum' | 'gradient';

export function million(tf: TensorFlow, what: Elementwise): Work {
  const [x, w, b] = [1, 2, 3].map((seed) => random(tf, seed, [1_000_000]));
  const forward = (x: TfTensor, w: TfTensor, b: TfTensor): TfTensor =>
    tf.tanh(tf.add(tf.mul(x, w), b));
  const gradients = tf.grads((x, w, b) => tf.sum(forward(x, w, b)));
  const works: Readonly<Record<Elementwise, () => TfTensor | readonly TfTensor[]>> = {
    add: () => tf.add(x, w),
    chain: () => forward(x, w, b),
    exp: () => tf.exp(x),
    tanh: () => tf.tanh(x),
    sum: () => tf.sum(x),
    gradient: () => gradients([x, w, b]),
  };
  return computing(tf, works[what]);
}

export function product(tf: TensorFlow, n: number): Work {
  const [a, b] = [random(tf, 1, [n, n]), random(tf, 2, [n, n])];
  return computing(tf, () => tf.matMul(a, b));
}

export function productGradient(tf: TensorFlow, n: number): Work {
  const [a, b] = [random(tf, 1, [n, n]), random(tf, 2, [n, n])];
  const gradients = tf.grads((a, b) => tf.sum(tf.matMul(a, b)));
  return computing(tf, () => gradients([a, b]));
}

function lotkaVolterra(tf: TensorFlow, steps: number): (parameters: TfTensor) => TfTensor {
  const start = tf.tensor([1, 1]);
  const h = 0.01;
  return (parameters) => {
    const [growth, meeting] = [tf.slice(parameters, 0, 2), tf.slice(parameters, 2, 2)];
    const slope = (z: TfTensor): TfTensor =>
      tf.add(tf.mul(growth, z), tf.mul(meeting, tf.mul(z, tf.reverse(z, 0))));
    let z = start;
    for (let i = 0; i < steps; i++) {
      const k1 = slope(z);
      const k2 = slope(tf.add(z, tf.mul(k1, h / 2)));
      const k3 = slope(tf.add(z, tf.mul(k2, h / 2)));
      const k4 = slope(tf.add(z, tf.mul(k3, h)));
      z = tf.add(z, tf.mul(tf.add(tf.add(k1, tf.mul(tf.add(k2, k3), 2)), k4), h / 6));
    }
    return z;
  };
}

export function equations(tf: TensorFlow, steps: number, isDifferentiated: boolean): Work {
  const parameters = tf.tensor([1.1, -0.4, -0.4, 0.1]);
  const solve = lotkaVolterra(tf, steps);
  const gradient = tf.grad((p) => tf.sum(solve(p)));
  const compute = (): TfTensor => (isDifferentiated ? gradient(parameters) : solve(parameters));
  return { ...computing(tf, compute), check: () => tf.tidy(() => [...compute().dataSync()]) };
}
