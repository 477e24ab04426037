import type { Values } from '../base/dtype.ts';
import {
  convolutionFilterKernel,
  convolutionInputKernel,
  convolutionKernel,
} from './convolution.ts';
import type { Kernel, Operand } from './kernel.ts';
import * as channelwise from './wasm/channelwise.ts';
import type { WindowParams } from './windows.ts';
import { cellsUnder, productOf } from './windows.ts';

/*
 * Each channel has filters of its own, so there is no product to gain by; channels and multipliers are
 * the inner loops. With one channel it is an ordinary convolution.
 */

const last = ({ shape }: Operand): number => shape[shape.length - 1];

/** The convolution for vectors, or null where they do not compute it. */
function inVectors(
  [x, filter, y]: readonly [Operand, Operand, Operand],
  params: WindowParams,
): channelwise.Channelwise | null {
  const sizes = { batch: x.shape[0], channels: last(x), multiplier: last(filter) };
  const arrays: readonly Values[] = [x.values, filter.values, y.values];
  return channelwise.channelwise(params, sizes, arrays);
}

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
  if (channels === 1) {
    convolutionKernel([x, filter], [y], params);
    return;
  }
  const call = inVectors([x, filter, y], params);
  if (call !== null) {
    channelwise.weigh(call, x.values, filter.values, y.values);
    return;
  }
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
  if (channels === 1) {
    convolutionInputKernel([g, filter], [x], params);
    return;
  }
  const call = inVectors([x, filter, g], params);
  if (call !== null) {
    channelwise.weighBack(call, g.values, filter.values, x.values);
    return;
  }
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
  if (channels === 1) {
    convolutionFilterKernel([x, g], [filter], params);
    return;
  }
  const call = inVectors([x, filter, g], params);
  if (call !== null) {
    channelwise.correlateChannels(call, x.values, g.values, filter.values);
    return;
  }
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
