import type { AnyOp } from '../core/op.ts';
import * as activations from './activations.ts';
import * as arithmetic from './arithmetic.ts';
import * as bessel from './bessel.ts';
import * as betaFunctions from './betaFunctions.ts';
import * as binary from './binary.ts';
import * as bitwise from './bitwise.ts';
import * as compare from './compare.ts';
import * as diagonal from './diagonal.ts';
import * as convolution from './convolution.ts';
import * as dilation from './dilation.ts';
import * as complex from './complex.ts';
import * as conjugate from './conjugate.ts';
import * as distributions from './distributions.ts';
import * as elementwise from './elementwise.ts';
import * as fourier from './fourier.ts';
import * as errorFunctions from './errorFunctions.ts';
import * as gammaFunctions from './gammaFunctions.ts';
import * as indexing from './indexing.ts';
import * as integrals from './integrals.ts';
import * as joining from './joining.ts';
import * as linearUnits from './linearUnits.ts';
import * as losses from './losses.ts';
import * as matmul from './matmul.ts';
import * as normalization from './normalization.ts';
import * as norms from './norms.ts';
import * as scan from './scan.ts';
import * as pooling from './pooling.ts';
import * as random from './random.ts';
import * as recurrent from './recurrent.ts';
import * as reduce from './reduce.ts';
import * as resample from './resample.ts';
import * as segment from './segment.ts';
import * as select from './select.ts';
import * as slicing from './slicing.ts';
import * as sort from './sort.ts';
import * as structural from './structural.ts';
import * as transcendental from './transcendental.ts';
import * as matrices from './matrices.ts';
import * as triangular from './triangular.ts';
import * as solve from './solve.ts';
import * as tridiagonal from './tridiagonal.ts';
import * as qr from './qr.ts';
import * as eigen from './eigen.ts';
import * as svd from './svd.ts';
import * as determinant from './determinant.ts';
import * as matrixFunctions from './matrixFunctions.ts';

const families = [
  conjugate,
  complex,
  elementwise,
  structural,
  resample,
  slicing,
  joining,
  indexing,
  diagonal,
  sort,
  compare,
  select,
  arithmetic,
  transcendental,
  activations,
  linearUnits,
  binary,
  bitwise,
  recurrent,
  reduce,
  segment,
  norms,
  normalization,
  scan,
  matmul,
  convolution,
  pooling,
  dilation,
  fourier,
  random,
  distributions,
  losses,
  matrices,
  triangular,
  solve,
  tridiagonal,
  qr,
  eigen,
  svd,
  determinant,
  matrixFunctions,
  errorFunctions,
  gammaFunctions,
  betaFunctions,
  bessel,
  integrals,
];

/**
 * The registry: every op that a family exports, and the backward ops their constructors make. For
 * loading graphs, kernel tables and the catalogue of laws; no op looks another up.
 */
export const allOps: readonly AnyOp[] = families
  .flatMap((family) => Object.values<unknown>(family).filter(isOp))
  .flatMap((op) => [op, ...backwardOf(op)]);

function isOp(value: unknown): value is AnyOp {
  return typeof value === 'object' && value !== null && 'kernel' in value;
}

function backwardOf({ derivative }: AnyOp): readonly AnyOp[] {
  return 'backward' in derivative && derivative.backward !== undefined ? [derivative.backward] : [];
}
