import type { DType } from '../../lib/base/dtype.ts';
import type { MatMulParams } from '../../lib/kernels/matmul.ts';
import { matMulKernel, matMulRows } from '../../lib/kernels/matmul.ts';
import type { Operand } from '../../lib/kernels/kernel.ts';
import { compute, elementAt, indicesOf, operand } from './operand.ts';

// Small integers, whose products and sums are exact in every dtype.
function integers(dtype: DType, shape: readonly number[]): Operand {
  const length = shape.reduce((size, n) => size * n, 1);
  const elements = Array.from({ length }, (_, i) => ((i * 7919) % 13) - 6);
  return operand(dtype, shape, elements);
}

function naive(a: Operand, b: Operand, shape: readonly number[], params: MatMulParams): number[] {
  const { transposeA, transposeB } = params;
  const k = a.shape[a.shape.length - (transposeA ? 2 : 1)];
  return indicesOf(shape).map((index) => {
    const [i, j] = index.slice(-2);
    const batch = index.slice(0, -2);
    let sum = 0;
    for (let p = 0; p < k; p++) {
      const left = elementAt(a, [...batch, ...(transposeA ? [p, i] : [i, p])]);
      sum += left * elementAt(b, [...batch, ...(transposeB ? [j, p] : [p, j])]);
    }
    return sum;
  });
}

function check(dtype: DType, shape: number[], k: number, batchA: number[], batchB: number[]): void {
  const [m, n] = shape.slice(-2);
  for (const transposeA of [false, true]) {
    for (const transposeB of [false, true]) {
      const params = { transposeA, transposeB };
      const a = integers(dtype, [...batchA, ...(transposeA ? [k, m] : [m, k])]);
      const b = integers(dtype, [...batchB, ...(transposeB ? [n, k] : [k, n])]);
      const result = compute(matMulKernel, [a, b], { dtype, shape }, params);
      expect(result).toEqual(naive(a, b, shape, params));
    }
  }
}

describe('matMulKernel', () => {
  it.each(['float32', 'float64', 'int32'] as const)('agrees with the definition in %s', (dtype) => {
    const sizes = [
      [1, 1, 1],
      [2, 3, 4],
      [4, 4, 4],
      [1, 9, 7],
      [7, 9, 1],
      [3, 50, 3],
      [5, 7, 6],
      [8, 8, 8],
      [9, 13, 11],
      [17, 33, 30],
    ];
    for (const [m, k, n] of sizes) check(dtype, [m, n], k, [], []);
  });

  it('gives the same bits where one operand is nearly all zeros', () => {
    const [m, k, n] = [20, 30, 25];
    const dense = (rows: number, columns: number): number[] =>
      Array.from({ length: rows * columns }, (_, i) => Math.sin(i * 1.3 + rows));
    const zeros = (rows: number, columns: number): number[] =>
      dense(rows, columns).map((x, i) => (i % 17 === 3 ? x : i % 5 === 0 ? -0 : 0));
    const multiply = (a: number[], b: number[]): number[] =>
      compute(
        matMulKernel,
        [operand('float64', [m, k], a), operand('float64', [k, n], b)],
        { dtype: 'float64', shape: [m, n] },
        { transposeA: false, transposeB: false },
      );
    const known = (a: number[], b: number[]): number[] =>
      Array.from({ length: m * n }, (_, at) => {
        const [i, j] = [Math.floor(at / n), at % n];
        let sum = 0;
        for (let p = 0; p < k; p++) sum += a[i * k + p] * b[p * n + j];
        return sum;
      });
    for (const [a, b] of [
      [zeros(m, k), dense(k, n)],
      [dense(m, k), zeros(k, n)],
      [zeros(m, k), zeros(k, n)],
      [zeros(m, k), dense(k, n).map((x, i) => (i === 40 ? Infinity : i === 90 ? NaN : x))],
      [dense(m, k).map((x, i) => (i === 50 ? -Infinity : x)), zeros(k, n)],
    ]) {
      expect(multiply(a, b)).toEqual(known(a, b));
    }
  });

  it('broadcasts leading axes', () => {
    check('float64', [3, 2, 4], 5, [3], [3]);
    check('float64', [3, 2, 4], 5, [3], []);
    check('float64', [3, 2, 4], 5, [], [3]);
    check('float64', [2, 3, 6, 5], 8, [2, 1], [3]);
    check('float64', [2, 3, 6, 5], 8, [1, 3], [2, 3]);
  });

  it('sums over an inner size of 0 and leaves empty results alone', () => {
    check('float32', [3, 4], 0, [], []);
    check('float32', [0, 4], 3, [], []);
    check('float32', [4, 0], 3, [], []);
    check('float32', [0, 2, 2], 3, [0], [1]);
  });

  it('cuts what does not fit its panels', () => {
    const a = integers('float64', [4, 4100]);
    const b = integers('float64', [4100, 18]);
    const params = { transposeA: false, transposeB: false };
    const result = compute(matMulKernel, [a, b], { dtype: 'float64', shape: [4, 18] }, params);
    expect(result).toEqual(naive(a, b, [4, 18], params));
  });

  it('copies large operands by pieces', () => {
    check('float64', [560, 2], 240, [], []);
    check('float64', [2, 6], 22_000, [], []);
    check('float64', [2, 5, 6], 1_500, [2], [2]);
  });

  it('rounds a float32 result once', () => {
    const a = operand('float32', [1, 3], [2 ** 24, 1, -(2 ** 24)]);
    const b = operand('float32', [3, 1], [1, 1, 1]);
    const result = { dtype: 'float32', shape: [1, 1] } as const;
    const params = { transposeA: false, transposeB: false };
    expect(compute(matMulKernel, [a, b], result, params)).toEqual([1]);
  });

  it('keeps NaN and infinities where they belong', () => {
    const a = operand(
      'float64',
      [5, 8],
      Array<number>(40).fill(1).fill(NaN, 0, 1).fill(Infinity, 8, 9),
    );
    const b = operand('float64', [8, 5], Array<number>(40).fill(1));
    const params = { transposeA: false, transposeB: false };
    const y = compute(matMulKernel, [a, b], { dtype: 'float64', shape: [5, 5] }, params);
    expect(y.slice(0, 10)).toEqual([
      ...Array<number>(5).fill(NaN),
      ...Array<number>(5).fill(Infinity),
    ]);
    expect(y.slice(10)).toEqual(Array<number>(15).fill(8));
  });
});

describe('matMulRows', () => {
  it('computes the rows asked for, across matrices, and no others', () => {
    const params = { transposeA: true, transposeB: false };
    const a = integers('float64', [3, 5, 6]);
    const b = integers('float64', [3, 5, 4]);
    const shape = [3, 6, 4];
    const expected = naive(a, b, shape, params);
    const y = operand('float64', shape, Array<number>(72).fill(NaN));
    matMulRows([a, b], [y], params, [4, 13]);
    expect(Array.from(y.values)).toEqual(
      expected.map((value, i) => (i >= 4 * 4 && i < 13 * 4 ? value : NaN)),
    );
  });
});
