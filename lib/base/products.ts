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

/** What a window sees: `table` names the cell under each place and tap, -1 for padding. */
export interface Patches {
  readonly x: Values;
  readonly table: Int32Array;
  readonly batch: number;
  readonly cells: number;
  readonly channels: number;
  readonly taps: number;
  readonly places: number;
}

/** Products of matrices by a library outside of JavaScript; `gradtape/native` brings one. */
export interface NativeProducts {
  /** What it says of itself; `gradtape/native` gives it its type. */
  readonly library: object;
  /** Whether one product of these sizes is worth a call. */
  takes(values: Values, sizes: ProductSizes): boolean;
  /** `y = a b`, or `y += a b`; false, with nothing done, for what it does not take. */
  multiply(a: Matrix, b: Matrix, y: Matrix, sizes: ProductSizes, isAdded?: boolean): boolean;
  /** `y[image, place, :] = patch weights`; false as for `multiply`. */
  convolve(patches: Patches, weights: Values, y: Values, outputs: number): boolean;
  /** `weights = sum over images and places of patch g`; false as for `multiply`. */
  correlate(patches: Patches, g: Values, weights: Values, outputs: number): boolean;
}
