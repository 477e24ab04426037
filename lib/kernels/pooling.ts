import type { Kernel, Operand } from './kernel.ts';
import { average, averageBack, channelwise } from './wasm/channelwise.ts';
import { poolMaxima, poolsInVectors } from './wasm/pooling.ts';
import type { WindowParams } from './windows.ts';
import { cellsUnder, productOf } from './windows.ts';

const last = ({ shape }: Operand): number => shape[shape.length - 1];

/** Means over the cells under each place, padding left out; 0 where there is nothing else. */
export const averagePoolKernel: Kernel<WindowParams> = ([x], [y], params) => {
  const sizes = { batch: x.shape[0], channels: last(x), multiplier: 1 };
  const call = channelwise(params, sizes, [x.values, y.values]);
  if (call !== null) {
    average(call, params, x.values, y.values);
    return;
  }
  const table = cellsUnder(params);
  const [cells, taps, places] = [params.input, params.window, params.output].map(productOf);
  const channels = last(x);
  const sums = new Float64Array(channels);
  for (let row = 0; row < x.shape[0] * places; row++) {
    const [image, place] = [Math.floor(row / places), row % places];
    sums.fill(0);
    let count = 0;
    for (let tap = 0; tap < taps; tap++) {
      const cell = table[place * taps + tap];
      if (cell < 0) continue;
      count++;
      const from = (image * cells + cell) * channels;
      for (let c = 0; c < channels; c++) sums[c] += x.values[from + c];
    }
    for (let c = 0; c < channels; c++) y.values[row * channels + c] = sums[c] / Math.max(1, count);
  }
};

/** The adjoint of the means: each cell gets its share of every place it lies under. */
export const averagePoolGradKernel: Kernel<WindowParams> = ([g], [x], params) => {
  const sizes = { batch: x.shape[0], channels: last(x), multiplier: 1 };
  const call = channelwise(params, sizes, [x.values, g.values]);
  if (call !== null) {
    averageBack(call, params, g.values, x.values);
    return;
  }
  const table = cellsUnder(params);
  const [cells, taps, places] = [params.input, params.window, params.output].map(productOf);
  const channels = last(x);
  const sums = new Float64Array(x.size);
  for (let row = 0; row < x.shape[0] * places; row++) {
    const [image, place] = [Math.floor(row / places), row % places];
    const under = table.subarray(place * taps, (place + 1) * taps);
    let count = 0;
    for (let tap = 0; tap < taps; tap++) if (under[tap] >= 0) count++;
    for (let tap = 0; tap < taps; tap++) {
      if (under[tap] < 0) continue;
      const to = (image * cells + under[tap]) * channels;
      for (let c = 0; c < channels; c++) sums[to + c] += g.values[row * channels + c] / count;
    }
  }
  x.values.set(sums);
};

/**
 * Maxima over the cells under each place, and where they stand in their image, counting cells and
 * channels; the first one of equals, a NaN only where there is nothing else, -1 where there is only padding.
 */
export const maxPoolKernel: Kernel<WindowParams> = ([x], [y, positions], params) => {
  const table = cellsUnder(params);
  const [cells, taps, places] = [params.input, params.window, params.output].map(productOf);
  const channels = last(x);
  const pooled = { table, batch: x.shape[0], cells, taps, places, channels };
  if (poolsInVectors(x.values, pooled)) {
    poolMaxima(x.values, y.values, positions.values, pooled);
    return;
  }
  for (let row = 0; row < x.shape[0] * places; row++) {
    const [image, place] = [Math.floor(row / places), row % places];
    const to = row * channels;
    y.values.fill(-Infinity, to, to + channels);
    positions.values.fill(-1, to, to + channels);
    for (let tap = 0; tap < taps; tap++) {
      const cell = table[place * taps + tap];
      if (cell < 0) continue;
      const from = (image * cells + cell) * channels;
      for (let c = 0; c < channels; c++) {
        const [value, best] = [x.values[from + c], y.values[to + c]];
        const isFirst = positions.values[to + c] < 0;
        if (value > best || isFirst || (Number.isNaN(best) && !Number.isNaN(value))) {
          y.values[to + c] = value;
          positions.values[to + c] = cell * channels + c;
        }
      }
    }
  }
};

/**
 * Maxima over the cells under each place of input plus filter, where they stand in their image, and
 * where in the filter; the first one of equals.
 */
export const dilationKernel: Kernel<WindowParams> = (
  [x, filter],
  [y, inInput, inFilter],
  params,
) => {
  const table = cellsUnder(params);
  const [cells, taps, places] = [params.input, params.window, params.output].map(productOf);
  const channels = last(x);
  for (let row = 0; row < x.shape[0] * places; row++) {
    const [image, place] = [Math.floor(row / places), row % places];
    const to = row * channels;
    y.values.fill(-Infinity, to, to + channels);
    inInput.values.fill(-1, to, to + channels);
    inFilter.values.fill(-1, to, to + channels);
    for (let tap = 0; tap < taps; tap++) {
      const cell = table[place * taps + tap];
      if (cell < 0) continue;
      const from = (image * cells + cell) * channels;
      for (let c = 0; c < channels; c++) {
        const value = x.values[from + c] + filter.values[tap * channels + c];
        if (value > y.values[to + c] || inFilter.values[to + c] < 0) {
          y.values[to + c] = value;
          inInput.values[to + c] = cell * channels + c;
          inFilter.values[to + c] = tap * channels + c;
        }
      }
    }
  }
};
