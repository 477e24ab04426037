/** W5 to W8: steps of training. */
import type { Optimizer, Tensor, Variable } from 'gradtape';
import {
  add,
  conv2d,
  gather,
  gelu,
  layerNorm,
  matMul,
  maxPool,
  mean,
  mul,
  relu,
  reshape,
  sigmoid,
  softmax,
  sparseSoftmaxCrossEntropy,
  split,
  square,
  sub,
  tanh,
  tensor,
  train,
  transpose,
  unstack,
  variable,
  variableGrads,
  zeros,
} from 'gradtape';
import type { Parameter } from '../../workloads/parameters.ts';
import { parameterSets } from '../../workloads/parameters.ts';
import { firstValues } from '../../workloads/firstValues.ts';
import { classes, laterKeys, uniform } from '../../workloads/values.ts';
import type { Work } from '../adapter.ts';
import { computing, fingerprints, random } from './small.ts';

type Variables = Readonly<Record<string, Variable>>;

function variablesOf(parameters: readonly Parameter[]): Variables {
  return Object.fromEntries(
    parameters.map((p) => [p.name, variable(tensor(firstValues(p), p.shape), true, p.name)]),
  );
}

/** Steps that lower a loss; compared by the loss and its gradients before the first. */
function training(variables: Variables, loss: () => Tensor, optimizer: Optimizer): Work {
  return {
    run: () => optimizer.minimize(loss),
    check: () => {
      const { value, grads } = variableGrads(loss);
      return [value.item(), ...fingerprints(Object.keys(variables).map((name) => grads[name]))];
    },
  };
}

export function perceptron(): Work {
  const v = variablesOf(parameterSets.perceptron);
  const [x, labels] = [random(5, [128, 784]), tensor(classes(6, 128, 10))];
  const loss = (): Tensor => {
    const first = relu(add(matMul(x, v['w1']), v['b1']));
    const second = relu(add(matMul(first, v['w2']), v['b2']));
    return sparseSoftmaxCrossEntropy(labels, add(matMul(second, v['w3']), v['b3']));
  };
  return training(v, loss, train.adam(1e-4));
}

export function convolutional(isTrained: boolean): Work {
  const v = variablesOf(parameterSets.convolutional);
  const [x, labels] = [random(5, [64, 28, 28, 1]), tensor(classes(6, 64, 10))];
  const block = (input: Tensor, filter: Variable, bias: Variable): Tensor =>
    maxPool(relu(add(conv2d(input, filter, 1, 'same'), bias)), 2, 2, 'same');
  const loss = (): Tensor => {
    const pooled = block(block(x, v['c1'], v['cb1']), v['c2'], v['cb2']);
    const hidden = relu(add(matMul(reshape(pooled, [64, 3136]), v['w1']), v['b1']));
    return sparseSoftmaxCrossEntropy(labels, add(matMul(hidden, v['w2']), v['b2']));
  };
  return isTrained ? training(v, loss, train.sgd(1e-3)) : computing(loss);
}

export function recurrent(): Work {
  const v = variablesOf(parameterSets.recurrent);
  const all = uniform(5, 50 * 32 * 64);
  const inputs = Array.from({ length: 50 }, (_, t) =>
    tensor(all.slice(t * 2048, (t + 1) * 2048), [32, 64]),
  );
  const target = random(6, [32, 128]);
  const loss = (): Tensor => {
    let h = zeros([32, 128]);
    let c = zeros([32, 128]);
    for (const x of inputs) {
      const z = add(add(matMul(x, v['wx']), matMul(h, v['wh'])), v['b']);
      const [input, forget, candidate, output] = split(z, 4, 1);
      c = add(mul(sigmoid(forget), c), mul(sigmoid(input), tanh(candidate)));
      h = mul(sigmoid(output), tanh(c));
    }
    return mean(square(sub(h, target)));
  };
  return training(v, loss, train.sgd(1e-3));
}

export function transformer(): Work {
  const v = variablesOf(parameterSets.transformer);
  const [tokens, next] = [tensor(classes(5, 512, 256)), tensor(classes(6, 512, 256))];
  const mask = tensor(laterKeys(64), [64, 64]);
  const normalized = (x: Tensor, scale: Variable, offset: Variable): Tensor =>
    layerNorm(x, { scale, offset }, -1, 1e-5);
  const attended = (x: Tensor, p: (name: string) => Variable): Tensor => {
    const qkv = reshape(add(matMul(x, p('qkv')), p('qkvBias')), [8, 64, 3, 4, 32]);
    const [queries, keys, values] = unstack(transpose(qkv, [2, 0, 3, 1, 4]));
    const scores = mul(matMul(queries, keys, false, true), 1 / Math.sqrt(32));
    const heads = matMul(softmax(add(scores, mask)), values);
    const joined = reshape(transpose(heads, [0, 2, 1, 3]), [512, 128]);
    return add(matMul(joined, p('out')), p('outBias'));
  };
  const loss = (): Tensor => {
    const embedded = reshape(gather(v['tokens'], tokens), [8, 64, 128]);
    let h = reshape(add(embedded, v['positions']), [512, 128]);
    for (const layer of ['layer0', 'layer1']) {
      const p = (name: string): Variable => v[`${layer}.${name}`];
      h = add(h, attended(normalized(h, p('scale1'), p('offset1')), p));
      const inner = add(matMul(normalized(h, p('scale2'), p('offset2')), p('w1')), p('b1'));
      h = add(h, add(matMul(gelu(inner, true), p('w2')), p('b2')));
    }
    const logits = add(matMul(normalized(h, v['scale'], v['offset']), v['out']), v['outBias']);
    return sparseSoftmaxCrossEntropy(next, logits);
  };
  return training(v, loss, train.adam(1e-4));
}
