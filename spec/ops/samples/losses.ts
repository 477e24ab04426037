import {
  meanSquaredError,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  sparseSoftmaxCrossEntropy,
} from '../../../lib/ops/losses.ts';
import { indices, oneHots, optional, positive, probabilities, real } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

// One op, one line.
// prettier-ignore
export const losses: readonly Row[] = [
  row(softmaxCrossEntropy, [probabilities(2, 3), real(2, 3)], { misfits: [[[2, 3], [3]], [[2, 3], [2, 4]]], empty: [[[0, 3], [0, 3]]] }),
  row(softmaxCrossEntropy, [oneHots(2, 3), real(2, 3), optional(positive(2))], { calls: [(z, x, w) => softmaxCrossEntropy(z, x, w), (z, x, w) => softmaxCrossEntropy(z, x, w, 0.1, 'none'), (z, x, w) => softmaxCrossEntropy(z, x, w, 0, 'mean'), (z, x, w) => softmaxCrossEntropy(z, x, w, 0, 'sum'), (z, x) => softmaxCrossEntropy(z, x, null, 0, 'none'), (z, x) => softmaxCrossEntropy(z, x, 0)], rejects: [(z, x) => softmaxCrossEntropy(z, x, null, 1.5), (z, x) => softmaxCrossEntropy(z, x, null, NaN), (z, x) => softmaxCrossEntropy(z, x, [1, 2, 3])], misfits: [[[2, 3], [2, 3], [3]]] }),
  row(softmaxCrossEntropy, [probabilities(2, 2, 3), real(2, 2, 3)], { empty: [] }),
  row(sparseSoftmaxCrossEntropy, [indices(3, 2, 2), real(2, 2, 3)], { empty: [] }),
  row(sparseSoftmaxCrossEntropy, [indices(3, 2), real(2, 3)], { misfits: [[[3], [2, 3]], [[2, 3], [2, 3]]], rejects: [(_, x) => sparseSoftmaxCrossEntropy([0, 3], x), (_, x) => sparseSoftmaxCrossEntropy([0, 0.5], x), (_, x) => sparseSoftmaxCrossEntropy([0, -1], x)], empty: [[[0], [0, 3]]] }),
  row(sparseSoftmaxCrossEntropy, [indices(3, 2), real(2, 3), optional(positive(2))], { calls: [(i, x, w) => sparseSoftmaxCrossEntropy(i, x, w), (i, x, w) => sparseSoftmaxCrossEntropy(i, x, w, 'mean'), (i, x) => sparseSoftmaxCrossEntropy(i, x, null, 'none')] }),
  row(sigmoidCrossEntropy, [probabilities(2, 3), real(2, 3)], { misfits: [[[2, 3], [3]]], empty: [[[0, 3], [0, 3]]] }),
  row(sigmoidCrossEntropy, [oneHots(2, 3), real(2, 3), optional(positive(2, 1))], { calls: [(z, x, w) => sigmoidCrossEntropy(z, x, w), (z, x, w) => sigmoidCrossEntropy(z, x, w, 0.2, 'mean'), (z, x) => sigmoidCrossEntropy(z, x, 2, 0, 'sum'), (z, x) => sigmoidCrossEntropy(z, x, null, 0, 'none')], rejects: [(z, x) => sigmoidCrossEntropy(z, x, null, -0.1)] }),
  row(meanSquaredError, [real(2, 3), real(2, 3)], { misfits: [[[2, 3], [3]]], empty: [[[0, 3], [0, 3]]] }),
  row(meanSquaredError, [real(2, 3), real(2, 3), optional(positive(3))], { calls: [(a, b, w) => meanSquaredError(a, b, w), (a, b, w) => meanSquaredError(a, b, w, 'mean'), (a, b, w) => meanSquaredError(a, b, w, 'none'), (a, b) => meanSquaredError(a, b, null, 'sum')] }),
];
