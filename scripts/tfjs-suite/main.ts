/**
 * `npm run tfjs:suite [-- --verbose] [-- part of a path ...]`: runs TensorFlow.js's own specs, which
 * ship inside its package, on gradtape. A spec that fails must be listed in differences.json with its
 * reason, and one that is listed must fail.
 */
import { execFileSync, fork } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Scope } from './bundle.ts';
import { bundleSpecs, filesOf, isLeftOut } from './bundle.ts';

const root = process.cwd();
const folder = join(root, '.tfjs-suite');
const wanted = 0.95;

interface Result {
  readonly file: string;
  readonly name: string;
  /** Why it fails; absent if it passes. */
  readonly message?: string;
}

interface Difference {
  readonly file: string;
  readonly spec: string;
  readonly reason: string;
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(root, 'scripts/tfjs-suite', name), 'utf8'));
}

/** Installs the suite and its test runner where nothing of the project sees them. */
function install(): string {
  const packages = [
    '@tensorflow/tfjs-core@4.22.0',
    'jasmine-core@5.1.2',
    'seedrandom@3.0.5',
    'long@4.0.0',
  ];
  const stamp = join(folder, 'installed.txt');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== packages.join()) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages];
    execFileSync('npm', args, {
      cwd: folder,
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    writeFileSync(stamp, packages.join());
  }
  return join(folder, 'node_modules/@tensorflow/tfjs-core/dist');
}

async function bundleLibrary(): Promise<string> {
  const outfile = join(folder, 'gradtape.cjs');
  const entryPoints = [join(root, 'lib/index.ts')];
  await build({
    entryPoints,
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
    ignoreAnnotations: true,
  });
  return outfile;
}

function run(library: string, specs: string, files: readonly string[]): Promise<readonly Result[]> {
  const results: Result[] = [];
  const args = [library, folder, specs, ...files];
  const child = fork(join(root, 'scripts/tfjs-suite/runner.cjs'), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return new Promise((resolve) => {
    child.on('message', (message: Result | { readonly done: true }) => {
      if (!('done' in message)) results.push(message);
    });
    child.on('exit', () => resolve(results));
  });
}

function report(results: readonly Result[], isVerbose: boolean): boolean {
  const differences = read('differences.json') as readonly Difference[];
  const isListed = ({ file, name }: Result): boolean =>
    differences.some((one) => one.file === file && one.spec === name);
  for (const file of new Set(results.map((one) => one.file))) {
    const own = results.filter((one) => one.file === file);
    const failed = own.filter(({ message }) => message !== undefined);
    process.stdout.write(
      `${file}: ${String(own.length - failed.length)} of ${String(own.length)}\n`,
    );
    for (const one of isVerbose ? failed : []) {
      const text = (one.message ?? '').replace(/\s+/g, ' ').slice(0, 300);
      process.stdout.write(`  ${isListed(one) ? 'listed' : 'FAILS '} ${one.name}: ${text}\n`);
    }
  }
  const failed = results.filter(({ message }) => message !== undefined);
  const unlisted = failed.filter((one) => !isListed(one));
  // Two specs of a file may have one name: then it is enough that one of them fails.
  const hasFailed = ({ file, name }: Result): boolean =>
    failed.some((one) => one.file === file && one.name === name);
  const needless = results.filter((one) => isListed(one) && !hasFailed(one));
  for (const { file, name } of needless)
    process.stdout.write(`listed, but passes: ${file}: ${name}\n`);
  const passed = results.length - failed.length;
  const share = results.length === 0 ? 0 : passed / results.length;
  process.stdout.write(
    `${String(passed)} of ${String(results.length)} specs pass (${(share * 100).toFixed(2)} %); ` +
      `${String(failed.length - unlisted.length)} differ for a listed reason, ${String(unlisted.length)} fail\n`,
  );
  return unlisted.length === 0 && needless.length === 0 && share >= wanted;
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const scope = read('scope.json') as Scope;
  const suite = install();
  const files = filesOf(
    suite,
    scope,
    args.filter((one) => !one.startsWith('--')),
  );
  const specs = join(folder, 'specs');
  rmSync(specs, { recursive: true, force: true });
  await bundleSpecs(root, suite, scope, [...files, 'util.js', 'test_util.js'], specs);
  const results = await run(await bundleLibrary(), specs, files);
  const inside = results.filter((one) => !isLeftOut(scope, one.file, one.name));
  process.stdout.write(
    `${String(results.length - inside.length)} specs are about strings or backends\n`,
  );
  if (!report(inside, args.includes('--verbose'))) process.exitCode = 1;
}

void main();
