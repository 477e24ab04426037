import { bincount, denseBincount, histogramFixedWidth } from '../../../lib/functions/counting.ts';
import { norm } from '../../../lib/functions/norms.ts';
import {
  median,
  moments,
  percentile,
  quantile,
  std,
  variance,
  weightedMoments,
} from '../../../lib/functions/statistics.ts';
import type { Tensor } from '../../../lib/core/tensor.ts';
import { euclideanNorm } from '../../../lib/ops/norms.ts';
import { countNonzero } from '../../../lib/ops/reduce.ts';
import { apart, complexNumbers, fixed, indices, nonzero, positive, real } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

const both = (pair: ReturnType<typeof moments>): readonly Tensor[] => [pair.mean, pair.variance];

// One op, one line.
// prettier-ignore
export const statistics: readonly Row[] = [
  row(countNonzero, [real(2, 3, 2)], { axes: (axis, keepDims) => (x) => countNonzero(x, axis, keepDims), calls: [(x) => countNonzero(x)], isCut: true }),
  row(euclideanNorm, [nonzero(2, 3, 2)], { axes: (axis, keepDims) => (x) => euclideanNorm(x, axis, keepDims), calls: [(x) => euclideanNorm(x)] }),
  row(norm, [apart(2, 3, 2)], { axes: (axis, keepDims) => (x) => norm(x, 'euclidean', axis, keepDims), calls: [(x) => norm(x), (x) => norm(x, 'fro', [2, 0]), (x) => norm(x, 2, 1)], rejects: [(x) => norm(x, 0), (x) => norm(x, -1), (x) => norm(x, NaN), (x) => norm(x, 2, [0, 1]), (x) => norm(x, 1, [0, 1, 2]), (x) => norm(x, 'nuc' as 'fro')] }),
  row(norm, [apart(3, 4)], { calls: [(x) => norm(x, 1), (x) => norm(x, 1, 1), (x) => norm(x, Infinity, 0, true), (x) => norm(x, -Infinity, -1), (x) => norm(x, 1, [0, 1]), (x) => norm(x, 1, [1, 0]), (x) => norm(x, Infinity, [0, -1], true), (x) => norm(x, -Infinity, [0, 1])] }),
  row(norm, [nonzero(3, 2)], { calls: [(x) => norm(x, 3), (x) => norm(x, 4, 0), (x) => norm(x, 1.5, 1, true), (x) => norm(x, 0.5, 0)] }),
  row(moments, [real(2, 3, 2)], { axes: (axis, keepDims) => (x) => both(moments(x, axis, keepDims)), calls: [(x) => both(moments(x))] }),
  row(variance, [real(2, 3, 2)], { axes: (axis, keepDims) => (x) => variance(x, axis, keepDims), calls: [(x) => variance(x)] }),
  row(variance, [complexNumbers(2, 3)], { calls: [(x) => variance(x), (x) => variance(x, 1)], result: 'real' }),
  row(std, [complexNumbers(4)], { calls: [(x) => std(x)], result: 'real' }),
  row(norm, [complexNumbers(4)], { calls: [(x) => norm(x), (x) => norm(x, 1), (x) => norm(x, 3)], result: 'real' }),
  row(std, [apart(3, 4, 3)], { calls: [(x) => std(x), (x) => std(x, 0), (x) => std(x, [-1, 1], true)] }),
  row(weightedMoments, [real(2, 3), positive(3)], { calls: [(x, w) => both(weightedMoments(x, 1, w)), (x, w) => both(weightedMoments(x, null, w, true))], misfits: [[[2, 3], [2]], [[3], [2, 3]]] }),
  row(quantile, [apart(2, 3, 2)], { axes: (axis, keepDims) => (x) => quantile(x, 0.3, axis, keepDims), calls: [(x) => quantile(x, [0.1, 0.5, 1])], rejects: [(x) => quantile(x, 1.1), (x) => quantile(x, [0, NaN]), (x) => quantile(x, 0.5, 0, false, 'middle' as 'midpoint'), () => quantile([], 0.5)], empty: [] }),
  row(quantile, [apart(5, 2)], { calls: [(x) => quantile(x, 0.3, 0, false, 'lower'), (x) => quantile(x, 0.3, 0, true, 'higher'), (x) => quantile(x, 0.3, 0, false, 'nearest'), (x) => quantile(x, 0.3, 0, false, 'midpoint')], empty: [[[5, 0]]] }),
  row(percentile, [apart(3, 3)], { calls: [(x) => percentile(x, 30), (x) => percentile(x, [10, 70], 1)], rejects: [(x) => percentile(x, 101), (x) => percentile(x, '5' as unknown as number)], empty: [] }),
  row(median, [apart(2, 3, 2)], { axes: (axis, keepDims) => (x) => median(x, axis, keepDims), calls: [(x) => median(x)], empty: [] }),
  row(bincount, [indices(6, 5), real(5)], { calls: [(x, w) => bincount(x, w, 6), (x, w) => bincount(x, w, 3)], rejects: [(x, w) => bincount(x, w, -1), (x, w) => bincount(x, w, 0.5), () => bincount([0.5], [], 2)], misfits: [[[5], [4]]], empty: [[[0], [0]]] }),
  row(denseBincount, [indices(4, 2, 5), real(2, 5)], { calls: [(x, w) => denseBincount(x, w, 4), (x, w) => denseBincount(x, w, 3)], rejects: [(x, w) => denseBincount(x, w, -1), () => denseBincount([[[1]]], [], 2)], misfits: [[[2, 5], [5]]], empty: [[[2, 0], [2, 0]], [[0, 5], [0, 5]]] }),
  row(denseBincount, [indices(4, 7), fixed(real(7))], { calls: [(x, w) => denseBincount(x, w, 5, true)] }),
  row(bincount, [indices(4, 7)], { calls: [(x) => bincount(x, [], 3)] }),
  row(denseBincount, [indices(4, 2, 3)], { calls: [(x) => denseBincount(x, [], 5), (x) => denseBincount(x, [], 4, true)] }),
  row(histogramFixedWidth, [fixed(real(3, 4))], { calls: [(x) => histogramFixedWidth(x, [-1, 1], 5), (x) => histogramFixedWidth(x, [-3, 2])], rejects: [(x) => histogramFixedWidth(x, [1, 1]), (x) => histogramFixedWidth(x, [0, Infinity]), (x) => histogramFixedWidth(x, [0, 1], 0)], empty: [[[0, 4]]] }),
];
