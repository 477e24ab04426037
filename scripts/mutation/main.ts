/**
 * `npm run mutation [-- part of a path ...]`: breaks each call, operand and constant of the derivative
 * rules in turn, and counts how many of the mutants some spec catches. Those in equivalent.json change
 * nothing that can be observed; each has its reason.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { bundle } from './bundle.ts';
import { Pool } from './pool.ts';
import type { Mutant } from './sites.ts';
import { Instrumenter } from './sites.ts';
import type { Baseline } from './worker.ts';

const root = process.cwd();
const wanted = 0.95;

interface Equivalent {
  readonly file: string;
  readonly before: string;
  readonly after: string;
  readonly reason: string;
}

function programOf(): ts.Program {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) =>
    readFileSync(path, 'utf8'),
  ) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  return ts.createProgram([join(root, 'lib/index.ts')], options);
}

function specFiles(): string[] {
  return readdirSync(join(root, 'spec'), { recursive: true, encoding: 'utf8' })
    .map((path) => join('spec', path))
    .filter((path) => path.endsWith('.spec.ts') && !path.endsWith('.types.spec.ts'))
    .filter(
      (path) =>
        !/spec\/(ops\/catalogue\.|docs|repl|examples|base|accuracy|transforms\/copies|\w+\.spec)/.test(
          path,
        ),
    );
}

/** The units that reach each place, the quickest first. */
function unitsByPlace(baseline: readonly Baseline[]): ReadonlyMap<number, readonly number[]> {
  const byPlace = new Map<number, number[]>();
  const order = baseline
    .map((_, i) => i)
    .sort((a, b) => baseline[a].milliseconds - baseline[b].milliseconds);
  for (const i of order) {
    if (baseline[i].error !== undefined) continue;
    for (const place of baseline[i].places) byPlace.set(place, [...(byPlace.get(place) ?? []), i]);
  }
  return byPlace;
}

/** The units that reach any place of a file: what may notice a constant computed at load time. */
function unitsByFile(
  mutants: readonly Mutant[],
  byPlace: ReadonlyMap<number, readonly number[]>,
): ReadonlyMap<string, readonly number[]> {
  const byFile = new Map<string, Set<number>>();
  for (const [place, units] of byPlace) {
    const { file } = mutants[place];
    const all = byFile.get(file) ?? new Set();
    units.forEach((unit) => all.add(unit));
    byFile.set(file, all);
  }
  return new Map([...byFile].map(([file, units]) => [file, [...units]]));
}

/** The first mutant of the place that each mutant belongs to. */
function placesOf(
  mutants: readonly Mutant[],
  byPlace: ReadonlyMap<number, unknown>,
  all: ReadonlySet<number>,
): number[] {
  let place = 0;
  return mutants.map(({ id }) => {
    if (all.has(id) || byPlace.has(id)) place = id;
    return place;
  });
}

async function main(): Promise<void> {
  const patterns = process.argv.slice(2).filter((one) => !one.startsWith('--'));
  const instrumenter = new Instrumenter(
    programOf(),
    (path) => /\/lib\/(ops|kernels|functions)\//.test(path) && !path.includes('node_modules'),
  );
  const texts = instrumenter.instrument();
  const mutants = instrumenter.mutants;
  const firsts = new Set(
    [...texts.values()].flatMap((text) =>
      [...text.matchAll(/M\.seen\?\.add\((\d+)\)/g)].map(([, id]) => Number(id)),
    ),
  );
  const file = await bundle(root, texts, specFiles());

  const pool = new Pool(file);
  const baseline = await pool.baseline();
  const broken = baseline.filter(({ error }) => error !== undefined);
  for (const { name, error } of broken)
    process.stderr.write(`fails unbroken, so not used: ${name}: ${error?.slice(0, 200) ?? ''}\n`);
  const byPlace = unitsByPlace(baseline);
  const places = placesOf(mutants, byPlace, firsts);
  const chosen = mutants.filter(
    (one) => patterns.length === 0 || patterns.some((part) => one.file.includes(part)),
  );
  process.stderr.write(`${String(baseline.length)} units, ${String(chosen.length)} mutants\n`);
  const byFile = unitsByFile(mutants, byPlace);
  const unitsFor = ({ id, file: path }: Mutant): readonly number[] =>
    byPlace.get(places[id]) ?? byFile.get(path) ?? [];
  const caught = await pool.run(chosen.map((one) => ({ id: one.id, units: unitsFor(one) })));
  report(chosen, caught);
  pool.close();
}

function report(mutants: readonly Mutant[], caught: ReadonlyMap<number, string | null>): void {
  const equivalents = JSON.parse(
    readFileSync(join(root, 'scripts/mutation/equivalent.json'), 'utf8'),
  ) as readonly Equivalent[];
  const isEquivalent = (one: Mutant): boolean =>
    equivalents.some(
      ({ file, before, after }) =>
        one.file.endsWith(file) && one.before === before && one.after === after,
    );
  const survivors = mutants.filter(({ id }) => caught.get(id) === null);
  const missed = survivors.filter((one) => !isEquivalent(one));
  const lines = missed.map(
    ({ file, line, kind, before, after }) =>
      `${relative(root, file)}:${String(line)} ${kind}: ${before}  ->  ${after}`,
  );
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
  if (process.env['MUTATION_REPORT'] !== undefined)
    writeFileSync(process.env['MUTATION_REPORT'], JSON.stringify(missed, null, 1));
  const equivalent = survivors.length - missed.length;
  const total = mutants.length - equivalent;
  const share = total === 0 ? 1 : (total - missed.length) / total;
  process.stdout.write(
    `${String(total - missed.length)} of ${String(total)} mutants caught (${(share * 100).toFixed(2)} %); ${String(equivalent)} more are equivalent\n`,
  );
  process.exitCode = share >= wanted ? 0 : 1;
}

void main();
