import type { BatchRule } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { alignRank, broadcastTo } from './structural.ts';

/* What the batch rules of several families share. */

/** Inputs of a batch, repeated where they are the same for all examples. */
export function inEachExample(
  inputs: readonly Tensor[],
  batched: readonly boolean[],
  size: number,
): readonly Tensor[] {
  return inputs.map((x, i) => (batched[i] ? x : broadcastTo(x, [size, ...x.shape])));
}

/** Lines up the examples of batched operands of different ranks, then applies. */
export function batchBroadcasting<Params>(
  run: (inputs: readonly Tensor[], params: Params) => readonly Tensor[],
): BatchRule<Params> {
  return (inputs, batched, params) => {
    const rank = Math.max(...inputs.map((x, i) => x.rank - (batched[i] ? 1 : 0)));
    return run(
      inputs.map((x, i) => (batched[i] ? alignRank(x, rank) : x)),
      params,
    );
  };
}
