import {
  cummax,
  cummin,
  cumprod,
  cumsum,
  cumulativeLogsumexp,
  grad,
  logCumsumExp,
  mul,
  sum,
  tensor,
  vmap,
} from '../../lib/index.ts';
import type { Tensor } from '../../lib/index.ts';

const float64 = (values: Parameters<typeof tensor>[0]): Tensor =>
  tensor(values, undefined, 'float64');

describe('cumsum', () => {
  const x = [
    [1, 2, 3],
    [4, 5, 6],
  ];

  it('sums along any axis, both ways, with and without the element itself', () => {
    expect(cumsum(x).arraySync()).toEqual([
      [1, 2, 3],
      [5, 7, 9],
    ]);
    expect(cumsum(x, 1).arraySync()).toEqual([
      [1, 3, 6],
      [4, 9, 15],
    ]);
    expect(cumsum(x, 1, true).arraySync()).toEqual([
      [0, 1, 3],
      [0, 4, 9],
    ]);
    expect(cumsum(x, 1, false, true).arraySync()).toEqual([
      [6, 5, 3],
      [15, 11, 6],
    ]);
    expect(cumsum([true, true]).dtype).toBe('int32');
  });

  // Where TensorFlow.js throws unless the axis is the last.
  it('has gradients along any axis', () => {
    const weights = float64([
      [1, 2, 3],
      [10, 20, 30],
    ]);
    const d = grad((z) => mul(cumsum(z, 0), weights))(float64(x));
    expect(d.arraySync()).toEqual([
      [11, 22, 33],
      [10, 20, 30],
    ]);
    const exclusive = grad((z) => mul(cumsum(z, 1, true), weights))(float64(x));
    expect(exclusive.arraySync()).toEqual([
      [5, 3, 0],
      [50, 30, 0],
    ]);
  });

  it('is mapped over a batch along the axis of each example', () => {
    expect(vmap((row) => cumsum(row))(x).arraySync()).toEqual([
      [1, 3, 6],
      [4, 9, 15],
    ]);
  });

  it('rejects flags that are none', () => {
    const flag = 1 as unknown as boolean;
    expect(() => cumsum([1], 0, flag)).toThrow('cumsum: exclusive must be true or false; got 1');
    expect(() => cumsum([1], 0, true, flag)).toThrow(
      'cumsum: reverse must be true or false; got 1',
    );
  });
});

describe('cumprod', () => {
  it('multiplies both ways, with and without the element itself', () => {
    expect(cumprod([2, 3, 4]).arraySync()).toEqual([2, 6, 24]);
    expect(cumprod([2, 3, 4], 0, true).arraySync()).toEqual([1, 2, 6]);
    expect(cumprod([2, 3, 4], 0, false, true).arraySync()).toEqual([24, 12, 4]);
    expect(cumprod([2, 3, 4], 0, true, true).arraySync()).toEqual([12, 4, 1]);
    expect(cumprod([], 0).arraySync()).toEqual([]);
  });

  it('wraps integers round as int32 does', () => {
    const x = tensor([65537, 65537, 3], undefined, 'int32');
    expect(cumprod(x).arraySync()).toEqual([65537, 131073, 393219]);
  });

  it('has the right gradient where elements are 0', () => {
    const gradient = grad((x) => sum(cumprod(x)));
    expect(gradient(tensor([0, 2, 3])).arraySync()).toEqual([9, 0, 0]);
    expect(gradient(tensor([2, 0, 3])).arraySync()).toEqual([1, 8, 0]);
    expect(gradient(tensor([2, 0, 0])).arraySync()).toEqual([1, 2, 0]);
  });

  it('has the right second derivatives where two elements are 0', () => {
    // The sum is a + ab + abc, so its second derivatives by a are 0, 1 + c and b.
    const row = grad((x) =>
      grad((z) => sum(cumprod(z)))(x)
        .slice(0, 1)
        .sum(),
    );
    expect(row(tensor([5, 0, 0])).arraySync()).toEqual([0, 1, 0]);
  });
});

describe('logCumsumExp', () => {
  it('is the logarithm of running sums of exponentials', () => {
    const x = float64([Math.log(1), Math.log(2), Math.log(3), Math.log(4)]);
    const sums = logCumsumExp(x).exp().dataSync();
    expect(Array.from(sums, Math.round)).toEqual([1, 3, 6, 10]);
    const others = logCumsumExp(x, 0, true, true).exp().dataSync();
    expect(Array.from(others, Math.round)).toEqual([9, 7, 4, 0]);
    expect(cumulativeLogsumexp).toBe(logCumsumExp);
  });

  it('neither overflows nor forgets', () => {
    const x = float64([-1000, 1000, 1000 + Math.log(3)]);
    expect(logCumsumExp(x).arraySync()).toEqual([-1000, 1000, 1000 + Math.log(4)]);
  });

  it('keeps infinities and NaN', () => {
    expect(logCumsumExp([-Infinity, -Infinity, 0, Infinity, 1]).arraySync()).toEqual([
      -Infinity,
      -Infinity,
      0,
      Infinity,
      Infinity,
    ]);
    expect(logCumsumExp([0, NaN, 1, Infinity]).arraySync()).toEqual([0, NaN, NaN, NaN]);
    expect(logCumsumExp([Infinity, NaN]).arraySync()).toEqual([Infinity, NaN]);
  });

  it('has a gradient at extremes', () => {
    const gradient = grad((x) => logCumsumExp(x));
    expect(gradient(float64([1000, -1000, 1000])).arraySync()).toEqual([2.5, 0, 0.5]);
    expect(gradient(float64([-Infinity, 0])).arraySync()).toEqual([0, 1]);
    expect(gradient(float64([-Infinity, -Infinity])).arraySync()).toEqual([0, 0]);
  });

  it('has a gradient in float32 that large logits do not round', () => {
    const offsets = [0.5, 0.125, -0.75, 1, 0.25];
    const gradient = grad((x) => logCumsumExp(x));
    const far = gradient(tensor(offsets.map((x) => 4096 + x))).dataSync();
    const near = gradient(float64(offsets)).dataSync();
    expect(Array.from(far)).toEqual(Array.from(near, (slope) => expect.closeTo(slope, 6)));
  });
});

describe('cummax and cummin', () => {
  it('keep the extreme so far, from either end', () => {
    expect(cummax([1, 3, 2, 5]).arraySync()).toEqual([1, 3, 3, 5]);
    expect(cummax([1, 3, 2, 0], 0, true).arraySync()).toEqual([3, 3, 2, 0]);
    expect(
      cummin(
        [
          [3, 1],
          [1, 4],
          [2, 0],
        ],
        0,
      ).arraySync(),
    ).toEqual([
      [3, 1],
      [1, 1],
      [1, 0],
    ]);
    expect(cummax([-Infinity, -Infinity]).arraySync()).toEqual([-Infinity, -Infinity]);
  });

  it('are NaN from a NaN on', () => {
    expect(cummax([1, NaN, 3]).arraySync()).toEqual([1, NaN, NaN]);
    expect(cummin([1, NaN, 0]).arraySync()).toEqual([1, NaN, NaN]);
    expect(cummin([NaN, 1], 0, true).arraySync()).toEqual([NaN, 1]);
  });

  it('give the whole gradient to the first of equal elements', () => {
    expect(grad((x) => cummax(x))(tensor([2, 2, 1])).arraySync()).toEqual([3, 0, 0]);
    expect(grad((x) => cummin(x, 0, true))(tensor([1, 1, 2])).arraySync()).toEqual([0, 2, 1]);
  });
});
