import {
  leakyRelu,
  logSoftmax,
  relu,
  sigmoid,
  softmax,
  softplus,
} from '../../../lib/ops/activations.ts';
import { awayFrom, positive, real } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

// One op, one line.
// prettier-ignore
export const activations: readonly Row[] = [
  row(sigmoid, [real(2, 3)]),
  row(softplus, [real(2, 3)]),
  // The backward op is sampled here: where the result is 0, its own slope jumps.
  row(relu, [positive(2, 3)]),
  row(relu, [awayFrom([0], 2, 3)]),
  row(leakyRelu, [awayFrom([0], 2, 3)], { calls: [(x) => leakyRelu(x), (x) => leakyRelu(x, -0.3)], rejects: [(x) => leakyRelu(x, NaN)] }),
  row(softmax, [real(2, 3, 2)], { axis: (axis) => (x) => softmax(x, axis), empty: [[[2, 0, 2]], [[0, 3, 2]]] }),
  row(logSoftmax, [real(2, 3, 2)], { axis: (axis) => (x) => logSoftmax(x, axis), empty: [[[2, 0, 2]], [[0, 3, 2]]] }),
];
