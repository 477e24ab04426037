import type { Tensor } from '../core/tensor.ts';
import type { Finding } from './explain.ts';
import { whyUnconnected } from './explain.ts';
import type { GradientOptions, Pass, SparseGradientOptions } from './gradientRequest.ts';
import { requireRequest, sparseGradientOptions } from './gradientRequest.ts';
import type { Gradient } from './indexedSlices.ts';
import { addGradients } from './indexedSlices.ts';
import { InspectableTape } from './inspectableTape.ts';
import type { PassOptions } from './jacobianPasses.ts';
import type { Leaf, LeavesOnly, WithLeaves } from './leaves.ts';
import { restructured } from './leaves.ts';
import { InspectableRecording } from './inspectableRecording.ts';
import type { PlainTapeOptions } from './plainTape.ts';
import { reversePass, tapeOptions } from './plainTape.ts';
import type { SavedTensorHooks } from './savedTensors.ts';
import { packSavedTensors, requireSavedTensorHooks } from './savedTensors.ts';
import { reverseSparse } from './sparseGradient.ts';
import type { JacobianRequest, TapeJacobianOptions } from './tapeJacobian.ts';
import { passesOn, requireBatchJacobian, requireJacobian, tapeJacobians } from './tapeJacobian.ts';

export interface GradientTapeOptions extends PlainTapeOptions {
  /** What to keep in place of the values that rules read, and how to get them back. */
  readonly savedTensors?: SavedTensorHooks;
}

const knownOptions = { ...tapeOptions, savedTensors: true } as const;

const sparsePass: Pass<Gradient> = { run: reverseSparse, addUp: addGradients };

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
  // Knows more options than the tape that it extends.
  // eslint-disable-next-line @typescript-eslint/no-useless-constructor
  constructor(options?: GradientTapeOptions) {
    super(options);
  }

  protected override get knownOptions(): typeof knownOptions {
    return knownOptions;
  }

  protected override newRecording(
    watchesReads: boolean,
    { savedTensors }: GradientTapeOptions,
  ): InspectableRecording {
    const recording = new InspectableRecording(watchesReads);
    if (savedTensors !== undefined) {
      packSavedTensors(recording, requireSavedTensorHooks('GradientTape', savedTensors));
    }
    return recording;
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
  override gradient<const T, const S>(
    target: T & LeavesOnly<T>,
    sources: S & LeavesOnly<S>,
    options?: GradientOptions & { readonly unconnectedGradients?: 'zero'; readonly sparse?: false },
  ): WithLeaves<S, Tensor>;
  override gradient<const T, const S>(
    target: T & LeavesOnly<T>,
    sources: S & LeavesOnly<S>,
    options: GradientOptions & { readonly sparse?: false },
  ): WithLeaves<S, Tensor | null>;
  override gradient<const T, const S>(
    target: T & LeavesOnly<T>,
    sources: S & LeavesOnly<S>,
    options: SparseGradientOptions & { readonly unconnectedGradients?: 'zero' },
  ): WithLeaves<S, Gradient>;
  override gradient<const T, const S>(
    target: T & LeavesOnly<T>,
    sources: S & LeavesOnly<S>,
    options: SparseGradientOptions,
  ): WithLeaves<S, Gradient | null>;
  override gradient<const T, const S>(
    target: T & LeavesOnly<T>,
    sources: S & LeavesOnly<S>,
    options?: GradientOptions | SparseGradientOptions,
  ): WithLeaves<S, Gradient | null> {
    this.requireUsable('gradient');
    const request = requireRequest(target, sources, options, sparseGradientOptions);
    const found: (Gradient | null)[] = request.sparse
      ? this.differentiate(request, sparsePass)
      : this.differentiate(request, reversePass);
    return restructured<S, Gradient | null>(sources, request.sources, found);
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

  protected override whyUnconnected(targets: readonly Leaf[], source: Leaf): Finding {
    return whyUnconnected(this.layer, targets, source, (serial) => this.silenceAt(serial));
  }
}
