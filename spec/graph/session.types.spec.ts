import type { Fetches, Tensor, Variable } from '../../lib/index.ts';
import { gradients, Graph, mul, placeholder, Session, variable, vmap } from '../../lib/index.ts';

/* The statements below are checked by the compiler; running them shows that the types are true. */

const graph = new Graph();
const x = graph.run(() => placeholder('float32', [], 'x'));
const y = graph.run(() => mul(x, x));
const v: Variable = variable(5);
const session = new Session(graph);
const feeds = { x: 3 };
const zero = { unconnectedGradients: 'zero' } as const;

interface Model {
  readonly kernel: Tensor;
  layers: Tensor[];
}

describe('the type of what Session.run returns', () => {
  it('has the structure of the fetches', () => {
    const one: Tensor = session.run(y, feeds);
    const ofVariable: Tensor = session.run(v);
    const nothing: null = session.run(null);
    const both: readonly [Tensor, null] = session.run([y, null], feeds);
    const nested: { readonly a: Tensor; readonly b: readonly [Tensor, Tensor] } = session.run(
      { a: y, b: [v, x] },
      feeds,
    );
    const values = [one, ofVariable, both[0], nested.a, nested.b[0], nested.b[1]];
    expect(values.map((value) => value.item())).toEqual([9, 5, 9, 9, 5, 3]);
    expect([nothing, both[1]]).toEqual([null, null]);
  });

  it('follows lists and records of any length', () => {
    const list: readonly (Tensor | null)[] = session.run([y, null] as (Tensor | null)[], feeds);
    const record: Readonly<Record<string, Tensor>> = session.run(
      Object.fromEntries([['a', y]]),
      feeds,
    );
    const model: Model = { kernel: y, layers: [x] };
    const values: { readonly kernel: Tensor; readonly layers: readonly Tensor[] } = session.run(
      model,
      feeds,
    );
    expect([values.kernel.item(), values.layers[0].item()]).toEqual([9, 3]);
    const anything: Fetches = [y, { v }];
    const whatever = anything as Fetches;
    expect(JSON.stringify(session.run(whatever, feeds))).toContain('[5]');
    expect(list[0]?.item()).toBe(9);
    expect(record['a'].item()).toBe(9);
    expect(JSON.stringify(session.run(anything, feeds))).toContain('[5]');
  });

  it('is found for gradients that are written where they are fetched', () => {
    const single: Tensor | null = session.run(gradients(y, x), feeds);
    const several: readonly (Tensor | null)[] = session.run(gradients(y, [x, v]), feeds);
    const zeros: readonly Tensor[] = session.run(gradients(y, [x, v], zero), feeds);
    const second: Tensor = session.run(gradients(gradients(y, x, zero), x, zero), feeds);
    expect([single?.item(), several[1], zeros[1].item(), second.item()]).toEqual([6, null, 0, 2]);
  });

  it('is that of one example inside vmap', () => {
    const each: Tensor = vmap((one) => session.run(y, { x: one }))([1, 2]);
    expect(each.arraySync()).toEqual([1, 4]);
  });

  it('does not exist for what is no symbol', () => {
    // @ts-expect-error -- a number is no symbol
    expect(() => session.run(3)).toThrow('must be a symbol');
    // @ts-expect-error -- symbols have no names here
    expect(() => session.run([y, 'x'], feeds)).toThrow('must be a symbol');
    // @ts-expect-error -- no fetches at all
    expect(() => session.run(undefined)).toThrow('must be a symbol');
  });
});
