/**
 * Where derivative rules can be broken: every call, operand and constant in them, with the ways of
 * breaking it. All mutants live in one instrumented text, so that none needs a build of its own:
 * `(M.active === 7 ? broken : M.active === 8 ? otherwise broken : original)`.
 */
import ts from 'typescript';

/** One way of breaking one place. */
export interface Mutant {
  readonly id: number;
  readonly file: string;
  readonly line: number;
  /** `negate`, `swap`, `drop`, `+1`, ... */
  readonly kind: string;
  readonly before: string;
  readonly after: string;
}

interface Choice {
  readonly kind: string;
  readonly text: string;
}

/** Swapping their arguments changes nothing. */
const commutative = new Set([
  'add',
  'mul',
  'scaleBoth',
  'equal',
  'notEqual',
  'logicalAnd',
  'logicalOr',
]);

/** They look at the shape or the size of their argument only: another sign of it changes nothing. */
const blindToSign = new Set(['zerosLike', 'onesLike', 'zero', 'requireFloat', 'square', 'abs']);

const rulesNamed = new Set(['derivative', 'vjp', 'jvp', 'expand']);

/** Finds the mutants of files and the instrumented text of each. */
export class Instrumenter {
  readonly mutants: Mutant[] = [];
  private readonly checker: ts.TypeChecker;
  private readonly files: readonly ts.SourceFile[];
  private readonly regions = new Set<ts.Node>();

  constructor(program: ts.Program, isMutable: (path: string) => boolean) {
    this.checker = program.getTypeChecker();
    this.files = program.getSourceFiles().filter(({ fileName }) => isMutable(fileName));
    for (const file of this.files) this.findRegions(file);
  }

  /** The instrumented text by path. */
  instrument(): ReadonlyMap<string, string> {
    return new Map(
      this.files.map((file) => {
        const text = this.render(file, file, false);
        return [file.fileName, `const M = globalThis.__mutation;\n${text}`];
      }),
    );
  }

  private findRegions(file: ts.SourceFile): void {
    const visit = (node: ts.Node): void => {
      if (isRule(node)) this.addRegion(node.initializer);
      else if (ts.isMethodDeclaration(node) && rulesNamed.has(node.name.getText()) && node.body)
        this.addRegion(node.body);
      else if (isDefinition(node)) node.arguments.slice(2).forEach((one) => this.addArgument(one));
      else if (isBackwardLoop(node)) this.regions.add(node);
      ts.forEachChild(node, visit);
    };
    visit(file);
  }

  /** Options of a definition are no rule; everything else that it is given is. */
  private addArgument(node: ts.Expression): void {
    if (!ts.isObjectLiteralExpression(node)) this.addRegion(node);
  }

  /** A part of a rule, and the private functions of the library that it calls. */
  private addRegion(node: ts.Node): void {
    if (this.regions.has(node)) return;
    this.regions.add(node);
    const visit = (inner: ts.Node): void => {
      if (ts.isIdentifier(inner)) this.follow(inner);
      ts.forEachChild(inner, visit);
    };
    visit(node);
  }

  private follow(name: ts.Identifier): void {
    for (const declaration of this.checker.getSymbolAtLocation(name)?.declarations ?? []) {
      if (declaration.getSourceFile() !== name.getSourceFile()) continue;
      if (!isPrivateAndTop(declaration)) continue;
      const body = ts.isFunctionDeclaration(declaration)
        ? declaration.body
        : initializerOf(declaration);
      if (body !== undefined) this.addRegion(body);
    }
  }

  private render(node: ts.Node, file: ts.SourceFile, inRule: boolean): string {
    const inside = (inRule || this.regions.has(node)) && !isOtherField(node);
    const edits: { readonly from: number; readonly to: number; readonly text: string }[] = [];
    ts.forEachChild(node, (child) => {
      if (ts.isTypeNode(child)) return;
      const text = this.render(child, file, inside && !isLoopHead(child));
      if (text !== child.getText(file))
        edits.push({ from: child.getStart(file), to: child.end, text });
    });
    const start = node.getStart(file);
    let text = node.getText(file);
    const isConstant = ts.isVariableStatement(node) && node.parent === file;
    for (const { from, to, text: other } of edits.reverse()) {
      text = text.slice(0, from - start) + other + text.slice(to - start);
    }
    if (isConstant && edits.length > 0) return recomputed(node, text);
    return inside ? this.withMutants(node, file, text) : text;
  }

