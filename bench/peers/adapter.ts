import type { MeasureName } from '../workloads/measures.ts';

/** One run of a measured work; one that returns a promise is waited for. */
export type Run = () => unknown;

/** A work that is ready to run, with whatever it needs already made. */
export interface Work {
  readonly run: Run;
  /** Numbers by which libraries are compared: losses and fingerprints of arrays, in the given order. */
  readonly check: () => readonly number[] | Promise<readonly number[]>;
}

/** What a library does for a measure, or why it does nothing. */
export type Offer = (() => Work | Promise<Work>) | string;

/** All measures, so that none is forgotten silently. */
export type Adapter = Readonly<Record<MeasureName, Offer>>;
