import { runtime } from '../../lib/base/runtime.ts';
import * as kernels from '../../lib/kernels/normalization.ts';
import type { Operand } from '../../lib/kernels/kernel.ts';

/** Runs `body` with kernels in vectors, and then in loops. */
function both<T>(body: () => T): readonly [T, T] {
  const { vectors } = runtime;
  try {
    return [true, false].map((enabled) => {
      runtime.vectors = { ...vectors, enabled };
      return body();
    }) as unknown as readonly [T, T];
  } finally {
    runtime.vectors = vectors;
  }
}

function operand(shape: readonly number[], seed: number, far = 0): Operand {
  const size = shape.reduce((a, b) => a * b, 1);
  const values = Float32Array.from({ length: size }, (_, i) => Math.sin(seed + i * 1.7) + far);
  return { values, shape, dtype: 'float32', size };
}

const filled = (shape: readonly number[]): Operand => {
  const like = operand(shape, 0);
  return { ...like, values: like.values.fill(NaN) };
};

function requireNear(actual: Operand, expected: Operand, tolerance: number): void {
  expected.values.forEach((e, i) => {
    if (!(Math.abs(actual.values[i] - e) <= tolerance * Math.max(1, Math.abs(e))))
      throw new Error(`element ${String(i)} must be ${String(e)}; got ${String(actual.values[i])}`);
  });
}

// Shape, axes and shape of the scale: rows, columns, blocks of columns, groups; odd ones; longer than a chunk.
const cases = [
  [[70, 33], [1], [33]],
  [[3, 9001], [1], [9001]],
  [
    [6, 5, 7],
    [1, 2],
    [5, 7],
  ],
  [[301, 9], [0], [9]],
  [[5, 5003], [0], [5003]],
  [[3, 40, 12], [1], [12]],
  [
    [2, 31, 4, 5],
    [1, 3],
    [4, 5],
  ],
] as const;

describe('normalization in vectors', () => {
  it.each(cases)('is that of the loops for %j over %j', (shape, axes, scaleShape) => {
    for (const centered of [true, false]) {
      const params = { axes, epsilon: 0.01, centered };
      const [x, g] = [operand(shape, 1, 0.5), operand(shape, 2)];
      const [scale, offset] = [operand(scaleShape, 3), operand(scaleShape, 4)];
      const [fast, slow] = both(() => {
        const results = [shape, shape, scaleShape, scaleShape].map(filled);
        kernels.normalizeKernel([x, scale, offset], results.slice(0, 1), params);
        kernels.normalizeGradKernel([g, x, scale], results.slice(1), params);
        return results;
      });
      fast.forEach((one, i) => {
        requireNear(one, slow[i], 1e-5);
      });
    }
  });

  it.each(cases)('keeps its digits far from 0 for %j over %j', (shape, axes, scaleShape) => {
    const params = { axes, epsilon: 0.01, centered: true };
    const x = operand(shape, 1, 4096);
    const [fast, slow] = both(() => {
      const y = filled(shape);
      kernels.normalizeKernel([x, operand(scaleShape, 3)], [y], params);
      return y;
    });
    requireNear(fast, slow, 1e-3);
  });

  it('gives 0 where all numbers are one', () => {
    const x = { ...operand([4, 65], 0), values: new Float32Array(260).fill(1e6 + 0.1) };
    const y = filled([4, 65]);
    kernels.normalizeKernel([x], [y], { axes: [1], epsilon: 1e-3, centered: true });
    expect(Array.from(y.values).every((value) => value === 0)).toBe(true);
  });

  it.each([
    [301, 9],
    [5, 5003],
    [70, 33],
  ])('shifts and scales the columns of %j by %j', (rows, n) => {
    const [x, g] = [operand([rows, n], 1), operand([rows, n], 2)];
    const [mean, factor, offset] = [3, 4, 5].map((seed) => operand([n], seed));
    const [fast, slow] = both(() => {
      const results = [filled([rows, n]), filled([n]), filled([n])];
      kernels.batchNormKernel([x, mean, factor, offset], results.slice(0, 1), undefined);
      kernels.batchNormGradKernel([g, x, mean], results.slice(1), undefined);
      return results;
    });
    fast.forEach((one, i) => {
      requireNear(one, slow[i], 1e-5);
    });
  });
});
