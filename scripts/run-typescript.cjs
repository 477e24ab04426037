'use strict';

const Module = require('node:module');
const path = require('node:path');

const root = path.join(__dirname, '..');

/**
 * Runs a TypeScript program in this process. One esbuild call turns program and library into a
 * single module in memory: it starts in a tenth of the time ts-node needs, and calls between files
 * become calls inside one scope, where functions of one name get others: `keepNames` hides that from
 * a program that reads them.
 */
exports.runTypeScript = function runTypeScript(program, args, keepNames = false) {
  const file = path.join(root, program);
  const text = bundle(program, file, keepNames);
  process.setSourceMapsEnabled(true);
  process.argv = [process.argv[0], file, ...args];
  const main = new Module(file, null);
  main.filename = file;
  main.paths = Module._nodeModulePaths(path.dirname(file));
  process.mainModule = main;
  main._compile(text, file);
};

function bundle(program, outfile, keepNames) {
  const options = {
    absWorkingDir: root,
    entryPoints: [program],
    outfile,
    write: false,
    bundle: true,
    keepNames,
    packages: 'external',
    // package.json names the files with side effects for users, not for programs of this repository.
    ignoreAnnotations: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'error',
  };
  try {
    return require('esbuild').buildSync(options).outputFiles[0].text;
  } catch {
    // esbuild has printed where and why.
    return process.exit(1);
  }
}
