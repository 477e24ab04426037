/**
 * The methods of `Tensor` and `Variable`: the public function of the same name with the tensor as
 * first argument. Their types and documentation are derived from the one table below.
 *
 * Whoever imports them also gets what a program of functions alone can do without: the text of tensors
 * with their values, vectors in the kernels that every program uses, and memory that passes use again.
 */

import type { DType } from './base/dtype.ts';
import { misuse, ShapeError } from './base/errors.ts';
import { installPrinter } from './base/printing.ts';
import type { TensorLike } from './core/convert.ts';
import { Tensor } from './core/tensor.ts';
import { Variable } from './core/variable.ts';
import * as assigning from './functions/assign.ts';
import * as handling from './functions/handling.ts';
import * as shapes from './functions/shapes.ts';
import * as norms from './functions/norms.ts';
import * as statistics from './functions/statistics.ts';
import * as spectral from './functions/spectral.ts';
import * as activations from './ops/activations.ts';
import * as linearUnits from './ops/linearUnits.ts';
import * as arithmetic from './ops/arithmetic.ts';
import * as comparing from './ops/compare.ts';
import * as complex from './ops/complex.ts';
import * as conjugate from './ops/conjugate.ts';
import * as elementwise from './ops/elementwise.ts';
import * as convolutions from './ops/convolution.ts';
import * as separableConvolution from './ops/separableConvolution.ts';
import * as dilations from './ops/dilation.ts';
import * as pools from './ops/pooling.ts';
import * as transposedConvolutions from './ops/transposedConvolution.ts';
import * as fourier from './ops/fourier.ts';
import * as activating from './functions/activations.ts';
import * as normalization from './functions/normalization.ts';
import * as safeArithmetic from './functions/safeArithmetic.ts';
import * as resampling from './ops/resample.ts';
import { installVectors } from './kernels/wasm/install.ts';
import { ownMethods } from './functions/methods.ts';
import * as rearranging from './functions/rearrange.ts';
import * as strided from './functions/stridedSlice.ts';
import * as indexing from './ops/indexing.ts';
import * as joining from './ops/joining.ts';
import * as products from './ops/matmul.ts';
import * as norming from './ops/norms.ts';
import * as reductions from './ops/reduce.ts';
import * as scanning from './ops/scan.ts';
import * as selecting from './ops/select.ts';
import * as sets from './ops/sets.ts';
import * as slicing from './ops/slicing.ts';
import * as sorting from './ops/sort.ts';
import * as structural from './ops/structural.ts';
import * as transcendental from './ops/transcendental.ts';
import { installPassMemory } from './transforms/passMemory.ts';

/** The functions, each named by itself: a module taken whole would put all of it into every bundle. */
const functions = {
  clone: handling.clone,
  print: handling.print,
  ensureShape: shapes.ensureShape,
  broadcastTo: structural.broadcastTo,
  expandDims: structural.expandDims,
  onesLike: structural.onesLike,
  squeeze: structural.squeeze,
  stopGradient: structural.stopGradient,
  sum: structural.sum,
  transpose: structural.transpose,
  zerosLike: structural.zerosLike,
  imag: complex.imag,
  real: complex.real,
  conj: conjugate.conj,
  add: elementwise.add,
  pad: slicing.pad,
  reverse: slicing.reverse,
  slice: slicing.slice,
  tile: slicing.tile,
  split: joining.split,
  unstack: joining.unstack,
  gather: indexing.gather,
  oneHot: indexing.oneHot,
  unsortedSegmentSum: indexing.unsortedSegmentSum,
  equal: comparing.equal,
  greater: comparing.greater,
  greaterEqual: comparing.greaterEqual,
  less: comparing.less,
  lessEqual: comparing.lessEqual,
  notEqual: comparing.notEqual,
  logicalAnd: comparing.logicalAnd,
  logicalNot: comparing.logicalNot,
  logicalOr: comparing.logicalOr,
  logicalXor: comparing.logicalXor,
  isFinite: comparing.isFinite,
  isInf: comparing.isInf,
  isNaN: comparing.isNaN,
  clipByValue: selecting.clipByValue,
  maximum: selecting.maximum,
  minimum: selecting.minimum,
  ceil: selecting.ceil,
  floor: selecting.floor,
  round: selecting.round,
  sign: selecting.sign,
  abs: arithmetic.abs,
  div: arithmetic.div,
  floorDiv: arithmetic.floorDiv,
  mod: arithmetic.mod,
  mul: arithmetic.mul,
  neg: arithmetic.neg,
  reciprocal: arithmetic.reciprocal,
  rsqrt: arithmetic.rsqrt,
  sqrt: arithmetic.sqrt,
  square: arithmetic.square,
  squaredDifference: arithmetic.squaredDifference,
  sub: arithmetic.sub,
  acos: transcendental.acos,
  acosh: transcendental.acosh,
  asin: transcendental.asin,
  asinh: transcendental.asinh,
  atan: transcendental.atan,
  atan2: transcendental.atan2,
  atanh: transcendental.atanh,
  cos: transcendental.cos,
  cosh: transcendental.cosh,
  erf: transcendental.erf,
  exp: transcendental.exp,
  expm1: transcendental.expm1,
  log: transcendental.log,
  log1p: transcendental.log1p,
  pow: transcendental.pow,
  sin: transcendental.sin,
  sinh: transcendental.sinh,
  tan: transcendental.tan,
  tanh: transcendental.tanh,
  leakyRelu: activations.leakyRelu,
  logSoftmax: activations.logSoftmax,
  relu: activations.relu,
  sigmoid: activations.sigmoid,
  softmax: activations.softmax,
  softplus: activations.softplus,
  all: reductions.all,
  any: reductions.any,
  argMax: reductions.argMax,
  argMin: reductions.argMin,
  logSumExp: reductions.logSumExp,
  max: reductions.max,
  mean: reductions.mean,
  countNonzero: reductions.countNonzero,
  min: reductions.min,
  prod: reductions.prod,
  unique: sets.unique,
  euclideanNorm: norming.euclideanNorm,
  norm: norms.norm,
  median: statistics.median,
  moments: statistics.moments,
  percentile: statistics.percentile,
  quantile: statistics.quantile,
  std: statistics.std,
  variance: statistics.variance,
  cummax: scanning.cummax,
  cummin: scanning.cummin,
  cumprod: scanning.cumprod,
  cumsum: scanning.cumsum,
  logCumsumExp: scanning.logCumsumExp,
  argSort: sorting.argSort,
  sort: sorting.sort,
  topk: sorting.topk,
  conv1d: convolutions.conv1d,
  conv2d: convolutions.conv2d,
  depthwiseConv2d: convolutions.depthwiseConv2d,
  separableConv2d: separableConvolution.separableConv2d,
  conv2dTranspose: transposedConvolutions.conv2dTranspose,
  avgPool: pools.avgPool,
  maxPool: pools.maxPool,
  pool: pools.pool,
  dilation2d: dilations.dilation2d,
  elu: linearUnits.elu,
  logSigmoid: activating.logSigmoid,
  prelu: activating.prelu,
  relu6: activating.relu6,
  selu: linearUnits.selu,
  step: activating.step,
  divNoNan: safeArithmetic.divNoNan,
  batchNorm: normalization.batchNorm,
  localResponseNormalization: normalization.localResponseNormalization,
  resizeBilinear: resampling.resizeBilinear,
  resizeNearestNeighbor: resampling.resizeNearestNeighbor,
  batchToSpaceND: rearranging.batchToSpaceND,
  depthToSpace: rearranging.depthToSpace,
  mirrorPad: rearranging.mirrorPad,
  spaceToBatchND: rearranging.spaceToBatchND,
  stridedSlice: strided.stridedSlice,
  dot: products.dot,
  matMul: products.matMul,
  outerProduct: products.outerProduct,
  fft: fourier.fft,
  ifft: fourier.ifft,
  irfft: spectral.irfft,
  rfft: spectral.rfft,
} as const;

