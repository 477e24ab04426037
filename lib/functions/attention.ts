import { misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { readOptions, requireBoolean, requireFinite } from '../base/options.ts';
import { specOf } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands, asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { ownedTensor } from '../core/tensor.ts';
import { softmax } from '../ops/activations.ts';
import { mul } from '../ops/arithmetic.ts';
import { promoteDTypes } from '../base/dtype.ts';
import { toFloat } from '../ops/elementwise.ts';
import { logicalAnd } from '../ops/compare.ts';
import { matMul } from '../ops/matmul.ts';
import { where } from '../ops/select.ts';
import { cast } from '../ops/structural.ts';

export interface AttentionOptions {
  /** Bool, broadcast with (..., m, n): which keys each query may look at; zeros for one that has none. */
  readonly mask?: TensorLike;
  /** Whether query i looks at keys up to i only. */
  readonly causal?: boolean;
  /** Factor of the products; 1 / sqrt(d) if absent. */
  readonly scale?: number;
}

/**
 * `softmax(q k' * scale) v`: for each query the mean of the values, weighted by how well their keys fit.
 *
 * @param q - queries, shape (..., m, d)
 * @param k - keys, shape (..., n, d)
 * @param v - values, shape (..., n, e)
 * @returns shape (..., m, e)
 * @throws ShapeError when the shapes do not fit each other
 * @throws ArgumentError when an option is none
 * @example scaledDotProductAttention([[1, 0]], [[0, 0], [0, 0]], [[1], [3]]) // [[2]]
 * @see Vaswani et al. 2017, "Attention is all you need", section 3.2.1
 */
export function scaledDotProductAttention(
  q: TensorLike,
  k: TensorLike,
  v: TensorLike,
  options: AttentionOptions = {},
): Tensor {
  const op = 'scaledDotProductAttention';
  const known = { mask: true, causal: true, scale: true } as const;
  const { mask, causal = false, scale } = readOptions(op, options, known);
  const given = asOperands([q, k, v], ['q', 'k', 'v'], op);
  const dtype = toFloat(given.map((x) => x.dtype).reduce(promoteDTypes));
  const [queries, keys, values] = given.map((x) => cast(x, dtype));
  for (const [argument, x] of [
    ['q', queries],
    ['k', keys],
    ['v', values],
  ] as const) {
    if (x.rank < 2) throw misuse(ShapeError, op, argument, 'be matrices', formatShape(x.shape));
  }
  requireBoolean(op, 'causal', causal);
  const width = queries.shape[queries.rank - 1];
  const factor = scale === undefined ? 1 / Math.sqrt(width) : requireFinite(op, 'scale', scale);
  const fit = mul(matMul(queries, keys, false, true), factor);
  const order = causal ? pastOnly(fit.shape[fit.rank - 2], fit.shape[fit.rank - 1]) : null;
  const chosen = mask === undefined ? null : cast(asTensor(mask, 'mask', op), 'bool');
  return matMul(
    weightsOf(fit, order && chosen ? logicalAnd(order, chosen) : (order ?? chosen)),
    values,
  );
}

function weightsOf(fit: Tensor, visible: Tensor | null): Tensor {
  if (visible === null) return softmax(fit);
  // A finite number, so that a query that sees nothing has a softmax to replace by zeros.
  return where(visible, softmax(where(visible, fit, -1e30)), 0);
}

function pastOnly(m: number, n: number): Tensor {
  const values = Uint8Array.from({ length: m * n }, (_, at) =>
    at % n <= Math.floor(at / n) ? 1 : 0,
  );
  return ownedTensor(specOf([m, n], 'bool'), values);
}
