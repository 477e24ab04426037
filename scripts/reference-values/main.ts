/**
 * Writes spec/fixtures/accuracy: for each function its true values at the points of
 * spec/accuracy/points.ts, rounded to doubles, of which the remainders are kept that tell how far
 * a computed value is off. The command takes names of functions; without any it does all.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Decimal } from 'decimal.js';
import { functionNames, pointsOf, remainderOf, withZeros } from '../../spec/accuracy/points.ts';
import { references } from './functions.ts';

const folder = join(__dirname, '../../spec/fixtures/accuracy');
const chosen = process.argv.slice(2);

/** A number passed to Decimal as such would be read by its shortest text, which is another number. */
const exactly = (x: number): Decimal => new Decimal(x.toPrecision(60));

for (const name of chosen.length > 0 ? chosen : functionNames) {
  const start = Date.now();
  const remainders = pointsOf(name).map((point) =>
    remainderOf(references[name](...point.map(exactly)).toNumber(), withZeros.includes(name)),
  );
  const bytes = Buffer.from(Uint16Array.from(remainders).buffer);
  writeFileSync(join(folder, `${name}.txt`), `${bytes.toString('base64')}\n`);
  console.log(`${name}: ${String(Math.round((Date.now() - start) / 1000))} s`);
}
