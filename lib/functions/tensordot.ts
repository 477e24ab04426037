import { promoteDTypes } from '../base/dtype.ts';
import { ArgumentError, AxisError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { requireInteger } from '../base/options.ts';
import { requireAxis, sizeOf } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { mul } from '../ops/arithmetic.ts';
import { toNumber } from '../ops/elementwise.ts';
import { matMul } from '../ops/matmul.ts';
import { cast, reshape, transpose } from '../ops/structural.ts';

type AxisPairs = readonly [
  axesOfA: number | readonly number[],
  axesOfB: number | readonly number[],
];

/**
 * The product of all elements of `a` with those of `b`, summed along pairs of axes.
 *
 * @param axes - how many of the last axes of `a` pair with the first ones of `b`, in order; or the axes
 *   of `a` and those of `b` that pair
 * @returns the other axes of `a`, then those of `b`
 * @throws AxisError when an axis is outside the rank or named twice
 * @throws ArgumentError when `axes` is neither a count nor a pair of lists of one length
 * @throws ShapeError when the sizes of paired axes differ
 * @example tensordot([[1, 2], [3, 4]], [10, 1], 1) // [12, 34]
 * @example tensordot([[1, 2], [3, 4]], [[1, 2], [3, 4]], [[0, 1], [1, 0]]) // 29
 */
export function tensordot(a: TensorLike, b: TensorLike, axes: number | AxisPairs = 2): Tensor {
  const op = 'tensordot';
  const [x, y] = asOperands([a, b], ['a', 'b'], op);
  const dtype = toNumber(promoteDTypes(x.dtype, y.dtype));
  const [ofA, ofB] = pairedAxes(x, y, axes);
  if (ofA.some((axis, i) => x.shape[axis] !== y.shape[ofB[i]])) {
    const got = `${formatShape(ofA.map((axis) => x.shape[axis]))} in a ${formatShape(x.shape)} and ${formatShape(ofB.map((axis) => y.shape[axis]))} in b ${formatShape(y.shape)}`;
    throw misuse(ShapeError, op, 'sizes of paired axes', 'agree', got);
  }
  const outerA = otherAxes(x, ofA);
  const outerB = otherAxes(y, ofB);
  const k = sizeOf(ofA.map((axis) => x.shape[axis]));
  const rows = transpose(cast(x, dtype), [...outerA, ...ofA]);
  const columns = transpose(cast(y, dtype), [...ofB, ...outerB]);
  const sizes = [...outerA.map((axis) => x.shape[axis]), ...outerB.map((axis) => y.shape[axis])];
  const m = sizeOf(outerA.map((axis) => x.shape[axis]));
  const n = sizeOf(outerB.map((axis) => y.shape[axis]));
  return reshape(matMul(reshape(rows, [m, k]), reshape(columns, [k, n])), sizes);
}

function otherAxes(x: Tensor, axes: readonly number[]): readonly number[] {
  return x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
}

function pairedAxes(
  a: Tensor,
  b: Tensor,
  axes: number | AxisPairs,
): readonly [readonly number[], readonly number[]] {
  const op = 'tensordot';
  if (typeof axes === 'number') {
    const most = Math.min(a.rank, b.rank);
    const count = requireInteger(op, 'axes', axes, { min: 0, max: most });
    const places = Array.from({ length: count }, (_, i) => i);
    return [places.map((i) => a.rank - count + i), places];
  }
  const lists = Array.isArray(axes) ? (axes as readonly unknown[]) : [];
  const [ofA, ofB] = lists.map((one) => (Array.isArray(one) ? (one as unknown[]) : [one]));
  if (lists.length !== 2 || ofA.length !== ofB.length) {
    const condition = 'be a count, or two lists of as many axes';
    throw misuse(ArgumentError, op, 'axes', condition, formatValue(axes));
  }
  return [requireEach('axes[0]', ofA, a.rank), requireEach('axes[1]', ofB, b.rank)];
}

/** As `requireAxes`, but in the order given. */
function requireEach(argument: string, axes: readonly unknown[], rank: number): readonly number[] {
  const checked = axes.map((axis) => requireAxis('tensordot', axis, rank, argument));
  if (new Set(checked).size !== checked.length) {
    throw misuse(AxisError, 'tensordot', argument, 'name each axis once', formatValue(axes));
  }
  return checked;
}

/**
 * Kronecker's product: blocks of `b`, each multiplied by an element of `a`. The operand of lower rank
 * gets axes of size 1 in front.
 *
 * @example kron([1, 10], [1, 2, 3]) // [1, 2, 3, 10, 20, 30]
 * @example kron([[1, 2]], [[1], [1]]) // [[1, 2], [1, 2]]
 */
export function kron(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = asOperands([a, b], ['a', 'b'], 'kron');
  const rank = Math.max(x.rank, y.rank);
  const sizes = [x, y].map((one) => [...new Array<number>(rank - one.rank).fill(1), ...one.shape]);
  const [blocks, within] = sizes;
  // Each axis of the result is a pair of axes: which block, and where in it.
  const product = mul(
    reshape(
      x,
      blocks.flatMap((size) => [size, 1]),
    ),
    reshape(
      y,
      within.flatMap((size) => [1, size]),
    ),
  );
  return reshape(
    product,
    blocks.map((size, i) => size * within[i]),
  );
}
