import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publicSamples } from '../ops/samples/index.ts';
import { differencesDocument } from '../support/differences.ts';
import { opTable, unlistedFunctions } from '../support/opTable.ts';

const read = (path: string): string => readFileSync(join(__dirname, '../..', path), 'utf8');

// With SAMPLES set, a part of the table stands for the whole.
const isWhole = process.env['SAMPLES'] === undefined;
const whole = isWhole ? it : it.skip;
if (!isWhole) {
  process.stdout.write(
    'spec/docs/tables: SAMPLES chose a part, so the whole table is not compared\n',
  );
}

describe('generated documents (npm run tables)', () => {
  whole('docs/reference/ops.md says what the functions do', () => {
    expect(opTable(publicSamples)).toBe(read('docs/reference/ops.md'));
  });

  whole('docs/reference/ops.md knows every public function', () => {
    const advice = 'add samples, or the name to spec/support/functionLists.ts';
    expect([advice, unlistedFunctions(publicSamples)]).toEqual([advice, []]);
  });

  it('docs/reference/differences-from-tfjs.md lists the specs that do not pass', () => {
    const listed = read('scripts/tfjs-suite/differences.json');
    expect(differencesDocument(listed)).toBe(read('docs/reference/differences-from-tfjs.md'));
  });
});
