/**
 * The rules of docs/architecture.md as pure functions over the sources (path to text), so that
 * architecture.spec.ts can also plant faults in memory. Imports are found by TypeScript's own
 * scanner: an `import type` counts like any other.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';

/** Text of each file by its path from the repository's root, with forward slashes. */
export type Sources = ReadonlyMap<string, string>;

/** Folders of lib from the bottom up; a folder in one row with others does not import them. */
export const layers: readonly (readonly string[])[] = [
  ['base'],
  ['kernels'],
  ['core'],
  ['ops'],
  ['functions'],
  ['transforms'],
  ['graph'],
  [
    'linalg',
    'random',
    'nn',
    'optim',
    'ode',
    'signal',
    'spectral',
    'image',
    'sparse',
    'fused',
    'math',
    'testing',
    'native',
  ],
  ['io', 'inspect', 'repl'],
  ['functional'],
  ['fluent.ts'],
  ['index.ts'],
];

/** Op families from the first to the last: a family imports itself and earlier ones. */
export const families: readonly string[] = [
  'conjugate.ts', // what the rules of products need of complex numbers
  'structural.ts',
  'batchRules.ts', // what batch rules share: no ops
  'complex.ts',
  'elementwise.ts', // the constructors of elementwise ops; they undo broadcasting by structural ones
  'slicing.ts',
  'joining.ts',
  'indexing.ts',
  'diagonal.ts',
  'sort.ts',
  'sets.ts', // shapes that depend on values: no ops
  'resample.ts',
  'suppression.ts', // reads its inputs: no ops
  'compare.ts',
  'coordinates.ts', // reads its input: no ops
  'select.ts',
  'arithmetic.ts',
  'transcendental.ts',
  'activations.ts',
  'linearUnits.ts',
  'recurrent.ts',
  'binary.ts',
  'bitwise.ts',
  'reduce.ts',
  'norms.ts',
  'normalization.ts',
  'scan.ts',
  'segment.ts',
  'scatter.ts', // places given row by row, for gather and segments: no ops
  'matmul.ts',
  'windows.ts', // how windows move over spatial axes: no ops
  'convolutionRules.ts', // a convolution and its two gradients in general: no ops
  'convolution.ts',
  'separableConvolution.ts', // two convolutions: no ops
  'transposedConvolution.ts', // the gradient of a convolution under its own name: no ops
  'pooling.ts',
  'dilation.ts',
  'matrices.ts',
  'triangular.ts',
  'solve.ts',
  'tridiagonal.ts',
  'qr.ts',
  'eigen.ts',
  'svd.ts',
  'determinant.ts',
  'matrixFunctions.ts',
  'fourier.ts',
  'random.ts',
  'distributions.ts', // draws whose parameters are tensors
  'weighting.ts', // what losses share: no ops
  'losses.ts',
  'errorFunctions.ts',
  'gammaFunctions.ts',
  'betaFunctions.ts',
  'bessel.ts',
  'integrals.ts',
  'optimizers.ts', // updates of weights: no ops
];

/** The files of transforms that interpret ops, and the only ops they may name. */
export const interpreters: readonly string[] = [
  'recording.ts',
  'reverse.ts',
  'plainTape.ts',
  'tape.ts',
  'tapeRecording.ts',
  'inspectableRecording.ts',
  'tangents.ts',
  'pushForward.ts',
  'forward.ts',
  'batching.ts',
];
const opsOfInterpreters = ['add', 'addOp', 'zerosLike', 'onesLike'];

/** Lower layers that a layer must not know all the same. */
const hidden: Readonly<Partial<Record<string, readonly string[]>>> = {
  functions: ['kernels'],
  transforms: ['kernels'],
  graph: ['kernels'],
  linalg: ['kernels'],
  random: ['kernels'],
  nn: ['kernels'],
  optim: ['kernels'],
  ode: ['kernels'],
  testing: ['kernels'],
};

