import type { DType } from '../../lib/base/dtype.ts';
import * as compare from '../../lib/kernels/compare.ts';
import type { BinaryLoop, UnaryLoop } from '../../lib/kernels/elementwise.ts';
import { binaryKernel, unaryKernel } from '../../lib/kernels/elementwise.ts';
import { compute, operand } from './operand.ts';

function binary(loop: BinaryLoop, from: DType, to: DType, a: number[], b: number[]): number[] {
  const inputs = [operand(from, [a.length], a), operand(from, [b.length], b)];
  return compute(binaryKernel(loop), inputs, { dtype: to, shape: [a.length] }, undefined);
}

function unary(loop: UnaryLoop, from: DType, to: DType, x: number[]): number[] {
  const input = operand(from, [x.length], x);
  return compute(unaryKernel(loop), [input], { dtype: to, shape: [x.length] }, undefined);
}

describe('comparisons', () => {
  const a = [1, 2, 3, NaN, 0, Infinity];
  const b = [2, 2, 2, NaN, -0, Infinity];

  it.each<[string, BinaryLoop, number[]]>([
    ['equal', compare.equal, [0, 1, 0, 0, 1, 1]],
    ['notEqual', compare.notEqual, [1, 0, 1, 1, 0, 0]],
    ['less', compare.less, [1, 0, 0, 0, 0, 0]],
    ['lessEqual', compare.lessEqual, [1, 1, 0, 0, 1, 1]],
    ['greater', compare.greater, [0, 0, 1, 0, 0, 0]],
    ['greaterEqual', compare.greaterEqual, [0, 1, 1, 0, 1, 1]],
  ])('%s', (_, loop, expected) => {
    expect(binary(loop, 'float64', 'bool', a, b)).toEqual(expected);
  });
});

describe('logic', () => {
  const a = [0, 0, 1, 1];
  const b = [0, 1, 0, 1];

  it.each<[string, BinaryLoop, number[]]>([
    ['logicalAnd', compare.logicalAnd, [0, 0, 0, 1]],
    ['logicalOr', compare.logicalOr, [0, 1, 1, 1]],
    ['logicalXor', compare.logicalXor, [0, 1, 1, 0]],
  ])('%s', (_, loop, expected) => {
    expect(binary(loop, 'bool', 'bool', a, b)).toEqual(expected);
  });

  it('logicalNot', () => {
    expect(unary(compare.logicalNot, 'bool', 'bool', [0, 1])).toEqual([1, 0]);
  });
});

describe('kinds of numbers', () => {
  it.each<[string, UnaryLoop, number[]]>([
    ['isNaN', compare.isNaN, [0, 1, 0, 0, 0]],
    ['isFinite', compare.isFinite, [1, 0, 0, 0, 1]],
    ['isInf', compare.isInf, [0, 0, 1, 1, 0]],
  ])('%s', (_, loop, expected) => {
    const x = [1, NaN, Infinity, -Infinity, -0];
    expect(unary(loop, 'float32', 'bool', x)).toEqual(expected);
  });
});

describe('maximum and minimum', () => {
  it('pass NaN on and order the zeros', () => {
    const a = [1, NaN, 3, -0, 0];
    const b = [2, 0, NaN, 0, -0];
    expect(binary(compare.maximum, 'float64', 'float64', a, b)).toEqual([2, NaN, NaN, 0, 0]);
    expect(binary(compare.minimum, 'float64', 'float64', a, b)).toEqual([1, NaN, NaN, -0, -0]);
  });
});

describe('rounding', () => {
  const x = [-2.5, -1.5, -0.5, -0.2, 0.5, 1.5, 2.5, 2.6, 2 ** 53 - 1, 0.49999999999999994];

  it('round takes halves to the even neighbour', () => {
    const expected = [-2, -2, -0, -0, 0, 2, 2, 3, 2 ** 53 - 1, 0];
    expect(unary(compare.round, 'float64', 'float64', x)).toEqual(expected);
  });

  it('floor and ceil', () => {
    expect(unary(compare.floor, 'float64', 'float64', x.slice(0, 6))).toEqual([
      -3, -2, -1, -1, 0, 1,
    ]);
    expect(unary(compare.ceil, 'float64', 'float64', x.slice(0, 6))).toEqual([
      -2, -1, -0, -0, 1, 2,
    ]);
  });

  it('leave what is not finite alone', () => {
    for (const loop of [compare.round, compare.floor, compare.ceil]) {
      const edges = [NaN, Infinity, -Infinity, -0];
      expect(unary(loop, 'float32', 'float32', edges)).toEqual(edges);
    }
  });
});

describe('sign', () => {
  it('keeps zeros and NaN', () => {
    const x = [-3, -0, 0, 0.1, Infinity, NaN];
    expect(unary(compare.sign, 'float64', 'float64', x)).toEqual([-1, -0, 0, 1, 1, NaN]);
    expect(unary(compare.sign, 'int32', 'int32', [-3, 0, 9])).toEqual([-1, 0, 1]);
  });
});
