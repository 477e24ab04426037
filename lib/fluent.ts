/**
 * The methods of `Tensor` and `Variable`: the public function of the same name with the tensor as
 * first argument. Their types and documentation are derived from the one table below.
 */

import type { DType } from './base/dtype.ts';
import { misuse, ShapeError } from './base/errors.ts';
import type { Shape } from './base/shape.ts';
import type { TensorLike } from './core/convert.ts';
import { asTensor } from './core/convert.ts';
import { Tensor } from './core/tensor.ts';
import { isVariable, Variable } from './core/variable.ts';
import * as assigning from './functions/assign.ts';
import type { TensorBuffer } from './functions/buffer.ts';
import { buffer } from './functions/buffer.ts';
import { variable } from './functions/creation.ts';
import * as handling from './functions/handling.ts';
import * as shapes from './functions/shapes.ts';
import * as norms from './functions/norms.ts';
import * as statistics from './functions/statistics.ts';
import * as spectral from './functions/spectral.ts';
import * as activations from './ops/activations.ts';
import * as arithmetic from './ops/arithmetic.ts';
import * as comparing from './ops/compare.ts';
import * as complex from './ops/complex.ts';
import * as conjugate from './ops/conjugate.ts';
import * as elementwise from './ops/elementwise.ts';
import * as convolutions from './ops/convolution.ts';
import * as dilations from './ops/dilation.ts';
import * as pools from './ops/pooling.ts';
import * as transposedConvolutions from './ops/transposedConvolution.ts';
import * as fourier from './ops/fourier.ts';
import * as activating from './functions/activations.ts';
import * as normalization from './functions/normalization.ts';
import * as safeArithmetic from './functions/safeArithmetic.ts';
import * as resampling from './ops/resample.ts';
import { getAt, withAt } from './functions/indexing.ts';
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

/** One tensor, or an array of what tensors can be made of. */
type Several = Tensor | Variable | readonly TensorLike[];

/** Methods whose function takes the tensor elsewhere than first, or that are methods only. */
const own = {
  /** A variable with this tensor as its first value. */
  variable: (x: TensorLike, trainable = true, name?: string, dtype?: DType): Variable =>
    variable(x, trainable, name, dtype),

  /** A buffer over a copy of the values, which loops may read and write. */
  bufferSync: (x: TensorLike): TensorBuffer => bufferOf(asTensor(x, 'x', 'bufferSync')),

  /** As `bufferSync`, as a promise. */
  buffer: (x: TensorLike): Promise<TensorBuffer> =>
    Promise.resolve(x).then((value) => bufferOf(asTensor(value, 'x', 'buffer'))),

  /** This tensor and others, joined end to end along an existing axis. */
  concat: (x: TensorLike, others: Several, axis = 0): Tensor =>
    joining.concat([x, ...listOf(others)], axis),

  /** This tensor and others of its shape, stacked along a new axis. */
  stack: (x: TensorLike, others: Several, axis = 0): Tensor =>
    joining.stack([x, ...listOf(others)], axis),

  /** This tensor where the condition holds, else `other`. */
  where: (x: TensorLike, condition: TensorLike, other: TensorLike): Tensor =>
    selecting.where(condition, x, other),

  /** The same values in another shape; a size of -1 follows from the others. */
  reshape: (x: TensorLike, shape: Shape): Tensor => renewed(x, structural.reshape(x, shape)),

  /** The same values as another dtype. */
  cast: (x: TensorLike, dtype: DType): Tensor => renewed(x, structural.cast(x, dtype)),

  /** The same values in the shape of another tensor. */
  reshapeAs: (x: TensorLike, other: Tensor | Variable): Tensor =>
    structural.reshape(
      x,
      isVariable(other) ? other.shape : asTensor(other, 'other', 'reshapeAs').shape,
    ),

  /** All elements along one axis. */
  flatten: (x: TensorLike): Tensor => renewed(x, structural.reshape(x, [-1])),

  /** The only element as a scalar tensor. */
  asScalar: (x: TensorLike): Tensor => renewed(x, structural.reshape(x, [])),

  /** All elements along one axis. */
  as1D: (x: TensorLike): Tensor => renewed(x, structural.reshape(x, [-1])),

  /** The same values as a matrix. */
  as2D: (x: TensorLike, rows: number, columns: number): Tensor =>
    structural.reshape(x, [rows, columns]),

  /** The same values along three axes. */
  as3D: (x: TensorLike, ...shape: [rows: number, columns: number, depth: number]): Tensor =>
    structural.reshape(x, shape),

  /** The same values along four axes. */
  as4D: (
    x: TensorLike,
    ...shape: [rows: number, columns: number, depth: number, depth2: number]
  ): Tensor => structural.reshape(x, shape),

  /** The same values along five axes. */
  as5D: (
    x: TensorLike,
    ...shape: [rows: number, columns: number, depth: number, depth2: number, depth3: number]
  ): Tensor => structural.reshape(x, shape),

  /** The same values as another dtype. */
  asType: (x: TensorLike, dtype: DType): Tensor => renewed(x, structural.cast(x, dtype)),

  /** The same values as float32. */
  toFloat: (x: TensorLike): Tensor => renewed(x, structural.cast(x, 'float32')),

  /** The same values as int32, without their fractions. */
  toInt: (x: TensorLike): Tensor => renewed(x, structural.cast(x, 'int32')),

  /** Whether each value differs from 0. */
  toBool: (x: TensorLike): Tensor => renewed(x, structural.cast(x, 'bool')),
} as const;

