import { ctcLoss } from '../../../lib/functions/ctc.ts';
import {
  absoluteDifference,
  computeWeightedLoss,
  cosineDistance,
  hingeLoss,
  huberLoss,
  kullbackLeiblerDivergence,
  logLoss,
  logPoissonLoss,
  poissonLoss,
  sigmoidCrossEntropyWithLogits,
  softmaxCrossEntropyWithLogits,
  weightedCrossEntropyWithLogits,
} from '../../../lib/functions/losses.ts';
import { sparseSoftmaxCrossEntropyWithLogits } from '../../../lib/ops/losses.ts';
import { apart, indices, optional, positive, probabilities, real, within } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

// One function, one line.
// prettier-ignore
export const weightedLosses: readonly Row[] = [
  row(ctcLoss, [indices(3, 2, 2), real(4, 2, 3)], { calls: [(z, x) => ctcLoss(z, x, [1, 2], [4, 3], 2)], rejects: [(z, x) => ctcLoss(z, x, [1], [4, 3]), (z, x) => ctcLoss(z, x, [1, 2], [4, 3], 5)] }),
  row(computeWeightedLoss, [real(2, 3), optional(positive(3))], { calls: [(x) => computeWeightedLoss(x), (x, w) => computeWeightedLoss(x, w), (x, w) => computeWeightedLoss(x, w, 'mean'), (x, w) => computeWeightedLoss(x, w, 'none'), (x, w) => computeWeightedLoss(x, w, 'sum')], rejects: [(x) => computeWeightedLoss(x, [1, 2])] }),
  row(absoluteDifference, [apart(2, 3), apart(2, 3), optional(positive(3))], { calls: [(a, b) => absoluteDifference(a, b), (a, b, w) => absoluteDifference(a, b, w, 'mean')], misfits: [[[2, 3], [3]]] }),
  row(cosineDistance, [real(2, 3), real(2, 3)], { axis: (axis) => (a, b) => cosineDistance(a, b, axis) }),
  row(hingeLoss, [within(0.2, 0.8, 2, 3), within(-0.9, 0.9, 2, 3), optional(positive(2, 1))], { calls: [(a, b) => hingeLoss(a, b), (a, b, w) => hingeLoss(a, b, w, 'sum')], misfits: [[[2, 3], [3]]] }),
  row(huberLoss, [within(0, 1, 2, 3), within(1.9, 3, 2, 3), optional(positive(3))], { calls: [(a, b) => huberLoss(a, b, null, 4), (a, b, w) => huberLoss(a, b, w, 0.5)], misfits: [[[2, 3], [3]]], rejects: [(a, b) => huberLoss(a, b, null, -1)] }),
  row(logLoss, [probabilities(2, 3), probabilities(2, 3), optional(positive(3))], { calls: [(a, b) => logLoss(a, b), (a, b, w) => logLoss(a, b, w, 0.1, 'mean')], misfits: [[[2, 3], [3]]], rejects: [(a, b) => logLoss(a, b, null, -1)] }),
  row(sigmoidCrossEntropyWithLogits, [probabilities(2, 3), real(2, 3)], { misfits: [[[2, 3], [3]]] }),
  row(softmaxCrossEntropyWithLogits, [probabilities(2, 3), real(2, 3)], { misfits: [[[2, 3], [3]]] }),
  row(sparseSoftmaxCrossEntropyWithLogits, [indices(3, 2), real(2, 3)]),
  row(weightedCrossEntropyWithLogits, [probabilities(2, 3), real(2, 3), positive(3)], { calls: [(z, x, w) => weightedCrossEntropyWithLogits(z, x, w)], misfits: [[[2, 3], [2, 3], [2]], [[2, 3], [3], []]] }),
  row(logPoissonLoss, [positive(2, 3), real(2, 3)], { misfits: [[[2, 3], [3]]] }),
  row(logPoissonLoss, [within(1.2, 4, 2, 3), real(2, 3)], { calls: [(z, x) => logPoissonLoss(z, x, true)] }),
  row(poissonLoss, [positive(2, 3), positive(2, 3)], { misfits: [[[2, 3], [3]]] }),
  row(kullbackLeiblerDivergence, [probabilities(2, 3), probabilities(2, 3)], { misfits: [[[2, 3], [3]]] }),
];
