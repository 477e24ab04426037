/** Checked by the compiler; nothing here runs but one line. */

import type { GradientTape, Tensor, Variable } from '../../lib/index.ts';
import {
  elementwiseGrad,
  ggnvp,
  grad,
  hessian,
  hessianDiagonal,
  hutchinsonTrace,
  hvp,
  jacfwd,
  jacobian,
  jacrev,
  jvp,
  linearize,
  linearTranspose,
  mul,
  perExampleGrad,
  square,
  sum,
  valueAndGrad,
  vhp,
  vjp,
  vmap,
} from '../../lib/index.ts';

interface Params {
  readonly w: Tensor;
  readonly layers: readonly Tensor[];
  readonly bias?: Tensor;
}

interface Output {
  readonly y: Tensor;
  readonly z: readonly [Tensor, Tensor];
}

declare const x: Tensor;
declare const w: Variable;
declare const tape: GradientTape;
declare const policy: 'none' | 'zero';
declare const loss: (p: Params, row: Tensor) => Tensor;
declare const model: (p: Params, row: Tensor) => Output;
declare const given: { readonly w: Variable; readonly layers: readonly Variable[] };

/** Never called. */
export function gradsNeedNoCast(): void {
  const bare: Tensor = grad((a) => square(a))([1, 2], [1, 1]);
  const ofStructure: Params = grad((p: Params) => p.w)(given);
  const first: Params = grad(loss, {})(given, [1, 2]);
  const second: Tensor = grad(loss, { argnums: 1 })(given, [1, 2]);
  const [a, b]: [Tensor, Params] = grad(loss, { argnums: [1, 0] })(given, x);
  const several: Tensor[] = grad((c, d) => mul(c, d), { argnums: [0, 1] })(1, 2);
  const { grad: g, aux } = grad((c) => ({ value: square(c), aux: 'text' }), { aux: true })(3);
  const text: string = aux;
  const all = valueAndGrad(loss, { argnums: [0] })(given, x);
  const ofParams: [Params] = all.grad;
  const kept = valueAndGrad((p: Params) => ({ value: p.w, aux: [1, 2] }), { aux: true })(given);
  const numbers: number[] = kept.aux;
  const inside: readonly Tensor[] = kept.grad.layers;
  void [bare, ofStructure, first, second, a, b, several, g, text, all.value, ofParams];
  void [numbers, inside];

  // @ts-expect-error a structure is wanted
  grad(loss, {})([1, 2], x);
  // @ts-expect-error elements of an array are tensors: numbers alone would be one tensor
  grad(loss, {})({ w: 1, layers: [1, 2] }, x);
  // @ts-expect-error aux is handed through only if asked for
  grad((c: Tensor) => ({ value: c, aux: 1 }), {});
  // @ts-expect-error with aux there must be one
  grad((c: Tensor) => c, { aux: true });
  // @ts-expect-error no such option
  grad(loss, { argnum: 1 });
}

/** Never called. */
export function directionsMirrorTheirPrimals(): void {
  const one: Tensor = vjp((a) => square(a), [[1, 2]]).pullback([1, 1])[0];
  const plain: Tensor = vjp((a) => square(a), x).pullback(1);
  const pair: [Tensor, Tensor] = vjp((a, b) => mul(a, b), [x, 2]).pullback(1);
  const found = vjp(model, [{ w, layers: [x, w] }, [1, 2]]);
  const value: Output = found.value;
  const [ofParams, ofRow]: [{ w: Tensor; layers: [Tensor, Tensor] }, Tensor] = found.pullback({
    y: 1,
    z: [[1, 2], x],
  });
  const tangent: Output = jvp(
    model,
    [{ w, layers: [] }, x],
    [{ w: 1, layers: [] }, [1, 2]],
  ).tangent;
  const moved: Tensor = linearize((p) => p.w, { w: x }).pushforward({ w: 1 });
  const aux: string = jvp((a) => ({ value: a, aux: 'x' }), x, 1, { aux: true }).aux;
  const back: { w: Tensor } = linearTranspose((p) => mul(p.w, 2), { w: x })(1);
  void [one, plain, pair, value, ofParams, ofRow, tangent, moved, aux, back];

  // @ts-expect-error there are two
  vjp((a, b) => mul(a, b), [x, 2]).pullback(1)[2];
  // @ts-expect-error the cotangent has the structure of the value
  found.pullback(1);
  // @ts-expect-error there is no such key
  jvp((p) => p.v, { w: x }, { w: 1 });
  // @ts-expect-error the tangent has the structure of the primals
  jvp((p) => p.w, { w: x }, 1);
  // @ts-expect-error a string is no argument
  vjp((a) => a, 'x');
}

