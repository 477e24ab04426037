import type { Tensor } from '../../lib/core/tensor.ts';
import { withDebugMode } from '../../lib/transforms/debugMode.ts';
import { requireSame } from '../../lib/testing/compare.ts';
import { outputsOf, pullBack } from '../../lib/testing/problem.ts';
import { law } from '../support/law.ts';
import { settingOf } from '../../lib/testing/setting.ts';
import { smoothSamples } from './samples/index.ts';

type Tensors = readonly Tensor[];

const areFinite = (tensors: Tensors): boolean =>
  tensors.every(({ values }) => Array.from(values).every(Number.isFinite));

// A rule may compute more than it selects, and no debug mode should take that for a fault.
law('is left alone by debug mode where it is finite', smoothSamples, (sample) => {
  const { inputs, cotangents } = settingOf(sample);
  const compute = (): Tensors => [
    ...outputsOf(sample, inputs),
    ...pullBack(sample, inputs, cotangents),
  ];
  const expected = compute();
  if (!areFinite(expected)) return;
  requireSame('the results', withDebugMode(compute), expected);
});
