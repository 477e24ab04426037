import type { DType, Values } from '../base/dtype.ts';
import { dtypeFacts, newValues } from '../base/dtype.ts';
import type { Shape } from '../base/shape.ts';
import { sizeOf, specOf } from '../base/shape.ts';
import { isHeard } from '../core/apply.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor, ownedTensor } from '../core/tensor.ts';
import { concat } from '../ops/joining.ts';
import { cast, reshape, transpose } from '../ops/structural.ts';
import type { Chunk } from './batchedPasses.ts';

/**
 * Puts together what chunks of passes found: chunks of shape (passes, `outer`, `inner`) become one
 * tensor of (`outer`, all passes, `inner`).
 *
 * Where nobody listens each chunk is copied to its place and let go, so that memory holds the result
 * and one chunk; elsewhere the chunks are joined by ops that a layer can record.
 */
export class PassCollector {
  private readonly dtype: DType;
  private readonly passes: number;
  private readonly outer: number;
  private readonly inner: number;
  private readonly isHeard = isHeard();
  private values: Values | null = null;
  private readonly chunks: Tensor[] = [];
  private hasSome = false;

  constructor(dtype: DType, passes: number, outer: number, inner: number) {
    this.dtype = dtype;
    this.passes = passes;
    this.outer = outer;
    this.inner = inner;
  }

  /** @param found - (passes, ...), or null for zeros */
  add(chunk: Chunk, found: Tensor | null): void {
    if (found !== null) this.hasSome = true;
    const isWhole = chunk.count === this.passes;
    if (this.isHeard || isWhole) this.chunks.push(this.asBlock(chunk, found));
    else if (found !== null) this.copy(chunk, cast(found, this.dtype).values);
  }

  /** The result under its own shape; null where no pass found anything. */
  finish(shape: Shape): Tensor | null {
    const spec = specOf(shape, this.dtype);
    if (sizeOf(shape) === 0) return filledTensor(spec, 0);
    if (!this.hasSome) return null;
    if (this.values !== null) return ownedTensor(spec, this.values);
    return reshape(transpose(concat(this.chunks), [1, 0, 2]), shape);
  }

  private asBlock({ count }: Chunk, found: Tensor | null): Tensor {
    const shape = [count, this.outer, this.inner];
    if (found === null) return filledTensor(specOf(shape, this.dtype), 0);
    return reshape(cast(found, this.dtype), shape);
  }

  private copy({ first, count }: Chunk, from: Values): void {
    const { passes, outer } = this;
    const run = this.inner * dtypeFacts[this.dtype].lanes;
    const to = (this.values ??= newValues(this.dtype, passes * outer * this.inner));
    for (let a = 0; a < outer; a++) {
      for (let k = 0; k < count; k++) {
        const source = (k * outer + a) * run;
        const target = (a * passes + first + k) * run;
        if (run === 1) to[target] = from[source];
        else to.set(from.subarray(source, source + run), target);
      }
    }
  }
}
