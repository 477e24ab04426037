import type { DType } from '../../lib/base/dtype.ts';
import type { Kernel } from '../../lib/kernels/kernel.ts';
import type { DrawParams } from '../../lib/kernels/random.ts';
import {
  blocksFor,
  foldKey,
  philox,
  randomIntKernel,
  randomNormalKernel,
  randomUniformKernel,
  truncatedNormalKernel,
} from '../../lib/kernels/random.ts';
import { compute } from './operand.ts';

const start: DrawParams = { key: [123, 456], counter: 0 };
const unit = { low: 0, high: 1 };
const standard = { mean: 0, stdDev: 1 };

function draw<P extends DrawParams>(
  kernel: Kernel<P>,
  dtype: DType,
  n: number,
  params: P,
): number[] {
  return compute(kernel, [], { dtype, shape: [n] }, params);
}

function momentsOf(x: readonly number[]): { mean: number; variance: number } {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  return { mean, variance };
}

describe('philox', () => {
  // The known answers published with Random123 (kat_vectors, philox4x32 with 10 rounds).
  it.each([
    [[0, 0, 0, 0], [0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      '408f276d 41c83b0e a20bc7c6 6d5451fd',
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      'd16cfe09 94fdcceb 5001e420 24126ea1',
    ],
  ])('gives the published words for counter %j and key %j', (counter, [k0, k1], expected) => {
    const out = new Uint32Array(4);
    philox([k0, k1], counter[0], counter[1], out, counter[2], counter[3]);
    expect(Array.from(out, (word) => word.toString(16).padStart(8, '0')).join(' ')).toBe(expected);
  });
});

describe('foldKey', () => {
  it('gives each index a key of its own', () => {
    const keys = [0, 1, 2, 2 ** 32, 2 ** 40].map((index) => foldKey([7, 8], index).join());
    expect(new Set(keys).size).toBe(5);
    expect(foldKey([7, 8], 1)).toEqual(foldKey([7, 8], 1));
  });
});

describe('every draw', () => {
  const kernels: [string, (dtype: DType, n: number, at: DrawParams) => number[]][] = [
    ['uniform', (dtype, n, at) => draw(randomUniformKernel, dtype, n, { ...at, ...unit })],
    ['normal', (dtype, n, at) => draw(randomNormalKernel, dtype, n, { ...at, ...standard })],
    ['truncated', (dtype, n, at) => draw(truncatedNormalKernel, dtype, n, { ...at, ...standard })],
    ['integer', (dtype, n, at) => draw(randomIntKernel, dtype, n, { ...at, low: 0, high: 1000 })],
  ];

  it.each(kernels)('depends on key, counter and place alone (%s)', (_, numbers) => {
    const long = numbers('float64', 101, start);
    expect(numbers('float64', 7, start)).toEqual(long.slice(0, 7));
    expect(numbers('float64', 41, { ...start, counter: 30 })).toEqual(long.slice(60));
    expect(numbers('float64', 101, { ...start, key: [124, 456] })).not.toEqual(long);
    expect(numbers('float64', 0, start)).toEqual([]);
  });

  it.each(kernels)('rounds the same numbers to float32 (%s)', (_, numbers) => {
    const rounded = numbers('float64', 100, start).map(Math.fround);
    expect(numbers('float32', 100, start)).toEqual(rounded);
  });

  it.each(kernels)('goes on where the low word of the counter ends (%s)', (_, numbers) => {
    const across = numbers('float64', 8, { ...start, counter: 2 ** 32 - 2 });
    expect(numbers('float64', 4, { ...start, counter: 2 ** 32 })).toEqual(across.slice(4));
    expect(numbers('float64', 4, start)).not.toEqual(across.slice(4));
  });

  it('consumes a block for two numbers', () => {
    expect([0, 1, 2, 3, 1000].map(blocksFor)).toEqual([0, 1, 1, 2, 500]);
  });
});

describe('randomUniformKernel', () => {
  it('fills the interval evenly', () => {
    const x = draw(randomUniformKernel, 'float64', 20_000, { ...start, low: -1, high: 3 });
    const { mean, variance } = momentsOf(x);
    expect(mean).toBeCloseTo(1, 1);
    expect(variance).toBeCloseTo(16 / 12, 1);
    expect(Math.min(...x)).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...x)).toBeLessThan(3);
  });

  it('never rounds up to its end', () => {
    // Neighbours among float32: half of all draws would round to the end.
    const narrow = { ...start, low: 1, high: 1 + 2 ** -23 };
    expect(new Set(draw(randomUniformKernel, 'float32', 100, narrow))).toEqual(new Set([1]));
    const tenth = draw(randomUniformKernel, 'float32', 100, {
      ...start,
      low: 0.09999999,
      high: 0.1,
    });
    expect(Math.max(...tenth)).toBeLessThan(0.1);
    const negative = draw(randomUniformKernel, 'float32', 100, {
      ...start,
      low: -1 - 2 ** -23,
      high: -1,
    });
    expect(Math.max(...negative)).toBeLessThan(-1);
    const double = draw(randomUniformKernel, 'float64', 100, {
      ...start,
      low: 1,
      high: 1 + 2 ** -52,
    });
    expect(new Set(double)).toEqual(new Set([1]));
  });
});

describe('randomNormalKernel', () => {
  it('has the moments of the normal distribution', () => {
    const x = draw(randomNormalKernel, 'float32', 20_000, { ...start, mean: 2, stdDev: 3 });
    const { mean, variance } = momentsOf(x);
    expect(Math.abs(mean - 2)).toBeLessThan(0.08);
    expect(Math.abs(variance - 9)).toBeLessThan(0.4);
    const beyond = x.filter((value) => Math.abs(value - 2) > 6).length / x.length;
    expect(Math.abs(beyond - 0.0455)).toBeLessThan(0.006);
  });
});

describe('truncatedNormalKernel', () => {
  it('stays within two standard deviations and keeps the shape between', () => {
    const x = draw(truncatedNormalKernel, 'float64', 20_000, { ...start, mean: 1, stdDev: 2 });
    expect(Math.max(...x.map((value) => Math.abs(value - 1)))).toBeLessThanOrEqual(4);
    const { mean, variance } = momentsOf(x);
    expect(Math.abs(mean - 1)).toBeLessThan(0.06);
    // The variance of a standard normal cut at 2 is 0.7737.
    expect(Math.abs(variance / 4 - 0.7737)).toBeLessThan(0.03);
  });
});

describe('randomIntKernel', () => {
  it('draws each integer equally often', () => {
    const x = draw(randomIntKernel, 'int32', 10_000, { ...start, low: -2, high: 3 });
    for (const value of [-2, -1, 0, 1, 2]) {
      const count = x.filter((one) => one === value).length;
      expect(Math.abs(count - 2000)).toBeLessThan(200);
    }
    expect(new Set(x).size).toBe(5);
  });

  it('reaches the whole range of int32', () => {
    const x = draw(randomIntKernel, 'int32', 1000, { ...start, low: -(2 ** 31), high: 2 ** 31 });
    expect(Math.min(...x)).toBeLessThan(-2e9);
    expect(Math.max(...x)).toBeGreaterThan(2e9);
  });
});
