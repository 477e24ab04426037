import { readdirSync, readFileSync } from 'node:fs';
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
  /** Patterns of names of single specs of one file, with the reason. */
  readonly 'left out by file and name': Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Patterns of single lines, which are dropped from specs that are otherwise in scope. */
  readonly 'left out by line': Readonly<Record<string, string>>;
}

/** Whether a spec is no business of gradtape. */
export function isLeftOut(scope: Scope, file: string, name: string): boolean {
  const byFile = scope['left out by file and name'][file] ?? {};
  const patterns = [...Object.keys(scope['left out by name']), ...Object.keys(byFile)];
  return patterns.some((pattern) => new RegExp(pattern).test(name));
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
  scope: Scope,
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
    plugins: [answers(root, suite), shortened(scope)],
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

/** Drops the lines that are left out, and keeps the numbers of the others. */
function shortened(scope: Scope): Plugin {
  const patterns = Object.keys(scope['left out by line']).map((one) => new RegExp(one));
  const isKept = (line: string): boolean => !patterns.some((one) => one.test(line));
  return {
    name: 'lines left out',
    setup(plugins) {
      plugins.onLoad({ filter: /_test\.js$/ }, ({ path }) => {
        const lines = readFileSync(path, 'utf8').split('\n');
        return { contents: lines.map((line) => (isKept(line) ? line : '')).join('\n') };
      });
    },
  };
}
