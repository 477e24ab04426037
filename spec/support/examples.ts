/**
 * The examples of documents and docstrings as programs: found, given the imports they need, and run
 * with the results in their comments as assertions.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import ts from 'typescript';
import { requireResult, requireThrow } from './expectation.ts';

/** A program as it stands in a document or a docstring. */
export interface Example {
  /** From the root of the repository. */
  readonly file: string;
  /** Where its first line stands in the file. */
  readonly line: number;
  readonly code: string;
}

/** A fenced block of a document: "```ts lib/a.ts" has the language `ts` and the title `lib/a.ts`. */
export interface Block extends Example {
  readonly language: string;
  readonly title: string;
}

/** All fenced blocks of a document. */
export function fencedBlocks(file: string, text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const fence = /^```(\w+) ?(.*)$/.exec(lines[at]);
    if (fence === null) continue;
    const end = lines.indexOf('```', at + 1);
    if (end < 0) throw new Error(`${file}:${at + 1}: a fence that is not closed`);
    const code = lines.slice(at + 1, end).join('\n');
    blocks.push({ file, line: at + 2, code, language: fence[1], title: fence[2] });
    at = end;
  }
  return blocks;
}

/** The texts of `@example` in the docstrings of a source file. */
export function docstringExamples(file: string, text: string): Example[] {
  const examples: Example[] = [];
  for (const comment of text.matchAll(/\/\*\*[^]*?\*\//g)) {
    const line = text.slice(0, comment.index).split('\n').length;
    const lines = comment[0]
      .slice(0, -'*/'.length)
      .split('\n')
      .map((one) => one.replace(/^\s*(\/\*\*|\* ?)/, ''));
    lines.forEach((one, i) => {
      const start = /^\s*@example ?/.exec(one);
      if (start === null) return;
      const rest = lines.slice(i + 1);
      const next = rest.findIndex((other) => /^\s*@\w+/.test(other));
      const body = [one.slice(start[0].length), ...rest.slice(0, next < 0 ? undefined : next)];
      examples.push({ file, line: line + i, code: body.join('\n').trimEnd() });
    });
  }
  return examples;
}

/** Paths of all files below a folder that end in `ending`. */
export function filesIn(root: string, folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((entry) => posix.join(folder, entry.replaceAll('\\', '/')))
    .filter((path) => path.endsWith(ending))
    .sort();
}

/** Names that a module exports, as its text tells: types too. */
export function exportedNames(file: string): string[] {
  const source = parse(readFileSync(file, 'utf8'));
  return source.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) {
      const { exportClause, moduleSpecifier } = statement;
      if (exportClause === undefined) return namesOfAll(file, moduleSpecifier);
      if (!ts.isNamedExports(exportClause)) return [exportClause.name.text];
      return exportClause.elements.map(({ name }) => name.text);
    }
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
    const isExported = modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    return isExported === true ? declaredNames(statement) : [];
  });
}

/** The names that `export * from` hands on. */
function namesOfAll(file: string, module: ts.Expression | undefined): string[] {
  if (module === undefined || !ts.isStringLiteral(module)) return [];
  return exportedNames(join(dirname(file), module.text));
}

/**
 * The example with imports of the names it uses and does not declare, in front of its first line so
 * that lines keep their numbers.
 *
 * @param scope - the module that each name comes from
 */
export function withImports(code: string, scope: ReadonlyMap<string, string>): string {
  const source = parse(code);
  const declared = new Set(source.statements.flatMap(declaredNames));
  const wanted = new Map<string, string[]>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && !declared.has(node.text) && !isMember(node)) {
      const module = scope.get(node.text);
      if (module !== undefined) wanted.set(module, [...(wanted.get(module) ?? []), node.text]);
      declared.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  const imports = [...wanted].map(
    ([module, names]) => `import { ${names.join(', ')} } from '${module}'; `,
  );
  return `${imports.join('')}${code}\n export {};`;
}

/** `b` in `a.b` and in `{ b: 1 }` is no reference. */
function isMember(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    (ts.isPropertyAssignment(parent) && parent.name === node)
  );
}

function declaredNames(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name));
  }
  if (ts.isImportDeclaration(statement)) {
    const bindings = statement.importClause?.namedBindings;
    if (bindings === undefined) return [];
    return ts.isNamespaceImport(bindings)
      ? [bindings.name.text]
      : bindings.elements.map(({ name }) => name.text);
  }
  const { name } = statement as { name?: ts.Node };
  return name !== undefined && ts.isIdentifier(name) ? [name.text] : [];
}

function boundNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) =>
    ts.isBindingElement(element) ? boundNames(element.name) : [],
  );
}

/** A comment that gives a result rather than a remark. */
const result = /^(?:[[{'"\d-]|(?:true|false|null|undefined|NaN|Infinity)\b)/;

/** The code with calls of `$result` and `$throws` in place of results in comments. */
export function withAssertions(code: string): string {
  const source = parse(code);
  const edits: { readonly at: number; readonly end: number; readonly text: string }[] = [];
  const visit = (node: ts.Node): void => {
    const comment = trailingComment(code, node);
    if (comment !== null && ts.isExpressionStatement(node)) {
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line;
      const text = assertion(printed(node.expression), comment, line);
      if (text !== null) edits.push({ at: node.getStart(), end: node.end, text });
    } else if (comment !== null && ts.isVariableStatement(node) && result.test(comment)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      const names = node.declarationList.declarations.map(({ name }) => valueOf(name));
      const text = `; $result(${line}, ${names.join(', ')}, (${comment}));`;
      edits.push({ at: node.end, end: node.end, text });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return edits
    .reverse()
    .reduce((text, { at, end, text: other }) => text.slice(0, at) + other + text.slice(end), code);
}

function trailingComment(code: string, node: ts.Node): string | null {
  if (!ts.isExpressionStatement(node) && !ts.isVariableStatement(node)) return null;
  const [range] = ts.getTrailingCommentRanges(code, node.end) ?? [];
  return range === undefined ? null : code.slice(range.pos, range.end).replace(/^\/\/\s*/, '');
}

/** The argument of `console.log(x)`: what a reader would see there. */
function printed(expression: ts.Expression): ts.Expression {
  if (!ts.isCallExpression(expression) || expression.arguments.length !== 1) return expression;
  return expression.expression.getText() === 'console.log' ? expression.arguments[0] : expression;
}

function assertion(expression: ts.Expression, comment: string, line: number): string | null {
  const text = expression.getText();
  const fault = /^throws (.+)$/.exec(comment);
  if (fault !== null) {
    const body = `async () => (${text}), ${JSON.stringify(fault[1])}`;
    return /\bawait\b/.test(text)
      ? `await $throws(${line}, ${body});`
      : `$throws(${line}, ${body.replace('async ', '')});`;
  }
  return result.test(comment) ? `$result(${line}, ${text}, (${comment}));` : null;
}

/** A binding pattern as the value it was taken from. */
function valueOf(name: ts.BindingName): string {
  if (!ts.isArrayBindingPattern(name))
    return ts.isIdentifier(name) ? name.text : `{ ${boundNames(name).join(', ')} }`;
  return `[${name.elements.map((element) => (ts.isBindingElement(element) ? valueOf(element.name) : '')).join(', ')}]`;
}

/**
 * Runs an example; resolves when every result in its comments was reached and right.
 *
 * @param scope - as for `withImports`
 * @param load - gives the module of a name
 */
export async function runExample(
  example: Example,
  scope: ReadonlyMap<string, string>,
  load: (module: string) => unknown,
): Promise<void> {
  const place = (offset: number): string => `${example.file}:${example.line + offset}`;
  const text = withAssertions(withImports(example.code, scope));
  const left = new Set(
    [...text.matchAll(/\$(?:result|throws)\((\d+)/g)].map(([, at]) => Number(at)),
  );
  const reach = (offset: number): string => {
    left.delete(offset);
    return place(offset);
  };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the example is text
  const run = new Function('require', 'exports', '$result', '$throws', compiled(text, place)) as (
    ...args: unknown[]
  ) => Promise<void>;
  await run(
    load,
    {},
    (offset: number, actual: unknown, expected: unknown) =>
      requireResult(reach(offset), actual, expected),
    (offset: number, body: () => unknown, words: string) =>
      requireThrow(reach(offset), body, words),
  );
  for (const offset of left) throw new Error(`${place(offset)}: never gets there`);
}

/** The body of a function that runs the module and returns a promise. */
function compiled(text: string, place: (offset: number) => string): string {
  const { outputText, diagnostics } = ts.transpileModule(text, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    reportDiagnostics: true,
  });
  for (const { messageText, start } of diagnostics ?? []) {
    const offset = text.slice(0, start).split('\n').length - 1;
    throw new Error(`${place(offset)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
  }
  return `return (async () => {${outputText}\n})()`;
}

function parse(code: string): ts.SourceFile {
  return ts.createSourceFile('example.ts', code, ts.ScriptTarget.Latest, true);
}
