/** Numbers along a line: `f(0)` at the point itself. */
export type Along = (step: number) => ArrayLike<number>;

/**
 * The derivative of `f` at 0 by differences over five points, whose error is of order `h^4`: with the
 * step given, about 1e-11 for a function that varies over lengths of 1.
 *
 * @see Abramowitz & Stegun 1964, 25.3.6
 */
export function differenceQuotient(f: Along, h = 1e-3): Float64Array {
  const [a, b, c, d] = [-2, -1, 1, 2].map((k) => f(k * h));
  return Float64Array.from(a, (_, i) => (a[i] - 8 * b[i] + 8 * c[i] - d[i]) / (12 * h));
}

/** The gradient of a function of numbers, one element at a time. */
export function numericalGradient(
  f: (x: Float64Array) => number,
  x: ArrayLike<number>,
  h?: number,
): Float64Array {
  const at = Float64Array.from(x);
  return at.map((origin, i) => {
    const moved = (step: number): [number] => {
      at[i] = origin + step;
      return [f(at)];
    };
    const slope = differenceQuotient(moved, h)[0];
    at[i] = origin;
    return slope;
  });
}
