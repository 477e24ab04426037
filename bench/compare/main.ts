/** Measures the ten workloads beside the peers. See README.md in the folder above. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { bundle, ownFolder, root } from '../bundle.ts';
import { chartOf } from './chart.ts';
import type { Places } from './columns.ts';
import { findColumns } from './columns.ts';
import { Session } from './measuring.ts';
import { readOptions, usage } from './options.ts';
import type { WorkloadResult } from './results.ts';
import { agreementLines, memoryTable, ratioHeader, ratioRow } from './tables.ts';

function places(): Places {
  return {
    worker: bundle('peers/worker.ts', true),
    peers: path.join(ownFolder, 'peers'),
    python: path.join(root, 'bench/peers'),
    root,
  };
}

function print(lines: readonly string[]): void {
  console.log(['', ...lines].join('\n'));
}

async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args, path.join(ownFolder, 'results'));
  const { columns, missing } = findColumns(options.peers, options, places());
  const names = columns.map(({ name }) => name);
  const version = execFileSync(options.node, ['--version'], { encoding: 'utf8' }).trim();
  console.log(`Node ${version}, ${cpus()[0]?.model ?? 'unknown processor'}`);
  for (const line of missing) console.log(`left out: ${line}`);
  print(['time of a peer / time of gradtape: above 1, gradtape is faster', ratioHeader(names)]);
  const session = new Session(columns, options);
  const results: WorkloadResult[] = [];
  for (const workload of options.workloads) {
    results.push(await session.run(workload, (row) => console.log(ratioRow(row, names))));
  }
  print(memoryTable(results, names));
  print(agreementLines(results, names));
  mkdirSync(options.out, { recursive: true });
  const record = { node: version, processor: cpus()[0]?.model, columns: names, results };
  writeFileSync(path.join(options.out, 'bench.json'), `${JSON.stringify(record, null, 1)}\n`);
  writeFileSync(path.join(options.out, 'bench.svg'), chartOf(results, names));
  const minutes = (performance.now() / 60_000).toFixed(1);
  print([`${minutes} minutes; written: bench.json and bench.svg in ${options.out}`]);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 1;
});
