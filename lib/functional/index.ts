/**
 * The public names as functions: `gradtape/functional`. Tensors have no methods here, and the tape no
 * more of them than a gradient takes, so that a bundle holds what a program names and little else.
 */

export type { ComplexDType, DType, FloatDType, ValuesOf } from '../base/dtype.ts';
export type { NonFinitePlace, UnconnectedCause } from '../base/errors.ts';
export {
  AllocationError,
  ArgumentError,
  AxisError,
  DTypeError,
  ConvergenceError,
  GradtapeError,
  IndexError,
  NonFiniteError,
  ShapeError,
  TapeError,
  UnconnectedGradientError,
  UnsupportedError,
} from '../base/errors.ts';
export type { Shape, Spec } from '../base/shape.ts';
export { specOf } from '../base/shape.ts';

export type { Kernel, Operand } from '../kernels/kernel.ts';

export type { ArrayLike, NestedArray, NumericArray, TensorLike } from '../core/convert.ts';
export type {
  AnyOp,
  BatchRule,
  Derivative,
  Differentiability,
  Expansion,
  NotDifferentiable,
  Op,
  RowShare,
  Point,
  Reads,
  Traits,
  ZeroGradient,
} from '../core/op.ts';
export { notDifferentiable, zeroGradient } from '../core/op.ts';
export type {
  Each,
  NamedOp,
  NamedPoint,
  NamedRules,
  Names,
  OpDefinition,
  PlainSpec,
  Shares,
} from '../core/namedOp.ts';
export type { NestedNumbers } from '../core/tensor.ts';
export { Tensor } from '../core/tensor.ts';
export type { MapLeaves } from '../core/tree.ts';
export { Variable } from '../core/variable.ts';

export { leakyRelu, logSoftmax, relu, sigmoid, softmax, softplus } from '../ops/activations.ts';
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
} from '../ops/arithmetic.ts';
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
} from '../ops/compare.ts';
export { hypot, logAddExp, nextAfter, truncateDiv, truncateMod } from '../ops/binary.ts';
export {
  bitwiseAnd,
  bitwiseNot,
  bitwiseOr,
  bitwiseXor,
  leftShift,
  rightShift,
} from '../ops/bitwise.ts';
export { diagonal, embedDiagonal } from '../ops/diagonal.ts';
export { complex, imag, real } from '../ops/complex.ts';
export { conj } from '../ops/conjugate.ts';
export { add } from '../ops/elementwise.ts';
export { gather, oneHot, unsortedSegmentSum } from '../ops/indexing.ts';
export { concat, split, stack, unstack } from '../ops/joining.ts';
export {
  absoluteDifference,
  computeWeightedLoss,
  cosineDistance,
  hingeLoss,
  huberLoss,
  kullbackLeiblerDivergence,
  logLoss,
  logPoissonLoss,
  losses,
  poissonLoss,
  sigmoidCrossEntropyWithLogits,
  softmaxCrossEntropyWithLogits,
  weightedCrossEntropyWithLogits,
} from '../functions/losses.ts';
export { Reduction } from '../ops/weighting.ts';
export {
  meanSquaredError,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  sparseSoftmaxCrossEntropy,
  sparseSoftmaxCrossEntropyWithLogits,
} from '../ops/losses.ts';
export { conv1d, conv2d, conv3d, depthwiseConv2d } from '../ops/convolution.ts';
export { separableConv2d } from '../ops/separableConvolution.ts';
export { dilation2d, erosion2d } from '../ops/dilation.ts';
export { avgPool, avgPool3d, maxPool, maxPool3d, maxPoolWithArgmax, pool } from '../ops/pooling.ts';
export { conv1dTranspose, conv2dTranspose, conv3dTranspose } from '../ops/transposedConvolution.ts';
export type { Padding, PerAxis, RoundingMode } from '../ops/windows.ts';
export { dot, matMul, outerProduct } from '../ops/matmul.ts';
export { multinomial, randomGamma, randomPoisson } from '../ops/distributions.ts';
export { ctcLoss } from '../functions/ctc.ts';
export { reproducible, useWebAssembly } from '../functions/engine.ts';
export { randomShuffle } from '../functions/shuffling.ts';
export {
  dropout,
  randomNormal,
  randomStandardNormal,
  randomUniform,
  randomUniformInt,
  setSeed,
  truncatedNormal,
} from '../ops/random.ts';
export { euclideanNorm, euclideanNorm as reduceEuclideanNorm } from '../ops/norms.ts';
export {
  all,
  any,
  argMax,
  argMin,
  countNonzero,
  logSumExp,
  max,
  mean,
  min,
  prod,
} from '../ops/reduce.ts';
export {
  cummax,
  cummin,
  cumprod,
  cumsum,
  logCumsumExp,
  logCumsumExp as cumulativeLogsumexp,
} from '../ops/scan.ts';
export { betainc } from '../ops/betaFunctions.ts';
export { besselI0, besselI0e, besselI1, besselI1e, besselJ0, besselJ1 } from '../ops/bessel.ts';
export {
  besselK0,
  besselK0e,
  besselK1,
  besselK1e,
  besselY0,
  besselY1,
  sinc,
} from '../ops/bessel.ts';
export { erfc, erfcinv, erfinv, ndtr, ndtri } from '../ops/errorFunctions.ts';
export { digamma, igamma, igammac, lgamma, polygamma, zeta } from '../ops/gammaFunctions.ts';
export { dawsn, expint, fresnelCos, fresnelSin, spence } from '../ops/integrals.ts';
export { lbeta } from '../functions/special.ts';
export { ceil, clipByValue, floor, maximum, minimum, round, sign, where } from '../ops/select.ts';
export { pad, reverse, slice, tile } from '../ops/slicing.ts';
export { inTopKAsync, setdiff1d, setdiff1dAsync, unique, uniqueWithCounts } from '../ops/sets.ts';
export { argSort, inTopK, lowerBound, searchSorted, sort, topk, upperBound } from '../ops/sort.ts';
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
} from '../ops/structural.ts';
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
} from '../ops/transcendental.ts';

