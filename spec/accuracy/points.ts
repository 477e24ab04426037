import { randomNumbers, seedOf } from '../../lib/testing/randomNumbers.ts';

/** Where a function is compared with its true values; `count` points, the same at every run. */
export const count = 10_000;

type Draw = (u: number, v: number) => number;

const between =
  (low: number, high: number): Draw =>
  (u) =>
    low + (high - low) * u;

/** Numbers of all sizes from 10^low to 10^high, made without functions that engines round differently. */
const positiveScales =
  (low: number, high: number): Draw =>
  (u, v) =>
    (1 + ((2 * v) % 1)) * powerOfTwo(Math.floor((low + (high - low) * u) / 0.30103));

/** The same, of both signs. */
const scales = (low: number, high: number): Draw => {
  const size = positiveScales(low, high);
  return (u, v) => (v < 0.5 ? -1 : 1) * size(u, v);
};

function powerOfTwo(exponent: number): number {
  return new Float64Array(BigUint64Array.of(BigInt(exponent + 1023) << 52n).buffer)[0];
}

/** Ranges by function: the points are shared out evenly among them. */
const ranges: Readonly<Record<string, readonly (readonly Draw[])[]>> = {
  exp: [[between(-745, 709.7)], [between(-2, 2)], [scales(-300, 0)]],
  expm1: [[between(-40, 709.7)], [between(-1, 1)], [scales(-300, 0)]],
  log: [[positiveScales(-300, 300)], [between(0.5, 2)]],
  log1p: [[positiveScales(-300, 300)], [between(-0.999, 1)], [scales(-300, -1)]],
  sqrt: [[positiveScales(-300, 300)], [between(0, 4)]],
  rsqrt: [[positiveScales(-300, 300)], [between(0, 4)]],
  sin: [[between(-7, 7)], [scales(-300, 0)], [scales(0, 15)]],
  cos: [[between(-7, 7)], [scales(-300, 0)], [scales(0, 15)]],
  tan: [[between(-7, 7)], [scales(-300, 0)], [scales(0, 15)]],
  asin: [[between(-1, 1)], [scales(-300, 0)]],
  acos: [[between(-1, 1)], [scales(-300, 0)]],
  atan: [[between(-3, 3)], [scales(-300, 300)]],
  sinh: [[between(-710, 710)], [between(-2, 2)], [scales(-300, 0)]],
  cosh: [[between(-710, 710)], [between(-2, 2)]],
  tanh: [[between(-20, 20)], [between(-1, 1)], [scales(-300, 0)]],
  asinh: [[between(-3, 3)], [scales(-300, 300)]],
  acosh: [[between(1, 3)], [positiveScales(0, 300)]],
  atanh: [[between(-1, 1)], [scales(-300, -1)]],
  sigmoid: [[between(-700, 40)], [between(-3, 3)]],
  softplus: [[between(-700, 40)], [between(-3, 3)]],
  pow: [
    [positiveScales(-10, 10), between(-30, 30)],
    [between(0.5, 2), between(-900, 900)],
  ],
  atan2: [
    [scales(-10, 10), scales(-10, 10)],
    [between(-1, 1), between(-1, 1)],
  ],
  erf: [[between(-6, 6)], [scales(-300, 0)]],
  erfc: [[between(-6, 26)], [between(-1, 2)]],
  digamma: [[between(0.01, 15)], [positiveScales(-10, 15)]],
  lgamma: [[between(0.01, 15)], [positiveScales(-10, 15)]],
  besselJ0: [[between(-40, 40)], [between(-2, 2)]],
  besselI0: [[between(-40, 40)], [between(-2, 2)]],
  expint: [[between(-30, 50)], [between(-2, 2)]],
  dawsn: [[between(-10, 10)], [between(-2, 2)]],
  fresnelCos: [[between(-6, 6)], [between(-2, 2)]],
};

export const functionNames: readonly string[] = Object.keys(ranges);

/** Arguments of the function; every other one is a float32 number. */
export function pointsOf(name: string): readonly (readonly number[])[] {
  const random = randomNumbers(seedOf(name));
  const own = ranges[name];
  return Array.from({ length: count }, (_, i) =>
    own[i % own.length].map((draw) => {
      const x = draw(random.uniform(0, 1), random.uniform(0, 1));
      const narrow = Math.fround(x);
      const isSmooth = narrow !== 0 && Math.abs(narrow) < Infinity;
      return Math.floor(i / own.length) % 2 === 0 && isSmooth && inside(name, narrow) ? narrow : x;
    }),
  );
}

/** Rounding must not leave the domain. */
function inside(name: string, x: number): boolean {
  return name !== 'atanh' || Math.abs(x) < 1;
}

/** The last 16 bits of a double: they tell its distance from a double that is near. */
export function lastBits(x: number): number {
  return new Uint16Array(Float64Array.of(x).buffer)[0];
}
