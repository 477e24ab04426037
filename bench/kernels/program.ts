/** Measures kernels beside the machine's limits; run by main.ts in a process of its own. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { median, quantile } from '../compare/results.ts';
import { rounded } from '../compare/tables.ts';
import { barChart } from '../report/barChart.ts';
import type { Case } from './cases.ts';
import { kernelCases } from './cases.ts';
import type { Ceiling, Ceilings } from './ceilings.ts';
import { ceilings } from './ceilings.ts';
import { interleaved } from './interleaved.ts';
import { opCases } from './opCases.ts';
import type { Promised } from './promised.ts';
import { elementFigures, figuresAfterMany } from './promised.ts';

interface Figure {
  readonly name: string;
  readonly microseconds: number;
  readonly nanosecondsPerElement: number;
  readonly gigaflops: number | null;
  readonly gigabytes: number;
  /** Part of the machine's limit, between 0 and 1 or above, with its quartiles. */
  readonly part: number;
  readonly quartiles: readonly [number, number];
  readonly limit: string;
}

/** The limit that stands for a case: the best arithmetic there is, or memory of about its size. */
function limitOf({ limit, bytes }: Case, machine: Ceilings): Ceiling {
  if (limit === 'arithmetic') return machine.fused ?? machine.arithmetic;
  if (limit === 'arithmetic64') return machine.fused64 ?? machine.arithmetic64;
  return machine[limit][bytes > 3e6 ? 1 : 0];
}

function allCeilings(machine: Ceilings): readonly Ceiling[] {
  const { arithmetic, arithmetic64, fused, fused64, copy, read } = machine;
  return [arithmetic, fused, arithmetic64, fused64, ...copy, ...read].filter((x) => x !== null);
}

/** Work per nanosecond of a limit, by round. */
type Rates = ReadonlyMap<Ceiling, readonly number[]>;

function figureOf(given: Case, times: readonly number[], limit: Ceiling, rates: Rates): Figure {
  const work = given.flops > 0 ? given.flops : given.bytes;
  const parts = (rates.get(limit) ?? []).map((rate, i) => work / times[i] / rate);
  const time = median(times);
  return {
    name: given.name,
    microseconds: time / 1e3,
    nanosecondsPerElement: time / given.elements,
    gigaflops: given.flops > 0 ? given.flops / time : null,
    gigabytes: given.bytes / time,
    part: median(parts),
    quartiles: [quantile(parts, 0.25), quantile(parts, 0.75)],
    limit: limit.name,
  };
}

function figureLine(f: Figure): string {
  const [low, high] = f.quartiles;
  const spread = (100 * (high - low)) / 2 / f.part;
  return [
    f.name.padEnd(46),
    rounded(f.microseconds).padStart(9),
    f.nanosecondsPerElement.toFixed(2).padStart(9),
    (f.gigaflops === null ? '' : f.gigaflops.toFixed(1)).padStart(8),
    f.gigabytes.toFixed(1).padStart(7),
    `${(100 * f.part).toFixed(0)}% ±${spread.toFixed(0)}%`.padStart(11),
    `  ${f.limit}`,
  ].join(' ');
}

function promisedLine({ name, figure, limit }: Promised): string {
  const verdict = figure <= limit ? '' : '   above';
  return `${name.padEnd(72)} ${figure.toFixed(2).padStart(6)}   (at most ${String(limit)})${verdict}`;
}

function printLimits(machine: Ceilings, rates: Rates): void {
  console.log(`one core of this machine, 128-bit vectors, Node ${process.version}`);
  for (const ceiling of allCeilings(machine)) {
    const isArithmetic = ceiling.name.includes('add');
    const rate = median(rates.get(ceiling) ?? []);
    console.log(
      `  ${ceiling.name.padEnd(30)} ${rate.toFixed(1).padStart(6)} ${isArithmetic ? 'GFLOP/s' : 'GB/s'}`,
    );
  }
}

function printFigures(figures: readonly Figure[]): void {
  const head = ['us'.padStart(9), 'ns/elem'.padStart(9), 'GFLOP/s'.padStart(8), 'GB/s'.padStart(7)];
  console.log(`\n${''.padEnd(46)} ${head.join(' ')} ${'of limit'.padStart(11)}`);
  for (const figure of figures) console.log(figureLine(figure));
}

function main(folder: string, rounds: number): void {
  const machine = ceilings();
  const after = figuresAfterMany(machine, rounds);
  const limits = allCeilings(machine);
  const cases = [...kernelCases(), ...opCases()];
  const times = interleaved(
    [...limits, ...cases].map(({ run }) => run),
    rounds,
  );
  const rates: Rates = new Map(
    limits.map((limit, i) => [limit, times[i].map((t) => limit.work / t)] as const),
  );
  const figures = cases.map((given, i) =>
    figureOf(given, times[limits.length + i], limitOf(given, machine), rates),
  );
  const promised = [...elementFigures(rounds), ...after];
  printLimits(machine, rates);
  printFigures(figures);
  console.log('');
  for (const figure of promised) console.log(promisedLine(figure));
  const measured = limits.map(({ name }, i) => ({
    name,
    rate: median(rates.get(limits[i]) ?? []),
  }));
  const record = { node: process.version, limits: measured, figures, promised };
  writeFileSync(path.join(folder, 'kernels.json'), `${JSON.stringify(record, null, 1)}\n`);
  const bars = figures.map(({ name, part, limit }) => ({ name, value: part, note: limit }));
  writeFileSync(path.join(folder, 'kernels.svg'), barChart('kernels, part of the limit', bars));
}

main(process.argv[2], Number(process.argv[3]));
