import { measures } from '../workloads/measures.ts';
import type { Outcome, Row, WorkloadResult } from './results.ts';
import { median, quantile } from './results.ts';

/*
 * Tables of text. A ratio is that of a peer's time to gradtape's: above 1, gradtape is faster. Behind
 * it stands half the distance of its quartiles.
 */

const titleWidth = 40;

/** The width of a column of ratios. */
function widthOf(name: string): number {
  return Math.max(name.length, 11) + 2;
}

/** Three digits, without exponents. */
export function rounded(x: number): string {
  if (!Number.isFinite(x)) return String(x);
  return x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x >= 0.1 ? x.toFixed(2) : x.toFixed(4);
}

export function ratioHeader(columns: readonly string[]): string {
  const names = columns.slice(1).map((name) => name.padStart(widthOf(name)));
  return `${''.padEnd(titleWidth)}${'gradtape'.padStart(22)}${names.join('')}`;
}

export function ratioRow({ measure, outcomes }: Row, columns: readonly string[]): string {
  const [workload] = measure.split('.');
  const title = `${workload.padEnd(4)}${measures[measure].title}`.padEnd(titleWidth);
  const ratios = columns.slice(1).map((name) => ratioCell(outcomes[name]).padStart(widthOf(name)));
  return `${title}${ownCell(measure, outcomes['gradtape']).padStart(22)}${ratios.join('')}`;
}

function ownCell(measure: Row['measure'], outcome: Outcome | undefined): string {
  if (outcome?.kind !== 'measured') return 'failed';
  const { unit, per, flops } = measures[measure];
  const milliseconds = median(outcome.samples);
  const time = `${rounded((milliseconds * (unit === 'us' ? 1000 : 1)) / per)} ${unit}`;
  return flops === null ? time : `${rounded(flops / milliseconds / 1e6)} GFLOP/s ${time}`;
}

function ratioCell(outcome: Outcome | undefined): string {
  switch (outcome?.kind) {
    case undefined:
    case 'refused':
      return '-';
    case 'failed':
      return 'fails';
    case 'disagrees':
      return 'wrong';
    case 'measured': {
      const { ratios, isSingle } = outcome;
      const middle = median(ratios);
      if (isSingle) return `${rounded(middle)} once`;
      const spread = (quantile(ratios, 0.75) - quantile(ratios, 0.25)) / 2 / middle;
      return `${rounded(middle)} ±${(100 * spread).toFixed(0)}%`;
    }
  }
}

/** Peak resident memory of the processes, in MiB, for the workloads that train. */
export function memoryTable(
  results: readonly WorkloadResult[],
  columns: readonly string[],
): readonly string[] {
  const shown = results.filter(({ workload }) => ['W5', 'W6', 'W7', 'W8'].includes(workload));
  if (shown.length === 0) return [];
  const line = (title: string, cell: (name: string) => string): string =>
    title.padEnd(titleWidth) + columns.map((name) => cell(name).padStart(widthOf(name))).join('');
  const number = (x: number | undefined): string => (x === undefined ? '-' : x.toFixed(0));
  return [
    line('peak resident memory, MiB', (name) => name),
    line('library loaded', (name) => number(shown[0].memory[name]?.loaded)),
    ...shown.map(({ workload, memory, rows }) => {
      const hasRun = (name: string): boolean =>
        rows.some(({ outcomes }) => outcomes[name]?.kind === 'measured');
      return line(workload, (name) => number(hasRun(name) ? memory[name]?.peak : undefined));
    }),
  ];
}

/** The largest difference of losses and gradients by library, and what was refused, failed or wrong. */
export function agreementLines(
  results: readonly WorkloadResult[],
  columns: readonly string[],
): readonly string[] {
  const rows = results.flatMap((result) => result.rows);
  return columns.slice(1).flatMap((name) => {
    const differences = rows.flatMap(({ measure, outcomes }) => {
      const outcome = outcomes[name];
      return outcome?.kind === 'measured' ? [{ measure, difference: outcome.difference }] : [];
    });
    const worst = differences.reduce((a, b) => (b.difference > a.difference ? b : a), {
      measure: '',
      difference: 0,
    });
    const agreement = `${name}: differs by at most ${worst.difference.toExponential(1)} ${worst.measure}`;
    return [agreement, ...remarks(rows, name)];
  });
}

/** What has no ratio, with the reason, which several measures may share. */
function remarks(rows: readonly Row[], name: string): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const { measure, outcomes } of rows) {
    const reason = reasonOf(outcomes[name]);
    if (reason !== null) byReason.set(reason, [...(byReason.get(reason) ?? []), measure]);
  }
  return [...byReason].map(([reason, those]) => `    ${reason}: ${those.join(', ')}`);
}

function reasonOf(outcome: Outcome | undefined): string | null {
  switch (outcome?.kind) {
    case undefined:
    case 'measured':
      return null;
    case 'disagrees':
      return `not compared, differs by ${outcome.difference.toExponential(1)}`;
    case 'refused':
      return `not offered, ${outcome.reason}`;
    case 'failed':
      return `failed, ${outcome.reason.slice(0, 160)}`;
  }
}
