import type { DType, Values } from '../base/dtype.ts';
import { newValues } from '../base/dtype.ts';
import type { Patches } from '../base/products.ts';
import { runtime } from '../base/runtime.ts';
import type { Kernel, Operand } from './kernel.ts';
import { matMulKernel } from './matmul.ts';
import * as vectors from './wasm/convolution.ts';
import { convolvesInVectors } from './wasm/convolution.ts';
import type { WindowParams } from './windows.ts';
import { cellsUnder, placesOver, productOf } from './windows.ts';

/*
 * Convolutions as matrix products: the cells under each place of the window, laid side by side, are
 * a row of the patches; patches times filter is the result, patches transposed times cotangent the
 * gradient of the filter, and cotangent times filter transposed the gradient of the patches.
 */

/** Patches are laid out for as many places at once as fit a cache. */
const panelElements = 2 ** 17;

interface Sizes {
  readonly batch: number;
  /** Cells of the input. */
  readonly cells: number;
  readonly inChannels: number;
  /** Cells of the window. */
  readonly taps: number;
  /** Places of the window. */
  readonly places: number;
  readonly outChannels: number;
}

function sizesOf(params: WindowParams, batch: number, channels: readonly [number, number]): Sizes {
  return {
    batch,
    cells: productOf(params.input),
    taps: productOf(params.window),
    places: productOf(params.output),
    inChannels: channels[0],
    outChannels: channels[1],
  };
}

const last = ({ shape }: Operand): number => shape[shape.length - 1];

function matrix(values: Values, rows: number, columns: number, dtype: DType): Operand {
  return { values, shape: [rows, columns], dtype, size: rows * columns };
}

/** How many rows of patches of this length make a panel. */
function rowsOfPanel(length: number): number {
  return Math.max(1, Math.floor(panelElements / Math.max(1, length)));
}

/** Calls `use` for panels of rows of the patches: first image, first place, how many places. */
function forEachPanel(
  { batch, places, taps, inChannels }: Sizes,
  use: (image: number, place: number, count: number) => void,
): void {
  const most = rowsOfPanel(taps * inChannels);
  for (let image = 0; image < batch; image++) {
    for (let place = 0; place < places; place += most) {
      use(image, place, Math.min(most, places - place));
    }
  }
}

/** Lays the cells under `count` places side by side. */
function layPatches(
  x: Values,
  patches: Values,
  table: Int32Array,
  { cells, taps, inChannels }: Sizes,
  [image, place, count]: readonly [number, number, number],
): void {
  const base = image * cells * inChannels;
  let to = 0;
  for (let entry = place * taps; entry < (place + count) * taps; entry++) {
    const cell = table[entry];
    if (cell < 0) patches.fill(0, to, to + inChannels);
    else {
      const from = base + cell * inChannels;
      for (let c = 0; c < inChannels; c++) patches[to + c] = x[from + c];
    }
    to += inChannels;
  }
}

function patchesOf(x: Values, table: Int32Array, sizes: Sizes): Patches {
  const { batch, cells, inChannels: channels, taps, places } = sizes;
  return { x, table, batch, cells, channels, taps, places };
}

const convolve: typeof vectors.convolve = (...args) => {
  if (runtime.native?.convolve(...args) !== true) vectors.convolve(...args);
};

const correlate: typeof vectors.correlate = (...args) => {
  if (runtime.native?.correlate(...args) !== true) vectors.correlate(...args);
};

/** (batch, ...spatial, in) with (...window, in, out) to (batch, ...places, out). */
export const convolutionKernel: Kernel<WindowParams> = ([x, filter], [y], params) => {
  const sizes = sizesOf(params, x.shape[0], [last(x), last(filter)]);
  const { taps, inChannels, places, outChannels } = sizes;
  const depth = taps * inChannels;
  if (depth === 0) y.values.fill(0);
  if (depth === 0 || y.size === 0) return;
  const table = cellsUnder(params);
  const patched = patchesOf(x.values, table, sizes);
  if (convolvesInVectors([x.values, filter.values, y.values], patched, outChannels)) {
    convolve(patched, filter.values, y.values, outChannels);
    return;
  }
  const weights = matrix(filter.values, depth, outChannels, filter.dtype);
  const patches = newValues(x.dtype, Math.min(places, rowsOfPanel(depth)) * depth);
  forEachPanel(sizes, (image, place, count) => {
    layPatches(x.values, patches, table, sizes, [image, place, count]);
    const start = (image * places + place) * outChannels;
    const rows = y.values.subarray(start, start + count * outChannels);
    const operands = [matrix(patches, count, depth, x.dtype), weights];
    matMulKernel(operands, [matrix(rows, count, outChannels, y.dtype)], plain);
  });
};

const plain = { transposeA: false, transposeB: false } as const;

