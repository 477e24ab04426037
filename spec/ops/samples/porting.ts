import { movingAverage } from '../../../lib/functions/averages.ts';
import { clone } from '../../../lib/functions/handling.ts';
import { real } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

// One op, one line.
// prettier-ignore
export const porting: readonly Row[] = [
  row(clone, [real(2, 3)]),
  row(movingAverage, [real(2, 3), real(2, 3)], { calls: [(v, x) => movingAverage(v, x, 0.5, 2), (v, x) => movingAverage(v, x, 0.5, null, false)] }),
];
