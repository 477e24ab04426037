// In Node, `import` and `require` of every entry give one and the same library.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);
const { exports } = require('gradtape/package.json');
const entries = Object.keys(exports).filter((subpath) => !subpath.endsWith('.json'));

function check(condition, text) {
  if (!condition) throw new Error(text);
}

check(entries.length > 1, 'no entries in the manifest');
for (const subpath of entries) {
  const id = `gradtape${subpath.slice(1)}`;
  const [imported, required] = [await import(id), require(id)];
  const names = Object.keys(required).sort();
  check(names.length > 0, `${id}: exports nothing`);
  check(`${Object.keys(imported)}` === `${names}`, `${id}: import and require differ in names`);
  for (const name of names) {
    check(imported[name] === required[name], `${id}: two copies of ${name}`);
    const { writable } = Object.getOwnPropertyDescriptor(required, name);
    check(writable, `${id}: ${name} is not a plain property`);
  }
}

const { abs, scalar, Tensor } = await import('gradtape');
const { det } = await import('gradtape/linalg');
check(det([[2]]) instanceof Tensor, 'gradtape/linalg has a Tensor of its own');
check(abs.name === 'abs', `abs is called ${abs.name}`);
check(scalar(1).constructor.name === 'Tensor', 'Tensor has lost its name');

const map = JSON.parse(
  readFileSync(path.join(path.dirname(require.resolve('gradtape')), 'library.js.map')),
);
check(map.sources.includes('../../lib/ops/arithmetic.ts'), 'the source map points elsewhere');
