import { inspect } from 'node:util';
import { runtime } from '../../lib/base/runtime.ts';
import type { Tensor } from '../../lib/index.ts';
import {
  conv2d,
  depthwiseConv2d,
  GradientTape,
  linalg,
  matMul,
  maxPool,
  mul,
  ones,
  reshape,
  scalar,
  sin,
  softmax,
  spectral,
  square,
  sum,
  tensor,
  transpose,
  variable,
} from '../../lib/index.ts';

/* A tape in figures. */

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

function forwardOf(f: (x: Tensor) => unknown, x: Tensor): number {
  const tape = new GradientTape();
  tape.watch(x);
  f(x);
  tape.stop();
  return tape.summary().flops.forward;
}

describe('summary', () => {
  it('counts ops, sources, numbers and bytes', () => {
    const tape = new GradientTape({ persistent: true });
    const x = ones([5, 10]);
    const w = variable(ones([10, 20]), true, 'w');
    tape.watch(x);
    const y = sum(square(matMul(x, w)));
    square(sum(square(w)));
    tape.stop();
    const summary = tape.summary();
    expect([summary.ops, summary.counts]).toEqual([6, { square: 3, sum: 2, matMul: 1 }]);
    expect([summary.sources, summary.variables, summary.parameters]).toEqual([2, 1, 250]);
    expect([summary.bytes, summary.peakBytes]).toEqual([tape.bytes, tape.peakBytes]);
    expect(summary.bytes).toBe(4 * (50 + 200 + 100 + 1));
    // 2 * 5 * 10 * 20 for the product, one for each element of squares and sums.
    const forward = 2000 + 100 + 100 + 200 + 200 + 1;
    expect(summary.flops.forward).toBe(forward);
    expect(summary.flops.finiteDifferences).toBe(2 * 250 * forward);
    // The product twice, all else once, and one addition for each share.
    const backward = 4000 + 100 + 100 + 200 + 200 + 1;
    expect(summary.flops.backward).toBe(backward + 250 + 100 + 100 + 200 + 200 + 1);
    expect(String(summary).split('\n')).toEqual([
      'GradientTape (persistent, stopped): 6 ops, 2 sources',
      '  ops                     6 (3 square, 2 sum, 1 matMul)',
      '  sources                 2, 1 of them variables',
      '  numbers in the sources  250',
      '  bytes held              1,404 (at most 1,404)',
      '  flops forward           2,601',
      '  flops backward          5,452 (2.1 times forward)',
      '  by finite differences   1,300,500 (500 times forward)',
    ]);
    expect(inspect(summary)).toBe(String(summary));
    expect(tape.gradient(y, x).shape).toEqual([5, 10]);
  });

  it('knows what products, convolutions and factorisations cost', () => {
    expect(forwardOf((x) => matMul(x, ones([4, 5]), true), ones([4, 3]))).toBe(2 * 3 * 4 * 5);
    expect(forwardOf((x) => conv2d(x, ones([3, 3, 2, 7]), 1, 'valid'), ones([1, 6, 6, 2]))).toBe(
      2 * 16 * 9 * 2 * 7,
    );
    expect(
      forwardOf((x) => depthwiseConv2d(x, ones([3, 3, 2, 4]), 1, 'valid'), ones([1, 6, 6, 2])),
    ).toBe(2 * 16 * 9 * 2 * 4);
    expect(forwardOf((x) => maxPool(x, 2, 2, 'valid'), ones([1, 4, 4, 3]))).toBe(4 * 3 * 4);
    expect(
      forwardOf(
        (x) => linalg.solve(x, ones([2, 1])),
        tensor([
          [2, 1],
          [1, 2],
        ]),
      ),
    ).toBeCloseTo((2 / 3) * 8 + 8);
    expect(
      forwardOf(
        (x) => linalg.cholesky(x),
        tensor([
          [2, 1],
          [1, 2],
        ]),
      ),
    ).toBeCloseTo(8 / 3);
    expect(forwardOf((x) => linalg.svd(x), ones([4, 2]))).toBe(22 * 4 * 2 * 2);
    const z = ones([8], 'complex64');
    expect(forwardOf((x) => spectral.fft(x), z)).toBe(5 * 8 * 3);
    expect(forwardOf((x) => matMul(x, x), ones([2, 2], 'complex64'))).toBe(4 * 16);
  });

  it('goes by traits elsewhere: movement is free, elementwise ops count their elements', () => {
    expect(forwardOf((x) => reshape(transpose(x), [6]), ones([2, 3]))).toBe(0);
    expect(forwardOf((x) => sin(mul(x, ones([4, 1, 1]))), ones([2, 3]))).toBe(48);
    expect(forwardOf((x) => softmax(x), ones([2, 3]))).toBe(6);
  });

  it('tells of a used tape what is left', () => {
    const tape = new GradientTape();
    const x = scalar(2);
    tape.watch(x);
    tape.gradient(square(x), x);
    const { ops, bytes, peakBytes } = tape.summary();
    expect([ops, bytes, peakBytes]).toEqual([0, 0, 4]);
    expect(String(tape.summary())).toContain('GradientTape (used): its records are gone\n');
  });

  it('takes a tape of a million ops in seconds', () => {
    const tape = new GradientTape();
    const x = scalar(1);
    tape.watch(x);
    let y: Tensor = x;
    for (let i = 0; i < 1e6; i++) y = sin(y);
    tape.stop();
    const start = performance.now();
    expect(tape.summary().flops.forward).toBe(1e6);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
