'use strict';

// The prompt of `npm run repl`: TypeScript, checked line by line, over the sources of the library.
// Run by repl.cjs once the dependencies are there.

const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const nodeRepl = require('node:repl');
const esbuild = require('esbuild');
const tsNode = require('ts-node');

const root = path.join(__dirname, '..');
const publicNames = path.join(root, 'lib', 'index.ts');

/**
 * Library and prompt as one module in memory. ts-node could run the sources too, but would check
 * the types of every file before the first prompt.
 */
function loadLibrary() {
  const { outputFiles } = esbuild.buildSync({
    absWorkingDir: root,
    stdin: {
      contents:
        "export * as library from './lib/index.ts'; export * as prompt from './lib/repl/prompt.ts';",
      resolveDir: root,
    },
    write: false,
    bundle: true,
    ignoreAnnotations: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'error',
  });
  const bundle = new Module(path.join(root, 'gradtape.cjs'), null);
  bundle._compile(outputFiles[0].text, bundle.id);
  return bundle.exports;
}

const { library, prompt } = loadLibrary();

// `import ... from 'gradtape'` at the prompt, or in a file loaded there, means this very library.
const load = Module._load;
Module._load = function (request, ...rest) {
  return /^gradtape(\/\w+)?$/.test(request) ? library : load.call(this, request, ...rest);
};

/** What has been entered so far; ts-node keeps it as one file that grows. */
const state = { path: path.join(root, '<repl>.ts'), input: '', output: '', version: 0, lines: 0 };

function createService(repl) {
  return tsNode.register({
    ...repl.evalAwarePartialHost,
    cwd: root,
    skipProject: true,
    experimentalResolver: true,
    experimentalReplAwait: true,
    pretty: process.stdout.isTTY,
    compilerOptions: {
      // With nodenext there would be no top-level await here.
      module: 'commonjs',
      moduleResolution: 'bundler',
      target: 'es2022',
      // Without the DOM, whose `print`, `name`, `top` ... would stand in the way.
      lib: ['es2022', 'esnext.disposable'],
      types: ['node'],
      strict: true,
      skipLibCheck: true,
      esModuleInterop: true,
      allowImportingTsExtensions: true,
      paths: {
        gradtape: [publicNames],
        'gradtape/*': [path.join(root, 'lib', '*', 'index.ts')],
      },
    },
  });
}

/**
 * TypeScript that brings the names into scope. Functions are declared as globals, so that a variable
 * may be called `sum` or `max` all the same, and Tab completes them; classes and types are imported,
 * because a global constant would not be a type; and so is what would change a global of JavaScript.
 */
function declarations() {
  const types = [...fs.readFileSync(publicNames, 'utf8').matchAll(/^export type \{([^}]*)\}/gm)];
  const imported = types
    .flatMap(([, names]) => names.split(','))
    .flatMap((name) => (name.trim() === '' ? [] : [`type ${name.trim()}`]));
  const all = "typeof import('gradtape')";
  const globals = ['const _: any, _error: any;', `const tg: ${all};`];
  for (const name of Object.keys(library)) {
    if (/^[A-Z]/.test(name) || name in globalThis) imported.push(name);
    else globals.push(`const ${name}: ${all}.${name};`);
  }
  return `import { ${imported.join(', ')} } from 'gradtape'; declare global { ${globals.join(' ')} }\n`;
}

function defineGlobals() {
  for (const [name, value] of Object.entries({ ...library, tg: library })) {
    if (name in globalThis) continue;
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
}

/** As ts-node's own prompt: Node's modules are there without an import. */
function builtinModules() {
  const names = Module.builtinModules.filter((name) => /^[a-z]\w*$/.test(name));
  const free = names.filter((name) => !['console', 'module', 'process'].includes(name));
  const imports = free.map((name) => `declare import ${name} = require('${name}')`);
  return `// @ts-ignore\n${imports.join('; ')}\n`;
}

function defineTypeCommand(server, service) {
  server.defineCommand('type', {
    help: 'Show the type of an expression: .type tensor',
    action(expression) {
      const text = state.input + expression.trim();
      const { name, comment } = service.getTypeInfo(text, state.path, text.length);
      for (const line of [name, comment]) if (line) server.output.write(`${line}\n`);
      server.displayPrompt();
    },
  });
}

function main() {
  const { version } = require('../package.json');
  process.stdout.write(prompt.greeting(`${version} in TypeScript`));
  const repl = tsNode.createRepl({ state });
  const service = createService(repl);
  repl.setService(service);
  Object.assign(globalThis, { module, exports: {}, require });
  repl.evalCode(declarations());
  defineGlobals();
  repl.evalCode(builtinModules());
  const server = nodeRepl.start({
    prompt: prompt.promptText,
    eval: repl.nodeEval,
    useGlobal: true,
  });
  prompt.awaitEachLine(server);
  prompt.furnish(server, library);
  defineTypeCommand(server, service);
}

main();
