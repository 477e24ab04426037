import * as activations from '../../../lib/functions/activations.ts';
import * as clipping from '../../../lib/functions/clipping.ts';
import * as safe from '../../../lib/functions/safeArithmetic.ts';
import * as units from '../../../lib/ops/linearUnits.ts';
import { awayFrom, nonzero, positive, real, within } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

const { celu, crelu, step } = activations;
const { gelu } = units;
const { clipByGlobalNorm, clipByNorm, globalNorm, l2Loss, l2Normalize } = clipping;

// One function, one line.
// prettier-ignore
export const activating: readonly Row[] = [
  row(activations.relu6, [within(-1, 8, 3, 5)], { reason: 'away from 0 and 6 by luck of the seed' }),
  row(units.elu, [awayFrom([0], 2, 5)]),
  row(celu, [awayFrom([0], 2, 5)], { calls: [(x) => celu(x), (x) => celu(x, 1.5)], rejects: [(x) => celu(x, NaN)] }),
  row(units.selu, [awayFrom([0], 2, 5)]),
  row(activations.prelu, [awayFrom([0], 2, 3), real(3)]),
  row(activations.logSigmoid, [real(2, 3)]),
  row(gelu, [real(2, 3)], { calls: [(x) => gelu(x), (x) => gelu(x, true)], rejects: [(x) => gelu(x, 1 as never)] }),
  row(units.silu, [real(2, 3)]),
  row(units.swish, [real(2, 3)]),
  row(units.mish, [real(2, 3)]),
  row(activations.hardSigmoid, [within(-4, 4, 3, 3)]),
  row(activations.hardSwish, [within(-5, 5, 3, 3)]),
  row(activations.softsign, [awayFrom([0], 2, 3)]),
  row(crelu, [awayFrom([0], 2, 3)], { axis: (axis) => (x) => crelu(x, axis) }),
  row(step, [awayFrom([0], 2, 3)], { calls: [(x) => step(x), (x) => step(x, 0.5)], rejects: [(x) => step(x, NaN)] }),
  row(safe.divNoNan, [real(2, 3), nonzero(3)]),
  row(safe.xlogy, [nonzero(2, 3), positive(3)]),
  row(safe.xlog1py, [nonzero(2, 3), within(-0.5, 2, 3)]),
  row(safe.xdivy, [nonzero(2, 3), nonzero(3)]),
  row(safe.accumulateN, [real(2, 3), real(2, 3)], { calls: [(a, b) => safe.accumulateN([a, b])], misfits: [[[2, 3], [2]]] }),
  row(safe.isClose, [real(2, 3), real(3)], { isCut: ['lessEqual', 'isFinite', 'equal'], calls: [(a, b) => safe.isClose(a, b)], rejects: [(a, b) => safe.isClose(a, b, -1)] }),
  row(safe.ensureFinite, [real(2, 3)], { rejects: [() => safe.ensureFinite([NaN])] }),
  row(clipByNorm, [real(2, 3)], { calls: [(x) => clipByNorm(x, 1), (x) => clipByNorm(x, 100), (x) => clipByNorm(x, 0.5, -1)], rejects: [(x) => clipByNorm(x, 0)], tolerance: 1e-7, reason: 'the norm is large beside its bound' }),
  row(globalNorm, [real(2, 3), real(2)], { calls: [(a, b) => globalNorm([a, b])], rejects: [() => globalNorm([])] }),
  row(clipByGlobalNorm, [real(2, 3), real(2)], { calls: [(a, b) => { const [list, norm] = clipByGlobalNorm([a, b], 1); return [...list, norm]; }], rejects: [(a) => clipByGlobalNorm([a], -1)[1]], tolerance: 1e-7, reason: 'as clipByNorm' }),
  row(l2Normalize, [real(2, 3)], { calls: [(x) => l2Normalize(x), (x) => l2Normalize(x, 1), (x) => l2Normalize(x, -1, 0.1)], rejects: [(x) => l2Normalize(x, 0, 0)], tolerance: 1e-7, reason: 'the norm may be small' }),
  row(l2Loss, [real(2, 3)]),
];
