import { diagonal, embedDiagonal } from '../../../lib/ops/diagonal.ts';
import { complexNumbers, real } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

// One op, one line.
// prettier-ignore
export const diagonals: readonly Row[] = [
  row(diagonal, [real(3, 4)], { calls: [(x) => diagonal(x), (x) => diagonal(x, 2), (x) => diagonal(x, -1), (x) => diagonal(x, 0, 1, 0), (x) => diagonal(x, 9)], rejects: [(x) => diagonal(x, 0.5), (x) => diagonal(x, 0, 1, -1), (x) => diagonal(x, 0, 0, 2), () => diagonal([1])], empty: [[[0, 3]], [[3, 0]]] }),
  row(diagonal, [real(2, 3, 2, 3)], { calls: [(x) => diagonal(x, 0, 1, 3), (x) => diagonal(x, 1, -1, 0)] }),
  row(diagonal, [complexNumbers(2, 3, 3)], { calls: [(x) => diagonal(x, 1, 1, 2), (x) => diagonal(x, 0, 2, 0)] }),
  row(embedDiagonal, [complexNumbers(2, 3)], { calls: [(x) => embedDiagonal(x, 1), (x) => embedDiagonal(x, -1, 0, 2)] }),
  row(embedDiagonal, [real(2, 3)], { calls: [(x) => embedDiagonal(x), (x) => embedDiagonal(x, 1), (x) => embedDiagonal(x, -2, 0, 2), (x) => embedDiagonal(x, 1, 1, 0)], rejects: [() => embedDiagonal(1), (x) => embedDiagonal(x, 0, 1, 1), (x) => embedDiagonal(x, 0, 3), (x) => embedDiagonal(x, 1e9)], empty: [[[2, 0]], [[0, 2]]] }),
];
