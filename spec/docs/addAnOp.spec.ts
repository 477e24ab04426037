/** Makes the changes that docs/add-an-op.md shows, in a copy of the sources, and runs the catalogue. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as architecture from '../support/architecture.ts';
import type { Block } from '../support/examples.ts';
import { fencedBlocks } from '../support/examples.ts';
import { programOf, typeFaults } from '../support/typecheck.ts';

const root = join(__dirname, '../..');
const file = 'docs/add-an-op.md';
const changes = fencedBlocks(file, readFileSync(join(root, file), 'utf8')).filter(
  ({ title }) => title !== '',
);

/** The text of a file with a change: an addition at its end, or lines replaced. */
function changed(text: string, { language, code, line, title }: Block): string {
  if (language === 'ts') return `${text}\n${code}\n`;
  const lines = code.split('\n');
  const before = lines.filter((one) => !one.startsWith('+')).map((one) => one.slice(1));
  const after = lines.filter((one) => !one.startsWith('-')).map((one) => one.slice(1));
  const parts = `\n${text}`.split(`\n${before.join('\n')}\n`);
  if (parts.length !== 2) throw new Error(`${file}:${line}: ${title} must hold these lines once`);
  return parts.join(`\n${after.join('\n')}\n`).slice(1);
}

interface Report {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly Assertion[];
  }[];
}

interface Assertion {
  readonly status: 'passed' | 'failed' | 'pending';
  readonly fullName: string;
  readonly failureMessages: readonly string[];
}

/** Runs the specs of ops in a copy of the repository, those whose names match. */
function runSpecs(copy: string, names: string): readonly Assertion[] {
  const [program, report] = [
    join(copy, 'node_modules/jest/bin/jest.js'),
    join(copy, 'report.json'),
  ];
  const output = ['--json', '--outputFile', report, '--cacheDirectory', join(copy, '.cache')];
  const args = [
    program,
    'spec/ops/(catalogue|cube|decayedSum)',
    '--ci',
    '--runInBand',
    '--testNamePattern',
    names,
    ...output,
  ];
  const { stderr } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8' });
  if (!existsSync(report)) throw new Error(stderr);
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
  const broken = testResults.filter(({ assertionResults }) => assertionResults.length === 0);
  if (broken.length > 0) throw new Error(broken.map(({ message }) => message).join('\n'));
  return testResults.flatMap(({ assertionResults }) => assertionResults);
}

describe('the ops of docs/add-an-op.md', () => {
  let copy: string;
  const places = [...new Set(changes.map(({ title }) => title))];
  const isSpec = (place: string): boolean => place.endsWith('.spec.ts');

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'gradtape-'));
    for (const part of ['lib', 'spec', 'jest.config.js', 'tsconfig.json', 'package.json']) {
      cpSync(join(root, part), join(copy, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    for (const change of changes) {
      const path = join(copy, change.title);
      writeFileSync(path, changed(isSpec(change.title) ? '' : readFileSync(path, 'utf8'), change));
    }
  });

  afterAll(() => {
    rmSync(copy, { recursive: true, force: true });
  });

  it('take five places at most, and a spec', () => {
    // Both stand in the same two lists of names.
    expect(places.filter((place) => !isSpec(place))).toEqual([
      'lib/kernels/arithmetic.ts',
      'lib/ops/arithmetic.ts',
      'lib/functional/index.ts',
      'lib/fluent.ts',
      'spec/ops/samples/arithmetic.ts',
      'lib/kernels/scan.ts',
      'lib/ops/scan.ts',
      'spec/ops/samples/scan.ts',
    ]);
  });

  it('keep the rules of the architecture', () => {
    const faultsIn = (folder: string): readonly string[] =>
      architecture.faultsOf(architecture.readSources(folder, ['lib', 'spec']), []);
    const known = faultsIn(root);
    expect(faultsIn(copy).filter((fault) => !known.includes(fault))).toEqual([]);
  });

  it('fit the types of the library', () => {
    const files = places.map((place) => [place, readFileSync(join(copy, place), 'utf8')] as const);
    const options = { noUncheckedIndexedAccess: false, types: ['node', 'jest'] };
    const program = programOf(root, new Map(files), [], options);
    const faults = places.flatMap((place) =>
      typeFaults(program, join(root, place)).map(
        ({ line, message }) => `${place}:${line + 1}: ${message}`,
      ),
    );
    expect(faults).toEqual([]);
  });

  it('keep the laws of the catalogue, to any order', () => {
    const names =
      '(cube|cubeGrad|decayedSum)$|^the registry ha|^the registry ho|^(cube|decayedSum) ';
    const results = runSpecs(copy, names).filter(({ status }) => status !== 'pending');
    const failed = results.filter(({ status }) => status === 'failed');
    expect(failed.map((one) => [one.fullName, ...one.failureMessages].join('\n'))).toEqual([]);
    const laws = results
      .map(({ fullName }) => fullName)
      .filter((name) => name.startsWith('every op'));
    for (const op of ['cube', 'cubeGrad', 'decayedSum']) {
      expect(laws.filter((law) => law.endsWith(` ${op}`)).length).toBeGreaterThan(8);
    }
    expect(laws).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/second/),
        expect.stringMatching(/batch|vmap/),
      ]),
    );
  }, 120_000);
});
