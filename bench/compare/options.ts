import { parseArgs } from 'node:util';
import { workloadNames } from '../workloads/measures.ts';
import { columnNames } from './columns.ts';

export interface Options {
  readonly workloads: readonly string[];
  /** The columns asked for, or null for all that can run. */
  readonly peers: readonly string[] | null;
  readonly rounds: number;
  /** Seconds that one column may spend on the samples of one measure. */
  readonly budget: number;
  /** Milliseconds that a sample takes at least. */
  readonly least: number;
  /** The Node that runs gradtape and the JavaScript peers. */
  readonly node: string;
  /** Threads of PyTorch. */
  readonly threads: number;
  readonly out: string;
}

export const usage = `npm run bench -- [W1 ... W10] [options]

  --peers A,B     which to measure beside gradtape: ${columnNames.slice(1).join(', ')}
  --rounds N      samples of each, in turn (9)
  --budget S      seconds that one of them may take for a measure (2)
  --node FILE     the Node that runs gradtape and the JavaScript peers
  --threads N     threads of PyTorch (1)
  --out FOLDER    where bench.json and bench.svg go (.bench/results)`;

const kinds = {
  peers: { type: 'string' },
  rounds: { type: 'string', default: '9' },
  budget: { type: 'string', default: '2' },
  least: { type: 'string', default: '20' },
  node: { type: 'string', default: process.execPath },
  threads: { type: 'string', default: '1' },
  out: { type: 'string' },
} as const;

/** Reads the command line; throws with what is wrong about it. */
export function readOptions(args: readonly string[], defaultOut: string): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: kinds,
    allowPositionals: true,
  });
  const peers = values.peers?.split(',') ?? null;
  requireKnown('workload', positionals, workloadNames);
  requireKnown('peer', peers ?? [], columnNames);
  return {
    workloads: positionals.length === 0 ? workloadNames : positionals,
    peers,
    rounds: positive('rounds', values.rounds),
    budget: positive('budget', values.budget),
    least: positive('least', values.least),
    node: values.node,
    threads: positive('threads', values.threads),
    out: values.out ?? defaultOut,
  };
}

function requireKnown(what: string, given: readonly string[], known: readonly string[]): void {
  const stranger = given.find((name) => !known.includes(name));
  if (stranger === undefined) return;
  throw new Error(`no ${what} ${stranger}; there are ${known.join(', ')}`);
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} must be a positive number; got ${text}`);
  return value;
}
