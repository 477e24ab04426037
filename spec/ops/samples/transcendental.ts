import {
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atan2,
  atanh,
  cos,
  cosh,
  erf,
  exp,
  expm1,
  log,
  log1p,
  pow,
  sin,
  sinh,
  tan,
  tanh,
} from '../../../lib/ops/transcendental.ts';
import { fixed, nonzero, positive, real, wholeNumbers, within } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

// One op, one line.
// prettier-ignore
export const transcendental: readonly Row[] = [
  row(exp, [real(2, 3)]),
  row(expm1, [real(2, 3)]),
  row(log, [positive(2, 3)]),
  row(log1p, [within(-0.8, 3, 2, 3)]),
  row(sin, [real(2, 3)]),
  row(cos, [real(2, 3)]),
  row(tan, [within(-1.3, 1.3, 2, 3)]),
  row(asin, [within(-0.9, 0.9, 2, 3)]),
  row(acos, [within(-0.9, 0.9, 2, 3)]),
  row(atan, [real(2, 3)]),
  row(sinh, [real(2, 3)]),
  row(cosh, [real(2, 3)]),
  row(tanh, [real(2, 3)]),
  row(asinh, [real(2, 3)]),
  row(acosh, [within(1.1, 4, 2, 3)]),
  row(atanh, [within(-0.9, 0.9, 2, 3)]),
  row(erf, [real(2, 3)]),
  row(atan2, [nonzero(2, 3), nonzero(3)]),
  row(pow, [positive(2, 3), real(3)]),
  row(pow, [nonzero(2, 3), fixed(wholeNumbers(3))]),
];
