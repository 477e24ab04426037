/** Linear algebra: matrices lie in the last two axes, and those before are a batch. */

export type { LstsqOptions } from '../functions/linalg.ts';
export {
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
} from '../functions/linalg.ts';
export type { NormOrder } from '../functions/matrixNorms.ts';
export { gramSchmidt, norm, normalize } from '../functions/matrixNorms.ts';
export { kron } from '../functions/tensordot.ts';
export { diag as tensorDiag } from '../functions/tensorDiagonal.ts';
export type { SignAndLogDeterminant } from '../ops/determinant.ts';
export { det, slogdet } from '../ops/determinant.ts';
export type { EigenDecomposition } from '../ops/eigen.ts';
export { eigh, eigvalsh } from '../ops/eigen.ts';
export { bandPart, matrixTranspose } from '../ops/matrices.ts';
export { expm, logm, sqrtm } from '../ops/matrixFunctions.ts';
export { matMul } from '../ops/matmul.ts';
export { qr } from '../ops/qr.ts';
export type { LuDecomposition } from '../ops/solve.ts';
export { inv, lu, solve } from '../ops/solve.ts';
export type { SingularValueDecomposition, SvdOptions } from '../ops/svd.ts';
export { pinv, svd } from '../ops/svd.ts';
export type { TriangularSolveOptions } from '../ops/triangular.ts';
export { cholesky, choleskySolve, triangularSolve } from '../ops/triangular.ts';
export { tridiagonalMatMul, tridiagonalSolve } from '../ops/tridiagonal.ts';
export { eye } from '../functions/creation.ts';
