// Writes the generated documents in docs/reference; spec/docs/tables.spec.ts fails while they differ.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { publicSamples } from '../../spec/ops/samples/index.ts';
import { differencesDocument } from '../../spec/support/differences.ts';
import { opTable } from '../../spec/support/opTable.ts';

const root = join(__dirname, '../..');

function write(path: string, text: string): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

write('docs/reference/ops.md', opTable(publicSamples));
const listed = readFileSync(join(root, 'scripts/tfjs-suite/differences.json'), 'utf8');
write('docs/reference/differences-from-tfjs.md', differencesDocument(listed));
