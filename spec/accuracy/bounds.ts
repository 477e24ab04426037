import { digamma, lgamma } from '../../lib/kernels/special/gamma.ts';
import * as hurwitz from '../../lib/kernels/special/zeta.ts';
import { finest, functionNames, withZeros } from './points.ts';

/** Largest distance from the true value in units of its last place, where it is not 2. */
const places: Readonly<Record<string, number>> = {
  erf: 4,
  erfc: 4,
  erfinv: 4,
  erfcinv: 4,
  ndtr: 4,
  ndtri: 4,
  digamma: 4,
};

/** Bound of the other special functions, relative to the value. */
const relative = 1e-13;

/** Bound near the zeros of functions that have some elsewhere than at 0, where no double is. */
const absolute = 1e-15;

const elementary = new Set(functionNames.slice(0, functionNames.indexOf('hypot') + 1));
const special = new Set(functionNames.filter((name) => !elementary.has(name) && !(name in places)));

/**
 * Errors allowed to differences of numbers that are larger: to sums that cancel between the poles at
 * negative arguments what half an ulp of the argument makes, to lbeta two last places of each of the
 * logarithms it is documented as and of their argument.
 */
const cancellation: Readonly<Record<string, (a: number, b: number) => number>> = {
  polygamma: (n, x) => (x < 0 ? (Math.abs(hurwitz.polygamma(n + 1, x)) * lastPlace(x)) / 2 : 0),
  zeta: (s, q) => (q < 0 ? (Math.abs(s * hurwitz.zeta(s + 1, q)) * lastPlace(q)) / 2 : 0),
  lbeta: (a, b) =>
    [a, b, a + b].reduce((sum, x) => sum + 2 * lastPlace(lgamma(x)), 0) +
    Math.abs(digamma(a + b)) * lastPlace(a + b),
};

/** How many steps of `remainderOf` a value may be away from the true one. */
export function stepsAllowed(name: string, value: number, point: readonly number[]): number {
  if (Math.abs(value) === Infinity) return 0;
  const place = lastPlace(value);
  const hasZeros = withZeros.includes(name);
  const inPlaces = places[name] ?? 2;
  const error = Math.max(
    inPlaces * place,
    special.has(name) ? relative * Math.abs(value) : 0,
    hasZeros ? absolute : 0,
    cancellation[name]?.(point[0], point[1]) ?? 0,
  );
  return error / (hasZeros ? Math.max(place, finest) : place);
}

const bits = new BigInt64Array(1);
const double = new Float64Array(bits.buffer);

/** The size of the last place of a double. */
function lastPlace(y: number): number {
  const size = Math.abs(y);
  double[0] = size;
  bits[0] += size > 1 ? -1n : 1n;
  return Math.abs(double[0] - size);
}
