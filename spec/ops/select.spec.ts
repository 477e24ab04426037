import type { Tensor } from '../../lib/core/tensor.ts';
import { scalar, tensor } from '../../lib/functions/creation.ts';
import { mul, sqrt } from '../../lib/ops/arithmetic.ts';
import { greater } from '../../lib/ops/compare.ts';
import * as select from '../../lib/ops/select.ts';
import { add } from '../../lib/ops/elementwise.ts';
import { onesLike, sum } from '../../lib/ops/structural.ts';
import { log } from '../../lib/ops/transcendental.ts';
import { ForwardAccumulator } from '../../lib/transforms/forward.ts';
import { GradientTape } from '../../lib/transforms/tape.ts';
import { vmap } from '../../lib/transforms/vmap.ts';

const { clipByValue, maximum, minimum, sign, where } = select;

const fault = (name: string, message: string): Error =>
  expect.objectContaining({ name, message }) as Error;

/** The gradient of the sum of `f`, or null if nothing connects it. */
function slopes(f: (x: Tensor) => Tensor, at: number | number[]): unknown {
  const x = tensor(at, undefined, 'float64');
  const tape = new GradientTape();
  tape.watch(x);
  return tape.gradient(f(x), x, { unconnectedGradients: 'none' })?.arraySync() ?? null;
}

/** The directional derivative of `f` along ones. */
function forwardSlopes(f: (x: Tensor) => Tensor, at: number | number[]): unknown {
  const x = tensor(at, undefined, 'float64');
  const accumulator = new ForwardAccumulator(x, onesLike(x));
  const y = f(x);
  accumulator.stop();
  return accumulator.jvp(y).arraySync();
}

describe('where', () => {
  it('broadcasts all three', () => {
    expect(where([[true], [false]], [1, 2], 0).arraySync()).toEqual([
      [1, 2],
      [0, 0],
    ]);
    expect(where(true, [1, 2], [[3], [4]]).shape).toEqual([2, 2]);
    expect(where([1, 0, NaN], 5, -5).arraySync()).toEqual([5, -5, 5]);
    expect(where([], [], 1).arraySync()).toEqual([]);
  });

  it('takes the wider dtype of its branches', () => {
    const wide = tensor([0.1], undefined, 'float64');
    expect(where([true], wide, 0.1).dtype).toBe('float64');
    expect(where([true], tensor([1], undefined, 'int32'), tensor([true])).dtype).toBe('int32');
  });

  it('gives a branch that was not taken an exact 0, even at an infinite slope', () => {
    const safeLog = (x: Tensor): Tensor => where(greater(x, 0), log(x), x);
    const safeSqrt = (x: Tensor): Tensor => where(greater(x, 0), sqrt(x), 0);
    const inverse = (x: Tensor): Tensor => where(greater(x, 0), log(mul(x, x)), mul(x, 3));
    for (const slope of [slopes, forwardSlopes]) {
      expect(slope(safeLog, [0, -1, 2])).toEqual([1, 1, 0.5]);
      expect(slope(safeSqrt, [0, -1, 4])).toEqual([0, 0, 0.25]);
      expect(slope(inverse, [0, 1])).toEqual([3, 2]);
    }
  });

  it('is right at second order', () => {
    const x = tensor([-1, 0, 2]);
    const outer = new GradientTape();
    outer.watch(x);
    const inner = new GradientTape();
    inner.watch(x);
    const y = where(greater(x, 0), mul(x, mul(x, x)), mul(x, x));
    const dx = inner.gradient(y, x);
    expect(dx.arraySync()).toEqual([-2, 0, 12]);
    expect(outer.gradient(dx, x).arraySync()).toEqual([2, 2, 12]);
  });

  it('is batched', () => {
    const f = vmap((condition, x) => where(condition, x, [7, 8]));
    expect(
      f(
        [true, false],
        [
          [1, 2],
          [3, 4],
        ],
      ).arraySync(),
    ).toEqual([
      [1, 2],
      [7, 8],
    ]);
  });
});