/** The gradient of the input: (batch, ...places, out) with the filter to (batch, ...spatial, in). */
export const convolutionInputKernel: Kernel<WindowParams> = ([g, filter], [x], params) => {
  const sizes = sizesOf(params, x.shape[0], [last(x), last(filter)]);
  const { cells, taps, inChannels, places, outChannels } = sizes;
  x.values.fill(0);
  const depth = taps * inChannels;
  if (depth === 0 || g.size === 0) return;
  const isDense = params.strides.every((stride) => stride === 1);
  // Each cell of the input sees the places whose window covers it.
  const seen = { batch: sizes.batch, cells: places, channels: outChannels, taps, places: cells };
  if (isDense && convolvesInVectors([x.values, g.values, filter.values], seen, inChannels)) {
    const patches = { ...seen, x: g.values, table: placesOver(params) };
    convolve(patches, transposedTaps(filter.values, sizes), x.values, inChannels);
    return;
  }
  const table = cellsUnder(params);
  const weights = matrix(filter.values, depth, outChannels, filter.dtype);
  const patches = newValues(x.dtype, Math.min(places, rowsOfPanel(depth)) * depth);
  const sums = new Float64Array(cells * inChannels);
  forEachPanel(sizes, (image, place, count) => {
    if (place === 0) sums.fill(0);
    const start = (image * places + place) * outChannels;
    const rows = g.values.subarray(start, start + count * outChannels);
    const operands = [matrix(rows, count, outChannels, g.dtype), weights];
    matMulKernel(operands, [matrix(patches, count, depth, x.dtype)], {
      transposeA: false,
      transposeB: true,
    });
    let from = 0;
    for (let entry = place * taps; entry < (place + count) * taps; entry++, from += inChannels) {
      const to = table[entry] * inChannels;
      if (to >= 0) for (let c = 0; c < inChannels; c++) sums[to + c] += patches[from + c];
    }
    if (place + count === places) x.values.set(sums, image * cells * inChannels);
  });
};

/** For each tap its (in, out) matrix as (out, in). */
function transposedTaps(filter: Values, { taps, inChannels, outChannels }: Sizes): Values {
  const result = filter.slice();
  const step = inChannels * outChannels;
  for (let tap = 0; tap < taps; tap++) {
    for (let i = 0; i < inChannels; i++) {
      for (let o = 0; o < outChannels; o++) {
        result[tap * step + o * inChannels + i] = filter[tap * step + i * outChannels + o];
      }
    }
  }
  return result;
}

/** The gradient of the filter: input and (batch, ...places, out) to (...window, in, out). */
export const convolutionFilterKernel: Kernel<WindowParams> = ([x, g], [filter], params) => {
  const sizes = sizesOf(params, x.shape[0], [last(x), last(g)]);
  const { taps, inChannels, places, outChannels } = sizes;
  const depth = taps * inChannels;
  const patched = patchesOf(x.values, cellsUnder(params), sizes);
  if (convolvesInVectors([x.values, g.values, filter.values], patched, outChannels)) {
    correlate(patched, g.values, filter.values, outChannels);
    return;
  }
  const sums = new Float64Array(filter.size);
  if (depth > 0 && g.size > 0) {
    const { table } = patched;
    const patches = newValues(x.dtype, Math.min(places, rowsOfPanel(depth)) * depth);
    const share = new Float64Array(filter.size);
    forEachPanel(sizes, (image, place, count) => {
      layPatches(x.values, patches, table, sizes, [image, place, count]);
      const start = (image * places + place) * outChannels;
      const rows = g.values.subarray(start, start + count * outChannels);
      const operands = [
        matrix(patches, count, depth, x.dtype),
        matrix(rows, count, outChannels, g.dtype),
      ];
      matMulKernel(operands, [matrix(share, depth, outChannels, 'float64')], {
        transposeA: true,
        transposeB: false,
      });
      for (let i = 0; i < share.length; i++) sums[i] += share[i];
    });
  }
  filter.values.set(sums);
};

/*
 * Depthwise: each channel has filters of its own, so there is no product to gain by; channels and
 * multipliers are the inner loops.
 */

/** Calls `use` for each cell under the window: where in the input, the output and the filter. */
function forEachTap(
  params: WindowParams,
  batch: number,
  [channels, multiplier]: readonly [number, number],
  use: (x: number, y: number, filter: number) => void,
): void {
  const table = cellsUnder(params);
  const [cells, taps, places] = [params.input, params.window, params.output].map(productOf);
  const width = channels * multiplier;
  for (let image = 0; image < batch; image++) {
    for (let place = 0; place < places; place++) {
      const y = (image * places + place) * width;
      for (let tap = 0; tap < taps; tap++) {
        const cell = table[place * taps + tap];
        if (cell >= 0) use((image * cells + cell) * channels, y, tap * width);
      }
    }
  }
}

/** (batch, ...spatial, c) with (...window, c, m) to (batch, ...places, c m). */
export const depthwiseKernel: Kernel<WindowParams> = ([x, filter], [y], params) => {
  const [channels, multiplier] = [last(x), last(filter)];
  const sums = new Float64Array(y.size);
  forEachTap(params, x.shape[0], [channels, multiplier], (from, to, weight) => {
    for (let c = 0; c < channels; c++) {
      const value = x.values[from + c];
      const at = c * multiplier;
      for (let m = 0; m < multiplier; m++)
        sums[to + at + m] += value * filter.values[weight + at + m];
    }
  });
  y.values.set(sums);
};

export const depthwiseInputKernel: Kernel<WindowParams> = ([g, filter], [x], params) => {
  const [channels, multiplier] = [last(x), last(filter)];
  const sums = new Float64Array(x.size);
  forEachTap(params, x.shape[0], [channels, multiplier], (to, from, weight) => {
    for (let c = 0; c < channels; c++) {
      const at = c * multiplier;
      let total = 0;
      for (let m = 0; m < multiplier; m++)
        total += g.values[from + at + m] * filter.values[weight + at + m];
      sums[to + c] += total;
    }
  });
  x.values.set(sums);
};

export const depthwiseFilterKernel: Kernel<WindowParams> = ([x, g], [filter], params) => {
  const [channels, multiplier] = [last(x), last(filter)];
  const sums = new Float64Array(filter.size);
  forEachTap(params, x.shape[0], [channels, multiplier], (from, cotangent, weight) => {
    for (let c = 0; c < channels; c++) {
      const value = x.values[from + c];
      const at = c * multiplier;
      for (let m = 0; m < multiplier; m++)
        sums[weight + at + m] += value * g.values[cotangent + at + m];
    }
  });
  filter.values.set(sums);
};
