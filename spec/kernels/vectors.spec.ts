import * as optimizers from '../../lib/kernels/optimizers.ts';
import { maxKernel, minKernel, sumKernel } from '../../lib/kernels/reduce.ts';
import { both } from './both.ts';

const numbers = (n: number, seed: number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => Math.sin(seed + i * 1.7) * (1 + (i % 13)));

function requireNear(actual: Float32Array, expected: Float32Array, tolerance: number): void {
  expected.forEach((e, i) => {
    if (!(Math.abs(actual[i] - e) <= tolerance * Math.max(1, Math.abs(e))))
      throw new Error(`element ${String(i)} must be ${String(e)}; got ${String(actual[i])}`);
  });
}

// Around a chunk, and where whole vectors leave one to three numbers.
const sizes = [64, 65, 127, 2047, 2048, 2049, 5003];

describe('updates of weights in vectors', () => {
  it.each(sizes)('are those of the loops for %d numbers', (n) => {
    const [w, g] = [numbers(n, 1), numbers(n, 2)];
    const run = (): Float32Array[] => {
      const [m, v, a] = [numbers(n, 3), numbers(n, 4).map(Math.abs), numbers(n, 5)];
      const results = [0, 1, 2].map(() => new Float32Array(n).fill(NaN));
      optimizers.sgd(w, g, results[0], 0.1);
      optimizers.momentum(w, g, results[1], a, 0.1, 0.9);
      optimizers.adam(w, g, results[2], m, v, 0.01, { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 });
      return [...results, m, v, a];
    };
    const [fast, slow] = both(run);
    fast.forEach((x, i) => requireNear(x, slow[i], 1e-6));
  });
});

// Rows longer than a chunk, columns that are no whole vectors, several blocks.
const shapes = [
  [1, 20_000],
  [3, 8193],
  [70, 33],
  [5000, 9],
  [2, 17, 40],
  [1, 64],
];

describe('reductions in vectors', () => {
  it.each(shapes.map((shape) => [shape]))('are those of the loops for %j', (shape) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const x = { values: numbers(size, 6), shape, dtype: 'float32', size } as const;
    const axesOf = [...shape.map((_, axis) => [axis]), shape.map((_, axis) => axis)];
    for (const axes of axesOf) {
      const rest = shape.filter((_, axis) => !axes.includes(axis));
      const count = rest.reduce((a, b) => a * b, 1);
      for (const kernel of [sumKernel, maxKernel, minKernel]) {
        const [fast, slow] = both(() => {
          const values = new Float32Array(count).fill(NaN);
          kernel([x], [{ values, shape: rest, dtype: 'float32', size: count }], { axes });
          return values;
        });
        requireNear(fast, slow, kernel === sumKernel ? 1e-6 : 0);
      }
    }
  });

  it('see a NaN wherever it stands', () => {
    for (let at = 0; at < 70; at++) {
      const values = numbers(70, 7);
      values[at] = NaN;
      const x = { values, shape: [70], dtype: 'float32', size: 70 } as const;
      for (const kernel of [sumKernel, maxKernel, minKernel]) {
        const y = new Float32Array(1);
        kernel([x], [{ values: y, shape: [], dtype: 'float32', size: 1 }], { axes: [0] });
        expect(y[0]).toBeNaN();
      }
    }
  });
});
