import {
  avgPool,
  conv1d,
  conv2d,
  conv2dTranspose,
  depthwiseConv2d,
  dilation2d,
  grad,
  grads,
  maxPool,
  maxPoolWithArgmax,
  ones,
  pool,
  separableConv2d,
  tensor,
} from '../../lib/index.ts';
import type { Tensor } from '../../lib/index.ts';

const values = (x: Tensor): readonly number[] => [...x.dataSync()];

function expectClose(x: Tensor, expected: readonly number[]): void {
  expect(x.size).toBe(expected.length);
  values(x).forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i], 4);
  });
}

describe('conv2d', () => {
  const x = tensor([1, 2, 3, 4], [2, 2, 1]);
  const filter = tensor([3, 1, 5, 0], [2, 2, 1, 1]);

  it('has the values of TensorFlow.js', () => {
    expect(values(conv2d(x, filter, 1, 0))).toEqual([20]);
    expect(values(conv2d(x, filter, 1, 'same'))).toEqual([20, 26, 13, 12]);
  });

  it('has the gradients of TensorFlow.js', () => {
    const image = tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], [3, 3, 1]);
    const weights = tensor([3, 1, 2, 0], [2, 2, 1]);
    const f = (a: Tensor, b: Tensor): Tensor => conv2d(a, b, 1, 0).mul(weights).sum();
    const [dx, dw] = grads(f)([image, ones([2, 2, 1, 1])]);
    expect(values(dx)).toEqual([3, 4, 1, 5, 6, 1, 2, 2, 0]);
    expect(values(dw)).toEqual([13, 19, 31, 37]);
  });

  it('can be differentiated with a dilation', () => {
    const image = ones([3, 3, 1]);
    const f = grad((w: Tensor) => conv2d(image, w, 1, 'valid', 'NHWC', 2).square().sum());
    expect(values(f(filter))).toEqual([18, 18, 18, 18]);
  });

  it('rounds the number of windows as asked', () => {
    const image = ones([4, 4, 1]);
    const shapeOf = (mode?: 'floor' | 'ceil'): readonly number[] =>
      conv2d(image, ones([3, 3, 1, 1]), 2, 0, 'NHWC', 1, mode).shape;
    expect(shapeOf()).toEqual([1, 1, 1]);
    expect(shapeOf('floor')).toEqual([1, 1, 1]);
    expect(shapeOf('ceil')).toEqual([2, 2, 1]);
  });

  it('says what does not fit', () => {
    expect(() => conv2d(x, ones([1, 1, 2, 1]), 1, 0)).toThrow(
      'conv2d: filter must have rank 4, and 1 channels along axis 2 as x has; got [1,1,2,1]',
    );
  });

  it('sums in blocks as it does at once', () => {
    const image = ones([2, 40, 40, 16]);
    const w = ones([3, 3, 16, 2]);
    expect(values(conv2d(image, w, 1, 'valid').sum())).toEqual([2 * 38 * 38 * 2 * 144]);
    const [dx, dw] = grads((a: Tensor, b: Tensor) => conv2d(a, b, 1, 'valid').sum())([image, w]);
    expect(values(dx.sum())).toEqual([2 * 38 * 38 * 2 * 144]);
    expect(new Set(values(dw))).toEqual(new Set([2 * 38 * 38]));
  });
});

describe('conv2dTranspose', () => {
  it('has the values of TensorFlow.js', () => {
    const w = tensor([3, 1, 5, 0], [2, 2, 1, 1]);
    const x = tensor([2], [1, 1, 1]);
    expect(values(conv2dTranspose(x, w, [2, 2, 1], 1, 0))).toEqual([6, 2, 10, 0]);
  });

  it('says which shape it can give', () => {
    const call = (): Tensor =>
      conv2dTranspose(ones([1, 1, 1]), ones([2, 2, 1, 1]), [5, 2, 1], 1, 0);
    expect(call).toThrow(
      'conv2dTranspose: outputShape must be a shape that a convolution takes to [1,1,1,1]',
    );
  });
});

describe('depthwiseConv2d', () => {
  it('has the values of TensorFlow.js', () => {
    const numbers = [
      0.230664, 0.987388, 0.0685208, 0.419224, 0.887861, 0.731641, 0.0741907, 0.409265, 0.351377,
    ];
    const x = tensor(numbers, [1, 3, 3, 1]);
    const w = tensor([0.303873, 0.229223, 0.144333, 0.803373], [2, 2, 1, 1]);
    expectClose(depthwiseConv2d(x, w, 1, 'valid'), [1.07022, 1.03167, 0.67041, 0.778863]);
  });
});

