/** W5 to W8 with jax-js. */
import { parameterSets } from '../../workloads/parameters.ts';
import { classes, laterKeys, oneHotRows, uniform } from '../../workloads/values.ts';
import type { Work } from '../adapter.ts';
import type { JaxArray, JaxPeer, Named } from './library.ts';
import type { Training } from './optimizers.ts';
import { adapting, descending, parametersOf } from './optimizers.ts';
import { computing, random } from './small.ts';
import { channelsLast } from './layouts.ts';

function crossEntropy({ jax }: JaxPeer, logits: JaxArray, labels: JaxArray): JaxArray {
  return jax.nn.logSoftmax(logits, -1).mul(labels).sum(-1).mean().neg();
}

function labelsOf(peer: JaxPeer, n: number, count: number): JaxArray {
  return peer.array(oneHotRows(classes(6, n, count), count), [n, count]);
}

export function perceptron(peer: JaxPeer): Work {
  const { nn, numpy: np } = peer.jax;
  const loss = (p: Named, x: JaxArray, labels: JaxArray): JaxArray => {
    const first = nn.relu(np.matmul(x, p['w1']).add(p['b1']));
    const second = nn.relu(np.matmul(first, p['w2']).add(p['b2']));
    return crossEntropy(peer, np.matmul(second, p['w3']).add(p['b3']), labels);
  };
  const data = [random(peer, 5, [128, 784]), labelsOf(peer, 128, 10)];
  return adapting(peer, { parameters: parametersOf(peer, parameterSets.perceptron), loss, data });
}

/** Its convolutions want channels before height and width. */
function channelsFirst(peer: JaxPeer): { readonly parameters: Named; readonly images: JaxArray } {
  const np = peer.jax.numpy;
  const p = parametersOf(peer, parameterSets.convolutional);
  // Adding 0 lays the numbers out in the new order.
  const filter = (x: JaxArray): JaxArray => np.transpose(x, [3, 2, 0, 1]).add(0);
  const behind = np.transpose(p['w1'].reshape([7, 7, 64, 128]), [2, 0, 1, 3]);
  return {
    parameters: {
      ...p,
      c1: filter(p['c1']),
      c2: filter(p['c2']),
      w1: behind.reshape([3136, 128]).add(0),
    },
    images: np.transpose(random(peer, 5, [64, 28, 28, 1]), [0, 3, 1, 2]).add(0),
  };
}

function convolutionalTraining(peer: JaxPeer): Training {
  const { lax, nn, numpy: np } = peer.jax;
  const block = (x: JaxArray, filter: JaxArray, bias: JaxArray, size: number): JaxArray => {
    const channels = bias.shape[0];
    const sums = lax.convGeneralDilated(x, filter, [1, 1], 'SAME');
    const shifted = nn.relu(sums.add(bias.reshape([1, channels, 1, 1])));
    return np.max(shifted.reshape([64, channels, size / 2, 2, size / 2, 2]), [3, 5]);
  };
  const loss = (p: Named, x: JaxArray, labels: JaxArray): JaxArray => {
    const pooled = block(block(x, p['c1'], p['cb1'], 28), p['c2'], p['cb2'], 14);
    const hidden = nn.relu(np.matmul(pooled.reshape([64, 3136]), p['w1']).add(p['b1']));
    return crossEntropy(peer, np.matmul(hidden, p['w2']).add(p['b2']), labels);
  };
  const { parameters, images } = channelsFirst(peer);
  return { parameters, loss, data: [images, labelsOf(peer, 64, 10)], written: channelsLast };
}

export function convolutional(peer: JaxPeer, isTrained: boolean): Work {
  const training = convolutionalTraining(peer);
  if (isTrained) return descending(peer, training);
  const loss = peer.whole(training.loss);
  return computing(peer, () =>
    loss(peer.jax.tree.ref(training.parameters), ...training.data.map((x) => x.ref)),
  );
}

