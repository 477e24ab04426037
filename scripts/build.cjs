'use strict';

// Builds dist/: ES modules file by file for bundlers and pages, one bundle for Node, declarations, and
// the browser bundles. Source maps point to lib/, which is published once instead of inside every map.

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
  './functional': 'functional/index',
  './graph': 'graph/index',
  './optim': 'optim/index',
  './fused': 'fused/index',
  './math': 'math/index',
  './image': 'image/index',
  './linalg': 'linalg/index',
  './sparse': 'sparse/index',
  './signal': 'signal/index',
  './spectral': 'spectral/index',
  './ode': 'ode/index',
  './testing': 'testing/index',
  './native': 'native/index',
};

/**
 * What a bundler must keep although nothing of it is named: the methods of Tensor, and the modules
 * that import them for their effect. Without the latter Rollup and Vite would skip that import.
 */
const effects = ['fluent', ...Object.values(subpaths).filter(importsMethods)];

function importsMethods(module) {
  return /^import '.*\/fluent\.ts';$/m.test(
    fs.readFileSync(path.join(lib, `${module}.ts`), 'utf8'),
  );
}

function derivedFields() {
  const esm = (module) => `./dist/esm/${module}.js`;
  const cjs = (module) => `./dist/cjs/${module}.js`;
  // Bundlers know `module`, also when they build for Node or meet a `require`; Node does not.
  const entries = Object.entries(subpaths).map(([subpath, module]) => [
    subpath,
    {
      import: {
        types: `./dist/esm/${module}.d.ts`,
        module: esm(module),
        node: `./dist/node/${module}.mjs`,
        default: esm(module),
      },
      require: {
        types: `./dist/cjs/${module}.d.ts`,
        module: esm(module),
        default: cjs(module),
      },
    },
  ]);
  return {
    exports: { ...Object.fromEntries(entries), './package.json': './package.json' },
    // The sources too, since the browser bundle is made of them.
    sideEffects: [
      ...effects.map(esm),
      './dist/cjs/**',
      ...effects.map((module) => `./lib/${module}.ts`),
    ],
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

/**
 * Modules only define: what they call when they are loaded makes a value and changes nothing. Noted at
 * each such call, so that bundlers leave out the ops, kernels and tables that a program does not name.
 */
function withPureCalls(text, fileName) {
  const { outputText } = ts.transpileModule(text, {
    fileName,
    compilerOptions: { ...esnext, inlineSourceMap: true },
    transformers: { before: [(context) => (file) => notePure(file, context)] },
  });
  return outputText;
}

const esnext = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
};

function notePure(file, context) {
  const visit = (node) => {
    // What stands in a function runs later, if at all.
    if (ts.isFunctionLike(node)) return node;
    const visited = ts.visitEachChild(node, visit, context);
    return ts.isCallExpression(node) || ts.isNewExpression(node) ? pure(visited) : visited;
  };
  const visitStatement = (node) =>
    ts.isVariableStatement(node) ? ts.visitEachChild(node, visit, context) : node;
  return ts.visitEachChild(file, visitStatement, context);
}

function pure(node) {
  const comment = ts.SyntaxKind.MultiLineCommentTrivia;
  return ts.addSyntheticLeadingComment(node, comment, ' @__PURE__ ', false);
}

/** File by file: esbuild's `build` takes a file without exports for CommonJS and wraps it. */
function toEsm(text, sourcefile) {
  return esbuild.transformSync(withPureCalls(text, sourcefile), {
    format: 'esm',
    target,
    sourcemap: 'external',
    sourcesContent: false,
    sourcefile,
  });
}

function buildModule(source) {
  const output = path.join(dist, 'esm', path.relative(lib, source).replace(/\.ts$/, '.js'));
  const text = fs.readFileSync(source, 'utf8');
  const { code, map } = toEsm(text, source);
  const sources = [path.relative(path.dirname(output), source).replaceAll(path.sep, '/')];
  write(
    output,
    `${withJsEndings(code, source)}//# sourceMappingURL=${path.basename(output)}.map\n`,
  );
  write(`${output}.map`, JSON.stringify({ ...JSON.parse(map), sources }));
}

function buildModules() {
  const sources = filesUnder(lib, '.ts').filter((file) => !file.endsWith('.d.ts'));
  for (const source of sources) buildModule(source);
  // The nearest package.json decides about the module type and, for bundlers, about side effects.
  const sideEffects = effects.map((module) => `./${module}.js`);
  write(path.join(dist, 'esm/package.json'), JSON.stringify({ type: 'module', sideEffects }));
}

const forNode = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target,
  logLevel: 'warning',
};

