import { tensor, scalar } from '../../lib/functions/creation.ts';
import { mul } from '../../lib/ops/arithmetic.ts';
import { add } from '../../lib/ops/elementwise.ts';
import {
  broadcastTo,
  cast,
  expandDims,
  onesLike,
  reshape,
  squeeze,
  stopGradient,
  sum,
  transpose,
  zerosLike,
} from '../../lib/ops/structural.ts';
import { ForwardAccumulator } from '../../lib/transforms/forward.ts';
import { GradientTape } from '../../lib/transforms/tape.ts';
import { vmap } from '../../lib/transforms/vmap.ts';

const fault = (name: string, message: string): Error =>
  expect.objectContaining({ name, message }) as Error;

const matrix = [
  [1, 2, 3],
  [4, 5, 6],
];

describe('squeeze', () => {
  it('takes away every axis of size 1, or those named', () => {
    const x = reshape(matrix, [1, 2, 1, 3, 1]);
    expect(squeeze(x).shape).toEqual([2, 3]);
    expect(squeeze(x, [0, -1]).shape).toEqual([2, 1, 3]);
    expect(squeeze(x, 2).shape).toEqual([1, 2, 3, 1]);
    expect(squeeze(x, []).shape).toEqual([2, 3]);
    expect(squeeze([[7]]).arraySync()).toBe(7);
    expect(squeeze(7).arraySync()).toBe(7);
  });

  it('rejects an axis of another size', () => {
    expect(() => squeeze(matrix, [0])).toThrow(
      fault('ShapeError', 'squeeze: axis must name axes of size 1; got axis 0 of shape [2,3]'),
    );
    expect(() => squeeze(matrix, 2)).toThrow(
      fault('AxisError', 'squeeze: axis must lie in [-2, 2); got 2'),
    );
  });
});

describe('transpose', () => {
  it('reverses the axes, or puts them in the order of perm', () => {
    expect(transpose(matrix).arraySync()).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
    expect(transpose(reshape(matrix, [1, 2, 3]), [-1, 0, 1]).shape).toEqual([3, 1, 2]);
  });

  it('returns its input where nothing moves', () => {
    const x = tensor(matrix);
    expect(transpose(x, [0, 1])).toBe(x);
    expect(transpose(5).arraySync()).toBe(5);
  });

  it.each([
    [[0, 0], 'transpose: perm must name each axis once; got [0,0]'],
    [[0, -2], 'transpose: perm must name each axis once; got [0,-2]'],
    [[0], 'transpose: perm must name each of the 2 axes once; got [0]'],
    [[0, 1, 2], 'transpose: perm must name each of the 2 axes once; got [0,1,2]'],
    [[0, 2], 'transpose: perm must lie in [-2, 2); got 2'],
    [[0, 0.5], 'transpose: perm must lie in [-2, 2); got 0.5'],
    [1 as unknown as number[], 'transpose: perm must name each of the 2 axes once; got 1'],
  ])('rejects perm %j', (perm, message) => {
    expect(() => transpose(matrix, perm)).toThrow(fault('AxisError', message));
  });
});

describe('reshape', () => {
  it('computes the size given as -1', () => {
    expect(reshape(matrix, [3, -1]).arraySync()).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(expandDims(matrix, -1).shape).toEqual([2, 3, 1]);
  });

  it('rejects another number of elements', () => {
    expect(() => reshape(matrix, [4])).toThrow(
      fault('ShapeError', 'reshape: shape must have as many elements as x [2,3]: 6; got [4]'),
    );
    expect(() => reshape(matrix, [4, -1])).toThrow('got [4,-1]');
    expect(() => reshape(matrix, [-1, -1])).toThrow('hold integers of at least 0; got -1 at [1]');
  });
});

describe('broadcastTo', () => {
  it('rejects a shape that cannot be reached', () => {
    const message =
      'broadcastTo: shape must be reachable from x [2,3] by repeating axes of size 1; got [3,3]';
    expect(() => broadcastTo(matrix, [3, 3])).toThrow(fault('ShapeError', message));
    expect(() => broadcastTo(matrix, 3 as unknown as number[])).toThrow('be an array of sizes');
  });
});

describe('sum', () => {
  it('sums nothing to 0 and counts true as 1', () => {
    expect(sum([]).arraySync()).toBe(0);
    expect(sum([true, false, true])).toMatchObject({ dtype: 'int32' });
    expect(sum([true, false, true]).item()).toBe(2);
    expect(sum(matrix, -1, true).arraySync()).toEqual([[6], [15]]);
  });

  it('rejects a keepDims that is no boolean', () => {
    expect(() => sum(matrix, 0, 1 as never)).toThrow('sum: keepDims must be true or false; got 1');
  });
});

describe('cast', () => {
  it('cuts the gradient at integers and keeps it between floats', () => {
    const x = tensor([1.5, 2.5], undefined, 'float64');
    const tape = new GradientTape();
    tape.watch(x);
    const y = mul(add(cast(cast(x, 'int32'), 'float64'), cast(x, 'float32')), x);
    const dx = tape.gradient(y, x);
    expect(dx.dtype).toBe('float64');
    expect(dx.arraySync()).toEqual([1 + 3, 2 + 5]);
  });
});

describe('stopGradient', () => {
  it('keeps the values and cuts both modes', () => {
    const x = scalar(3);
    const tape = new GradientTape({ persistent: true });
    const accumulator = new ForwardAccumulator(x, scalar(1));
    tape.watch(x);
    const stopped = stopGradient(mul(x, x));
    const y = mul(stopped, x);
    expect(y.item()).toBe(27);
    expect(tape.gradient(y, x).item()).toBe(9);
    expect(accumulator.jvp(y).item()).toBe(9);
    expect(tape.gradient(stopped, x, { unconnectedGradients: 'none' })).toBeNull();
    accumulator.stop();
    tape.stop();
  });
});

describe('zerosLike and onesLike', () => {
  it('have the shape and dtype of x', () => {
    expect(onesLike(tensor(matrix, undefined, 'int32'))).toMatchObject({
      shape: [2, 3],
      dtype: 'int32',
    });
    expect(zerosLike([NaN, Infinity]).arraySync()).toEqual([0, 0]);
    expect(onesLike(3).arraySync()).toBe(1);
  });

  it('have zeros as gradient, not none', () => {
    const x = tensor([1, 2]);
    const tape = new GradientTape({ persistent: true });
    const accumulator = new ForwardAccumulator(x, onesLike(x));
    tape.watch(x);
    for (const y of [zerosLike(x), onesLike(x)]) {
      expect(tape.gradient(y, x).arraySync()).toEqual([0, 0]);
      expect(accumulator.jvp(y).arraySync()).toEqual([0, 0]);
    }
    accumulator.stop();
    tape.stop();
  });

  it('are batched', () => {
    expect(vmap((x) => onesLike(x))(matrix).arraySync()).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ]);
  });
});
