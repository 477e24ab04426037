import {
  equal,
  greater,
  greaterEqual,
  isFinite,
  isInf,
  isNaN,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  notEqual,
} from '../../../lib/ops/compare.ts';
import { bools, real } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

const isCut = true;

// One op, one line.
// prettier-ignore
export const compare: readonly Row[] = [
  row(equal, [real(2, 3), real(3)], { isCut }),
  row(notEqual, [real(2, 3), real(3)], { isCut }),
  row(less, [real(2, 3), real(3)], { isCut }),
  row(lessEqual, [real(2, 3), real(3)], { isCut }),
  row(greater, [real(2, 3), real(3)], { isCut }),
  row(greaterEqual, [real(2, 3), real(3)], { isCut }),
  row(logicalAnd, [bools(2, 3), bools(3)]),
  row(logicalOr, [bools(2, 3), bools(3)]),
  row(logicalXor, [bools(2, 3), bools(3)]),
  row(logicalNot, [bools(2, 3)]),
  row(isNaN, [real(2, 3)], { isCut }),
  row(isFinite, [real(2, 3)], { isCut }),
  row(isInf, [real(2, 3)], { isCut }),
];
