import { tensor, zeros } from '../../lib/functions/creation.ts';
import { mul } from '../../lib/ops/arithmetic.ts';
import { pad, reverse, slice, tile } from '../../lib/ops/slicing.ts';
import { sum } from '../../lib/ops/structural.ts';
import { GradientTape } from '../../lib/transforms/tape.ts';
import { vmap } from '../../lib/transforms/vmap.ts';

const fault = (name: string, message: string): Error =>
  expect.objectContaining({ name, message }) as Error;

const matrix = [
  [1, 2, 3],
  [4, 5, 6],
];

describe('slice', () => {
  it('takes a number for the first axis and completes missing axes', () => {
    expect(slice([1, 2, 3], 1).arraySync()).toEqual([2, 3]);
    expect(slice([1, 2, 3], 1, 1).arraySync()).toEqual([2]);
    expect(slice(matrix, 1).arraySync()).toEqual([[4, 5, 6]]);
    expect(slice(matrix, [0, 1]).arraySync()).toEqual([
      [2, 3],
      [5, 6],
    ]);
    expect(slice(matrix, [0, 1], [-1, 1]).arraySync()).toEqual([[2], [5]]);
    expect(slice(matrix, [1], [1]).arraySync()).toEqual([[4, 5, 6]]);
    expect(slice(7, []).arraySync()).toBe(7);
  });

  it('may be empty', () => {
    expect(slice([1, 2, 3], 3).arraySync()).toEqual([]);
    expect(slice(matrix, [2, 1], [0, 2])).toMatchObject({ shape: [0, 2], size: 0 });
    expect(slice(matrix, [0, 1], [2, 0])).toMatchObject({ shape: [2, 0], size: 0 });
    expect(slice(zeros([0, 3]), [0, 1])).toMatchObject({ shape: [0, 2], size: 0 });
  });

  it('shares the values of a large run and copies other parts', () => {
    const x = zeros([4, 40, 40]);
    expect(slice(x, 1, 2).values.buffer).toBe(x.values.buffer);
    expect(slice(x, [1, 2], [1, 30]).values.buffer).toBe(x.values.buffer);
    expect(slice(x, [0, 0, 1]).values.buffer).not.toBe(x.values.buffer);
    expect(slice(x, [0, 1], [2, 30]).values.buffer).not.toBe(x.values.buffer);
  });

  it('takes a part of a part', () => {
    const x = tensor(Float32Array.from({ length: 6000 }, (_, i) => i));
    const part = slice(slice(x, 1000), 500, 4000);
    expect([part.values[0], part.values[3999], part.size]).toEqual([1500, 5499, 4000]);
  });

  it.each([
    [[3, 0], undefined, 'slice: begin must hold integers from 0 to 2 at [0] for x [2,3]; got 3'],
    [
      [0, -1],
      undefined,
      'slice: begin must hold integers from 0 to 3 at [1] for x [2,3]; got -1; slice() does not support negative begin indexing; stridedSlice does',
    ],
    [0.5, undefined, 'slice: begin must hold integers from 0 to 2 at [0] for x [2,3]; got 0.5'],
  ])('rejects the begin %j', (begin, size, message) => {
    expect(() => slice(matrix, begin, size)).toThrow(fault('IndexError', message));
  });

  it.each([
    [
      [0, 1],
      [2, 3],
      'slice: size must be -1 or an integer from 0 to 2 at [1], where x [2,3] is cut at 1; got 3',
    ],
    [
      [0, 1],
      -2,
      'slice: size must be -1 or an integer from 0 to 2 at [0], where x [2,3] is cut at 0; got -2',
    ],
    [
      [0, 1],
      [1, NaN],
      'slice: size must be -1 or an integer from 0 to 2 at [1], where x [2,3] is cut at 1; got NaN',
    ],
    [
      [0, 0, 0],
      [],
      'slice: begin must be a number or an array of at most 2, the rank of x; got [0,0,0]',
    ],
  ])('rejects begin %j with size %j', (begin, size, message) => {
    expect(() => slice(matrix, begin, size)).toThrow(fault('ShapeError', message));
  });

  it('rejects a number for a scalar', () => {
    expect(() => slice(7, 0)).toThrow('be a number or an array of at most 0, the rank of x; got 0');
  });
});