/** The names of values, not of types, that the module of every subpath exports. */
async function exportedNames() {
  const { metafile } = await esbuild.build({
    ...forNode,
    format: 'esm',
    entryPoints: Object.values(subpaths).map((module) => `lib/${module}.ts`),
    outdir: dist,
    outbase: 'lib',
    write: false,
    metafile: true,
  });
  const namesOf = (module) => metafile.outputs[`dist/${module}.js`].exports.sort();
  return Object.values(subpaths).map((module) => ({ module, names: namesOf(module) }));
}

/**
 * The source of the bundle. Its exports are plain properties: esbuild's own would be getters, which
 * take longer to define and to call. In one scope, functions of one name in several files get
 * numbers; the exported ones get their names back, for prompts and stack traces.
 */
function bundleSource(entries) {
  const property = (module, i) => (name) => `${JSON.stringify(name)}: entry${i}.${name}`;
  return `
    ${entries.map(({ module }, i) => `import * as entry${i} from './lib/${module}.ts';`).join('\n')}
    export const entries = {
      ${entries.map(({ module, names }, i) => `${JSON.stringify(module)}: { ${names.map(property(module, i))} }`)}
    };
    for (const entry of Object.values(entries)) {
      for (const [name, value] of Object.entries(entry)) {
        if (typeof value !== 'function' || !value.name.startsWith(name)) continue;
        if (!/^\\d+$/.test(value.name.slice(name.length))) continue;
        Object.defineProperty(value, 'name', { value: name, configurable: true });
      }
      Object.defineProperty(entry, '__esModule', { value: true });
    }`;
}

/** From the file of an entry in dist/cjs or dist/node to a file in dist/cjs. */
function relative(from, to) {
  const file = path.posix.relative(path.posix.dirname(from), to);
  return file.startsWith('.') ? file : `./${file}`;
}

/** For Node's `import`, the names stand once more where its lexer finds them. */
function commonJsEntry({ module, names }) {
  return `'use strict';
const { entries } = require('${relative(`${module}.js`, 'library.js')}');
module.exports = entries['${module}'];
0 && (module.exports = { ${names.join(', ')} });
`;
}

function moduleEntry({ module, names }) {
  const file = relative(`node/${module}.mjs`, `cjs/${module}.js`);
  return `export { ${names.join(', ')} } from '${file}';\n`;
}

/** All of the library in one file, and for each subpath a small one that picks its names. */
async function buildForNode() {
  const entries = await exportedNames();
  await esbuild.build({
    ...forNode,
    stdin: { contents: bundleSource(entries), resolveDir: root, sourcefile: 'entries' },
    outfile: 'dist/cjs/library.js',
    sourcemap: true,
    sourcesContent: false,
  });
  // What is generated has no source to point to.
  const map = JSON.parse(fs.readFileSync(path.join(dist, 'cjs/library.js.map'), 'utf8'));
  map.sources = map.sources.map((file) => (file.endsWith('/entries') ? null : file));
  write(path.join(dist, 'cjs/library.js.map'), JSON.stringify(map));
  for (const entry of entries) {
    write(path.join(dist, 'cjs', `${entry.module}.js`), commonJsEntry(entry));
    write(path.join(dist, 'node', `${entry.module}.mjs`), moduleEntry(entry));
  }
  write(path.join(dist, 'cjs/package.json'), JSON.stringify({ type: 'commonjs' }));
}

function buildPrompt() {
  return esbuild.build({
    ...forNode,
    entryPoints: ['lib/repl/cli.ts'],
    outfile: 'dist/cjs/repl/cli.js',
    sourcemap: true,
    sourcesContent: false,
    plugins: [
      {
        name: 'the one library',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^\.\.\/index\.ts$/ }, () => ({
            path: '../index.js',
            external: true,
          })),
      },
    ],
  });
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
    buildForNode(),
    buildPrompt(),
  ];
  buildModules();
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
