/** Checked by the compiler; nothing here runs but one line. */

import type { IterationState, Tensor, Variable } from '../../lib/index.ts';
import {
  add,
  argmin,
  checkpoint,
  checkpointLoop,
  derivatives,
  fixedPoint,
  jet,
  linearSolve,
  mul,
  root,
  sin,
  square,
  sub,
  sum,
} from '../../lib/index.ts';

interface Weights {
  readonly w: Tensor;
  readonly layers: readonly Tensor[];
}

declare const x: Tensor;
declare const v: Variable;
declare const weights: Weights;
declare const order: number;

/** Never called. */
export function loopsKeepTheStructureOfTheirState(): void {
  const bare: Tensor = checkpointLoop((s) => mul(s, 2), 1, 10);
  const fromVariable: Tensor = checkpointLoop((s) => sin(s), v, 10, { snapshots: 3 });
  const structure: { h: Tensor; steps: Tensor[] } = checkpointLoop(
    ({ h, steps }, i) => ({ h: mul(h, i), steps: steps.map((s) => add(s, 1)) }),
    { h: x, steps: [x] },
    3,
    { bytes: 1000 },
  );
  const kept: { a: Tensor } = checkpoint((t: Tensor) => ({ a: t }))(1);
  void [bare, fromVariable, structure, kept];

  // @ts-expect-error the next state has another structure
  checkpointLoop((s) => [s], x, 3);
  // @ts-expect-error there is no such option
  checkpointLoop((s) => s, x, 3, { snapshot: 3 });
}

/** Never called. */
export function seriesHaveTheStructureOfTheValue(): void {
  const { value, series } = jet((a, b) => ({ sum: add(a, b) }), [x, 2], [[1], [x, 3]]);
  const sums: Tensor[] = [value.sum, ...series.map((one) => one.sum)];
  const ofWeights: Tensor[] = jet((p) => sum(p.w), { w: v }, [{ w: 1 }]).series;
  const list: [Tensor, Tensor, Tensor, Tensor] = derivatives((t) => sin(t), 3)(1);
  const wide: Tensor[] = derivatives((t) => sin(t), order)(1);
  const pairs: (readonly [Tensor, Tensor])[] = derivatives((t) => [t, t] as const, 3)(x);
  void [sums, ofWeights, list, wide, pairs];

  // @ts-expect-error a series is a list
  jet((t) => t, x, 1);
  // @ts-expect-error two arguments have two series
  jet((a, b) => add(a, b), [x, x], [[1]]);
}

/** Never called. */
export function solutionsKeepTheStructureOfTheirStart(): void {
  const bare: Tensor = fixedPoint((t) => sin(t), 1);
  const withParameters: Tensor = root((t, p) => sub(mul(p.w, t), p.layers[0]), x, weights);
  const { a, b }: { a: Tensor; b: Tensor[] } = argmin((at) => sum(square(at.a)), { a: x, b: [x] });
  const state: IterationState<Tensor> = root((t) => t, x, undefined, { returnState: true });
  const residual: number = state.residual;
  const solved: { u: Tensor } = linearSolve(({ u }) => ({ u: mul(2, u) }), { u: x });
  const linear: boolean = linearSolve((t) => t, [1, 2], { returnState: true }).converged;
  const own: Tensor = root((t, p) => sub(t, p), 1, 2, { solver: (f, start) => f(start) });
  const least: Tensor = argmin((t) => sum(t), x, 0, { solver: (loss, start) => loss(start) });
  void [bare, withParameters, a, b, residual, solved, linear, own, least];

  // @ts-expect-error as many equations as unknowns
  root((t) => [t], x);
  // @ts-expect-error a minimum is of one number
  argmin((t) => [t], x);
  // @ts-expect-error only a fixed point takes damping
  root((t) => t, x, undefined, { damping: 0.5 });
  // @ts-expect-error no such method
  linearSolve((t) => t, x, { method: 'lu' });
}

describe('the types of loops, series and solutions', () => {
  it('compile', () => {
    expect(typeof loopsKeepTheStructureOfTheirState).toBe('function');
  });
});
