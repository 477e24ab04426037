import { variance } from '../../../lib/functions/statistics.ts';
import { einsum } from '../../../lib/functions/einsum.ts';
import { adjoint } from '../../../lib/functions/linalg.ts';
import { tensordot } from '../../../lib/functions/tensordot.ts';
import { diagonal, embedDiagonal } from '../../../lib/ops/diagonal.ts';
import { bandPart } from '../../../lib/ops/matrices.ts';
import {
  abs,
  div,
  mul,
  neg,
  reciprocal,
  rsqrt,
  sqrt,
  square,
  squaredSize,
  sub,
} from '../../../lib/ops/arithmetic.ts';
import { equal, notEqual } from '../../../lib/ops/compare.ts';
import { complex as pair, imag, real } from '../../../lib/ops/complex.ts';
import { conj, conjugate } from '../../../lib/ops/conjugate.ts';
import { add, quotient, scale, scaleBoth } from '../../../lib/ops/elementwise.ts';
import { gather, unsortedSegmentSum } from '../../../lib/ops/indexing.ts';
import { concat, split, stack, unstack } from '../../../lib/ops/joining.ts';
import { dot, matMul } from '../../../lib/ops/matmul.ts';
import { mean, prod } from '../../../lib/ops/reduce.ts';
import { cumsum } from '../../../lib/ops/scan.ts';
import { where } from '../../../lib/ops/select.ts';
import { pad, reverse, slice, tile } from '../../../lib/ops/slicing.ts';
import {
  broadcastTo,
  cast,
  identity,
  onesLike,
  reshape,
  stopGradient,
  sum,
  transpose,
  zerosLike,
} from '../../../lib/ops/structural.ts';
import {
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atanh,
  cos,
  cosh,
  exp,
  expm1,
  log,
  log1p,
  pow,
  sin,
  sinh,
  tan,
  tanh,
} from '../../../lib/ops/transcendental.ts';
import {
  bools,
  complexNumbers,
  indices,
  nearZero,
  principal,
  real as realNumbers,
} from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

// Real results of complex inputs, and the reverse.
const toReal = { result: 'real' } as const;

