import { promoteDTypes } from '../base/dtype.ts';
import { misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { requireOneOf } from '../base/options.ts';
import type { Shape } from '../base/shape.ts';
import { sameShape } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands, scalarSpecs } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor } from '../core/tensor.ts';
import { div } from './arithmetic.ts';
import { equal, notEqual } from './compare.ts';
import { scale, toFloat } from './elementwise.ts';
import { maximum, where } from './select.ts';
import { broadcastTo, cast, reshape, sum } from './structural.ts';

/* What the losses share: their arguments, and how the losses of the examples become one. */

/** How the losses of the examples become one: TensorFlow's names for the ways. */
export const Reduction = {
  NONE: 'none',
  MEAN: 'mean',
  SUM: 'sum',
  SUM_BY_NONZERO_WEIGHTS: 'sumByNonzeroWeights',
} as const;

/**
 * `none`: the weighted losses. `sum`: their sum. `mean`: the sum over that of the weights.
 * `sumByNonzeroWeights`: the sum over the number of losses whose weight is not 0.
 */
export type Reduction = (typeof Reduction)[keyof typeof Reduction];

/** Labels and predictions of one shape, brought to one float dtype. */
export function matched(
  op: string,
  names: readonly [string, string],
  labels: TensorLike,
  predictions: TensorLike,
): readonly [Tensor, Tensor] {
  const [a, b] = asOperands([labels, predictions], names, op);
  if (!sameShape(a.shape, b.shape)) {
    const condition = `have the shape of ${names[1]}, ${formatShape(b.shape)}`;
    // TensorFlow.js's words to the letter, two spaces included: people search for them.
    const hint = `Error in ${op}:  Shapes ${a.shape.join()} and ${b.shape.join()} must match`;
    throw misuse(ShapeError, op, names[0], condition, formatShape(a.shape), hint);
  }
  const dtype = toFloat(promoteDTypes(a.dtype, b.dtype));
  return [cast(a, dtype), cast(b, dtype)];
}

/** What becomes of the losses, checked before they are computed. */
export interface Weighting {
  readonly weights: Tensor | null;
  readonly reduction: Reduction;
}

export function weighting(
  op: string,
  weights: TensorLike | null | undefined,
  reduction: Reduction,
  like: { readonly shape: Shape; readonly dtype: Tensor['dtype'] },
): Weighting {
  requireOneOf(op, 'reduction', reduction, Object.values(Reduction));
  if (weights === undefined || weights === null) return { weights: null, reduction };
  const [, given] = asOperands(
    [filledTensor(scalarSpecs[like.dtype], 0), weights],
    ['', 'weights'],
    op,
  );
  // Axes of size 1 before the others change nothing.
  const excess = Math.max(0, given.rank - like.shape.length);
  const isExcessive = given.shape.slice(0, excess).some((size) => size !== 1);
  const shape = given.shape.slice(excess);
  const lead = like.shape.length - shape.length;
  if (isExcessive || shape.some((size, i) => size !== 1 && size !== like.shape[lead + i])) {
    const condition = `broadcast to the shape of the losses, ${formatShape(like.shape)}`;
    throw misuse(ShapeError, op, 'weights', condition, formatShape(given.shape));
  }
  const factors = excess === 0 ? given : reshape(given, shape);
  return { weights: cast(factors, like.dtype), reduction };
}

export function combine(each: Tensor, { weights, reduction }: Weighting): Tensor {
  // A weight of 0 leaves out even a loss that is infinite.
  const weighted = weights === null ? each : scale(weights, each);
  switch (reduction) {
    case 'none':
      return weighted;
    case 'sum':
      return sum(weighted);
    case 'mean':
      if (weights === null) return average(each);
      return div(sum(weighted), orOne(sum(broadcastTo(weights, each.shape))));
    case 'sumByNonzeroWeights': {
      if (weights === null) return average(each);
      const counted = broadcastTo(notEqual(weights, 0), each.shape);
      return div(sum(weighted), maximum(cast(sum(counted), each.dtype), 1));
    }
  }
}

// Of no examples, or with weights that are all 0, the loss is 0, as in TensorFlow, and so is its gradient.
function average(each: Tensor): Tensor {
  return div(sum(each), Math.max(each.size, 1));
}

function orOne(total: Tensor): Tensor {
  return where(equal(total, 0), 1, total);
}
