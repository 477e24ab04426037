import { isDifferentiable } from '../base/dtype.ts';
import { runtime } from '../base/runtime.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import type { Variable } from '../core/variable.ts';
import type { Leaf } from './leaves.ts';
import { valueOf } from './leaves.ts';
import { Recording, untracked } from './recording.ts';

/** A followed value that became the value of a variable: the assignment cuts the gradient. */
export interface Assignment {
  readonly slot: number;
  readonly variable: Variable;
}

/** A watched tensor, or a value of a watched variable. */
export interface WatchedLeaf {
  readonly x: Tensor;
  readonly slot: number;
  readonly variable: Variable | null;
}

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

/** A recording that also follows variables, and remembers what explains a missing gradient. */
export class TapeRecording extends Recording {
  /** Whether reading a trainable variable watches it. */
  readonly watchesReads: boolean;
  // What few tapes need is made when it is needed: a tape over two ops should cost little.
  private snapshots: Map<Variable, Tensor[]> | null = null;
  private assignments: Assignment[] | null = null;
  private readBack: Set<number> | null = null;
  /** Pairs: the slot of what was watched, and the next serial number at that moment. */
  private moments: number[] = [];

  constructor(watchesReads: boolean) {
    super();
    this.watchesReads = watchesReads;
  }

  override watch(x: Tensor): void {
    const slot = this.slotCount;
    super.watch(x);
    if (this.slotCount !== slot) this.moments.push(slot, runtime.nextSerial);
  }

  readVariable(variable: Variable, below: () => Tensor): Tensor {
    const value = below();
    const isWanted = (this.watchesReads && variable.trainable) || this.isWatched(variable);
    if (isWanted && !this.paused) this.follow(variable, value);
    return value;
  }

  noticeAssign(variable: Variable, value: Tensor): void {
    const slot = this.slotOf(value);
    if (slot >= 0 && !this.paused) (this.assignments ??= []).push({ slot, variable });
  }

  noticeReadBack(tensor: Tensor): void {
    const slot = this.slotOf(tensor);
    if (slot >= 0) (this.readBack ??= new Set()).add(slot);
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

  /** What is followed from its own slot on, rather than computed, in the order of slots. */
  leaves(): readonly WatchedLeaf[] {
    const variables = new Map<Tensor, Variable>();
    for (const [variable, values] of this.snapshots ?? [])
      for (const value of values) variables.set(value, variable);
    return this.watchedTensors().map(([x, slot]) => ({
      x,
      slot,
      variable: variables.get(x) ?? null,
    }));
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

  /** The next serial number when what has this slot was watched; undefined if it was computed. */
  watchMoment(slot: number): number | undefined {
    const { moments } = this;
    for (let i = 0; i < moments.length; i += 2) if (moments[i] === slot) return moments[i + 1];
    return undefined;
  }

  /** Values that were assigned to the variable which was then read in this slot. */
  assignmentsBehind(slot: number): readonly Assignment[] {
    if (this.assignments === null || this.snapshots === null) return [];
    for (const [variable, values] of this.snapshots) {
      if (values.some((value) => this.slotOf(value) === slot)) {
        return this.assignments.filter((one) => one.variable === variable);
      }
    }
    return [];
  }

  /** All assignments of followed values. */
  allAssignments(): readonly Assignment[] {
    return this.assignments ?? [];
  }

  /** Slots whose values left as plain numbers. */
  slotsReadBack(): readonly number[] {
    return [...(this.readBack ?? [])];
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
    this.assignments = null;
    this.readBack = null;
    this.moments = [];
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
