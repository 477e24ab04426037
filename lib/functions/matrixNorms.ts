import { misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { requireBoolean } from '../base/options.ts';
import { reducedShape, requireAxes, requireAxis } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import { isVariable } from '../core/isVariable.ts';
import { div, mul, sub } from '../ops/arithmetic.ts';
import { toFloat } from '../ops/elementwise.ts';
import { stack, unstack } from '../ops/joining.ts';
import { max, min } from '../ops/reduce.ts';
import { cast, reshape, sum, transpose } from '../ops/structural.ts';
import { svd } from '../ops/svd.ts';
import { norm as elementNorm } from './norms.ts';

type Axes = number | readonly number[] | null;

/** A norm by number, or by name. */
export type NormOrder = number | 'euclidean' | 'fro' | 'nuc';

/**
 * `norm`, and for matrices along two axes those of the singular values: 2 (the spectral norm, the
 * greatest), -2 (the least) and 'nuc' (the nuclear norm, their sum).
 *
 * @param axis - one axis, or [rows, columns] for the norms of matrices
 * @param keepDims - keep reduced axes with size 1
 * @throws ArgumentError when there is no such norm, or a singular value of what is not finite is asked
 * @throws AxisError when an axis is outside the rank or named twice, or more than two are named
 * @example linalg.norm([[3, 0], [0, -4]], 2, [0, 1]) // 4
 * @example linalg.norm([[3, 0], [0, -4]], 'nuc', [0, 1]) // 7
 */
export function norm(
  x: TensorLike,
  ord: NormOrder = 'euclidean',
  axis?: Axes,
  keepDims = false,
): Tensor {
  const isPair = Array.isArray(axis) && axis.length === 2;
  if (!isPair || (ord !== 2 && ord !== -2 && ord !== 'nuc')) {
    return elementNorm(x, ord as number, axis, keepDims);
  }
  const given = asTensor(x, 'x', 'norm');
  const input = cast(given, toFloat(given.dtype));
  requireBoolean('norm', 'keepDims', keepDims);
  const axes = requireAxes('norm', axis, input.rank);
  const pair = (axis as readonly number[]).map((one) => requireAxis('norm', one, input.rank));
  const others = input.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const s = svd(transpose(input, [...others, ...pair]), { computeUv: false });
  const result = ord === 'nuc' ? sum(s, -1) : ord === 2 ? max(s, -1) : min(s, -1);
  return reshape(result, reducedShape(input.shape, axes, keepDims));
}

/**
 * `x` divided by its norm, and the norm.
 *
 * @param axis - one axis, or [rows, columns] for the norms of matrices; all elements if absent
 * @returns the quotient, which is NaN where the norm is 0, and the norm with its axes kept
 * @throws ArgumentError when there is no such norm
 * @throws AxisError when an axis is outside the rank or named twice, or more than two are named
 * @example linalg.normalize([3, 4])[1] // [5]
 */
export function normalize(
  x: TensorLike,
  ord: NormOrder = 'euclidean',
  axis?: Axes,
): readonly [normalized: Tensor, norm: Tensor] {
  const input = asTensor(x, 'x', 'normalize');
  const size = norm(input, ord, axis, true);
  return [div(input, size), size];
}

/**
 * Vectors made orthogonal to those before them and of length 1. A vector that depends on those before
 * it has no direction left: its elements are rounding errors or NaN.
 *
 * @param xs - vectors in an array, or as the rows of a matrix
 * @returns the same as `xs`: an array or a matrix
 * @throws ShapeError when there are no vectors, their sizes differ, or there are more of them than
 *   elements in one
 * @example linalg.gramSchmidt([[2, 0], [3, 5]]) // [[1, 0], [0, 1]]
 */
export function gramSchmidt(xs: readonly Tensor[]): Tensor[];
export function gramSchmidt(xs: TensorLike): Tensor;
export function gramSchmidt(xs: TensorLike | readonly Tensor[]): Tensor | Tensor[] {
  const isList = Array.isArray(xs) && (xs.length === 0 || xs.some(isHandle));
  if (!isList) {
    const input = asTensor(xs, 'xs', 'gramSchmidt');
    if (input.rank !== 2) {
      throw misuse(ShapeError, 'gramSchmidt', 'xs', 'have rank 2', formatShape(input.shape));
    }
    const [m, n] = input.shape;
    requireRoom(m, n);
    return m === 0 ? cast(input, toFloat(input.dtype)) : stack(orthonormal(unstack(input)));
  }
  const vectors = (xs as readonly TensorLike[]).map((x, i) =>
    asTensor(x, `xs[${String(i)}]`, 'gramSchmidt'),
  );
  if (vectors.length === 0) {
    throw misuse(ShapeError, 'gramSchmidt', 'xs', 'hold vectors', 'an empty array');
  }
  const [{ shape }] = vectors;
  const other = vectors.find((x) => x.rank !== 1 || x.size !== shape[0]);
  if (other !== undefined) {
    const got = `${formatShape(shape)} and ${formatShape(other.shape)}`;
    const hint = 'Non-unique lengths or ranks found among the vectors';
    throw misuse(ShapeError, 'gramSchmidt', 'xs', 'hold vectors of one size', got, hint);
  }
  requireRoom(vectors.length, shape[0]);
  return orthonormal(vectors);
}

function isHandle(x: unknown): boolean {
  return isTensor(x) || isVariable(x);
}

function requireRoom(vectors: number, dimensions: number): void {
  if (vectors <= dimensions) return;
  const condition = 'hold no more vectors than elements in one';
  const got = `${String(vectors)} vectors of ${String(dimensions)}`;
  const hint = `Number of vectors (${String(vectors)}) exceeds number of dimensions (${String(dimensions)}): they cannot be independent`;
  throw misuse(ShapeError, 'gramSchmidt', 'xs', condition, got, hint);
}

function orthonormal(vectors: readonly Tensor[]): Tensor[] {
  const done: Tensor[] = [];
  for (const vector of vectors) {
    let rest = cast(vector, toFloat(vector.dtype));
    for (const y of done) rest = sub(rest, mul(y, sum(mul(y, rest))));
    done.push(div(rest, elementNorm(rest)));
  }
  return done;
}
