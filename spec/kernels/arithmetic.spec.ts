import type { DType } from '../../lib/base/dtype.ts';
import * as arithmetic from '../../lib/kernels/arithmetic.ts';
import type { BinaryLoop, SlopeLoop, UnaryLoop } from '../../lib/kernels/elementwise.ts';
import { binaryKernel, slopeKernel, unaryKernel } from '../../lib/kernels/elementwise.ts';
import { compute, operand } from './operand.ts';

function binary(loop: BinaryLoop, a: number, b: number, dtype: DType = 'float64'): number {
  const inputs = [operand(dtype, [], [a]), operand(dtype, [], [b])];
  return compute(binaryKernel(loop), inputs, { dtype, shape: [] }, undefined)[0];
}

function unary(loop: UnaryLoop, x: number, dtype: DType = 'float64'): number {
  return compute(unaryKernel(loop), [operand(dtype, [], [x])], { dtype, shape: [] }, undefined)[0];
}

function slope(loop: SlopeLoop, g: number, s: number): number {
  const inputs = [operand('float64', [], [g]), operand('float64', [], [s])];
  return compute(slopeKernel(loop), inputs, { dtype: 'float64', shape: [] }, undefined)[0];
}

describe('binary loops', () => {
  const { add, sub, mul, div, squaredDifference } = arithmetic;

  it.each<[BinaryLoop, number, number, number]>([
    [add, 1, 2, 3],
    [sub, 1, 2, -1],
    [mul, 3, -2, -6],
    [div, 7, 2, 3.5],
    [div, 1, 0, Infinity],
    [div, 0, 0, NaN],
    [squaredDifference, 3, 5, 4],
  ])('%p of %d and %d is %d', (loop, a, b, expected) => {
    expect(binary(loop, a, b)).toBe(expected);
  });

  it('keep the low 32 bits of integer products', () => {
    const product = Number(BigInt.asIntN(32, 123456789n * 987654321n));
    expect(binary(mul, 123456789, 987654321, 'int32')).toBe(product);
    const difference = 2n ** 31n - 1n + 2n ** 30n + 12345n;
    const square = Number(BigInt.asIntN(32, difference * difference));
    expect(binary(squaredDifference, 2 ** 31 - 1, -(2 ** 30) - 12345, 'int32')).toBe(square);
    expect(unary(arithmetic.square, 123456789, 'int32')).toBe(
      Number(BigInt.asIntN(32, 123456789n ** 2n)),
    );
    expect(binary(add, 2 ** 31 - 1, 1, 'int32')).toBe(-(2 ** 31));
    const power = Number(BigInt.asIntN(32, (-7n) ** 41n));
    expect(binary(arithmetic.pow, -7, 41, 'int32')).toBe(power);
    expect(binary(arithmetic.pow, 0, 0, 'int32')).toBe(1);
  });

  it('round float32 once', () => {
    const [a, b] = [Math.fround(0.1), Math.fround(0.7)];
    expect(binary(mul, a, b, 'float32')).toBe(Math.fround(a * b));
    expect(binary(squaredDifference, a, b, 'float32')).toBe(Math.fround((a - b) ** 2));
  });
});

describe('floorDiv and mod', () => {
  it.each([
    [7, 2, 3, 1],
    [-7, 2, -4, 1],
    [7, -2, -4, -1],
    [-7, -2, 3, -1],
    [6, -3, -2, -0],
    [-6, 3, -2, 0],
    [1, 0.1, 9, 0.09999999999999995],
    [1, Infinity, 0, 1],
    [-1, Infinity, -1, Infinity],
    [1, 0, Infinity, NaN],
    [0, 0, NaN, NaN],
    [NaN, 2, NaN, NaN],
  ])('of %d and %d are %d and %d', (a, b, quotient, remainder) => {
    expect(binary(arithmetic.floorDiv, a, b)).toBe(quotient);
    expect(binary(arithmetic.mod, a, b)).toBe(remainder);
  });

  it('of integers are integers, and 0 when dividing by 0', () => {
    expect(binary(arithmetic.floorDiv, -7, 2, 'int32')).toBe(-4);
    expect(binary(arithmetic.mod, -7, 2, 'int32')).toBe(1);
    expect(binary(arithmetic.floorDiv, 5, 0, 'int32')).toBe(0);
    expect(binary(arithmetic.mod, 5, 0, 'int32')).toBe(0);
  });
});