// One op, one line; ops of other families on complex numbers.
// prettier-ignore
export const complex: readonly Row[] = [
  row(pair, [realNumbers(2, 3), realNumbers(2, 3)], { result: 'complex', calls: [(a, b) => pair(a, b)], misfits: [[[2, 3], [3]]], rejects: [(a) => pair(a, pair(a, a))] }),
  row(real, [complexNumbers(2, 3)], toReal),
  row(imag, [complexNumbers(2, 3)], toReal),
  row(imag, [realNumbers(2, 3)]),
  row(conj, [complexNumbers(2, 3)]),
  row(conjugate, [complexNumbers(2, 3)], { isInternal: true }),
  row(identity, [complexNumbers(2, 3)]),
  row(stopGradient, [complexNumbers(2, 3)], { isCut: true }),
  row(zerosLike, [complexNumbers(2, 3)]),
  row(onesLike, [complexNumbers(2, 3)]),
  row(cast, [realNumbers(2, 3)], { calls: [(x) => cast(x, 'complex128')], result: 'complex128' }),
  row(cast, [complexNumbers(2, 3)], { calls: [(x) => cast(x, 'float64')], result: 'float64' }),
  row(cast, [complexNumbers(2, 3)], { calls: [(x) => cast(x, 'int32')], isCut: true, result: 'int32' }),
  row(reshape, [complexNumbers(2, 3)], { calls: [(x) => reshape(x, [3, 2])] }),
  row(transpose, [complexNumbers(2, 3, 4)], { calls: [(x) => transpose(x), (x) => transpose(x, [1, 2, 0]), (x) => transpose(x, [0, 2, 1], true)] }),
  row(broadcastTo, [complexNumbers(3, 1)], { calls: [(x) => broadcastTo(x, [3, 4]), (x) => broadcastTo(x, [2, 3, 1]), (x) => broadcastTo(x, [0, 3, 2])] }),
  row(sum, [complexNumbers(2, 3, 2)], { axes: (axis, keepDims) => (x) => sum(x, axis, keepDims), calls: [(x) => sum(x)] }),
  row(mean, [complexNumbers(2, 3, 2)], { axes: (axis, keepDims) => (x) => mean(x, axis, keepDims), empty: [] }),
  row(prod, [complexNumbers(2, 3, 2)], { axes: (axis, keepDims) => (x) => prod(x, axis, keepDims), tolerance: 1e-7, reason: 'products of many numbers' }),
  row(cumsum, [complexNumbers(2, 3)], { axis: (axis) => (x) => cumsum(x, axis), calls: [(x) => cumsum(x, 1, true, true)] }),
  row(slice, [complexNumbers(3, 4)], { calls: [(x) => slice(x, [1, 1], [2, 2]), (x) => slice(x, 1), (x) => slice(x, [0, 2])] }),
  row(pad, [complexNumbers(2, 3)], { calls: [(x) => pad(x, [[1, 0], [0, 2]]), (x) => pad(x, [[0, 0], [1, 1]], 2.5)] }),
  row(reverse, [complexNumbers(2, 3)], { calls: [(x) => reverse(x), (x) => reverse(x, 1)] }),
  row(tile, [complexNumbers(2, 3)], { calls: [(x) => tile(x, [2, 1]), (x) => tile(x, [3, 2])] }),
  row(concat, [complexNumbers(2, 3), complexNumbers(2, 1)], { calls: [(a, b) => concat([a, b], 1)] }),
  row(split, [complexNumbers(2, 4)], { calls: [(x) => split(x, 2, 1), (x) => split(x, [1, 1])] }),
  row(stack, [complexNumbers(2, 3), complexNumbers(2, 3)], { calls: [(a, b) => stack([a, b]), (a, b) => stack([a, b], -1)] }),
  row(unstack, [complexNumbers(2, 3)], { calls: [(x) => unstack(x), (x) => unstack(x, 1)] }),
  row(gather, [complexNumbers(3, 4), indices(3, 5)], { calls: [(x, i) => gather(x, i), (x, i) => gather(x, i, 1)] }),
  row(unsortedSegmentSum, [complexNumbers(4, 2), indices(3, 4)], { calls: [(x, i) => unsortedSegmentSum(x, i, 3)] }),
  row(where, [bools(2, 3), complexNumbers(2, 3), complexNumbers(3)]),
  row(equal, [complexNumbers(2, 3), complexNumbers(3)], { isCut: true, result: 'bool' }),
  row(notEqual, [complexNumbers(2, 3), complexNumbers(3)], { isCut: true, result: 'bool' }),
  row(add, [complexNumbers(2, 3), complexNumbers(3)]),
  row(add, [complexNumbers(2, 3), realNumbers(3)], { calls: [(a, b) => add(a, b)] }),
  row(sub, [complexNumbers(2, 3), complexNumbers(3)]),
  row(mul, [complexNumbers(2, 3), complexNumbers(3)]),
  row(mul, [realNumbers(2, 3), complexNumbers(3)], { calls: [(a, b) => mul(a, b)] }),
  row(div, [complexNumbers(2, 3), principal(3)]),
  row(scale, [complexNumbers(2, 3), complexNumbers(3)], { isInternal: true }),
  row(scaleBoth, [complexNumbers(2, 3), complexNumbers(3)], { isInternal: true }),
  row(quotient, [complexNumbers(2, 3), principal(3)], { isInternal: true }),
  row(neg, [complexNumbers(2, 3)]),
  row(square, [complexNumbers(2, 3)]),
  row(abs, [principal(2, 3)], toReal),
  row(squaredSize, [complexNumbers(2, 3)], { ...toReal, isInternal: true }),
  row(variance, [complexNumbers(3, 2)], { ...toReal, calls: [(x) => variance(x), (x) => variance(x, 0)], empty: [] }),
  row(sqrt, [principal(2, 3)]),
  row(rsqrt, [principal(2, 3)]),
  row(reciprocal, [principal(2, 3)]),
  row(exp, [complexNumbers(2, 3)]),
  row(log, [principal(2, 3)]),
  row(sin, [complexNumbers(2, 3)]),
  row(cos, [complexNumbers(2, 3)]),
  row(tan, [nearZero(2, 3)]),
  row(sinh, [complexNumbers(2, 3)]),
  row(cosh, [complexNumbers(2, 3)]),
  row(tanh, [nearZero(2, 3)]),
  row(expm1, [nearZero(2, 3)]),
  row(log1p, [nearZero(2, 3)]),
  row(asin, [nearZero(2, 3)]),
  row(acos, [nearZero(2, 3)]),
  row(atan, [nearZero(2, 3)]),
  row(asinh, [nearZero(2, 3)]),
  row(atanh, [nearZero(2, 3)]),
  row(acosh, [principal(2, 3)], { tolerance: 1e-6, reason: 'near -1 and 1 the slopes are steep' }),
  row(pow, [principal(2, 3), complexNumbers(3)]),
  row(matMul, [complexNumbers(2, 3), complexNumbers(3, 4)]),
  row(matMul, [complexNumbers(2, 3, 2), complexNumbers(4, 3)], { calls: [(a, b) => matMul(a, b, true, true)] }),
  row(matMul, [complexNumbers(2, 2, 3), realNumbers(3, 2)], { calls: [(a, b) => matMul(a, b)] }),
  row(diagonal, [complexNumbers(2, 3, 4)], { calls: [(x) => diagonal(x), (x) => diagonal(x, 1, -1, 0)] }),
  row(embedDiagonal, [complexNumbers(2, 3)], { calls: [(x) => embedDiagonal(x), (x) => embedDiagonal(x, -1, 0, -1)] }),
  row(bandPart, [complexNumbers(2, 3, 4)], { calls: [(x) => bandPart(x, 0, 1)] }),
  row(adjoint, [complexNumbers(2, 3, 4)], { calls: [(a) => adjoint(a)] }),
  row(einsum, [complexNumbers(2, 3), complexNumbers(3, 2)], { calls: [(a, b) => einsum('ij,jk->ki', a, b)] }),
  row(tensordot, [complexNumbers(2, 3), complexNumbers(3, 2)], { calls: [(a, b) => tensordot(a, b, 1)] }),
  row(dot, [complexNumbers(3), complexNumbers(3)]),
];
