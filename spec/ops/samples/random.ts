import {
  dropout,
  randomNormal,
  randomStandardNormal,
  randomUniform,
  randomUniformInt,
  truncatedNormal,
} from '../../../lib/ops/random.ts';
import { real } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

// One op, one line.
// prettier-ignore
export const random: readonly Row[] = [
  row(randomUniform, [], { calls: [() => randomUniform([2, 3]), () => randomUniform([5], -1, 2, 'float64', 3), () => randomUniform([5], 0, 9, 'int32'), () => randomUniform([5], 0, 2, 'bool', 0.5)], rejects: [() => randomUniform([-1]), () => randomUniform([2], 1, 0), () => randomUniform([2], 0, Infinity)] }),
  row(randomUniformInt, [], { calls: [() => randomUniformInt([2, 3], -5, 5), () => randomUniformInt([], 0, 2, 1)], rejects: [() => randomUniformInt([2], 0, 0), () => randomUniformInt([2], 0, 0.5)] }),
  row(randomNormal, [], { calls: [() => randomNormal([2, 3]), () => randomNormal([3], 1, 2, 'float64', 4), () => randomNormal([3], 1, 9, 'int32')], rejects: [() => randomNormal([2], 0, -1), () => randomNormal([2], NaN)] }),
  row(randomStandardNormal, [], { calls: [() => randomStandardNormal([7]), () => randomStandardNormal([0, 3], 'float64')], rejects: [() => randomStandardNormal([0.5])] }),
  row(truncatedNormal, [], { calls: [() => truncatedNormal([2, 3]), () => truncatedNormal([3], 1, 2, 'float64', 4)], rejects: [() => truncatedNormal([2], 0, -1)] }),
  row(dropout, [real(4, 3)], { calls: [(x) => dropout(x, 0.4), (x) => dropout(x, 0.5, [4, 1]), (x) => dropout(x, 0.3, undefined, 7), (x) => dropout(x, 0)], rejects: [(x) => dropout(x, 1), (x) => dropout(x, -0.1), (x) => dropout(x, 0.5, [3, 3])] }),
  row(dropout, [real(4, 3)], { calls: [(x) => dropout(x, 0.5)], empty: [[[0, 3]]] }),
];