export { angle } from '../functions/complex.ts';
export * as image from '../image/index.ts';

export {
  celu,
  crelu,
  hardSigmoid,
  hardSwish,
  logSigmoid,
  prelu,
  relu6,
  softsign,
  step,
} from '../functions/activations.ts';
export { elu, gelu, mish, selu, silu, swish } from '../ops/linearUnits.ts';
export { assignAdd, assignSub } from '../functions/assign.ts';
export { movingAverage } from '../functions/averages.ts';
export { clone, nextFrame, print, rand } from '../functions/handling.ts';
export { broadcastArgs, enclosingPowerOfTwo, ensureShape } from '../functions/shapes.ts';
export type { AttentionOptions } from '../functions/attention.ts';
export { scaledDotProductAttention } from '../functions/attention.ts';
export {
  clipByGlobalNorm,
  clipByNorm,
  globalNorm,
  l2Loss,
  l2Normalize,
} from '../functions/clipping.ts';
export type { MeshgridOptions } from '../functions/grids.ts';
export { extractImagePatches, meshgrid } from '../functions/grids.ts';
export type { IndexPart } from '../functions/indexing.ts';
export { getAt, withAt } from '../functions/indexing.ts';
export { booleanMask, booleanMaskAsync, whereAsync } from '../functions/masks.ts';
export { cosineWindow } from '../functions/windows.ts';
export { nonzero } from '../ops/coordinates.ts';
export {
  concat1d,
  concat2d,
  concat3d,
  concat4d,
  pad1d,
  pad2d,
  pad3d,
  pad4d,
  reverse1d,
  reverse2d,
  reverse3d,
  reverse4d,
  slice1d,
  slice2d,
  slice3d,
  slice4d,
} from '../functions/ranked.ts';
export {
  batchToSpaceND,
  depthToSpace,
  mirrorPad,
  repeat,
  roll,
  sequenceMask,
  spaceToBatchND,
  spaceToDepth,
} from '../functions/rearrange.ts';
export type { RaggedGathered, RaggedRanges } from '../functions/ragged.ts';
export { raggedGather, raggedRange } from '../functions/ragged.ts';
export type { RowPartitionType } from '../functions/raggedToTensor.ts';
export { raggedTensorToTensor } from '../functions/raggedToTensor.ts';
export { stridedSlice } from '../functions/stridedSlice.ts';
export {
  gatherND,
  scatterND,
  sparseToDense,
  takeAlongAxis,
  tensorScatterAdd,
  tensorScatterMax,
  tensorScatterMin,
  tensorScatterSub,
  tensorScatterUpdate,
} from '../ops/scatter.ts';
export {
  segmentMax,
  segmentMean,
  segmentMin,
  segmentProd,
  segmentSum,
  unsortedSegmentMax,
  unsortedSegmentMean,
  unsortedSegmentMin,
  unsortedSegmentProd,
  unsortedSegmentSqrtN,
} from '../ops/segment.ts';
export * as sparse from '../sparse/index.ts';
export type { Affine } from '../functions/normalization.ts';
export {
  batchNorm,
  batchNorm2d,
  batchNorm3d,
  batchNorm4d,
  groupNorm,
  instanceNorm,
  layerNorm,
  localResponseNormalization,
  rmsNorm,
} from '../functions/normalization.ts';
export type { LSTMCellFunc } from '../functions/recurrent.ts';
export {
  basicLSTMCell,
  embeddingLookup,
  gruCell,
  lstmCell,
  multiRNNCell,
} from '../functions/recurrent.ts';
export {
  accumulateN,
  divNoNan,
  ensureFinite,
  isClose,
  xdivy,
  xlog1py,
  xlogy,
} from '../functions/safeArithmetic.ts';
export { bincount, denseBincount, histogramFixedWidth } from '../functions/counting.ts';
export { buffer, TensorBuffer } from '../functions/buffer.ts';
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
} from '../functions/creation.ts';
export { diag } from '../functions/tensorDiagonal.ts';
export * as fused from '../fused/index.ts';
export * as linalg from '../linalg/index.ts';
export { einsum } from '../functions/einsum.ts';
export { kron, tensordot } from '../functions/tensordot.ts';
export { norm } from '../functions/norms.ts';
export type { Interpolation } from '../functions/statistics.ts';
export {
  median,
  moments,
  percentile,
  quantile,
  std,
  std as reduceStd,
  variance,
  variance as reduceVariance,
  weightedMoments,
} from '../functions/statistics.ts';
export type { MemoryInfo, TensorContainer } from '../functions/memory.ts';
export { dispose, disposeVariables, keep, memory, tidy } from '../functions/memory.ts';
export type {
  DataType,
  NamedTensorMap,
  Rank,
  Scalar,
  ScalarLike,
  ShapeMap,
  Tensor1D,
  Tensor2D,
  Tensor3D,
  Tensor4D,
  Tensor5D,
  Tensor6D,
  TensorLike1D,
  TensorLike2D,
  TensorLike3D,
  TensorLike4D,
  TensorLike5D,
  TensorLike6D,
} from '../functions/ranks.ts';
export { tensor1d, tensor2d, tensor3d, tensor4d, tensor5d, tensor6d } from '../functions/ranks.ts';

