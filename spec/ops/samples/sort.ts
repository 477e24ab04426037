import {
  argSort,
  inTopK,
  lowerBound,
  pickAlong,
  placeAlong,
  searchSorted,
  sort,
  topk,
  upperBound,
} from '../../../lib/ops/sort.ts';
import { apart, fixed, indices, real } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

const both = ({ values, indices: places }: ReturnType<typeof topk>) => [values, places];

// One op, one line.
// prettier-ignore
export const sorting: readonly Row[] = [
  row(pickAlong, [real(3, 2), indices(3, 4, 2)], { calls: [(x, i) => pickAlong(x, i, 0)], isInternal: true }),
  row(placeAlong, [real(4, 2), indices(3, 4, 2)], { calls: [(x, i) => placeAlong(x, i, 0, 3)], isInternal: true }),
  row(sort, [apart(2, 3, 4)], { axis: (axis) => (x) => sort(x, axis), calls: [(x) => sort(x), (x) => sort(x, 1, 'DESCENDING')], rejects: [(x) => sort(x, 0, 'UP' as 'ASCENDING')], empty: [[[2, 0, 2]], [[2, 3, 0]], [[0, 3, 2]]] }),
  row(sort, [apart(50)], { calls: [(x) => sort(x), (x) => sort(x, 0, 'DESCENDING')] }),
  row(argSort, [apart(2, 3, 4)], { axis: (axis) => (x) => argSort(x, axis), calls: [(x) => argSort(x, 1, 'DESCENDING', true)], isCut: true, rejects: [(x) => argSort(x, 0, 'UP' as 'ASCENDING')], empty: [[[2, 0, 2]]] }),
  row(topk, [apart(3, 5)], { calls: [(x) => both(topk(x)), (x) => both(topk(x, 3)), (x) => both(topk(x, 5, false)), (x) => both(topk(x, 0))], rejects: [(x) => both(topk(x, 6)), (x) => both(topk(x, -1)), () => both(topk(1))] }),
  row(topk, [apart(70)], { calls: [(x) => both(topk(x, 40)), (x) => both(topk(x, 7))] }),
  row(topk, [apart(2, 3)], { calls: [(x) => both(topk(x, 0))], empty: [[[0, 3]], [[2, 0]]] }),
  row(searchSorted, [real(2, 5), real(2, 3)], { calls: [(s, v) => searchSorted(s, v), (s, v) => searchSorted(s, v, 'right')], isCut: true, rejects: [(s, v) => searchSorted(s, v, 'up' as 'left'), () => searchSorted(1, [1])], misfits: [[[2, 5], [3, 5]], [[2, 5], [5]]], empty: [[[0, 5], [0, 3]], [[2, 0], [2, 3]], [[2, 5], [2, 0]]] }),
  row(lowerBound, [fixed(real(2, 5)), fixed(real(2, 3))], { misfits: [[[2, 5], [3, 5]]], empty: [[[2, 0], [2, 3]]] }),
  row(upperBound, [fixed(real(2, 5)), fixed(real(2, 3))], { misfits: [[[2, 5], [3, 5]]], empty: [[[2, 0], [2, 3]]] }),
  row(inTopK, [fixed(real(4, 5)), indices(5, 4)], { calls: [(p, t) => inTopK(p, t), (p, t) => inTopK(p, t, 3)], rejects: [(p, t) => inTopK(p, t, 0), (p, t) => inTopK(p, t, 6), () => inTopK([1, 2], 1)], misfits: [[[4, 5], [3]], [[4, 5], [4, 1]]], empty: [[[0, 5], [0]]] }),
];
