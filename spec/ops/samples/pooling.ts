import { dilation2d, erosion2d } from '../../../lib/ops/dilation.ts';
import * as pools from '../../../lib/ops/pooling.ts';
import { apart, real, within } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

const { avgPool, avgPool3d, maxPool, maxPool3d, maxPoolWithArgmax, pool } = pools;

// One function, one line.
// prettier-ignore
export const pooling: readonly Row[] = [
  row(avgPool, [real(2, 4, 3, 2)], { calls: [(x) => avgPool(x, 2, 1, 'valid'), (x) => avgPool(x, [3, 2], 2, 'same'), (x) => avgPool(x, 2, 1, 1), (x) => avgPool(x, 2, 2, 1, 'ceil')], misfits: [[[4, 3]]], rejects: [(x) => avgPool(x, 5, 1, 'valid'), (x) => avgPool(x, 0, 1, 'valid'), (x) => avgPool(x, 2, 1, 'same', 'floor')], empty: [[[0, 4, 3, 2]], [[2, 4, 3, 0]]] }),
  row(avgPool, [real(3, 3, 1)], { calls: [(x) => avgPool(x, 2, 1, 'same')], empty: [] }),
  row(maxPool, [apart(2, 4, 3, 2)], { calls: [(x) => maxPool(x, 2, 1, 'valid'), (x) => maxPool(x, [3, 2], 2, 'same'), (x) => maxPool(x, 2, 2, [[0, 0], [1, 0], [0, 1], [0, 0]])], misfits: [[[4, 3]]], rejects: [(x) => maxPool(x, 2, 0, 'valid'), (x) => maxPool(x, 2, 1, -1)], empty: [[[0, 4, 3, 2]], [[2, 4, 3, 0]]] }),
  row(avgPool3d, [real(1, 3, 2, 3, 2)], { calls: [(x) => avgPool3d(x, 2, 1, 'valid'), (x) => avgPool3d(x, [2, 1, 2], 2, 'same')], misfits: [[[4, 3, 2]]], rejects: [(x) => avgPool3d(x, 2, 0, 'valid')], empty: [[[0, 3, 2, 3, 2]]] }),
  row(avgPool3d, [real(2, 3, 2, 3)], { calls: [(x) => avgPool3d(x, 2, 1, 'same', undefined, 'NCDHW')], empty: [] }),
  row(maxPool3d, [apart(1, 3, 2, 3, 2)], { calls: [(x) => maxPool3d(x, 2, 1, 'valid'), (x) => maxPool3d(x, [2, 1, 2], 2, 'same')], misfits: [[[4, 3, 2]]], rejects: [(x) => maxPool3d(x, 2, 0, 'valid')], empty: [[[0, 3, 2, 3, 2]]] }),
  row(maxPoolWithArgmax, [apart(2, 3, 3, 2)], { calls: [(x) => Object.values(maxPoolWithArgmax(x, 2, 1, 'same', true)), (x) => Object.values(maxPoolWithArgmax(x, 2, 1, 'valid'))], misfits: [[[4, 3]]], rejects: [(x) => maxPoolWithArgmax(x, 0, 1, 'same').result], empty: [[[0, 3, 3, 2]]] }),
  row(pool, [apart(2, 4, 3, 2)], { calls: [(x) => pool(x, 2, 'max', 'same', 2), (x) => pool(x, 2, 'avg', 'valid', [2, 1], 1), (x) => pool(x, [2, 1], 'avg', 1)], misfits: [[[4, 3]]], rejects: [(x) => pool(x, 2, 'avg', 'valid', 0)], empty: [[[0, 4, 3, 2]]] }),
  row(dilation2d, [apart(2, 4, 3, 2), within(-0.2, 0.2, 2, 2, 2)], { calls: [(x, f) => dilation2d(x, f, 1, 'valid'), (x, f) => dilation2d(x, f, 2, 'same'), (x, f) => dilation2d(x, f, 1, 'same', 2)], misfits: [[[2, 4, 3, 2], [2, 2, 3]], [[4, 3], [2, 2, 2]]], rejects: [(x, f) => dilation2d(x, f, 0, 'same')], empty: [[[0, 4, 3, 2], [2, 2, 2]]] }),
  row(erosion2d, [apart(1, 3, 3, 2), within(-0.2, 0.2, 2, 2, 2)], { calls: [(x, f) => erosion2d(x, f, 1, 'valid')], misfits: [[[1, 3, 3, 2], [2, 2, 3]]], rejects: [(x, f) => erosion2d(x, f, 0, 'same')], empty: [] }),
];
