#!/usr/bin/env node
/** `npx gradtape`: Node's own prompt with the names of the library in scope. */

import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { start } from 'node:repl';
import * as library from '../index.ts';
import { furnish, greeting, promptText } from './prompt.ts';

const usage = `Usage: gradtape [--help | --version]

Opens a JavaScript prompt with all names of gradtape in scope, top-level await and a history.
\`tg\` holds all names, too, for those that are shadowed by variables of yours.
`;

main(process.argv.slice(2));

function main(args: readonly string[]): void {
  const [option] = args;
  if (option === undefined) openPrompt();
  else if (option === '--help' || option === '-h') process.stdout.write(usage);
  else if (option === '--version' || option === '-v') process.stdout.write(`${version()}\n`);
  else {
    process.stderr.write(`gradtape: unknown argument '${option}'\n${usage}`);
    process.exitCode = 2;
  }
}

function openPrompt(): void {
  process.stdout.write(greeting(version()));
  const server = start({ prompt: promptText, breakEvalOnSigint: true });
  const addNames = (): void => {
    // A realm of its own: what is called isNaN here stays isNaN for everybody else.
    Object.assign(server.context, library, { tg: library });
  };
  addNames();
  server.on('reset', addNames);
  furnish(server, library);
}

/** The version in the package's manifest, which lies above this program. */
function version(): string {
  let folder = dirname(realpathSync(process.argv[1]));
  for (;;) {
    const found = versionIn(join(folder, 'package.json'));
    if (found !== undefined) return found;
    const parent = dirname(folder);
    if (parent === folder) return '(unknown version)';
    folder = parent;
  }
}

// The folders of the built package have manifests without a name.
function versionIn(file: string): string | undefined {
  try {
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
    return manifest.name === 'gradtape' ? manifest.version : undefined;
  } catch {
    return undefined;
  }
}
