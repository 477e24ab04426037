'use strict';

// Packs the package, installs it in an empty program under .smoke, and runs the smoke program in
// every environment that the package claims; `--all` adds those that need more than Node.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const esbuild = require('esbuild');
const { pack, root, runNpm } = require('../pack.cjs');

const app = path.join(root, '.smoke', 'app');
const tools = path.join(root, '.smoke', 'tools');
const expected = 20;

/** Runs a program and returns what it printed; throws with the tail of it when it fails. */
function run(command, args, cwd = app) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status === 0) return stdout;
  const output = error === undefined ? stdout + stderr : error.message;
  throw new Error(output.trim().split('\n').slice(-15).join('\n'));
}

/** The report is one line of JSON, the last that the program prints. */
function checkReport(output) {
  const { passed, failed } = JSON.parse(output.trim().split('\n').at(-1));
  if (failed.length > 0) throw new Error(failed.join('\n'));
  if (passed !== expected) throw new Error(`${passed} of ${expected} assertions ran`);
}

function compile(format, outfile) {
  const { code } = esbuild.transformSync(
    fs.readFileSync(path.join(__dirname, 'smoke.ts'), 'utf8'),
    {
      loader: 'ts',
      format,
      target: 'es2022',
    },
  );
  fs.writeFileSync(path.join(app, outfile), code);
}

function writeJson(file, value) {
  fs.writeFileSync(path.join(app, file), `${JSON.stringify(value, null, 2)}\n`);
}

const printReport = 'console.log(JSON.stringify(report));\n';

/** An empty program that depends on the packed package and on nothing else. */
function prepare() {
  fs.rmSync(app, { recursive: true, force: true });
  fs.mkdirSync(app, { recursive: true });
  const tarball = path.relative(app, pack(path.dirname(app)));
  writeJson('package.json', { private: true, dependencies: { gradtape: `file:${tarball}` } });
  runNpm(
    ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'],
    app,
  );
  compile('esm', 'smoke.mjs');
  compile('cjs', 'smoke.cjs');
  fs.copyFileSync(path.join(__dirname, 'smoke.ts'), path.join(app, 'smoke.ts'));
  fs.writeFileSync(
    path.join(app, 'main.mjs'),
    `import { report } from './smoke.mjs';\n${printReport}`,
  );
  fs.writeFileSync(
    path.join(app, 'main.cjs'),
    `const { report } = require('./smoke.cjs');\n${printReport}`,
  );
  fs.writeFileSync(path.join(app, 'main.ts'), `import { report } from './smoke';\n${printReport}`);
  for (const file of ['oneCopy.mjs', 'twoCopies.mjs']) {
    fs.copyFileSync(path.join(__dirname, file), path.join(app, file));
  }
}

/** The strictest options a user may have; no types of Node, since a browser program has none. */
function checkTypes(module, moduleResolution) {
  const compilerOptions = {
    target: 'es2022',
    module,
    moduleResolution,
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
  };
  writeJson('tsconfig.json', { compilerOptions, files: ['smoke.ts'] });
  run(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.json']);
}

function runTsNode() {
  const compilerOptions = { target: 'es2022', module: 'commonjs', moduleResolution: 'bundler' };
  writeJson('tsconfig.json', { compilerOptions });
  checkReport(run(process.execPath, [require.resolve('ts-node/dist/bin'), 'main.ts']));
}

/** Bundlers get the modules, of which they keep what is used, for Node no less than for a page. */
function checkBundle(platform) {
  const { metafile } = esbuild.buildSync({
    absWorkingDir: app,
    entryPoints: ['main.mjs'],
    platform,
    bundle: true,
    write: false,
    metafile: true,
    // Or the paths of the repository's own configuration would lead to the sources.
    tsconfigRaw: '{}',
  });
  const files = Object.keys(metafile.inputs).filter((file) => file.includes('/dist/'));
  const stray = files.filter((file) => !file.includes('/dist/esm/'));
  if (files.length === 0 || stray.length > 0) throw new Error(`bundles ${stray.join(', ')}`);
}

const everywhere = [
  ['Node, ES modules', () => checkReport(run(process.execPath, ['main.mjs']))],
  ['Node, CommonJS', () => checkReport(run(process.execPath, ['main.cjs']))],
  ['Node, one copy of every entry', () => run(process.execPath, ['oneCopy.mjs'])],
  ['Node, a bundled copy beside it', () => run(process.execPath, ['twoCopies.mjs'])],
  ['bundle for Node', () => checkBundle('node')],
  ['bundle for pages', () => checkBundle('browser')],
  ['ts-node', runTsNode],
  ['TypeScript, strict, nodenext', () => checkTypes('nodenext', 'nodenext')],
  ['TypeScript, strict, bundler', () => checkTypes('esnext', 'bundler')],
];

async function runSteps(steps) {
  let failures = 0;
  for (const [name, step] of steps) {
    try {
      const result = await step();
      console.log(result?.skip === undefined ? `ok    ${name}` : `skip  ${name}: ${result.skip}`);
    } catch (error) {
      failures++;
      console.log(`FAIL  ${name}\n${error.message.replace(/^/gm, '      ')}`);
    }
  }
  return failures;
}

async function main() {
  prepare();
  let failures = await runSteps(everywhere);
  if (process.argv.includes('--all')) {
    const { steps, close } = await require('./elsewhere.cjs').open({
      app,
      tools,
      run,
      checkReport,
    });
    failures += await runSteps(steps);
    await close();
  }
  process.exitCode = failures === 0 ? 0 : 1;
}

main().catch((error) => {
  console.error(`smoke: ${error.message}`);
  process.exit(1);
});
