import { fourierKernel } from '../../lib/kernels/fft.ts';
import type { Operand } from '../../lib/kernels/kernel.ts';
import { randomNumbers } from '../../lib/testing/randomNumbers.ts';

function operand(values: Float64Array, shape: readonly number[]): Operand {
  return { values, shape, dtype: 'complex128', size: values.length / 2 };
}

function noise(n: number): Float64Array {
  const random = randomNumbers(n);
  return Float64Array.from({ length: 2 * n }, () => random.uniform(-1, 1));
}

function transform(values: Float64Array, shape: readonly number[], axes: number[], sign: 1 | -1) {
  const y = new Float64Array(values.length).fill(NaN);
  const params = { axes, sign, isScaled: sign > 0 };
  fourierKernel([operand(values, shape)], [operand(y, shape)], params);
  return y;
}

/** By the definition, with angles that are reduced before they are rounded. */
function direct(x: Float64Array): Float64Array {
  const n = x.length / 2;
  const y = new Float64Array(2 * n);
  for (let k = 0; k < n; k++) {
    for (let j = 0; j < n; j++) {
      const angle = (-2 * Math.PI * ((j * k) % n)) / n;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      y[2 * k] += x[2 * j] * cos - x[2 * j + 1] * sin;
      y[2 * k + 1] += x[2 * j] * sin + x[2 * j + 1] * cos;
    }
  }
  return y;
}

function relativeError(actual: Float64Array, expected: Float64Array): number {
  const square = (sum: number, value: number): number => sum + value * value;
  const error = actual.map((value, i) => value - expected[i]).reduce(square, 0);
  return Math.sqrt(error / expected.reduce(square, 0));
}

// Powers of two, products of small primes, and primes, the larger ones by convolution.
const lengths = [
  1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 16, 17, 30, 64, 97, 121, 128, 143, 187, 210, 509,
];

describe('fourierKernel', () => {
  it.each(lengths)('agrees with the definition at length %d', (n) => {
    const x = noise(n);
    expect(relativeError(transform(x, [n], [0], -1), direct(x))).toBeLessThan(2e-15);
  });

  it.each([...lengths, 1000, 1009, 4096])('is undone by its inverse at length %d', (n) => {
    const x = noise(n);
    const y = transform(transform(x, [n], [0], -1), [n], [0], 1);
    expect(relativeError(y, x)).toBeLessThan(1e-15);
  });

  it.each([1000, 1009, 4096])('keeps the energy at length %d, as Parseval says', (n) => {
    const x = noise(n);
    const energy = (z: Float64Array): number => z.reduce((sum, value) => sum + value * value, 0);
    expect(energy(transform(x, [n], [0], -1)) / (n * energy(x))).toBeCloseTo(1, 13);
  });

  it('transforms along any axes', () => {
    const x = noise(24);
    const rows = transform(x, [2, 3, 4], [2], -1);
    const both = transform(rows, [2, 3, 4], [1], -1);
    expect(relativeError(transform(x, [2, 3, 4], [1, 2], -1), both)).toBeLessThan(1e-15);
    for (let row = 0; row < 6; row++) {
      const line = x.slice(8 * row, 8 * row + 8);
      expect(relativeError(rows.slice(8 * row, 8 * row + 8), direct(line))).toBeLessThan(1e-15);
    }
  });

  it('copies where there are no axes', () => {
    const x = noise(3);
    expect(transform(x, [3], [], -1)).toEqual(x);
  });

  it('turns a shift into a factor', () => {
    const n = 15;
    const x = noise(n);
    const shifted = x.map((_, i) => x[(i + 2 * n - 2) % (2 * n)]);
    const [plain, turned] = [transform(x, [n], [0], -1), transform(shifted, [n], [0], -1)];
    for (let k = 0; k < n; k++) {
      const angle = (-2 * Math.PI * k) / n;
      const re = plain[2 * k] * Math.cos(angle) - plain[2 * k + 1] * Math.sin(angle);
      expect(turned[2 * k]).toBeCloseTo(re, 13);
    }
  });
});
