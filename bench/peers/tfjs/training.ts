/** W5 to W8 with TensorFlow.js. */
import { firstValues } from '../../workloads/firstValues.ts';
import type { Parameter } from '../../workloads/parameters.ts';
import { parameterSets } from '../../workloads/parameters.ts';
import { classes, fingerprint, laterKeys, oneHotRows, uniform } from '../../workloads/values.ts';
import type { Work } from '../adapter.ts';
import type { Backend, TensorFlow, TfOptimizer, TfTensor, TfVariable } from './library.ts';
import { computing, random } from './small.ts';

type Variables = Readonly<Record<string, TfVariable>>;

function variablesOf(tf: TensorFlow, parameters: readonly Parameter[]): Variables {
  return Object.fromEntries(
    parameters.map((p) => [p.name, tf.variable(tf.tensor(firstValues(p), p.shape))]),
  );
}

function training(
  tf: TensorFlow,
  named: Variables,
  loss: () => TfTensor,
  optimizer: TfOptimizer,
): Work {
  const variables = Object.values(named);
  return {
    run: () => {
      optimizer.minimize(loss, true, variables).dispose();
    },
    check: () =>
      tf.tidy(() => {
        const { value, grads } = tf.variableGrads(loss, variables);
        const gradients = variables.map(({ name }) => fingerprint(grads[name].dataSync()));
        return [value.dataSync()[0], ...gradients];
      }),
  };
}

function crossEntropy(tf: TensorFlow, logits: TfTensor, labels: TfTensor): TfTensor {
  return tf.mean(tf.neg(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), 1)));
}

function labelsOf(tf: TensorFlow, n: number, count: number): TfTensor {
  return tf.tensor(oneHotRows(classes(6, n, count), count), [n, count]);
}

export function perceptron(tf: TensorFlow): Work {
  const v = variablesOf(tf, parameterSets.perceptron);
  const [x, labels] = [random(tf, 5, [128, 784]), labelsOf(tf, 128, 10)];
  const loss = (): TfTensor => {
    const first = tf.relu(tf.add(tf.matMul(x, v['w1']), v['b1']));
    const second = tf.relu(tf.add(tf.matMul(first, v['w2']), v['b2']));
    return crossEntropy(tf, tf.add(tf.matMul(second, v['w3']), v['b3']), labels);
  };
  return training(tf, v, loss, tf.train.adam(1e-4));
}

export function convolutional(tf: TensorFlow, isTrained: boolean): Work {
  const v = variablesOf(tf, parameterSets.convolutional);
  const [x, labels] = [random(tf, 5, [64, 28, 28, 1]), labelsOf(tf, 64, 10)];
  const block = (input: TfTensor, filter: TfVariable, bias: TfVariable): TfTensor =>
    tf.maxPool(tf.relu(tf.add(tf.conv2d(input, filter, 1, 'same'), bias)), 2, 2, 'same');
  const loss = (): TfTensor => {
    const pooled = block(block(x, v['c1'], v['cb1']), v['c2'], v['cb2']);
    const flat = tf.reshape(pooled, [64, 3136]);
    const hidden = tf.relu(tf.add(tf.matMul(flat, v['w1']), v['b1']));
    return crossEntropy(tf, tf.add(tf.matMul(hidden, v['w2']), v['b2']), labels);
  };
  return isTrained ? training(tf, v, loss, tf.train.sgd(1e-3)) : computing(tf, loss);
}

export function recurrent(tf: TensorFlow): Work {
  const v = variablesOf(tf, parameterSets.recurrent);
  const all = uniform(5, 50 * 32 * 64);
  const inputs = Array.from({ length: 50 }, (_, t) =>
    tf.tensor(all.slice(t * 2048, (t + 1) * 2048), [32, 64]),
  );
  const target = random(tf, 6, [32, 128]);
  const loss = (): TfTensor => {
    let [h, c] = [tf.zeros([32, 128]), tf.zeros([32, 128])];
    for (const x of inputs) {
      const z = tf.add(tf.add(tf.matMul(x, v['wx']), tf.matMul(h, v['wh'])), v['b']);
      const [input, forget, candidate, output] = tf.split(z, 4, 1);
      const taken = tf.mul(tf.sigmoid(input), tf.tanh(candidate));
      c = tf.add(tf.mul(tf.sigmoid(forget), c), taken);
      h = tf.mul(tf.sigmoid(output), tf.tanh(c));
    }
    return tf.mean(tf.square(tf.sub(h, target)));
  };
  return training(tf, v, loss, tf.train.sgd(1e-3));
}

function normalized(tf: TensorFlow, x: TfTensor, scale: TfTensor, offset: TfTensor): TfTensor {
  const centred = tf.sub(x, tf.mean(x, 1, true));
  const variance = tf.mean(tf.square(centred), 1, true);
  return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5))), scale), offset);
}

function gelu(tf: TensorFlow, x: TfTensor): TfTensor {
  const cubic = tf.mul(tf.mul(tf.mul(x, x), x), 0.044715);
  const inner = tf.tanh(tf.mul(tf.add(x, cubic), Math.sqrt(2 / Math.PI)));
  return tf.mul(tf.mul(x, 0.5), tf.add(inner, 1));
}

function attended(tf: TensorFlow, x: TfTensor, p: (name: string) => TfTensor): TfTensor {
  const mask = tf.tensor(laterKeys(64), [64, 64]);
  const qkv = tf.reshape(tf.add(tf.matMul(x, p('qkv')), p('qkvBias')), [8, 64, 3, 4, 32]);
  const [queries, keys, values] = tf.unstack(tf.transpose(qkv, [2, 0, 3, 1, 4]));
  const scores = tf.mul(tf.matMul(queries, keys, false, true), 1 / Math.sqrt(32));
  const heads = tf.matMul(tf.softmax(tf.add(scores, mask)), values);
  const joined = tf.reshape(tf.transpose(heads, [0, 2, 1, 3]), [512, 128]);
  return tf.add(tf.matMul(joined, p('out')), p('outBias'));
}

/** WASM has no gradient of `gather`: there the tokens are rows of a product. */
function embedding(tf: TensorFlow, backend: Backend): (table: TfTensor) => TfTensor {
  const picks = classes(5, 512, 256);
  const tokens = tf.tensor(picks, [512], 'int32');
  const rows = tf.tensor(oneHotRows(picks, 256), [512, 256]);
  return (table) => (backend === 'cpu' ? tf.gather(table, tokens) : tf.matMul(rows, table));
}

export function transformer(tf: TensorFlow, backend: Backend): Work {
  const v = variablesOf(tf, parameterSets.transformer);
  const [embed, labels] = [embedding(tf, backend), labelsOf(tf, 512, 256)];
  const loss = (): TfTensor => {
    const embedded = tf.reshape(embed(v['tokens']), [8, 64, 128]);
    let h = tf.reshape(tf.add(embedded, v['positions']), [512, 128]);
    for (const layer of ['layer0', 'layer1']) {
      const p = (name: string): TfVariable => v[`${layer}.${name}`];
      h = tf.add(h, attended(tf, normalized(tf, h, p('scale1'), p('offset1')), p));
      const norm = normalized(tf, h, p('scale2'), p('offset2'));
      const inner = gelu(tf, tf.add(tf.matMul(norm, p('w1')), p('b1')));
      h = tf.add(h, tf.add(tf.matMul(inner, p('w2')), p('b2')));
    }
    const last = normalized(tf, h, v['scale'], v['offset']);
    return crossEntropy(tf, tf.add(tf.matMul(last, v['out']), v['outBias']), labels);
  };
  return training(tf, v, loss, tf.train.adam(1e-4));
}
