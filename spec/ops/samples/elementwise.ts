import { add, quotient, scale, scaleBoth } from '../../../lib/ops/elementwise.ts';
import { nonzero, real } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

// One op, one line.
// prettier-ignore
export const elementwise: readonly Row[] = [
  row(add, [real(2, 3), real(3)]),
  row(scale, [nonzero(2, 3), real(3)], { isInternal: true }),
  row(scaleBoth, [nonzero(2, 3), real(3)], { isInternal: true }),
  row(quotient, [nonzero(2, 3), nonzero(3)], { isInternal: true }),
];
