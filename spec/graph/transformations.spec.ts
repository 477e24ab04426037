import type { Tensor } from '../../lib/index.ts';
import {
  elementwiseGrad,
  ggnvp,
  grad,
  Graph,
  GradientTape,
  hessian,
  hessianDiagonal,
  hutchinsonTrace,
  hvp,
  jacobian,
  jvp,
  linearize,
  linearTranspose,
  mul,
  perExampleGrad,
  placeholder,
  Session,
  sin,
  square,
  sum,
  tensor,
  vhp,
  vjp,
  vmap,
} from '../../lib/index.ts';
import { requireSame } from '../../lib/testing/compare.ts';

const wave = (x: Tensor): Tensor => mul(x, sin(x));
const total = (x: Tensor): Tensor => sum(wave(x));

describe('transformations while a graph is built', () => {
  it.each<[string, (x: Tensor) => Tensor]>([
    ['grad', (x) => grad(total)(x)],
    ['vjp', (x) => vjp(wave, x).pullback([1, 2])],
    ['jvp', (x) => jvp(wave, x, [1, 2]).tangent],
    ['linearize', (x) => linearize(wave, x).pushforward([1, 2])],
    ['jacobian', (x) => jacobian(wave)(x)],
    ['jacobian one by one', (x) => jacobian(wave, { mode: 'forward', chunkSize: 1 })(x)],
    ['hessian', (x) => hessian(total)(x)],
    ['hessianDiagonal', (x) => hessianDiagonal(total)(x)],
    ['hvp', (x) => hvp(total, x, [1, 2]).product],
    ['vhp', (x) => vhp(total, x, [1, 2]).product],
    ['ggnvp', (x) => ggnvp(wave, (y) => sum(square(y)), x, [1, 2]).product],
    ['hutchinsonTrace', (x) => hutchinsonTrace(total, x, { seed: 1 })],
    ['linearTranspose', (x) => linearTranspose((t) => mul(t, x), x)([1, 2])],
    ['elementwiseGrad', (x) => elementwiseGrad(wave)(x)],
    ['vmap', (x) => vmap((t) => mul(t, x), { chunkSize: 1 })([1, 2])],
    ['perExampleGrad', (x) => perExampleGrad((p, t) => sum(mul(square(p), t)))(x, [1, 2])],
    [
      'tape.jacobian',
      (x) => {
        const tape = new GradientTape();
        tape.watch(x);
        return tape.jacobian(wave(x), x);
      },
    ],
  ])('%s gives what it gives at once', (_, f) => {
    const graph = new Graph();
    const [x, y] = graph.run(() => {
      const symbol = placeholder('float32', [2]);
      return [symbol, f(symbol)] as const;
    });
    const found = new Session(graph).run(y, [[x, [0.5, 2]]]);
    requireSame('a transformation', [found], [f(tensor([0.5, 2]))]);
  });
});
