'use strict';

const { ensureInstalled } = require('./bootstrap.cjs');

ensureInstalled().then(() => require('./repl-main.cjs'));
