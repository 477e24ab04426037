/**
 * Prints the figures that the library promises, as multiples of a calibration loop in the same run.
 * See README.md in the folder above.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { benchSmallOps } from './smallOps.ts';
import { benchStartup } from './startup.ts';

const root = path.join(__dirname, '../..');

/** Runs another file of this folder in a process with its own flags. */
function runApart(program: string, flags: readonly string[], args: readonly string[] = []): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'gradtape-bench-'));
  const outfile = path.join(folder, 'program.cjs');
  const entry = path.join(root, 'bench/promises', program);
  try {
    buildSync({
      entryPoints: [entry],
      outfile,
      bundle: true,
      platform: 'node',
      ignoreAnnotations: true,
    });
    process.stdout.write(execFileSync(process.execPath, [...flags, outfile, ...args]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

benchSmallOps();
runApart('derivatives.ts', ['--expose-gc']);
runApart('longChain.ts', ['--expose-gc', '--stack-size=256']);
runApart('checkpoint.ts', ['--expose-gc']);
runApart('soak.ts', ['--expose-gc'], process.argv.slice(2));
execFileSync(process.execPath, [path.join(root, 'scripts', 'build.cjs')], { stdio: 'ignore' });
benchStartup(path.join(root, 'dist/cjs/index.js'), path.join(root, 'dist/node/index.mjs'));
