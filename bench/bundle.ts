import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { buildSync } from 'esbuild';

/** The root of the repository: programs run in bench/NAME/main.ts or .bench/programs/NAME.cjs. */
export const root = path.join(__dirname, '../..');

/** The folder of what is made and measured; git ignores it. */
export const ownFolder = path.join(root, '.bench');

/**
 * Bundles a program of bench/ for another process and returns its file.
 *
 * @param ofPackage - whether it runs on the package that was built, as users get it, or on the sources
 */
export function bundle(program: string, ofPackage: boolean): string {
  const name = program.replace(/\.ts$/, '').replaceAll('/', '-');
  const outfile = path.join(ownFolder, 'programs', `${name}.cjs`);
  buildSync({
    absWorkingDir: root,
    entryPoints: [path.join('bench', program)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    // package.json names the files with side effects for users, not for programs of this repository.
    ignoreAnnotations: true,
    ...(ofPackage && { external: ['gradtape'] }),
    logLevel: 'error',
  });
  return outfile;
}

/** Runs a bundled program to its end, in a process with flags of its own. */
export function runApart(
  file: string,
  { node = process.execPath, flags = [], args = [] }: ApartOptions = {},
): void {
  execFileSync(node, [...flags, file, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
}

export interface ApartOptions {
  readonly node?: string;
  readonly flags?: readonly string[];
  readonly args?: readonly string[];
}
