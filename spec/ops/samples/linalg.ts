import type { Tensor } from '../../../lib/core/tensor.ts';
import {
  adjoint,
  cross,
  diag,
  diagPart,
  logdet,
  lstsq,
  matVec,
  matrixPower,
  matrixRank,
  setDiag,
  tensorDiagPart,
  trace,
} from '../../../lib/functions/linalg.ts';
import { gramSchmidt, norm, normalize } from '../../../lib/functions/matrixNorms.ts';
import { diag as tensorDiag } from '../../../lib/functions/tensorDiagonal.ts';
import { det, slogdet } from '../../../lib/ops/determinant.ts';
import { eigh, eigvalsh } from '../../../lib/ops/eigen.ts';
import { bandPart, matrixTranspose } from '../../../lib/ops/matrices.ts';
import { expm, logm, sqrtm } from '../../../lib/ops/matrixFunctions.ts';
import { qr } from '../../../lib/ops/qr.ts';
import { inv, lu, solve } from '../../../lib/ops/solve.ts';
import { pinv, svd } from '../../../lib/ops/svd.ts';
import { cholesky, choleskySolve, triangularSolve } from '../../../lib/ops/triangular.ts';
import { tridiagonalMatMul, tridiagonalSolve } from '../../../lib/ops/tridiagonal.ts';
import { distinctSpectrum, fixed, positiveDefinite, real, wellConditioned } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

/** Well-conditioned matrices alone: small integers may well make a singular one. */
const conditioned = {
  integers: false,
  misfits: [[[2, 3]], [[3]]],
  empty: [[[0, 0]], [[0, 2, 2]], [[2, 0, 0]]],
} as const;
const rectangular = {
  integers: false,
  misfits: [[[3]]],
  empty: [[[0, 0]], [[0, 2, 3]], [[2, 0]], [[2, 0, 3]]],
} as const;
const systems = {
  integers: false,
  misfits: [
    [
      [3, 3],
      [2, 2],
    ],
    [
      [3, 2],
      [3, 2],
    ],
    [[3, 3], [3]],
    [
      [2, 3, 3],
      [3, 3, 1],
    ],
  ],
  empty: [
    [
      [0, 0],
      [0, 2],
    ],
    [
      [3, 3],
      [3, 0],
    ],
    [
      [0, 2, 2],
      [0, 2, 1],
    ],
  ],
} as const;
const diagonalsAndRhs = {
  misfits: [
    [
      [3, 3],
      [2, 2],
    ],
    [
      [2, 3],
      [3, 2],
    ],
  ],
  empty: [
    [
      [3, 0],
      [0, 2],
    ],
    [
      [3, 2],
      [2, 0],
    ],
    [
      [0, 3, 2],
      [0, 2, 1],
    ],
  ],
} as const;

function parts(of: object): readonly Tensor[] {
  return Object.values(of) as readonly Tensor[];
}