describe('pad', () => {
  it('surrounds with zeros or another constant', () => {
    expect(pad([1, 2], [[1, 2]]).arraySync()).toEqual([0, 1, 2, 0, 0]);
    expect(
      pad(
        [[1]],
        [
          [0, 1],
          [1, 0],
        ],
        -Infinity,
      ).arraySync(),
    ).toEqual([
      [-Infinity, 1],
      [-Infinity, -Infinity],
    ]);
    expect(pad(zeros([0]), [[1, 1]], 9).arraySync()).toEqual([9, 9]);
    expect(pad(tensor([true]), [[1, 0]], 1)).toMatchObject({ dtype: 'bool' });
  });

  it('passes the gradient of the inner part only, at every order', () => {
    const x = tensor([1, 2]);
    const outer = new GradientTape();
    outer.watch(x);
    const inner = new GradientTape();
    inner.watch(x);
    const padded = pad(x, [[1, 1]], 5);
    const dx = inner.gradient(mul(padded, mul(padded, padded)), x);
    expect(dx.arraySync()).toEqual([3, 12]);
    expect(outer.gradient(dx, x).arraySync()).toEqual([6, 12]);
  });

  it.each([
    [
      [[1, 1]],
      'pad: paddings must hold a pair of counts [before, after] for each axis of x [2,3]; got [[1,1]]',
    ],
    [
      [[1], [1]],
      'pad: paddings must hold a pair of counts [before, after] for each axis of x [2,3]; got [[1],[1]]',
    ],
    [
      [
        [0, 0],
        [-1, 0],
      ],
      'pad: paddings must hold a pair of counts [before, after] for each axis of x [2,3]; got [[0,0],[-1,0]]',
    ],
    [
      [
        [0, 0],
        [0, 0.5],
      ],
      'pad: paddings must hold a pair of counts [before, after] for each axis of x [2,3]; got [[0,0],[0,0.5]]',
    ],
  ])('rejects the paddings %j', (paddings, message) => {
    expect(() => pad(matrix, paddings)).toThrow(fault('ShapeError', message));
  });

  it('rejects the holes of sparse paddings', () => {
    expect(() => pad([1], new Array<number[]>(1))).toThrow('got [undefined]');
    expect(() => pad([1], [new Array<number>(2)])).toThrow('got [[undefined,undefined]]');
  });

  it('rejects a constant that the dtype cannot hold', () => {
    const x = tensor([1], undefined, 'int32');
    expect(() => pad(x, [[1, 1]], 0.5)).toThrow(
      fault('ArgumentError', 'pad: constantValue must be a number of dtype int32; got 0.5'),
    );
    expect(() => pad(tensor([true]), [[1, 1]], 2)).toThrow('be a number of dtype bool; got 2');
    expect(() => pad([1], [[2 ** 40, 0]])).toThrow(/pad: result must have at most \d+ elements/);
  });
});

describe('reverse', () => {
  it('turns the named axes round, or all', () => {
    expect(reverse(matrix).arraySync()).toEqual([
      [6, 5, 4],
      [3, 2, 1],
    ]);
    expect(reverse(matrix, -2).arraySync()).toEqual([
      [4, 5, 6],
      [1, 2, 3],
    ]);
    expect(reverse(7).arraySync()).toBe(7);
    expect(vmap((x) => reverse(x, 0))(matrix).arraySync()).toEqual([
      [3, 2, 1],
      [6, 5, 4],
    ]);
  });

  it('rejects an axis named twice', () => {
    expect(() => reverse(matrix, [0, -2])).toThrow(
      fault('AxisError', 'reverse: axis must name each axis once; got [0,-2]'),
    );
  });
});

describe('tile', () => {
  it('repeats along each axis', () => {
    expect(tile([1, 2], [2]).arraySync()).toEqual([1, 2, 1, 2]);
    expect(tile(matrix, [1, 0])).toMatchObject({ shape: [2, 0] });
  });

  it('adds up the gradients of the copies', () => {
    const x = tensor([1, 2]);
    const tape = new GradientTape();
    tape.watch(x);
    const y = sum(mul(tile(x, [3]), [1, 2, 3, 4, 5, 6]));
    expect(tape.gradient(y, x).arraySync()).toEqual([9, 12]);
  });

  it('rejects counts that do not fit', () => {
    expect(() => tile(matrix, [2])).toThrow(
      fault('ShapeError', 'tile: reps must hold one count for each axis of x [2,3]; got [2]'),
    );
    expect(() => tile(matrix, [1, -1])).toThrow(
      fault('ArgumentError', 'tile: reps[1] must be an integer of at least 0; got -1'),
    );
    expect(() => tile([1], new Array<number>(1))).toThrow(
      fault('ArgumentError', 'tile: reps[0] must be an integer of at least 0; got undefined'),
    );
  });
});
