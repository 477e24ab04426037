/**
 * The calls of docstring examples, with each of their arguments replaced by what a caller without types
 * may pass: either there is a result, or an error of the library.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runtime } from '../../lib/base/runtime.ts';
import { formatValue } from '../../lib/base/format.ts';
import * as main from '../../lib/index.ts';
import { docstringExamples, filesIn } from '../support/examples.ts';

type AnyFunction = (...args: unknown[]) => unknown;

/** A call that an example makes. */
interface Call {
  readonly name: string;
  readonly f: AnyFunction;
  readonly args: readonly unknown[];
}

const root = join(__dirname, '../..');
const codes = filesIn(root, 'lib', '.ts')
  .flatMap((file) => docstringExamples(file, readFileSync(join(root, file), 'utf8')))
  .map(({ code }) => code.split(' // ')[0])
  .filter((code) => /^[\w.]+\(.*\)[\w.[\]]*$/.test(code));

/** Functions that set the state which other specs rely on. */
const settings = new Set([
  'setMaxElements',
  'setSeed',
  'setDefaultFloat',
  'disposeVariables',
  'useWebAssembly',
  'reproducible',
]);

/** Functions that do as often as they are told: an enormous count is no misuse, it only takes long. */
const loops = new Set(['checkpointLoop']);
const enormous = 2 ** 40;

const misuses: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => 'a',
  () => '',
  () => ({}),
  () => Object.create(null) as unknown,
  () => Symbol('s'),
  () => 10n,
  () => true,
  () => () => 1,
  () => new Map(),
  () => new Array(3),
  () => [null],
  () => [[1, 2], [3]],
  () => [[]],
  () => [],
  () => NaN,
  () => Infinity,
  () => -1,
  () => 1.5,
  () => enormous,
  () => [NaN],
  () => [-1],
  () => [enormous],
  () => main.zeros([1, 1, 1, 1, 1, 1, 1]),
  () => main.zeros([2, 0, 3]),
  () => main.complex([1, 2], [3, 4]),
];

/** The first call of each function in any example. */
function firstCalls(): Call[] {
  const calls = new Map<string, Call>();
  const watched = (name: string, f: AnyFunction): AnyFunction => {
    return (...args) => {
      if (!calls.has(name)) calls.set(name, { name, f, args });
      return f(...args);
    };
  };
  const scope: Record<string, unknown> = {};
  const enter = (prefix: string, members: object): void => {
    for (const [key, value] of Object.entries(members) as [string, unknown][]) {
      if (typeof value !== 'function' || /^[A-Z]/.test(key) || settings.has(key)) continue;
      scope[key] ??= watched(prefix + key, value as AnyFunction);
    }
  };
  enter('', main);
  for (const [name, space] of Object.entries(main)) {
    if (typeof space === 'object' && /^[a-z]/.test(name)) enter(`${name}.`, space);
  }
  for (const [name, space] of Object.entries(main)) {
    if (typeof space === 'object') scope[name] = { ...space, ...pickFrom(scope, space) };
  }
  const names = Object.keys(scope);
  for (const code of codes) {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the examples are this repository's
    const run = new Function(...names, `return ${code}`) as AnyFunction;
    try {
      run(...names.map((name) => scope[name]));
    } catch {
      // Examples of throwing, and those that use a name of their own, make no call to begin with.
    }
  }
  return [...calls.values()];
}

function pickFrom(scope: Record<string, unknown>, space: object): Record<string, unknown> {
  return Object.fromEntries(Object.keys(space).map((key) => [key, scope[key]]));
}

const calls = firstCalls();

describe('misuse', () => {
  afterEach(() => {
    runtime.layers = [];
  });

  it('is tried on nearly every function', () => {
    expect(calls.length).toBeGreaterThan(400);
  });

  it.each(calls.map((call) => [call.name, call] as const))(
    '%s has a result or throws an error of the library',
    (_, { name, f, args }) => {
      const faults: string[] = [];
      const attempt = (given: readonly unknown[]): void => {
        try {
          const result = f(...given);
          if (result instanceof Promise) result.catch(() => undefined);
        } catch (error) {
          if (error instanceof main.GradtapeError) return;
          faults.push(`(${given.map(formatValue).join(', ')}): ${String(error)}`);
        }
      };
      args.forEach((_, i) => {
        attempt(args.slice(0, i));
        for (const misuse of misuses) {
          const value = misuse();
          if (value === enormous && loops.has(name)) continue;
          attempt(args.map((one, j) => (i === j ? value : one)));
        }
      });
      expect(faults).toEqual([]);
    },
  );
});
