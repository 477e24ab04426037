import type { AnyOp } from '../core/op.ts';
import * as activations from './activations.ts';
import * as arithmetic from './arithmetic.ts';
import * as bessel from './bessel.ts';
import * as betaFunctions from './betaFunctions.ts';
import * as compare from './compare.ts';
import * as elementwise from './elementwise.ts';
import * as errorFunctions from './errorFunctions.ts';
import * as gammaFunctions from './gammaFunctions.ts';
import * as indexing from './indexing.ts';
import * as integrals from './integrals.ts';
import * as joining from './joining.ts';
import * as losses from './losses.ts';
import * as matmul from './matmul.ts';
import * as random from './random.ts';
import * as reduce from './reduce.ts';
import * as select from './select.ts';
import * as slicing from './slicing.ts';
import * as structural from './structural.ts';
import * as transcendental from './transcendental.ts';

const families = [
  elementwise,
  structural,
  slicing,
  joining,
  indexing,
  compare,
  select,
  arithmetic,
  transcendental,
  activations,
  reduce,
  matmul,
  random,
  losses,
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
