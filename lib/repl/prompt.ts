/** What both prompts share, that of `npx gradtape` and the one with TypeScript in the repository. */

import { closeSync, openSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { REPLEval, REPLServer } from 'node:repl';
import { types } from 'node:util';

/** What stands at the start of each line of input. */
export const promptText = 'tg> ';

/** The public names and their values. */
export type Names = Readonly<Record<string, unknown>>;

/** The two lines printed at the start. */
export function greeting(version: string): string {
  return (
    `gradtape ${version}: its names are in scope, .names lists them\n` +
    'Start with: const tape = new GradientTape()\n'
  );
}

/** Gives a prompt its commands, its history and short error messages. */
export function furnish(server: REPLServer, names: Names): void {
  shortenErrors(server);
  server.defineCommand('names', {
    help: 'List the names of the library, or those that contain a word: .names grad',
    action(word: string) {
      server.output.write(listNames(Object.keys(names), word.trim(), server));
      server.displayPrompt();
    },
  });
  const file = historyFile();
  if (server.terminal && file !== undefined) server.setupHistory(file, ignore);
}

// The sorted names in columns, as `ls` prints files.
function listNames(names: readonly string[], word: string, server: REPLServer): string {
  const found = names
    .filter((name) => name.toLowerCase().includes(word.toLowerCase()))
    .sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  if (found.length === 0) return `no name contains '${word}'\n`;
  const width = Math.max(...found.map((name) => name.length)) + 2;
  // A terminal that does not know its size reports 0.
  const { columns: screen = 0 } = server.output as { columns?: number };
  const columns = Math.max(1, Math.floor((screen > 0 ? screen : 80) / width));
  const rows = Math.ceil(found.length / columns);
  const lines = Array.from({ length: rows }, (_, row) =>
    found
      .filter((_, i) => i % rows === row)
      .map((name) => name.padEnd(width))
      .join('')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

/** What the definitions of Node leave out or have for reading only. */
interface OpenServer {
  eval: REPLEval;
  writer: ((value: unknown) => string) & { readonly options: unknown };
  _ttyWrite: (text: string | undefined, key: Key) => void;
}

interface Key {
  readonly ctrl?: boolean;
  readonly name?: string;
}

/** An error of the library says what is wrong in its message; its stack would only hide that. */
function shortenErrors(server: REPLServer): void {
  const open = server as unknown as OpenServer;
  const { writer } = open;
  const shorten = (value: unknown): string => {
    if (!isLibraryError(value)) return writer(value);
    const name = server.useColors ? `\x1b[31m${value.name}\x1b[39m` : value.name;
    return `${name}: ${value.message}`;
  };
  open.writer = Object.assign(shorten, { options: writer.options });
}

/**
 * Holds back what is typed or pasted until the line before has its result, as Node's prompt does by
 * itself unless it is given another `eval`. Ctrl+C gives up waiting.
 */
export function awaitEachLine(server: REPLServer): void {
  if (!server.terminal) return;
  const open = server as unknown as OpenServer;
  const [evaluate, write] = [server.eval, open._ttyWrite.bind(server)];
  const waiting: Parameters<typeof write>[] = [];
  let finish: ((error: Error | null) => void) | null = null;
  open._ttyWrite = (text, key) => {
    if (finish === null) write(text, key);
    else if (key.ctrl === true && key.name === 'c') finish(interruption());
    else waiting.push([text, key]);
  };
  open.eval = (code, context, file, callback) => {
    const done = (...result: Parameters<typeof callback>): void => {
      if (finish !== done) return;
      finish = null;
      callback(...result);
      while (finish === null) {
        const next = waiting.shift();
        if (next === undefined) return;
        write(...next);
      }
    };
    finish = done as typeof finish;
    evaluate.call(server, code, context, file, done);
  };
}

function interruption(): Error {
  const error = new Error('interrupted by Ctrl+C');
  delete error.stack; // only the prompt's own frames
  return error;
}

// Not instanceof: the error may come from another copy of the library.
function isLibraryError(value: unknown): value is Error {
  if (!types.isNativeError(value)) return false;
  const { op, argument } = value as { op?: unknown; argument?: unknown };
  return typeof op === 'string' && typeof argument === 'string';
}

/** Where lines are kept from one session to the next; undefined if that cannot be written. */
function historyFile(): string | undefined {
  try {
    const file = join(homedir(), '.gradtape_repl_history');
    closeSync(openSync(file, 'a+', 0o600));
    return file;
  } catch {
    return undefined;
  }
}

function ignore(): void {
  // A session without history is better than none.
}
