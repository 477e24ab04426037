import { extractImagePatches, meshgrid } from '../../../lib/functions/grids.ts';
import { getAt, withAt } from '../../../lib/functions/indexing.ts';
import { booleanMask } from '../../../lib/functions/masks.ts';
import * as ranked from '../../../lib/functions/ranked.ts';
import { raggedGather } from '../../../lib/functions/ragged.ts';
import { raggedTensorToTensor } from '../../../lib/functions/raggedToTensor.ts';
import * as rearrange from '../../../lib/functions/rearrange.ts';
import { sparseSegmentMean, sparseSegmentSum } from '../../../lib/functions/sparse.ts';
import { stridedSlice } from '../../../lib/functions/stridedSlice.ts';
import type { Tensor } from '../../../lib/core/tensor.ts';
import { mul } from '../../../lib/ops/arithmetic.ts';
import { gather } from '../../../lib/ops/indexing.ts';
import * as scatter from '../../../lib/ops/scatter.ts';
import * as segment from '../../../lib/ops/segment.ts';
import { apart, indices, nonzero, optional, real, someZeros } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

const { mirrorPad, repeat, roll, spaceToBatchND, batchToSpaceND, depthToSpace, spaceToDepth } =
  rearrange;
const { gatherND, scatterND, sparseToDense, takeAlongAxis, tensorScatterUpdate } = scatter;
const { tensorScatterAdd, tensorScatterMax, tensorScatterMin, tensorScatterSub } = scatter;
const { segmentMax, segmentMean, segmentMin, segmentProd, segmentSum } = segment;
const { unsortedSegmentMax, unsortedSegmentMean, unsortedSegmentMin } = segment;
const { unsortedSegmentProd, unsortedSegmentSqrtN } = segment;

const sorted = [0, 0, 1, 3];
const empty = [] as const;
const product = ([a, b]: readonly Tensor[]): Tensor => mul(a, b);

