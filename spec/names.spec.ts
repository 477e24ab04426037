import * as main from '../lib/index.ts';
import { leftOut, tensorflowFunctions } from './support/tensorflowNames.ts';
import { tfjsFunctions, tfjsMethods } from './support/tfjsNames.ts';

const names = (text: string): string[] => text.match(/[^\s]+/g) ?? [];

/** Where the package has the name: in its namespace, at the root, or nowhere. */
function lookUp(name: string): unknown {
  const [space, member] = name.replace(/\[.*\]/, '').split('.');
  const found = (main as Record<string, unknown>)[space];
  if (member === undefined) return found;
  return (found as Record<string, unknown> | undefined)?.[member];
}

const missingOf = (text: string): string[] =>
  names(text).filter((name) => typeof lookUp(name) !== 'function');

describe('functions of TensorFlow.js', () => {
  it.each(Object.entries(tfjsFunctions))('%s', (_, text) => {
    expect(missingOf(text)).toEqual([]);
  });

  it('are 246: all that it exports but strings and the wrapper for authors of ops', () => {
    const all = Object.values(tfjsFunctions).flatMap(names);
    expect([all.length, new Set(all).size]).toEqual([246, 246]);
  });

  it.each([
    ['Tensor', main.Tensor],
    ['Variable', main.Variable],
  ])('are methods of %s where it chains them', (_, { prototype }) => {
    const members = prototype as unknown as Record<string, unknown>;
    const missing = names(tfjsMethods).filter((name) => typeof members[name] !== 'function');
    expect(missing).toEqual([]);
  });
});

describe('functions of TensorFlow that TensorFlow.js lacks', () => {
  it.each(Object.entries(tensorflowFunctions))('%s', (_, text) => {
    expect(missingOf(text)).toEqual([]);
  });

  it('are left out only for a reason', () => {
    for (const [name, reason] of Object.entries(leftOut)) {
      process.stdout.write(`left out: ${name}: ${reason}\n`);
      expect(names(name).map((one) => lookUp(one.replace(',', '')))).not.toContainEqual(
        expect.any(Function),
      );
    }
  });
});
