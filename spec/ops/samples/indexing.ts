import { gather, oneHot, unsortedSegmentSum } from '../../../lib/ops/indexing.ts';
import { indices, real } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

// One op, one line.
// prettier-ignore
export const indexing: readonly Row[] = [
  row(gather, [real(3, 3), indices(3, 2, 2)], { axis: (axis) => (x, i) => gather(x, i, axis), rejects: [(x) => gather(x, [3]), (x) => gather(x, [-1]), (x) => gather(x, [0.5])] }),
  row(gather, [real(2, 4, 3), indices(3, 2, 4)], { calls: [(x, i) => gather(x, i, 1, 1), (x, i) => gather(x, i, 2, 1), (x, i) => gather(x, i, -1, 2)], rejects: [(x, i) => gather(x, i, 1, 2)] }),
  row(gather, [real(3, 2), indices(3)], { empty: [[[3, 0], [2]], [[3, 2], [0]], [[0, 2], [0]]] }),
  row(unsortedSegmentSum, [real(4, 2), indices(3, 4)], { calls: [(x, i) => unsortedSegmentSum(x, i, 4)], rejects: [(x, i) => unsortedSegmentSum(x, i, -1), (x) => unsortedSegmentSum(x, [0, 1, 2, 9], 4)], misfits: [[[4, 2], [3]]], empty: [[[0, 2], [0]]] }),
  row(unsortedSegmentSum, [real(2, 3, 2), indices(5, 2, 3)], { calls: [(x, i) => unsortedSegmentSum(x, i, 5)] }),
  row(oneHot, [indices(4, 2, 3)], { calls: [(i) => oneHot(i, 4), (i) => oneHot(i, 3, 2, -1, 'float64'), (i) => oneHot(i, 3, 5, 1, 'int32')], rejects: [(i) => oneHot(i, -1), (i) => oneHot(i, 2.5)], empty: [[[0]]] }),
];
