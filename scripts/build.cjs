'use strict';

// Builds dist/: ESM and CommonJS folders, file by file, with declarations, and the browser bundles.
// Unbundled, so that every subpath shares one Tensor class; a bundle per subpath would copy it.
// Source maps point to lib/, which is published once instead of inside every map.

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { isDeepStrictEqual } = require('node:util');
const esbuild = require('esbuild');
const ts = require('typescript');

const root = path.join(__dirname, '..');
const lib = path.join(root, 'lib');
const dist = path.join(root, 'dist');
const target = 'es2022';

/** The public subpaths and their modules under lib/; package.json must say the same. */
const subpaths = {
  '.': 'index',
  './graph': 'graph/index',
  './optim': 'optim/index',
  './fused': 'fused/index',
  './math': 'math/index',
  './image': 'image/index',
  './linalg': 'linalg/index',
  './sparse': 'sparse/index',
  './signal': 'signal/index',
  './spectral': 'spectral/index',
  './testing': 'testing/index',
};

/**
 * What a bundler must keep although nothing of it is named: the methods of Tensor, and the modules
 * that import them for their effect. Without the latter Rollup and Vite would skip that import.
 */
const effects = ['fluent', ...Object.values(subpaths)];

function derivedFields() {
  const conditions = (format, module) => ({
    types: `./dist/${format}/${module}.d.ts`,
    default: `./dist/${format}/${module}.js`,
  });
  const entries = Object.entries(subpaths).map(([subpath, module]) => [
    subpath,
    { import: conditions('esm', module), require: conditions('cjs', module) },
  ]);
  const effectsIn = (folder, ending) => effects.map((module) => `./${folder}/${module}.${ending}`);
  return {
    exports: { ...Object.fromEntries(entries), './package.json': './package.json' },
    // The sources too, since the browser bundle is made of them.
    sideEffects: ['dist/esm', 'dist/cjs']
      .flatMap((f) => effectsIn(f, 'js'))
      .concat(effectsIn('lib', 'ts')),
  };
}

/** `npm run build -- --write-manifest` puts a changed list of subpaths into package.json. */
function checkManifest() {
  const file = path.join(root, 'package.json');
  const manifest = JSON.parse(fs.readFileSync(file, 'utf8'));
  const derived = { ...manifest, ...derivedFields() };
  if (isDeepStrictEqual(manifest, derived)) return;
  if (!process.argv.includes('--write-manifest')) {
    throw new Error(
      'package.json: exports or sideEffects differ from the list in scripts/build.cjs',
    );
  }
  fs.writeFileSync(file, `${JSON.stringify(derived, null, 2)}\n`);
}

function filesUnder(folder, ending) {
  return fs
    .readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith(ending))
    .map((file) => path.join(folder, file));
}

/** Relative imports end in .ts in the sources; .js has the same length, so source maps stay right. */
function withJsEndings(text, file) {
  for (const { fileName, pos, end } of ts.preProcessFile(text, true, true).importedFiles) {
    if (!/^\.{1,2}\/.*\.ts$/.test(fileName)) continue;
    const literal = text.slice(pos, end + 1);
    if (!literal.includes(fileName)) throw new Error(`${file}: cannot place import ${fileName}`);
    const renamed = literal.replace(fileName, fileName.replace(/\.ts$/, '.js'));
    text = text.slice(0, pos) + renamed + text.slice(end + 1);
  }
  return text;
}

function write(file, text) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}

/** File by file: esbuild's `build` takes a file without exports for CommonJS and wraps it. */
function toEsm(text, sourcefile) {
  return esbuild.transformSync(text, {
    loader: 'ts',
    format: 'esm',
    target,
    sourcemap: 'external',
    sourcesContent: false,
    sourcefile,
  });
}

/**
 * TypeScript's CommonJS exports functions as plain properties, esbuild's through getters. With an
 * op in one file and `apply` in another, the getters made the a*b+c cycle 1.7 times slower.
 */
