import { isDifferentiable } from '../base/dtype.ts';
import { misuse, TapeError } from '../base/errors.ts';
import { readOptions, requireBoolean } from '../base/options.ts';
import { runtime } from '../base/runtime.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor, requireFloat } from '../core/tensor.ts';
import type { TracedTensor } from '../core/traced.ts';
import type { Variable } from '../core/variable.ts';
import { reachedSlots } from './connection.ts';
import { unconnectedError } from './explain.ts';
import type { GradientOptions, GradientRequest, SparseGradientOptions } from './gradientRequest.ts';
import { finished, requireRequest } from './gradientRequest.ts';
import type { PassOptions } from './jacobianPasses.ts';
import { InspectableTape } from './inspectableTape.ts';
import type { Gradient } from './indexedSlices.ts';
import type { Leaf, LeavesOnly, WithLeaves } from './leaves.ts';
import { leafName, onesOf, requireLeaves, restructured, valueOf } from './leaves.ts';
import type { Seed } from './reverse.ts';
import { reverse } from './reverse.ts';
import { reverseSparse } from './sparseGradient.ts';
import type { SavedTensorHooks } from './savedTensors.ts';
import { packSavedTensors, requireSavedTensorHooks } from './savedTensors.ts';
import { requireFunction, requireSync } from './sync.ts';
import type { JacobianRequest, TapeJacobianOptions } from './tapeJacobian.ts';
import { passesOn, requireBatchJacobian, requireJacobian, tapeJacobians } from './tapeJacobian.ts';
import type { SourceSlots } from './tapeRecording.ts';
import { TapeRecording } from './tapeRecording.ts';

export type { GradientOptions, SparseGradientOptions } from './gradientRequest.ts';

export interface GradientTapeOptions {
  /** Keep the records, so that several gradients can be taken. Default false. */
  readonly persistent?: boolean;
  /** Watch trainable variables when they are read. Default true. */
  readonly watchAccessedVariables?: boolean;
  /** What to keep in place of the values that rules read, and how to get them back. */
  readonly savedTensors?: SavedTensorHooks;
}