export type {
  CustomGradient,
  CustomGradients,
  GradContext,
  GradientsWithVariables,
  GradSaveFunc,
  InputGradients,
} from '../transforms/customGradient.ts';
export { customGrad, customGradient, gradPassThrough } from '../transforms/customGradient.ts';
export { apply } from '../transforms/applyOp.ts';
export { defineOp } from '../transforms/defineOp.ts';
export type { JvpRule, TangentsOf } from '../transforms/customJvp.ts';
export { customJvp } from '../transforms/customJvp.ts';
export {
  clipGradient,
  clipGradientByNorm,
  gradientReversal,
} from '../transforms/gradientShaping.ts';
export type { Argnums, AtArgnums } from '../transforms/argnums.ts';
export type {
  ArgumentsOf,
  DirectionOf,
  GivenArguments,
  GivenFor,
  LikesOf,
  MirrorOf,
  TensorsOf,
} from '../transforms/arguments.ts';
export type { AxisTree } from '../transforms/batchAxes.ts';
export { elementwiseGrad } from '../transforms/elementwiseGrad.ts';
export { hessian, hessianDiagonal } from '../transforms/hessian.ts';
export type { HutchinsonOptions } from '../transforms/hutchinsonTrace.ts';
export { hutchinsonTrace } from '../transforms/hutchinsonTrace.ts';
export { linearTranspose } from '../transforms/linearTranspose.ts';
export { perExampleGrad } from '../transforms/perExampleGrad.ts';
export type { PerExampleOptions } from '../transforms/perExampleGrad.ts';
export type { GaussNewtonProduct, HessianProduct } from '../transforms/products.ts';
export { ggnvp, hvp, vhp } from '../transforms/products.ts';
export type { JacobianOptions, ModeOptions } from '../transforms/jacobian.ts';
export { jacfwd, jacobian, jacrev } from '../transforms/jacobian.ts';
export type { PassOptions } from '../transforms/jacobianPasses.ts';
export type { JvpResult } from '../transforms/jvp.ts';
export { jvp } from '../transforms/jvp.ts';
export type { Linearization } from '../transforms/linearize.ts';
export { linearize } from '../transforms/linearize.ts';
export type { AuxOption, VjpResult, WithAux } from '../transforms/vjp.ts';
export { vjp } from '../transforms/vjp.ts';
export { disableDebugMode, enableDebugMode, withDebugMode } from '../transforms/debugMode.ts';
export { profile } from '../transforms/profile.ts';
export type { Profile, ProfiledOp } from '../transforms/profileReport.ts';
export type { BreakCause, Explanation, PathStep } from '../transforms/explanation.ts';
export type { JvpOptions } from '../transforms/forward.ts';
export { ForwardAccumulator } from '../transforms/forward.ts';
export type {
  GradAndAux,
  GradOptions,
  NamedGrads,
  ValueAndGrad,
  ValueAndGrads,
} from '../transforms/grad.ts';
export { grad, grads, valueAndGrad, valueAndGrads, variableGrads } from '../transforms/grad.ts';
export type { Flops } from '../transforms/flops.ts';
export type { SavedTensorHooks } from '../transforms/savedTensors.ts';
export type { TapeSummary } from '../transforms/summary.ts';
export type { GradientHook } from '../transforms/hooks.ts';
export type { ReverseStep } from '../transforms/steps.ts';
export type { CotangentTree, Leaf, LeafTree } from '../transforms/leaves.ts';
export { derivatives, jet } from '../transforms/jet.ts';
export type { Derivatives, JetResult, SeriesOf } from '../transforms/jet.ts';
export { argmin, fixedPoint, root } from '../transforms/implicit.ts';
export type { FixedPointOptions, ImplicitOptions } from '../transforms/implicit.ts';
export { linearSolve } from '../transforms/linearSolve.ts';
export type {
  IterationOptions,
  IterationState,
  LinearMethod,
  LinearSolveOptions,
} from '../transforms/linearSolve.ts';
export { checkpointLoop } from '../transforms/checkpointLoop.ts';
export type { CheckpointLoopOptions } from '../transforms/checkpointLoop.ts';
export { checkpoint, recomputeGrad } from '../transforms/recomputeGrad.ts';
export type { GradientOptions, SparseGradientOptions } from '../transforms/gradientRequest.ts';
export type { PlainTapeOptions as GradientTapeOptions } from '../transforms/plainTape.ts';
export type { Gradient } from '../transforms/indexedSlices.ts';
export { IndexedSlices } from '../transforms/indexedSlices.ts';
export { PlainTape as GradientTape } from '../transforms/plainTape.ts';
export type { TapeJacobianOptions } from '../transforms/tapeJacobian.ts';
export type { TensorTree, VmapOptions } from '../transforms/vmap.ts';
export { vmap } from '../transforms/vmap.ts';

