import { createRequire } from 'node:module';
import type { Adapter } from '../adapter.ts';
import type { LoadedAdapter } from '../adapters.ts';
import { hessianOfNetwork, jacobianOfLayer, productNetwork, productSmall } from './second.ts';
import { chain, cycle, equations, million, product, productGradient } from './small.ts';
import { convolutional, perceptron, recurrent, transformer } from './training.ts';

const adapter: Adapter = {
  'W1.cycle': cycle,
  'W2.forward': () => chain(false),
  'W2.gradient': () => chain(true),
  'W3.add': () => million('add'),
  'W3.chain': () => million('chain'),
  'W3.exp': () => million('exp'),
  'W3.tanh': () => million('tanh'),
  'W3.sum': () => million('sum'),
  'W3.gradient': () => million('gradient'),
  'W4.product64': () => product(64),
  'W4.product256': () => product(256),
  'W4.product512': () => product(512),
  'W4.product1024': () => product(1024),
  'W4.gradient256': () => productGradient(256),
  'W4.gradient512': () => productGradient(512),
  'W4.gradient1024': () => productGradient(1024),
  'W5.step': perceptron,
  'W6.forward': () => convolutional(false),
  'W6.step': () => convolutional(true),
  'W7.step': recurrent,
  'W8.step': transformer,
  'W9.jacobian': () => jacobianOfLayer('plain'),
  'W9.jacobianFastest': () => jacobianOfLayer('fastest'),
  'W9.hessian': hessianOfNetwork,
  'W9.hessianFastest': hessianOfNetwork,
  'W9.product': productSmall,
  'W9.productNetwork': productNetwork,
  'W10.forward': () => equations(1000, false),
  'W10.gradient': () => equations(1000, true),
  'W10.forward100': () => equations(100, false),
  'W10.gradient100': () => equations(100, true),
};

interface Native {
  /** Returns what it found, as something that can be printed. */
  readonly useNativeBlas: () => { toString(): string };
}

const ownRequire = createRequire(__filename);

function version(): string {
  return (ownRequire('gradtape/package.json') as { readonly version: string }).version;
}

export function load(): LoadedAdapter {
  return { adapter, version: version() };
}

/** The same works with products computed by a BLAS of the machine. */
export function loadNative(): LoadedAdapter {
  const { useNativeBlas } = ownRequire('gradtape/native') as Native;
  return { adapter, version: `${version()}, ${useNativeBlas().toString()}` };
}
