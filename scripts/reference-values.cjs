'use strict';

const { ensureInstalled } = require('./bootstrap.cjs');

ensureInstalled().then(() => {
  const { runTypeScript } = require('./run-typescript.cjs');
  runTypeScript('scripts/reference-values/main.ts', process.argv.slice(2));
});
