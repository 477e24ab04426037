import { concat, split, stack, unstack } from '../../../lib/ops/joining.ts';
import { real } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

// One op, one line.
// prettier-ignore
export const joining: readonly Row[] = [
  row(concat, [real(2, 3), real(2, 3)], { axis: (axis) => (a, b) => concat([a, b], axis), calls: [(a) => concat([a])], rejects: [() => concat([])], misfits: [[[2, 3], [3]]] }),
  row(concat, [real(2, 3), real(2, 0), real(2, 1)], { calls: [(a, b, c) => concat([a, b, c], 1)], misfits: [[[2, 3], [3, 3], [2, 1]]] }),
  row(split, [real(2, 4)], { calls: [(x) => split(x, 2), (x) => split(x, 2, 1), (x) => split(x, 1), (x) => split(x, [1, 3], -1), (x) => split(x, [1, -1, 0], 1)], rejects: [(x) => split(x, 3), (x) => split(x, [1, 1], 1), (x) => split(x, [-1, -1], 1), (x) => split(x, 0)] }),
  row(split, [real(2, 4, 2)], { axis: (axis) => (x) => split(x, 2, axis) }),
  row(stack, [real(2, 3), real(2, 3)], { axis: (axis) => (a, b) => stack([a, b], axis), axisRank: 3, calls: [(a) => stack([a])], rejects: [() => stack([])], misfits: [[[2, 3], [3, 2]]], empty: [[[0, 2], [0, 2]]] }),
  row(unstack, [real(2, 3, 1)], { axis: (axis) => (x) => unstack(x, axis) }),
];
