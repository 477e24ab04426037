import type { Tensor } from '../../lib/core/tensor.ts';
import { isTensor } from '../../lib/core/tensor.ts';
import type { Entry } from '../../lib/transforms/recording.ts';
import { GradientTape } from '../../lib/transforms/tape.ts';
import { requireSame } from '../../lib/testing/compare.ts';
import { outputsOf, pullBack, sourcesOf } from '../../lib/testing/problem.ts';
import { law } from '../support/law.ts';
import { applications } from '../../lib/testing/observe.ts';
import { settingOf } from '../../lib/testing/setting.ts';
import { smoothSamples } from './samples/index.ts';

type Tensors = readonly Tensor[];

/** The tensors that the records of a tape hold, which their ops must have declared to read. */
function heldBy(tape: GradientTape): Tensors {
  const { entries } = (tape as unknown as { layer: { entries: readonly Entry[] } }).layer;
  return entries.flatMap(({ op, inputs, outputs }) => {
    const held = { inputs: placesHeld(inputs), outputs: placesHeld(outputs) };
    for (const side of ['inputs', 'outputs'] as const) {
      const declared = op.reads[side];
      if (declared === 'every') continue;
      const undeclared = held[side].filter((place) => !declared.includes(place));
      if (undeclared.length > 0)
        throw new Error(`${op.name}: ${side} ${undeclared.join()} are kept`);
    }
    return [...inputs, ...outputs].filter(isTensor);
  });
}

function placesHeld(tensors: Tensors): number[] {
  return tensors.flatMap((x, i) => (isTensor(x) ? [i] : []));
}

// Whatever is not kept might as well be gone: it is overwritten before the reverse pass.
law('has its gradient from what the tape keeps alone', smoothSamples, (sample) => {
  const { inputs, cotangents } = settingOf(sample);
  const expected = pullBack(sample, inputs, cotangents);
  const fresh = settingOf(sample).inputs;
  const sources = sourcesOf(sample, fresh);
  const tape = new GradientTape();
  let outputs: Tensors = [];
  const seen = tape.run(() => {
    tape.watch(sources);
    return applications(() => {
      outputs = outputsOf(sample, fresh);
    });
  });
  const kept = new Set(heldBy(tape).map(({ values }) => values.buffer));
  // The scalars that no op computed are numbers, which other computations share.
  const made = seen.flatMap((one) => one.outputs);
  const arrays = seen.flatMap((one) => one.inputs).filter((x) => x.rank > 0);
  for (const { values } of [...made, ...arrays, ...fresh, ...outputs]) {
    if (!kept.has(values.buffer)) values.fill(NaN);
  }
  const found = tape.gradient(outputs, sources, {
    outputGradients: cotangents,
    ...(sample.allowsUnconnected === true ? { unconnectedGradients: 'zero' as const } : {}),
  });
  requireSame('the gradient', found, expected);
});
