import {
  alignRank,
  broadcastTo,
  cast,
  expandDims,
  identity,
  onesLike,
  reshape,
  squeeze,
  stopGradient,
  sum,
  sumToShape,
  transpose,
  zerosLike,
} from '../../../lib/ops/structural.ts';
import { real } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

const single = 'the result is float32';

// One op, one line.
// prettier-ignore
export const structural: readonly Row[] = [
  row(identity, [real(2, 3)]),
  row(stopGradient, [real(2, 3)], { isCut: true }),
  row(zerosLike, [real(2, 3)]),
  row(onesLike, [real(2, 3)]),
  row(cast, [real(2, 3)], { calls: [(x) => cast(x, 'float64')], result: 'float64', empty: [[[0, 3]]] }),
  row(cast, [real(2, 3)], { calls: [(x) => cast(x, 'float32')], result: 'float32', step: 0.1, tolerance: 1e-5, reason: single }),
  row(cast, [real(2, 3)], { calls: [(x) => cast(x, 'int32'), (x) => cast(x, 'bool')], isCut: true }),
  row(reshape, [real(2, 3)], { calls: [(x) => reshape(x, [3, 2]), (x) => reshape(x, [-1]), (x) => reshape(x, [2, 3])], rejects: [(x) => reshape(x, [4]), (x) => reshape(x, [-1, 4]), (x) => reshape(x, [-1, -1])] }),
  row(reshape, [real(2, 0)], { calls: [(x) => reshape(x, [0, 3])], rejects: [(x) => reshape(x, [0, -1])] }),
  row(expandDims, [real(2, 3)], { axis: (axis) => (x) => expandDims(x, axis), axisRank: 3, empty: [[[0, 3]]] }),
  row(squeeze, [real(1, 3, 1)], { calls: [(x) => squeeze(x), (x) => squeeze(x, 0), (x) => squeeze(x, [-1, 0])], rejects: [(x) => squeeze(x, 1), (x) => squeeze(x, 3)], empty: [[[1, 0, 1]]] }),
  row(transpose, [real(2, 3, 4)], { calls: [(x) => transpose(x), (x) => transpose(x, [1, 2, 0]), (x) => transpose(x, [-1, 0, -2])], rejects: [(x) => transpose(x, [0, 1]), (x) => transpose(x, [0, 1, 1]), (x) => transpose(x, [0, 1, 3])], empty: [[[2, 0, 4]]] }),
  row(broadcastTo, [real(3, 1)], { calls: [(x) => broadcastTo(x, [3, 4]), (x) => broadcastTo(x, [2, 3, 1]), (x) => broadcastTo(x, [0, 3, 2])], rejects: [(x) => broadcastTo(x, [3]), (x) => broadcastTo(x, [2, 4])] }),
  row(alignRank, [real(2, 3)], { calls: [(x) => alignRank(x, 3)], isInternal: true }),
  row(sum, [real(2, 3, 2)], { axes: (axis, keepDims) => (x) => sum(x, axis, keepDims), calls: [(x) => sum(x)] }),
  row(sumToShape, [real(2, 3, 2)], { calls: [(x) => sumToShape(x, [3, 1])], isInternal: true }),
];
