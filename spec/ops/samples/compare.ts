import {
  ceil,
  clipByValue,
  equal,
  floor,
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
  maximum,
  minimum,
  notEqual,
  round,
  sign,
  where,
} from '../../../lib/ops/compare.ts';
import { apart, awayFrom, bools, real, within } from './domains.ts';
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
  row(where, [bools(2, 3), real(2, 3), real(3)]),
  row(where, [bools(3, 1), real(), real(2, 1, 4)]),
  row(maximum, [apart(2, 3), apart(3)]),
  row(minimum, [apart(2, 3), apart(3)]),
  row(floor, [real(2, 3)], { isCut }),
  row(ceil, [real(2, 3)], { isCut }),
  row(round, [real(2, 3)], { isCut }),
  row(sign, [awayFrom([0], 2, 3)]),
  row(clipByValue, [awayFrom([-1, 0.5], 2, 5)], { calls: [(x) => clipByValue(x, -1, 0.5)], rejects: [(x) => clipByValue(x, 1, 0)] }),
  row(clipByValue, [real(2, 5), within(-0.7, -0.3, 5), within(0.3, 0.7, 2, 1)], { integers: false, reason: 'min and max would not be in order' }),
];
