import type { Values } from '../base/dtype.ts';
import type { Kernel, Operand } from './kernel.ts';

export interface ScanParams {
  readonly axis: number;
  /** Whether each result leaves out the element at its own place. */
  readonly exclusive: boolean;
  /** Whether to start from the end. */
  readonly reverse: boolean;
}

/** Walks along an axis, row by row, where a row holds the `inner` elements of one index. */
function forEachRow(
  { shape, size }: Operand,
  { axis, reverse }: { readonly axis: number; readonly reverse: boolean },
  start: () => void,
  visit: (at: number, index: number) => void,
): void {
  const length = shape[axis];
  const inner = innerSize(shape, axis);
  for (let block = 0; block < size; block += length * inner) {
    start();
    for (let r = 0; r < length; r++) {
      const index = reverse ? length - 1 - r : r;
      visit(block + index * inner, index);
    }
  }
}

function innerSize(shape: readonly number[], axis: number): number {
  let inner = 1;
  for (let i = axis + 1; i < shape.length; i++) inner *= shape[i];
  return inner;
}

/** Takes a row of elements in and writes a row of results, before or after the elements count. */
type ScanRow = (state: Float64Array, x: Values, y: Values, at: number, exclusive: boolean) => void;

/** A scan that keeps one number in double for each element of a row. */
function scanKernel(identity: number, scanRow: ScanRow): Kernel<ScanParams> {
  return ([x], [y], params) => {
    const state = new Float64Array(innerSize(x.shape, params.axis));
    forEachRow(
      x,
      params,
      () => {
        state.fill(identity);
      },
      (at) => {
        scanRow(state, x.values, y.values, at, params.exclusive);
      },
    );
  };
}

/** Running sums, kept in double. */
export const cumsumKernel = scanKernel(0, (sums, x, y, at, exclusive) => {
  for (let j = 0; j < sums.length; j++) {
    const before = sums[j];
    sums[j] = before + x[at + j];
    y[at + j] = exclusive ? before : sums[j];
  }
});

const product = scanKernel(1, (products, x, y, at, exclusive) => {
  for (let j = 0; j < products.length; j++) {
    const before = products[j];
    products[j] = before * x[at + j];
    y[at + j] = exclusive ? before : products[j];
  }
});

const integerProduct = scanKernel(1, (products, x, y, at, exclusive) => {
  for (let j = 0; j < products.length; j++) {
    const before = products[j];
    products[j] = Math.imul(before, x[at + j]);
    y[at + j] = exclusive ? before : products[j];
  }
});

/** Running products; those of integers keep their low 32 bits, which a double would lose. */
export const cumprodKernel: Kernel<ScanParams> = (inputs, outputs, params) => {
  (outputs[0].dtype === 'int32' ? integerProduct : product)(inputs, outputs, params);
};

/** Logarithms of running sums of exponentials: sums are kept relative to the maximum so far. */
export const logCumsumExpKernel: Kernel<ScanParams> = ([x], [y], params) => {
  const inner = innerSize(x.shape, params.axis);
  const shift = new Float64Array(inner);
  const sums = new Float64Array(inner);
  const logSum = (j: number): number => shift[j] + Math.log(sums[j]);
  forEachRow(
    x,
    params,
    () => {
      shift.fill(-Infinity);
      sums.fill(0);
    },
    (at) => {
      for (let j = 0; j < inner; j++) {
        const value = x.values[at + j];
        if (params.exclusive) y.values[at + j] = logSum(j);
        if (value > shift[j]) {
          sums[j] = sums[j] * Math.exp(shift[j] - value) + 1;
          shift[j] = value;
        } else if (Math.abs(value) !== Infinity) {
          // -Infinity adds nothing, and Infinity is there already.
          sums[j] += Math.exp(value - shift[j]);
        }
        if (!params.exclusive) y.values[at + j] = logSum(j);
      }
    },
  );
};

export interface CumulativeExtremeParams {
  readonly axis: number;
  readonly reverse: boolean;
}

/** Whether a value takes the place of the one held so far. */
type Beats = (value: number, held: number) => boolean;

/** Running extremes and the places where they were met first; NaN beats every number, and stays. */
function extremeKernel(beats: Beats): Kernel<CumulativeExtremeParams> {
  return ([x], [y, indices], params) => {
    const inner = innerSize(x.shape, params.axis);
    const places = new Int32Array(inner);
    const held = new Float64Array(inner);
    let isFirst = true;
    forEachRow(
      x,
      params,
      () => {
        isFirst = true;
      },
      (at, index) => {
        for (let j = 0; j < inner; j++) {
          const value = x.values[at + j];
          const isNew = held[j] === held[j] && (value !== value || beats(value, held[j]));
          if (isFirst || isNew) {
            held[j] = value;
            places[j] = index;
          }
          y.values[at + j] = held[j];
          indices.values[at + j] = places[j];
        }
        isFirst = false;
      },
    );
  };
}

export const cummaxKernel = extremeKernel((value, held) => value > held);
export const cumminKernel = extremeKernel((value, held) => value < held);
