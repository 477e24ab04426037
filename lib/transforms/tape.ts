import { isFloat } from '../base/dtype.ts';
import { ArgumentError, misuse, TapeError } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import { readOptions, requireBoolean, requireOneOf } from '../base/options.ts';
import { runtime } from '../base/runtime.ts';
import { pushLayer, removeLayer } from '../core/apply.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor, isTensor, requireFloat } from '../core/tensor.ts';
import type { MapLeaves } from '../core/tree.ts';
import { unflatten } from '../core/tree.ts';
import type { Variable } from '../core/variable.ts';
import { add } from '../ops/elementwise.ts';
import { disposeSymbol } from './dispose.ts';
import { unconnectedError } from './explain.ts';
import type { Leaf, LeafTree } from './leaves.ts';
import { isLeaf, requireCotangents, requireLeaves } from './leaves.ts';
import type { Seed } from './reverse.ts';
import { connectedSlots, reverse } from './reverse.ts';
import { requireSync } from './sync.ts';
import { TapeRecording } from './tapeRecording.ts';

export interface GradientTapeOptions {
  /** Keep the records, so that several gradients can be taken. Default false. */
  readonly persistent?: boolean;
  /** Watch trainable variables when they are read. Default true. */
  readonly watchAccessedVariables?: boolean;
}

export interface GradientOptions {
  /** Cotangents of the targets, in their structure; a null stands for ones, the default. */
  readonly outputGradients?: Tensor | null | readonly unknown[] | { readonly [key: string]: unknown };
  /** For a source that the target does not depend on: null, zeros, or (by default) an error. */
  readonly unconnectedGradients?: 'none' | 'zero';
}

/** A forgotten tape in a loop would slow every op, so there is a limit to how many may record. */
const mostOpenTapes = 64;

/**
 * Records ops on watched tensors, then differentiates by replaying them in reverse.
 *
 * A tape records from its construction until `stop()`, disposal, or a `gradient` when it is not
 * persistent; `run(f)` bounds the recording to a function.
 *
 * @example
 * const x = scalar(3);
 * const tape = new GradientTape();
 * tape.watch(x);
 * const y = mul(x, x);
 * tape.gradient(y, x).item() // 6
 */
export class GradientTape {
  readonly persistent: boolean;
  private readonly recording: TapeRecording;
  private state: 'recording' | 'stopped' | 'used' | 'disposed' = 'stopped';
  private inRun = false;

  constructor(options?: GradientTapeOptions) {
    const known = { persistent: true, watchAccessedVariables: true } as const;
    const given = readOptions<GradientTapeOptions>('GradientTape', options, known);
    this.persistent = requireBoolean('GradientTape', 'persistent', given.persistent ?? false);
    const auto = given.watchAccessedVariables ?? true;
    this.recording = new TapeRecording(requireBoolean('GradientTape', 'watchAccessedVariables', auto));
    this.start('GradientTape');
  }

  /** Whether ops are being recorded at this moment. */
  get isRecording(): boolean {
    return this.state === 'recording' && !this.recording.paused;
  }

  /**
   * Follows tensors or variables from now on; ops done before do not count.
   *
   * @throws ArgumentError for anything but float tensors and variables
   * @throws TapeError when the tape is not recording
   */
  watch(tensors: LeafTree): void {
    const { leaves, names } = requireLeaves('watch', 'tensors', tensors);
    this.requireRecording('watch');
    leaves.forEach((leaf, i) => {
      requireFloat('watch', names[i], isTensor(leaf) ? leaf : leaf.peek());
    });
    for (const leaf of leaves) {
      if (isTensor(leaf)) this.recording.watch(leaf);
      else this.recording.watchVariable(leaf);
    }
  }

  /** Records while `f` runs, and stops after it; returns what `f` returns. */
  run<T>(f: (tape: this) => T): T {
    if (this.inRun) throw misuse(TapeError, 'run', 'tape', 'not be inside its own run', 'a nested call');
    if (typeof f !== 'function') throw misuse(ArgumentError, 'run', 'f', 'be a function', formatValue(f));
    if (this.state !== 'recording') this.start('run');
    this.inRun = true;
    try {
      return requireSync('run', f(this));
    } catch (error) {
      if (error instanceof TapeError && error.argument === 'callback') this.recording.clear();
      throw error;
    } finally {
      this.inRun = false;
      this.stop();
    }
  }

  /** Ends the recording; what was recorded can still be differentiated. */
  stop(): void {
    if (this.state !== 'recording') return;
    removeLayer(this.recording);
    this.recording.noteStop();
    this.state = 'stopped';
  }

  /** Runs `f` without recording it on this tape; other tapes still hear it. */
  stopRecording<T>(f: () => T): T {
    this.requireRecording('stopRecording');
    this.recording.paused = true;
    try {
      return requireSync('stopRecording', f());
    } finally {
      this.recording.paused = false;
    }
  }

  /** Forgets all records and watches, and goes on recording. */
  reset(): void {
    this.requireRecording('reset');
    this.recording.clear();
  }

  /** Stops and lets go of everything: what `using` calls at the end of its block. */
  [disposeSymbol](): void {
    this.stop();
    this.recording.clear();
    this.state = 'disposed';
  }

  /** The variables this tape watches or watched, in the order of their construction. */
  watchedVariables(): Variable[] {
    return this.recording.watchedVariables();
  }

