import type { Values } from '../base/dtype.ts';
import type { Kernel, Operand } from './kernel.ts';
import { inPairs } from './lanes.ts';

export interface ScanParams {
  readonly axis: number;
  /** Whether each result leaves out the element at its own place. */
  readonly exclusive: boolean;
  /** Whether to start from the end. */
  readonly reverse: boolean;
}

/** Rows of adjacent elements to go through, each of which is scanned beside the others. */
interface Rows {
  /** Where the first row starts, and how far the next one is from it. */
  readonly start: number;
  readonly step: number;
  readonly count: number;
  readonly width: number;
}

/** Visits the rows that lie along an axis, block by block. */
function forEachBlock(
  { shape, size }: Operand,
  axis: number,
  reverse: boolean,
  visit: (rows: Rows) => void,
): void {
  const count = shape[axis];
  const width = widthOf(shape, axis);
  const [first, step] = reverse ? [(count - 1) * width, -width] : [0, width];
  for (let block = 0; block < size; block += count * width) {
    visit({ start: block + first, step, count, width });
  }
}

function widthOf(shape: readonly number[], axis: number): number {
  let width = 1;
  for (let i = axis + 1; i < shape.length; i++) width *= shape[i];
  return width;
}

/** Scans rows, with the results so far of each element in `state`. */
type ScanLoop = (x: Values, y: Values, rows: Rows, state: Float64Array, exclusive: boolean) => void;

/** A scan that keeps numbers in double, of which each is `initial` at first. */
function scanKernel(initial: number, loop: ScanLoop): Kernel<ScanParams> {
  return ([x], [y], { axis, reverse, exclusive }) => {
    const state = new Float64Array(widthOf(x.shape, axis));
    forEachBlock(x, axis, reverse, (rows) => {
      state.fill(initial);
      loop(x.values, y.values, rows, state, exclusive);
    });
  };
}

/** Running sums, kept in double. */
export const cumsumKernel = inPairs<ScanParams>(
  scanKernel(0, (x, y, { start, step, count, width }, sums, exclusive) => {
    for (let r = 0, at = start; r < count; r++, at += step) {
      for (let j = 0; j < width; j++) {
        const before = sums[j];
        sums[j] = before + x[at + j];
        y[at + j] = exclusive ? before : sums[j];
      }
    }
  }),
);

const product = scanKernel(1, (x, y, { start, step, count, width }, products, exclusive) => {
  for (let r = 0, at = start; r < count; r++, at += step) {
    for (let j = 0; j < width; j++) {
      const before = products[j];
      products[j] = before * x[at + j];
      y[at + j] = exclusive ? before : products[j];
    }
  }
});

const integerProduct = scanKernel(1, (x, y, { start, step, count, width }, products, exclusive) => {
  for (let r = 0, at = start; r < count; r++, at += step) {
    for (let j = 0; j < width; j++) {
      const before = products[j];
      products[j] = Math.imul(before, x[at + j]);
      y[at + j] = exclusive ? before : products[j];
    }
  }
});

/** Running products; those of integers keep their low 32 bits, which a double would lose. */
export const cumprodKernel: Kernel<ScanParams> = (inputs, outputs, params) => {
  (outputs[0].dtype === 'int32' ? integerProduct : product)(inputs, outputs, params);
};

/** What scans have that leave nothing out. */
export interface AxisScanParams {
  readonly axis: number;
  readonly reverse: boolean;
}

/** Logarithms of running sums of exponentials: sums are kept relative to the maximum so far. */
export const logCumsumExpKernel: Kernel<AxisScanParams> = ([x], [y], { axis, reverse }) => {
  const shift = new Float64Array(widthOf(x.shape, axis));
  const sums = new Float64Array(shift.length);
  forEachBlock(x, axis, reverse, ({ start, step, count, width }) => {
    shift.fill(-Infinity);
    sums.fill(0);
    for (let r = 0, at = start; r < count; r++, at += step) {
      for (let j = 0; j < width; j++) {
        const value = x.values[at + j];
        if (value > shift[j]) {
          sums[j] = sums[j] * Math.exp(shift[j] - value) + 1;
          shift[j] = value;
        } else if (Math.abs(value) !== Infinity) {
          // -Infinity adds nothing, and Infinity is there already.
          sums[j] += Math.exp(value - shift[j]);
        }
        y.values[at + j] = shift[j] + Math.log(sums[j]);
      }
    }
  });
};

/** `y[i] = decay[i] y[i - 1] + x[i]` along an axis, kept in double; the first decay is not looked at. */
export const linearRecurrenceKernel: Kernel<AxisScanParams> = (
  [decay, x],
  [y],
  { axis, reverse },
) => {
  const state = new Float64Array(widthOf(x.shape, axis));
  forEachBlock(x, axis, reverse, ({ start, step, count, width }) => {
    for (let r = 0, at = start; r < count; r++, at += step) {
      for (let j = 0; j < width; j++) {
        const kept = r === 0 ? 0 : decay.values[at + j] * state[j];
        state[j] = kept + x.values[at + j];
        y.values[at + j] = state[j];
      }
    }
  });
};

/** Running extremes and the places where they were met first; NaN beats every number, and stays. */
function extremeKernel(sign: 1 | -1): Kernel<AxisScanParams> {
  return ([x], [y, indices], { axis, reverse }) => {
    const last = x.shape[axis] - 1;
    const places = new Int32Array(widthOf(x.shape, axis));
    const held = new Float64Array(places.length);
    forEachBlock(x, axis, reverse, ({ start, step, count, width }) => {
      for (let r = 0, at = start; r < count; r++, at += step) {
        for (let j = 0; j < width; j++) {
          const value = x.values[at + j];
          const isGreater =
            sign * value > sign * held[j] || (value !== value && held[j] === held[j]);
          if (r === 0 || isGreater) {
            held[j] = value;
            places[j] = reverse ? last - r : r;
          }
          y.values[at + j] = held[j];
          indices.values[at + j] = places[j];
        }
      }
    });
  };
}

export const cummaxKernel = extremeKernel(1);
export const cumminKernel = extremeKernel(-1);