/** Never called. */
export function jacobiansNestStructures(): void {
  const plain: Tensor = jacobian((a) => square(a))([1, 2]);
  const ofParams = jacobian(model)(given, x);
  const block: Tensor = ofParams.z[1].w;
  const both = jacrev(model, { argnums: [0, 1], chunkSize: 2 })(given, x);
  const row: Tensor = both.y[1];
  const layer: readonly Tensor[] = both.y[0].layers;
  const forward: Tensor = jacfwd((a, b) => mul(a, b), { argnums: 1 })(1, 2);
  const h: Tensor = hessian((a) => sum(a))([1, 2]);
  const mixed: Tensor = hessian((p: { a: Tensor; b: Tensor }) => mul(p.a, p.b))({ a: 1, b: 2 }).a.b;
  const pairs: [[Tensor, Tensor], [Tensor, Tensor]] = hessian((a: Tensor, b: Tensor) => mul(a, b), {
    argnums: [0, 1],
  })(1, 2);
  const diagonal: Params = hessianDiagonal((p: Params) => p.w)(given);
  void [plain, block, row, layer, forward, h, mixed, pairs, diagonal];

  const jacobians: { readonly x: Tensor; readonly w: Tensor } = tape.jacobian(x, { x, w });
  const maybe: Tensor | null = tape.jacobian(x, x, { unconnectedGradients: policy });
  const batch: Tensor = tape.batchJacobian(x, w, { chunkSize: 3 });
  void [jacobians, maybe, batch];

  // @ts-expect-error no such mode
  jacobian((a) => a, { mode: 'backward' });
  // @ts-expect-error the mode is settled
  jacrev((a) => a, { mode: 'forward' });
  // @ts-expect-error a list is no target
  tape.jacobian([x], x);
  // @ts-expect-error it may be null
  const wrong: Tensor = tape.jacobian(x, x, { unconnectedGradients: 'none' });
  void wrong;
}

/** Never called. */
export function productsMirrorTheirPrimals(): void {
  const { value, gradient, product } = hvp((p, a) => mul(p.w, a), [{ w: x }, 2], [{ w: 1 }, 1]);
  const parts: readonly [Tensor, { w: Tensor }, Tensor] = [value, gradient[0], product[1]];
  const bare: Tensor = vhp((a) => sum(a), x, [1, 2]).product;
  const gauss: { w: Tensor } = ggnvp(
    (p) => [p.w] as const,
    ([y]) => sum(y),
    { w: x },
    { w: 1 },
  ).product;
  const trace: Tensor = hutchinsonTrace((a) => sum(a), x, { samples: 3 });
  const slopes: Tensor = elementwiseGrad(elementwiseGrad(square))([1, 2]);
  void [parts, bare, gauss, trace, slopes];

  const listed = (a: Tensor): readonly [Tensor] => [a];
  // @ts-expect-error the loss is a function of the output
  ggnvp(listed, square, x, 1);
}

/** Never called. */
export function mappedFunctionsKeepStructures(): void {
  const mapped: Output = vmap(model, { inAxes: [{ w: 0, layers: null }, 1], outAxes: 1 })(given, x);
  const plain: Tensor = vmap((a, b) => mul(a, b))(x, [1, 2]);
  const each: Params = perExampleGrad(loss)(given, x);
  const rows: Tensor = perExampleGrad((p, a, b) => mul(p, mul(a, b)))(1, [1, 2], [3, 4]);
  const first: (p: Params) => Tensor = (p) => p.w;
  const eachGrad: Params = vmap(grad(first))(given);
  const second: Tensor = jacobian(grad(first))(given).w.w;
  void [eachGrad, second];
  const deep: Tensor = vmap(vmap((a: Tensor) => square(a)))(x);
  void [mapped, plain, each, rows, deep];

  // @ts-expect-error a structure is wanted
  vmap(model)(x, x);
  // @ts-expect-error an axis is a number
  vmap(model, { inAxes: 'rows' });
}

describe('the types of transformations', () => {
  it('compile', () => {
    expect(typeof gradsNeedNoCast).toBe('function');
  });
});