  /**
   * Derivative of `target` with respect to each of `sources`, in the structure of `sources`.
   *
   * A target that is no scalar is differentiated as its sum, several targets as the sum of all: use
   * `jacobian` for the derivative of each element.
   *
   * @throws UnconnectedGradientError when a source does not reach the target, unless
   *   `unconnectedGradients` says otherwise; the message names the cause
   * @throws TapeError when a tape that is not persistent was used already
   */
  gradient<const S extends LeafTree>(
    target: LeafTree,
    sources: S,
    options: GradientOptions & { readonly unconnectedGradients: 'none' },
  ): MapLeaves<S, Leaf, Tensor | null>;
  gradient<const S extends LeafTree>(
    target: LeafTree,
    sources: S,
    options?: GradientOptions & { readonly unconnectedGradients?: 'zero' },
  ): MapLeaves<S, Leaf, Tensor>;
  gradient<const S extends LeafTree>(
    target: LeafTree,
    sources: S,
    options?: GradientOptions,
  ): MapLeaves<S, Leaf, Tensor | null> {
    const known = { outputGradients: true, unconnectedGradients: true } as const;
    const given = readOptions<GradientOptions>('gradient', options, known);
    const policy = given.unconnectedGradients;
    if (policy !== undefined) requireOneOf('gradient', 'unconnectedGradients', policy, ['none', 'zero']);
    const targets = requireLeaves('gradient', 'target', target).leaves;
    if (targets.length === 0) {
      throw misuse(ArgumentError, 'gradient', 'target', 'hold at least one tensor', 'an empty structure');
    }
    const { leaves, names } = requireLeaves('gradient', 'sources', sources);
    const cotangents = requireCotangents('gradient', 'outputGradients', given.outputGradients, targets);
    this.requireUsable();
    const found = this.differentiate(targets, cotangents, leaves, names, policy);
    return unflatten(sources, isLeaf, found);
  }

  private differentiate(
    targets: readonly Leaf[],
    cotangents: readonly Tensor[],
    sources: readonly Leaf[],
    names: readonly string[],
    policy: 'none' | 'zero' | undefined,
  ): (Tensor | null)[] {
    const { recording } = this;
    for (const leaf of targets) if (sources.includes(leaf)) recording.adopt(leaf);
    const seeds = targets.flatMap((leaf, i): Seed[] => {
      const slot = recording.targetSlot(leaf);
      return slot >= 0 && isFloat(leaf.dtype) ? [{ slot, cotangent: cotangents[i] }] : [];
    });
    const slots = sources.map((leaf) => recording.sourceSlots(leaf));
    if (policy === undefined) {
      const reached = connectedSlots(recording, seeds, slots.flat());
      slots.forEach((own, i) => {
        if (!own.some((slot) => reached.has(slot))) {
          throw unconnectedError(recording, targets, sources[i], names[i]);
        }
      });
    }
    if (!this.persistent) this.stop();
    const found = reverse(recording, seeds, slots.flat(), !this.persistent);
    let next = 0;
    const sums = slots.map((own) => own.map(() => found[next++]).reduce(addPresent, null));
    if (policy === undefined) {
      sums.forEach((sum, i) => {
        if (sum === null) throw unconnectedError(recording, targets, sources[i], names[i]);
      });
    }
    if (!this.persistent) {
      recording.release();
      this.state = 'used';
    }
    if (policy !== 'zero') return sums;
    return sums.map((sum, i) => sum ?? zeros(sources[i]));
  }

  private start(op: string): void {
    if (this.state === 'disposed') {
      const hint = 'a using declaration at the top level of a REPL ends with its line; write const';
      throw misuse(TapeError, op, 'tape', 'not be disposed', 'a disposed tape', hint);
    }
    const open = runtime.layers.filter((layer) => layer instanceof TapeRecording).length;
    if (open >= mostOpenTapes) {
      const hint = 'end each with stop(), run(f), using, or gradient';
      throw misuse(TapeError, op, 'tapes', `record ${String(mostOpenTapes)} at a time at most`, String(open + 1), hint);
    }
    pushLayer(this.recording);
    this.state = 'recording';
  }

  private requireRecording(op: string): void {
    if (this.state !== 'recording') {
      const hint = 'call it before stop() and gradient, or inside run(f)';
      throw misuse(TapeError, op, 'tape', 'be recording', `a ${this.state} tape`, hint);
    }
  }

  private requireUsable(): void {
    if (this.state === 'used') {
      const condition = 'be persistent to compute more than one set of gradients';
      const hint = 'create it with new GradientTape({persistent: true})';
      throw misuse(TapeError, 'gradient', 'tape', condition, 'a tape that was used already', hint);
    }
    if (this.state === 'disposed') {
      const hint = 'call gradient inside the block of using; at the top level of a REPL write const';
      throw misuse(TapeError, 'gradient', 'tape', 'not be disposed', 'a disposed tape', hint);
    }
  }
}

function addPresent(a: Tensor | null, b: Tensor | null): Tensor | null {
  return a === null ? b : b === null ? a : add(a, b);
}

function zeros(leaf: Leaf): Tensor {
  return filledTensor(isTensor(leaf) ? leaf.spec : leaf.peek().spec, 0);
}