/**
 * Records ops on watched tensors, then differentiates by replaying them in reverse.
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
export class GradientTape extends InspectableTape {
  override readonly persistent: boolean;
  protected override readonly layer: TapeRecording;

  constructor(options?: GradientTapeOptions) {
    super();
    let persistent = false;
    let watchesReads = true;
    let saved: SavedTensorHooks | undefined;
    if (options !== undefined) {
      const known = { persistent: true, watchAccessedVariables: true, savedTensors: true } as const;
      const given = readOptions<GradientTapeOptions>('GradientTape', options, known);
      const flag = (name: keyof typeof known, value = name !== 'persistent'): boolean =>
        requireBoolean('GradientTape', name, value);
      persistent = flag('persistent', given.persistent);
      watchesReads = flag('watchAccessedVariables', given.watchAccessedVariables);
      saved = given.savedTensors;
      if (saved !== undefined) requireSavedTensorHooks('GradientTape', saved);
    }
    this.persistent = persistent;
    this.layer = new TapeRecording(watchesReads);
    if (saved !== undefined) packSavedTensors(this.layer, saved);
    this.start('GradientTape');
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
   * that it can be differentiated again; any other tape stops first. With `sparse: true` the gradient of
   * a table that was read by rows holds those rows alone, as `IndexedSlices`.
   *
   * @throws UnconnectedGradientError when a source does not reach the target, unless
   *   `unconnectedGradients` says otherwise; the message names the cause
   * @throws TapeError when a tape that is not persistent was used already
   * @throws ArgumentError, ShapeError or DTypeError when `outputGradients` do not match the target
   * @throws UnsupportedError when an op without derivative lies on the way
   */
  gradient<const T, const S>(
    target: T & LeavesOnly<T>,
    sources: S & LeavesOnly<S>,
    options?: GradientOptions & { readonly unconnectedGradients?: 'zero'; readonly sparse?: false },
  ): WithLeaves<S, Tensor>;
  gradient<const T, const S>(
    target: T & LeavesOnly<T>,
    sources: S & LeavesOnly<S>,
    options: GradientOptions & { readonly sparse?: false },
  ): WithLeaves<S, Tensor | null>;
  gradient<const T, const S>(
    target: T & LeavesOnly<T>,
    sources: S & LeavesOnly<S>,
    options: SparseGradientOptions & { readonly unconnectedGradients?: 'zero' },
  ): WithLeaves<S, Gradient>;
  gradient<const T, const S>(
    target: T & LeavesOnly<T>,
    sources: S & LeavesOnly<S>,
    options: SparseGradientOptions,
  ): WithLeaves<S, Gradient | null>;
  gradient<const T, const S>(
    target: T & LeavesOnly<T>,
    sources: S & LeavesOnly<S>,
    options?: GradientOptions | SparseGradientOptions,
  ): WithLeaves<S, Gradient | null> {
    this.requireUsable('gradient');
    const request = requireRequest(target, sources, options);
    return restructured<S, Gradient | null>(sources, request.sources, this.differentiate(request));
  }

  /**
   * All derivatives of `target` with respect to each of `sources`, in the structure of `sources`: of
   * shape (…target, …source), in the dtype of the source. Many passes run at once.
   *
   * It may be called while the tape records or after; a tape need not be persistent.
   *
   * @throws UnconnectedGradientError, TapeError or UnsupportedError as `gradient` does
   * @throws ArgumentError when `target` is not one tensor or variable
   */
  jacobian<const S>(
    target: Leaf,
    sources: S & LeavesOnly<S>,
    options?: TapeJacobianOptions & { readonly unconnectedGradients?: 'zero' },
  ): WithLeaves<S, Tensor>;
  jacobian<const S>(
    target: Leaf,
    sources: S & LeavesOnly<S>,
    options: TapeJacobianOptions,
  ): WithLeaves<S, Tensor | null>;
  jacobian<const S>(
    target: Leaf,
    sources: S & LeavesOnly<S>,
    options?: TapeJacobianOptions,
  ): WithLeaves<S, Tensor | null> {
    this.requireUsable('jacobian');
    const request = requireJacobian(target, sources, options);
    return restructured<S, Tensor | null>(sources, request.sources, this.allDerivatives(request));
  }

  /**
   * The derivatives of each example of `target` with respect to the same example of `source`, where
   * examples do not depend on each other: (b, …target) and (b, …source) give (b, …target, …source).
   * Zeros where the target does not depend on the source.
   *
   * @throws ShapeError when one has fewer than two axes, or their first axes differ
   * @throws TapeError when a tape that is not persistent was used already
   */
  batchJacobian(target: Leaf, source: Leaf, options?: PassOptions): Tensor;
  batchJacobian(target: Leaf, source: Leaf, options?: PassOptions): Tensor | null {
    this.requireUsable('batchJacobian');
    const request = requireBatchJacobian(target, source, options);
    return this.allDerivatives(request)[0];
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

  private differentiate(request: GradientRequest): (Gradient | null)[] {
    const { layer: recording, persistent } = this;
    const { targets, cotangents, sources, sparse } = request;
    const seeds: Seed[] = [];
    for (let i = 0; i < targets.length; i++) {
      const slot = recording.targetSlot(targets[i]);
      if (slot >= 0) seeds.push({ slot, cotangent: cotangents?.[i] ?? onesOf(targets[i]) });
    }
    const places = recording.sourceSlots(sources);
    this.requireConnected('gradient', request, seeds, places);
    this.useUp();
    try {
      const pass = sparse === true ? reverseSparse : reverse;
      const found = pass(recording, seeds, places.slots, !persistent);
      return finished(request, recording, found, places.owners);
    } finally {
      if (!persistent) recording.release();
    }
  }

  private allDerivatives(request: JacobianRequest): (Tensor | null)[] {
    const { layer: recording, persistent } = this;
    const slot = recording.targetSlot(request.targets[0]);
    const seeds = slot < 0 ? [] : [{ slot }];
    const places = recording.sourceSlots(request.sources);
    this.requireConnected('jacobian', request, seeds, places);
    const passes = passesOn(recording, request);
    this.useUp();
    try {
      return tapeJacobians({ ...request, passes }, recording, places);
    } finally {
      if (!persistent) recording.release();
    }
  }

  /** A tape that is not persistent stops before its records are used. */
  private useUp(): void {
    if (this.persistent) return;
    this.layer.notePeak();
    this.stop();
    this.state = 'used';
  }

  // Before anything changes, so that a tape with an unconnected source can be asked for another.
  private requireConnected(
    op: string,
    { policy, sources, targets, tree }: GradientRequest,
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
      const silenceAt = (serial: number): ReturnType<typeof this.silenceAt> =>
        this.silenceAt(serial);
      throw unconnectedError(this.layer, targets, source, name, silenceAt, op);
    }
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
    const { layer } = x as TracedTensor<unknown>;
    return runtime.layers.indexOf(layer) < runtime.layers.indexOf(this.layer);
  }

  private requireRecording(op: string): void {
    if (this.state !== 'recording') {
      const hint = 'call it before stop() and gradient, or inside run(f)';
      throw misuse(TapeError, op, 'tape', 'be recording', `a ${this.state} tape`, hint);
    }
  }

  private requireUsable(op: string): void {
    if (this.state === 'used') {
      const condition = 'be persistent to compute more than one set of gradients';
      const hint = 'create it with new GradientTape({persistent: true})';
      throw misuse(TapeError, op, 'tape', condition, 'a tape that was used already', hint);
    }
    if (this.state === 'disposed') throw this.disposedError(op);
  }
}
