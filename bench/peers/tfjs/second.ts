/** W9 with TensorFlow.js, which has no Jacobians: each row is a gradient. */
import type { Work } from '../adapter.ts';
import type { TensorFlow, TfTensor } from './library.ts';
import { computing, random } from './small.ts';

function unitVectors(tf: TensorFlow, n: number): TfTensor[] {
  return tf.unstack(tf.eye(n)).map((row) => tf.keep(row));
}

export function jacobianOfLayer(tf: TensorFlow): Work {
  const [w, x] = [random(tf, 1, [100, 100], 0.2), random(tf, 2, [100])];
  const rows = unitVectors(tf, 100);
  const pull = tf.grad((at) => tf.tanh(tf.reshape(tf.matMul(w, tf.reshape(at, [100, 1])), [100])));
  return computing(tf, () => tf.stack(rows.map((row) => pull(x, row))));
}

function smallNetwork(tf: TensorFlow): readonly [loss: (p: TfTensor) => TfTensor, at: TfTensor] {
  const [x, target] = [random(tf, 4, [32, 3]), random(tf, 5, [32, 2])];
  const loss = (p: TfTensor): TfTensor => {
    const inner = tf.matMul(x, tf.reshape(tf.slice(p, 0, 24), [3, 8]));
    const hidden = tf.tanh(tf.add(inner, tf.slice(p, 24, 8)));
    const outer = tf.matMul(hidden, tf.reshape(tf.slice(p, 32, 16), [8, 2]));
    return tf.mean(tf.square(tf.sub(tf.add(outer, tf.slice(p, 48, 2)), target)));
  };
  return [loss, random(tf, 3, [50], 0.5)];
}

export function hessianOfNetwork(tf: TensorFlow): Work {
  const [loss, at] = smallNetwork(tf);
  const rows = unitVectors(tf, 50);
  const gradient = tf.grad(loss);
  const pull = tf.grad((p) => gradient(p));
  return computing(tf, () => tf.stack(rows.map((row) => pull(at, row))));
}

export function productSmall(tf: TensorFlow): Work {
  const [loss, at] = smallNetwork(tf);
  const direction = random(tf, 6, [50]);
  const gradient = tf.grad(loss);
  const pull = tf.grad((p) => gradient(p));
  return computing(tf, () => pull(at, direction));
}

export function productNetwork(tf: TensorFlow): Work {
  const [x, target] = [random(tf, 9, [128, 784]), random(tf, 10, [128, 10])];
  const at = [random(tf, 7, [784, 128], 0.05), random(tf, 8, [128, 10], 0.1)];
  const [da, db] = [random(tf, 11, [784, 128]), random(tf, 12, [128, 10])];
  const gradients = tf.grads((a, b) =>
    tf.mean(tf.square(tf.sub(tf.matMul(tf.tanh(tf.matMul(x, a)), b), target))),
  );
  const products = tf.grads((a, b) => {
    const [ga, gb] = gradients([a, b]);
    return tf.add(tf.sum(tf.mul(ga, da)), tf.sum(tf.mul(gb, db)));
  });
  return computing(tf, () => products(at));
}
