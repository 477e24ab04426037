import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { variable } from '../../lib/functions/creation.ts';
import { KnownVariables } from '../../lib/optim/knownVariables.ts';

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));

async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  for (let i = 0; i < 3; i++) {
    await turn();
    gc();
  }
  await turn();
}

describe('KnownVariables', () => {
  it('finds a variable by its name, unless there are several', () => {
    const known = new KnownVariables();
    const a = variable(1, true, 'a');
    known.add(a);
    known.add(a);
    expect(known.find('a')).toBe(a);
    expect(known.find('b')).toBeUndefined();
    known.add(variable(2, true, 'a'));
    expect(known.find('a')).toBeUndefined();
  });

  it('keeps nothing of variables that were collected', async () => {
    const known = new KnownVariables();
    const kept = variable(1, true, 'kept');
    known.add(kept);
    for (let i = 0; i < 1000; i++) known.add(variable(i));
    for (let i = 0; i < 1000; i++) known.add(variable(i, true, 'kept'));
    await collectGarbage();
    const { byName } = known as unknown as { byName: Map<string, Set<unknown>> };
    expect(byName.size).toBeLessThan(10);
    expect(byName.get('kept')?.size).toBeLessThan(10);
    expect(kept.item()).toBe(1);
  });
});
