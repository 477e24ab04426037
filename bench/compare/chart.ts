import type { Point, PointRow } from '../report/ratioChart.ts';
import { ratioChart } from '../report/ratioChart.ts';
import { measures, workloadOf } from '../workloads/measures.ts';
import type { Row, WorkloadResult } from './results.ts';
import { median, quantile } from './results.ts';

/** The picture of all ratios that were measured. */
export function chartOf(results: readonly WorkloadResult[], columns: readonly string[]): string {
  const peers = columns.slice(1);
  const rows = results.flatMap((result) => result.rows).map((row) => pointRow(row, peers));
  return ratioChart('time of a peer / time of gradtape', peers, rows);
}

function pointRow({ measure, outcomes }: Row, peers: readonly string[]): PointRow {
  const points = peers.flatMap((column): Point[] => {
    const outcome = outcomes[column];
    if (outcome?.kind !== 'measured') return [];
    const { ratios, isSingle } = outcome;
    const [low, high] = [quantile(ratios, 0.25), quantile(ratios, 0.75)];
    return [{ column, middle: median(ratios), low, high, isSingle }];
  });
  return { name: `${workloadOf(measure)}  ${measures[measure].title}`, points };
}
