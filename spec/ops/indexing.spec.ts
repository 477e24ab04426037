import { tensor, zeros } from '../../lib/functions/creation.ts';
import { mul } from '../../lib/ops/arithmetic.ts';
import { gather, oneHot, unsortedSegmentSum } from '../../lib/ops/indexing.ts';
import { sum } from '../../lib/ops/structural.ts';
import { GradientTape } from '../../lib/transforms/tape.ts';
import { vmap } from '../../lib/transforms/vmap.ts';

const fault = (name: string, message: string): Error =>
  expect.objectContaining({ name, message }) as Error;

const matrix = [
  [1, 2, 3],
  [4, 5, 6],
];

describe('gather', () => {
  it('puts the shape of the indices in place of the axis', () => {
    expect(gather([10, 20, 30], 1).arraySync()).toBe(20);
    expect(gather(matrix, [1, 0, 1]).shape).toEqual([3, 3]);
    expect(gather(matrix, [[0], [2]], 1).arraySync()).toEqual([
      [[1], [3]],
      [[4], [6]],
    ]);
    expect(gather(matrix, [2, 0], 1, 1).arraySync()).toEqual([3, 4]);
    expect(gather(matrix, []).shape).toEqual([0, 3]);
  });

  it('adds up the gradients of an element that was picked twice', () => {
    const x = tensor([1, 2, 3]);
    const tape = new GradientTape();
    tape.watch(x);
    expect(tape.gradient(gather(x, [0, 0, 2]), x).arraySync()).toEqual([2, 0, 1]);
  });

  it('batches values, indices or both', () => {
    const indices = tensor(
      [
        [0, 0],
        [2, 1],
      ],
      undefined,
      'int32',
    );
    const each = vmap((x, i) => gather(x, i));
    expect(each(matrix, indices).arraySync()).toEqual([
      [1, 1],
      [6, 5],
    ]);
    expect(vmap((i) => gather([7, 8, 9], i))(indices).arraySync()).toEqual([
      [7, 7],
      [9, 8],
    ]);
    expect(vmap((x) => gather(x, [2]))(matrix).arraySync()).toEqual([[3], [6]]);
  });

  it.each([
    [
      [0, 3],
      'gather: indices must lie in [0, 3); got 3 at position 1; GatherV2: the index value 3 is not in [0, 2]',
    ],
    [
      -1,
      'gather: indices must lie in [0, 3); got -1; GatherV2: the index value -1 is not in [0, 2]',
    ],
  ])('rejects the indices %j', (indices, message) => {
    expect(() => gather([1, 2, 3], indices)).toThrow(fault('IndexError', message));
  });

  it('rejects indices that are no integers', () => {
    expect(() => gather([1, 2], tensor([1]))).toThrow(
      fault(
        'DTypeError',
        "gather: indices must have dtype int32; got float32; convert with cast(x, 'int32')",
      ),
    );
    expect(() => gather([1, 2], [true, false])).toThrow('must have dtype int32; got bool');
    expect(() => gather([1, 2], [0.5])).toThrow(
      fault('ArgumentError', 'gather: indices must hold integers; got [0.5]'),
    );
  });

  it('rejects axes that do not fit', () => {
    expect(() => gather(matrix, [0], 2)).toThrow('gather: axis must lie in [-2, 2); got 2');
    expect(() => gather(matrix, [0, 0], 0, 1)).toThrow(
      fault('AxisError', 'gather: batchDims must be less than or equal to axis, 0; got 1'),
    );
    expect(() => gather(matrix, [0, 0, 0], 1, 1)).toThrow(
      fault(
        'ShapeError',
        'gather: x and indices must agree in their first 1 axes; got [2,3] and [3]; there x.shape should be equal to indices.shape',
      ),
    );
  });
});

describe('unsortedSegmentSum', () => {
  it('sums slices by id and drops negative ids', () => {
    expect(unsortedSegmentSum([1, 2, 4, 8], [1, -1, 1, 0], 3).arraySync()).toEqual([8, 5, 0]);
    expect(unsortedSegmentSum(matrix, [0, 0], 1).arraySync()).toEqual([[5, 7, 9]]);
    expect(
      unsortedSegmentSum(
        matrix,
        [
          [0, 1, 0],
          [1, 1, 0],
        ],
        2,
      ).arraySync(),
    ).toEqual([10, 11]);
    expect(unsortedSegmentSum(zeros([0]), [], 2).arraySync()).toEqual([0, 0]);
  });

  it('gives a dropped slice a gradient of 0, to any order', () => {
    const x = tensor([1, 2, 3]);
    const outer = new GradientTape();
    outer.watch(x);
    const inner = new GradientTape();
    inner.watch(x);
    const sums = unsortedSegmentSum(x, [1, -1, 1], 2);
    const dx = inner.gradient(sum(mul(sums, sums)), x);
    expect(dx.arraySync()).toEqual([8, 0, 8]);
    expect(outer.gradient(dx, x).arraySync()).toEqual([4, 0, 4]);
  });

  it('rejects ids that are too large and shapes that do not fit', () => {
    expect(() => unsortedSegmentSum([1, 2], [0, 2], 2)).toThrow(
      fault('IndexError', 'unsortedSegmentSum: segmentIds must be below 2; got 2 at position 1'),
    );
    expect(() => unsortedSegmentSum([1, 2], [0], 2)).toThrow(
      fault(
        'ShapeError',
        'unsortedSegmentSum: segmentIds must have a shape that x [2] begins with; got [1]',
      ),
    );
    expect(() => unsortedSegmentSum([1, 2], [0, 1], -1)).toThrow(
      fault(
        'ArgumentError',
        'unsortedSegmentSum: numSegments must be an integer of at least 0; got -1',
      ),
    );
  });
});

describe('oneHot', () => {
  it('marks the place of each index, if the row has it', () => {
    expect(oneHot([[1], [-1]], 2).arraySync()).toEqual([[[0, 1]], [[0, 0]]]);
    expect(oneHot(2, 3, 5, -5, 'int32')).toMatchObject({ dtype: 'int32', shape: [3] });
    expect(oneHot(2, 3, 5, -5, 'int32').arraySync()).toEqual([-5, -5, 5]);
    expect(oneHot([0, 1], 0).shape).toEqual([2, 0]);
    expect(oneHot([0], 2).dtype).toBe('int32');
  });

  it('rejects values and depths that do not fit', () => {
    expect(() => oneHot([0], 1.5)).toThrow(
      fault('ArgumentError', 'oneHot: depth must be an integer of at least 0; got 1.5'),
    );
    expect(() => oneHot([0], 2, 0.5, 0, 'int32')).toThrow(
      'oneHot: onValue must be a number of dtype int32; got 0.5',
    );
    expect(() => oneHot(tensor([0]), 2)).toThrow('oneHot: indices must have dtype int32');
    expect(() => oneHot([0], 2 ** 40)).toThrow(/oneHot: result must have at most \d+ elements/);
  });
});
