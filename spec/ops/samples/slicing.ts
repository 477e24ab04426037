import { pad, reverse, slice, tile } from '../../../lib/ops/slicing.ts';
import { real } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

// One op, one line.
// prettier-ignore
export const slicing: readonly Row[] = [
  row(slice, [real(3, 4)], { calls: [(x) => slice(x, [1, 1], [2, 2]), (x) => slice(x, 1), (x) => slice(x, [0, 2], [-1, 1]), (x) => slice(x, [3, 0]), (x) => slice(x, 0)], rejects: [(x) => slice(x, 4), (x) => slice(x, [-1]), (x) => slice(x, [0, 0, 0]), (x) => slice(x, 1, 3), (x) => slice(x, 0.5)] }),
  row(slice, [real(2, 3, 2)], { calls: [(x) => slice(x, [1, 0, 0], [1, 2, 2]), (x) => slice(x, [0, 1, 1], [2, 1, 1])] }),
  row(pad, [real(2, 3)], { calls: [(x) => pad(x, [[1, 0], [0, 2]]), (x) => pad(x, [[0, 0], [0, 0]])], rejects: [(x) => pad(x, [[1, 1]]), (x) => pad(x, [[1, 1], [-1, 0]]), (x) => pad(x, [[1, 1], [1, 0.5]])], empty: [[[2, 0]]] }),
  row(pad, [real(2, 3)], { calls: [(x) => pad(x, [[0, 1], [1, 1]], 7)], integers: false, reason: 'a bool cannot be 7' }),
  row(reverse, [real(2, 3, 2)], { axes: (axis) => (x) => reverse(x, axis), calls: [(x) => reverse(x)] }),
  row(tile, [real(2, 3)], { calls: [(x) => tile(x, [2, 1]), (x) => tile(x, [3, 2]), (x) => tile(x, [1, 1]), (x) => tile(x, [0, 2])], rejects: [(x) => tile(x, [2]), (x) => tile(x, [1, -1]), (x) => tile(x, [1, 0.5])], empty: [[[0, 3]]] }),
];