describe('maximum and minimum', () => {
  it('give NaN where either is', () => {
    expect(maximum([NaN, 1], [1, NaN]).arraySync()).toEqual([NaN, NaN]);
    expect(minimum([3, -2], tensor([1, 5], undefined, 'int32')).dtype).toBe('int32');
  });

  it('split a tie evenly', () => {
    for (const f of [maximum, minimum]) {
      const a = tensor([2, 2]);
      const b = tensor([2, 2]);
      const tape = new GradientTape();
      tape.watch([a, b]);
      const [da, db] = tape.gradient(mul(f(a, b), [1, 4]), [a, b]);
      expect([da.arraySync(), db.arraySync()]).toEqual([
        [0.5, 2],
        [0.5, 2],
      ]);
      expect(forwardSlopes((x) => f(x, 2), [2])).toEqual([0.5]);
    }
    expect(slopes((x) => maximum(x, 0), [-1, 0, 1])).toEqual([0, 0.5, 1]);
    expect(slopes((x) => minimum(x, x), [3])).toEqual([1]);
  });

  it('undo broadcasting', () => {
    const a = tensor([1, 5]);
    const b = tensor([[3], [5]]);
    const tape = new GradientTape();
    tape.watch([a, b]);
    const [da, db] = tape.gradient(maximum(a, b), [a, b]);
    expect(da.arraySync()).toEqual([0, 1.5]);
    expect(db.arraySync()).toEqual([[1], [1.5]]);
  });
});

describe('floor, ceil and round', () => {
  it('go to integers, halves to the even one', () => {
    const x = [-1.5, -0.5, 0.5, 1.5, 2.5];
    expect(select.floor(x).arraySync()).toEqual([-2, -1, 0, 1, 2]);
    expect(select.ceil(x).arraySync()).toEqual([-1, -0, 1, 2, 3]);
    expect(select.round(x).arraySync()).toEqual([-2, -0, 0, 2, 2]);
    expect(select.floor(tensor([3], undefined, 'int32')).dtype).toBe('int32');
  });

  it('cut the gradient', () => {
    for (const f of [select.floor, select.ceil, select.round]) {
      expect(slopes(f, [0.3])).toBeNull();
      expect(slopes((x) => add(f(x), x), [0.3])).toEqual([1]);
    }
  });
});

describe('sign', () => {
  it('has zeros as gradient, not none', () => {
    expect(sign([2, 0, -0, -3, NaN]).arraySync()).toEqual([1, 0, -0, -1, NaN]);
    expect(slopes(sign, [2, 0])).toEqual([0, 0]);
    expect(forwardSlopes(sign, [2, 0])).toEqual([0, 0]);
  });
});

describe('clipByValue', () => {
  it('replaces what is outside', () => {
    expect(clipByValue([-3, 0.5, NaN, Infinity], -1, 1).arraySync()).toEqual([-1, 0.5, NaN, 1]);
    expect(clipByValue([1, 2], [[0], [3]], 5).arraySync()).toEqual([
      [1, 2],
      [3, 3],
    ]);
    expect(clipByValue(tensor([1, 9], undefined, 'int32'), 2, 5).dtype).toBe('int32');
    expect(clipByValue([], 0, 1).arraySync()).toEqual([]);
  });

  it('has slope 1 at its edges and 0 outside', () => {
    for (const slope of [slopes, forwardSlopes]) {
      expect(slope((x) => clipByValue(x, -1, 1), [-2, -1, 0, 1, 2])).toEqual([0, 1, 1, 1, 0]);
    }
  });

  it('passes the gradient to the bound that was taken', () => {
    const x = tensor([-2, 0, 3]);
    const low = scalar(-1);
    const high = tensor([1, 1, 1]);
    const outer = new GradientTape();
    outer.watch(low);
    const tape = new GradientTape();
    tape.watch([x, low, high]);
    const y = clipByValue(x, low, high);
    const [dx, dlow, dhigh] = tape.gradient(mul(y, mul(y, y)), [x, low, high]);
    expect(dx.arraySync()).toEqual([0, 0, 0]);
    expect(dlow.arraySync()).toBe(3);
    expect(dhigh.arraySync()).toEqual([0, 0, 3]);
    expect(outer.gradient(dlow, low).item()).toBe(-6);
  });

  it('rejects bounds in the wrong order', () => {
    expect(() => clipByValue([1], 2, 1)).toThrow(
      fault('ArgumentError', 'clipByValue: min must be at most max; got 2 and 1'),
    );
    expect(() => clipByValue([1], NaN, 1)).toThrow('got NaN and 1');
    expect(() => clipByValue([1, 1], [0, 2], 1)).toThrow('got an element that is not');
  });
});

describe('an infinite slope', () => {
  it('stays infinite where it is taken', () => {
    expect(slopes((x) => sum(sqrt(x)), [0])).toEqual([Infinity]);
  });
});
