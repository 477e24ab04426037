import { isDifferentiable } from '../base/dtype.ts';
import { runtime } from '../base/runtime.ts';
import type { Spec } from '../base/shape.ts';
import { only, pairOf } from '../base/shape.ts';
import type { Layer } from '../core/apply.ts';
import { dispatch } from '../core/apply.ts';
import type { AnyOp, Point } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';

/** A tensor that is not followed. */
export const untracked = -1;

/** One recorded application: a `Point` for the op's rules, and where its tensors stand. */
export class Entry implements Point<unknown> {
  readonly op: AnyOp;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly params: unknown;
  /** The slots of the inputs are `recording.inputSlots` from here on. */
  readonly firstInput: number;
  /** The outputs have consecutive slots from here on. */
  readonly firstOutput: number;

  constructor(
    op: AnyOp,
    inputs: readonly Tensor[],
    outputs: readonly Tensor[],
    params: unknown,
    firstInput: number,
    firstOutput: number,
  ) {
    this.op = op;
    this.inputs = inputs;
    this.outputs = outputs;
    this.params = params;
    this.firstInput = firstInput;
    this.firstOutput = firstOutput;
  }
}

/** Where followed values were cut off: by a piecewise constant op, or by a dtype without derivatives. */
export interface Cut {
  readonly op: AnyOp;
  readonly inputSlots: readonly number[];
}

/** The call in the user's program that something was recorded for. */
export interface Site {
  /** `path:line:column`, or null where the stack does not tell. */
  readonly location: string | null;
}

/** Sees, and may replace, the cotangents of some slots in each reverse pass. */
export interface CotangentHooks {
  /** The slots for one pass, the highest first, and what is called once the cotangent is complete. */
  forPass(): readonly (readonly [slot: number, f: (cotangent: Tensor) => Tensor])[];
}

/**
 * Follows tensors and records what is computed from them: the layer beneath every tape.
 *
 * Followed tensors have a slot, a number from 0 on. Values behind a cut carry the negative number of
 * their cut instead: they are not recorded, but a missing gradient can be explained.
 */
export class Recording implements Layer {
  /** What tensors are marked with; new after `clear`, so that marks of before mean nothing. */
  id = runtime.nextSerial++;
  open = false;
  /** Records nothing while set. */
  paused = false;
  entries: Entry[] = [];
  inputSlots: number[] = [];
  cuts: Cut[] = [];
  slotCount = 0;
  /** Where entries and cuts were made, for those of which it is known. */
  sites: WeakMap<Entry | Cut, Site> | null = null;
  hooks: CotangentHooks | null = null;
  /** Gives the values of an entry that holds something else in their place. */
  unpack: ((entry: Entry) => Point<unknown>) | null = null;
  // Two lists rather than a Map: a tape over two ops should cost little.
  private watched: Tensor[] = [];
  private watchedSlots: number[] = [];
  private holdsTensors = false;

  constructor() {
    if (runtime.debug !== null) runtime.debug.attend(this);
  }

  cares(_op: AnyOp, inputs: readonly Tensor[]): boolean {
    if (this.paused) return false;
    for (let i = 0; i < inputs.length; i++) if (this.slotOf(inputs[i]) !== untracked) return true;
    return false;
  }

  process(op: AnyOp, inputs: readonly Tensor[], params: unknown, level: number): readonly Tensor[] {
    const outputs = dispatch(op, inputs, params, level);
    this.record(op, inputs, outputs, params);
    return outputs;
  }

  follows(x: Tensor): boolean {
    return this.slotOf(x) >= 0;
  }

  /**
   * Calls `f` after each record or cut: for what few recordings want, so that the others pay nothing.
   */
  afterEach(f: (made: Entry | Cut) => void): void {
    const record = this.record.bind(this);
    this.record = (op, inputs, outputs, params) => {
      const [entries, cuts] = [this.entries.length, this.cuts.length];
      record(op, inputs, outputs, params);
      if (this.entries.length > entries) f(this.entries[entries]);
      else if (this.cuts.length > cuts) f(this.cuts[cuts]);
    };
  }

