import { broadcastStrides, mergeAxes, stridesOf } from '../../lib/kernels/strides.ts';

describe('stridesOf', () => {
  it('counts the elements from one index to the next', () => {
    expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1]);
    expect(stridesOf([])).toEqual([]);
  });
});

describe('broadcastStrides', () => {
  it('are 0 along axes that are repeated', () => {
    expect(broadcastStrides([2, 1, 3], [5, 2, 4, 3])).toEqual([0, 3, 0, 1]);
  });
});

describe('mergeAxes', () => {
  it('merges what is contiguous, or repeated, in every array', () => {
    const shape = [2, 3, 1, 4];
    const full = stridesOf(shape);
    expect(mergeAxes(shape, [full, full])).toEqual([{ size: 24, strides: [1, 1] }]);
    expect(mergeAxes(shape, [full, [0, 0, 0, 0]])).toEqual([{ size: 24, strides: [1, 0] }]);
    expect(mergeAxes(shape, [full, [0, 0, 0, 1]])).toEqual([
      { size: 6, strides: [4, 0] },
      { size: 4, strides: [1, 1] },
    ]);
  });

  it('leaves out axes of size 1 and keeps empty ones', () => {
    expect(mergeAxes([1, 1], [[7, 7]])).toEqual([]);
    expect(mergeAxes([2, 0], [[0, 1]])).toEqual([{ size: 0, strides: [1] }]);
  });
});
