import { inspectCustom } from '../core/tensor.ts';
import type { Flops } from './flops.ts';
import { flopsOf } from './flops.ts';
import type { InspectableRecording } from './inspectableRecording.ts';

/** A tape in figures. Prints as a table. */
export class TapeSummary {
  /** Recorded ops. */
  readonly ops: number;
  /** How often each op was recorded, the most frequent first. */
  readonly counts: Readonly<Record<string, number>>;
  /** Watched tensors and variables. */
  readonly sources: number;
  readonly variables: number;
  /** Numbers in the sources: the length of the gradient. */
  readonly parameters: number;
  /** What the records hold now, and the most they ever held. */
  readonly bytes: number;
  readonly peakBytes: number;
  readonly flops: Flops;
  private readonly heading: string;

  constructor(recording: InspectableRecording, heading: string) {
    const { entries } = recording;
    const counts = new Map<string, number>();
    for (const { op } of entries) counts.set(op.name, (counts.get(op.name) ?? 0) + 1);
    const leaves = recording.leaves();
    const variables = new Set(leaves.flatMap(({ variable }) => variable ?? []));
    const tensors = leaves.filter(({ variable }) => variable === null);
    this.ops = entries.length;
    this.counts = Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
    this.sources = tensors.length + variables.size;
    this.variables = variables.size;
    this.parameters = [...tensors.map(({ x }) => x), ...variables].reduce(
      (sum, { size }) => sum + size,
      0,
    );
    this.bytes = recording.bytes;
    this.peakBytes = recording.peakBytes;
    this.flops = flopsOf(recording, this.parameters);
    this.heading = heading;
  }

  toString(): string {
    const { forward, backward, finiteDifferences } = this.flops;
    const rows: readonly (readonly [string, string])[] = [
      ['ops', `${counted(this.ops)}${opsText(this.counts)}`],
      ['sources', `${counted(this.sources)}, ${counted(this.variables)} of them variables`],
      ['numbers in the sources', counted(this.parameters)],
      ['bytes held', `${counted(this.bytes)} (at most ${counted(this.peakBytes)})`],
      ['flops forward', counted(forward)],
      ['flops backward', `${counted(backward)}${ratio(backward, forward)}`],
      [
        'by finite differences',
        `${counted(finiteDifferences)}${ratio(finiteDifferences, forward)}`,
      ],
    ];
    return [this.heading, ...rows.map(([name, value]) => `  ${name.padEnd(22)}  ${value}`)].join(
      '\n',
    );
  }

  [inspectCustom](): string {
    return this.toString();
  }
}

const mostNames = 6;

function opsText(counts: Readonly<Record<string, number>>): string {
  const names = Object.entries(counts);
  if (names.length === 0) return '';
  const shown = names.slice(0, mostNames).map(([name, count]) => `${counted(count)} ${name}`);
  return ` (${shown.join(', ')}${names.length > mostNames ? ', ...' : ''})`;
}

function counted(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function ratio(value: number, forward: number): string {
  if (forward === 0) return '';
  return ` (${(value / forward).toLocaleString('en', { maximumFractionDigits: 1 })} times forward)`;
}
