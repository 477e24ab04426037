import type { DType, Values } from '../base/dtype.ts';
import { dtypes } from '../base/dtype.ts';
import { runtime } from '../base/runtime.ts';
import { isHeard } from '../core/apply.ts';
import type { Tensor } from '../core/tensor.ts';

/*
 * Arrays of a reverse pass that nobody but the pass can see are used again: in the same pass, or in the
 * next. A new array of 4 MB costs more than adding two of them (the system clears its pages one by
 * one), and a new one of 32 numbers eight times as much as a used one.
 */

/** What is kept for the next pass at most. */
const mostSpareBytes = 2 ** 26;

/** An array that a pass took. */
interface Lease {
  readonly values: Values;
  readonly key: number;
  /** How many cotangents lie in it. */
  holders: number;
}

const ranks = new Map(dtypes.map((dtype, i) => [dtype, i]));

/**
 * Takes arrays for what rules compute and gives back those that are no cotangent any more. What a pass
 * returns leaves with it, and is never used again.
 *
 * Rules of users may keep what they see, so within those (`suspend`, `resume`) arrays are ordinary.
 */
export class PassMemory {
  private readonly leases = new Map<ArrayBufferLike, Lease>();
  /** What was taken since `settle`. */
  private readonly taken: Lease[] = [];
  private ordinary = runtime.allocate;
  private readonly take = (dtype: DType, size: number): Values => this.allocate(dtype, size);

  /** For a pass that starts. */
  open(): this {
    runtime.spare.inUse = true;
    this.ordinary = runtime.allocate;
    this.resume();
    return this;
  }

  /** What is still kept leaves with the results of the pass. */
  close(): void {
    runtime.spare.inUse = false;
    runtime.allocate = this.ordinary;
    // Asking is cheaper than clearing what is empty, as it mostly is.
    if (this.leases.size > 0) this.leases.clear();
    if (this.taken.length > 0) this.taken.length = 0;
  }

  /** Whether it lent arrays that are still kept: the pass of a small net need not ask further. */
  get isInUse(): boolean {
    return this.leases.size > 0;
  }

  /** Before code of users runs, which sees `cotangents`: those are nobody's any more. */
  suspend(cotangents: readonly (Tensor | null)[]): void {
    runtime.allocate = this.ordinary;
    for (const cotangent of cotangents) {
      const lease = this.leaseOf(cotangent);
      if (lease !== null) this.leases.delete(lease.values.buffer);
    }
  }

  resume(): void {
    runtime.allocate = this.take;
  }

  /** A cotangent is kept. */
  hold(cotangent: Tensor): void {
    const lease = this.leaseOf(cotangent);
    if (lease !== null) lease.holders++;
  }

  /** A cotangent is kept no longer. */
  drop(cotangent: Tensor): void {
    const lease = this.leaseOf(cotangent);
    if (lease === null) return;
    lease.holders--;
    if (lease.holders === 0) this.giveBack(lease);
  }

  /** Whether `share` may be added in place: nothing but the cotangent `present` lies in its array. */
  isSole(present: Tensor, share: Tensor): boolean {
    const lease = this.leaseOf(present);
    return lease?.holders === 1 && lease.values.buffer !== share.values.buffer;
  }

  /** Once what a rule computed is kept: all else that it took is free again. */
  settle(): void {
    const { taken } = this;
    if (taken.length === 0) return;
    for (let i = 0; i < taken.length; i++) if (taken[i].holders === 0) this.giveBack(taken[i]);
    taken.length = 0;
  }

  private allocate(dtype: DType, size: number): Values {
    if (size < runtime.spare.leastElements) return this.ordinary(dtype, size);
    const key = size * dtypes.length + (ranks.get(dtype) ?? 0);
    const { spare } = runtime;
    const used = spare.arrays.get(key)?.pop();
    if (used !== undefined) spare.bytes -= used.byteLength;
    const lease = { values: used ?? this.ordinary(dtype, size), key, holders: 0 };
    this.leases.set(lease.values.buffer, lease);
    this.taken.push(lease);
    return lease.values;
  }

  // By buffer, because a view lies in the array it was made of.
  private leaseOf(x: Tensor | null): Lease | null {
    if (x === null || x.spec.size < runtime.spare.leastElements || x.storage === null) return null;
    return this.leases.get(x.storage.buffer) ?? null;
  }

  private giveBack({ values, key }: Lease): void {
    // What was given back already, or has left.
    if (!this.leases.delete(values.buffer)) return;
    const { spare } = runtime;
    if (spare.isPoisoned) values.fill(NaN);
    if (values.byteLength > mostSpareBytes) return;
    // All of it, so that arrays of sizes that nobody uses any more do not stay for ever.
    if (spare.bytes + values.byteLength > mostSpareBytes) {
      spare.arrays.clear();
      spare.bytes = 0;
    }
    spare.bytes += values.byteLength;
    const known = spare.arrays.get(key);
    if (known === undefined) spare.arrays.set(key, [values]);
    else known.push(values);
  }
}

// One pass at a time has it, and a new one would cost a small gradient a tenth of its time.
const only = new PassMemory();

/**
 * The memory of a pass that starts; null where a layer or a pass around it may see its values. Always
 * null until `installPassMemory` was called, as importing the methods of tensors does.
 */
export const passMemory: { open: () => PassMemory | null } = { open: () => null };

export function installPassMemory(): void {
  passMemory.open = () => (runtime.spare.inUse || isHeard() ? null : only.open());
}
