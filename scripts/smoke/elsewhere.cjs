'use strict';

// The environments beyond Node. Deno and Bun come from npm, on demand and into .smoke/tools;
// Chromium is used where it is installed.

const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { runNpm } = require('../pack.cjs');

const runtimes = {
  deno: { scope: '@deno', file: /^deno(\.exe)?$/ },
  bun: { scope: '@oven', file: /^bun(\.exe)?$/ },
};

/** Their npm packages hold a binary per platform; the install scripts would only copy it. */
function binary(tools, name) {
  const { scope, file } = runtimes[name];
  const folder = path.join(tools, 'node_modules', scope);
  if (!fs.existsSync(folder)) {
    fs.mkdirSync(tools, { recursive: true });
    fs.writeFileSync(path.join(tools, 'package.json'), '{"private":true}\n');
    runNpm(
      ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...Object.keys(runtimes)],
      tools,
    );
  }
  const found = fs
    .readdirSync(folder, { recursive: true })
    .find((entry) => file.test(path.basename(entry)));
  if (found === undefined) throw new Error(`${name}: no binary for this platform`);
  const executable = path.join(folder, found);
  fs.chmodSync(executable, 0o755);
  return executable;
}

function chromium() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .flatMap((folder) => names.map((name) => path.join(folder, name)))
    .find((file) => fs.existsSync(file));
}

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
};

/** Serves `folder`; every path below /strict/ with a content policy that forbids eval and inline code. */
function serve(folder) {
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const strict = pathname.startsWith('/strict/');
    const file = path.join(
      folder,
      path.normalize(strict ? pathname.slice('/strict'.length) : pathname),
    );
    // A browser asks for an icon by itself, and reports one that is missing.
    if (pathname === '/favicon.ico') return response.writeHead(204).end();
    if (!file.startsWith(folder) || !fs.existsSync(file)) return response.writeHead(404).end();
    const headers = { 'content-type': types[path.extname(file)] ?? 'application/octet-stream' };
    if (strict) headers['content-security-policy'] = "default-src 'none'; script-src 'self'";
    return response.writeHead(200, headers).end(fs.readFileSync(file));
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

const bundleAsGlobal = {
  name: 'gradtape as a global',
  setup(build) {
    build.onResolve({ filter: /^gradtape/ }, ({ path: id }) => ({ path: id, namespace: 'global' }));
    build.onLoad({ filter: /./, namespace: 'global' }, () => ({
      contents: 'module.exports = globalThis.gradtape',
    }));
  },
};

/** Pages that print the report to the console, like every other environment. */
async function writePages(app) {
  const write = (file, text) => fs.writeFileSync(path.join(app, file), text);
  const page = (file, ...scripts) =>
    write(
      file,
      `<!doctype html><meta charset="utf-8"><title>smoke</title>\n${scripts.join('\n')}\n`,
    );
  const rename = (text) =>
    text
      .replace(/"gradtape(\/\w+)?"/g, '"/node_modules/gradtape/dist/esm$1/index.js"')
      .replace('./smoke.mjs', './smoke.web.mjs');
  const read = (file) => fs.readFileSync(path.join(app, file), 'utf8');

  // Browsers find modules by URL only.
  write('smoke.web.mjs', rename(read('smoke.mjs')));
  write('main.web.mjs', rename(read('main.mjs')));
  page('modules.html', '<script type="module" src="main.web.mjs"></script>');

  write('worker.mjs', "import { report } from './smoke.web.mjs';\nself.postMessage(report);\n");
  write(
    'page.mjs',
    `const worker = new Worker('worker.mjs', { type: 'module' });
worker.onmessage = ({ data }) => console.log(JSON.stringify(data));
worker.onerror = ({ message }) => console.error(message);\n`,
  );
  page('worker.html', '<script type="module" src="page.mjs"></script>');

  const { build } = require('esbuild');
  await build({
    absWorkingDir: app,
    entryPoints: ['main.mjs'],
    outfile: 'bundle.js',
    bundle: true,
    target: 'es2022',
    plugins: [bundleAsGlobal],
  });
  const minified = 'node_modules/gradtape/dist/gradtape.min.js';
  page('bundle.html', `<script src="${minified}"></script>`, '<script src="bundle.js"></script>');

  page('vite.html', '<script type="module" src="main.mjs"></script>');
}

async function buildWithVite(app) {
  const { build } = await import('vite');
  await build({
    root: app,
    base: './',
    configFile: false,
    logLevel: 'error',
    build: { outDir: 'vite', rollupOptions: { input: path.join(app, 'vite.html') } },
  });
}

/** As root Chromium starts only without its sandbox; the other flags keep it off the network. */
function launch(executablePath) {
  const { chromium: driver } = require('playwright-core');
  const quiet = ['gpu', 'quic', 'background-networking', 'component-update', 'sync'];
  return driver.launch({
    executablePath,
    headless: true,
    chromiumSandbox: false,
    args: ['--no-first-run', ...quiet.map((name) => `--disable-${name}`)],
  });
}

/** Opens a page and returns the first line it prints; any error on the page fails it. */
async function printedBy(browser, url) {
  const tab = await browser.newPage();
  try {
    return await new Promise((resolve, reject) => {
      tab.on('pageerror', reject);
      tab.on('console', (message) => {
        if (message.type() === 'error') reject(new Error(message.text()));
        else resolve(message.text());
      });
      setTimeout(() => reject(new Error('nothing printed within 20 seconds')), 20_000).unref();
      tab.goto(url).catch(reject);
    });
  } finally {
    await tab.close();
  }
}

async function browserSteps(app, checkReport) {
  const executablePath = chromium();
  if (executablePath === undefined) {
    return { steps: [['Chromium', () => ({ skip: 'not found on the PATH' })]], close: () => {} };
  }
  const server = await serve(app);
  const browser = await launch(executablePath);
  const origin = `http://127.0.0.1:${server.address().port}`;
  const visit = (url) => async () => checkReport(await printedBy(browser, `${origin}/${url}`));
  const steps = [
    ['Chromium, unbundled modules', visit('modules.html')],
    ['Chromium, module worker', visit('worker.html')],
    ['Chromium, minified bundle', visit('bundle.html')],
    ['Chromium, strict content policy, modules', visit('strict/modules.html')],
    ['Chromium, strict content policy, bundle', visit('strict/bundle.html')],
    ['Chromium, page built by Vite', visit('vite/vite.html')],
  ];
  const close = async () => {
    await browser.close();
    server.close();
  };
  return { steps, close };
}

/** Steps of the same form as in run.cjs, and what to call after them. */
exports.open = async function open({ app, tools, run, checkReport }) {
  await writePages(app);
  const { steps, close } = await browserSteps(app, checkReport);
  const denoFlags = ['run', '--no-remote', '--node-modules-dir=manual', 'main.mjs'];
  return {
    steps: [
      ['Deno', () => checkReport(run(binary(tools, 'deno'), denoFlags))],
      ['Bun', () => checkReport(run(binary(tools, 'bun'), ['run', 'main.mjs']))],
      ['Vite build', () => buildWithVite(app)],
      ...steps,
    ],
    close,
  };
};