describe('pow', () => {
  it.each([
    [2, 10, 1024],
    [-8, 3, -512],
    [-8, 1 / 3, NaN],
    [0, 0, 1],
    [0, -1, Infinity],
    [-0, -3, -Infinity],
    [1, NaN, 1],
    [NaN, 0, 1],
    [1, Infinity, 1],
    [-1, Infinity, 1],
    [-1, -Infinity, 1],
    [0.5, Infinity, 0],
    [2, NaN, NaN],
  ])('raises %d to %d as IEEE 754 does', (base, exponent, expected) => {
    expect(binary(arithmetic.pow, base, exponent)).toBe(expected);
  });
});

describe('scale and quotient', () => {
  it('are exactly 0 where the first operand is, whatever the second', () => {
    for (const b of [0, -1, 5, Infinity, -Infinity, NaN]) {
      expect(binary(arithmetic.scale, 0, b)).toBe(0);
      expect(binary(arithmetic.scale, -0, b)).toBe(0);
      expect(binary(arithmetic.quotient, 0, b)).toBe(0);
      expect(binary(arithmetic.quotient, -0, b)).toBe(0);
    }
  });

  it('are a product and a quotient elsewhere', () => {
    expect(binary(arithmetic.scale, 3, 4)).toBe(12);
    expect(binary(arithmetic.scale, 3, 0)).toBe(0);
    expect(binary(arithmetic.scale, Infinity, 0)).toBeNaN();
    expect(binary(arithmetic.quotient, 3, 4)).toBe(0.75);
    expect(binary(arithmetic.quotient, 3, 0)).toBe(Infinity);
  });
});

describe('unary loops', () => {
  const { neg, abs, square, sqrt, rsqrt, reciprocal } = arithmetic;

  it.each<[UnaryLoop, number, number]>([
    [neg, 3, -3],
    [neg, 0, -0],
    [abs, -3, 3],
    [abs, -0, 0],
    [square, -3, 9],
    [sqrt, 9, 3],
    [sqrt, -0, -0],
    [sqrt, -1, NaN],
    [rsqrt, 4, 0.5],
    [rsqrt, 0, Infinity],
    [reciprocal, 4, 0.25],
    [reciprocal, -0, -Infinity],
    [reciprocal, Infinity, 0],
  ])('%p of %d is %d', (loop, x, expected) => {
    expect(unary(loop, x)).toBe(expected);
  });
});

describe('slopes', () => {
  const { absSlope, squareSlope, sqrtSlope, rsqrtSlope, reciprocalSlope } = arithmetic;

  it.each<[SlopeLoop, number, number]>([
    [squareSlope, 5, 10],
    [sqrtSlope, 4, 0.125],
    [sqrtSlope, 0, Infinity],
    [rsqrtSlope, 2, -4],
    [reciprocalSlope, 3, -9],
    [absSlope, -7, -1],
    [absSlope, 0, 0],
    [absSlope, 7, 1],
    [absSlope, NaN, NaN],
  ])('%p at %d is %d', (loop, s, expected) => {
    expect(slope(loop, 1, s)).toBe(expected);
    expect(slope(loop, 2, s)).toBe(2 * expected);
  });

  it('are exactly 0 where the cotangent is', () => {
    for (const loop of [absSlope, squareSlope, sqrtSlope, rsqrtSlope, reciprocalSlope]) {
      for (const s of [0, 1, Infinity, NaN]) expect(slope(loop, -0, s)).toBe(0);
    }
  });
});
