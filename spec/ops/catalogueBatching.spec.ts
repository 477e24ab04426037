import { sameShape } from '../../lib/base/shape.ts';
import type { Tensor } from '../../lib/core/tensor.ts';
import { list, refute } from '../../lib/testing/compare.ts';
import { batchingLaws, isRandom } from '../../lib/testing/laws.ts';
import { resultsOf } from '../../lib/testing/problem.ts';
import { tensorOf } from '../../lib/testing/setting.ts';
import { vmap } from '../../lib/transforms/vmap.ts';
import { law, lawsOf } from '../support/law.ts';
import { samples } from './samples/index.ts';

type Tensors = readonly Tensor[];

lawsOf(batchingLaws, samples);

const randomSamples = samples.filter(isRandom);

law('that draws random numbers draws others for each example', randomSamples, (sample) => {
  const inputs = sample.draw('float64');
  const count = 8;
  const examples = tensorOf(new Float64Array(count), [count], 'float64');
  // The inputs are the same for all examples: only the draws tell them apart.
  const [whole] = vmap<Tensors>(() => resultsOf(sample.call, inputs))(examples);
  const [alone] = resultsOf(sample.call, inputs);
  refute(
    'the shape',
    sameShape(whole.shape, [count, ...alone.shape])
      ? null
      : `must start with ${count}; got ${whole.describe()}`,
  );
  const rows = Array.from({ length: count }, (_, k) =>
    list(whole.values.slice(k * alone.size, (k + 1) * alone.size)),
  );
  const isVaried = alone.size === 0 || new Set(rows).size > 1;
  refute(
    'the draws',
    isVaried ? null : `must differ from example to example; got ${rows[0]} for all`,
  );
});
