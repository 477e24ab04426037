import type { Adapter } from '../adapter.ts';
import type { LoadedAdapter } from '../adapters.ts';
import type { JaxPeer, Mode } from './library.ts';
import { loadJax } from './library.ts';
import { hessianOfNetwork, jacobianOfLayer, productNetwork, productSmall } from './second.ts';
import { chain, cycle, equations, million, product, productGradient } from './small.ts';
import { convolutional, perceptron, recurrent, transformer } from './training.ts';

const noLoop = 'it has no loop to compile, and 1000 steps exhaust the memory; see 100 steps';

function adapterOf(peer: JaxPeer): Adapter {
  return {
    'W1.cycle': () => cycle(peer),
    'W2.forward': () => chain(peer, false),
    'W2.gradient': () => chain(peer, true),
    'W3.add': () => million(peer, 'add'),
    'W3.chain': () => million(peer, 'chain'),
    'W3.exp': () => million(peer, 'exp'),
    'W3.tanh': () => million(peer, 'tanh'),
    'W3.sum': () => million(peer, 'sum'),
    'W3.gradient': () => million(peer, 'gradient'),
    'W4.product64': () => product(peer, 64),
    'W4.product256': () => product(peer, 256),
    'W4.product512': () => product(peer, 512),
    'W4.product1024': () => product(peer, 1024),
    'W4.gradient256': () => productGradient(peer, 256),
    'W4.gradient512': () => productGradient(peer, 512),
    'W4.gradient1024': () => productGradient(peer, 1024),
    'W5.step': () => perceptron(peer),
    'W6.forward': () => convolutional(peer, false),
    'W6.step': () => convolutional(peer, true),
    'W7.step': () => recurrent(peer),
    'W8.step': () => transformer(peer),
    'W9.jacobian': () => jacobianOfLayer(peer, 'jacrev'),
    'W9.jacobianFastest': () => jacobianOfLayer(peer, 'jacfwd'),
    'W9.hessian': () => hessianOfNetwork(peer),
    'W9.hessianFastest': 'it has no other way',
    'W9.product': () => productSmall(peer),
    'W9.productNetwork': () => productNetwork(peer),
    'W10.forward': noLoop,
    'W10.gradient': noLoop,
    'W10.forward100': () => equations(peer, 100, false),
    'W10.gradient100': () => equations(peer, 100, true),
  };
}

export async function load(mode: Mode, folder: string): Promise<LoadedAdapter> {
  const peer = await loadJax(mode, folder);
  return { adapter: adapterOf(peer), version: peer.version };
}
