import { broadcastShapes, sizeOf } from '../../lib/base/shape.ts';
import { sub } from '../../lib/kernels/arithmetic.ts';
import { forEachRun } from '../../lib/kernels/broadcast.ts';
import { binaryKernel } from '../../lib/kernels/elementwise.ts';
import { compute, elementAt, indicesOf, sample } from './operand.ts';

const pairs: [number[], number[]][] = [
  [[], []],
  [[3], []],
  [[], [2, 2]],
  [[4], [1]],
  [[2, 3], [3]],
  [[3], [2, 3]],
  [
    [2, 1],
    [1, 3],
  ],
  [
    [2, 3],
    [2, 1],
  ],
  [
    [4, 1, 3],
    [2, 1],
  ],
  [
    [2, 3, 4],
    [3, 1],
  ],
  [
    [2, 1, 2, 1],
    [3, 1, 2],
  ],
  [
    [1, 1, 1],
    [2, 1, 3],
  ],
  [
    [0, 3],
    [1, 3],
  ],
  [[2, 0], [1]],
];

describe('binaryKernel', () => {
  it.each(pairs)('reads %j and %j as if both had the shape of the result', (a, b) => {
    const x = sample('float64', a);
    const y = sample('float64', b);
    const shape = broadcastShapes('sub', a, b);
    const expected = indicesOf(shape).map((index) => elementAt(x, index) - elementAt(y, index));
    const result = compute(binaryKernel(sub), [x, y], { dtype: 'float64', shape }, undefined);
    expect(result).toEqual(expected);
  });
});

describe('forEachRun', () => {
  it('covers each element once, in order', () => {
    for (const [a, b] of pairs) {
      const shape = broadcastShapes('sub', a, b);
      if (sizeOf(shape) === 0) continue;
      let next = 0;
      forEachRun([a, b], shape, (n, _steps, outAt) => {
        expect(outAt).toBe(next);
        next += n;
      });
      expect(next).toBe(sizeOf(shape));
    }
  });

  it('takes equal shapes as one run', () => {
    const lengths: number[] = [];
    forEachRun([[2, 3, 4], [2, 3, 4], []], [2, 3, 4], (n, steps) => {
      expect(steps).toEqual([1, 1, 0]);
      lengths.push(n);
    });
    expect(lengths).toEqual([24]);
  });
});
