import { lbeta } from '../../../lib/functions/special.ts';
import * as bessel from '../../../lib/ops/bessel.ts';
import { betainc } from '../../../lib/ops/betaFunctions.ts';
import { erfc, erfcinv, erfinv, ndtr, ndtri } from '../../../lib/ops/errorFunctions.ts';
import * as gamma from '../../../lib/ops/gammaFunctions.ts';
import { dawsn, expint, fresnelCos, fresnelSin, spence } from '../../../lib/ops/integrals.ts';
import { fixed, indices, positive, real, within } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

// One op, one line.
// prettier-ignore
export const special: readonly Row[] = [
  row(erfc, [real(2, 3)]),
  row(erfinv, [within(-0.9, 0.9, 2, 3)], { integers: false, reason: 'whole numbers lie at its ends' }),
  row(erfcinv, [within(0.1, 1.9, 2, 3)], { integers: false, reason: 'whole numbers lie at its ends' }),
  row(ndtr, [real(2, 3)]),
  row(ndtri, [within(0, 1, 2, 3)], { integers: false, reason: 'whole numbers lie at its ends' }),
  row(gamma.lgamma, [positive(2, 3)]),
  row(gamma.lgamma, [within(-2, -1, 2, 3)], { tolerance: 1e-7, reason: 'the poles are near' }),
  row(gamma.digamma, [positive(2, 3)]),
  row(gamma.polygamma, [fixed(indices(4, 3)), positive(2, 3)], { tolerance: 1e-7, reason: 'the pole is near' }),
  row(gamma.zeta, [within(1.4, 4, 2, 3), positive(3)], { orders: 1, tolerance: 1e-7, reason: 'the pole is near' }),
  row(gamma.zeta, [fixed(within(1.4, 4, 2, 3)), positive(3)], { tolerance: 1e-7, reason: 'the pole is near' }),
  row(gamma.igamma, [positive(2, 3), positive(3)], { orders: 1 }),
  row(gamma.igamma, [fixed(positive(2, 3)), positive(3)]),
  row(gamma.igammac, [positive(2, 3), positive(3)], { orders: 1 }),
  row(gamma.igammac, [fixed(positive(2, 3)), positive(3)]),
  row(betainc, [positive(2, 3), positive(3), within(0, 1, 2, 1)], { orders: 1, integers: false, reason: 'x lies between 0 and 1' }),
  row(betainc, [fixed(positive(2, 3)), fixed(positive(3)), within(0, 1, 2, 1)], { integers: false, reason: 'x lies between 0 and 1' }),
  row(lbeta, [positive(2, 3)], { misfits: [[[]]] }),
  row(bessel.besselJ0, [real(2, 3)]),
  row(bessel.besselJ1, [real(2, 3)]),
  row(bessel.besselY0, [positive(2, 3)]),
  row(bessel.besselY1, [positive(2, 3)]),
  row(bessel.besselI0, [real(2, 3)]),
  row(bessel.besselI0e, [within(0, 4, 2, 3)]),
  row(bessel.besselI1, [real(2, 3)]),
  row(bessel.besselI1e, [within(-4, 0, 2, 3)]),
  row(bessel.besselK0, [positive(2, 3)]),
  row(bessel.besselK0e, [positive(2, 3)]),
  row(bessel.besselK1, [positive(2, 3)]),
  row(bessel.besselK1e, [positive(2, 3)]),
  row(bessel.sinc, [real(2, 3)]),
  row(expint, [positive(2, 3)]),
  row(spence, [positive(2, 3)]),
  row(fresnelCos, [real(2, 3)]),
  row(fresnelSin, [real(2, 3)]),
  row(dawsn, [real(2, 3)]),
];
