import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { build } from 'esbuild';
import { lawModule } from './units.ts';

/** One file with the instrumented library, all specs, and the worker that runs them; returns its path. */
export async function bundle(
  root: string,
  texts: ReadonlyMap<string, string>,
  specs: readonly string[],
): Promise<string> {
  const folder = join(root, '.mutation');
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, 'worker.cjs');
  const load = specs.map((path) => `addFile('${path}', () => require('./${path}'));`);
  const contents = [
    "import { addFile, installGlobals } from './scripts/mutation/units.ts';",
    "import { serve } from './scripts/mutation/worker.ts';",
    'installGlobals();',
    ...load,
    'serve();',
  ].join('\n');
  await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'error',
    alias: { gradtape: join(root, 'lib/index.ts') },
    banner: {
      js: 'globalThis.__mutation = { active: -1, seen: undefined, negate: undefined, constants: [] };',
    },
    plugins: [mutants(texts)],
  });
  return outfile;
}

function mutants(texts: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'mutants',
    setup(plugins) {
      plugins.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const text = path.endsWith('spec/support/law.ts') ? lawModule : texts.get(path);
        return text === undefined ? undefined : { contents: text, loader: 'ts' };
      });
    },
  };
}