  /** Follows `x` from now on; does nothing if it is followed already. */
  watch(x: Tensor): void {
    const slot = this.slotOf(x);
    if (slot >= 0) return;
    this.watched.push(x);
    this.watchedSlots.push(this.slotCount);
    if (slot === untracked) mark(x, this.id, this.slotCount++);
    else remark(x, this.id, this.slotCount++);
  }

  /** Marks watched tensors anew that lost their mark to others while this was off the stack. */
  remarkWatched(): void {
    for (let i = 0; i < this.watched.length; i++) {
      const x = this.watched[i];
      if (this.slotOf(x) === untracked) mark(x, this.id, this.watchedSlots[i]);
    }
  }

  /** The slot of a followed tensor, `untracked`, or below that a value behind a cut (see `cutOf`). */
  slotOf(x: Tensor): number {
    return x.trackerId === this.id ? x.trackerSlot : slotIn(x, this.id);
  }

  /** The slot of a watched tensor, also if its mark had to make room for others. */
  watchedSlot(x: Tensor): number {
    return this.watchedSlots[this.watched.lastIndexOf(x)] ?? untracked;
  }

  /** Watched tensors and their slots, in the order of the slots. */
  watchedTensors(): readonly (readonly [x: Tensor, slot: number])[] {
    return this.watched.map((x, i) => [x, this.watchedSlots[i]]);
  }

  /** The cut that a slot below `untracked` stands for. */
  cutOf(slot: number): Cut {
    return this.cuts[firstCut - slot];
  }

  /** Lets go of everything: records, watched tensors, marks. */
  clear(): void {
    this.discard();
    this.id = runtime.nextSerial++;
    if (this.watched.length > 0) [this.watched, this.watchedSlots] = [[], []];
    if (this.entries.length > 0) this.entries = [];
    if (this.inputSlots.length > 0) this.inputSlots = [];
    if (this.cuts.length > 0) this.cuts = [];
    this.slotCount = 0;
    this.hooks = null;
  }

  /** As `clear`, for a recording that nobody will use again. */
  discard(): void {
    if (this.holdsTensors) runtime.recordingsInUse--;
    this.holdsTensors = false;
    for (let i = 0; i < this.watched.length; i++) unmark(this.watched[i], this.id);
  }

  /** The slots whose cotangents hooks see. */
  hookedSlots(): readonly number[] {
    return this.hooks === null ? [] : this.hooks.forPass().map(([slot]) => slot);
  }

  /** An entry with the values that its rules read. */
  pointOf(entry: Entry): Point<unknown> & { readonly op: AnyOp } {
    return this.unpack === null ? entry : { op: entry.op, ...this.unpack(entry) };
  }

  /** Records an application that took place elsewhere, unless none of its inputs is followed. */
  recordIfFollowed(
    op: AnyOp,
    inputs: readonly Tensor[],
    outputs: readonly Tensor[],
    params: unknown,
  ): void {
    if (this.cares(op, inputs)) this.record(op, inputs, outputs, params);
  }

  private record(
    op: AnyOp,
    inputs: readonly Tensor[],
    outputs: readonly Tensor[],
    params: unknown,
  ): void {
    const firstInput = this.inputSlots.length;
    const highest = this.noteInputs(inputs);
    if (highest >= 0 && op.derivative.kind !== 'zero' && hasDifferentiable(outputs)) {
      if (!this.holdsTensors) runtime.recordingsInUse++;
      this.holdsTensors = true;
      const { reads } = op;
      const saved = kept(inputs, reads.inputs);
      const results = kept(outputs, reads.outputs);
      this.entries.push(new Entry(op, saved, results, params, firstInput, this.slotCount));
      for (let i = 0; i < outputs.length; i++) {
        mark(
          outputs[i],
          this.id,
          isDifferentiable(outputs[i].spec.dtype) ? this.slotCount : untracked,
        );
        this.slotCount++;
      }
    } else {
      const inputSlots = this.inputSlots.splice(firstInput);
      const cut = highest >= 0 ? this.addCut({ op, inputSlots }) : Math.min(...inputSlots);
      for (const x of outputs) mark(x, this.id, cut);
    }
  }

