/** The public names. Importing this module also gives tensors and variables their methods. */

import './fluent.ts';

export type { DType, FloatDType, ValuesOf } from './base/dtype.ts';
export type { UnconnectedCause } from './base/errors.ts';
export {
  AllocationError,
  ArgumentError,
  AxisError,
  DTypeError,
  GradtapeError,
  IndexError,
  ShapeError,
  TapeError,
  UnconnectedGradientError,
  UnsupportedError,
} from './base/errors.ts';
export type { Shape, Spec } from './base/shape.ts';
export { specOf } from './base/shape.ts';

export type { Kernel, Operand } from './kernels/kernel.ts';

export { apply } from './core/apply.ts';
export type { ArrayLike, NestedArray, NumericArray, TensorLike } from './core/convert.ts';
export type {
  AnyOp,
  BatchRule,
  Derivative,
  Differentiability,
  Expansion,
  NotDifferentiable,
  Op,
  Point,
  Reads,
  Traits,
  ZeroGradient,
} from './core/op.ts';
export { defineOp, notDifferentiable, zeroGradient } from './core/op.ts';
export type { NestedNumbers } from './core/tensor.ts';
export { Tensor } from './core/tensor.ts';
export type { MapLeaves } from './core/tree.ts';
export { Variable } from './core/variable.ts';

export { leakyRelu, logSoftmax, relu, sigmoid, softmax, softplus } from './ops/activations.ts';
export {
  abs,
  addN,
  div,
  floorDiv,
  mod,
  mul,
  neg,
  reciprocal,
  rsqrt,
  sqrt,
  square,
  squaredDifference,
  sub,
} from './ops/arithmetic.ts';
export {
  equal,
  greater,
  greaterEqual,
  isFinite,
  isInf,
  isNaN,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  notEqual,
} from './ops/compare.ts';
export { add } from './ops/elementwise.ts';
export { gather, oneHot, unsortedSegmentSum } from './ops/indexing.ts';
export { concat, split, stack, unstack } from './ops/joining.ts';
export {
  losses,
  meanSquaredError,
  Reduction,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  sparseSoftmaxCrossEntropy,
} from './ops/losses.ts';
export { dot, matMul, outerProduct } from './ops/matmul.ts';
export {
  dropout,
  randomNormal,
  randomStandardNormal,
  randomUniform,
  randomUniformInt,
  setSeed,
  truncatedNormal,
} from './ops/random.ts';
export { betainc } from './ops/betaFunctions.ts';
export { besselI0, besselI0e, besselI1, besselI1e, besselJ0, besselJ1 } from './ops/bessel.ts';
export { besselK0, besselK0e, besselK1, besselK1e, besselY0, besselY1 } from './ops/bessel.ts';
export { erfc, erfcinv, erfinv, ndtr, ndtri } from './ops/errorFunctions.ts';
export { digamma, igamma, igammac, lgamma, polygamma, zeta } from './ops/gammaFunctions.ts';
export { dawsn, expint, fresnelCos, fresnelSin, spence } from './ops/integrals.ts';
export { lbeta } from './functions/special.ts';
export { all, any, argMax, argMin, cumsum, logSumExp, max, mean, min, prod } from './ops/reduce.ts';
export { ceil, clipByValue, floor, maximum, minimum, round, sign, where } from './ops/select.ts';
export { pad, reverse, slice, tile } from './ops/slicing.ts';
export {
  broadcastTo,
  cast,
  expandDims,
  identity,
  onesLike,
  reshape,
  squeeze,
  stopGradient,
  sum,
  transpose,
  zerosLike,
} from './ops/structural.ts';
export {
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atan2,
  atanh,
  cos,
  cosh,
  erf,
  exp,
  expm1,
  log,
  log1p,
  pow,
  sin,
  sinh,
  tan,
  tanh,
} from './ops/transcendental.ts';

export { assignAdd, assignSub } from './functions/assign.ts';
export {
  eye,
  fill,
  getDefaultFloat,
  linspace,
  ones,
  range,
  scalar,
  setDefaultFloat,
  setMaxElements,
  tensor,
  variable,
  wrap,
  zeros,
} from './functions/creation.ts';

export type {
  CustomGradient,
  CustomGradients,
  GradContext,
  GradientsWithVariables,
  GradSaveFunc,
  InputGradients,
} from './transforms/customGradient.ts';
export { customGrad, customGradient, gradPassThrough } from './transforms/customGradient.ts';
export type { JvpOptions } from './transforms/forward.ts';
export { ForwardAccumulator } from './transforms/forward.ts';
export type { NamedGrads, ValueAndGrad, ValueAndGrads } from './transforms/grad.ts';
export { grad, grads, valueAndGrad, valueAndGrads, variableGrads } from './transforms/grad.ts';
export type { CotangentTree, Leaf, LeafTree } from './transforms/leaves.ts';
export { recomputeGrad } from './transforms/recomputeGrad.ts';
export type { GradientOptions, GradientTapeOptions } from './transforms/tape.ts';
export { GradientTape } from './transforms/tape.ts';
export type { TensorTree, VmapOptions } from './transforms/vmap.ts';
export { vmap } from './transforms/vmap.ts';

export type { GradientsOptions } from './graph/gradients.ts';
export { gradients, placeholder } from './graph/gradients.ts';
export { Graph } from './graph/graph.ts';
export type { Feeds, Fetched, Fetches } from './graph/session.ts';
export { Session } from './graph/session.ts';

export { AdamOptimizer } from './optim/adam.ts';
export { MomentumOptimizer } from './optim/momentum.ts';
export { Optimizer } from './optim/optimizer.ts';
export { SGDOptimizer } from './optim/sgd.ts';
export { train } from './optim/train.ts';
export type { GradientPair, Gradients, NamedTensor } from './optim/updates.ts';
