import {
  all,
  any,
  argMax,
  argMin,
  logSumExp,
  max,
  mean,
  min,
  prod,
} from '../../../lib/ops/reduce.ts';
import { apart, bools, real, someZeros } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

// One op, one line.
// prettier-ignore
export const reduce: readonly Row[] = [
  row(mean, [real(2, 3, 2)], { axes: (axis, keepDims) => (x) => mean(x, axis, keepDims), calls: [(x) => mean(x)] }),
  row(prod, [real(2, 3, 2)], { axes: (axis, keepDims) => (x) => prod(x, axis, keepDims), calls: [(x) => prod(x)] }),
  row(prod, [someZeros(4, 3)], { calls: [(x) => prod(x), (x) => prod(x, 0), (x) => prod(x, 1)] }),
  row(max, [apart(2, 3, 2)], { axes: (axis, keepDims) => (x) => max(x, axis, keepDims), calls: [(x) => max(x)] }),
  row(min, [apart(2, 3, 2)], { axes: (axis, keepDims) => (x) => min(x, axis, keepDims), calls: [(x) => min(x)] }),
  row(all, [bools(2, 3, 2)], { axes: (axis, keepDims) => (x) => all(x, axis, keepDims), calls: [(x) => all(x)] }),
  row(any, [bools(2, 3, 2)], { axes: (axis, keepDims) => (x) => any(x, axis, keepDims), calls: [(x) => any(x)] }),
  row(logSumExp, [real(2, 3, 2)], { axes: (axis, keepDims) => (x) => logSumExp(x, axis, keepDims), calls: [(x) => logSumExp(x)] }),
  row(argMax, [apart(2, 3, 2)], { axis: (axis) => (x) => argMax(x, axis), isCut: true, empty: [], rejects: [() => argMax([[], []], 1)] }),
  row(argMin, [apart(2, 3, 2)], { axis: (axis) => (x) => argMin(x, axis), isCut: true, empty: [], rejects: [() => argMin([[], []], 1)] }),
];
