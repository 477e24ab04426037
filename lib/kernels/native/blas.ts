import type { Values } from '../../base/dtype.ts';
import type { Matrix, NativeProducts, ProductSizes } from '../../base/products.ts';
import { runtime } from '../../base/runtime.ts';
import type { Convolution } from '../wasm/convolution.ts';
import { convolve, convolveBack, correlate } from './convolution.ts';

/*
 * Products of matrices by the C interface of BLAS. The arrays of tensors are handed over as they are:
 * a library that is given an address copies nothing.
 */

/** Functions of a library for one float type, with the parameters of cblas.h. */
export interface BlasFunctions {
  /** (order, transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, y, ldy) */
  readonly gemm: (...args: (number | Values)[]) => unknown;
  /** (order, transpose, rows, columns, alpha, a, lda, x, stepX, beta, y, stepY) */
  readonly gemv: (...args: (number | Values)[]) => unknown;
}

// Of the enumerations of cblas.h.
const rowMajor = 101;
const asItIs = 111;
const transposed = 112;

/** Below so many products of numbers, the loops are as fast as a call. */
const leastForCall = 512;

/** The largest size or step that fits the integers of nearly all libraries. */
const largest = 2 ** 31 - 1;

/** A matrix as BLAS takes it: the array from its first element on, and the step between its lines. */
interface Factor {
  readonly values: Values;
  readonly order: number;
  readonly step: number;
}

/** Products by a library's functions for float32 and float64. */
export function blasProducts(
  library: object,
  single: BlasFunctions,
  double: BlasFunctions,
): NativeProducts {
  const functionsFor = (values: Values, { m, n, k }: ProductSizes): BlasFunctions | null => {
    // A library sums in an order of its own.
    if (m * n * k < leastForCall || runtime.vectors.reproducible) return null;
    if (values instanceof Float32Array) return single;
    return values instanceof Float64Array ? double : null;
  };
  const doConvolution = (kernel: typeof convolve, convolution: object): boolean => {
    const call = convolution as Convolution;
    const { layout, y, filter, outputs: n } = call;
    const m = layout.together * layout.places.length;
    const functions = functionsFor(y, { m, n, k: filter.length / n });
    if (functions !== null) kernel(multiplyBy.bind(null, functions), call);
    return functions !== null;
  };
  return {
    library,
    takes: (values, sizes) => functionsFor(values, sizes) !== null,
    multiply: (a, b, y, sizes, isAdded = false) => {
      const functions = functionsFor(y.values, sizes);
      return functions !== null && multiplyBy(functions, a, b, y, sizes, isAdded);
    },
    convolve: (call) => doConvolution(convolve, call),
    convolveBack: (call) => doConvolution(convolveBack, call),
    correlate: (call) => doConvolution(correlate, call),
  };
}

function multiplyBy(
  { gemm, gemv }: BlasFunctions,
  a: Matrix,
  b: Matrix,
  y: Matrix,
  { m, n, k }: ProductSizes,
  isAdded: boolean,
): boolean {
  const left = factorOf(a, m, k, y.values);
  const right = factorOf(b, k, n, y.values);
  const result = factorOf(y, m, n, y.values);
  if (left === null || right === null || result?.order !== asItIs) return false;
  const beta = isAdded ? 1 : 0;
  const to = result.values;
  const isColumn = n === 1 && y.rowStep === 1;
  // Some libraries scale what is there also where the factor is 0, and NaN would stay.
  if ((isColumn || m === 1) && !isAdded) to.fill(0, 0, Math.max(m, n));
  if (isColumn) {
    const sizes = left.order === asItIs ? [m, k] : [k, m];
    const x = [right.values, b.rowStep] as const;
    gemv(rowMajor, left.order, ...sizes, 1, left.values, left.step, ...x, beta, to, 1);
  } else if (m === 1) {
    const [order, ...sizes] = right.order === asItIs ? [transposed, k, n] : [asItIs, n, k];
    const x = [left.values, a.columnStep] as const;
    gemv(rowMajor, order, ...sizes, 1, right.values, right.step, ...x, beta, to, 1);
  } else {
    const factors = [left.values, left.step, right.values, right.step] as const;
    const { order } = right;
    gemm(rowMajor, left.order, order, m, n, k, 1, ...factors, beta, to, result.step);
  }
  return true;
}

/** Null for what a library cannot take: another type than that of `like`, or steps on both axes. */
function factorOf(x: Matrix, rows: number, columns: number, like: Values): Factor | null {
  const { at, rowStep, columnStep } = x;
  if (x.values.constructor !== like.constructor) return null;
  if (Math.max(rows, columns, rowStep, columnStep) > largest) return null;
  // An array that was transferred to another thread is empty, and would be read beyond its end.
  if (at + (rows - 1) * rowStep + (columns - 1) * columnStep >= x.values.length) return null;
  const values = at === 0 ? x.values : x.values.subarray(at);
  if (columnStep === 1 && (rows === 1 || rowStep >= columns)) {
    return { values, order: asItIs, step: Math.max(rowStep, columns) };
  }
  if (rowStep === 1 && (columns === 1 || columnStep >= rows)) {
    return { values, order: transposed, step: Math.max(columnStep, rows) };
  }
  return null;
}
