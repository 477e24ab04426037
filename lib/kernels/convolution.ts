import type { DType, Values } from '../base/dtype.ts';
import { newValues } from '../base/dtype.ts';
import { runtime } from '../base/runtime.ts';
import type { Kernel, Operand } from './kernel.ts';
import { matMulKernel } from './matmul.ts';
import type { Convolution } from './wasm/convolution.ts';
import {
  convolve,
  convolveBack,
  convolvesInVectors,
  correlate,
  mostPieceBytes,
} from './wasm/convolution.ts';
import { layoutOf } from './wasm/images.ts';
import type { WindowParams } from './windows.ts';
import { areCellsInOrder, cellsUnder, productOf } from './windows.ts';

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

/** The convolution for vectors, or null where they do not compute it. */
function inVectors(
  x: Operand,
  filter: Operand,
  y: Operand,
  params: WindowParams,
): Convolution | null {
  if (y.size === 0 || filter.size === 0 || x.size === 0) return null;
  const cellBytes = last(x) * x.values.BYTES_PER_ELEMENT;
  const layout = layoutOf(params, x.shape[0], cellBytes, mostPieceBytes);
  const arrays = { x: x.values, filter: filter.values, y: y.values };
  const call = { layout, batch: x.shape[0], outputs: last(filter), ...arrays };
  return convolvesInVectors(call) ? call : null;
}

/** As matrices: the patches where they are the input itself, filter and output; null where they are not. */
function asProduct(
  x: Operand,
  filter: Operand,
  y: Operand,
  params: WindowParams,
): readonly [Operand, Operand, Operand] | null {
  if (!areCellsInOrder(params)) return null;
  const [rows, outputs] = [x.shape[0] * productOf(params.output), last(filter)];
  const depth = productOf(params.window) * last(x);
  return [
    matrix(x.values, rows, depth, x.dtype),
    matrix(filter.values, depth, outputs, filter.dtype),
    matrix(y.values, rows, outputs, y.dtype),
  ];
}

/** (batch, ...spatial, in) with (...window, in, out) to (batch, ...places, out). */
export const convolutionKernel: Kernel<WindowParams> = ([x, filter], [y], params) => {
  const sizes = sizesOf(params, x.shape[0], [last(x), last(filter)]);
  const { taps, inChannels, places, outChannels } = sizes;
  const depth = taps * inChannels;
  if (depth === 0) y.values.fill(0);
  if (depth === 0 || y.size === 0) return;
  const matrices = asProduct(x, filter, y, params);
  if (matrices !== null) {
    matMulKernel([matrices[0], matrices[1]], [matrices[2]], plain);
    return;
  }
  const call = inVectors(x, filter, y, params);
  if (call !== null) {
    if (runtime.native?.convolve(call) !== true) convolve(call);
    return;
  }
  const table = cellsUnder(params);
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
const byTransposed = { transposeA: false, transposeB: true } as const;
const ofTransposed = { transposeA: true, transposeB: false } as const;

/** The gradient of the input: (batch, ...places, out) with the filter to (batch, ...spatial, in). */
export const convolutionInputKernel: Kernel<WindowParams> = ([g, filter], [x], params) => {
  const sizes = sizesOf(params, x.shape[0], [last(x), last(filter)]);
  const { cells, taps, inChannels, places, outChannels } = sizes;
  const depth = taps * inChannels;
  if (depth === 0 || g.size === 0) x.values.fill(0);
  if (depth === 0 || g.size === 0) return;
  const matrices = asProduct(x, filter, g, params);
  if (matrices !== null) {
    matMulKernel([matrices[2], matrices[1]], [matrices[0]], byTransposed);
    return;
  }
  const call = inVectors(x, filter, g, params);
  if (call !== null) {
    if (runtime.native?.convolveBack(call) !== true) convolveBack(call);
    return;
  }
  x.values.fill(0);
  const table = cellsUnder(params);
  const weights = matrix(filter.values, depth, outChannels, filter.dtype);
  const patches = newValues(x.dtype, Math.min(places, rowsOfPanel(depth)) * depth);
  const sums = new Float64Array(cells * inChannels);
  forEachPanel(sizes, (image, place, count) => {
    if (place === 0) sums.fill(0);
    const start = (image * places + place) * outChannels;
    const rows = g.values.subarray(start, start + count * outChannels);
    const operands = [matrix(rows, count, outChannels, g.dtype), weights];
    matMulKernel(operands, [matrix(patches, count, depth, x.dtype)], byTransposed);
    let from = 0;
    for (let entry = place * taps; entry < (place + count) * taps; entry++, from += inChannels) {
      const to = table[entry] * inChannels;
      if (to >= 0) for (let c = 0; c < inChannels; c++) sums[to + c] += patches[from + c];
    }
    if (place + count === places) x.values.set(sums, image * cells * inChannels);
  });
};

/** The gradient of the filter: input and (batch, ...places, out) to (...window, in, out). */
export const convolutionFilterKernel: Kernel<WindowParams> = ([x, g], [filter], params) => {
  const sizes = sizesOf(params, x.shape[0], [last(x), last(g)]);
  const { taps, inChannels, places, outChannels } = sizes;
  const depth = taps * inChannels;
  const matrices = asProduct(x, filter, g, params);
  if (matrices !== null && g.size > 0) {
    matMulKernel([matrices[0], matrices[2]], [matrices[1]], ofTransposed);
    return;
  }
  const call = inVectors(x, filter, g, params);
  if (call !== null) {
    if (runtime.native?.correlate(call) !== true) correlate(call);
    return;
  }
  const sums = new Float64Array(filter.size);
  if (depth > 0 && g.size > 0) {
    const table = cellsUnder(params);
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
      matMulKernel(operands, [matrix(share, depth, outChannels, 'float64')], ofTransposed);
      for (let i = 0; i < share.length; i++) sums[i] += share[i];
    });
  }
  filter.values.set(sums);
};
