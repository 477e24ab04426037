/** From the start of a process to its first gradient, above a process that loads an empty package. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const runs = 15;

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function runTime(file: string): number {
  const start = performance.now();
  execFileSync(process.execPath, [file]);
  return performance.now() - start;
}

/** Prints the difference of medians; `library` is the built package. */
export function benchStartup(library: string): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'gradtape-startup-'));
  const empty = path.join(folder, 'empty.cjs');
  const first = path.join(folder, 'first.cjs');
  writeFileSync(path.join(folder, 'nothing.cjs'), '');
  writeFileSync(empty, "require('./nothing.cjs');");
  writeFileSync(
    first,
    `const { GradientTape, mul, scalar } = require(${JSON.stringify(library)});
     const x = scalar(3), tape = new GradientTape();
     tape.watch(x);
     if (tape.gradient(mul(x, x), x).item() !== 6) throw new Error('wrong');`,
  );
  const pairs = Array.from({ length: runs }, () => [runTime(empty), runTime(first)] as const);
  rmSync(folder, { recursive: true });
  const above = median(pairs.map(([a, b]) => b - a));
  console.log(
    `import to first gradient: ${above.toFixed(0)} ms above an empty package (${median(pairs.map(([a]) => a)).toFixed(0)} ms)`,
  );
}
