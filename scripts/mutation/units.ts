/** A small stand-in for Jest: collects the tests of specs as units that can be run one at a time. */
import { format } from 'node:util';
import { expect } from 'expect';
import { fn } from 'jest-mock';

/** One test, or one law for one sample. */
export interface Unit {
  readonly name: string;
  readonly run: () => Promise<void>;
}

type Body = (...args: never[]) => unknown;

interface Group {
  readonly name: string;
  readonly hooks: Record<Hook, Body[]>;
}

type Hook = 'beforeAll' | 'beforeEach' | 'afterEach' | 'afterAll';

const groups: Group[] = [];
export const units: Unit[] = [];

const group = (name: string): Group => ({
  name,
  hooks: { beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] },
});

function describe(name: string, body: () => void): void {
  groups.push(group(name));
  body();
  groups.pop();
}

function it(name: string, body: Body): void {
  const around = [...groups];
  const hooks = (hook: Hook): Body[] => around.flatMap((one) => one.hooks[hook]);
  const run = async (): Promise<void> => {
    for (const hook of [...hooks('beforeAll'), ...hooks('beforeEach')]) await hook();
    try {
      await body();
    } finally {
      for (const hook of [...hooks('afterEach'), ...hooks('afterAll')]) await hook();
    }
  };
  units.push({ name: [...around.map((one) => one.name), name].join(' › '), run });
}

function each(add: (name: string, body: Body) => void) {
  return (table: readonly unknown[]) => (title: string, body: (...args: unknown[]) => unknown) => {
    for (const row of table) {
      const args = Array.isArray(row) ? (row as unknown[]) : [row];
      const used = (title.match(/%[spdjo#]/g) ?? []).length;
      add(format(title.replaceAll('%p', '%o'), ...args.slice(0, used)), () => body(...args));
    }
  };
}

/** Puts Jest's globals where specs look for them. */
export function installGlobals(): void {
  const add = (hook: Hook) => (body: Body) => void groups.at(-1)?.hooks[hook].push(body);
  Object.assign(globalThis, {
    describe: Object.assign(describe, { each: each(describe as never) }),
    it: Object.assign(it, { each: each(it) }),
    test: Object.assign(it, { each: each(it) }),
    beforeAll: add('beforeAll'),
    beforeEach: add('beforeEach'),
    afterEach: add('afterEach'),
    afterAll: add('afterAll'),
    expect,
    jest: { fn, requireActual: () => ({}) },
  });
}

/** Adds the tests of one spec file; a file that cannot be read here is left out. */
export function addFile(name: string, load: () => unknown): void {
  const before = units.length;
  groups.push(group(name));
  try {
    load();
  } catch (error) {
    units.length = before;
    process.stderr.write(`${name}: left out: ${String(error)}\n`);
  }
  groups.length = 0;
}

/** In place of spec/support/law.ts: a unit for each sample. */
export const lawModule = `
import { appliesTo } from '../../lib/testing/laws.ts';
export function lawsOf(laws, samples) {
  for (const one of laws) {
    const own = samples.filter((sample) => appliesTo(one, sample));
    law(one.sentence, own, one.check);
  }
}
export function law(sentence, samples, check) {
  for (const sample of samples) it(sentence + ' › ' + sample.label, () => check(sample));
}
export function describeEach(table, title, body) {
  for (const [name, row] of table) describe(title.replace('%s', name), () => body(name, row));
}
`;
