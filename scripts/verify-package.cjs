'use strict';

// Checks the tarball that would be published: its manifest, and the types that each kind of
// importer finds. Resolution as before Node 12 cannot see subpaths; nobody needs it.

const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { pack, root } = require('./pack.cjs');

/** The program of a package: run by path, because a shim in .bin cannot be spawned on Windows. */
function bin(name) {
  const folder = path.join(root, 'node_modules', name);
  const [file] = Object.values(require(path.join(folder, 'package.json')).bin);
  return path.join(folder, file);
}

const tarball = pack(path.join(root, '.smoke'));
const checks = [
  [bin('publint'), 'run', tarball, '--strict'],
  [bin('@arethetypeswrong/cli'), tarball, '--profile', 'node16', '--no-emoji'],
];
const failed = checks.filter(
  (args) => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status !== 0,
);
process.exitCode = failed.length === 0 ? 0 : 1;
