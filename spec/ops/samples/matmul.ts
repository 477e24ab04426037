import { dot, matMul, outerProduct } from '../../../lib/ops/matmul.ts';
import { real } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

// One op, one line.
// prettier-ignore
export const matmul: readonly Row[] = [
  row(matMul, [real(2, 3), real(3, 4)], { misfits: [[[2, 3], [4, 5]], [[2, 3], [3]], [[2, 2, 3], [3, 3, 4]]], empty: [[[0, 3], [3, 4]], [[2, 0], [0, 4]], [[2, 3], [3, 0]]] }),
  row(matMul, [real(3, 2), real(3, 4)], { calls: [(a, b) => matMul(a, b, true)] }),
  row(matMul, [real(2, 3), real(4, 3)], { calls: [(a, b) => matMul(a, b, false, true)] }),
  row(matMul, [real(3, 2), real(4, 3)], { calls: [(a, b) => matMul(a, b, true, true)] }),
  row(matMul, [real(2, 2, 3), real(2, 3, 2)], { empty: [[[0, 2, 3], [3, 2]]] }),
  row(matMul, [real(2, 2, 3), real(3, 2)]),
  row(matMul, [real(2, 3), real(2, 3, 2)]),
  row(matMul, [real(1, 2, 3), real(4, 3, 2)]),
  row(matMul, [real(2, 1, 3, 2), real(3, 3, 1)], { calls: [(a, b) => matMul(a, b, true)] }),
  row(matMul, [real(2, 3, 2), real(1, 3)], { calls: [(a, b) => matMul(a, b, true, true)] }),
  row(dot, [real(3), real(3)], { misfits: [[[3], [4]]], empty: [[[0], [0]]] }),
  row(dot, [real(2, 3), real(3)]),
  row(dot, [real(3), real(3, 2)]),
  row(dot, [real(2, 3), real(3, 4)], { misfits: [[[2, 3], [4, 2]]] }),
  row(outerProduct, [real(2), real(3)], { rejects: [(x) => outerProduct([[1]], x)], empty: [[[0], [3]]] }),
];
