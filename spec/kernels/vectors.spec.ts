import * as optimizers from '../../lib/kernels/optimizers.ts';
import { matMulKernel } from '../../lib/kernels/matmul.ts';
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
      const [b, c, d, e, h] = [6, 7, 8, 9, 10].map((seed) => numbers(n, seed).map(Math.abs));
      const results = Array.from({ length: 8 }, () => new Float32Array(n).fill(NaN));
      optimizers.sgd(w, g, results[0], 0.1);
      optimizers.momentum(w, g, results[1], a, 0.1, 0.9);
      optimizers.adam(w, g, results[2], m, v, 0.01, { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 });
      const sums = a.slice();
      const factors = { decay: 0.9, momentum: 0.5, epsilon: 1e-7 };
      optimizers.nesterov(w, g, results[3], sums, 0.1, 0.9);
      optimizers.adagrad(w, g, results[4], b, 0.1, 1e-7);
      optimizers.adadelta(w, g, results[5], c, d, 0.1, { rho: 0.9, epsilon: 1e-3 });
      const state = { squares: e, steps: sums.slice(), means: null };
      optimizers.rmsProp(w, g, results[6], state, 0.01, factors);
      const moments = m.slice();
      optimizers.adamax(w, g, results[7], moments, h, 0.01, {
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-7,
      });
      return [...results, m, v, a, b, c, d, e, h, sums, moments, state.steps];
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

// Tiles that are full and not, one row or column, one term, several panels of terms and of rows.
const products = [
  [1, 64, 64],
  [1, 37, 801],
  [64, 1, 64],
  [301, 1, 77],
  [2100, 1, 130],
  [64, 64, 1],
  [33, 70, 1],
  [5, 8, 40],
  [6, 9, 41],
  [11, 17, 263],
  [121, 23, 7],
  [37, 41, 519],
] as const;

function matrixOf(rows: number, columns: number, seed: number, isDouble: boolean) {
  const floats = numbers(rows * columns, seed);
  const values = isDouble ? Float64Array.from(floats) : floats;
  const dtype = isDouble ? 'float64' : 'float32';
  return { values, shape: [rows, columns], dtype, size: rows * columns } as const;
}

describe('matrix products in vectors', () => {
  describe.each([false, true])('of doubles: %s', (isDouble) => {
    it.each(products)('are those of the loops for %d rows, %d columns, %d terms', (m, n, k) => {
      for (const transposeA of [false, true]) {
        for (const transposeB of [false, true]) {
          const a = transposeA ? matrixOf(k, m, 7, isDouble) : matrixOf(m, k, 7, isDouble);
          const b = transposeB ? matrixOf(n, k, 8, isDouble) : matrixOf(k, n, 8, isDouble);
          const [fast, slow] = both(() => {
            const y = matrixOf(m, n, 0, isDouble);
            y.values.fill(NaN);
            matMulKernel([a, b], [y], { transposeA, transposeB });
            return Float32Array.from(y.values);
          });
          // Sums of k terms of up to 169 each.
          requireNear(fast, slow, isDouble ? 1e-6 : k * 1e-5);
        }
      }
    });
  });

  it('let NaN and infinity through where they belong, and only there', () => {
    const a = matrixOf(9, 70, 1, false);
    a.values[2 * 70 + 69] = Infinity;
    a.values[4 * 70] = NaN;
    for (const n of [1, 13]) {
      const b = matrixOf(70, n, 2, false);
      const [fast, slow] = both(() => {
        const y = matrixOf(9, n, 0, false);
        matMulKernel([a, b], [y], { transposeA: false, transposeB: false });
        return Array.from(y.values, (x) => (Number.isFinite(x) ? 0 : x));
      });
      expect(fast).toEqual(slow);
    }
  });
});
