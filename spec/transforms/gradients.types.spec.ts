/** Checked by the compiler; nothing here runs but one line. */

import type {
  ForwardAccumulator,
  GradientOptions,
  GradientTape,
  Leaf,
  LeafTree,
  Tensor,
  Variable,
} from '../../lib/index.ts';
import {
  customGradient,
  grad,
  grads,
  gradients,
  Graph,
  mul,
  placeholder,
  Session,
  square,
  valueAndGrad,
  variableGrads,
  vmap,
} from '../../lib/index.ts';

interface Model {
  readonly kernel: Variable;
  readonly bias?: Variable;
  readonly layers: readonly Variable[];
}

declare const x: Tensor;
declare const w: Variable;
declare const model: Model;
declare const tape: GradientTape;
declare const accumulator: ForwardAccumulator;
declare const tree: LeafTree;
declare const leaves: Leaf[];
declare const options: GradientOptions;
declare const policy: 'none' | 'zero';

const none = { unconnectedGradients: 'none' } as const;

/** Never called. */
export function gradientKeepsStructures(): void {
  const bare: Tensor = tape.gradient(x, x);
  const fromVariable: Tensor = tape.gradient(x, w);
  const [da, db]: readonly [Tensor, Tensor] = tape.gradient(x, [x, w]);
  const object: { readonly w: Tensor; readonly b: readonly [Tensor, Tensor] } = tape.gradient(x, {
    w,
    b: [x, x],
  });
  const list: Tensor[] = tape.gradient(x, leaves);
  const ofModel = tape.gradient({ loss: x, more: [x] }, model);
  const kernel: Tensor = ofModel.kernel;
  const bias: Tensor | undefined = ofModel.bias;
  const layers: readonly Tensor[] = ofModel.layers;
  const numbers: number[] = tape.gradient(x, [x, w]).map((g) => g.item());
  void [bare, fromVariable, da, db, object, list, kernel, bias, layers, numbers];
  void [tape.gradient(tree, x), tape.gradient(x, []), tape.gradient(x, tree)];
  tape.watch(tree);

  const zeros: Tensor = tape.gradient(x, x, { unconnectedGradients: 'zero' });
  const maybe: Tensor | null = tape.gradient(x, x, none);
  const maybes: readonly [Tensor | null, Tensor | null] = tape.gradient(x, [x, w], none);
  const seeded: Tensor = tape.gradient([x, { y: x }], w, { outputGradients: [null, { y: x }] });
  void [zeros, maybe, maybes, seeded];

  const chosen: Tensor | null = tape.gradient(x, x, options);
  const carried: Tensor | null = accumulator.jvp(x, { unconnectedGradients: policy });
  void [chosen, carried];

  // @ts-expect-error a gradient that may be null is not a tensor
  const wrong: Tensor = tape.gradient(x, x, none);
  // @ts-expect-error there are two
  tape.gradient(x, [x, w])[2];
  // @ts-expect-error there is no such key
  tape.gradient(x, { w }).v;
  // @ts-expect-error a number is no source
  tape.gradient(x, 5);
  // @ts-expect-error nor is null
  tape.gradient(x, [x, null]);
  // @ts-expect-error a number is no target
  tape.gradient(5, x);
  // @ts-expect-error no such policy
  tape.gradient(x, x, { unconnectedGradients: 'nulls' });
  // @ts-expect-error no such option
  tape.gradient(x, x, { outputGradient: x });
  // @ts-expect-error a number is no cotangent
  tape.gradient(x, x, { outputGradients: 1 });
  // @ts-expect-error a number cannot be watched
  tape.watch([x, 3]);
  void wrong;
}

/** Never called. */
export function tapesReturnWhatTheirCallbacksReturn(): void {
  const y: Tensor = tape.run((own) => {
    own.watch([x, w]);
    return mul(x, w);
  });
  const pair: readonly [Tensor, number] = tape.stopRecording(() => [x, 3] as const);
  const variables: Variable[] = tape.watchedVariables();
  void [y, pair, variables];
}

/** Never called. */
export function otherFormsNeedNoCast(): void {
  const tangents: readonly [Tensor, Tensor] = accumulator.jvp([x, x]);
  const maybe: { readonly a: Tensor | null } = accumulator.jvp({ a: x }, none);
  const first: Tensor = grad((t) => square(t))(3);
  const second: Tensor = grad(grad(square))(x);
  const both: Tensor[] = grads((a, b) => mul(a, b))([x, 2]);
  const value: number = valueAndGrad(square)(x).value.item();
  const named: Tensor = variableGrads(() => square(w)).grads['w'];
  const mapped: Tensor = vmap(grad(square))([1, 2]);
  const parts: { readonly a: Tensor; readonly b: readonly [Tensor] } = vmap((t: Tensor) => ({
    a: t,
    b: [t] as const,
  }))(x);
  void [tangents, maybe, first, second, both, value, named, mapped, parts];

  const custom: (one: number) => Tensor = customGradient((t, save) => {
    save([t]);
    return { value: t, gradFunc: (dy, [kept]) => mul(dy, kept) };
  });
  const two: (a: number, b: Tensor) => Tensor = customGradient((a: Tensor, b: Tensor) => ({
    value: mul(a, b),
    gradFunc: (dy) => [mul(dy, b), null],
  }));
  const several: (one: Tensor) => Tensor[] = customGradient((t: Tensor) => ({
    value: [t, t],
    gradFunc: (dy: Tensor[]) => dy[0],
  }));
  // @ts-expect-error a gradient is a tensor or null
  customGradient((t) => ({ value: t, gradFunc: () => 3 }));
  // @ts-expect-error the gradient function is missing
  customGradient((t) => ({ value: t }));
  // @ts-expect-error f returns one tensor
  grad((t) => [t]);
  void [custom, two, several];
}

/** Never called. */
export function graphsKeepStructures(): void {
  const graph = new Graph();
  const session = new Session(graph);
  const symbol: Tensor<'float64'> = graph.run(() => placeholder('float64', [2]));
  const [dx, dw]: readonly [Tensor | null, Tensor | null] = gradients(x, [x, w]);
  const zeros: { readonly a: Tensor } = gradients(x, { a: x }, { unconnectedGradients: 'zero' });
  const value: Tensor = session.run(symbol);
  const values: readonly [Tensor, Tensor | null] = session.run([x, dx]);
  const found: { readonly w: Tensor; readonly n: null } = session.run({ w, n: null });
  const fed: Tensor = session.run(x, [[x, 3]]);
  const anyTree: unknown = gradients(tree, tree);
  void [anyTree, dw, zeros, value, values, found, fed, session.run(x, new Map([[x, [1, 2]]]))];

  // @ts-expect-error a gradient may be null
  const wrong: Tensor = gradients(x, x);
  // @ts-expect-error a number is no symbol
  gradients(3, x);
  // @ts-expect-error nor a fetch
  session.run(3);
  // @ts-expect-error no such dtype
  placeholder('float');
  void wrong;
}

describe('the types of gradients', () => {
  it('compile', () => {
    expect(typeof gradientKeepsStructures).toBe('function');
  });
});
