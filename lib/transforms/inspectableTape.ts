import { misuse, TapeError } from '../base/errors.ts';
import { requireInteger } from '../base/options.ts';
import { inspectCustom, isTensor } from '../core/tensor.ts';
import { svgOf } from './drawing.ts';
import { describeLeaf } from './explain.ts';
import type { Explanation } from './explanation.ts';
import { explained, explainedAsUsed, requireLeaf } from './explanation.ts';
import type { GradientHook } from './hooks.ts';
import { GradientHooks } from './hooks.ts';
import type { Leaf, LeafTree } from './leaves.ts';
import { requireLeaves } from './leaves.ts';
import { listing } from './listing.ts';
import { dotOf, mermaidOf } from './picture.ts';
import type { InspectableRecording } from './inspectableRecording.ts';
import { PlainTape } from './plainTape.ts';
import type { ReverseStep } from './steps.ts';
import { steps } from './steps.ts';
import { TapeSummary } from './summary.ts';
import { requireFunction } from './sync.ts';

/** How many lines of sources, and of ops, a listing has unless it is told otherwise. */
const mostLines = 40;

/** What a tape tells of itself. Nothing here uses the tape up or changes what it records. */
export abstract class InspectableTape extends PlainTape {
  declare protected readonly layer: InspectableRecording;
  private hooks: GradientHooks | null = null;

  /**
   * How `target` depends on `source`, op by op along a shortest way, or the first reason why no
   * gradient gets from the one to the other. Prints as text; `cause` and `path` are for programs.
   *
   * @param target - one tensor or variable
   * @param source - one tensor or variable
   * @throws ArgumentError for anything else
   * @example
   * const tape = new GradientTape();
   * const x = scalar(3);
   * const y = mul(x, x);
   * tape.explain(y, x).cause // 'never watched'
   */
  explain(target: Leaf, source: Leaf): Explanation {
    const y = requireLeaf('explain', 'target', target);
    const x = requireLeaf('explain', 'source', source);
    if (this.state === 'used' || this.state === 'disposed') return explainedAsUsed(this.state);
    return explained(this.layer, y, x, (serial) => this.silenceAt(serial));
  }

  /** Bytes of the values that the records hold: what their rules read, each array once. */
  get bytes(): number {
    return this.layer.bytes;
  }

  /** The most bytes that the records have held so far. */
  get peakBytes(): number {
    return this.layer.peakBytes;
  }

  /**
   * The tape in figures: ops, sources, bytes, and estimates of the arithmetic of one computation, of one
   * reverse pass, and of the same gradient by central differences. Prints as a table.
   *
   * @example
   * const tape = new GradientTape();
   * const w = ones([10, 20]);
   * tape.watch(w);
   * const y = matMul(ones([5, 10]), w);
   * tape.summary().flops.forward // 2000
   */
  summary(): TapeSummary {
    return new TapeSummary(this.layer, this.headline());
  }

  /**
   * The reverse pass from `target`, one op at a time: what arrives at the op, its rule as text, and
   * what it hands on. Nothing is recorded, and the tape is not used up.
   *
   * @param target - one tensor or variable; its cotangent is ones
   * @param sources - where the pass goes to; everything that the tape watches by default
   * @throws TapeError when the tape has not recorded how `target` was computed, or has let go of it
   * @example
   * const tape = new GradientTape();
   * const x = scalar(3);
   * tape.watch(x);
   * const y = sin(x);
   * [...tape.steps(y)].map((step) => step.rule) // ['%0 gets g * cos(%0)']
   */
  steps(target: Leaf, sources?: LeafTree): Generator<ReverseStep, void> {
    const y = requireLeaf('steps', 'target', target);
    const xs = sources === undefined ? null : requireLeaves('steps', 'sources', sources);
    this.requireRecords('steps');
    return steps(this.layer, y, xs);
  }

