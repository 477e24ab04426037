import { misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { requireFinite } from '../base/options.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { equal } from '../ops/compare.ts';
import { where } from '../ops/select.ts';
import { pad } from '../ops/slicing.ts';
import { cast } from '../ops/structural.ts';

/**
 * The tensor itself if it has the given shape.
 *
 * @param shape - sizes; null stands for any
 * @throws ShapeError when the shape differs
 * @example ensureShape([[1, 2]], [null, 2]) // [[1, 2]]
 */
export function ensureShape(x: TensorLike, shape: readonly (number | null)[]): Tensor {
  const input = asTensor(x, 'x', 'ensureShape');
  if (!Array.isArray(shape)) {
    throw misuse(ShapeError, 'ensureShape', 'shape', 'be an array of sizes', formatValue(shape));
  }
  const fits =
    shape.length === input.rank &&
    shape.every((size, axis) => size === null || size === input.shape[axis]);
  if (fits) return input;
  const wanted = `[${shape.map((size) => String(size ?? 'any')).join(',')}]`;
  const got = formatShape(input.shape);
  const hint = `EnsureShape: Shape of tensor ${got} is not compatible with expected shape ${wanted}`;
  throw misuse(ShapeError, 'ensureShape', 'x', `have shape ${wanted}`, got, hint);
}

/**
 * The shape that two shapes broadcast to.
 *
 * @param s0 - a vector of sizes
 * @param s1 - a vector of sizes
 * @throws ShapeError when one is no vector, or the sizes do not broadcast
 * @example broadcastArgs([1, 6], [3, 1, 1]) // [3, 1, 6]
 */
export function broadcastArgs(s0: TensorLike, s1: TensorLike): Tensor {
  const [a, b] = [requireSizes('s0', s0), requireSizes('s1', s1)];
  const rank = Math.max(a.size, b.size);
  const [first, second] = [leadingOnes(a, rank), leadingOnes(b, rank)];
  requireCompatible(first, second);
  return where(equal(first, 1), second, first);
}

function requireSizes(argument: string, sizes: TensorLike): Tensor {
  const x = asTensor(sizes, argument, 'broadcastArgs');
  if (x.rank === 1) return cast(x, 'int32');
  throw misuse(ShapeError, 'broadcastArgs', argument, 'be a vector of sizes', formatShape(x.shape));
}

function leadingOnes(sizes: Tensor, rank: number): Tensor {
  return pad(sizes, [[rank - sizes.size, 0]], 1);
}

// Symbols and examples of a batch have no numbers to check yet.
function requireCompatible(a: Tensor, b: Tensor): void {
  if (a.storage === null || b.storage === null) return;
  for (let i = 0; i < a.size; i++) {
    const [m, n] = [a.values[i], b.values[i]];
    if (m === n || m === 1 || n === 1) continue;
    const got = `${formatShape([...a.values])} and ${formatShape([...b.values])}`;
    throw misuse(ShapeError, 'broadcastArgs', 'shapes', 'broadcast together', got);
  }
}

/**
 * The least power of two that is not below `value`: a length for a fast Fourier transform.
 *
 * @throws ArgumentError when `value` is not finite or negative
 * @example enclosingPowerOfTwo(5) // 8
 */
export function enclosingPowerOfTwo(value: number): number {
  const least = requireFinite('enclosingPowerOfTwo', 'value', value, { min: 0 });
  let power = 1;
  while (power < least) power *= 2;
  return power;
}
