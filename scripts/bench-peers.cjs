'use strict';

// Installs the libraries that `npm run bench` compares with into .bench/peers, which git ignores. They
// are no dependencies of this package: nothing else needs them, and together they are large.

const fs = require('node:fs');
const path = require('node:path');
const { root, runNpm } = require('./pack.cjs');

const folder = path.join(root, '.bench/peers');
const dependencies = JSON.parse(
  fs.readFileSync(path.join(root, 'bench/peers/versions.json'), 'utf8'),
);

fs.mkdirSync(folder, { recursive: true });
fs.writeFileSync(
  path.join(folder, 'package.json'),
  `${JSON.stringify({ private: true, dependencies }, null, 2)}\n`,
);
try {
  // Without install scripts: one of them would build a graphics library that nothing here uses.
  runNpm(['install', '--ignore-scripts', '--no-audit', '--no-fund'], folder);
} catch (error) {
  process.stderr.write(`bench:peers: ${error.stderr || error.message}\n`);
  process.exit(1);
}
for (const [name, version] of Object.entries(dependencies)) console.log(`${name} ${version}`);
console.log('PyTorch is used where python3, or the program that PYTHON names, can import torch.');
