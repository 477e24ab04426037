/**
 * Prints the figures that the library promises, as multiples of a calibration loop in the same run.
 * See README.md in the folder above.
 */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { bundle, root, runApart } from '../bundle.ts';
import { benchSmallOps } from './smallOps.ts';
import { benchStartup } from './startup.ts';

/** Runs another file of this folder in a process with its own flags. */
function apart(program: string, flags: readonly string[], args: readonly string[] = []): void {
  runApart(bundle(`promises/${program}`, false), { flags, args });
}

benchSmallOps();
apart('derivatives.ts', ['--expose-gc']);
apart('longChain.ts', ['--expose-gc', '--stack-size=256']);
apart('checkpoint.ts', ['--expose-gc']);
apart('soak.ts', ['--expose-gc'], process.argv.slice(2));
execFileSync(process.execPath, [path.join(root, 'scripts', 'build.cjs')], { stdio: 'ignore' });
benchStartup(path.join(root, 'dist/cjs/index.js'), path.join(root, 'dist/node/index.mjs'));