// One op, one line.
// prettier-ignore
export const linalg: readonly Row[] = [
  row(bandPart, [real(2, 3, 4)], { calls: [(x) => bandPart(x, 1, 0), (x) => bandPart(x, -1, 1), (x) => bandPart(x, 0, -1)], misfits: [[[3]]], rejects: [(x) => bandPart(x, 0.5, 0), (x) => bandPart(x, 0, NaN), (x) => bandPart(x, 4, 0), (x) => bandPart(x, 0, 5)], empty: [[[0, 3, 3]], [[2, 1, 3]]] }),
  row(matrixTranspose, [real(2, 3, 4)], { misfits: [[[3]]] }),
  row(adjoint, [real(3, 4)], { misfits: [[[3]]] }),
  row(diag, [real(2, 3)], { calls: [(x) => diag(x), (x) => diag(x, -1)], misfits: [[[]]], rejects: [(x) => diag(x, 0.5)], empty: [[[0]], [[0, 2]]] }),
  row(diagPart, [real(2, 3, 4)], { calls: [(x) => diagPart(x), (x) => diagPart(x, 2), (x) => diagPart(x, -1)], misfits: [[[3]]], rejects: [(x) => diagPart(x, NaN)], empty: [[[0, 0]], [[0, 2, 3]]] }),
  row(matVec, [real(2, 3, 4), real(4)], { misfits: [[[4], [4]], [[3, 4], [3]], [[3, 4], []], [[2, 3, 4], [3, 4]]], empty: [[[0, 3], [3]], [[2, 0], [0]]] }),
  row(setDiag, [real(3, 3), real(3)], { misfits: [[[3], [3]], [[3, 3], [2]]], empty: [[[0, 0], [0]], [[2, 0, 3], [2, 0]]] }),
  row(setDiag, [real(2, 4, 3), real(2, 3)]),
  row(setDiag, [real(2, 3), real(2)], { calls: [(a, b) => setDiag(a, b), (a, b) => setDiag(a, b, 1)], rejects: [(a, b) => setDiag(a, b, 2), (a, b) => setDiag(a, b, 0.5)] }),
  row(tensorDiag, [real(2, 3)], {}),
  row(tensorDiagPart, [real(2, 3, 2, 3)], { misfits: [[[2, 3]], [[2, 2, 2]]], empty: [[[0, 2, 0, 2]]] }),
  row(trace, [real(2, 3, 4)], { misfits: [[[3]]] }),
  row(cross, [real(2, 3), real(3)], { misfits: [[[2, 2], [2, 2]], [[2, 3], [4, 3]]], empty: [[[0, 3], [3]]] }),
  row(triangularSolve, [wellConditioned(3, 3), real(3, 2)], { ...systems, calls: [(a, b) => triangularSolve(a, b), (a, b) => triangularSolve(a, b, { lower: false }), (a, b) => triangularSolve(a, b, { adjoint: true }), (a, b) => triangularSolve(a, b, { lower: false, adjoint: true })], rejects: [(_, b) => triangularSolve([[1, 0, 0], [1, 0, 0], [0, 0, 1]], b)] }),
  row(triangularSolve, [wellConditioned(2, 1, 3, 3), real(4, 3, 1)], { integers: false }),
  row(cholesky, [positiveDefinite(3, 3)], { ...conditioned, calls: [(a) => cholesky(a)], rejects: [() => cholesky([[1, 2], [2, 1]]), () => cholesky([[NaN]])] }),
  row(cholesky, [positiveDefinite(2, 2, 2)], { integers: false, empty: [] }),
  row(choleskySolve, [wellConditioned(3, 3), real(3, 2)], systems),
  row(solve, [wellConditioned(3, 3), real(3, 2)], { ...systems, calls: [(a, b) => solve(a, b), (a, b) => solve(a, b, true)], rejects: [() => solve([[1, 2], [2, 4]], [[1], [1]])] }),
  row(solve, [wellConditioned(2, 3, 3), real(3, 1)], { integers: false }),
  row(inv, [wellConditioned(2, 3, 3)], { ...conditioned, calls: [(a) => inv(a), (a) => inv(a, true)], rejects: [() => inv([[1, 2], [2, 4]])] }),
  row(lu, [wellConditioned(2, 3, 3)], { ...rectangular, calls: [(a) => parts(lu(a))] }),
  row(lu, [distinctSpectrum(4, 2)], { integers: false, calls: [(a) => parts(lu(a))], empty: [] }),
  row(lu, [distinctSpectrum(2, 4)], { integers: false, calls: [(a) => parts(lu(a))], empty: [] }),
  row(tridiagonalSolve, [wellConditioned(3, 3), real(3, 2)], { ...diagonalsAndRhs, integers: false, tolerance: 1e-7, reason: 'the diagonals are no well-conditioned matrix' }),
  row(tridiagonalSolve, [wellConditioned(2, 1, 3, 3), real(3, 2)], { integers: false, tolerance: 1e-7, reason: 'the diagonals are no well-conditioned matrix' }),
  row(tridiagonalMatMul, [real(2, 3, 4), real(4, 2)], { ...diagonalsAndRhs }),
  row(qr, [wellConditioned(3, 3)], { ...rectangular, calls: [(a) => qr(a), (a) => qr(a, true)] }),
  row(qr, [distinctSpectrum(2, 4, 2)], { integers: false, calls: [(a) => qr(a), (a) => qr(a, true)], empty: [] }),
  row(qr, [distinctSpectrum(1, 2, 3, 1)], { integers: false, calls: [(a) => qr(a, true)], empty: [] }),
  row(qr, [distinctSpectrum(2, 4)], { integers: false, calls: [(a) => qr(a), (a) => qr(a, true)], empty: [] }),
  row(eigh, [distinctSpectrum(3, 3)], { ...conditioned, calls: [(a) => parts(eigh(a))], rejects: [() => eigh([[NaN]]).eigenvalues] }),
  row(eigvalsh, [distinctSpectrum(2, 3, 3)], { ...conditioned, calls: [(a) => eigvalsh(a)] }),
  row(svd, [distinctSpectrum(3, 3)], { ...rectangular, calls: [(a) => parts(svd(a)), (a) => svd(a, { computeUv: false })], rejects: [() => svd([[Infinity]]).s] }),
  row(svd, [distinctSpectrum(2, 4, 2)], { integers: false, calls: [(a) => parts(svd(a)), (a) => parts(svd(a, { fullMatrices: true }))], empty: [] }),
  row(svd, [distinctSpectrum(2, 3)], { integers: false, calls: [(a) => parts(svd(a)), (a) => parts(svd(a, { fullMatrices: true }))], empty: [] }),
  row(svd, [distinctSpectrum(2, 1, 3, 2)], { integers: false, calls: [(a) => parts(svd(a))], empty: [] }),
  row(svd, [distinctSpectrum(1, 2, 2, 3)], { integers: false, calls: [(a) => parts(svd(a))], empty: [] }),
  row(pinv, [wellConditioned(2, 3, 3)], { ...rectangular, calls: [(a) => pinv(a), (a) => pinv(a, 1e-3)], rejects: [(a) => pinv(a, -1), () => pinv([[NaN]])] }),
  row(pinv, [distinctSpectrum(4, 2)], { integers: false, empty: [] }),
  row(pinv, [distinctSpectrum(2, 4)], { integers: false, empty: [] }),
  row(det, [real(3, 3)], { misfits: [[[2, 3]], [[3]]], empty: [[[0, 0]], [[0, 2, 2]], [[2, 0, 0]]] }),
  row(det, [real(2, 2, 2)], { empty: [] }),
  row(det, [real(2, 1, 2, 2)], { empty: [] }),
  row(slogdet, [wellConditioned(2, 3, 3)], { ...conditioned, calls: [(a) => parts(slogdet(a))] }),
  row(slogdet, [wellConditioned(2, 1, 2, 2)], { integers: false, calls: [(a) => parts(slogdet(a))], empty: [] }),
  row(logdet, [positiveDefinite(2, 3, 3)], { ...conditioned, calls: [(a) => logdet(a)] }),
  row(expm, [real(2, 2)], { ...conditioned, float32Tolerance: 1e-4, reason: 'the norm of a matrix with large entries of its tangent costs digits', calls: [(a) => expm(a)] }),
  row(expm, [real(2, 1, 2, 2)], { integers: false, float32Tolerance: 1e-4, reason: 'the norm of a matrix with large entries of its tangent costs digits', empty: [] }),
  row(sqrtm, [positiveDefinite(3, 3)], { ...conditioned, calls: [(a) => sqrtm(a)], rejects: [() => sqrtm([[-1]]), () => sqrtm([[0, 1], [0, 0]])] }),
  row(logm, [positiveDefinite(3, 3)], { ...conditioned, calls: [(a) => logm(a)], rejects: [() => logm([[-1]])] }),
  row(matrixPower, [wellConditioned(2, 2, 2)], { ...conditioned, calls: [(a) => matrixPower(a, 3), (a) => matrixPower(a, 0), (a) => matrixPower(a, 1), (a) => matrixPower(a, -2)], rejects: [(a) => matrixPower(a, 0.5)] }),
  row(lstsq, [distinctSpectrum(4, 2), real(4, 2)], { integers: false, calls: [(a, b) => lstsq(a, b), (a, b) => lstsq(a, b, { l2Regularizer: 0.5 })], misfits: [[[4, 2], [3, 1]]], rejects: [(a, b) => lstsq(a, b, { l2Regularizer: -1 })], empty: [[[0, 0], [0, 2]], [[3, 0], [3, 2]]] }),
  row(lstsq, [distinctSpectrum(2, 4), real(3, 2, 1)], { integers: false, calls: [(a, b) => lstsq(a, b), (a, b) => lstsq(a, b, { l2Regularizer: 0.5 })] }),
  row(matrixRank, [fixed(real(2, 3, 4))], { result: 'int32', misfits: [[[3]]], rejects: [(a) => matrixRank(a, NaN)] }),
  row(norm, [distinctSpectrum(2, 3, 4)], { integers: false, calls: [(x) => norm(x, 2, [1, 2]), (x) => norm(x, -2, [-1, 0], true), (x) => norm(x, 'nuc', [2, 1]), (x) => norm(x, 3, 1), (x) => norm(x)], rejects: [(x) => norm(x, 'nuc'), (x) => norm(x, 2, [0, 3]), (x) => norm(x, 2, [0, 0])] }),
  row(normalize, [distinctSpectrum(2, 3)], { integers: false, calls: [(x) => normalize(x), (x) => normalize(x, 1, 0), (x) => normalize(x, 2, [0, 1])] }),
  row(gramSchmidt, [wellConditioned(2, 3)], { integers: false, misfits: [[[3]], [[3, 2]]], rejects: [(x) => gramSchmidt([x]), () => gramSchmidt([])], empty: [[[0, 0]], [[0, 3]]] }),
];
