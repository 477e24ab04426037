import { tensor, variable, zeros } from '../../lib/functions/creation.ts';
import { mul } from '../../lib/ops/arithmetic.ts';
import { concat, split, stack, unstack } from '../../lib/ops/joining.ts';
import { sum } from '../../lib/ops/structural.ts';
import { ForwardAccumulator } from '../../lib/transforms/forward.ts';
import { GradientTape } from '../../lib/transforms/tape.ts';
import { vmap } from '../../lib/transforms/vmap.ts';

const fault = (name: string, message: string): Error =>
  expect.objectContaining({ name, message }) as Error;

const arrays = (tensors: readonly { arraySync(): unknown }[]): unknown[] =>
  tensors.map((x) => x.arraySync());

describe('concat', () => {
  it('joins along any axis', () => {
    expect(concat([[1], [2, 3]]).arraySync()).toEqual([1, 2, 3]);
    expect(
      concat(
        [
          [[1], [2]],
          [
            [3, 4],
            [5, 6],
          ],
        ],
        -1,
      ).arraySync(),
    ).toEqual([
      [1, 3, 4],
      [2, 5, 6],
    ]);
    expect(concat([[1, 2]]).arraySync()).toEqual([1, 2]);
    expect(concat([zeros([0]), [1]]).arraySync()).toEqual([1]);
  });

  it('takes the widest dtype, which plain arrays adopt', () => {
    const wide = tensor([1], undefined, 'float64');
    expect(concat([wide, [0.1]])).toMatchObject({ dtype: 'float64' });
    expect(concat([wide, [0.1]]).arraySync()).toEqual([1, 0.1]);
    expect(concat([tensor([1], undefined, 'int32'), tensor([true])]).dtype).toBe('int32');
    expect(concat([variable([1]), [2]]).arraySync()).toEqual([1, 2]);
  });

  it('passes gradients to the parts, also to one tensor given twice', () => {
    const x = tensor([1, 2]);
    const tape = new GradientTape();
    tape.watch(x);
    const y = sum(mul(concat([x, [9], x]), [1, 2, 3, 4, 5]));
    expect(tape.gradient(y, x).arraySync()).toEqual([5, 7]);
  });

  it('joins batched parts with others', () => {
    expect(
      vmap((x) => concat([x, [9]]))([
        [1, 2],
        [3, 4],
      ]).arraySync(),
    ).toEqual([
      [1, 2, 9],
      [3, 4, 9],
    ]);
  });

  it('rejects the holes of a sparse array', () => {
    expect(() => concat(new Array<number[]>(2))).toThrow(
      "Argument 'tensors[0]' passed to 'concat' must be a Tensor or TensorLike; got undefined",
    );
  });

  it('rejects shapes that do not agree', () => {
    expect(() => concat([[[1, 2]], [[1, 2, 3]]])).toThrow(
      fault(
        'ShapeError',
        'concat: tensors must agree in every axis but 0; got [1,2] and, at [1], [1,3]',
      ),
    );
    expect(() => concat([[1], [[1]]])).toThrow('got [1] and, at [1], [1,1]');
    expect(() => concat([[1], [2]], 1)).toThrow(
      fault('AxisError', 'concat: axis must lie in [-1, 1); got 1'),
    );
    expect(() => concat([1, 2])).toThrow(
      'concat: axis must name an axis, and a scalar has none; got 0',
    );
    expect(() => concat([])).toThrow(
      fault('ArgumentError', 'concat: tensors must be an array of at least one tensor; got []'),
    );
    expect(() => concat(tensor([1]) as unknown as number[])).toThrow(
      'got a tensor float32 [1]; put the tensors in an array: concat([a, b])',
    );
  });
});

