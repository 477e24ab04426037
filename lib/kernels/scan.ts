import type { Kernel } from './kernel.ts';
import { inPairs } from './lanes.ts';

export interface CumsumParams {
  readonly axis: number;
  /** Whether each sum leaves out the element at its own place. */
  readonly exclusive: boolean;
  /** Whether to sum from the end. */
  readonly reverse: boolean;
}

/** Running sums along an axis, kept in double. */
const runningSums: Kernel<CumsumParams> = ([x], [y], { axis, exclusive, reverse }) => {
  const length = x.shape[axis];
  let inner = 1;
  for (let i = axis + 1; i < x.shape.length; i++) inner *= x.shape[i];
  const sums = new Float64Array(inner);
  for (let block = 0; block < y.size; block += length * inner) {
    sums.fill(0);
    for (let r = 0; r < length; r++) {
      const at = block + (reverse ? length - 1 - r : r) * inner;
      for (let j = 0; j < inner; j++) {
        const before = sums[j];
        sums[j] = before + x.values[at + j];
        y.values[at + j] = exclusive ? before : sums[j];
      }
    }
  }
};

export const cumsumKernel = inPairs(runningSums);