  private withMutants(node: ts.Node, file: ts.SourceFile, text: string): string {
    if (ts.isShorthandPropertyAssignment(node)) {
      const name = node.name.text;
      const wrapped = this.choose(node, file, this.numberChoices(node.name, name), name);
      return wrapped === name ? text : `${name}: ${wrapped}`;
    }
    return this.choose(node, file, this.choicesFor(node, file), text);
  }

  private choose(
    node: ts.Node,
    file: ts.SourceFile,
    choices: readonly Choice[],
    text: string,
  ): string {
    if (choices.length === 0) return text;
    const first = this.mutants.length;
    const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
    const before = node.getText(file).replace(/\s+/g, ' ');
    choices.forEach(({ kind, text: after }, i) => {
      const shown = after.replaceAll('M.negate', 'neg').replace(/\s+/g, ' ');
      this.mutants.push({ id: first + i, file: file.fileName, line, kind, before, after: shown });
    });
    const tests = choices.map((one, i) => `M.active === ${String(first + i)} ? (${one.text}) : `);
    return `(M.seen?.add(${String(first)}), ${tests.join('')}${text})`;
  }

  private choicesFor(node: ts.Node, file: ts.SourceFile): readonly Choice[] {
    if (ts.isCallExpression(node)) return this.callChoices(node, file);
    if (isConstant(node)) return constantChoices(node);
    if (ts.isBinaryExpression(node)) return operatorChoices(node, file);
    const isName = ts.isIdentifier(node) || ts.isPropertyAccessExpression(node);
    if (!isName || !isOperand(node)) return [];
    if (this.isTensor(node)) {
      const isUnseen = ts.isCallExpression(node.parent) && blindToSign.has(calleeOf(node.parent));
      return isUnseen ? [] : [negated(node.getText(file))];
    }
    return this.numberChoices(node, node.getText(file));
  }

  private callChoices(node: ts.CallExpression, file: ts.SourceFile): readonly Choice[] {
    const choices: Choice[] = [];
    const texts = node.arguments.map((one) => one.getText(file));
    const tensors = node.arguments.map((one) => this.isTensor(one));
    if (this.isTensor(node)) {
      choices.push(negated(node.getText(file)));
      tensors.forEach((is, i) => is && choices.push({ kind: 'drop', text: texts[i] }));
    }
    if (tensors[0] && tensors[1] && !commutative.has(calleeOf(node))) {
      const list = [texts[1], texts[0], ...texts.slice(2)].join(', ');
      choices.push({ kind: 'swap', text: `${node.expression.getText(file)}(${list})` });
    }
    return choices;
  }

  private numberChoices(node: ts.Expression, text: string): readonly Choice[] {
    const type = this.checker.getTypeAtLocation(node);
    if ((type.flags & ts.TypeFlags.NumberLike) === 0) return [];
    return [
      { kind: '+1', text: `${text} + 1` },
      { kind: '-1', text: `${text} - 1` },
    ];
  }

  private isTensor(node: ts.Node): boolean {
    const type = this.checker.getNonNullableType(this.checker.getTypeAtLocation(node));
    return type.getSymbol()?.name === 'Tensor';
  }
}

/** A number that is computed when its module loads is computed anew when a mutant comes in force. */
function recomputed(node: ts.VariableStatement, text: string): string {
  const [declaration] = node.declarationList.declarations;
  const holdsCode = (inner: ts.Node): boolean =>
    ts.isFunctionLike(inner) ||
    ts.isObjectLiteralExpression(inner) ||
    ts.forEachChild(inner, holdsCode) === true;
  if (declaration.initializer === undefined || holdsCode(declaration.initializer)) return text;
  const name = declaration.name.getText();
  const [head = '', ...rest] = text.split('=');
  const value = rest.join('=').replace(/;\s*$/, '');
  return `${head.replace('const', 'let')}= ${value}; M.constants.push(() => { ${name} = ${value}; });`;
}

function isRule(node: ts.Node): node is ts.PropertyAssignment {
  return ts.isPropertyAssignment(node) && rulesNamed.has(node.name.getText());
}

