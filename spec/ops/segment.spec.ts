import type { Tensor } from '../../lib/index.ts';
import { grad, tensor } from '../../lib/index.ts';
import * as segment from '../../lib/ops/segment.ts';

describe('segments', () => {
  const ids = [0, 0, 2, 2, 2, -1];
  const x = tensor([1, 3, 5, 5, 2, 9], undefined, 'float64');

  it('have the sums, means, products and extremes of their slices', () => {
    expect(segment.unsortedSegmentMax(x, ids, 3).arraySync()).toEqual([3, -Number.MAX_VALUE, 5]);
    expect(segment.unsortedSegmentMin(x, ids, 3).arraySync()).toEqual([1, Number.MAX_VALUE, 2]);
    expect(segment.unsortedSegmentProd(x, ids, 3).arraySync()).toEqual([3, 1, 50]);
    expect(segment.unsortedSegmentMean(x, ids, 3).arraySync()).toEqual([2, 0, 4]);
    expect(segment.unsortedSegmentSqrtN([3, 1, 1, 1, 1], [0, 1, 1, 1, 1], 2).arraySync()).toEqual([
      3, 2,
    ]);
  });

  it('share the gradient evenly among equal extremes', () => {
    const most = grad((z) => segment.unsortedSegmentMax(z, ids, 3).mul([10, 100, 4]).sum());
    expect(most(x).arraySync()).toEqual([0, 10, 2, 2, 0, 0]);
    const least = grad((z) => segment.unsortedSegmentMin(z, ids, 3).mul([10, 100, 4]).sum());
    expect(least(x.neg()).arraySync()).toEqual([0, 10, 2, 2, 0, 0]);
  });

  it('have the gradient of a product through zeros, to second order', () => {
    const f = (z: Tensor): Tensor =>
      segment.unsortedSegmentProd(z, [0, 0, 0, 1], 2).mul([1, 10]).sum();
    const at = tensor([0, 2, 0, 7], undefined, 'float64');
    expect(grad(f)(at).arraySync()).toEqual([0, 0, 0, 10]);
    const second = grad((z: Tensor) => grad(f)(z).slice([0], [1]).sum());
    expect(second(at).arraySync()).toEqual([0, 0, 2, 0]);
  });

  it('refuse ids that are out of order or too large', () => {
    expect(() => segment.segmentSum([1, 2], [1, 0])).toThrow(
      'segmentSum: segmentIds must be sorted and not negative; got 0 at position 1; unsorted ids have functions of their own',
    );
    expect(() => segment.unsortedSegmentMax([1], [3], 3)).toThrow(
      'unsortedSegmentMax: segmentIds must be below 3; got 3 at position 0',
    );
  });
});