  /**
   * Calls `f` in each reverse pass that goes through `x`, at the moment when the cotangent of `x` is
   * complete. What `f` returns takes its place, for everything before `x`; several hooks are called in
   * the order in which they were set.
   *
   * @param x - a tensor that the tape follows, watched or computed, or a variable: then `f` is called
   *   for each value that the tape has read of it
   * @param f - returns nothing, or a tensor of the same shape and dtype
   * @returns a function that takes the hook away
   * @throws TapeError when the tape does not follow `x`
   * @example
   * const tape = new GradientTape();
   * const x = scalar(3);
   * tape.watch(x);
   * const h = mul(x, x);
   * tape.onGradient(h, (g) => clipByValue(g, -1, 1));
   * tape.gradient(mul(h, 100), x) // 6
   */
  onGradient(x: Leaf, f: GradientHook): () => void {
    const leaf = requireLeaf('onGradient', 'x', x);
    requireFunction('onGradient', 'f', f);
    this.requireRecords('onGradient');
    const { layer } = this;
    this.hooks = layer.hooks === null || this.hooks === null ? new GradientHooks() : this.hooks;
    layer.hooks = this.hooks;
    if (!isTensor(leaf)) return this.hooks.add(() => layer.sourceSlots([leaf]).slots, f);
    const slot = layer.slotOf(leaf);
    if (slot < 0) {
      const hint = 'call tape.watch(x) before the computation';
      const got = describeLeaf(leaf);
      throw misuse(TapeError, 'onGradient', 'x', 'be followed by the tape', got, hint);
    }
    return this.hooks.add(() => [slot], f);
  }

  /**
   * Writes the records to the console, numbered, each with shapes and, in debug mode, the line of the
   * program; of a long tape the first and the last ones.
   *
   * @param most - how many lines of sources and of ops to write, 40 by default
   * @throws ArgumentError when `most` is no positive integer
   */
  print(most = mostLines): void {
    requireInteger('print', 'most', most, { min: 1 });
    console.log(this.listing(most));
  }

  /**
   * The records as a graph in the DOT language, for Graphviz. Sources are ellipses, results have a double
   * border, ops that no gradient passes are octagons; of a long tape the first and the last ops.
   *
   * @example
   * const tape = new GradientTape();
   * tape.watch(scalar(3));
   * tape.toDot().split(' ')[0] // 'digraph'
   */
  toDot(): string {
    return dotOf(this.layer, this.headline());
  }

  /**
   * The records as a flowchart in the language of Mermaid, which many document viewers draw.
   *
   * @example
   * const tape = new GradientTape();
   * tape.watch(scalar(3));
   * tape.toMermaid().split(' ')[0] // 'flowchart'
   */
  toMermaid(): string {
    return mermaidOf(this.layer, this.headline());
  }

  /**
   * The picture of `toDot` as SVG text, which needs nothing else to be shown.
   *
   * @throws UnsupportedError when the optional package `@viz-js/viz` is not installed
   */
  async toSVG(): Promise<string> {
    return svgOf(this.toDot(), this.headline());
  }

  /** What `print` writes. */
  override toString(): string {
    return this.listing(mostLines);
  }

  [inspectCustom](): string {
    const hint = this.isGone
      ? ''
      : this.layer.entries.length === 0
        ? '; compute with what it watches'
        : '; tape.print() lists them, tape.explain(y, x) tells how y depends on x';
    return `${this.headline()}${hint}`;
  }

  private requireRecords(op: string): void {
    if (this.state === 'disposed') throw this.disposedError(op);
    if (this.state !== 'used') return;
    const hint = 'call it before gradient, or create the tape with {persistent: true}';
    throw misuse(TapeError, op, 'tape', 'have its records', 'a tape that was used already', hint);
  }

  private get isGone(): boolean {
    return this.state === 'used' || this.state === 'disposed';
  }

  private listing(most: number): string {
    return listing(this.layer, this.headline(), most);
  }

  /** `GradientTape (persistent, recording): 3 ops, 2 sources`. */
  private headline(): string {
    const { entries } = this.layer;
    const kind = this.persistent ? 'persistent, ' : '';
    const state = this.state === 'recording' && !this.isRecording ? 'paused' : this.state;
    const content = this.isGone
      ? 'its records are gone'
      : `${countOf(entries.length, 'op')}, ${countOf(this.layer.leaves().length, 'source')}`;
    return `GradientTape (${kind}${state}): ${content}`;
  }
}

function countOf(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
