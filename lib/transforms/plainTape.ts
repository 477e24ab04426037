import { isDifferentiable } from '../base/dtype.ts';
import { misuse, TapeError } from '../base/errors.ts';
import { readOptions, requireBoolean } from '../base/options.ts';
import { runtime } from '../base/runtime.ts';
import type { Layer } from '../core/apply.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor, requireFloat } from '../core/tensor.ts';
import type { TracedTensor } from '../core/traced.ts';
import type { Variable } from '../core/variable.ts';
import { add } from '../ops/elementwise.ts';
import { reachedSlots } from './connection.ts';
import type { Finding } from './explain.ts';
import { neverWatched, notDerived, unconnectedError } from './explain.ts';
import type { GradientOptions, GradientRequest, Pass } from './gradientRequest.ts';
import { finished, gradientOptions, requireRequest } from './gradientRequest.ts';
import type { Leaf, LeavesOnly, WithLeaves } from './leaves.ts';
import { leafName, onesOf, requireLeaves, restructured, valueOf } from './leaves.ts';
import { Recorder } from './recorder.ts';
import { untracked } from './recording.ts';
import type { Seed } from './reverse.ts';
import { reverse } from './reverse.ts';
import { requireFunction, requireSync } from './sync.ts';
import type { SourceSlots } from './tapeRecording.ts';
import { TapeRecording } from './tapeRecording.ts';

export interface PlainTapeOptions {
  /** Keep the records, so that several gradients can be taken. Default false. */
  readonly persistent?: boolean;
  /** Watch trainable variables when they are read. Default true. */
  readonly watchAccessedVariables?: boolean;
}

/** The options' names with `true`, as `readOptions` wants them. */
export const tapeOptions = { persistent: true, watchAccessedVariables: true } as const;

const noOptions: PlainTapeOptions = {};

export const reversePass: Pass<Tensor> = { run: reverse, addUp: add };

/**
 * Records ops on watched tensors, then differentiates by replaying them in reverse: what a tape has to
 * do, and little code. `GradientTape` of the package's root adds what a tape can tell of itself,
 * Jacobians, and gradients of rows.
 *
 * A tape records from its construction until `stop()`, disposal, or a `gradient` when it is not
 * persistent; `run(f)` bounds the recording to a function. Trainable variables are watched when they
 * are read.
 *
 * @example
 * const x = scalar(3);
 * const tape = new GradientTape();
 * tape.watch(x);
 * const y = mul(x, x);
 * tape.gradient(y, x) // 6
 */
export class PlainTape extends Recorder {
  /** Whether the records are kept, so that several gradients can be taken. */
  readonly persistent: boolean;
  protected override readonly layer: TapeRecording;

  constructor(options?: PlainTapeOptions) {
    super();
    const op = 'GradientTape';
    const given = options === undefined ? noOptions : readOptions(op, options, this.knownOptions);
    const { persistent = false, watchAccessedVariables = true } = given;
    this.persistent = requireBoolean(op, 'persistent', persistent);
    requireBoolean(op, 'watchAccessedVariables', watchAccessedVariables);
    this.layer = this.newRecording(watchAccessedVariables, given);
    this.start(op);
  }

  protected get knownOptions(): Readonly<Record<keyof PlainTapeOptions, true>> {
    return tapeOptions;
  }

  protected newRecording(watchesReads: boolean, _given: PlainTapeOptions): TapeRecording {
    return new TapeRecording(watchesReads);
  }

  protected override get noun(): string {
    return 'tape';
  }

  override get isRecording(): boolean {
    return super.isRecording && !this.layer.paused;
  }

  /**
   * Follows tensors or variables from now on; ops done before do not count.
   *
   * @param tensors - a float tensor or variable, or a structure of them
   * @throws ArgumentError for anything else
   * @throws TapeError when the tape is not recording
   */
  watch<const T>(tensors: T & LeavesOnly<T>): void {
    const leaves = requireLeaves('watch', 'tensors', tensors);
    this.requireRecording('watch');
    for (let i = 0; i < leaves.length; i++) this.requireWatchable(leaves[i], tensors, i);
    for (let i = 0; i < leaves.length; i++) {
      const leaf = leaves[i];
      if (isTensor(leaf)) this.layer.watch(leaf);
      else this.layer.watchVariable(leaf);
    }
  }

  /**
   * Runs `f` without recording it on this tape; other tapes still hear it.
   *
   * @throws TapeError when the tape is not recording
   */
  stopRecording<T>(f: () => T): T {
    requireFunction('stopRecording', 'f', f);
    this.requireRecording('stopRecording');
    const { layer } = this;
    const { paused } = layer;
    const since = runtime.nextSerial;
    layer.paused = true;
    try {
      return requireSync('stopRecording', f());
    } finally {
      layer.paused = paused;
      if (!paused) this.noteSilence('paused', since);
    }
  }

  /** Forgets all records and watches, and goes on recording. */
  reset(): void {
    this.requireRecording('reset');
    this.layer.clear();
  }

  /** The variables this tape watches or watched, in the order of their construction. */
  watchedVariables(): Variable[] {
    return this.layer.watchedVariables();
  }

