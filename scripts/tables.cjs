'use strict';

const { ensureInstalled } = require('./bootstrap.cjs');

ensureInstalled().then(() => {
  const { runTypeScript } = require('./run-typescript.cjs');
  // The values of a sample are drawn from the name of its function.
  runTypeScript('scripts/tables/main.ts', [], true);
});
