import { isDifferentiable } from '../base/dtype.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import type { Variable } from '../core/variable.ts';
import type { Leaf } from './leaves.ts';
import { valueOf } from './leaves.ts';
import { Recording, untracked } from './recording.ts';

/** Where cotangents of sources arrive. */
export interface SourceSlots {
  /**
   * For each source the slot of its first value, or `untracked`; after those, for variables that
   * were read as several values, the slots of the others.
   */
  readonly slots: readonly number[];
  /** Which source each of those others belongs to; null when there are none. */
  readonly owners: readonly number[] | null;
}

/** A recording that also follows variables. */
export class TapeRecording extends Recording {
  /** Whether reading a trainable variable watches it. */
  readonly watchesReads: boolean;
  // What few tapes need is made when it is needed: a tape over two ops should cost little.
  protected snapshots: Map<Variable, Tensor[]> | null = null;

  constructor(watchesReads: boolean) {
    super();
    this.watchesReads = watchesReads;
  }

  readVariable(variable: Variable, below: () => Tensor): Tensor {
    const value = below();
    const isWanted = (this.watchesReads && variable.trainable) || this.isWatched(variable);
    if (isWanted && !this.paused) this.follow(variable, value);
    return value;
  }

  /** Follows every value of the variable, the present one included. */
  watchVariable(variable: Variable): void {
    this.follow(variable, variable.peek());
  }

  isWatched(variable: Variable): boolean {
    return this.snapshots?.has(variable) === true;
  }

  watchedVariables(): Variable[] {
    return [...(this.snapshots?.keys() ?? [])].sort((a, b) => a.serial - b.serial);
  }

  /** Where a reverse pass starts for `leaf`, or below 0. */
  targetSlot(leaf: Leaf): number {
    return this.slotOf(valueOf(leaf));
  }

  /** Where cotangents of the sources arrive. */
  sourceSlots(sources: readonly Leaf[]): SourceSlots {
    const slots: number[] = [];
    for (let i = 0; i < sources.length; i++) slots.push(this.firstSlot(sources[i]));
    let owners: number[] | null = null;
    for (let i = 0; i < sources.length && this.snapshots !== null; i++) {
      const leaf = sources[i];
      const values = isTensor(leaf) ? undefined : this.snapshots.get(leaf);
      if (values === undefined || values.length < 2) continue;
      owners ??= [];
      for (let k = 1; k < values.length; k++) {
        owners.push(i);
        slots.push(this.slotOf(values[k]));
      }
    }
    return { slots, owners };
  }

  /** Called before records go, for recordings that measure them. */
  notePeak(): void {
    // Nothing is measured here.
  }

  override clear(): void {
    this.notePeak();
    this.release();
    this.snapshots = null;
  }

  /** Lets go of the records; which variables were watched stays known. */
  release(): void {
    super.clear();
    if (this.snapshots !== null) for (const values of this.snapshots.values()) values.length = 0;
  }

  private firstSlot(leaf: Leaf): number {
    const value = isTensor(leaf) ? leaf : this.snapshots?.get(leaf)?.[0];
    if (value === undefined) return untracked;
    const slot = this.slotOf(value);
    if (slot >= 0) return slot;
    // Only a tensor that others follow can have lost its mark.
    return value.otherTrackers === null ? untracked : this.watchedSlot(value);
  }

  private follow(variable: Variable, value: Tensor): void {
    this.snapshots ??= new Map();
    let known = this.snapshots.get(variable);
    if (known === undefined) this.snapshots.set(variable, (known = []));
    if (!isDifferentiable(value.dtype) || known[known.length - 1] === value) return;
    // A value that was just assigned is new; only one that is followed already may be known.
    if (this.slotOf(value) >= 0 && known.includes(value)) return;
    known.push(value);
    this.watch(value);
  }
}