describe('separableConv2d', () => {
  it.each([
    [[2, 1, 6, 5], 'axis 0 must be 1, but got 2'],
    [[1, 5, 6, 5], 'axis 1 must be 1, but got 5'],
    [[1, 1, 4, 5], 'axis 2 must be 6, but got 4'],
  ])('refuses a pointwise filter of shape %j', (shape, hint) => {
    expect(() => separableConv2d(ones([4, 4, 3]), ones([2, 2, 3, 2]), ones(shape), 1, 0)).toThrow(
      `separableConv2d: pointwiseFilter must have rank 4 and shape (1, 1, channels, out); got [${shape.join()}]; its size along ${hint}`,
    );
  });

  it('refuses filters of another rank', () => {
    const apply = (depthwise: number[], pointwise: number[]): Tensor =>
      separableConv2d(ones([4, 4, 3]), ones(depthwise), ones(pointwise), 1, 0);
    expect(apply([2, 2, 3, 2], [1, 1, 6, 5]).shape).toEqual([3, 3, 5]);
    expect(() => apply([2, 2, 3, 2], [1, 6, 5])).toThrow(/\(1, 1, channels, out\); got \[1,6,5\]$/);
    expect(() => apply([2, 2, 3], [1, 1, 6, 5])).toThrow('must have rank 4');
  });
});

describe('pooling', () => {
  const x = tensor([1, 2, 3, 4, 5, 6, 7, 9, 8], [3, 3, 1]);

  it('has the values of TensorFlow.js', () => {
    expect(values(maxPool(x, 2, 1, 0))).toEqual([5, 6, 9, 9]);
    expect(values(avgPool(x, 2, 1, 0))).toEqual([3, 4, 6.25, 7]);
  });

  it('does not count padding', () => {
    expect(values(avgPool(ones([2, 2, 1]), 2, 1, 'same'))).toEqual([1, 1, 1, 1]);
    const padding: Parameters<typeof pool>[3] = [
      [0, 0],
      [1, 2],
      [0, 1],
      [0, 0],
    ];
    const y = pool(tensor([0, 1, 2, 3, 4, 5, 6, 7, 8], [3, 3, 1]), 3, 'max', padding);
    expect(y.shape).toEqual([4, 2, 1]);
    expect(values(y)).toEqual([5, 5, 8, 8, 8, 8, 8, 8]);
  });

  it('passes over NaN for the greatest, not for the mean', () => {
    const withNaN = tensor([1, 2, 3, 4, 5, 6, 7, NaN, 9], [3, 3, 1]);
    expect(values(maxPool(withNaN, 2, 1, 0))).toEqual([5, 6, 7, 9]);
    expect(values(avgPool(withNaN, 2, 1, 0))).toEqual([3, 4, NaN, NaN]);
  });

  it('gives the gradient to the first at a tie, at second order as well', () => {
    const f = (z: Tensor): Tensor => maxPool(z, 2, 1, 0).square().sum();
    expect(values(grad(f)(ones([2, 2, 1])))).toEqual([2, 0, 0, 0]);
    const g = grad((z: Tensor) => grad(f)(z).sum());
    expect(values(g(ones([2, 2, 1])))).toEqual([2, 0, 0, 0]);
  });

  it('counts places in the image, or through all images', () => {
    const two = tensor([1, 2, 3, 4, 8, 7, 6, 5], [2, 2, 2, 1]);
    expect(values(maxPoolWithArgmax(two, 2, 2, 0).indexes)).toEqual([3, 0]);
    expect(values(maxPoolWithArgmax(two, 2, 2, 0, true).indexes)).toEqual([3, 4]);
  });
});

describe('dilation2d', () => {
  it('has the values of TensorFlow.js', () => {
    const x = tensor([0.1, 0.2, 0.3, 0.4], [1, 2, 2, 1]);
    const filter = tensor([0.4, 0.3, 0.1, 0], [2, 2, 1]);
    expectClose(dilation2d(x, filter, 1, 'valid'), [0.5]);
    expectClose(dilation2d(x, filter, 1, 'same'), [0.5, 0.6, 0.7, 0.8]);
  });
});

describe('conv1d', () => {
  it('takes the pairs of one row, if the row is not padded across', () => {
    const run = (across: [number, number]): Tensor =>
      conv1d([[1], [2]], [[[3]]], 1, [[0, 0], across, [1, 0], [0, 0]]);
    expect(values(run([0, 0]))).toEqual([0, 3, 6]);
    expect(() => run([0, 1])).toThrow(/conv1d: pad must be 'valid', 'same', a number or 3 pairs/);
  });
});
