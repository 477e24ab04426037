import {
  abs,
  addN,
  div,
  floorDiv,
  mod,
  mul,
  neg,
  reciprocal,
  rsqrt,
  sqrt,
  square,
  squaredDifference,
  sub,
} from '../../../lib/ops/arithmetic.ts';
import { apart, awayFrom, nonzero, positive, real, within } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

// One op, one line.
// prettier-ignore
export const arithmetic: readonly Row[] = [
  row(neg, [real(2, 3)]),
  row(sub, [real(2, 3), real(3)]),
  row(mul, [real(2, 3), real(3)]),
  row(div, [real(2, 3), nonzero(3)]),
  row(floorDiv, [apart(2, 3), positive(3)], { isCut: true }),
  row(mod, [within(3, 4, 2, 3), within(1.5, 2.5, 3)]),
  row(mod, [within(-2, -1, 2, 3), within(2, 3, 3)]),
  row(squaredDifference, [real(2, 3), real(3)]),
  row(addN, [real(2, 3), real(2, 3), real(2, 3)], { calls: [(a, b, c) => addN([a, b, c]), (a) => addN([a])], rejects: [() => addN([])], misfits: [[[2, 3], [3], [2, 3]]] }),
  row(abs, [awayFrom([0], 2, 3)]),
  row(square, [real(2, 3)]),
  row(sqrt, [positive(2, 3)]),
  row(rsqrt, [positive(2, 3)]),
  row(reciprocal, [nonzero(2, 3)]),
];
