import type { Values } from './dtype.ts';

/** A matrix that lies anywhere in an array; steps in elements. */
export interface Matrix {
  readonly values: Values;
  readonly at: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

/** The sizes of a product: (m, k) by (k, n). */
export interface ProductSizes {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** Products of matrices by a library outside of JavaScript; `gradtape/native` brings one. */
export interface NativeProducts {
  /** What it says of itself; `gradtape/native` gives it its type. */
  readonly library: object;
  /** Whether one product of these sizes is worth a call. */
  takes(values: Values, sizes: ProductSizes): boolean;
  /** `y = a b`, or `y += a b`; false, with nothing done, for what it does not take. */
  multiply(a: Matrix, b: Matrix, y: Matrix, sizes: ProductSizes, isAdded?: boolean): boolean;
  /** Convolutions, and their gradients, that vectors would compute: kernels give those their type. */
  convolve(convolution: object): boolean;
  convolveBack(convolution: object): boolean;
  correlate(convolution: object): boolean;
}
