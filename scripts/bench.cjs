'use strict';

// npm run bench, and bench:promises, bench:kernels, ...: the program is the first argument.

const { ensureInstalled } = require('./bootstrap.cjs');

const programs = {
  compare: 'bench/compare/main.ts',
  kernels: 'bench/kernels/main.ts',
  heap: 'bench/heap/main.ts',
  promises: 'bench/promises/main.ts',
};

ensureInstalled().then(() => {
  const [name, ...args] = process.argv.slice(2);
  // The workloads run on the package as users get it.
  if (name === 'compare' || name === 'heap') require('./pack.cjs').buildIfStale();
  require('./run-typescript.cjs').runTypeScript(programs[name], args);
});