// One function, one line.
// prettier-ignore
export const placing: readonly Row[] = [
  row(roll, [real(3, 4)], { calls: [(x) => roll(x, 1, 0), (x) => roll(x, [-5, 2], [1, 0])], rejects: [(x) => roll(x, 1, 2), (x) => roll(x, [1, 2], 0), (x) => roll(x, 0.5, 0)] }),
  row(mirrorPad, [real(3, 2)], { calls: [(x) => mirrorPad(x, [[2, 1], [0, 1]], 'reflect'), (x) => mirrorPad(x, [[3, 1], [2, 0]], 'symmetric')], rejects: [(x) => mirrorPad(x, [[3, 0], [0, 0]], 'reflect'), (x) => mirrorPad(x, [[1, 0]], 'reflect')], empty }),
  row(repeat, [real(2, 3)], { calls: [(x) => repeat(x, 2), (x) => repeat(x, [1, 0, 2], 1), (x) => repeat(x, 3, -2)], rejects: [(x) => repeat(x, -1), (x) => repeat(x, [1], 1), (x) => repeat(x, 1, 2)], empty }),
  row(spaceToBatchND, [real(2, 3, 4, 2)], { calls: [(x) => spaceToBatchND(x, [2, 2], [[1, 0], [0, 0]]), (x) => spaceToBatchND(x, [3], [[0, 0]])], rejects: [(x) => spaceToBatchND(x, [2, 2], [[0, 0], [0, 0]])], empty: [[[0, 3, 4, 2]]] }),
  row(batchToSpaceND, [real(4, 2, 3, 1)], { calls: [(x) => batchToSpaceND(x, [2, 2], [[1, 0], [0, 2]]), (x) => batchToSpaceND(x, [2], [[0, 1]])], rejects: [(x) => batchToSpaceND(x, [3], [[0, 0]])], empty }),
  row(depthToSpace, [real(1, 2, 3, 8)], { calls: [(x) => depthToSpace(x, 2)], rejects: [(x) => depthToSpace(x, 3)], misfits: [[[2, 3, 8]]], empty: [[[0, 2, 3, 8]]] }),
  row(depthToSpace, [real(1, 4, 2, 3)], { calls: [(x) => depthToSpace(x, 2, 'NCHW')], empty }),
  row(spaceToDepth, [real(1, 2, 4, 3)], { calls: [(x) => spaceToDepth(x, 2)], rejects: [(x) => spaceToDepth(x, 3)], misfits: [[[2, 4, 3]]], empty: [[[0, 2, 4, 3]]] }),
  row(meshgrid, [optional(real(2)), optional(real(3))], { calls: [(x, y) => product(meshgrid(x, y)), (x, y) => product(meshgrid(x, y, { indexing: 'ij' }))] }),
  row(extractImagePatches, [real(2, 4, 4, 2)], { calls: [(x) => extractImagePatches(x, [2, 3], [1, 1]), (x) => extractImagePatches(x, [2, 2], [2, 1], [2, 1], 'same')], rejects: [(x) => extractImagePatches(x, [5, 5], [1, 1])], misfits: [[[4, 4, 2]]], empty: [[[0, 4, 4, 2]]] }),
  row(stridedSlice, [real(3, 4, 2)], { calls: [(x) => stridedSlice(x, [0, 1], [3, 4], [2, 2]), (x) => stridedSlice(x, [-1, 0], [0, 2], [-1, 1], 0, 1), (x) => stridedSlice(x, [1, 0, 0], [2, 0, 1], [1, 1, 1], 0, 0, 2, 0, 1), (x) => stridedSlice(x, [0, 0], [0, 2], [1, 1], 0, 0, 0, 1)], rejects: [(x) => stridedSlice(x, [0], [1], [0]), (x) => stridedSlice(x, [0, 0], [1]), (x) => stridedSlice(x, [0, 0, 0, 0], [1, 1, 1, 1])], empty }),
  row(getAt, [real(3, 4, 2)], { name: 'get', calls: [(x) => getAt(x, 1), (x) => getAt(x, '1:3', null, -1), (x) => getAt(x, '...', '::2'), (x) => getAt(x, '::-1', [3, 0, 0], 'newaxis')], rejects: [(x) => getAt(x, 3), (x) => getAt(x, 'a'), (x) => getAt(x, 0, 0, 0, 0)], empty }),
  row(withAt, [real(3, 4), real(4)], { name: 'with', calls: [(x, v) => withAt(x, 1, v), (x, v) => withAt(x, ['1:3', null], v), (x, v) => withAt(x, [[0, 0], '::-1'], v)], rejects: [(x, v) => withAt(x, 3, v), (x, v) => withAt(x, [0, 0], v)], empty }),
  row(booleanMask, [real(3, 2)], { calls: [(x) => booleanMask(x, [true, false, true]), (x) => booleanMask(x, [false, true], 1), (x) => booleanMask(x, [[1, 0], [1, 1], [0, 0]])], rejects: [(x) => booleanMask(x, [true]), (x) => booleanMask(x, true)], empty }),
  row(gatherND, [real(3, 4, 2), indices(3, 5, 2)], { rejects: [(x) => gatherND(x, [[3, 0]]), (x) => gatherND(x, [[0, 0, 0, 0]])], empty: [[[3, 4, 0], [5, 2]], [[3, 4, 2], [0, 2]]] }),
  row(gatherND, [real(2, 3, 4), indices(3, 2, 1)], { calls: [(x, i) => gatherND(x, i, 1)], rejects: [(x, i) => gatherND(x, i, 3)], empty }),
  row(scatterND, [indices(3, 4, 1), real(4, 2)], { calls: [(i, u) => scatterND(i, u, [3, 2])], rejects: [(_, u) => scatterND([[0], [1], [2], [3]], u, [3, 2])], misfits: [[[4, 1], [3, 2]]], empty: [[[0, 1], [0, 2]]] }),
  row(tensorScatterUpdate, [real(3, 2), indices(3, 4, 1), real(4, 2)], { misfits: [[[3, 2], [4, 1], [3, 2]]], empty: [[[3, 2], [0, 1], [0, 2]]] }),
  row(tensorScatterAdd, [real(3, 2), indices(3, 4, 1), real(4, 2)], { misfits: [[[3, 2], [4, 1], [3, 2]]], empty: [[[3, 2], [0, 1], [0, 2]]] }),
  row(tensorScatterSub, [real(3, 2), indices(3, 4, 1), real(4, 2)], { misfits: [[[3, 2], [4, 1], [3, 2]]], empty: [[[3, 2], [0, 1], [0, 2]]] }),
  row(tensorScatterMax, [apart(3, 2), indices(3, 4, 1), apart(4, 2)], { misfits: [[[3, 2], [4, 1], [3, 2]]], empty: [[[3, 2], [0, 1], [0, 2]]] }),
  row(tensorScatterMin, [apart(3, 2), indices(3, 4, 1), apart(4, 2)], { misfits: [[[3, 2], [4, 1], [3, 2]]], empty: [[[3, 2], [0, 1], [0, 2]]] }),
  row(takeAlongAxis, [real(2, 3), indices(2, 2, 4)], { calls: [(x, i) => takeAlongAxis(x, i, 1), (x, i) => takeAlongAxis(x, i, -1)], rejects: [(x, i) => takeAlongAxis(x, i, 2)], misfits: [[[2, 3], [3, 4]]], empty: [[[2, 3], [2, 0]]] }),
  row(sparseToDense, [indices(4, 3, 1), real(3), optional(real())], { calls: [(i, v, d) => sparseToDense(i, v, [4], d)], misfits: [[[3, 1], [2], []]], empty }),
  row(unsortedSegmentMax, [apart(4, 2), indices(3, 4)], { calls: [(x, i) => gather(unsortedSegmentMax(x, i, 4), i)], rejects: [(x, i) => unsortedSegmentMax(x, i, -1), (x) => unsortedSegmentMax(x, [0, 1, 2, 9], 4)], misfits: [[[4, 2], [3]]], empty: [[[0, 2], [0]]], integers: false, reason: 'the lowest number depends on the dtype' }),
  row(unsortedSegmentMin, [apart(2, 2, 3), indices(3, 2, 2)], { calls: [(x, i) => gather(unsortedSegmentMin(x, i, 3), i)], rejects: [(x, i) => unsortedSegmentMin(x, i, 0.5)], misfits: [[[4, 2], [3]]], empty: [[[0, 2], [0]]], integers: false, reason: 'the highest number depends on the dtype' }),
  row(unsortedSegmentProd, [someZeros(5, 2), indices(3, 5)], { calls: [(x, i) => unsortedSegmentProd(x, i, 4)], rejects: [(x, i) => unsortedSegmentProd(x, i, -1)], misfits: [[[4, 2], [3]]], empty: [[[0, 2], [0]]] }),
  row(unsortedSegmentMean, [real(4, 2), indices(3, 4)], { calls: [(x, i) => unsortedSegmentMean(x, i, 4)], rejects: [(x, i) => unsortedSegmentMean(x, i, -1)], misfits: [[[4, 2], [3]]], empty: [[[0, 2], [0]]] }),
  row(unsortedSegmentSqrtN, [real(4, 2), indices(3, 4)], { calls: [(x, i) => unsortedSegmentSqrtN(x, i, 4)], rejects: [(x, i) => unsortedSegmentSqrtN(x, i, -1)], misfits: [[[4, 2], [3]]], empty: [[[0, 2], [0]]] }),
  row(segmentSum, [real(4, 2)], { calls: [(x) => segmentSum(x, sorted)], rejects: [(x) => segmentSum(x, [0, 2, 1, 3])], empty }),
  row(segmentMean, [real(4, 2)], { calls: [(x) => segmentMean(x, sorted)], rejects: [(x) => segmentMean(x, [0, 0, -1, 3])], empty }),
  row(segmentMax, [apart(4, 2)], { calls: [(x) => segmentMax(x, [0, 0, 1, 2])], rejects: [(x) => segmentMax(x, [0, 2, 1, 3])], empty }),
  row(segmentMin, [apart(4, 2)], { calls: [(x) => segmentMin(x, [0, 0, 1, 2])], rejects: [(x) => segmentMin(x, [0, 2, 1, 3])], empty }),
  row(segmentProd, [nonzero(4, 2)], { calls: [(x) => segmentProd(x, sorted)], rejects: [(x) => segmentProd(x, [0, 2, 1, 3])], empty }),
  row(sparseSegmentSum, [real(3, 2)], { calls: [(x) => sparseSegmentSum(x, [0, 2, 2], [0, 0, 1])], rejects: [(x) => sparseSegmentSum(x, [0], [0, 0])], empty }),
  row(sparseSegmentMean, [real(3, 2)], { calls: [(x) => sparseSegmentMean(x, [0, 2, 2], [0, 0, 1])], rejects: [(x) => sparseSegmentMean(x, [0], [0, 0])], empty }),
  row(raggedGather, [real(5, 2)], { calls: [(x) => raggedGather([[0, 2, 2, 4]], x, [2, 0, 1, 2]).outputDenseValues, (x) => raggedGather([[0, 1, 3], [0, 2, 2, 5]], x, 1, 1).outputDenseValues], rejects: [(x) => raggedGather([[0, 2, 1]], x, [0]).outputDenseValues, (x) => raggedGather([[0, 6]], x, [0]).outputDenseValues, (x) => raggedGather([[0, 2]], x, [1]).outputDenseValues, (x) => raggedGather([], x, [0]).outputDenseValues, (x) => raggedGather([[0, 2]], x, [0], 2).outputDenseValues], empty }),
  row(raggedTensorToTensor, [real(5), real()], { calls: [(x, d) => raggedTensorToTensor(-1, x, d, [[0, 2, 2, 5]], ['ROW_SPLITS']), (x, d) => raggedTensorToTensor([3, 2], x, d, [4, [0, 0, 0, 1, 3]], ['FIRST_DIM_SIZE', 'VALUE_ROWIDS'])], rejects: [(x, d) => raggedTensorToTensor([3], x, d, [[0, 2, 5]], ['ROW_SPLITS']), (x, d) => raggedTensorToTensor(-1, x, d, [[0, 2, 4]], ['ROW_SPLITS']), (x, d) => raggedTensorToTensor(-1, x, d, [[0, 0, 0, 1, 3]], ['VALUE_ROWIDS']), (x, d) => raggedTensorToTensor(-1, x, d, [2, [0, 0, 0, 1, 3]], ['FIRST_DIM_SIZE', 'VALUE_ROWIDS'])], empty }),
  row(ranked.slice1d, [real(4)], { calls: [(x) => ranked.slice1d(x, 1, 2)], misfits: [[[2, 2]]], empty }),
  row(ranked.slice2d, [real(4, 2)], { calls: [(x) => ranked.slice2d(x, [1, 0], [2, 1])], misfits: [[[2]]], empty }),
  row(ranked.slice3d, [real(4, 2, 1)], { calls: [(x) => ranked.slice3d(x, [1, 0, 0], [2, 1, 1])], misfits: [[[2]]], empty }),
  row(ranked.slice4d, [real(4, 2, 1, 2)], { calls: [(x) => ranked.slice4d(x, [1, 0, 0, 1], [2, 1, 1, 1])], misfits: [[[2]]], empty }),
  row(ranked.reverse1d, [real(4)], { misfits: [[[2, 2]]] }),
  row(ranked.reverse2d, [real(2, 3)], { calls: [(x) => ranked.reverse2d(x), (x) => ranked.reverse2d(x, 1)], misfits: [[[2]]] }),
  row(ranked.reverse3d, [real(2, 3, 1)], { calls: [(x) => ranked.reverse3d(x), (x) => ranked.reverse3d(x, 1)], misfits: [[[2]]] }),
  row(ranked.reverse4d, [real(2, 3, 1, 2)], { calls: [(x) => ranked.reverse4d(x), (x) => ranked.reverse4d(x, [1, 3])], misfits: [[[2]]] }),
  row(ranked.pad1d, [real(3)], { calls: [(x) => ranked.pad1d(x, [1, 2])], misfits: [[[2, 2]]] }),
  row(ranked.pad2d, [real(3, 2)], { calls: [(x) => ranked.pad2d(x, [[1, 2], [0, 1]])], misfits: [[[2]]] }),
  row(ranked.pad3d, [real(3, 2, 1)], { calls: [(x) => ranked.pad3d(x, [[1, 2], [0, 1], [0, 0]])], misfits: [[[2]]] }),
  row(ranked.pad4d, [real(3, 2, 1, 1)], { calls: [(x) => ranked.pad4d(x, [[1, 2], [0, 1], [0, 0], [1, 1]])], misfits: [[[2]]] }),
  row(ranked.concat1d, [real(3), real(2)], { calls: [(a, b) => ranked.concat1d([a, b])], misfits: [[[2, 2], [2]]], empty: [[[0], [2]]] }),
  row(ranked.concat2d, [real(3, 1), real(3, 2)], { calls: [(a, b) => ranked.concat2d([a, b], 1)], misfits: [[[2, 2], [2]]], empty: [[[3, 0], [3, 2]]] }),
  row(ranked.concat3d, [real(3, 1, 2), real(3, 2, 2)], { calls: [(a, b) => ranked.concat3d([a, b], 1)], misfits: [[[2, 2], [2]]], empty: [[[3, 0, 2], [3, 2, 2]]] }),
  row(ranked.concat4d, [real(3, 1, 2, 1), real(3, 2, 2, 1)], { calls: [(a, b) => ranked.concat4d([a, b], 1)], misfits: [[[2, 2], [2]]], empty: [[[3, 0, 2, 1], [3, 2, 2, 1]]] }),
];
