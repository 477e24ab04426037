/** Every example in a document or a docstring is run, and compiled as strictly as any user may. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { runtime } from '../../lib/base/runtime.ts';
import { setDefaultFloat } from '../../lib/index.ts';
import type { Example } from '../support/examples.ts';
import {
  docstringExamples,
  exportedNames,
  fencedBlocks,
  filesIn,
  runExample,
  withImports,
} from '../support/examples.ts';
import type { Fault } from '../support/typecheck.ts';
import { evasions, programOf, typeFaults } from '../support/typecheck.ts';

const root = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const documents = ['README.md', ...filesIn(root, 'docs', '.md')];
const sources = filesIn(root, 'lib', '.ts');
const subpaths = [
  'gradtape',
  'gradtape/functional',
  'gradtape/graph',
  'gradtape/optim',
  'gradtape/testing',
  'gradtape/native',
] as const;

const blocks = documents.flatMap((file) => fencedBlocks(file, read(file)));

/** Programs; a block with a title is a change to the sources, which addAnOp.spec.ts makes. */
const examples = blocks.filter(({ language, title }) => language === 'ts' && title === '');
const docstrings = sources.flatMap((file) => docstringExamples(file, read(file)));
const all = [...examples, ...docstrings];

/** The public names, and those of the example's own file before them. */
const publicScope = scopeOf('lib/index.ts', 'gradtape');

function scopeOf(file: string, module: string): ReadonlyMap<string, string> {
  return new Map(exportedNames(join(root, file)).map((name) => [name, module]));
}

function scopeFor({ file }: Example): ReadonlyMap<string, string> {
  if (!file.startsWith('lib/')) return publicScope;
  return new Map([...scopeOf(file, join(root, file)), ...publicScope]);
}

function load(module: string): unknown {
  if (subpaths.some((path) => path === module) || module.startsWith(root)) {
    return jest.requireActual(module);
  }
  throw new Error(`an example imports '${module}'; readers have gradtape and its subpaths`);
}

const placeOf = ({ file, line }: Example): string => `${file}:${line}`;

afterEach(() => {
  // What one example leaves behind is not for the next one.
  runtime.layers = [];
  setDefaultFloat('float32');
});

describe('examples of documents', () => {
  it.each(examples.map((example) => [placeOf(example), example] as const))(
    '%s',
    async (_, example) => {
      await runExample(example, scopeFor(example), load);
      if (runtime.layers.length > 0) throw new Error(`${placeOf(example)}: leaves a tape open`);
    },
  );
});

describe('examples of docstrings', () => {
  it.each(docstrings.map((example) => [placeOf(example), example] as const))('%s', (_, example) =>
    runExample(example, scopeFor(example), load),
  );
});

describe('types', () => {
  const fileOf = ({ file, line }: Example): string =>
    `spec/docs/${file.replace(/\W/g, '_')}_${line}.ts`;
  const texts = new Map(all.map((one) => [fileOf(one), withImports(one.code, scopeFor(one))]));
  const program = programOf(root, texts, ['lib/index.ts']);
  const faultsOf = (path: string): Fault[] => [
    ...typeFaults(program, path),
    ...evasions(program, path),
  ];

  it('fit in every example, with no cast, no ! and no any', () => {
    const faults = all.flatMap((example) =>
      faultsOf(join(root, fileOf(example))).map(
        ({ line, message }) => `${example.file}:${example.line + line}: ${message}`,
      ),
    );
    expect(faults).toEqual([]);
  });

  it('come with an example for every public function', () => {
    const checker = program.getTypeChecker();
    const index = program.getSourceFile(join(root, 'lib/index.ts'));
    const module = index && checker.getSymbolAtLocation(index);
    if (module === undefined) throw new Error('lib/index.ts is no module');
    const missing = checker
      .getExportsOfModule(module)
      .map((symbol) => resolved(checker, symbol))
      .filter((symbol) => isCallable(checker, symbol) && !(symbol.name in withoutExample))
      .filter((symbol) => !symbol.getJsDocTags(checker).some(({ name }) => name === 'example'));
    expect(missing.map(({ name }) => `${name}: its docstring has no @example`)).toEqual([]);
  });
});

