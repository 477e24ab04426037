import { tensor } from '../../lib/functions/creation.ts';
import { randomShuffle } from '../../lib/functions/shuffling.ts';
import { multinomial, randomGamma, randomPoisson } from '../../lib/ops/distributions.ts';
import { randomNormal, randomUniform, setSeed } from '../../lib/ops/random.ts';
import type { Tensor } from '../../lib/core/tensor.ts';
import { fill } from '../../lib/functions/creation.ts';
import { randomGammaGrad } from '../../lib/ops/distributions.ts';
import { sum } from '../../lib/ops/structural.ts';
import { grad } from '../../lib/transforms/grad.ts';

function moments(x: Tensor): { mean: number; variance: number } {
  const list = Array.from(x.dataSync());
  const mean = list.reduce((total, value) => total + value, 0) / list.length;
  const variance = list.reduce((total, value) => total + (value - mean) ** 2, 0) / list.length;
  return { mean, variance };
}

const float64 = (values: number[]): Tensor => tensor(values, undefined, 'float64');

beforeEach(() => {
  setSeed(1);
});

describe('randomGamma', () => {
  it.each([0.3, 1, 2.5, 40])('has mean and variance alpha for alpha %d', (alpha) => {
    const { mean, variance } = moments(randomGamma([20000], alpha));
    expect(Math.abs(mean / alpha - 1)).toBeLessThan(0.06);
    expect(Math.abs(variance / alpha - 1)).toBeLessThan(0.1);
  });

  it('divides by the rate, and rounds for int32', () => {
    const x = randomGamma([3], 5, 1, 'float64', 7).arraySync() as number[];
    expect(randomGamma([3], 5, 2, 'float64', 7).arraySync()).toEqual(x.map((value) => value / 2));
    const whole = randomGamma([3], 5, 1, 'int32', 7);
    expect(whole.dtype).toBe('int32');
    expect(whole.arraySync()).toEqual(x.map(Math.round));
  });

  it('moves with alpha as x - log(1 - F) does for alpha 1', () => {
    // Of the integral of log(t) exp(-t) from 0 to x, computed by Simpson's rule after t = s^4.
    const x = 1.5;
    const n = 20000;
    const end = x ** 0.25;
    let integral = 0;
    for (let i = 1; i <= n; i++) {
      const s = (end * i) / n;
      const value = 4 * s ** 3 * Math.log(s ** 4) * Math.exp(-(s ** 4));
      integral += value * (i === n ? 1 : i % 2 === 1 ? 4 : 2);
    }
    integral *= end / n / 3;
    const eulerGamma = 0.5772156649015329;
    const byShape = integral + eulerGamma * (1 - Math.exp(-x));
    const slope = randomGammaGrad(float64([1]), float64([1]), float64([x])).item();
    expect(slope).toBeCloseTo(-byShape / Math.exp(-x), 8);
  });

  it('has a mean whose gradient in alpha is 1', () => {
    const slopes = grad((alpha) => sum(randomGamma([20000], alpha)));
    for (const alpha of [0.5, 3, 50]) {
      expect(Math.abs(slopes(float64([alpha])).dataSync()[0] / 20000 - 1)).toBeLessThan(0.03);
    }
  });

  it('refuses second derivatives in alpha', () => {
    const f = (alpha: Tensor): Tensor => sum(randomGamma([2], alpha));
    const second = grad((alpha) => sum(grad(f)(alpha)));
    expect(() => second(float64([2]))).toThrow('first order only');
  });
});

describe('randomPoisson', () => {
  it.each([0.5, 5, 29, 31, 400])('has mean and variance %d', (rate) => {
    const { mean, variance } = moments(randomPoisson([20000], rate, 'float64'));
    expect(Math.abs(mean / rate - 1)).toBeLessThan(0.03);
    expect(Math.abs(variance / rate - 1)).toBeLessThan(0.06);
  });

  it('gives NaN for rates below 0 and repeats a seed', () => {
    expect(randomPoisson([1], [-1]).arraySync()).toEqual([NaN]);
    const [a, b] = [1, 2].map(() => randomPoisson([9], 50, 'int32', 3).arraySync());
    expect(a).toEqual(b);
  });
});

describe('multinomial', () => {
  it('draws classes as often as their probabilities say', () => {
    const classes = multinomial([0.2, 0, 0.8], 20000, undefined, true);
    const counts = [0, 0, 0];
    for (const one of classes.dataSync()) counts[one]++;
    expect(counts[1]).toBe(0);
    expect(Math.abs(counts[2] / 20000 - 0.8)).toBeLessThan(0.02);
    expect(classes.dtype).toBe('int32');
  });

  it('draws rows on their own, and repeats seed 0', () => {
    const logits = [
      [-100, 0],
      [0, -100],
    ];
    expect(multinomial(logits, 3).arraySync()).toEqual([
      [1, 1, 1],
      [0, 0, 0],
    ]);
    const [a, b] = [1, 2].map(() => multinomial([1, 2, 3, 4], 20, 0).arraySync());
    expect(a).toEqual(b);
  });

  it('refuses rows that give no probabilities', () => {
    const refusal = 'logits must give each row probabilities of at least 0, not all of them 0';
    for (const weights of [
      [-1, 2],
      [0, 0],
      [NaN, 1],
      [Infinity, 1],
    ]) {
      expect(() => multinomial(weights, 3, 1, true)).toThrow(refusal);
    }
    expect(() => multinomial([NaN, 1], 3)).toThrow(refusal);
    expect(() => multinomial([-Infinity, -Infinity], 3)).toThrow(refusal);
    expect(multinomial([[1, 0]], 0, 1, true).shape).toEqual([1, 0]);
  });
});

describe('draws with tensors as parameters', () => {
  it('pass gradients to them', () => {
    const slopes = grad((mean) => sum(randomNormal([2, 3], mean, 2)));
    expect(slopes(tensor([1, 2, 3])).arraySync()).toEqual([2, 2, 2]);
    const one = randomNormal([4], 0, 1, 'float64', 5).arraySync() as number[];
    const scaled = randomNormal([4], float64([1]), 2, undefined, 5);
    expect(scaled.arraySync()).toEqual(one.map((z) => 1 + 2 * z));
    expect(scaled.dtype).toBe('float64');
    expect(randomUniform([2], fill([2], 3), 3).arraySync()).toEqual([3, 3]);
  });
});

describe('randomShuffle', () => {
  it('keeps every row and lets gradients back', () => {
    const x = tensor([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    const rows = randomShuffle(x, 3).arraySync() as number[][];
    expect(rows.map(([a]) => a).sort()).toEqual([1, 2, 3]);
    expect(randomShuffle(x, 3).arraySync()).toEqual(rows);
    expect(grad((z) => sum(randomShuffle(z)))(x).arraySync()).toEqual([
      [1, 1],
      [1, 1],
      [1, 1],
    ]);
  });
});
