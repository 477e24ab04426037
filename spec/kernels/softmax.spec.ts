import type { Kernel, Operand } from '../../lib/kernels/kernel.ts';
import {
  logSoftmaxGradKernel,
  logSoftmaxKernel,
  softmaxCrossEntropyGradKernel,
  softmaxCrossEntropyKernel,
  softmaxGradKernel,
  softmaxKernel,
} from '../../lib/kernels/softmax.ts';
import { compute, operand } from './operand.ts';

const rows = [
  [1, 2, 3],
  [0.5, -0.25, 4],
];
const x = operand('float64', [2, 3], rows.flat());

function softmax(row: readonly number[]): number[] {
  const terms = row.map(Math.exp);
  const sum = terms.reduce((a, b) => a + b, 0);
  return terms.map((term) => term / sum);
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i], 13);
  });
}

const unary = (kernel: Kernel<unknown>, input: Operand): number[] =>
  compute(kernel, [input], input, undefined);

describe('softmaxKernel', () => {
  it('normalises the exponentials of each row', () => {
    expectClose(unary(softmaxKernel, x), rows.flatMap(softmax));
  });

  it('survives where exp does not', () => {
    const big = operand('float32', [2, 2], [1e30, 1e30, -1e30, -Infinity]);
    expect(unary(softmaxKernel, big)).toEqual([0.5, 0.5, 1, 0]);
  });

  it('leaves empty arrays empty', () => {
    expect(unary(softmaxKernel, operand('float32', [0, 3], []))).toEqual([]);
    expect(unary(softmaxKernel, operand('float32', [3, 0], []))).toEqual([]);
  });
});

describe('logSoftmaxKernel', () => {
  it('is the logarithm of the softmax', () => {
    expectClose(unary(logSoftmaxKernel, x), rows.flatMap(softmax).map(Math.log));
  });

  it('stays finite where the softmax is 0', () => {
    expect(unary(logSoftmaxKernel, operand('float64', [2], [0, -5000]))).toEqual([0, -5000]);
  });
});

describe('softmaxGradKernel', () => {
  it('is y (g - sum(g y)) in each row', () => {
    const y = operand('float64', [2, 3], rows.flatMap(softmax));
    const g = operand('float64', [2, 3], [1, -2, 0.5, 3, 0, 1]);
    const expected = [0, 3].flatMap((at) => {
      const p = Array.from(y.values.slice(at, at + 3));
      const dp = Array.from(g.values.slice(at, at + 3));
      const sum = p.reduce((total, value, i) => total + value * dp[i], 0);
      return p.map((value, i) => value * (dp[i] - sum));
    });
    expectClose(compute(softmaxGradKernel, [g, y], x, undefined), expected);
  });
});

describe('logSoftmaxGradKernel', () => {
  it('is g - exp(y) sum(g) in each row', () => {
    const y = operand('float64', [1, 3], softmax(rows[0]).map(Math.log));
    const g = operand('float64', [1, 3], [1, -2, 0.5]);
    const expected = softmax(rows[0]).map((p, i) => g.values[i] + 0.5 * p);
    expectClose(compute(logSoftmaxGradKernel, [g, y], y, undefined), expected);
  });
});

describe('softmaxCrossEntropyKernel', () => {
  const loss = (labels: number[], logits: number[]): number => {
    const inputs = [labels, logits].map((row) => operand('float64', [row.length], row));
    return compute(
      softmaxCrossEntropyKernel,
      inputs,
      { dtype: 'float64', shape: [] },
      undefined,
    )[0];
  };

  it('is minus the expected log-probability', () => {
    const [a, b, c] = softmax(rows[1]).map(Math.log);
    expect(loss([0.25, 0.75, 0], rows[1])).toBeCloseTo(-(0.25 * a + 0.75 * b + 0 * c), 14);
  });

  it('survives where exp does not', () => {
    expect(loss([0, 1], [1000, 0])).toBe(1000);
    expect(loss([1, 0], [1000, 0])).toBe(0);
  });

  it('lets a label of 0 contribute nothing', () => {
    expect(loss([1, 0], [3, -Infinity])).toBe(0);
    expect(loss([0.5, 0.5], [3, -Infinity])).toBe(Infinity);
  });

  it('is 0 without classes', () => {
    expect(loss([], [])).toBe(0);
  });
});

describe('softmaxCrossEntropyGradKernel', () => {
  it('is g (softmax sum(labels) - labels) in each row', () => {
    const labels = operand('float64', [2, 3], [0, 1, 0, 0.5, 0.25, 0.75]);
    const g = operand('float64', [2], [2, -1]);
    const result = compute(softmaxCrossEntropyGradKernel, [g, labels, x], x, undefined);
    const expected = rows.flatMap((row, r) => {
      const own = Array.from(labels.values.slice(3 * r, 3 * r + 3));
      const total = own.reduce((sum, label) => sum + label, 0);
      return softmax(row).map((p, i) => g.values[r] * (p * total - own[i]));
    });
    expectClose(result, expected);
  });
});
