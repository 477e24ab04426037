import type { Values } from '../base/dtype.ts';
import { isDifferentiable } from '../base/dtype.ts';
import { runtime } from '../base/runtime.ts';
import { withLayer } from '../core/apply.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import { identity } from '../ops/structural.ts';
import { behindExamples } from './batching.ts';
import type { LoopBytes } from './binomialSchedule.ts';
import { observe, withRandom } from './closures.ts';
import { Recording } from './recording.ts';
import type { ListFunction } from './replay.ts';

// What a tape keeps of an op beside the numbers themselves, as bench/longChain.ts measures it, and
// the part of it that is a tensor.
const bytesOfEntry = 300;
const bytesOfTensor = 200;

/** Bytes of a state, and of the records of one step from it, which is run once for that. */
export function bytesOfLoop(step: ListFunction, state: readonly Tensor[]): LoopBytes {
  const recording = new Recording();
  try {
    const run = (): readonly Tensor[] => {
      const inputs = state.map((x) => identity(x));
      for (const x of inputs) if (isDifferentiable(x.dtype)) recording.watch(x);
      return withLayer(recording, () => step(inputs));
    };
    withRandom(runtime.random, () => observe(run, (leaves) => leaves));
    const { entries } = recording;
    const tensors = entries.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]);
    return {
      state: state.length * bytesOfTensor + numbersOf(state),
      step: Math.max(1, entries.length * bytesOfEntry + numbersOf(tensors.filter(isTensor))),
    };
  } finally {
    recording.clear();
  }
}

/** Bytes of the arrays behind tensors, each counted once. */
function numbersOf(tensors: readonly Tensor[]): number {
  const arrays = new Set<Values>();
  for (const x of tensors) {
    const { storage } = behindExamples(x);
    if (storage !== null) arrays.add(storage);
  }
  let bytes = 0;
  for (const { byteLength } of arrays) bytes += byteLength;
  return bytes;
}