// `defineFunction` writes WebAssembly: a kernel, not an op.
function isDefinition(node: ts.Node): node is ts.CallExpression {
  return ts.isCallExpression(node) && /^define(?!(Op|Function)$)\w+$/.test(calleeOf(node));
}

// A fused loop of a backward op: part of a rule, though it stands among the kernels.
function isBackwardLoop(node: ts.Node): boolean {
  const isLoop = ts.isVariableDeclaration(node) || ts.isFunctionDeclaration(node);
  return isLoop && /(Slope|Grad|GradKernel|Backward)$/.test(node.name?.getText() ?? '');
}

// The rules of an op may hold another op: its kernel, shapes and batching are no rules.
function isOtherField(node: ts.Node): boolean {
  const fields = [
    'infer',
    'kernel',
    'batch',
    'check',
    'view',
    'name',
    'traits',
    'reads',
    'kind',
    'kinks',
  ];
  const isField = ts.isPropertyAssignment(node) || ts.isMethodDeclaration(node);
  return isField && fields.includes(node.name.getText());
}

// How a loop counts is no matter of derivatives.
function isLoopHead(node: ts.Node): boolean {
  return ts.isForStatement(node.parent) && node !== node.parent.statement;
}

function initializerOf(node: ts.Declaration): ts.Expression | undefined {
  return ts.isVariableDeclaration(node) ? node.initializer : undefined;
}

function isPrivateAndTop(node: ts.Declaration): boolean {
  const statement = ts.isVariableDeclaration(node) ? node.parent.parent : node;
  const isTop = ts.isSourceFile(statement.parent);
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
  return isTop && !modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
}

function calleeOf(node: ts.CallExpression): string {
  return node.expression.getText();
}

/** Whether the value of a name is used here: as an argument, a list's element, or a factor. */
function isOperand(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isCallExpression(parent)) return parent.expression !== node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  if (ts.isBinaryExpression(parent)) return isArithmetic(parent);
  return (
    ts.isArrayLiteralExpression(parent) || (ts.isArrowFunction(parent) && parent.body === node)
  );
}

function isConstant(node: ts.Node): node is ts.Expression {
  const isTruth =
    node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword;
  return isTruth || ts.isNumericLiteral(node) || isMinus(node);
}

function isMinus(node: ts.Node): node is ts.PrefixUnaryExpression {
  return (
    ts.isPrefixUnaryExpression(node) &&
    node.operator === ts.SyntaxKind.MinusToken &&
    ts.isNumericLiteral(node.operand)
  );
}

function negated(text: string): Choice {
  return { kind: 'negate', text: `M.negate(${text})` };
}

function constantChoices(node: ts.Expression): readonly Choice[] {
  if (node.kind === ts.SyntaxKind.TrueKeyword) return [{ kind: 'flip', text: 'false' }];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return [{ kind: 'flip', text: 'true' }];
  // An index into a list of inputs is no constant of mathematics, and -3 is one constant, not two.
  if (ts.isElementAccessExpression(node.parent) || isMinus(node.parent)) return [];
  const text = node.getText();
  const changed = [
    { kind: '+1', text: `${text} + 1` },
    { kind: '-1', text: `${text} - 1` },
  ];
  return Number(text) === 0 ? changed : [...changed, { kind: 'negate', text: `-(${text})` }];
}

const opposite: Readonly<Partial<Record<ts.SyntaxKind, string>>> = {
  [ts.SyntaxKind.PlusToken]: '-',
  [ts.SyntaxKind.MinusToken]: '+',
  [ts.SyntaxKind.AsteriskToken]: '/',
  [ts.SyntaxKind.SlashToken]: '*',
  [ts.SyntaxKind.LessThanToken]: '>=',
  [ts.SyntaxKind.GreaterThanToken]: '<=',
  [ts.SyntaxKind.LessThanEqualsToken]: '>',
  [ts.SyntaxKind.GreaterThanEqualsToken]: '<',
};

function isArithmetic({ operatorToken }: ts.BinaryExpression): boolean {
  return opposite[operatorToken.kind] !== undefined;
}

function operatorChoices(node: ts.BinaryExpression, file: ts.SourceFile): readonly Choice[] {
  const operator = opposite[node.operatorToken.kind];
  if (operator === undefined) return [];
  const [left, right] = [node.left.getText(file), node.right.getText(file)];
  return [{ kind: 'operator', text: `${left} ${operator} ${right}` }];
}
