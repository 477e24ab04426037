import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { Answer, Baseline } from './worker.ts';

interface Job {
  readonly id: number;
  readonly units: readonly number[];
}

/** A mutant that runs longer than this has no end: it is caught. */
const patience = 60_000;

/** Workers that try mutants; one that hangs or dies is replaced. */
export class Pool {
  private readonly file: string;
  private readonly children = new Set<ChildProcess>();

  constructor(file: string) {
    this.file = file;
  }

  async baseline(): Promise<readonly Baseline[]> {
    const child = this.start();
    const answer = await this.ask(child, { kind: 'baseline' }, 1_800_000);
    this.stop(child);
    if (answer === undefined || !('baseline' in answer)) throw new Error('the specs did not run');
    return answer.baseline;
  }

  /** What catches each mutant; null if nothing does. */
  async run(jobs: readonly Job[]): Promise<ReadonlyMap<number, string | null>> {
    const caught = new Map<number, string | null>();
    const left = [...jobs];
    const work = async (): Promise<void> => {
      let child = this.start();
      for (let job = left.shift(); job !== undefined; job = left.shift()) {
        const answer = await this.ask(child, { kind: 'mutant', ...job }, patience);
        if (answer === undefined) {
          this.stop(child);
          child = this.start();
        }
        caught.set(
          job.id,
          answer !== undefined && 'id' in answer ? answer.caughtBy : 'it does not end',
        );
        if (caught.size % 500 === 0)
          process.stderr.write(`${String(caught.size)} of ${String(jobs.length)}\n`);
      }
      this.stop(child);
    };
    await Promise.all(Array.from({ length: availableParallelism() }, work));
    return caught;
  }

  close(): void {
    for (const child of this.children) this.stop(child);
  }

  private start(): ChildProcess {
    const child = fork(this.file, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.children.add(child);
    return child;
  }

  private stop(child: ChildProcess): void {
    this.children.delete(child);
    child.kill('SIGKILL');
  }

  /** The answer, or nothing if the worker takes too long or dies. */
  private ask(
    child: ChildProcess,
    request: object,
    milliseconds: number,
  ): Promise<Answer | undefined> {
    return new Promise((resolve) => {
      const finish = (answer?: Answer): void => {
        clearTimeout(timer);
        child.off('message', finish).off('exit', die);
        resolve(answer);
      };
      const die = (): void => finish();
      const timer = setTimeout(die, milliseconds);
      child.on('message', finish as (message: unknown) => void).on('exit', die);
      child.send(request);
    });
  }
}
