import { runtime } from '../../lib/base/runtime.ts';
import * as convolution from '../../lib/kernels/convolution.ts';
import * as depthwise from '../../lib/kernels/depthwise.ts';
import type { Kernel, Operand } from '../../lib/kernels/kernel.ts';
import * as pooling from '../../lib/kernels/pooling.ts';
import type { WindowParams } from '../../lib/kernels/windows.ts';
import { areCellsInOrder, cellsUnder } from '../../lib/kernels/windows.ts';

type Floats = Float32Array | Float64Array;

/** A window over axes, with as many places as fit. */
function windowOver(
  input: number[],
  window: number[],
  moves: { stride?: number; dilation?: number; before?: number; after?: number },
): WindowParams {
  const { stride = 1, dilation = 1, before = 0 } = moves;
  const { after = before } = moves;
  const all = (n: number): number[] => input.map(() => n);
  const output = input.map((size, i) => {
    const free = size + before + after - (window[i] - 1) * dilation - 1;
    return Math.floor(free / stride) + 1;
  });
  const rest = { strides: all(stride), dilations: all(dilation), before: all(before) };
  return { input, window, output, ...rest };
}

// One axis to three; places that are no whole tiles; pieces of a window that are no whole vectors.
const windows: Record<string, WindowParams> = {
  'one axis': windowOver([29], [4], { before: 2 }),
  'three axes': windowOver([5, 6, 4], [2, 3, 2], { before: 1 }),
  'no padding': windowOver([9, 11], [3, 3], {}),
  'padding of one side': windowOver([7, 8], [3, 2], { before: 0, after: 2 }),
  'more padding than window': windowOver([4, 5], [2, 2], { before: 3 }),
  strides: windowOver([10, 13], [3, 3], { stride: 2, before: 1 }),
  'strides beyond the window': windowOver([9, 9], [2, 1], { stride: 3 }),
  dilations: windowOver([9, 12], [3, 2], { dilation: 3, before: 2 }),
  'single cells': windowOver([5, 7], [1, 1], {}),
  blocks: windowOver([12], [3], { stride: 3 }),
  'the whole input': windowOver([4, 3], [4, 3], {}),
};

/** Images, inputs and outputs a cell: few, odd, whole vectors, and more than a block. */
const sizes = [
  [3, 1, 4],
  [2, 3, 5],
  [2, 16, 8],
  [30, 5, 17],
  [1, 130, 33],
];

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

function numbers(shape: readonly number[], seed: number, isDouble: boolean): Operand {
  const size = product(shape);
  const values = isDouble ? new Float64Array(size) : new Float32Array(size);
  for (let i = 0; i < size; i++) values[i] = Math.sin(seed + i * 1.7);
  return { values, shape, size, dtype: isDouble ? 'float64' : 'float32' };
}

function run(
  kernel: Kernel<WindowParams>,
  inputs: readonly Operand[],
  like: Operand,
  params: WindowParams,
  enabled: boolean,
): Floats {
  const { vectors } = runtime;
  runtime.vectors = { ...vectors, enabled, leastElements: 1 };
  try {
    const values = (like.values as Floats).slice().fill(NaN);
    kernel(inputs, [{ ...like, values }], params);
    return values;
  } finally {
    runtime.vectors = vectors;
  }
}

function requireAgreement(
  kernel: Kernel<WindowParams>,
  inputs: readonly Operand[],
  like: Operand,
  params: WindowParams,
): void {
  const [fast, slow] = [true, false].map((enabled) => run(kernel, inputs, like, params, enabled));
  let greatest = 1;
  for (const x of slow) greatest = Math.max(greatest, Math.abs(x));
  // Up to 1890 terms of size 1, which largely cancel.
  const tolerance = greatest * (like.dtype === 'float64' ? 1e-13 : 3e-5);
  slow.forEach((expected, i) => {
    if (!(Math.abs(fast[i] - expected) <= tolerance))
      throw new Error(`element ${String(i)} must be ${String(expected)}; got ${String(fast[i])}`);
  });
}

const cases = Object.entries(windows).flatMap(([name, params]) =>
  sizes.flatMap((counts) => [false, true].map((isDouble) => ({ name, params, counts, isDouble }))),
);

describe('convolutions in vectors', () => {
  it.each(cases)(
    'are those of the loops: $name, $counts, double $isDouble',
    ({ params, counts, isDouble }) => {
      const [batch, channels, outputs] = counts;
      const x = numbers([batch, ...params.input, channels], 1, isDouble);
      const filter = numbers([...params.window, channels, outputs], 2, isDouble);
      const y = numbers([batch, ...params.output, outputs], 3, isDouble);
      requireAgreement(convolution.convolutionKernel, [x, filter], y, params);
      requireAgreement(convolution.convolutionInputKernel, [y, filter], x, params);
      requireAgreement(convolution.convolutionFilterKernel, [x, y], filter, params);
    },
  );

  it('keep a NaN to the places and cells that see it', () => {
    const params = windows['no padding'];
    const x = numbers([2, ...params.input, 3], 1, false);
    const filter = numbers([...params.window, 3, 5], 2, false);
    const y = numbers([2, ...params.output, 5], 3, false);
    for (const at of [0, 3, 17, x.size - 1]) {
      const poisoned = { ...x, values: x.values.slice() };
      poisoned.values[at] = NaN;
      const seen = (enabled: boolean): boolean[] =>
        Array.from(
          run(convolution.convolutionKernel, [poisoned, filter], y, params, enabled),
          isNaN,
        );
      expect(seen(true)).toEqual(seen(false));
      const summed = (enabled: boolean): boolean[] =>
        Array.from(
          run(convolution.convolutionFilterKernel, [poisoned, y], filter, params, enabled),
          isNaN,
        );
      expect(summed(true)).toEqual(summed(false));
    }
  });
});

describe('depthwise convolutions and means in vectors', () => {
  it.each(cases)(
    'are those of the loops: $name, $counts, double $isDouble',
    ({ params, counts, isDouble }) => {
      const [batch, multiplier, channels] = [counts[0], 1 + (counts[1] % 3), counts[2]];
      const x = numbers([batch, ...params.input, channels], 1, isDouble);
      const filter = numbers([...params.window, channels, multiplier], 2, isDouble);
      const y = numbers([batch, ...params.output, channels * multiplier], 3, isDouble);
      const means = numbers([batch, ...params.output, channels], 4, isDouble);
      requireAgreement(depthwise.depthwiseKernel, [x, filter], y, params);
      requireAgreement(depthwise.depthwiseInputKernel, [y, filter], x, params);
      requireAgreement(depthwise.depthwiseFilterKernel, [x, y], filter, params);
      requireAgreement(pooling.averagePoolKernel, [x], means, params);
      requireAgreement(pooling.averagePoolGradKernel, [means], x, params);
    },
  );
});

describe('areCellsInOrder', () => {
  it.each(Object.entries(windows))('tells what the table of cells says: %s', (_, params) => {
    const table = cellsUnder(params);
    const isInOrder =
      table.length === product(params.input) && table.every((cell, i) => cell === i);
    expect(areCellsInOrder(params)).toBe(isInOrder);
  });
});
