import * as convolution from '../../../lib/ops/convolution.ts';
import { separableConv2d } from '../../../lib/ops/separableConvolution.ts';
import {
  conv1dTranspose,
  conv2dTranspose,
  conv3dTranspose,
} from '../../../lib/ops/transposedConvolution.ts';
import { real } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

const { conv1d, conv2d, conv3d, depthwiseConv2d } = convolution;

// One function, one line.
// prettier-ignore
export const convolutions: readonly Row[] = [
  row(conv1d, [real(2, 5, 2), real(3, 2, 2)], { calls: [(x, f) => conv1d(x, f, 1, 'valid'), (x, f) => conv1d(x, f, 2, 'same'), (x, f) => conv1d(x, f, 1, 2, 'NWC', 2), (x, f) => conv1d(x, f, 1, [[0, 0], [1, 2], [0, 0]])], misfits: [[[2, 5, 2], [3, 3, 2]], [[5], [3, 2, 2]], [[2, 5, 2], [3, 2]]], rejects: [(x, f) => conv1d(x, f, 0, 'same'), (x, f) => conv1d(x, f, 1, -1), (x, f) => conv1d(x, f, 1, 'same', 'NWC', 1, 'floor')], empty: [[[0, 5, 2], [3, 2, 2]], [[2, 5, 0], [3, 0, 2]], [[2, 5, 2], [3, 2, 0]]] }),
  row(conv1d, [real(3, 4), real(2, 3, 2)], { calls: [(x, f) => conv1d(x, f, 1, 'same', 'NCW')], empty: [] }),
  row(conv2d, [real(2, 4, 3, 2), real(2, 2, 2, 3)], { calls: [(x, f) => conv2d(x, f, 1, 'valid'), (x, f) => conv2d(x, f, [2, 1], 'same'), (x, f) => conv2d(x, f, 2, 1, 'NHWC', 2, 'ceil'), (x, f) => conv2d(x, f, 1, [[0, 0], [1, 0], [0, 2], [0, 0]])], misfits: [[[2, 4, 3, 2], [2, 2, 3, 2]], [[2, 4], [2, 2, 2, 3]]], rejects: [(x, f) => conv2d(x, f, [1, 1, 1], 'same'), (x, f) => conv2d(x, f, 1, [[1, 0], [0, 0], [0, 0], [0, 0]])], empty: [[[0, 4, 3, 2], [2, 2, 2, 3]], [[2, 4, 3, 0], [2, 2, 0, 3]]] }),
  row(conv2d, [real(2, 3, 4), real(1, 3, 2, 2)], { calls: [(x, f) => conv2d(x, f, 1, 'same', 'NCHW')], empty: [] }),
  row(conv3d, [real(1, 3, 2, 3, 2), real(2, 1, 2, 2, 2)], { calls: [(x, f) => conv3d(x, f, 1, 'valid'), (x, f) => conv3d(x, f, [1, 2, 1], 'same', 'NDHWC', 1)], misfits: [[[1, 3, 2, 3, 2], [2, 1, 2, 3, 2]]], rejects: [(x, f) => conv3d(x, f, 0, 'same')], empty: [[[0, 3, 2, 3, 2], [2, 1, 2, 2, 2]]] }),
  row(depthwiseConv2d, [real(2, 4, 3, 2), real(2, 2, 2, 2)], { calls: [(x, f) => depthwiseConv2d(x, f, 1, 'valid'), (x, f) => depthwiseConv2d(x, f, 2, 'same'), (x, f) => depthwiseConv2d(x, f, 1, 1, 'NHWC', [2, 1])], misfits: [[[2, 4, 3, 2], [2, 2, 3, 2]]], rejects: [(x, f) => depthwiseConv2d(x, f, 1.5, 'same')], empty: [[[0, 4, 3, 2], [2, 2, 2, 2]], [[2, 4, 3, 0], [2, 2, 0, 2]]] }),
  row(separableConv2d, [real(1, 3, 3, 2), real(2, 2, 2, 1), real(1, 1, 2, 3)], { calls: [(x, d, p) => separableConv2d(x, d, p, 1, 'same'), (x, d, p) => separableConv2d(x, d, p, 1, 'valid', 2)], misfits: [[[1, 3, 3, 2], [2, 2, 2, 1], [2, 1, 2, 3]]], rejects: [(x, d, p) => separableConv2d(x, d, p, 0, 'same')], empty: [[[0, 3, 3, 2], [2, 2, 2, 1], [1, 1, 2, 3]]] }),
  row(conv1dTranspose, [real(2, 3, 2), real(2, 3, 2)], { calls: [(x, w) => conv1dTranspose(x, w, [2, 6, 3], 2, 'same')], rejects: [(x, w) => conv1dTranspose(x, w, [2, 9, 3], 2, 'same')], empty: [] }),
  row(conv2dTranspose, [real(1, 2, 3, 3), real(2, 2, 2, 3)], { calls: [(x, f) => conv2dTranspose(x, f, [1, 3, 4, 2], 1, 'valid'), (x, f) => conv2dTranspose(x, f, [1, 4, 5, 2], 2, 'same')], misfits: [[[1, 2, 3, 3], [2, 2, 3, 2]]], rejects: [(x, f) => conv2dTranspose(x, f, [1, 9, 9, 2], 1, 'valid')], empty: [] }),
  row(conv3dTranspose, [real(1, 1, 2, 1, 2), real(2, 1, 2, 2, 2)], { calls: [(x, f) => conv3dTranspose(x, f, [1, 2, 2, 2, 2], 1, 'valid'), (x, f) => conv3dTranspose(x, f, [1, 2, 4, 2, 2], 2, 'same')], misfits: [[[1, 1, 2, 1, 2], [2, 1, 2, 2, 3]]], rejects: [(x, f) => conv3dTranspose(x, f, [1, 9, 9, 9, 2], 1, 'valid')], empty: [] }),
];
