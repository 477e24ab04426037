import { requireInteger } from '../base/options.ts';
import { inspectCustom } from '../core/tensor.ts';
import { describeSpec } from './listing.ts';
import type { Phase, Span } from './profileSpan.ts';

/** All calls of one op for one purpose. */
export interface ProfiledOp {
  /** `'weight'` for the new value of a variable that an optimiser computes. */
  readonly op: string;
  /** Whether in a reverse pass, in an optimiser, or elsewhere. */
  readonly phase: Phase;
  /** In a reverse pass, the recorded op whose rule this is a part of; null for sums of its shares. */
  readonly rule: string | null;
  readonly calls: number;
  /** Without what was computed by other ops within. */
  readonly milliseconds: number;
  /** Of the results; those that share an array with an input count nothing. */
  readonly bytes: number;
  /** Arithmetic operations, as estimated from shapes. */
  readonly flops: number;
}

/** What a function returned, and what its ops took. Prints as a table. */
export class Profile<T> {
  readonly result: T;
  /** From beginning to end. */
  readonly milliseconds: number;
  /** What is left of it when the time of all ops is taken off. */
  readonly millisecondsBetween: number;
  /** The one that took longest first. */
  readonly ops: readonly ProfiledOp[];
  private readonly whole: Span;
  private readonly spans: readonly Span[];

  constructor(result: T, whole: Span, spans: readonly Span[]) {
    this.result = result;
    this.whole = whole;
    this.spans = spans;
    this.ops = summed(spans.filter(({ kind }) => kind === 'op'));
    this.milliseconds = whole.end - whole.start;
    this.millisecondsBetween = this.milliseconds - totalOf(this.ops).milliseconds;
  }

  /**
   * The ops as a table, with lines for the time between them and for the whole.
   *
   * @param most - how many ops; all further ones share a line
   * @throws ArgumentError when `most` is no integer, or negative
   */
  table(most = 20): string {
    requireInteger('table', 'most', most, { min: 0 });
    const rest = this.ops.slice(most);
    const name = `${count(rest.length)} more`;
    const shown = rest.length < 2 ? this.ops : [...this.ops.slice(0, most), named(name, rest)];
    const between = { ...named('between ops', []), milliseconds: this.millisecondsBetween };
    const all = { ...named('in all', this.ops), milliseconds: this.milliseconds };
    const rows = [...shown, between, all].map((row) => cellsOf(row, this.milliseconds));
    return aligned([headings, ...rows]);
  }

  toString(): string {
    return this.table();
  }

  [inspectCustom](): string {
    return this.table();
  }

  /**
   * Each call with its time, as text in the trace event format: a file that Perfetto
   * (ui.perfetto.dev) and chrome://tracing open.
   *
   * @see https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
   */
  toChromeTrace(): string {
    const { start } = this.whole;
    const traceEvents = [this.whole, ...this.spans].map((span) => ({
      name: span.name,
      cat: span.phase,
      // A complete event, in microseconds.
      ph: 'X',
      ts: 1000 * (span.start - start),
      dur: 1000 * (span.end - span.start),
      pid: 1,
      tid: 1,
      args: argumentsOf(span),
    }));
    return JSON.stringify({ traceEvents, displayTimeUnit: 'ms' });
  }
}

function argumentsOf({ kind, rule, inputs, outputs, bytes, flops }: Span): object {
  if (kind !== 'op') return {};
  const specs = { inputs: inputs.map(describeSpec), outputs: outputs.map(describeSpec) };
  return { ...(rule === null ? {} : { rule }), ...specs, bytes, flops };
}

/** The calls of each op in each phase and rule, the longest first. */
function summed(spans: readonly Span[]): readonly ProfiledOp[] {
  const groups = new Map<string, ProfiledOp[]>();
  for (const { name: op, phase, rule, start, end, within, bytes, flops } of spans) {
    const one = { op, phase, rule, calls: 1, milliseconds: end - start - within, bytes, flops };
    const key = `${op} ${phase} ${String(rule)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  const ops = [...groups.values()].map((group) => ({ ...group[0], ...totalOf(group) }));
  return ops.sort((a, b) => b.milliseconds - a.milliseconds);
}

type Total = Pick<ProfiledOp, 'calls' | 'milliseconds' | 'bytes' | 'flops'>;

function totalOf(ops: readonly Total[]): Total {
  const total = { calls: 0, milliseconds: 0, bytes: 0, flops: 0 };
  for (const { calls, milliseconds, bytes, flops } of ops) {
    total.calls += calls;
    total.milliseconds += milliseconds;
    total.bytes += bytes;
    total.flops += flops;
  }
  return total;
}

/** A line of the table that stands for several ops. */
interface Line extends Total {
  readonly op: string;
  readonly phase?: Phase;
  readonly rule?: string | null;
}

function named(op: string, ops: readonly ProfiledOp[]): Line {
  return { op, ...totalOf(ops) };
}

const headings = ['op', 'phase', 'rule of', 'calls', 'ms', '%', 'bytes', 'flops', 'Gflop/s'];
/** Columns of words, which stand before those of numbers. */
const wordColumns = 3;

function cellsOf(line: Line, whole: number): readonly string[] {
  const { op, phase = '', rule, calls, milliseconds, bytes, flops } = line;
  const rate = flops > 0 && milliseconds > 0 ? (flops / milliseconds / 1e6).toFixed(2) : '';
  const share = whole > 0 ? ((100 * milliseconds) / whole).toFixed(1) : '';
  const counts = calls === 0 ? ['', ''] : [count(bytes), count(flops)];
  const times = [milliseconds.toFixed(3), share];
  return [op, phase, rule ?? '', calls === 0 ? '' : count(calls), ...times, ...counts, rate];
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row.map((cell, column) =>
      column < wordColumns ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
    ),
  );
  return lines.map((cells) => cells.join('  ').trimEnd()).join('\n');
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}
