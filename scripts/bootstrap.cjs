'use strict';

// Installs the dependencies if need be, so that `npm start` and `npm test` work in a fresh clone.
// Runs before anything is installed, so it uses nothing but Node itself.

const { spawn } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const lockFile = path.join(root, 'package-lock.json');
const stampFile = path.join(root, 'node_modules', '.gradtape-installed');
const mutex = path.join(root, '.install.lock');

/** Binaries differ by platform, so a folder copied from elsewhere counts as not installed. */
function installKey() {
  const hash = createHash('sha256').update(fs.readFileSync(lockFile)).digest('hex');
  return `${hash} ${process.platform} ${process.arch}`;
}

function readText(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** npm writes its own record last, so an install by hand counts if that record fits the lock file. */
function installedByHand() {
  const record = readText(path.join(root, 'node_modules', '.package-lock.json'));
  if (record === undefined) return false;
  const present = JSON.parse(record).packages;
  return Object.entries(JSON.parse(fs.readFileSync(lockFile, 'utf8')).packages).every(
    ([place, { version, optional }]) =>
      place === '' ||
      optional ||
      (present[place]?.version === version &&
        fs.existsSync(path.join(root, place, 'package.json'))),
  );
}

function isInstalled() {
  if (readText(stampFile) === installKey()) return true;
  if (!installedByHand()) return false;
  fs.writeFileSync(stampFile, installKey());
  return true;
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function takeMutex() {
  try {
    fs.writeFileSync(mutex, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    removeStaleMutex();
    return false;
  }
}

/** A killed install leaves its mutex; the link makes sure that only one of several waiters frees it. */
function removeStaleMutex() {
  const owners = readText(mutex);
  if (!owners || owners.split(' ').some((pid) => isRunning(Number(pid)))) return;
  const claim = `${mutex}.${owners.replace(' ', '-')}`;
  try {
    fs.linkSync(mutex, claim);
    if (readText(claim) === owners) fs.unlinkSync(mutex);
    fs.unlinkSync(claim);
  } catch {
    // Somebody else was faster.
  }
}

/** npm as the program that started this one, or the one on the PATH. */
function npmCommand() {
  const cli = process.env.npm_execpath ?? '';
  if (path.basename(cli) === 'npm-cli.js') return { command: process.execPath, first: [cli] };
  return { command: process.platform === 'win32' ? 'npm.cmd' : 'npm', first: [] };
}

function runNpmCi() {
  const { command, first } = npmCommand();
  // No install script is needed: esbuild and the others ship binaries as packages.
  const flags = ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund'];
  return new Promise((resolve) => {
    const child = spawn(command, [...first, ...flags], {
      cwd: root,
      shell: command.endsWith('.cmd'),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ code: error.code, output: error.message }));
    child.on('close', (code) => resolve({ code, output }));
    // npm outlives a killed parent; with its pid in the mutex nobody starts a second install then.
    if (child.pid !== undefined) fs.writeFileSync(mutex, `${process.pid} ${child.pid}`);
  });
}

function fail(message, output = '') {
  // npm's errors come before its usage text.
  const errors = output.split('\n').filter((line) => /^npm (error|ERR!) /.test(line));
  const shown = errors.length > 0 ? errors.slice(0, 12) : output.trim().split('\n').slice(-12);
  process.stderr.write(`${[`gradtape: ${message}`, ...shown].join('\n').trimEnd()}\n`);
  process.exit(1);
}

async function install() {
  process.stderr.write('installing dependencies (once)...\n');
  fs.rmSync(stampFile, { force: true });
  const { code, output } = await runNpmCi();
  if (code !== 0) {
    fs.rmSync(mutex, { force: true });
    fail(`could not install the dependencies: npm ci ended with ${code}`, output);
  }
  fs.writeFileSync(stampFile, installKey());
}

/** Resolves when node_modules holds what package-lock.json asks for. */
exports.ensureInstalled = async function ensureInstalled() {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    fail(`Node 20 or newer is needed; this is Node ${process.versions.node}`);
  }
  let waited = false;
  while (!isInstalled()) {
    if (takeMutex()) {
      try {
        // Another start may have finished between the question and the mutex.
        if (!isInstalled()) await install();
      } finally {
        fs.rmSync(mutex, { force: true });
      }
    } else {
      if (!waited) process.stderr.write('waiting for another install to finish...\n');
      waited = true;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
};

exports.npmCommand = npmCommand;
