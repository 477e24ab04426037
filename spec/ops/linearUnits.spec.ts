import { elu, gelu, grad, linspace, mish, selu, silu, tensor } from '../../lib/index.ts';
import type { Tensor } from '../../lib/index.ts';

/** How many units in its last place of float32 a number is from the true one. */
function ulps32(actual: number, truth: number): number {
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(truth))), -126);
  return Math.abs(actual - truth) / 2 ** (exponent - 23);
}

const units: readonly (readonly [string, (x: Tensor) => Tensor, number, number])[] = [
  ['elu', elu, -1, 1],
  ['selu', selu, -1.7580993408473766, 1.0507009873554805],
  ['gelu', (x) => gelu(x), 0, 1],
  ['gelu by a tanh', (x) => gelu(x, true), 0, 1],
  ['silu', silu, 0, 1],
  ['mish', mish, 0, 1],
];

describe.each(units)('%s', (_, unit, atMinusInfinity, slopeAtInfinity) => {
  it('has its limits, and slopes that are finite', () => {
    const x = tensor([-Infinity, Infinity, NaN, -1e30, 1e30]);
    const [low, high, none, far] = unit(x).arraySync() as number[];
    expect([low + 0, high, none]).toEqual([expect.closeTo(atMinusInfinity, 6), Infinity, NaN]);
    expect(far).toBeCloseTo(atMinusInfinity, 6);
    const slopes = grad(unit)(x).arraySync() as number[];
    const expected = [0, slopeAtInfinity, NaN, 0, slopeAtInfinity];
    expect(slopes).toEqual(expected.map((slope) => (slope > 0 ? expect.closeTo(slope, 6) : slope)));
  });

  it('of float32 is within 2 ulp of that of float64', () => {
    const x = linspace(-30, 30, 40_001);
    const fine = unit(x.cast('float64')).dataSync();
    const errors = Array.from(unit(x).dataSync(), (y, i) => ulps32(y, fine[i]));
    expect(Math.max(...errors)).toBeLessThanOrEqual(2);
  });
});
