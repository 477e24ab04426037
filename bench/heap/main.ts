/** Runs program.ts with the collector at hand. See README.md in the folder above. */
import { parseArgs } from 'node:util';
import { bundle, runApart } from '../bundle.ts';

const { values } = parseArgs({
  options: {
    node: { type: 'string', default: process.execPath },
    steps: { type: 'string', default: '10000' },
  },
});

runApart(bundle('heap/program.ts', true), {
  node: values.node,
  flags: ['--expose-gc'],
  args: [values.steps],
});
