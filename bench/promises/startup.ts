/** From the start of a process to its first gradient, above a process that loads an empty package. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const runs = 15;

const firstGradient = `
  const x = scalar(3), tape = new GradientTape();
  tape.watch(x);
  if (tape.gradient(mul(x, x), x).item() !== 6) throw new Error('wrong');`;

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function runTime(file: string): number {
  const start = performance.now();
  execFileSync(process.execPath, [file]);
  return performance.now() - start;
}

/** Prints the difference of medians of two programs, each the text of a file with this ending. */
function compare(title: string, ending: string, empty: string, first: string): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'gradtape-startup-'));
  const [emptyFile, firstFile] = ['empty', 'first'].map((name) =>
    path.join(folder, `${name}.${ending}`),
  );
  writeFileSync(path.join(folder, `nothing.${ending}`), '');
  writeFileSync(emptyFile, empty);
  writeFileSync(firstFile, first + firstGradient);
  const pairs = Array.from({ length: runs }, () => [runTime(emptyFile), runTime(firstFile)]);
  rmSync(folder, { recursive: true });
  const above = median(pairs.map(([a, b]) => b - a));
  console.log(
    `${title} to first gradient: ${above.toFixed(0)} ms above an empty package (${median(pairs.map(([a]) => a)).toFixed(0)} ms)`,
  );
}

/** The two ways into the built package, as its manifest gives them to Node. */
export function benchStartup(required: string, imported: string): void {
  const names = '{ GradientTape, mul, scalar }';
  compare(
    'require',
    'cjs',
    "require('./nothing.cjs');",
    `const ${names} = require(${JSON.stringify(required)});`,
  );
  compare(
    'import',
    'mjs',
    "import './nothing.mjs';",
    `import ${names} from ${JSON.stringify(pathToFileURL(imported).href)};`,
  );
}