/** Public functions and classes whose docstring needs no example, and why. */
const withoutExample: Readonly<Record<string, string>> = {
  setDefaultFloat: 'changes a setting of the whole program; docs/from-tensorflow.md shows it',
  setMaxElements: 'changes a setting of the whole program',
  Tensor: 'made by functions, which have examples',
  Variable: 'made by `variable`, which has one',
  Optimizer: 'made by the functions of `train`, which have one',
  SGDOptimizer: 'as Optimizer',
  MomentumOptimizer: 'as Optimizer',
  AdamOptimizer: 'as Optimizer',
  AdadeltaOptimizer: 'as Optimizer',
  AdagradOptimizer: 'as Optimizer',
  AdamaxOptimizer: 'as Optimizer',
  RMSPropOptimizer: 'as Optimizer',
  TensorBuffer: 'made by `buffer`, which has one',
  print: 'writes to the console',
  enableDebugMode: 'changes a setting of the whole program; withDebugMode has an example',
  disableDebugMode: 'as enableDebugMode',
  Explanation: 'made by `explain` of a tape, which has one',
  ReverseStep: 'made by `steps` of a tape, which has one',
  TapeSummary: 'made by `summary` of a tape, which has one',
  Profile: 'made by `profile`, which has one',
  nextFrame: 'returns a promise, and examples are run at once',
  apply: "for ops of one's own, which docs/add-an-op.md shows",
  defineOp: 'as apply',
  notDifferentiable: 'as apply',
  specOf: 'as apply',
};

function resolved(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

function isCallable(checker: ts.TypeChecker, symbol: ts.Symbol): boolean {
  const declaration = symbol.valueDeclaration;
  if (declaration === undefined || symbol.name.endsWith('Error')) return false;
  const type = checker.getTypeOfSymbol(symbol);
  return type.getCallSignatures().length + type.getConstructSignatures().length > 0;
}

describe('commands in documents', () => {
  const { scripts, bin, name, devDependencies } = JSON.parse(read('package.json')) as {
    readonly scripts: object;
    readonly bin: object;
    readonly name: string;
    readonly devDependencies: object;
  };
  const builtin = ['install', 'ci', 'init'];

  function fault(line: string): string | undefined {
    const [command = '', ...words] = line.trim().split(/\s+/);
    const [first = ''] = words;
    if (command === 'npm' && first === 'run') return known(scripts, words[1] ?? '', 'npm script');
    if (command === 'npm')
      return builtin.includes(first) ? undefined : known(scripts, first, 'npm script');
    if (command === 'npx')
      return known(
        { ...bin, ...devDependencies },
        words.find((word) => !word.startsWith('-')) ?? '',
        'program',
      );
    if (command === 'node')
      return existsSync(join(root, first)) ? undefined : `no such file: ${first}`;
    return ['git', 'cd', 'mkdir'].includes(command) ? undefined : `an unknown command: ${command}`;
  }

  function known(table: object, key: string, kind: string): string | undefined {
    return Object.hasOwn(table, key) ? undefined : `no such ${kind}: ${key}`;
  }

  const commands = blocks.filter(({ language }) => language === 'sh');

  it('exist', () => {
    const faults = commands.flatMap(({ file, line, code }) =>
      code.split('\n').flatMap((text, i) => {
        const found = text.trim() === '' || text.startsWith('#') ? undefined : fault(text);
        return found === undefined ? [] : [`${file}:${line + i}: ${found}`];
      }),
    );
    expect(faults).toEqual([]);
    expect(name).toBe('gradtape');
  });
});

describe('links in documents', () => {
  it('lead to files that exist', () => {
    const faults = documents.flatMap((file) =>
      [...read(file).matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
        .filter(([, target = '']) => !existsSync(join(root, dirname(file), target)))
        .map(([, target]) => `${file}: no such file: ${target ?? ''}`),
    );
    expect(faults).toEqual([]);
  });
});

describe('the list of chapters', () => {
  it('holds each chapter of the guide, by its title and in order', () => {
    const chapters = documents.filter((file) => /^docs.guide.\d/.test(file)).sort();
    const expected = chapters.map((file) => {
      const title = /^# (.*)/.exec(read(file))?.[1] ?? '';
      return `- [${title}](${file.split(/[\\/]/).at(-1) ?? ''}): `;
    });
    const listed = read('docs/guide/README.md').match(/^- \[.*?\]\(.*?\): /gm);
    expect(listed).toEqual(expected);
  });
});
