import { scaledDotProductAttention } from '../../../lib/functions/attention.ts';
import * as fused from '../../../lib/functions/fused.ts';
import * as normalization from '../../../lib/functions/normalization.ts';
import * as recurrent from '../../../lib/functions/recurrent.ts';
import { add } from '../../../lib/ops/elementwise.ts';
import { mul } from '../../../lib/ops/arithmetic.ts';
import { tanh } from '../../../lib/ops/transcendental.ts';
import { apart, fixed, indices, optional, positive, real } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

const { batchNorm, batchNorm2d, batchNorm3d, batchNorm4d } = normalization;
const { groupNorm, instanceNorm, layerNorm, localResponseNormalization, rmsNorm } = normalization;
const { basicLSTMCell, embeddingLookup, gruCell, lstmCell, multiRNNCell } = recurrent;

const cell: recurrent.LSTMCellFunc = (x, c, h) => [add(mul(c, x), h), tanh(add(h, mul(x, c)))];
const { fusedConv2d, fusedDepthwiseConv2d, fusedMatMul } = fused;
const attention = scaledDotProductAttention;

// A whole network layer has derivatives of many sizes.
const tolerance = 1e-6;

const argumentNames = ['scale', 'offset'];

// One function, one line.
// prettier-ignore
export const networks: readonly Row[] = [
  row(batchNorm, [real(2, 2, 3), real(3), positive(3), optional(real(3)), optional(real(3))], { tolerance, calls: [(x, m, v) => batchNorm(x, m, v), (x, m, v, o, s) => batchNorm(x, m, v, o, s, 0.1)], rejects: [(x, m, v) => batchNorm(x, m, v, null, null, NaN)], misfits: [[[2, 2, 3], [2], [3]]] }),
  row(batchNorm2d, [real(2, 3), real(3), positive(3), optional(real(3))], { tolerance, calls: [(x, m, v, o) => batchNorm2d(x, m, v, o)], misfits: [[[3], [3], [3], [3]]] }),
  row(batchNorm3d, [real(2, 1, 3), real(3), positive(3)], { tolerance, calls: [(x, m, v) => batchNorm3d(x, m, v)], misfits: [[[3], [3], [3]]] }),
  row(batchNorm4d, [real(2, 1, 1, 3), real(3), positive(3)], { tolerance, calls: [(x, m, v) => batchNorm4d(x, m, v)], misfits: [[[3], [3], [3]]] }),
  row(layerNorm, [apart(2, 4), optional(real(4)), optional(real(4))], { argumentNames, tolerance, calls: [(x) => layerNorm(x), (x, scale, offset) => layerNorm(x, { scale, offset }, [0, 1], 0.1)], rejects: [(x) => layerNorm(x, {}, -1, -1)], empty: [] }),
  row(rmsNorm, [apart(2, 4), optional(real(4))], { argumentNames, tolerance, calls: [(x) => rmsNorm(x), (x, scale) => rmsNorm(x, { scale }, 0, 0.1)], rejects: [(x) => rmsNorm(x, {}, -1, NaN)], empty: [] }),
  row(groupNorm, [apart(2, 2, 4), optional(real(4))], { argumentNames, tolerance, calls: [(x) => groupNorm(x, 2), (x, scale) => groupNorm(x, 1, { scale }, 0.1)], rejects: [(x) => groupNorm(x, 3)], misfits: [[[4], [4]]], empty: [] }),
  row(instanceNorm, [apart(2, 3, 2), optional(real(2))], { argumentNames, tolerance, calls: [(x) => instanceNorm(x), (x, offset) => instanceNorm(x, { offset }, 0.1)], rejects: [(x) => instanceNorm(x, {}, -1)], misfits: [[[4, 2], [2]]], empty: [] }),
  row(localResponseNormalization, [real(2, 2, 4)], { tolerance, calls: [(x) => localResponseNormalization(x), (x) => localResponseNormalization(x, 1, 0.5, 2, 0.7)], rejects: [(x) => localResponseNormalization(x, -1)], misfits: [[[4]]] }),
  row(basicLSTMCell, [real(), real(4, 8), real(8), real(3, 2), real(3, 2), real(3, 2)], { tolerance, calls: [(b, k, bias, x, c, h) => basicLSTMCell(b, k, bias, x, c, h)], misfits: [[[], [4, 6], [6], [3, 2], [3, 2], [3, 2]]], empty: [] }),
  row(multiRNNCell, [real(2, 2), real(2, 2), real(2, 2)], { tolerance, calls: [(x, c, h) => multiRNNCell([cell, cell], x, [c, h], [h, c]).flat()], rejects: [(x, c) => multiRNNCell([cell], x, [], [c])[0]], integers: false, reason: 'tanh of large numbers' }),
  row(gruCell, [real(3, 2), real(3, 2), real(2, 6), real(2, 6), real(6)], { tolerance, misfits: [[[3, 2], [3, 2], [2, 4], [2, 6], [6]]], empty: [] }),
  row(embeddingLookup, [real(4, 2), indices(4, 3)], { empty: [[[4, 0], [3]]] }),
  row(attention, [real(2, 3, 2), real(2, 4, 2), real(2, 4, 3)], { tolerance, calls: [(q, k, v) => attention(q, k, v), (q, k, v) => attention(q, k, v, { causal: true, scale: 0.3 })], misfits: [[[2], [4, 2], [4, 3]]], empty: [] }),
  row(attention, [real(3, 2), real(4, 2), real(4, 3), optional(fixed(positive(3, 4)))], { argumentNames: ['mask'], tolerance, calls: [(q, k, v, m) => attention(q, k, v, { mask: m })], rejects: [(q, k, v) => attention(q, k, v, { scale: NaN })], empty: [] }),
  row(lstmCell, [real(2, 3), real(2, 2), real(2, 2), real(3, 8), real(2, 8), real(8)], { tolerance, misfits: [[[2, 3], [2, 2], [2, 2], [3, 8], [2, 6], [8]]], empty: [] }),
  row(fusedConv2d, [real(1, 3, 3, 2), real(2, 2, 2, 2), optional(real(2)), real(2)], { argumentNames: ['x', 'filter', 'bias', 'preluActivationWeights'], tolerance, calls: [(x, filter, bias) => fusedConv2d({ x, filter, strides: 1, pad: 'same', bias, activation: 'sigmoid' }), (x, filter, bias, preluActivationWeights) => fusedConv2d({ x, filter, strides: 1, pad: 0, bias, activation: 'prelu', preluActivationWeights })], empty: [] }),
  row(fusedConv2d, [real(1, 2, 3, 3), real(2, 2, 2, 3), optional(real(3))], { argumentNames: ['x', 'filter', 'bias'], tolerance, calls: [(x, filter, bias) => fusedConv2d({ x, filter, strides: 1, pad: 'valid', dataFormat: 'NCHW', bias, activation: 'elu' })], empty: [] }),
  row(fusedDepthwiseConv2d, [real(1, 3, 3, 2), real(2, 2, 2, 1), optional(real(2))], { argumentNames: ['x', 'filter', 'bias'], tolerance, calls: [(x, filter, bias) => fusedDepthwiseConv2d({ x, filter, strides: 1, pad: 'valid', bias, activation: 'elu' })], empty: [] }),
  row(fusedMatMul, [real(2, 3), real(3, 2), optional(real(2))], { argumentNames: ['a', 'b', 'bias'], tolerance, calls: [(a, b, bias) => fusedMatMul({ a, b, bias, activation: 'leakyrelu', leakyreluAlpha: 0.1 }), (a, b) => fusedMatMul({ a, b })], rejects: [(a, b) => fusedMatMul({ a, b, bias: [1, 2, 3] })], empty: [] }),
];
