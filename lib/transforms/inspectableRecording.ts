import { runtime } from '../base/runtime.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Variable } from '../core/variable.ts';
import { heldBytes } from './heldBytes.ts';
import { TapeRecording } from './tapeRecording.ts';

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

/** A recording that remembers what explains a missing gradient, and tells how many bytes it holds. */
export class InspectableRecording extends TapeRecording {
  private assignments: Assignment[] | null = null;
  private readBack: Set<number> | null = null;
  /** Pairs: the slot of what was watched, and the next serial number at that moment. */
  private moments: number[] = [];
  private peak = 0;

  override watch(x: Tensor): void {
    const slot = this.slotCount;
    super.watch(x);
    if (this.slotCount !== slot) this.moments.push(slot, runtime.nextSerial);
  }

  noticeAssign(variable: Variable, value: Tensor): void {
    const slot = this.slotOf(value);
    if (slot >= 0 && !this.paused) (this.assignments ??= []).push({ slot, variable });
  }

  noticeReadBack(tensor: Tensor): void {
    const slot = this.slotOf(tensor);
    if (slot >= 0) (this.readBack ??= new Set()).add(slot);
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

  /** Bytes of the values that the records keep. */
  get bytes(): number {
    return heldBytes(this);
  }

  /** The most bytes the records ever kept. */
  get peakBytes(): number {
    return Math.max(this.peak, this.bytes);
  }

  override notePeak(): void {
    this.peak = this.peakBytes;
  }

  override release(): void {
    super.release();
    this.assignments = null;
    this.readBack = null;
    this.moments = [];
  }
}
