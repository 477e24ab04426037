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
 */
export function programOf(
  root: string,
  files: ReadonlyMap<string, string>,
  roots: readonly string[] = [],
): ts.Program {
  const texts = new Map([...files].map(([path, text]) => [join(root, path), text]));
  const paths = {
    gradtape: [join(root, 'lib/index.ts')],
    'gradtape/*': [join(root, 'lib/*/index.ts')],
  };
  const options = { ...strictest, paths };
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

/** What the compiler says of one file, and where it was told to look away: casts, `!` and `any`. */
export function faultsOf(program: ts.Program, path: string): Fault[] {
  const source = program.getSourceFile(path);
  if (source === undefined) throw new Error(`no such file in the program: ${path}`);
  const fault = (position: number, message: string): Fault => {
    return { line: source.getLineAndCharacterOfPosition(position).line, message };
  };
  const found = [
    ...program.getSyntacticDiagnostics(source),
    ...program.getSemanticDiagnostics(source),
  ];
  const faults = found.map(({ start, messageText }) =>
    fault(start ?? 0, ts.flattenDiagnosticMessageText(messageText, '\n')),
  );
  const visit = (node: ts.Node): void => {
    const evasion = evasionOf(node);
    if (evasion !== undefined) faults.push(fault(node.getStart(source), evasion));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return faults;
}

function evasionOf(node: ts.Node): string | undefined {
  if (ts.isAsExpression(node) && !ts.isConstTypeReference(node.type)) return 'a cast';
  if (ts.isTypeAssertionExpression(node)) return 'a cast';
  if (ts.isNonNullExpression(node)) return 'a non-null assertion';
  return node.kind === ts.SyntaxKind.AnyKeyword ? 'any' : undefined;
}
