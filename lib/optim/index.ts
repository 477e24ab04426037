/** Optimisers: the subpath `gradtape/optim`. */

import '../fluent.ts';

export { AdadeltaOptimizer } from './adadelta.ts';
export { AdagradOptimizer } from './adagrad.ts';
export { AdamaxOptimizer } from './adamax.ts';
export { RMSPropOptimizer } from './rmsprop.ts';
export { AdamOptimizer } from './adam.ts';
export { MomentumOptimizer } from './momentum.ts';
export type { NamedGrads } from '../transforms/grad.ts';
export { Optimizer } from './optimizer.ts';
export { SGDOptimizer } from './sgd.ts';
export { train } from './train.ts';
export type { GradientPair, Gradients, NamedTensor } from './updates.ts';
