import { isFloat } from '../base/dtype.ts';
import { runtime } from '../base/runtime.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import type { Variable } from '../core/variable.ts';
import type { Leaf } from './leaves.ts';
import { Recording, untracked } from './recording.ts';

/** A recording that also follows variables, and remembers what explains a missing gradient. */
export class TapeRecording extends Recording {
  /** Slots whose value was assigned to a variable, and the variable's name. */
  readonly assigned: { readonly slot: number; readonly variable: Variable }[] = [];
  /** Slots whose values left as plain numbers. */
  readonly readBack: number[] = [];
  /** Serial number at which recording stopped last. */
  stoppedAt = Infinity;
  private readonly watchesReads: boolean;
  private readonly snapshots = new Map<Variable, Tensor[]>();

  constructor(watchesReads: boolean) {
    super();
    this.watchesReads = watchesReads;
  }

  readVariable(variable: Variable, below: () => Tensor): Tensor {
    const value = below();
    const isWanted = this.snapshots.has(variable) || (this.watchesReads && variable.trainable);
    if (isWanted && !this.paused) this.follow(variable, value);
    return value;
  }

  noticeAssign(variable: Variable, value: Tensor): void {
    const slot = this.slotOf(value);
    if (slot >= 0 && !this.paused) this.assigned.push({ slot, variable });
  }

  noticeReadBack(tensor: Tensor): void {
    const slot = this.slotOf(tensor);
    if (slot >= 0) this.readBack.push(slot);
  }

  watchVariable(variable: Variable): void {
    this.follow(variable, variable.peek());
  }

  watchedVariables(): Variable[] {
    return [...this.snapshots.keys()].sort((a, b) => a.serial - b.serial);
  }

  noteStop(): void {
    this.stoppedAt = runtime.nextSerial;
  }

  /** Follows a target that is its own source, even if nothing was recorded of it. */
  adopt(leaf: Leaf): void {
    if (!isFloat(leaf.dtype)) return;
    if (!isTensor(leaf)) this.follow(leaf, leaf.peek());
    else if (this.slotOf(leaf) === untracked) this.watch(leaf);
  }

  /** Where a reverse pass starts for `leaf`, or below 0. */
  targetSlot(leaf: Leaf): number {
    return this.slotOf(isTensor(leaf) ? leaf : leaf.peek());
  }

  /** Where cotangents of `leaf` arrive: for a variable, at each value it was read as. */
  sourceSlots(leaf: Leaf): number[] {
    const tensors = isTensor(leaf) ? [leaf] : (this.snapshots.get(leaf) ?? []);
    return tensors.map((x) => this.slotOf(x)).filter((slot) => slot >= 0);
  }

  override clear(): void {
    this.release();
    this.snapshots.clear();
  }

  /** Lets go of the records; which variables were watched stays known. */
  release(): void {
    super.clear();
    for (const values of this.snapshots.values()) values.length = 0;
    this.assigned.length = 0;
    this.readBack.length = 0;
  }

  private follow(variable: Variable, value: Tensor): void {
    const known = this.snapshots.get(variable) ?? [];
    this.snapshots.set(variable, known);
    if (!isFloat(value.dtype) || known.includes(value)) return;
    known.push(value);
    this.watch(value);
  }
}