describe('split', () => {
  it('cuts into equal pieces or into given sizes', () => {
    expect(arrays(split([1, 2, 3, 4], 2))).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(arrays(split([1, 2, 3], [1, 2]))).toEqual([[1], [2, 3]]);
    expect(arrays(split([1, 2, 3], [1, -1, 0]))).toEqual([[1], [2, 3], []]);
    expect(
      arrays(
        split(
          [
            [1, 2],
            [3, 4],
          ],
          2,
          1,
        ),
      ),
    ).toEqual([
      [[1], [3]],
      [[2], [4]],
    ]);
  });

  it('splits into 1', () => {
    const x = tensor([1, 2]);
    const tape = new GradientTape();
    tape.watch(x);
    const [whole] = split(x, 1);
    expect(tape.gradient(mul(whole, whole), x).arraySync()).toEqual([2, 4]);
  });

  it('gives zeros to pieces that were not used', () => {
    const x = tensor([1, 2, 3]);
    const tape = new GradientTape();
    const accumulator = new ForwardAccumulator(x, tensor([1, 10, 100]));
    tape.watch(x);
    const [, second] = split(x, [1, 2]);
    const y = mul(second, second);
    expect(accumulator.jvp(y).arraySync()).toEqual([40, 600]);
    accumulator.stop();
    expect(tape.gradient(y, x).arraySync()).toEqual([0, 4, 6]);
  });

  it.each([
    [2, 'split: numOrSizeSplits must divide the size of the axis, 3; got 2'],
    [0, 'split: numOrSizeSplits must divide the size of the axis, 3; got 0'],
    [1.5, 'split: numOrSizeSplits must divide the size of the axis, 3; got 1.5'],
    [
      [1, 1],
      'split: numOrSizeSplits must hold sizes that add up to that of the axis, 3; got [1,1]',
    ],
    [
      [2, 2],
      'split: numOrSizeSplits must hold sizes that add up to that of the axis, 3; got [2,2]',
    ],
    [
      [4, -1],
      'split: numOrSizeSplits must hold sizes that add up to that of the axis, 3; got [4,-1]',
    ],
    [
      [-1, -1],
      'split: numOrSizeSplits must hold sizes that add up to that of the axis, 3; got [-1,-1]',
    ],
  ])('rejects %j', (pieces, message) => {
    expect(() => split([1, 2, 3], pieces)).toThrow(fault('ShapeError', message));
  });
});

describe('stack', () => {
  it('joins along a new axis', () => {
    expect(stack([1, 2, 3]).arraySync()).toEqual([1, 2, 3]);
    expect(
      stack(
        [
          [1, 2],
          [3, 4],
        ],
        -1,
      ).arraySync(),
    ).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(
      vmap((x, y) => stack([x, y], 1), { inAxes: [0, null] })(
        [
          [1, 2],
          [3, 4],
        ],
        [8, 9],
      ).arraySync(),
    ).toEqual([
      [
        [1, 8],
        [2, 9],
      ],
      [
        [3, 8],
        [4, 9],
      ],
    ]);
  });

  it('rejects shapes that differ', () => {
    expect(() => stack([[1], [1, 2]])).toThrow(
      fault('ShapeError', 'stack: tensors must have one shape; got [1] and, at [1], [2]'),
    );
    expect(() => stack([[1], [2]], 2)).toThrow(
      fault('AxisError', 'stack: axis must lie in [-2, 2); got 2'),
    );
  });
});

describe('unstack', () => {
  it('takes an axis apart', () => {
    expect(
      arrays(
        unstack([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(
      arrays(
        unstack(
          [
            [1, 2],
            [3, 4],
          ],
          -1,
        ),
      ),
    ).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(unstack(zeros([0, 2]))).toEqual([]);
  });

  it('unstacks an axis of length 1, to any order', () => {
    const x = tensor([[1, 2]]);
    const outer = new GradientTape();
    outer.watch(x);
    const inner = new GradientTape();
    inner.watch(x);
    const [row] = unstack(x);
    const dx = inner.gradient(mul(row, mul(row, row)), x);
    expect(dx.arraySync()).toEqual([[3, 12]]);
    expect(outer.gradient(dx, x).arraySync()).toEqual([[6, 12]]);
  });

  it('rejects a scalar', () => {
    expect(() => unstack(3)).toThrow(
      fault('AxisError', 'unstack: axis must name an axis, and a scalar has none; got 0'),
    );
  });
});