type Modules = typeof handling &
  typeof shapes &
  typeof structural &
  typeof complex &
  typeof conjugate &
  typeof elementwise &
  typeof slicing &
  typeof joining &
  typeof indexing &
  typeof comparing &
  typeof selecting &
  typeof arithmetic &
  typeof transcendental &
  typeof activations &
  typeof linearUnits &
  typeof reductions &
  typeof sets &
  typeof norming &
  typeof norms &
  typeof statistics &
  typeof scanning &
  typeof sorting &
  typeof convolutions &
  typeof separableConvolution &
  typeof transposedConvolutions &
  typeof pools &
  typeof dilations &
  typeof activating &
  typeof safeArithmetic &
  typeof normalization &
  typeof resampling &
  typeof rearranging &
  typeof strided &
  typeof products &
  typeof fourier &
  typeof spectral;

/** Typed by the modules, where the documentation stands. */
type Functions = Pick<Modules, keyof typeof functions>;

const methods = { ...ownMethods, ...functions };

const variableMethods = { assignAdd: assigning.assignAdd, assignSub: assigning.assignSub };

/** The function with its first argument before the dot. */
type Method<F> = F extends (x: never, ...rest: infer A) => infer R ? (...rest: A) => R : never;

/** The public functions as methods; iteration is over the rows. */
export interface TensorMethods extends MethodsOf<typeof ownMethods & Functions> {
  /**
   * The rows: the tensors along the first axis, differentiable like any op's results.
   *
   * @throws ShapeError for a scalar, which has none
   */
  [Symbol.iterator](): IterableIterator<Tensor>;
}

/** What variables have besides. */
export interface VariableMethods<D extends DType> {
  /** Adds `x` and returns the new value, which counts as a read. */
  assignAdd(x: TensorLike): Tensor<D>;
  /** Subtracts `x` and returns the new value, which counts as a read. */
  assignSub(x: TensorLike): Tensor<D>;
}

type MethodsOf<Table> = { [Name in keyof Table]: Method<Table[Name]> };

declare module './core/tensor.ts' {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- merging wants the same parameters
  interface Tensor<D extends DType = DType> extends TensorMethods {}
}

declare module './core/variable.ts' {
  interface Variable<D extends DType = DType> extends TensorMethods, VariableMethods<D> {}
}

function rowsOf(x: Tensor | Variable): IterableIterator<Tensor> {
  if (x.rank > 0) return joining.unstack(x)[Symbol.iterator]();
  const hint = 'item() gives the number in a scalar';
  throw misuse(ShapeError, 'iterate', 'tensor', 'have rows', x.describe(), hint);
}

type AnyMethod = (x: TensorLike, ...rest: unknown[]) => unknown;

/** Puts the functions on a prototype: once, and never over a member of the class itself. */
function install(prototype: object, table: object): void {
  for (const [name, method] of Object.entries(table)) {
    if (Object.hasOwn(prototype, name)) continue;
    define(prototype, name, function (this: TensorLike, ...rest: unknown[]) {
      return (method as AnyMethod)(this, ...rest);
    });
  }
  define(prototype, Symbol.iterator, function (this: Tensor | Variable) {
    return rowsOf(this);
  });
}

// Not enumerable, as the methods of a class.
function define(prototype: object, name: string | symbol, value: unknown): void {
  Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
}

installPrinter();
installVectors();
installPassMemory();
install(Tensor.prototype, methods);
install(Variable.prototype, { ...methods, ...variableMethods });