/** Imports allowed against the order, each with its reason. */
const exceptions: readonly (readonly [from: RegExp, to: RegExp])[] = [
  [/^lib\/nn\//, /^lib\/random\//], // initial weights are random
  [/^lib\/functions\/engine\.ts$/, /^lib\/kernels\/wasm\//], // chooses how kernels compute
  [/^lib\/graph\/compile/, /^lib\/kernels\//], // a compiled plan calls kernels directly
  [/^lib\/\w+\/index\.ts$/, /^lib\/fluent\.ts$/], // a subpath imported alone has the methods too
  [/^lib\/repl\//, /^lib\/(inspect|io)\/|^lib\/(index|fluent)\.ts$/], // the prompt offers every public name
];

/** Folders that may use Node; everything else also runs in browsers. */
const nodeFolders = ['io', 'inspect', 'repl'];

/** Folders that must not name an op in a string. */
const namelessFolders = ['core', 'transforms', 'graph'];

/** Names of ops that are words of differentiation or names of arguments, too: reverse mode. */
const words = ['reverse', 'scale', 'min', 'max'];

const budgets = { lib: { wanted: 300, hard: 400 }, spec: { wanted: 500, hard: 500 } };
const listsOfNames = ['lib/functional/index.ts'];
const emptyNames = /(^|\/)(utils?|helpers?|common|misc)(\.|\/|$)/i;

/** All TypeScript files below the given folders. */
export function readSources(root: string, folders: readonly string[]): Sources {
  const sources = new Map<string, string>();
  for (const folder of folders) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!entry.endsWith('.ts')) continue;
      const path = posix.join(folder, entry.replaceAll('\\', '/'));
      sources.set(path, readFileSync(join(root, path), 'utf8'));
    }
  }
  return sources;
}

/** The folder of lib a file belongs to; for files directly in lib the file itself. */
function folderOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function layerOf(path: string): number {
  return layers.findIndex((folders) => folders.includes(folderOf(path)));
}

const inLib = (path: string): boolean => path.startsWith('lib/');

/** Module names a file imports, exports from or augments; relative ones as paths from the root. */
export function importsOf(path: string, text: string): readonly string[] {
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) =>
      fileName.startsWith('.') ? posix.join(posix.dirname(path), fileName) : fileName,
    );
}

interface Import {
  readonly from: string;
  readonly to: string;
}

function libImports(sources: Sources): readonly Import[] {
  return [...sources]
    .filter(([path]) => inLib(path))
    .flatMap(([from, text]) => importsOf(from, text).map((to) => ({ from, to })));
}

/** Each file lies in a layer, each op family in the order of families. */
export function strayFiles(sources: Sources): readonly string[] {
  const faults: string[] = [];
  for (const path of [...sources.keys()].filter(inLib)) {
    if (layerOf(path) < 0) faults.push(`${path}: belongs to no layer`);
    const inOps = folderOf(path) === 'ops' && !path.endsWith('/index.ts');
    if (inOps && !families.includes(posix.basename(path))) {
      faults.push(`${path}: is not in the list of op families`);
    }
  }
  return faults;
}

function wrongFile(from: string, to: string): string | undefined {
  const [folder, target] = [folderOf(from), folderOf(to)];
  if (folder === target) return to.endsWith('/index.ts') ? 'a list from below' : undefined;
  if (layerOf(from) < layerOf(to)) return 'a higher layer';
  if (layerOf(from) === layerOf(to)) return 'a sibling';
  return hidden[folder]?.includes(target) ? `a layer that ${folder} must not know` : undefined;
}

function wrongImport(sources: Sources, { from, to }: Import): string | undefined {
  if (!inLib(to)) {
    const allowed = to.startsWith('node:') && nodeFolders.includes(folderOf(from));
    return allowed ? undefined : `${from}: imports ${to}; lib has no runtime dependencies`;
  }
  if (!sources.has(to)) return `${from}: imports ${to}, which does not exist`;
  if (exceptions.some(([a, b]) => a.test(from) && b.test(to))) return undefined;
  const fault = wrongFile(from, to);
  return fault === undefined ? undefined : `${from}: imports ${to}, ${fault}`;
}

/** Imports go down only, stay inside the repository and never reach a list of names from below. */
export function wrongImports(sources: Sources): readonly string[] {
  return libImports(sources).flatMap((each) => wrongImport(sources, each) ?? []);
}

/** Rules of a family use its own ops or those of earlier families. */
export function wrongFamilies(sources: Sources): readonly string[] {
  const rank = (path: string): number => families.indexOf(posix.basename(path));
  const isFamily = (path: string): boolean => folderOf(path) === 'ops' && rank(path) >= 0;
  return libImports(sources)
    .filter(({ from, to }) => isFamily(from) && isFamily(to) && rank(from) < rank(to))
    .map(({ from, to }) => `${from}: imports the later family ${to}`);
}

/** Each cycle once, as the path that closes it. */
export function importCycles(sources: Sources): readonly string[] {
  const finished = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.push([...trail.slice(start), path].join(' -> '));
    if (start >= 0 || finished.has(path)) return;
    for (const to of importsOf(path, sources.get(path) ?? '')) {
      if (sources.has(to)) visit(to, [...trail, path]);
    }
    finished.add(path);
  };
  for (const path of [...sources.keys()].filter(inLib)) visit(path, []);
  return cycles.map((cycle) => `import cycle: ${cycle}`);
}