  /** Appends the inputs' slots; returns the highest, which is below 0 if only cut values came in. */
  private noteInputs(inputs: readonly Tensor[]): number {
    let highest = untracked;
    for (let i = 0; i < inputs.length; i++) {
      const slot = this.slotOf(inputs[i]);
      this.inputSlots.push(slot);
      if (slot > highest) highest = slot;
    }
    return highest;
  }

  private addCut(cut: Cut): number {
    this.cuts.push(cut);
    return firstCut - this.cuts.length + 1;
  }
}

function hasDifferentiable(tensors: readonly Tensor[]): boolean {
  for (let i = 0; i < tensors.length; i++) if (isDifferentiable(tensors[i].dtype)) return true;
  return false;
}

const firstCut = untracked - 1;

// What the rules do not read is kept as its spec alone, so that the values can be freed: a rule sees
// the shape, dtype and size of any tensor, and may ask for more only of those its op reads.
function kept(tensors: readonly Tensor[], reads: readonly number[] | 'every'): readonly Tensor[] {
  if (reads === 'every' || reads.length === tensors.length) return tensors;
  return savedOf(tensors, reads) as readonly Tensor[];
}

function savedOf(tensors: readonly Tensor[], reads: readonly number[]): readonly (Tensor | Spec)[] {
  if (tensors.length === 1) return only(tensors[0].spec);
  if (tensors.length === 2 && reads.length === 0) return pairOf(tensors[0].spec, tensors[1].spec);
  return tensors.map((x, i) => (reads.includes(i) ? x : x.spec));
}

/** The slot under which layer `id` follows `x`, or `untracked`. */
export function slotIn(x: Tensor, id: number): number {
  if (x.trackerId === id) return x.trackerSlot;
  const others = x.otherTrackers;
  if (others === null) return untracked;
  for (let i = 0; i < others.length; i += 2) if (others[i] === id) return others[i + 1];
  return untracked;
}

/**
 * As many marks as a tensor carries. Recordings that were never used up leave theirs on the tensors
 * they watched, so the list must be bounded; no more recordings than this can be open at once.
 */
const mostTrackers = 64;

/** Notes on the tensor that recording `id` follows it in `slot`. */
export function mark(x: Tensor, id: number, slot: number): void {
  // The newest stands in the fields, where it is found first.
  if (x.trackerId !== 0) {
    const others = (x.otherTrackers ??= []);
    others.push(x.trackerId, x.trackerSlot);
    if (others.length > mostTrackers * 2) forgetOldest(others);
  }
  x.trackerId = id;
  x.trackerSlot = slot;
}

// A recording on the stack must not lose its place, or what it records would be incomplete. Half of
// the others go at once, so that a tensor watched over and over does not pay at each watch.
function forgetOldest(marks: number[]): void {
  const open = runtime.layers.map((layer) => (layer as Partial<Recording>).id);
  const newest = marks.length / 2;
  let kept = 0;
  for (let i = 0; i < marks.length; i += 2) {
    if (i < newest && !open.includes(marks[i])) continue;
    marks[kept++] = marks[i];
    marks[kept++] = marks[i + 1];
  }
  marks.length = kept;
}

function remark(x: Tensor, id: number, slot: number): void {
  unmark(x, id);
  mark(x, id, slot);
}

export function unmark(x: Tensor, id: number): void {
  const others = x.otherTrackers;
  if (x.trackerId === id) {
    // Pairs are (id, slot), so the slot comes off first.
    x.trackerSlot = others?.pop() ?? 0;
    x.trackerId = others?.pop() ?? 0;
  } else {
    const at = others?.findIndex((value, i) => i % 2 === 0 && value === id) ?? -1;
    if (at >= 0) others?.splice(at, 2);
  }
  if (others?.length === 0) x.otherTrackers = null;
}