export function recurrent(peer: JaxPeer): Work {
  const { nn, numpy: np, tree } = peer.jax;
  const loss = (p: Named, target: JaxArray, ...inputs: JaxArray[]): JaxArray => {
    let [h, c] = [np.zeros([32, 128]), np.zeros([32, 128])];
    for (const x of inputs) {
      const z = np.matmul(x, p['wx'].ref).add(np.matmul(h, p['wh'].ref)).add(p['b'].ref);
      const [input, forget, candidate, output] = np.split(z, 4, 1);
      const taken = nn.sigmoid(input).mul(np.tanh(candidate));
      c = nn.sigmoid(forget).mul(c).add(taken);
      h = nn.sigmoid(output).mul(np.tanh(c.ref));
    }
    c.dispose();
    tree.dispose(p);
    const distance = h.sub(target);
    return distance.ref.mul(distance).mean();
  };
  const all = uniform(5, 50 * 32 * 64);
  const inputs = Array.from({ length: 50 }, (_, t) =>
    peer.array(all.slice(t * 2048, (t + 1) * 2048), [32, 64]),
  );
  const data = [random(peer, 6, [32, 128]), ...inputs];
  return descending(peer, { parameters: parametersOf(peer, parameterSets.recurrent), loss, data });
}

function normalized({ jax }: JaxPeer, x: JaxArray, scale: JaxArray, offset: JaxArray): JaxArray {
  const np = jax.numpy;
  const centred = x.ref.sub(np.mean(x, -1, { keepdims: true }));
  const variance = np.mean(centred.ref.mul(centred.ref), -1, { keepdims: true });
  return centred
    .div(np.sqrt(variance.add(1e-5)))
    .mul(scale)
    .add(offset);
}

function attended(
  { jax }: JaxPeer,
  x: JaxArray,
  p: (name: string) => JaxArray,
  mask: JaxArray,
): JaxArray {
  const { nn, numpy: np } = jax;
  const qkv = np.matmul(x, p('qkv')).add(p('qkvBias')).reshape([8, 64, 3, 4, 32]);
  const [queries, keys, values] = np
    .split(np.transpose(qkv, [2, 0, 3, 1, 4]), 3, 0)
    .map((part) => part.reshape([8, 4, 64, 32]));
  const scores = np.matmul(queries, np.transpose(keys, [0, 1, 3, 2])).mul(1 / Math.sqrt(32));
  const heads = np.matmul(nn.softmax(scores.add(mask), -1), values);
  const joined = np.transpose(heads, [0, 2, 1, 3]).reshape([512, 128]);
  return np.matmul(joined, p('out')).add(p('outBias'));
}

/** Compiled code cannot gather rows: there the tokens are rows of a product. */
export function transformer(peer: JaxPeer): Work {
  const { nn, numpy: np } = peer.jax;
  const picks = classes(5, 512, 256);
  const tokens =
    peer.mode === 'eager'
      ? np.array(picks, { dtype: np.int32 })
      : peer.array(oneHotRows(picks, 256), [512, 256]);
  const embed = (table: JaxArray, at: JaxArray): JaxArray =>
    peer.mode === 'eager' ? table.slice(at) : np.matmul(at, table);
  const loss = (v: Named, at: JaxArray, labels: JaxArray, mask: JaxArray): JaxArray => {
    const embedded = embed(v['tokens'], at).reshape([8, 64, 128]).add(v['positions']);
    let h = embedded.reshape([512, 128]);
    for (const layer of ['layer0', 'layer1']) {
      const p = (name: string): JaxArray => v[`${layer}.${name}`];
      const normal = normalized(peer, h.ref, p('scale1'), p('offset1'));
      h = h.add(attended(peer, normal, p, mask.ref));
      const norm = normalized(peer, h.ref, p('scale2'), p('offset2'));
      const inner = nn.gelu(np.matmul(norm, p('w1')).add(p('b1')), { approximate: true });
      h = h.add(np.matmul(inner, p('w2')).add(p('b2')));
    }
    mask.dispose();
    const last = normalized(peer, h, v['scale'], v['offset']);
    return crossEntropy(peer, np.matmul(last, v['out']).add(v['outBias']), labels);
  };
  const data = [tokens, labelsOf(peer, 512, 256), peer.array(laterKeys(64), [64, 64])];
  const parameters = parametersOf(peer, parameterSets.transformer);
  return adapting(peer, { parameters, loss, data });
}
