import type { MeasureName } from '../workloads/measures.ts';

/** What one library did for one measure. */
export type Outcome =
  | { readonly kind: 'refused' | 'failed'; readonly reason: string }
  | { readonly kind: 'disagrees'; readonly difference: number }
  | Measured;

export interface Measured {
  readonly kind: 'measured';
  /** Milliseconds a run, by sample. */
  readonly samples: readonly number[];
  /** To gradtape's sample beside each; of gradtape itself none. */
  readonly ratios: readonly number[];
  /** Whether the samples are one run that is too long to repeat. */
  readonly isSingle: boolean;
  /** The largest relative difference of losses and gradients to gradtape's. */
  readonly difference: number;
}

export interface Row {
  readonly measure: MeasureName;
  readonly outcomes: Readonly<Record<string, Outcome>>;
}

/** Peak resident memory in MiB: of the library loaded, and at the end of a workload. */
export interface Memory {
  readonly loaded: number;
  readonly peak: number;
}

export interface WorkloadResult {
  readonly workload: string;
  readonly rows: readonly Row[];
  readonly memory: Readonly<Record<string, Memory>>;
  readonly versions: Readonly<Record<string, string>>;
}

/** The value below which the part `q` of them lies, between neighbours in proportion. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
