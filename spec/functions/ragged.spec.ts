import {
  ForwardAccumulator,
  grad,
  grads,
  raggedGather,
  raggedRange,
  raggedTensorToTensor,
  sum,
  square,
  tensor,
} from '../../lib/index.ts';
import type { TensorLike } from '../../lib/index.ts';

const float64 = (values: number[]): ReturnType<typeof tensor> =>
  tensor(values, undefined, 'float64');

describe('raggedGather', () => {
  it('repeats rows and adds even splits for the axes of the indices', () => {
    const { outputNestedSplits, outputDenseValues } = raggedGather(
      [[0, 1, 1, 3]],
      [5, 6, 7],
      [
        [2, 1],
        [0, 2],
      ],
      2,
    );
    expect(outputNestedSplits.map((x) => x.arraySync())).toEqual([
      [0, 2, 4],
      [0, 2, 2, 3, 5],
    ]);
    expect(outputDenseValues.arraySync()).toEqual([6, 7, 5, 6, 7]);
  });

  it('gathers nothing', () => {
    const { outputNestedSplits, outputDenseValues } = raggedGather([[0]], [], []);
    expect(outputNestedSplits.map((x) => x.arraySync())).toEqual([[0]]);
    expect(outputDenseValues.arraySync()).toEqual([]);
  });

  it('adds up the gradients of values that are taken twice', () => {
    const loss = (x: TensorLike): ReturnType<typeof tensor> =>
      sum(square(raggedGather([[0, 1, 3]], x, [1, 1]).outputDenseValues));
    expect(grad(loss)(float64([5, 6, 7])).arraySync()).toEqual([0, 24, 28]);
  });

  it.each([
    [[[0, 2, 1]], [0], 'paramsNestedSplits[0] must be sorted in ascending order'],
    [[[0, 9]], [0], 'paramsNestedSplits[0] must not point past the 3 values'],
    [
      [
        [0, 3],
        [0, 3],
      ],
      [0],
      'paramsNestedSplits[0] must not point past the 1 values',
    ],
    [[[0, 3]], [1], 'indices must lie in [0, 1); got 1 at position 0'],
    [[[]], [0], 'paramsNestedSplits[0] must be a vector that is not empty'],
    [[], [0], 'paramsNestedSplits must be an array of at least one vector'],
  ])('refuses splits %j with indices %j', (splits, indices, message) => {
    expect(() => raggedGather(splits, [1, 2, 3], indices)).toThrow(message);
  });
});

describe('raggedRange', () => {
  it('counts down, and leaves a range empty that leads away from its limit', () => {
    const { rtNestedSplits, rtDenseValues } = raggedRange([5, 0, 0], [1, 2, 2], [-2, -1, 0.5]);
    expect(rtNestedSplits.arraySync()).toEqual([0, 2, 2, 6]);
    expect(rtDenseValues.arraySync()).toEqual([5, 3, 0, 0.5, 1, 1.5]);
  });

  it('passes gradients to starts and deltas', () => {
    const loss = (starts: TensorLike, limits: TensorLike, deltas: TensorLike) =>
      sum(raggedRange(starts, limits, deltas).rtDenseValues);
    const found = grads(loss)([float64([0, 1]), float64([3, 3]), float64([1, 1])]);
    expect(found.map((x) => x.arraySync())).toEqual([
      [3, 2],
      [0, 0],
      [3, 1],
    ]);
  });

  it('has directional derivatives', () => {
    const deltas = float64([1]);
    const forward = new ForwardAccumulator(deltas, float64([1]));
    const { rtDenseValues } = forward.run(() => raggedRange(0, 3, deltas));
    expect(forward.jvp(rtDenseValues)?.arraySync()).toEqual([0, 1, 2]);
  });

  it('refuses ranges without end', () => {
    expect(() => raggedRange(0, 5, 0)).toThrow('raggedRange: deltas must not be 0; got 0');
    expect(() => raggedRange(0, Infinity, 1)).toThrow('the size of range 0 must be an integer');
    expect(() => raggedRange([0, 1], [1, 2, 3], 1)).toThrow('must have the same shape');
    expect(() => raggedRange(true, 3, 1)).toThrow('starts must be int32 or float; got bool');
  });
});

describe('raggedTensorToTensor', () => {
  it('takes the natural size where a size is -1', () => {
    const splits = [
      [0, 2, 2, 3],
      [0, 1, 3, 3],
    ];
    const types = ['ROW_SPLITS', 'ROW_SPLITS'] as const;
    const dense = raggedTensorToTensor([2, -1, 3], [1, 2, 3], 9, splits, types);
    expect(dense.arraySync()).toEqual([
      [
        [1, 9, 9],
        [2, 3, 9],
      ],
      [
        [9, 9, 9],
        [9, 9, 9],
      ],
    ]);
  });

  it('fills up with rows', () => {
    const values = [
      [1, 2],
      [3, 4],
      [5, 6],
    ];
    const dense = raggedTensorToTensor(-1, values, [8, 9], [[0, 2, 3]], ['ROW_SPLITS']);
    expect(dense.arraySync()).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [8, 9],
      ],
    ]);
  });

  it('gives the default value the gradient of all places that it fills', () => {
    const dense = (x: TensorLike, d: TensorLike) =>
      sum(raggedTensorToTensor([2, 2], x, d, [[0, 1, 4]], ['ROW_SPLITS']));
    const found = grads(dense)([float64([1, 2, 3, 4]), tensor(0, undefined, 'float64')]);
    expect(found.map((x) => x.arraySync())).toEqual([[1, 1, 1, 0], 1]);
  });

  it('refuses what does not fit', () => {
    const call = (shape: TensorLike, partitions: TensorLike[], types: string[]) => () =>
      raggedTensorToTensor(shape, [1, 2, 3], 0, partitions, types as never);
    expect(call([2, 2, 2], [[0, 1, 3]], ['ROW_SPLITS'])).toThrow(
      'values and shape are incompatible',
    );
    expect(call(-1, [[0, 1]], ['ROW_SPLITS'])).toThrow('values must hold the 1 rows');
    expect(call(-1, [[0, 2, 1]], ['ROW_SPLITS'])).toThrow('that ascend from 0');
    expect(call(-1, [[0, 0, 1]], ['VALUE_ROWIDS'])).toThrow('begin with FIRST_DIM_SIZE');
    expect(call(-1, [2, [0, 0, 2]], ['FIRST_DIM_SIZE', 'VALUE_ROWIDS'])).toThrow(
      'row ids in [0, 2)',
    );
    expect(call(-1, [2, [0, 1, 0]], ['FIRST_DIM_SIZE', 'VALUE_ROWIDS'])).toThrow('that ascend');
    expect(call(-1, [], ['ROW_SPLITS'])).toThrow('hold one for each of the 1 types');
    expect(call(-1, [2], ['FIRST_DIM_SIZE'])).toThrow('name a ragged axis');
    expect(call(-1, [[0, 3]], ['ROW_LENGTHS'])).toThrow('rowPartitionTypes must be one of');
  });
});
