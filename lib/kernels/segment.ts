import type { Kernel } from './kernel.ts';

export interface SegmentParams {
  /** How many segments there are. */
  readonly length: number;
}

/** Slices of `x` along its first axis, gathered by `ids`; negative ids are left out. */
function segmentKernel(
  initial: (dtype: string) => number,
  combine: (sum: number, x: number) => number,
): Kernel<SegmentParams> {
  return ([x, ids], [y]) => {
    const width = y.shape.slice(1).reduce((product, size) => product * size, 1);
    const results = new Float64Array(y.size).fill(initial(y.dtype));
    for (let i = 0; i < ids.size; i++) {
      if (ids.values[i] < 0) continue;
      const to = ids.values[i] * width;
      const from = i * width;
      for (let j = 0; j < width; j++)
        results[to + j] = combine(results[to + j], x.values[from + j]);
    }
    y.values.set(results);
  };
}

const lowest: Readonly<Record<string, number>> = {
  float32: -3.4028234663852886e38,
  float64: -Number.MAX_VALUE,
  int32: -(2 ** 31),
};
const highest: Readonly<Record<string, number>> = {
  float32: 3.4028234663852886e38,
  float64: Number.MAX_VALUE,
  int32: 2 ** 31 - 1,
};

/** Products; 1 of nothing. */
export const segmentProdKernel = segmentKernel(
  () => 1,
  (product, x) => product * x,
);

/** Maxima; the lowest number of nothing. */
export const segmentMaxKernel = segmentKernel((dtype) => lowest[dtype] ?? 0, Math.max);

/** Minima; the highest number of nothing. */
export const segmentMinKernel = segmentKernel((dtype) => highest[dtype] ?? 1, Math.min);

/** The place of the last id that names each segment; -1 of nothing. */
export const lastOfSegmentKernel: Kernel<SegmentParams> = ([ids], [y]) => {
  y.values.fill(-1);
  for (let i = 0; i < ids.size; i++) if (ids.values[i] >= 0) y.values[ids.values[i]] = i;
};
