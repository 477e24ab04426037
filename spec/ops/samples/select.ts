import {
  ceil,
  clipByValue,
  floor,
  maximum,
  minimum,
  round,
  sign,
  where,
} from '../../../lib/ops/select.ts';
import { apart, awayFrom, bools, real, within } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

const isCut = true;

// One op, one line.
// prettier-ignore
export const select: readonly Row[] = [
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
