'use strict';

const path = require('node:path');
const { ensureInstalled } = require('./bootstrap.cjs');

ensureInstalled().then(() => {
  process.chdir(path.join(__dirname, '..'));
  // Jest reads the remaining arguments from process.argv, so `npm test -- --watch` works.
  require('jest/bin/jest');
});
