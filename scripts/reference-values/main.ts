/**
 * Writes spec/fixtures/accuracy: for each function the last 16 bits of its true values, rounded to
 * doubles, at the points of spec/accuracy/points.ts. They tell how many ulps a computed value is off,
 * and take a quarter of the room.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Decimal } from 'decimal.js';
import { functionNames, lastBits, pointsOf } from '../../spec/accuracy/points.ts';
import { references } from './functions.ts';

// A number passed as such would be read by its shortest text, which is another number.
const folder = join(__dirname, '../../spec/fixtures/accuracy');
const chosen = process.argv.slice(2);

for (const name of chosen.length > 0 ? chosen : functionNames) {
  const bits = pointsOf(name).map((point) =>
    lastBits(references[name](...point.map((x) => new Decimal(x.toPrecision(60)))).toNumber()),
  );
  const bytes = Buffer.from(Uint16Array.from(bits).buffer);
  writeFileSync(join(folder, `${name}.txt`), `${bytes.toString('base64')}\n`);
  console.log(name);
}
