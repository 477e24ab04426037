import { cumsumKernel } from '../../lib/kernels/scan.ts';
import { compute, operand } from './operand.ts';

describe('cumsumKernel', () => {
  const x = operand('float64', [2, 3], [1, 2, 3, 4, 5, 6]);

  it.each([
    [0, false, false, [1, 2, 3, 5, 7, 9]],
    [0, true, false, [0, 0, 0, 1, 2, 3]],
    [0, false, true, [5, 7, 9, 4, 5, 6]],
    [1, false, false, [1, 3, 6, 4, 9, 15]],
    [1, true, false, [0, 1, 3, 0, 4, 9]],
    [1, false, true, [6, 5, 3, 15, 11, 6]],
    [1, true, true, [5, 3, 0, 11, 6, 0]],
  ])('along axis %j (exclusive %j, reverse %j)', (axis, exclusive, reverse, expected) => {
    expect(compute(cumsumKernel, [x], x, { axis, exclusive, reverse })).toEqual(expected);
  });

  it('adds float32 in double', () => {
    const row = operand('float32', [4], [2 ** 24, 1, 1, -(2 ** 24)]);
    const params = { axis: 0, exclusive: false, reverse: false };
    expect(compute(cumsumKernel, [row], row, params)[3]).toBe(2);
  });

  it('gives an exact 0 before an infinite first element', () => {
    const row = operand('float64', [3], [Infinity, 1, -Infinity]);
    const params = { axis: 0, exclusive: true, reverse: false };
    expect(compute(cumsumKernel, [row], row, params)).toEqual([0, Infinity, Infinity]);
  });

  it('leaves empty arrays empty', () => {
    const empty = operand('int32', [2, 0], []);
    const params = { axis: 1, exclusive: false, reverse: false };
    expect(compute(cumsumKernel, [empty], empty, params)).toEqual([]);
  });
});
