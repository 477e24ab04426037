import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allOps } from '../lib/ops/index.ts';
import * as architecture from './support/architecture.ts';
import { layerDiagram, withDiagram } from './support/diagram.ts';

const root = join(__dirname, '..');
const sources = architecture.readSources(root, ['lib', 'spec']);
const opNames = allOps.map(({ name }) => name);

describe('architecture', () => {
  it.each([
    ['places every file in a layer and every op in a family', architecture.strayFiles],
    ['imports downwards only', architecture.wrongImports],
    ['uses earlier op families only', architecture.wrongFamilies],
    ['has no import cycle', architecture.importCycles],
    ['keeps ops out of the interpreters', architecture.knownOps],
    ['has no default export', architecture.defaultExports],
    ['keeps its state in base/runtime.ts', architecture.mutableState],
    ['names files after their subject', architecture.emptyFileNames],
    ['keeps files short', architecture.overBudget],
  ])('%s', (_, rule) => {
    expect(rule(sources)).toEqual([]);
  });

  it('names no op in core, transforms and graph', () => {
    expect(opNames.length).toBeGreaterThan(0);
    expect(architecture.namedOps(sources, opNames)).toEqual([]);
  });

  it('shows its layers in docs/architecture.md (npm run diagram)', () => {
    const document = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
    expect(withDiagram(document, layerDiagram(sources))).toBe(document);
  });

  it('prints the files that should be split when next touched', () => {
    const long = architecture.overWish(sources);
    if (long.length > 0) process.stdout.write(`${long.join('\n')}\n`);
    expect(long.length).toBeLessThan(sources.size);
  });
});

describe('architecture rules', () => {
  const small = new Map([
    ['lib/base/shape.ts', 'export type Shape = readonly number[];'],
    ['lib/kernels/reduce.ts', "import type { Shape } from '../base/shape.ts'; export const k = 0;"],
    ['lib/core/apply.ts', "import { k } from '../kernels/reduce.ts'; export const apply = k;"],
    [
      'lib/ops/structural.ts',
      "import { apply } from '../core/apply.ts'; export const add = apply;",
    ],
    ['lib/ops/reduce.ts', "export { add as sum } from './structural.ts';"],
    ['lib/ops/index.ts', "export { sum } from './reduce.ts';"],
    ['lib/transforms/tape.ts', "import { add } from '../ops/structural.ts'; export { add };"],
    ['lib/optim/sgd.ts', "export { add as sgd } from '../transforms/tape.ts';"],
    ['lib/fluent.ts', "import './ops/index.ts'; export const methods = {};"],
    ['lib/index.ts', "import './fluent.ts'; export { sum } from './ops/index.ts';"],
  ]);

  const faultsWith = (path: string, text: string): readonly string[] =>
    architecture.faultsOf(new Map([...small, [path, text]]), ['sum', 'tanh']);

  it('accept a library in order', () => {
    expect(architecture.faultsOf(small, ['sum', 'tanh'])).toEqual([]);
  });

  it.each([
    ['an upward import', 'lib/core/a.ts', "import '../ops/reduce.ts'", 'higher layer'],
    [
      'an upward import of a type',
      'lib/base/a.ts',
      "import type { X } from '../core/apply.ts'",
      'higher layer',
    ],
    ['an upward export', 'lib/base/a.ts', "export * from '../core/apply.ts'", 'higher layer'],
    [
      'an upward type query',
      'lib/base/a.ts',
      "export type A = import('../core/apply.ts').A;",
      'higher layer',
    ],
    [
      'an augmentation of a higher layer',
      'lib/base/a.ts',
      "export {}; declare module '../core/apply.ts' {}",
      'higher layer',
    ],
    ['a later family', 'lib/ops/slicing.ts', "import { sum } from './reduce.ts'", 'later family'],
    ['an unlisted family', 'lib/ops/misplaced.ts', '', 'not in the list of op families'],
    [
      'a cycle',
      'lib/base/shape.ts',
      "export * from './shape.ts'",
      'import cycle: lib/base/shape.ts -> lib/base/shape.ts',
    ],
    ['a sibling', 'lib/nn/a.ts', "import '../optim/sgd.ts'", 'a sibling'],
    [
      'a hidden layer',
      'lib/transforms/a.ts',
      "import '../kernels/reduce.ts'",
      'a layer that transforms must not know',
    ],
    ['a list from below', 'lib/ops/slicing.ts', "import './index.ts'", 'a list from below'],
    ['the public names from below', 'lib/io/a.ts', "import '../index.ts'", 'higher layer'],
    ['the methods from below', 'lib/optim/a.ts', "import '../fluent.ts'", 'higher layer'],
    ['a dependency', 'lib/base/a.ts', "import 'left-pad'", 'no runtime dependencies'],
    ['Node in the core', 'lib/core/a.ts', "import 'node:fs'", 'no runtime dependencies'],
    ['a missing file', 'lib/core/a.ts', "import './b.ts'", 'does not exist'],
    ['a file outside the layers', 'lib/extra/a.ts', '', 'belongs to no layer'],
    [
      'an op in an interpreter',
      'lib/transforms/reverse.ts',
      "import { sum } from '../ops/reduce.ts'",
      'imports sum',
    ],
    [
      'all ops in an interpreter',
      'lib/transforms/reverse.ts',
      "import * as ops from '../ops/reduce.ts'",
      'imports *',
    ],
    [
      'an op named in a string',
      'lib/graph/a.ts',
      "\nexport const is = (n: string) => n === 'tanh';",
      "a.ts:2: names the op 'tanh'",
    ],
    ['a default function', 'lib/base/a.ts', 'export default function f() {}', 'default export'],
    ['a default value', 'lib/base/a.ts', 'export default 1;', 'default export'],
    [
      'a default by renaming',
      'lib/base/a.ts',
      'const a = 1; export { a as default };',
      'default export',
    ],
    ['state', 'lib/core/a.ts', 'let depth = 0; export const next = () => ++depth;', 'can change'],
    ['an empty name', 'lib/base/utils.ts', '', 'named after nothing'],
    ['an endless file', 'lib/base/a.ts', '\n'.repeat(401), '401 lines; at most 400'],
    ['an endless spec', 'spec/a.spec.ts', '\n'.repeat(501), '501 lines; at most 500'],
  ])('catch %s', (_, path, text, fault) => {
    expect(faultsWith(path, text)).toEqual([expect.stringContaining(fault)]);
  });

  it('catch a cycle over several files', () => {
    const cycle = new Map([
      ['lib/base/a.ts', "import './b.ts'"],
      ['lib/base/b.ts', "import type { C } from './c.ts'"],
      ['lib/base/c.ts', "export * from './a.ts'"],
    ]);
    expect(architecture.importCycles(cycle)).toEqual([
      'import cycle: lib/base/a.ts -> lib/base/b.ts -> lib/base/c.ts -> lib/base/a.ts',
    ]);
  });

  it('draw each layer with the imports that follow from no other', () => {
    expect(layerDiagram(small).split('\n').slice(2, -1)).toEqual([
      '  index["11 · index"]',
      '  index --> fluent',
      '  fluent["10 · fluent"]',
      '  fluent --> ops',
      '  optim["7 · optim"]',
      '  optim --> transforms',
      '  transforms["5 · transforms"]',
      '  transforms --> ops',
      '  ops["3 · ops"]',
      '  ops --> core',
      '  core["2 · core"]',
      '  core --> kernels',
      '  kernels["1 · kernels"]',
      '  kernels --> base',
      '  base["0 · base"]',
    ]);
  });
});
