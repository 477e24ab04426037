/** Starts program.ts under the chosen Node. See README.md in the folder above. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bundle, ownFolder, runApart } from '../bundle.ts';

const { values } = parseArgs({
  options: {
    node: { type: 'string', default: process.execPath },
    rounds: { type: 'string', default: '15' },
    out: { type: 'string', default: path.join(ownFolder, 'results') },
  },
});

mkdirSync(values.out, { recursive: true });
runApart(bundle('kernels/program.ts', false), {
  node: values.node,
  flags: ['--expose-gc'],
  args: [values.out, values.rounds],
});
