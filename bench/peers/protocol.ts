import type { ParameterSets } from '../workloads/parameters.ts';

/*
 * A driver and one process per library talk in lines of JSON. Answers start with a mark, because
 * libraries print lines of their own.
 */

export const answerMark = '@bench ';

/** What the driver asks; requests are answered one by one, in order. */
export type Request =
  | { readonly ask: 'load'; readonly parameterSets: ParameterSets }
  | { readonly ask: 'prepare'; readonly measure: string; readonly warmUp: number }
  | { readonly ask: 'sample'; readonly least: number };

export interface Loaded {
  readonly version: string;
  /** Peak resident memory so far, in MiB. */
  readonly peak: number;
}

export interface Prepared {
  readonly check: readonly number[];
  /** Milliseconds of one call, after the warm-up; of the only call, if it took longer than that. */
  readonly milliseconds: number;
  /** Peak resident memory so far, in MiB. */
  readonly peak: number;
}

export interface Sample {
  /** Milliseconds a call, over at least `least` milliseconds. */
  readonly milliseconds: number;
  /** Peak resident memory so far, in MiB. */
  readonly peak: number;
}

/** The library does not do this work. */
export interface Refused {
  readonly refused: string;
}

export interface Failed {
  readonly error: string;
}

export type Answer = Loaded | Prepared | Sample | Refused | Failed;
