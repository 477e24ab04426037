import { hypot, logAddExp, nextAfter, truncateDiv, truncateMod } from '../../../lib/ops/binary.ts';
import { nonzero, real, within } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

// One op, one line.
// prettier-ignore
export const binary: readonly Row[] = [
  row(hypot, [nonzero(2, 3), nonzero(3)]),
  row(logAddExp, [real(2, 3), real(3)]),
  row(truncateDiv, [within(4, 5, 2, 3), within(2, 2.5, 3)], { isCut: true }),
  row(truncateMod, [within(4.9, 5.5, 2, 3), within(2, 2.5, 3)]),
  row(nextAfter, [real(2, 3), real(3)], { isCut: true }),
];