  /**
   * Derivative of `target` with respect to each of `sources`, in the structure of `sources`.
   *
   * A target that is no scalar is differentiated as its sum, several targets as the sum of all.
   * Called while the tape records, a persistent tape records the computation of the gradient too, so
   * that it can be differentiated again; any other tape stops first.
   *
   * @throws UnconnectedGradientError when a source does not reach the target, unless
   *   `unconnectedGradients` says otherwise
   * @throws TapeError when a tape that is not persistent was used already
   * @throws ArgumentError, ShapeError or DTypeError when `outputGradients` do not match the target
   * @throws UnsupportedError when an op without derivative lies on the way
   */
  gradient<const T, const S>(
    target: T & LeavesOnly<T>,
    sources: S & LeavesOnly<S>,
    options?: GradientOptions & { readonly unconnectedGradients?: 'zero' },
  ): WithLeaves<S, Tensor>;
  gradient<const T, const S>(
    target: T & LeavesOnly<T>,
    sources: S & LeavesOnly<S>,
    options: GradientOptions,
  ): WithLeaves<S, Tensor | null>;
  gradient<const T, const S>(
    target: T & LeavesOnly<T>,
    sources: S & LeavesOnly<S>,
    options?: GradientOptions,
  ): WithLeaves<S, Tensor | null> {
    this.requireUsable('gradient');
    const request = requireRequest(target, sources, options, gradientOptions);
    const found = this.differentiate(request, reversePass);
    return restructured<S, Tensor | null>(sources, request.sources, found);
  }

  protected override start(op: string): void {
    // A used tape starts afresh.
    if (this.state === 'used') this.layer.clear();
    super.start(op);
  }

  protected override dispose(): void {
    this.layer.clear();
  }

  protected override forget(): void {
    this.layer.clear();
  }

  protected differentiate<G>(request: GradientRequest, pass: Pass<G>): (G | Tensor | null)[] {
    const { layer: recording, persistent } = this;
    const { targets, cotangents, sources } = request;
    const seeds: Seed[] = [];
    for (let i = 0; i < targets.length; i++) {
      const slot = recording.targetSlot(targets[i]);
      if (slot >= 0) seeds.push({ slot, cotangent: cotangents?.[i] ?? onesOf(targets[i]) });
    }
    const places = recording.sourceSlots(sources);
    this.requireConnected('gradient', request, seeds, places);
    this.useUp();
    try {
      const found = pass.run(recording, seeds, places.slots, !persistent);
      return finished(request, recording, found, places.owners, pass.addUp);
    } finally {
      if (!persistent) recording.release();
    }
  }

  /** A tape that is not persistent stops before its records are used. */
  protected useUp(): void {
    if (this.persistent) return;
    this.layer.notePeak();
    this.stop();
    this.state = 'used';
  }

  // Before anything changes, so that a tape with an unconnected source can be asked for another.
  protected requireConnected(
    op: string,
    { policy, sources, targets, tree }: Omit<GradientRequest, 'sparse'>,
    seeds: readonly Pick<Seed, 'slot'>[],
    { slots, owners }: SourceSlots,
  ): void {
    const reached = reachedSlots(this.layer, seeds, slots);
    if (policy !== undefined) return;
    let own: ReadonlySet<Leaf> | null = null;
    for (let i = 0; i < sources.length; i++) {
      if (reached[slots[i]] === 1) continue;
      if (owners?.some((owner, k) => owner === i && reached[slots[sources.length + k]] === 1))
        continue;
      const source = sources[i];
      own ??= new Set(targets);
      if (isDifferentiable(source.dtype) && own.has(source)) continue;
      const name = leafName('sources', tree, i);
      throw unconnectedError(op, name, source, this.whyUnconnected(targets, source));
    }
  }

  /** The cause as far as it is seen at once. */
  protected whyUnconnected(_targets: readonly Leaf[], source: Leaf): Finding {
    return this.layer.sourceSlots([source]).slots[0] === untracked ? neverWatched : notDerived;
  }

  private requireWatchable(leaf: Leaf, tree: unknown, index: number): void {
    const x = valueOf(leaf);
    if (!isDifferentiable(x.dtype)) requireFloat('watch', leafName('tensors', tree, index), x);
    if (x.storage === null && !this.hears(x)) {
      const name = leafName('tensors', tree, index);
      const hint = 'start the tape inside the function that is traced or batched';
      const got = `${x.toString()} of a transformation that started after the tape`;
      throw misuse(TapeError, 'watch', name, 'be visible to the tape', got, hint);
    }
  }

  // What is computed from a tensor that stands in for values, the layer that made it hears first.
  private hears(x: Tensor): boolean {
    const own: Layer = this.layer;
    const { layer } = x as TracedTensor<unknown>;
    return runtime.layers.indexOf(layer) < runtime.layers.indexOf(own);
  }

  private requireRecording(op: string): void {
    if (this.state !== 'recording') {
      const hint = 'call it before stop() and gradient, or inside run(f)';
      throw misuse(TapeError, op, 'tape', 'be recording', `a ${this.state} tape`, hint);
    }
  }

  protected requireUsable(op: string): void {
    if (this.state === 'used') {
      const condition = 'be persistent to compute more than one set of gradients';
      const hint = 'create it with new GradientTape({persistent: true})';
      throw misuse(TapeError, op, 'tape', condition, 'a tape that was used already', hint);
    }
    if (this.state === 'disposed') throw this.disposedError(op);
  }
}
