import { isComplex } from '../base/dtype.ts';
import { requireInteger, requireOneOf } from '../base/options.ts';
import type { Spec } from '../base/shape.ts';
import type { Tensor } from '../core/tensor.ts';
import { complex, real } from '../ops/complex.ts';
import { add } from '../ops/elementwise.ts';
import { zerosLike } from '../ops/structural.ts';
import type { Chunk } from './batchedPasses.ts';
import {
  chunksOf,
  defaultChunkSize,
  pullBackBatch,
  pushForwardBatch,
  unitDirections,
} from './batchedPasses.ts';
import { PassCollector } from './passCollector.ts';
import type { Recording } from './recording.ts';

/** How a matrix of derivatives is computed; it does not change what is computed. */
export interface PassOptions {
  /**
   * Row by row (`'reverse'`) or column by column (`'forward'`); by default whichever needs fewer passes.
   */
  readonly mode?: 'reverse' | 'forward';
  /** How many passes run at once: more take less time and more memory. */
  readonly chunkSize?: number;
}

/** Checks options that a user gave. */
export function requirePassOptions(op: string, { mode, chunkSize }: PassOptions): PassOptions {
  if (mode !== undefined) requireOneOf(op, 'mode', mode, ['reverse', 'forward']);
  if (chunkSize !== undefined) requireInteger(op, 'chunkSize', chunkSize, { min: 1 });
  return { ...(mode !== undefined && { mode }), ...(chunkSize !== undefined && { chunkSize }) };
}

/** A tensor of the recording: where it stands, and what it is like. */
export interface Place {
  /** One, but for variables that were read as several values, and none for what is not followed. */
  readonly slots: readonly number[];
  readonly spec: Spec;
}

/** One request for all derivatives of targets with respect to sources. */
export interface Derivatives {
  readonly recording: Recording;
  readonly targets: readonly Place[];
  readonly sources: readonly Place[];
  /** Where their first axes are one batch, its length: derivatives are then those within each example. */
  readonly examples?: number;
}

/**
 * The derivative of each target with respect to each source: for each target a list with a tensor of
 * shape target + source for each source, or null where no path leads. With `examples` the batch
 * axis comes first, and once.
 */
export function jacobians(all: Derivatives, options: PassOptions): (Tensor | null)[][] {
  const mode = options.mode ?? cheaperMode(all);
  const chunkSize = options.chunkSize ?? defaultChunkSize(all.recording);
  if (mode === 'reverse') return all.targets.map((target) => rows(all, target, chunkSize));
  const found = all.sources.map((source) => columns(all, source, chunkSize));
  return all.targets.map((_, t) => found.map((column) => column[t]));
}

/** Fewer passes win; on a par reverse mode, which computes nothing that no source needs. */
function cheaperMode({ targets, sources }: Derivatives): 'reverse' | 'forward' {
  const count = (places: readonly Place[], perComplex: number): number =>
    places.reduce(
      (total, { spec }) => total + spec.size * (isComplex(spec.dtype) ? perComplex : 1),
      0,
    );
  return count(sources, 2) < count(targets, 1) ? 'forward' : 'reverse';
}

function rows(all: Derivatives, target: Place, chunkSize: number): (Tensor | null)[] {
  const { recording, sources, examples = 1 } = all;
  const total = target.spec.size / Math.max(1, examples);
  const collectors = sources.map(
    ({ spec }) => new PassCollector(spec.dtype, total, examples, spec.size / Math.max(1, examples)),
  );
  const slots = sources.flatMap((source) => source.slots);
  const isReachable = target.slots.length > 0 && target.spec.size > 0 && slots.length > 0;
  for (const chunk of isReachable ? chunksOf(total, chunkSize) : []) {
    const batch = unitDirections(target.spec, chunk, examples);
    const seeds = target.slots.map((slot) => ({ slot, batch }));
    const found = pullBackBatch(recording, seeds, slots);
    let at = 0;
    sources.forEach((source, k) => {
      const own = found.slice(at, (at += source.slots.length));
      collectors[k].add(chunk, own.reduce(addPresent, null));
    });
  }
  return sources.map((source, k) => collectors[k].finish(shapeOf(target, source, all)));
}

function columns(all: Derivatives, source: Place, chunkSize: number): (Tensor | null)[] {
  const { targets, examples = 1 } = all;
  const total = source.spec.size / Math.max(1, examples);
  const { dtype } = source.spec;
  const collectors = targets.map(({ spec }) => new PassCollector(dtype, total, spec.size, 1));
  const isReachable = source.slots.length > 0 && source.spec.size > 0;
  for (const chunk of isReachable ? chunksOf(total, chunkSize) : []) {
    const found = directional(all, source, chunk);
    collectors.forEach((collector, t) => {
      collector.add(chunk, found[t]);
    });
  }
  return targets.map((target, t) => collectors[t].finish(shapeOf(target, source, all)));
}

/**
 * The derivatives of the targets along unit directions of a source. Reverse mode differentiates the
 * real part of a target, for the real and the imaginary part of a source; so must this.
 */
export function directional(all: Derivatives, source: Place, chunk: Chunk): (Tensor | null)[] {
  const along = push(all, source, chunk, 0);
  if (!isComplex(source.spec.dtype)) return along.map((t) => t && realPart(t));
  const across = push(all, source, chunk, 1);
  return along.map((t, i) => joined(t, across[i]));
}

/** A complex derivative from those for the real and the imaginary part of the source. */
function joined(along: Tensor | null, across: Tensor | null): Tensor | null {
  const second = across && realPart(across);
  if (along === null) return second && complex(zerosLike(second), second);
  const first = realPart(along);
  return complex(first, second ?? zerosLike(first));
}

function push(
  { recording, targets, examples = 1 }: Derivatives,
  { slots, spec }: Place,
  chunk: Chunk,
  part: 0 | 1,
): (Tensor | null)[] {
  const batch = unitDirections(spec, chunk, examples, part);
  const seeds = slots.map((slot) => ({ slot, batch }));
  const ends = targets.map((target) => target.slots[0] ?? -1);
  return pushForwardBatch(recording, seeds, ends);
}

function realPart(x: Tensor): Tensor {
  return isComplex(x.dtype) ? real(x) : x;
}

function shapeOf(target: Place, source: Place, { examples }: Derivatives): readonly number[] {
  const own = examples === undefined ? source.spec.shape : source.spec.shape.slice(1);
  return [...target.spec.shape, ...own];
}

function addPresent(a: Tensor | null, b: Tensor | null): Tensor | null {
  return a === null ? b : b === null ? a : add(a, b);
}
