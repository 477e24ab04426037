import type { Adapter } from '../adapter.ts';
import type { LoadedAdapter } from '../adapters.ts';
import type { Backend, TensorFlow } from './library.ts';
import { loadTensorFlow } from './library.ts';
import { hessianOfNetwork, jacobianOfLayer, productNetwork, productSmall } from './second.ts';
import { chain, cycle, equations, million, product, productGradient } from './small.ts';
import { convolutional, perceptron, recurrent, transformer } from './training.ts';

const oneWay = 'it has no other way';

function adapterOf(tf: TensorFlow, backend: Backend): Adapter {
  return {
    'W1.cycle': () => cycle(tf),
    'W2.forward': () => chain(tf, false),
    'W2.gradient': () => chain(tf, true),
    'W3.add': () => million(tf, 'add'),
    'W3.chain': () => million(tf, 'chain'),
    'W3.exp': () => million(tf, 'exp'),
    'W3.tanh': () => million(tf, 'tanh'),
    'W3.sum': () => million(tf, 'sum'),
    'W3.gradient': () => million(tf, 'gradient'),
    'W4.product64': () => product(tf, 64),
    'W4.product256': () => product(tf, 256),
    'W4.product512': () => product(tf, 512),
    'W4.product1024': () => product(tf, 1024),
    'W4.gradient256': () => productGradient(tf, 256),
    'W4.gradient512': () => productGradient(tf, 512),
    'W4.gradient1024': () => productGradient(tf, 1024),
    'W5.step': () => perceptron(tf),
    'W6.forward': () => convolutional(tf, false),
    'W6.step':
      backend === 'cpu'
        ? () => convolutional(tf, true)
        : 'this backend has no filter gradient of a convolution',
    'W7.step': () => recurrent(tf),
    'W8.step': () => transformer(tf, backend),
    'W9.jacobian': () => jacobianOfLayer(tf),
    'W9.jacobianFastest': oneWay,
    'W9.hessian': () => hessianOfNetwork(tf),
    'W9.hessianFastest': oneWay,
    'W9.product': () => productSmall(tf),
    'W9.productNetwork': () => productNetwork(tf),
    'W10.forward': () => equations(tf, 1000, false),
    'W10.gradient': () => equations(tf, 1000, true),
    'W10.forward100': () => equations(tf, 100, false),
    'W10.gradient100': () => equations(tf, 100, true),
  };
}

export async function load(backend: Backend, folder: string): Promise<LoadedAdapter> {
  const tf = await loadTensorFlow(backend, folder);
  return { adapter: adapterOf(tf, backend), version: tf.version['tfjs-core'] };
}