function parse(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

/** Names that a file imports from ops; `*` for a whole module. */
function namesFromOps(path: string, text: string): readonly string[] {
  return parse(path, text).statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const module = statement.moduleSpecifier;
    if (module === undefined || !ts.isStringLiteral(module)) return [];
    if (!posix.join(posix.dirname(path), module.text).startsWith('lib/ops/')) return [];
    const clause = ts.isImportDeclaration(statement)
      ? statement.importClause?.namedBindings
      : statement.exportClause;
    if (clause === undefined || !('elements' in clause)) return ['*'];
    return clause.elements.map((element) => (element.propertyName ?? element.name).text);
  });
}

/** Interpreters know ops by their contract; only sums of cotangents and their seeds are named. */
export function knownOps(sources: Sources): readonly string[] {
  return [...sources]
    .filter(([path]) => interpreters.some((file) => path === `lib/transforms/${file}`))
    .flatMap(([path, text]) =>
      namesFromOps(path, text)
        .filter((name) => !opsOfInterpreters.includes(name))
        .map((name) => `${path}: imports ${name}; an interpreter knows no op by name`),
    );
}

/** Where a string literal, other than a module name, is the name of an op. */
export function namedOps(sources: Sources, opNames: readonly string[]): readonly string[] {
  const names = new Set(opNames.filter((name) => !words.includes(name)));
  const faults: string[] = [];
  for (const [path, text] of sources) {
    if (!inLib(path) || !namelessFolders.includes(folderOf(path))) continue;
    const file = parse(path, text);
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteralLike(node) && names.has(node.text)) {
        const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
        faults.push(`${path}:${String(line)}: names the op '${node.text}'`);
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return faults;
}

function isDefaultExport(statement: ts.Statement): boolean {
  if (ts.isExportAssignment(statement)) return true;
  if (ts.isExportDeclaration(statement)) {
    const clause = statement.exportClause;
    return (
      clause !== undefined &&
      ts.isNamedExports(clause) &&
      clause.elements.some(({ name }) => name.text === 'default')
    );
  }
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)
  );
}

export function defaultExports(sources: Sources): readonly string[] {
  return [...sources]
    .filter(([path, text]) => inLib(path) && parse(path, text).statements.some(isDefaultExport))
    .map(([path]) => `${path}: has a default export`);
}

/** State lives in one module; a `let` elsewhere would be lost between an ESM and a CJS copy. */
export function mutableState(sources: Sources): readonly string[] {
  const isMutable = (statement: ts.Statement): boolean =>
    ts.isVariableStatement(statement) &&
    (statement.declarationList.flags & ts.NodeFlags.Const) === 0;
  return [...sources]
    .filter(([path]) => inLib(path) && path !== 'lib/base/runtime.ts')
    .filter(([path, text]) => parse(path, text).statements.some(isMutable))
    .map(([path]) => `${path}: has a module-level variable that can change`);
}

export function emptyFileNames(sources: Sources): readonly string[] {
  return [...sources.keys()]
    .filter((path) => emptyNames.test(path))
    .map((path) => `${path}: is named after nothing; name the subject`);
}

function longerThan(sources: Sources, limit: 'wanted' | 'hard'): readonly string[] {
  return [...sources].flatMap(([path, text]) => {
    const lines = text.split('\n').length - 1;
    if (listsOfNames.includes(path)) return [];
    const most = (inLib(path) ? budgets.lib : budgets.spec)[limit];
    return lines > most ? [`${path}: ${String(lines)} lines; at most ${String(most)}`] : [];
  });
}

/** Files over the hard limit. */
export const overBudget = (sources: Sources): readonly string[] => longerThan(sources, 'hard');

/** Files that should be split when next touched. */
export const overWish = (sources: Sources): readonly string[] => longerThan(sources, 'wanted');

/** Every rule at once. */
export function faultsOf(sources: Sources, opNames: readonly string[]): readonly string[] {
  return [
    ...strayFiles(sources),
    ...wrongImports(sources),
    ...wrongFamilies(sources),
    ...importCycles(sources),
    ...knownOps(sources),
    ...namedOps(sources, opNames),
    ...defaultExports(sources),
    ...mutableState(sources),
    ...emptyFileNames(sources),
    ...overBudget(sources),
  ];
}
