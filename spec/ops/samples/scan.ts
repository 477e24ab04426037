import {
  cummax,
  cummin,
  cumprod,
  cumsum,
  linearRecurrence,
  logCumsumExp,
} from '../../../lib/ops/scan.ts';
import { slice } from '../../../lib/ops/slicing.ts';
import { apart, real, someZeros } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

const sizes = [[[2, 0, 2]], [[2, 3, 0]]] as const;

// One op, one line.
// prettier-ignore
export const scan: readonly Row[] = [
  row(linearRecurrence, [real(2, 4, 2), real(2, 4, 2)], { calls: [(a, x) => linearRecurrence(a, x, 1, false), (a, x) => linearRecurrence(a, x, 0, true)], isInternal: true }),
  row(cumsum, [real(2, 3, 2)], { axis: (axis) => (x) => cumsum(x, axis), calls: [(x) => cumsum(x, 1, true), (x) => cumsum(x, 1, false, true), (x) => cumsum(x, -1, true, true)], empty: sizes }),
  row(cumprod, [real(2, 3, 2)], { axis: (axis) => (x) => cumprod(x, axis), calls: [(x) => cumprod(x, 1, true), (x) => cumprod(x, 1, false, true), (x) => cumprod(x, -1, true, true)], empty: sizes }),
  row(cumprod, [someZeros(7)], { calls: [(x) => cumprod(x), (x) => cumprod(x, 0, true), (x) => cumprod(x, 0, false, true), (x) => cumprod(x, 0, true, true)] }),
  row(logCumsumExp, [real(2, 3, 2)], { axis: (axis) => (x) => logCumsumExp(x, axis), calls: [(x) => logCumsumExp(x, 1, false, true)], empty: sizes }),
  row(logCumsumExp, [real(2, 4)], { calls: [(x) => slice(logCumsumExp(x, 1, true), [0, 1]), (x) => slice(logCumsumExp(x, -1, true, true), 0, [2, 3])] }),
  row(cummax, [apart(2, 5, 2)], { axis: (axis) => (x) => cummax(x, axis), calls: [(x) => cummax(x, 1, true)], empty: sizes }),
  row(cummin, [apart(2, 5, 2)], { axis: (axis) => (x) => cummin(x, axis), calls: [(x) => cummin(x, 1, true)], empty: sizes }),
];
