import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type {
  Answer,
  Failed,
  Loaded,
  Prepared,
  Refused,
  Request,
  Sample,
} from '../peers/protocol.ts';
import { answerMark } from '../peers/protocol.ts';
import type { ParameterSets } from '../workloads/parameters.ts';
import type { Column } from './columns.ts';

/** How long a library may take to answer one request. */
const patience = 300_000;

/** The process of one library, which lives as long as a workload. */
export class Peer {
  readonly column: Column;
  private readonly child: ChildProcessWithoutNullStreams;
  private answered: ((answer: Answer) => void) | null = null;
  private end: string | null = null;
  private said = '';

  constructor(column: Column) {
    this.column = column;
    this.child = spawn(column.command, column.args, { env: { ...process.env, ...column.env } });
    createInterface({ input: this.child.stdout }).on('line', (line) => this.hear(line));
    this.child.stderr.on('data', (text) => (this.said = (this.said + String(text)).slice(-2000)));
    this.child.on('error', (error) => this.ended(error.message));
    this.child.on('close', (code) => this.ended(`its process ended (${String(code)})`));
    // A process that has died says so on closing; writing to it must not end this one.
    this.child.stdin.on('error', () => undefined);
  }

  get isAlive(): boolean {
    return this.end === null;
  }

  load(parameterSets: ParameterSets): Promise<Loaded | Failed> {
    return this.ask<Loaded>({ ask: 'load', parameterSets });
  }

  prepare(measure: string, warmUp: number): Promise<Prepared | Refused | Failed> {
    return this.ask<Prepared | Refused>({ ask: 'prepare', measure, warmUp });
  }

  sample(least: number): Promise<Sample | Failed> {
    return this.ask<Sample>({ ask: 'sample', least });
  }

  close(): void {
    this.child.stdin.end();
    this.child.kill();
  }

  /** The answer to one request; a library that dies or stays silent has failed. */
  private async ask<A extends Answer>(request: Request): Promise<A | Failed> {
    if (this.end !== null) return { error: this.end };
    const answer = new Promise<Answer>((resolve) => (this.answered = resolve));
    this.child.stdin.write(`${JSON.stringify(request)}\n`);
    const timer = setTimeout(() => {
      this.ended(`no answer for ${String(patience / 1000)} s`);
      this.child.kill('SIGKILL');
    }, patience);
    const given = await answer;
    clearTimeout(timer);
    return given as A;
  }

  private hear(line: string): void {
    if (!line.startsWith(answerMark)) return;
    this.answered?.(JSON.parse(line.slice(answerMark.length)) as Answer);
  }

  private ended(how: string): void {
    const words = this.said.trim().split('\n').slice(-1)[0];
    this.end ??= words === '' ? how : `${how}: ${words}`;
    this.answered?.({ error: this.end });
  }
}
