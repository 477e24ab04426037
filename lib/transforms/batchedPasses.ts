import { newValues } from '../base/dtype.ts';
import type { Spec } from '../base/shape.ts';
import { specOf } from '../base/shape.ts';
import { withLayer } from '../core/apply.ts';
import type { Tensor } from '../core/tensor.ts';
import { ownedTensor } from '../core/tensor.ts';
import { broadcastTo, reshape } from '../ops/structural.ts';
import { BatchLayer } from './batching.ts';
import { pushForward } from './pushForward.ts';
import type { Recording } from './recording.ts';
import { reverse } from './reverse.ts';

/** Where passes start: a slot of the recording and one (co)tangent for each pass, passes first. */
export interface BatchSeed {
  readonly slot: number;
  readonly batch: Tensor;
}

/**
 * As many reverse passes as the seeds hold cotangents, run as one over the batch of them: cotangents
 * of `sources` (slots), passes first (a single pass has no axis); null where none arrives. The records
 * stay.
 */
export function pullBackBatch(
  recording: Recording,
  seeds: readonly BatchSeed[],
  sources: readonly number[],
): (Tensor | null)[] {
  return batchedPass(seeds, (singles) => {
    const started = singles.map(({ slot, tensor }) => ({ slot, cotangent: tensor }));
    return reverse(recording, started, sources, false);
  });
}

/** As many forward passes as the seeds hold tangents: tangents of `targets` (slots), passes first. */
export function pushForwardBatch(
  recording: Recording,
  seeds: readonly BatchSeed[],
  targets: readonly number[],
): (Tensor | null)[] {
  return batchedPass(seeds, (singles) => {
    const started = singles.map(({ slot, tensor }) => ({ slot, tangent: tensor }));
    return pushForward(recording, started, targets);
  });
}

interface Single {
  readonly slot: number;
  readonly tensor: Tensor;
}

function batchedPass(
  seeds: readonly BatchSeed[],
  pass: (singles: readonly Single[]) => (Tensor | null)[],
): (Tensor | null)[] {
  if (seeds.length === 0) return pass([]);
  const count = seeds[0].batch.shape[0];
  // One pass needs no batch level, which would only cost time; what it finds needs no axis either.
  if (count === 1) {
    const singles = seeds.map(({ slot, batch }) => ({
      slot,
      tensor: reshape(batch, batch.shape.slice(1)),
    }));
    return pass(singles);
  }
  const layer = new BatchLayer(count);
  const examples = seeds.map(({ slot, batch }) => ({ slot, tensor: layer.example(batch) }));
  const found = withLayer(layer, () => pass(examples));
  return found.map((g) => g && (layer.batchOf(g) ?? broadcastTo(g, [count, ...g.shape])));
}

/** Which unit directions of a space a chunk of passes takes. */
export interface Chunk {
  readonly first: number;
  readonly count: number;
}

/** The chunks of at most `size` that make up `total`. */
export function chunksOf(total: number, size: number): Chunk[] {
  const chunks: Chunk[] = [];
  for (let first = 0; first < total; first += size)
    chunks.push({ first, count: Math.min(size, total - first) });
  return chunks;
}

/**
 * The unit directions of a chunk in the space of tensors like `spec`, passes first. Where the first
 * axis is a batch of `examples`, they are those of one example, the same in all. For `part` 1 the unit
 * is the imaginary one.
 */
export function unitDirections(
  spec: Spec,
  { first, count }: Chunk,
  examples = 1,
  part: 0 | 1 = 0,
): Tensor {
  const { dtype, shape, size } = spec;
  const values = newValues(dtype, count * size);
  const lanes = size === 0 ? 1 : values.length / (count * size);
  const each = size / examples;
  for (let k = 0; k < count; k++) {
    for (let i = 0; i < examples; i++) values[(k * size + i * each + first + k) * lanes + part] = 1;
  }
  return ownedTensor(specOf([count, ...shape], dtype), values);
}

/** How many elements the values and (co)tangents of one pass may have together in a chunk. */
const mostElements = 2 ** 20;

/** How many passes to run at once where nobody says: as many as memory is spent on gladly. */
export function defaultChunkSize({ entries }: Recording): number {
  let elements = 1;
  for (const { outputs } of entries) for (const y of outputs) elements += y.size;
  return Math.max(1, Math.floor(mostElements / elements));
}