function toCommonJs(text, fileName) {
  const { outputText, sourceMapText } = ts.transpileModule(text, {
    fileName,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.Node16,
      esModuleInterop: true,
      removeComments: true,
      sourceMap: true,
    },
  });
  const code = outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, '');
  return { code, map: JSON.stringify({ ...JSON.parse(sourceMapText), sources: [fileName] }) };
}

function buildFile(source, format) {
  const output = path.join(dist, format, path.relative(lib, source).replace(/\.ts$/, '.js'));
  const text = fs.readFileSync(source, 'utf8');
  const sourceName = path.relative(path.dirname(output), source).replaceAll(path.sep, '/');
  const { code, map } = (format === 'esm' ? toEsm : toCommonJs)(text, sourceName);
  write(
    output,
    `${withJsEndings(code, source)}//# sourceMappingURL=${path.basename(output)}.map\n`,
  );
  write(`${output}.map`, map);
}

function buildFolder(format) {
  const sources = filesUnder(lib, '.ts').filter((file) => !file.endsWith('.d.ts'));
  for (const source of sources) buildFile(source, format);
  // The nearest package.json decides about the module type and, for bundlers, about side effects.
  const manifest = {
    type: format === 'esm' ? 'module' : 'commonjs',
    sideEffects: effects.map((module) => `./${module}.js`),
  };
  write(path.join(dist, format, 'package.json'), `${JSON.stringify(manifest)}\n`);
}

async function buildBrowserBundle(format, outfile) {
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: ['lib/index.ts'],
    outfile: path.join('dist', outfile),
    format,
    globalName: format === 'iife' ? 'gradtape' : undefined,
    target,
    bundle: true,
    minify: true,
    platform: 'browser',
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
  });
  const stray = Object.keys(metafile.inputs).filter((file) => /^lib\/repl\//.test(file));
  if (stray.length > 0) throw new Error(`${outfile}: must not contain ${stray.join(', ')}`);
}

function emitDeclarations() {
  const tsc = require.resolve('typescript/bin/tsc');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
      cwd: root,
      stdio: 'inherit',
    });
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error('tsc found errors; no declarations')),
    );
  });
}

/** A user's `lib` may lack Symbol.dispose; a declaration that names it brings it along. */
function withReferences(text) {
  return text.includes('Symbol.dispose')
    ? `/// <reference lib="esnext.disposable" />\n${text}`
    : text;
}

function finishDeclarations() {
  for (const file of filesUnder(path.join(dist, 'esm'), '.d.ts')) {
    const text = withReferences(withJsEndings(fs.readFileSync(file, 'utf8'), file));
    write(file, text);
    write(path.join(dist, 'cjs', path.relative(path.join(dist, 'esm'), file)), text);
  }
}

async function build() {
  checkManifest();
  fs.rmSync(dist, { recursive: true, force: true });
  // tsc takes longest, in a process of its own.
  const background = [
    emitDeclarations(),
    buildBrowserBundle('iife', 'gradtape.min.js'),
    buildBrowserBundle('esm', 'gradtape.esm.min.js'),
  ];
  buildFolder('esm');
  buildFolder('cjs');
  await Promise.all(background);
  finishDeclarations();
  checkFiles();
}

/** Every file that package.json points to exists. */
function checkFiles() {
  const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  const { main, module, types, unpkg, jsdelivr, bin, exports } = manifest;
  const named = JSON.stringify([main, module, types, unpkg, jsdelivr, bin, exports]).match(
    /"[^"]*dist\/[^"]*"/g,
  );
  for (const file of named.map((text) => JSON.parse(text))) {
    if (!fs.existsSync(path.join(root, file))) throw new Error(`not built: ${file}`);
  }
}

build().catch((error) => {
  console.error(`build: ${error.message}`);
  process.exit(1);
});
