'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { npmCommand } = require('./bootstrap.cjs');

const root = path.join(__dirname, '..');
exports.root = root;

function newest(folder) {
  const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  return Math.max(
    ...entries.map((e) => fs.statSync(path.join(e.parentPath ?? e.path, e.name)).mtimeMs),
  );
}

/** Builds if dist is older than the sources; checks of yesterday's build mislead. */
exports.buildIfStale = function buildIfStale() {
  const built = path.join(root, 'dist', 'cjs', 'index.d.ts');
  const sources = Math.max(newest(path.join(root, 'lib')), newest(__dirname));
  if (fs.existsSync(built) && fs.statSync(built).mtimeMs > sources) return;
  execFileSync(process.execPath, [path.join(__dirname, 'build.cjs')], {
    cwd: root,
    stdio: 'inherit',
  });
};

/** Runs npm and returns what it prints; throws with its own words. */
exports.runNpm = function runNpm(args, cwd) {
  const { command, first } = npmCommand();
  return execFileSync(command, [...first, ...args], {
    cwd,
    encoding: 'utf8',
    shell: command.endsWith('.cmd'),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
};

/** Writes the tarball that npm would publish into `folder` and returns its path. */
exports.pack = function pack(folder) {
  exports.buildIfStale();
  fs.mkdirSync(folder, { recursive: true });
  const [{ filename }] = JSON.parse(
    exports.runNpm(['pack', '--json', '--pack-destination', folder], root),
  );
  return path.join(folder, filename);
};
