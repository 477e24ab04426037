import type { SlopeLoop, UnaryLoop } from '../../lib/kernels/elementwise.ts';
import { binaryKernel, unaryKernel } from '../../lib/kernels/elementwise.ts';
import * as transcendental from '../../lib/kernels/transcendental.ts';
import { compute, operand, ulpsApart } from './operand.ts';
import { trueValues } from './trueValues.ts';

type Name = keyof typeof trueValues;

function at(name: Name | 'relu', x: number): number {
  const input = operand('float64', [], [x]);
  return compute(unaryKernel(transcendental[name]), [input], input, undefined)[0];
}

function slope(loop: SlopeLoop, g: number, s: number): number {
  const y = new Float64Array([NaN]);
  loop(Float64Array.of(g), Float64Array.of(s), y, 1);
  return y[0];
}

describe.each(Object.keys(trueValues) as Name[])('%s', (name) => {
  it('is within 2 ulp of the truth', () => {
    const errors = trueValues[name].map(([x, y]) => ulpsApart(at(name, x), y));
    expect(Math.max(...errors)).toBeLessThanOrEqual(2);
  });

  it('passes NaN on', () => {
    expect(at(name, NaN)).toBeNaN();
  });

  it('rounds float32 results once', () => {
    const [x] = trueValues[name].find(([value]) => value === Math.fround(value)) ?? [1];
    const input = operand('float32', [1], [x]);
    const loop: UnaryLoop = transcendental[name];
    const [y] = compute(unaryKernel(loop), [input], input, undefined);
    expect(y).toBe(Math.fround(at(name, x)));
  });
});

describe('at the edges', () => {
  it.each<[Name | 'relu', number, number]>([
    ['exp', -Infinity, 0],
    ['exp', Infinity, Infinity],
    ['exp', 710, Infinity],
    ['expm1', -Infinity, -1],
    ['expm1', -0, -0],
    ['log', 0, -Infinity],
    ['log', -1, NaN],
    ['log', Infinity, Infinity],
    ['log1p', -1, -Infinity],
    ['log1p', -0, -0],
    ['sin', -0, -0],
    ['sin', Infinity, NaN],
    ['cos', -Infinity, NaN],
    ['tanh', -0, -0],
    ['tanh', Infinity, 1],
    ['tanh', -Infinity, -1],
    ['sinh', -Infinity, -Infinity],
    ['cosh', -Infinity, Infinity],
    ['asin', 1.1, NaN],
    ['acos', 1, 0],
    ['atan', Infinity, Math.PI / 2],
    ['asinh', -Infinity, -Infinity],
    ['acosh', 1, 0],
    ['acosh', 0.9, NaN],
    ['atanh', 1, Infinity],
    ['atanh', -0, -0],
    ['sigmoid', -Infinity, 0],
    ['sigmoid', Infinity, 1],
    ['sigmoid', 0, 0.5],
    ['softplus', -Infinity, 0],
    ['softplus', Infinity, Infinity],
    ['erf', -0, -0],
    ['erf', Infinity, 1],
    ['erf', -Infinity, -1],
    ['relu', -3, 0],
    ['relu', 3, 3],
    ['relu', -0, 0],
    ['relu', NaN, NaN],
  ])('%s(%d) is %d', (name, x, expected) => {
    expect(at(name, x)).toBe(expected);
  });

  it('erf is odd', () => {
    for (const [x] of trueValues.erf) expect(at('erf', -x)).toBe(-at('erf', x));
  });
});

describe('slopes', () => {
  const own = Object.entries(transcendental).filter(([name]) => name.endsWith('Slope'));
  const loops = own as [string, SlopeLoop][];

  it.each(loops)('%s agrees with the difference quotient', (slopeName, loop) => {
    const name = slopeName.slice(0, -'Slope'.length) as Name | 'relu';
    const fromOutput = ['exp', 'tan', 'tanh', 'sigmoid', 'relu'].includes(name);
    for (const x of name === 'acosh' ? [1.5, 4] : [-0.75, -0.3, 0.2, 0.9]) {
      if (name === 'log' && x < 0) continue;
      const h = 1e-6;
      const quotient = (at(name, x + h) - at(name, x - h)) / (2 * h);
      expect(slope(loop, 3, fromOutput ? at(name, x) : x)).toBeCloseTo(3 * quotient, 7);
    }
  });

  it.each(loops)('%s is exactly 0 where the cotangent is', (_, loop) => {
    for (const s of [0, -1, 1, 2, NaN, Infinity, -Infinity]) {
      expect(slope(loop, 0, s)).toBe(0);
      expect(slope(loop, -0, s)).toBe(0);
    }
  });

  it('acosh has none where it has no value', () => {
    expect(slope(transcendental.acoshSlope, 1, 0.5)).toBeNaN();
    expect(slope(transcendental.acoshSlope, 1, -2)).toBeNaN();
  });

  it('relu has 0 at the kink', () => {
    expect(slope(transcendental.reluSlope, 5, 0)).toBe(0);
  });
});

describe('atan2', () => {
  it.each([
    [1, 1, Math.PI / 4],
    [1, -1, (3 * Math.PI) / 4],
    [-1, 0, -Math.PI / 2],
    [0, -1, Math.PI],
    [-0, -1, -Math.PI],
  ])('of %d and %d is %d', (a, b, angle) => {
    const inputs = [operand('float64', [], [a]), operand('float64', [], [b])];
    const result = compute(binaryKernel(transcendental.atan2), inputs, inputs[0], undefined);
    expect(result).toEqual([angle]);
  });
});

describe('leakyReluKernel and leakyReluGradKernel', () => {
  const x = operand('float64', [4], [-2, 0, 3, NaN]);

  it('scale what is negative', () => {
    const y = compute(transcendental.leakyReluKernel, [x], x, { alpha: 0.25 });
    expect(y).toEqual([-0.5, 0, 3, NaN]);
  });

  it('have the left slope at 0, and none of a zero cotangent', () => {
    const g = operand('float64', [4], [8, 8, 8, 0]);
    const dx = compute(transcendental.leakyReluGradKernel, [g, x], x, { alpha: 0.25 });
    expect(dx).toEqual([2, 2, 8, 0]);
  });
});
