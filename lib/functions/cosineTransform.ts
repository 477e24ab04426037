import { ArgumentError, misuse } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import { requireInteger, requireOneOf } from '../base/options.ts';
import { requireAxis } from '../base/shape.ts';
import type { FloatDType } from '../base/dtype.ts';
import { complexDType } from '../base/dtype.ts';
import type { TensorLike } from '../core/convert.ts';
import { createTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { mul } from '../ops/arithmetic.ts';
import { real } from '../ops/complex.ts';
import { ifft } from '../ops/fourier.ts';
import { concat } from '../ops/joining.ts';
import { reverse, slice } from '../ops/slicing.ts';
import { reshape, transpose } from '../ops/structural.ts';
import { asReal, fitted, rfft } from './spectral.ts';

/** Which cosine transform: the types differ in where the mirrors at the ends stand. */
export type CosineTransformType = 1 | 2 | 3 | 4;

/**
 * The discrete cosine transform along an axis of n elements. Without normalisation it is
 *
 * - of type 1: `x[0] + (-1)^k x[n-1] + 2 Σ x[j] cos(πjk / (n - 1))`, the sum from 1 to n - 2,
 * - of type 2: `2 Σ x[j] cos(πk(2j + 1) / 2n)`,
 * - of type 3: `x[0] + 2 Σ x[j] cos(πj(2k + 1) / 2n)`, the sum from 1 on,
 * - of type 4: `2 Σ x[j] cos(π(2j + 1)(2k + 1) / 4n)`.
 *
 * @param n - longer inputs are cut, shorter ones filled up with zeros; the size of the axis if absent
 * @param axis - the last if absent
 * @param norm - 'ortho' makes the transform orthogonal, so that `idct` is its inverse
 * @throws ArgumentError for another type or norm, or when `n` is below 1, for type 1 below 2
 * @throws AxisError when `axis` is outside the rank
 * @throws DTypeError when `x` is complex
 * @example dct([1, 0], 3) // [1, 1]
 * @see Makhoul 1980, A fast cosine transform in one and two dimensions
 */
export function dct(
  x: TensorLike,
  type: CosineTransformType = 2,
  n?: number | null,
  axis = -1,
  norm: 'ortho' | null = null,
): Tensor {
  return alongAxis('dct', x, requireType('dct', type), n, { axis, norm });
}

/**
 * The inverse cosine transform, which is a cosine transform itself: of type 3 for type 2 and the
 * reverse. Without normalisation `idct(dct(x))` is 2n `x`, for type 1 it is 2(n - 1) `x`.
 *
 * @param type - of the transform to be undone
 * @param n - as of `dct`
 * @param axis - the last if absent
 * @param norm - 'ortho' for the exact inverse of a transform with that norm
 * @throws ArgumentError for another type or norm, or when `n` is below 1, for type 1 below 2
 * @throws AxisError when `axis` is outside the rank
 * @throws DTypeError when `x` is complex
 * @example idct([1, 0], 2) // [1, 1]
 */
export function idct(
  x: TensorLike,
  type: CosineTransformType = 2,
  n?: number | null,
  axis = -1,
  norm: 'ortho' | null = null,
): Tensor {
  const inverse = ([1, 3, 2, 4] as const)[requireType('idct', type) - 1];
  return alongAxis('idct', x, inverse, n, { axis, norm });
}

function requireType(op: string, type: CosineTransformType): CosineTransformType {
  return requireOneOf(op, 'type', type, [1, 2, 3, 4]);
}

interface Settings {
  readonly axis: number;
  readonly norm: 'ortho' | null;
}

function alongAxis(
  op: string,
  x: TensorLike,
  type: CosineTransformType,
  n: number | null | undefined,
  { axis, norm }: Settings,
): Tensor {
  const input = asReal(op, 'x', x);
  const at = requireAxis(op, axis, input.rank);
  // A norm may be left out as null, too.
  if ((norm as unknown) !== null && norm !== 'ortho') {
    throw misuse(ArgumentError, op, 'norm', "be 'ortho' or null", formatValue(norm));
  }
  const bounds = { min: type === 1 ? 2 : 1 };
  const length = requireInteger(op, 'n', n ?? input.shape[at], bounds);
  const perm = input.shape.map((_, i) => (i < at ? i : i + 1 < input.rank ? i + 1 : at));
  const fit = fitted(transpose(input, perm), [length]);
  const y = norm === null ? transforms[type - 1](fit, length) : orthogonal(fit, type, length);
  return transpose(
    y,
    perm.map((_, i) => perm.indexOf(i)),
  );
}

type Transform = (x: Tensor, n: number) => Tensor;

const transforms: readonly Transform[] = [typeOne, typeTwo, typeThree, typeFour];

function typeOne(x: Tensor, n: number): Tensor {
  const start = x.shape.map((_, i) => (i === x.rank - 1 ? 1 : 0));
  const inner = slice(x, start, [...x.shape.slice(0, -1), n - 2]);
  return real(rfft(concat([x, reverse(inner, -1)], x.rank - 1)));
}

function typeTwo(x: Tensor, n: number): Tensor {
  const half = fitted(rfft(x, 2 * n), [n]);
  return real(
    mul(
      half,
      turns(x, n, -1, () => 2),
    ),
  );
}

function typeThree(x: Tensor, n: number): Tensor {
  const turned = mul(
    x,
    turns(x, n, 1, (j) => (j === 0 ? 2 * n : 4 * n)),
  );
  return fitted(real(ifft(fitted(turned, [2 * n]))), [n]);
}

/** `size(k) exp(±πi k / 2n)` for k < n, in the precision of `x`. */
function turns(x: Tensor, n: number, sign: 1 | -1, size: (k: number) => number): Tensor {
  const values = new Float64Array(2 * n);
  for (let k = 0; k < n; k++) {
    const angle = (Math.PI * k) / (2 * n);
    values[2 * k] = size(k) * Math.cos(angle);
    values[2 * k + 1] = sign * size(k) * Math.sin(angle);
  }
  return createTensor('dct', values, [n], complexDType(x.dtype as FloatDType));
}

// The odd elements of the transform of type 2 over twice the length.
function typeFour(x: Tensor, n: number): Tensor {
  const outer = x.shape.slice(0, -1);
  const pairs = reshape(typeTwo(fitted(x, [2 * n]), 2 * n), [...outer, n, 2]);
  const start = pairs.shape.map((_, i) => (i === pairs.rank - 1 ? 1 : 0));
  return reshape(slice(pairs, start), [...outer, n]);
}

// Weights of the first and last elements, which the sums count once instead of twice, and of the others.
function orthogonal(x: Tensor, type: CosineTransformType, n: number): Tensor {
  const weighted = (y: Tensor, weightAt: (k: number) => number): Tensor =>
    mul(
      y,
      createTensor(
        'dct',
        Float64Array.from({ length: n }, (_, k) => weightAt(k)),
        [n],
        y.dtype,
      ),
    );
  const transform = transforms[type - 1];
  const common = Math.sqrt(1 / (2 * n));
  if (type === 2) {
    return weighted(transform(x, n), (k) => (k === 0 ? common * Math.SQRT1_2 : common));
  }
  if (type === 3) {
    return transform(
      weighted(x, (k) => (k === 0 ? common * Math.SQRT2 : common)),
      n,
    );
  }
  if (type === 4) return weighted(transform(x, n), () => common);
  const isEnd = (k: number): boolean => k === 0 || k === n - 1;
  const inner = Math.sqrt(1 / (2 * (n - 1)));
  return weighted(
    transform(
      weighted(x, (k) => (isEnd(k) ? Math.SQRT2 : 1)),
      n,
    ),
    (k) => (isEnd(k) ? inner * Math.SQRT1_2 : inner),
  );
}
