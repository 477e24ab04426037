import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Plugin } from 'esbuild';
import { build } from 'esbuild';

/** What the suite is, and which parts of it are no business of gradtape. */
export interface Scope {
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** Files with the reason. */
  readonly 'left out': Readonly<Record<string, string>>;
  /** Patterns of names of single specs with the reason. */
  readonly 'left out by name': Readonly<Record<string, string>>;
}

/** The spec files in scope whose path contains one of the patterns, if there are any. */
export function filesOf(suite: string, scope: Scope, patterns: readonly string[]): string[] {
  const nested = scope.folders.flatMap((folder) =>
    readdirSync(join(suite, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('_test.js') && !path.startsWith('string/'))
      .map((path) => `${folder}/${path}`),
  );
  return [...scope.files, ...nested]
    .filter((path) => !(path in scope['left out']))
    .filter((path) => patterns.length === 0 || patterns.some((part) => path.includes(part)));
}

// Modules of TensorFlow.js that the suite works with, and that have nothing to do with what it tests.
const kept =
  /_test\.js$|(^|\/)(test_util|util|util_base|types|rand_util|reduce_util|selu_util|image_test_util)\.js$/;

/** Bundles each spec file so that it finds gradtape wherever it imports TensorFlow.js. */
export async function bundleSpecs(
  root: string,
  suite: string,
  files: readonly string[],
  outdir: string,
): Promise<void> {
  await build({
    entryPoints: files.map((file) => join(suite, file)),
    outdir,
    outbase: suite,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'error',
    plugins: [answers(root, suite)],
  });
}

function answers(root: string, suite: string): Plugin {
  const stand = (name: string) => ({ path: join(root, 'scripts/tfjs-suite', name) });
  return {
    name: 'gradtape in place of TensorFlow.js',
    setup(plugins) {
      plugins.onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) => {
        if (!resolveDir.startsWith(suite)) return undefined;
        const target = `${relative(suite, join(resolveDir, path))}.js`;
        if (target === 'jasmine_util.js') return stand('jasmine.cjs');
        if (target === 'engine.js' || target === 'environment.js') return stand('engine.cjs');
        return kept.test(target) ? undefined : stand('library.cjs');
      });
    },
  };
}
