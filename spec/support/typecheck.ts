import { join } from 'node:path';
import ts from 'typescript';

/** The strictest that users of the library turn on. */
const strictest: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noImplicitReturns: true,
  noPropertyAccessFromIndexSignature: true,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2022.d.ts', 'lib.esnext.disposable.d.ts', 'lib.dom.d.ts'],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  allowImportingTsExtensions: true,
  noEmit: true,
  skipLibCheck: true,
  types: ['node'],
};

/**
 * A program of the library and of files that exist in memory only.
 *
 * @param files - text by path from `root`; also in place of files that exist
 * @param roots - further files, by path from `root`
 */
export function programOf(
  root: string,
  files: ReadonlyMap<string, string>,
  roots: readonly string[] = [],
  changes: ts.CompilerOptions = {},
): ts.Program {
  const texts = new Map([...files].map(([path, text]) => [join(root, path), text]));
  const paths = {
    gradtape: [join(root, 'lib/index.ts')],
    'gradtape/*': [join(root, 'lib/*/index.ts')],
  };
  const options = { ...strictest, paths, ...changes };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.getCurrentDirectory = () => root;
  host.readFile = (path) => texts.get(path) ?? readFile.call(host, path);
  host.fileExists = (path) => texts.has(path) || fileExists.call(host, path);
  host.getSourceFile = (path, version) => {
    const text = host.readFile(path);
    return text === undefined ? undefined : ts.createSourceFile(path, text, version, true);
  };
  return ts.createProgram(
    [...texts.keys(), ...roots.map((path) => join(root, path))],
    options,
    host,
  );
}

/** A fault of a file: its line, counted from 0, and what is wrong. */
export interface Fault {
  readonly line: number;
  readonly message: string;
}

/** What the compiler says of one file. */
export function typeFaults(program: ts.Program, path: string): Fault[] {
  const source = sourceOf(program, path);
  const { getSyntacticDiagnostics, getSemanticDiagnostics } = program;
  return [...getSyntacticDiagnostics(source), ...getSemanticDiagnostics(source)].map((fault) => ({
    line: lineOf(source, fault.start ?? 0),
    message: ts.flattenDiagnosticMessageText(fault.messageText, '\n'),
  }));
}

/** Where a file tells the compiler to look away: casts, `!` and `any`. */
export function evasions(program: ts.Program, path: string): Fault[] {
  const source = sourceOf(program, path);
  const found: Fault[] = [];
  const visit = (node: ts.Node): void => {
    const message = evasionOf(node);
    if (message !== undefined) found.push({ line: lineOf(source, node.getStart(source)), message });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function sourceOf(program: ts.Program, path: string): ts.SourceFile {
  const source = program.getSourceFile(path);
  if (source === undefined) throw new Error(`no such file in the program: ${path}`);
  return source;
}

function lineOf(source: ts.SourceFile, position: number): number {
  return source.getLineAndCharacterOfPosition(position).line;
}

function evasionOf(node: ts.Node): string | undefined {
  if (ts.isAsExpression(node) && !ts.isConstTypeReference(node.type)) return 'a cast';
  if (ts.isTypeAssertionExpression(node)) return 'a cast';
  if (ts.isNonNullExpression(node)) return 'a non-null assertion';
  return node.kind === ts.SyntaxKind.AnyKeyword ? 'any' : undefined;
}
