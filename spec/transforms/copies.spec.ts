import type * as Library from '../../lib/index.ts';
import * as a from '../../lib/index.ts';

/*
 * Two copies of the library in one program, as when one part of it imports the ES module and another
 * requires the CommonJS one: they share the stack and know each other's tensors.
 */

function anotherCopy(): typeof Library {
  let copy: typeof Library | undefined;
  jest.isolateModules(() => {
    copy = jest.requireActual<typeof Library>('../../lib/index.ts');
  });
  if (copy === undefined) throw new Error('nothing was loaded');
  return copy;
}

describe('two copies of the library', () => {
  const b = anotherCopy();
  // To the compiler the classes of both are the same; nominally they are not.
  const cube = (x: Library.Tensor): Library.Tensor => b.mul(x, a.mul(x, x));

  it('have classes of their own', () => {
    expect(a.Tensor).not.toBe(b.Tensor);
    expect(a.GradientTape).not.toBe(b.GradientTape);
  });

  it('record each other on tapes', () => {
    const x = b.scalar(3);
    const v = b.variable(a.scalar(2), true, 'v');
    const tape = new a.GradientTape();
    const y = b.mul(cube(x), v);
    expect(tape.watchedVariables().map(({ name }) => name)).toEqual(['v']);
    expect(tape.gradient(y, v).item()).toBe(27);
    const outer = new b.GradientTape();
    outer.watch(x);
    const inner = new a.GradientTape();
    inner.watch(x);
    expect(outer.gradient(inner.gradient(cube(x), x), x).item()).toBe(18);
  });

  it('nest their transformations', () => {
    expect(a.grad(b.grad(cube))(3).item()).toBe(18);
    expect(
      a
        .vmap(b.grad(cube))(b.tensor([1, 2]))
        .arraySync(),
    ).toEqual([3, 12]);
    expect(
      b
        .grad((x) => a.sum(a.vmap(cube)(x)))([1, 2])
        .arraySync(),
    ).toEqual([3, 12]);
    const x = a.scalar(3);
    const accumulator = new b.ForwardAccumulator(x, a.scalar(1));
    expect(accumulator.jvp(accumulator.run(() => a.grad(cube)(x))).item()).toBe(18);
  });

  it('take each other in custom gradients, also under vmap', () => {
    const tenfold = a.customGradient((x, save) => {
      save(x);
      return { value: b.square(x), gradFunc: (dy, [kept]) => b.mul(dy, b.mul(kept, 20)) };
    });
    expect(
      b
        .grad((x) => b.sum(b.vmap(tenfold)(x)))([1, 2])
        .arraySync(),
    ).toEqual([20, 40]);
    expect(
      b
        .grad(b.recomputeGrad((x) => tenfold(x)))(3)
        .item(),
    ).toBe(60);
  });

  it('evaluate and differentiate graphs of the other', () => {
    const graph = new a.Graph();
    const x = graph.run(() => b.placeholder('float32', [], 'x'));
    const y = graph.run(() => cube(x));
    const derivative = b.gradients(y, x);
    expect(new b.Session(graph).run(derivative, { x: 3 })?.item()).toBe(27);
  });

  it('count open tapes together', () => {
    const tapes = Array.from({ length: 32 }, () => [new a.GradientTape(), new b.GradientTape()]);
    expect(() => new b.GradientTape()).toThrow('64 at a time at most');
    for (const tape of tapes.flat()) tape.stop();
    new b.GradientTape().stop();
  });

  it('explain what the other recorded', () => {
    const x = a.scalar(3);
    const tape = new a.GradientTape();
    tape.watch(x);
    expect(() => tape.gradient(b.round(x), x)).toThrow('only through round');
    tape.stop();
  });
});
