import {
  bitwiseAnd,
  bitwiseNot,
  bitwiseOr,
  bitwiseXor,
  leftShift,
  rightShift,
} from '../../../lib/ops/bitwise.ts';
import { indices } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

// One op, one line.
// prettier-ignore
export const bitwise: readonly Row[] = [
  row(bitwiseAnd, [indices(64, 2, 3), indices(64, 3)], { rejects: [(a) => bitwiseAnd(a, 0.5)] }),
  row(bitwiseOr, [indices(64, 2, 3), indices(64, 3)], { rejects: [(a) => bitwiseOr(a, 0.5)] }),
  row(bitwiseXor, [indices(64, 2, 3), indices(64, 3)], { rejects: [(a) => bitwiseXor(a, 0.5)] }),
  row(bitwiseNot, [indices(64, 2, 3)], { rejects: [() => bitwiseNot(0.5)] }),
  row(leftShift, [indices(64, 2, 3), indices(8, 3)], { rejects: [(a) => leftShift(a, 0.5)] }),
  row(rightShift, [indices(64, 2, 3), indices(8, 3)], { rejects: [(a) => rightShift(a, 0.5)] }),
];
