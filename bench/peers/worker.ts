/** The process that runs the works of one JavaScript library: `worker.cjs ADAPTER FOLDER`. */
import { createInterface } from 'node:readline';
import type { Adapter, Work } from './adapter.ts';
import type { Answer, Request } from './protocol.ts';
import { answerMark } from './protocol.ts';
import { adapters } from './adapters.ts';

const state: { adapter: Adapter | null; failure: string; work: Work | null; milliseconds: number } =
  {
    adapter: null,
    failure: 'nothing is loaded',
    work: null,
    milliseconds: 0,
  };

function peak(): number {
  return process.resourceUsage().maxRSS / 1024;
}

/** Milliseconds of so many calls; no promise is waited for where there is none. */
async function time(work: Work, calls: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < calls; i++) {
    const result = work.run();
    if (result instanceof Promise) await result;
  }
  return performance.now() - start;
}

async function answer(request: Request): Promise<Answer> {
  switch (request.ask) {
    case 'load':
      return load();
    case 'prepare':
      return prepare(request.measure, request.warmUp);
    case 'sample': {
      if (state.work === null) throw new Error('nothing is prepared');
      const calls = Math.max(1, Math.round(request.least / state.milliseconds));
      return { milliseconds: (await time(state.work, calls)) / calls, peak: peak() };
    }
  }
}

async function load(): Promise<Answer> {
  const [, , name, folder] = process.argv;
  try {
    const { adapter, version } = await adapters[name](folder);
    state.adapter = adapter;
    return { version, peak: peak() };
  } catch (error) {
    state.failure = messageOf(error);
    throw error;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function prepare(measure: string, warmUp: number): Promise<Answer> {
  if (state.adapter === null) throw new Error(state.failure);
  const offer = state.adapter[measure as keyof Adapter];
  if (typeof offer === 'string') return { refused: offer };
  // What an earlier measure made is no use any more.
  state.work = null;
  const work = await offer();
  const check = await work.check();
  let milliseconds = await time(work, 1);
  let calls = 1;
  for (let spent = milliseconds; spent < warmUp;) {
    const more = Math.max(1, Math.min(calls, Math.round((warmUp - spent) / milliseconds)));
    const taken = await time(work, more);
    milliseconds = taken / more;
    spent += taken;
    calls += more;
  }
  state.work = work;
  state.milliseconds = milliseconds;
  return { check, milliseconds, peak: peak() };
}

function send(message: Answer): void {
  process.stdout.write(`${answerMark}${JSON.stringify(message)}\n`);
}

async function serve(): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      send(await answer(JSON.parse(line) as Request));
    } catch (error) {
      send({ error: messageOf(error) });
    }
  }
}

void serve().then(() => process.exit(0));
