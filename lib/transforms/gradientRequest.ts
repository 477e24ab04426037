import { isDifferentiable } from '../base/dtype.ts';
import { ArgumentError, misuse } from '../base/errors.ts';
import { readOptions, requireBoolean, requireOneOf } from '../base/options.ts';
import type { Tensor } from '../core/tensor.ts';
import { nullGradientError } from './explain.ts';
import type { CotangentTree, Leaf } from './leaves.ts';
import { leafName, onesOf, requireCotangents, requireLeaves, zerosOf } from './leaves.ts';
import type { Recording } from './recording.ts';
import type { Seed } from './reverse.ts';
import type { TapeRecording } from './tapeRecording.ts';

export interface GradientOptions {
  /** Cotangents of the targets, in their structure; a null stands for ones, the default. */
  readonly outputGradients?: CotangentTree;
  /** For a source that the target does not depend on: null, zeros, or (by default) an error. */
  readonly unconnectedGradients?: 'none' | 'zero';
}

export interface SparseGradientOptions extends GradientOptions {
  /**
   * Gradients of tables that were read by rows (`gather` along axis 0, `embeddingLookup`) as
   * `IndexedSlices`: those rows alone. Default false.
   */
  readonly sparse: boolean;
}

/** The request of one `gradient` call, checked. */
export interface GradientRequest {
  readonly targets: readonly Leaf[];
  /** In the order of `targets`, a null for ones; null when all are ones. */
  readonly cotangents: readonly (Tensor | null)[] | null;
  readonly sources: readonly Leaf[];
  /** The structure the sources came in. */
  readonly tree: unknown;
  readonly policy: 'none' | 'zero' | undefined;
  /** Whether rows may stay rows. */
  readonly sparse: boolean;
}

/** A reverse pass whose gradients are tensors or a kind `G` of its own, and how two of them add up. */
export interface Pass<G> {
  readonly run: (
    recording: Recording,
    seeds: readonly Seed[],
    sources: readonly number[],
    release: boolean,
  ) => (G | Tensor | null)[];
  readonly addUp: (a: G | Tensor, b: G | Tensor) => G | Tensor;
}

/** The options' names with `true`, as `readOptions` wants them. */
export const gradientOptions = { outputGradients: true, unconnectedGradients: true } as const;
export const sparseGradientOptions = { ...gradientOptions, sparse: true } as const;

const policies = ['none', 'zero'] as const;

/** Checks the arguments of `gradient`. */
export function requireRequest(
  target: unknown,
  tree: unknown,
  options: GradientOptions | SparseGradientOptions | undefined,
  known: Readonly<Record<keyof GradientOptions, true>>,
): GradientRequest {
  const given: Partial<SparseGradientOptions> | null =
    options === undefined ? null : readOptions('gradient', options, known);
  const policy = given?.unconnectedGradients;
  if (policy !== undefined) requireOneOf('gradient', 'unconnectedGradients', policy, policies);
  const targets = requireLeaves('gradient', 'target', target);
  if (targets.length === 0) {
    throw misuse(
      ArgumentError,
      'gradient',
      'target',
      'hold at least one tensor',
      'an empty structure',
    );
  }
  const sources = requireLeaves('gradient', 'sources', tree);
  const cotangents = requireCotangents(
    'gradient',
    'outputGradients',
    given?.outputGradients,
    target,
    targets,
  );
  const sparse = requireBoolean('gradient', 'sparse', given?.sparse ?? false);
  return { targets, cotangents, sources, tree, policy, sparse };
}

/** What a reverse pass found at the slots of the sources, as the gradient of each source. */
export function finished<G>(
  request: GradientRequest,
  recording: TapeRecording,
  found: (G | Tensor | null)[],
  owners: readonly number[] | null,
  addUp: Pass<G>['addUp'],
): (G | Tensor | null)[] {
  const addTo = (i: number, share: G | Tensor | null): void => {
    const present = found[i];
    if (share !== null) found[i] = present === null ? share : addUp(present, share);
  };
  if (owners !== null) {
    // What arrived at further values of variables goes to the place of each variable.
    const shares = found.splice(found.length - owners.length);
    owners.forEach((owner, k) => {
      addTo(owner, shares[k]);
    });
  }
  addUnfollowed(request, recording, addTo);
  return completed(request, found);
}

/** A target that is its own source has the cotangent it was given, recorded or not. */
function addUnfollowed(
  { targets, cotangents, sources }: GradientRequest,
  recording: TapeRecording,
  addTo: (i: number, share: Tensor) => void,
): void {
  let places: Map<Leaf, number[]> | null = null;
  for (let t = 0; t < targets.length; t++) {
    const target = targets[t];
    if (recording.targetSlot(target) >= 0 || !isDifferentiable(target.dtype)) continue;
    places ??= placesOf(sources);
    for (const i of places.get(target) ?? []) {
      addTo(i, cotangents?.[t] ?? onesOf(target));
    }
  }
}

function placesOf(leaves: readonly Leaf[]): Map<Leaf, number[]> {
  const places = new Map<Leaf, number[]>();
  leaves.forEach((leaf, i) => {
    const known = places.get(leaf);
    if (known === undefined) places.set(leaf, [i]);
    else known.push(i);
  });
  return places;
}

/** Zeros for what is null, or an error, as the policy wants it. */
function completed<G>(
  { sources, tree, policy }: GradientRequest,
  found: (G | Tensor | null)[],
): (G | Tensor | null)[] {
  if (policy === 'none') return found;
  for (let i = 0; i < found.length; i++) {
    if (found[i] !== null) continue;
    if (policy === undefined) throw nullGradientError(leafName('sources', tree, i), sources[i]);
    found[i] = zerosOf(sources[i]);
  }
  return found;
}
