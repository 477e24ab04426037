import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import * as main from '../lib/index.ts';

const read = (path: string): string => readFileSync(join(__dirname, '..', path), 'utf8');

const packageFile = JSON.parse(read('package.json')) as { readonly exports: object };

/** The entry points that hold code, as file by subpath. */
const entries = Object.keys(packageFile.exports)
  .filter((subpath) => !subpath.endsWith('.json'))
  .map((subpath) => [subpath, `lib/${subpath.replace(/^\.\/?/, '')}/index.ts`.replace('//', '/')]);

const list = './functional/index.ts';

/**
 * What a module names in its `export {...} from` lines; any other kind of export is an error, but that
 * of the list of names, some of which the main module has in a form of its own.
 */
function exportsOf(path: string): string[] {
  const file = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest);
  const names: string[] = [];
  let listed: string[] = [];
  for (const statement of file.statements) {
    if (ts.isImportDeclaration(statement) && statement.importClause === undefined) continue;
    const { exportClause: clause, moduleSpecifier } = ts.isExportDeclaration(statement)
      ? statement
      : {};
    if (clause === undefined && moduleSpecifier?.getText(file) === `'${list}'`) {
      listed = exportsOf(join('lib', list));
      continue;
    }
    if (!ts.isExportDeclaration(statement) || clause === undefined) {
      throw new Error(`${path}: must hold explicit re-exports only`);
    }
    const found = ts.isNamedExports(clause) ? clause.elements : [clause];
    names.push(...found.map(({ name }) => `${statement.isTypeOnly ? 'type ' : ''}${name.text}`));
  }
  return [...listed.filter((name) => !names.includes(name)), ...names].sort();
}

describe('public names', () => {
  it('of functions alone are those of the main module', () => {
    expect(exportsOf('lib/functional/index.ts')).toEqual(exportsOf('lib/index.ts'));
  });

  // A change here is a change of what users can import: it needs a line in CHANGELOG.md.
  it.each(entries)('of %s are those of the list', (_, path) => {
    const names = exportsOf(path);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toMatchSnapshot();
    const values = names.filter((name) => !name.startsWith('type '));
    const module = jest.requireActual<object>(join(__dirname, '..', path));
    expect(Object.keys(module).sort()).toEqual(values);
  });

  it('of a subpath are public in the main module, too, and the same', () => {
    for (const [subpath, path] of entries.slice(1)) {
      // What pages cannot use is no part of the main module.
      if (subpath === './native') continue;
      const module = jest.requireActual<object>(join(__dirname, '..', path));
      // Some are in the main module as a whole, under the name of the subpath.
      const space = (main as Record<string, unknown>)[subpath.slice(2)];
      const known = (typeof space === 'object' ? space : main) as Record<string, unknown>;
      for (const [name, value] of Object.entries(module)) {
        // The kit for tests is for tests alone.
        if (subpath === './testing' && !(name in known)) continue;
        // The tape of the main module has more methods.
        if (subpath === './functional' && name === 'GradientTape') continue;
        expect([name, known[name]]).toEqual([name, value]);
      }
    }
  });
});