const methods = {
  ...own,
  ...pick(handling, 'clone', 'print'),
  ...pick(shapes, 'ensureShape'),
  ...pick(structural, 'broadcastTo', 'expandDims', 'onesLike', 'squeeze'),
  ...pick(structural, 'stopGradient', 'sum', 'transpose', 'zerosLike'),
  ...pick(complex, 'imag', 'real'),
  ...pick(conjugate, 'conj'),
  ...pick(elementwise, 'add'),
  ...pick(slicing, 'pad', 'reverse', 'slice', 'tile'),
  ...pick(joining, 'split', 'unstack'),
  ...pick(indexing, 'gather', 'oneHot', 'unsortedSegmentSum'),
  ...pick(comparing, 'equal', 'greater', 'greaterEqual', 'less', 'lessEqual', 'notEqual'),
  ...pick(comparing, 'logicalAnd', 'logicalNot', 'logicalOr', 'logicalXor'),
  ...pick(comparing, 'isFinite', 'isInf', 'isNaN'),
  ...pick(selecting, 'clipByValue', 'maximum', 'minimum'),
  ...pick(selecting, 'ceil', 'floor', 'round', 'sign'),
  ...pick(arithmetic, 'abs', 'div', 'floorDiv', 'mod', 'mul', 'neg', 'reciprocal', 'rsqrt'),
  ...pick(arithmetic, 'sqrt', 'square', 'squaredDifference', 'sub'),
  ...pick(transcendental, 'acos', 'acosh', 'asin', 'asinh', 'atan', 'atan2', 'atanh', 'cos'),
  ...pick(transcendental, 'cosh', 'erf', 'exp', 'expm1', 'log', 'log1p', 'pow', 'sin', 'sinh'),
  ...pick(transcendental, 'tan', 'tanh'),
  ...pick(activations, 'leakyRelu', 'logSoftmax', 'relu', 'sigmoid', 'softmax', 'softplus'),
  ...pick(reductions, 'all', 'any', 'argMax', 'argMin', 'logSumExp', 'max', 'mean'),
  ...pick(reductions, 'countNonzero', 'min', 'prod'),
  ...pick(sets, 'unique'),
  ...pick(norming, 'euclideanNorm'),
  ...pick(norms, 'norm'),
  ...pick(statistics, 'median', 'moments', 'percentile', 'quantile', 'std', 'variance'),
  ...pick(scanning, 'cummax', 'cummin', 'cumprod', 'cumsum', 'logCumsumExp'),
  ...pick(sorting, 'argSort', 'sort', 'topk'),
  ...pick(convolutions, 'conv1d', 'conv2d', 'depthwiseConv2d', 'separableConv2d'),
  ...pick(transposedConvolutions, 'conv2dTranspose'),
  ...pick(pools, 'avgPool', 'maxPool', 'pool'),
  ...pick(dilations, 'dilation2d'),
  ...pick(activating, 'elu', 'logSigmoid', 'prelu', 'relu6', 'selu', 'step'),
  ...pick(safeArithmetic, 'divNoNan'),
  ...pick(normalization, 'batchNorm', 'localResponseNormalization'),
  ...pick(resampling, 'resizeBilinear', 'resizeNearestNeighbor'),
  ...pick(rearranging, 'batchToSpaceND', 'depthToSpace', 'mirrorPad', 'spaceToBatchND'),
  ...pick(strided, 'stridedSlice'),
  get: getAt,
  with: withAt,
  ...pick(products, 'dot', 'matMul', 'outerProduct'),
  ...pick(fourier, 'fft', 'ifft'),
  ...pick(spectral, 'irfft', 'rfft'),
} as const;

const variableMethods = pick(assigning, 'assignAdd', 'assignSub');

/** The function with its first argument before the dot. */
type Method<F> = F extends (x: never, ...rest: infer A) => infer R ? (...rest: A) => R : never;

/** The public functions as methods; iteration is over the rows. */
export interface TensorMethods extends MethodsOf<typeof methods> {
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

/** Some members of a module; unlike an import by name, this keeps their documentation. */
function pick<M extends object, N extends keyof M>(module: M, ...names: N[]): Pick<M, N> {
  return Object.fromEntries(names.map((name) => [name, module[name]])) as Pick<M, N>;
}

/**
 * A handle of its own, so that a program may dispose of the tensor it called the method on; the
 * functions hand out their argument where there is nothing to do.
 */
function renewed(x: TensorLike, result: Tensor): Tensor {
  return result === x ? structural.identity(result) : result;
}

function bufferOf(x: Tensor): TensorBuffer {
  return buffer(x.shape, x.dtype, x.dataSync());
}

function listOf(others: Several): readonly TensorLike[] {
  return Array.isArray(others) ? (others as readonly TensorLike[]) : [others as TensorLike];
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

install(Tensor.prototype, methods);
install(Variable.prototype, { ...methods, ...variableMethods });
