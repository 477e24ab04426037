/** What finds and runs examples must itself fail where an example is wrong. */
import {
  docstringExamples,
  fencedBlocks,
  runExample,
  withAssertions,
  withImports,
} from '../support/examples.ts';
import { evasions, programOf, typeFaults } from '../support/typecheck.ts';

const scope = new Map([['add', 'gradtape']]);

const run = (code: string): Promise<void> =>
  runExample({ file: 'a.md', line: 10, code }, scope, (module) => jest.requireActual(module));

describe('an example', () => {
  it.each([
    ['a number', '1 + 1; // 2'],
    ['a number within rounding', '0.1 + 0.2; // 0.3'],
    ['a tensor', 'add([1, 2], 10); // [11, 12]'],
    ['a structure of tensors', "({ a: [add(1, 2)], b: 'x' }); // { a: [3], b: 'x' }"],
    ['what is not finite', 'add(Infinity, [0, -Infinity]); // [Infinity, NaN]'],
    ['a declaration', 'const x = add(1, 2); // 3'],
    ['a destructured declaration', 'const [x, { y }] = [1, { y: add(1, 2) }]; // [1, { y: 3 }]'],
    ['what is printed', 'console.log(add(1, 2)); // 3'],
    ['a promise', 'await add(1, 2).array(); // 3'],
    ['a statement inside a function', 'const f = () => {\n  add(1, 2); // 3\n};\nf();'],
    ['a thrown message', 'add([1, 2], [1, 2, 3]); // throws broadcast'],
    ['a thrown class', 'add([1, 2], [1, 2, 3]); // throws ShapeError'],
    ['a rejection', "await Promise.reject(new Error('no way')); // throws way"],
    ['a remark', 'add(1, 2); // the sum'],
  ])('may show %s', async (_, code) => {
    await run(code);
  });

  it.each([
    ['a wrong number', '1;\n1 + 1; // 3', 'a.md:11: expected 3; got 2'],
    ['a wrong tensor', 'add([1, 2], 10); // [11, 13]', 'a.md:10: expected [11,13]; got [11,12]'],
    ['too few digits', '1 / 3; // 0.333', 'a.md:10'],
    ['a wrong length', 'add([1, 2], 10); // [11]', 'a.md:10'],
    ['a wrong declaration', '\n\nconst x = add(1, 2); // 4', 'a.md:12: expected 4; got 3'],
    ['a missing error', 'add(1, 2); // throws shape', 'got none'],
    ['another error', 'add([1, 2], [1, 2, 3]); // throws dtype', "expected an error with 'dtype'"],
    ['a missing rejection', 'await Promise.resolve(1); // throws way', 'got none'],
    ['an unreadable result', '\nadd(1, 2); // [3', 'a.md:1'],
    [
      'a result that is never reached',
      'const f = () => {\n  add(1, 2); // 3\n};',
      'a.md:11: never',
    ],
    ['an unknown name', 'subtract(1, 2);', 'subtract is not defined'],
    ['a module of its own', "import { x } from 'left-pad';\nx;", 'left-pad'],
  ])('must not show %s', async (_, code, message) => {
    await expect(run(code)).rejects.toThrow(message);
  });

  it('is completed with the names that it uses and does not declare', () => {
    const names = new Map([
      ['add', 'gradtape'],
      ['mul', 'gradtape'],
      ['sub', 'gradtape'],
    ]);
    const completed = withImports('const sub = 1; add(x.mul, { mul: sub });', names);
    expect(completed.split('\n')[0]).toBe(
      "import { add } from 'gradtape'; const sub = 1; add(x.mul, { mul: sub });",
    );
  });

  it('keeps its lines', () => {
    const code = 'const x = 1; // 1\nf(); // throws that\nx; // 1';
    expect(withAssertions(withImports(code, scope)).split('\n')).toHaveLength(4);
  });

  it('is found in a fence', () => {
    const text = 'a\n\n```ts\nx;\ny;\n```\n\n```diff lib/a.ts\n+b\n```\n';
    expect(fencedBlocks('a.md', text)).toEqual([
      { file: 'a.md', line: 4, code: 'x;\ny;', language: 'ts', title: '' },
      { file: 'a.md', line: 9, code: '+b', language: 'diff', title: 'lib/a.ts' },
    ]);
  });

  it('is found in a docstring', () => {
    const text =
      '\n/** One. @example no */\n/**\n * Two.\n *\n * @example f() // 1\n * @example\n * g();\n * h();\n * @see i\n */';
    expect(docstringExamples('a.ts', text)).toEqual([
      { file: 'a.ts', line: 6, code: 'f() // 1' },
      { file: 'a.ts', line: 7, code: '\ng();\nh();' },
    ]);
  });
});

describe('the compiler', () => {
  const bad: readonly (readonly [string, string, string])[] = [
    ['a wrong type', '\nconst x: string = 1;', 'not assignable'],
    ['an element that may be absent', 'const x: number = [1][0];', 'undefined'],
    ['a cast', 'export const x = 1 as number;', 'a cast'],
    ['a non-null assertion', 'export const x = [1][0]!;', 'a non-null assertion'],
    ['any', 'export const x: any = 1;', 'any'],
  ];
  const files = new Map(bad.map(([, code], i) => [`bad${i}.ts`, `${code} export {};`]));
  const program = programOf('/nowhere', files);

  it.each(bad.map(([name, , message], i) => [name, message, i] as const))(
    'refuses %s',
    (_, message, i) => {
      const path = `/nowhere/bad${i}.ts`;
      const faults = [...typeFaults(program, path), ...evasions(program, path)];
      expect(faults.map((fault) => fault.message)).toEqual([expect.stringContaining(message)]);
      expect(faults[0].line).toBe(i === 0 ? 1 : 0);
    },
  );
});