export type { GradientsOptions } from '../graph/gradients.ts';
export { gradients, placeholder } from '../graph/gradients.ts';
export { Graph } from '../graph/graph.ts';
export type { Feeds, Fetched, Fetches } from '../graph/session.ts';
export { Session } from '../graph/session.ts';

export * as math from '../math/index.ts';

export { AdadeltaOptimizer } from '../optim/adadelta.ts';
export { AdagradOptimizer } from '../optim/adagrad.ts';
export { AdamaxOptimizer } from '../optim/adamax.ts';
export { RMSPropOptimizer } from '../optim/rmsprop.ts';
export { AdamOptimizer } from '../optim/adam.ts';
export { MomentumOptimizer } from '../optim/momentum.ts';
export { Optimizer } from '../optim/optimizer.ts';
export { SGDOptimizer } from '../optim/sgd.ts';
export { train } from '../optim/train.ts';
export type { GradientPair, Gradients, NamedTensor } from '../optim/updates.ts';

export * as signal from '../signal/index.ts';
export * as spectral from '../spectral/index.ts';

export type { CheckGradientOptions } from '../testing/checkGradient.ts';
export { checkGradient } from '../testing/checkGradient.ts';
export type { GradientCheck, Place, WorstElement } from '../testing/gradientReport.ts';
export { GradientCheckError, GradientReport } from '../testing/gradientReport.ts';
export type { OdeFunction, OdeOptions } from '../ode/odeint.ts';
export { odeint } from '../ode/odeint.ts';
