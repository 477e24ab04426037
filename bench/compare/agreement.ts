/** How far two libraries may differ: some sum in float32, in another order, with other approximations. */
export const agreementLimit = 1e-4;

/**
 * The largest difference of two lists, relative to the numbers or to `scale` if they are smaller;
 * infinite if they cannot match.
 */
export function largestDifference(
  a: readonly number[],
  b: readonly number[],
  scale: number,
): number {
  if (a.length !== b.length) return Infinity;
  const size = Math.max(scale, 1e-9 * Math.max(...a.map(Math.abs)), Number.MIN_VALUE);
  const differences = a.map(
    (x, i) => Math.abs(x - b[i]) / Math.max(Math.abs(x), Math.abs(b[i]), size),
  );
  return differences.some(Number.isNaN) ? Infinity : Math.max(...differences);
}
