import { broadcastShapes, only } from '../base/shape.ts';
import { promoteDTypes } from '../base/dtype.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands } from '../core/convert.ts';
import type { Differentiability, NotDifferentiable, Op } from '../core/op.ts';
import { defineOp, notDifferentiable } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import * as beta from '../kernels/special/incompleteBeta.ts';
import { div, mul, neg, sub } from './arithmetic.ts';
import { inEachExample } from './batchRules.ts';
import { add, scale, toFloat } from './elementwise.ts';
import { digamma } from './gammaFunctions.ts';
import { broadcastTo, cast } from './structural.ts';
import { log, log1p } from './transcendental.ts';

interface TernaryPoint {
  readonly a: Tensor;
  readonly b: Tensor;
  readonly x: Tensor;
  readonly y: Tensor;
}

type Slope = (at: TernaryPoint) => Tensor;

/** An elementwise function of three operands of one shape. */
function defineTernary(
  name: string,
  f: (a: number, b: number, x: number) => number,
  slopes: readonly [Slope, Slope, Slope] | NotDifferentiable,
): Op {
  const op: Op = defineOp({
    name,
    infer: ([a]) => only(a),
    kernel: beta.ternaryKernel(f),
    derivative: 'kind' in slopes ? slopes : slopeRules(slopes),
    batch: (inputs, batched, _, size) => apply(op, inEachExample(inputs, batched, size), undefined),
    traits: { elementwise: true },
  });
  return op;
}

function slopeRules(slopes: readonly Slope[]): Differentiability<undefined> {
  return {
    kind: 'rules',
    jvp: ({ inputs: [a, b, x], outputs: [y] }, tangents) => {
      const at = { a, b, x, y };
      const shares = tangents.flatMap((t, i) => (t === null ? [] : [scale(t, slopes[i](at))]));
      return [shares.length === 0 ? null : shares.reduce((sum, share) => add(sum, share))];
    },
    vjp: ({ inputs: [a, b, x], outputs: [y] }, [g], needed) => {
      const at = { a, b, x, y };
      return slopes.map((slope, i) => (needed[i] && g !== null ? scale(g, slope(at)) : null));
    },
  };
}

const firstOnly = notDifferentiable(
  'betainc has its first derivatives with respect to a and b only',
);

/** The derivative of betainc with respect to a. */
export const betaincByAOp = defineTernary(
  'betaincByA',
  (a, b, x) => beta.betaincSlopes(a, b, x)[0],
  firstOnly,
);

/** The derivative of betainc with respect to b. */
export const betaincByBOp = defineTernary(
  'betaincByB',
  (a, b, x) => beta.betaincSlopes(a, b, x)[1],
  firstOnly,
);

/** x^(a - 1) (1 - x)^(b - 1) / B(a, b): the density whose distribution is betainc. */
export const betaDensityOp: Op = defineTernary('betaDensity', beta.betaDensity, [
  ({ a, b, x, y }) => mul(y, add(log(x), sub(digamma(add(a, b)), digamma(a)))),
  ({ a, b, x, y }) => mul(y, add(log1p(neg(x)), sub(digamma(add(a, b)), digamma(b)))),
  ({ a, b, x, y }) => mul(y, sub(div(sub(a, 1), x), div(sub(b, 1), sub(1, x)))),
]);

export const betaincOp: Op = defineTernary('betainc', beta.betainc, [
  ({ a, b, x }) => apply(betaincByAOp, [a, b, x], undefined)[0],
  ({ a, b, x }) => apply(betaincByBOp, [a, b, x], undefined)[0],
  ({ a, b, x }) => apply(betaDensityOp, [a, b, x], undefined)[0],
]);

/**
 * The regularised incomplete beta function: the integral of `t^(a - 1) (1 - t)^(b - 1)` from 0 to `x`,
 * over that to 1. NaN unless a, b > 0 and 0 <= x <= 1. With respect to `a` and `b` it has first
 * derivatives only.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @throws UnsupportedError when asked for a second derivative with respect to `a` or `b`
 * @example betainc(2, 3, [0, 1]) // [0, 1]
 */
export function betainc(a: TensorLike, b: TensorLike, x: TensorLike): Tensor {
  const operands = asOperands([a, b, x], ['a', 'b', 'x'], 'betainc');
  const dtype = toFloat(operands.map((each) => each.dtype).reduce(promoteDTypes));
  const shape = operands
    .map((each) => each.shape)
    .reduce((left, right) => broadcastShapes('betainc', left, right));
  const inputs = operands.map((each) => broadcastTo(cast(each, dtype), shape));
  return apply(betaincOp, inputs, undefined)[0];
}
