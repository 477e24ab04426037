import { randomShuffle } from '../../../lib/functions/shuffling.ts';
import {
  multinomial,
  randomGamma,
  randomGammaGrad,
  randomPoisson,
} from '../../../lib/ops/distributions.ts';
import { randomNormal, randomUniform, truncatedNormal } from '../../../lib/ops/random.ts';
import { fixed, optional, positive, real } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

// One op, one line.
// prettier-ignore
export const distributions: readonly Row[] = [
  row(randomGamma, [optional(positive(3))], { calls: [(b) => randomGamma([2, 3], 2, b)] }),
  row(randomGammaGrad, [real(2, 3), positive(2, 3), positive(2, 3)], { calls: [(g, a, x) => randomGammaGrad(g, a, x)], isInternal: true, isRefused: true }),
  row(randomGamma, [], { calls: [() => randomGamma([3], 2, 3), () => randomGamma([3], 0.5, 2, 'float64', 4), () => randomGamma([3], 5, 1, 'int32', 4)], rejects: [() => randomGamma([2], 0), () => randomGamma([2], 1, -1), () => randomGamma([2], [1, 2, 3])] }),
  row(randomPoisson, [fixed(positive(3))], { calls: [(l) => randomPoisson([2, 3], l)] }),
  row(randomPoisson, [], { calls: [() => randomPoisson([2, 3], 4), () => randomPoisson([3], 40, 'int32', 4)], rejects: [() => randomPoisson([2], -1), () => randomPoisson([2], [1, 2, 3])] }),
  row(multinomial, [real(2, 3)], { isCut: true, integers: false, calls: [(x) => multinomial(x, 5), (x) => multinomial(x, 4, 7)], rejects: [(x) => multinomial(x, -1), () => multinomial([1], 2)] }),
  row(randomShuffle, [real(4, 3)], { calls: [(x) => randomShuffle(x), (x) => randomShuffle(x, 3)] }),
  row(randomNormal, [optional(real(3)), optional(positive(2, 1))], { calls: [(m, s) => randomNormal([2, 3], m, s), (m) => randomNormal([2, 3], m, 2)], rejects: [(m) => randomNormal([2], m)] }),
  row(truncatedNormal, [optional(real(3)), optional(positive(2, 1))], { calls: [(m, s) => truncatedNormal([2, 3], m, s)] }),
  row(randomUniform, [optional(real(3)), optional(positive(2, 1))], { calls: [(m, s) => randomUniform([2, 3], m, s)] }),
];
