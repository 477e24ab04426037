import { randomNumbers, seedOf } from '../../lib/testing/randomNumbers.ts';

/** Where a function is compared with its true values; `count` points, the same at every run. */
export const count = 10_000;

/** A number from two random ones, and from the arguments before it. */
type Draw = (u: number, v: number, before: readonly number[]) => number;

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
  return (u, v, before) => (v < 0.5 ? -1 : 1) * size(u, v, before);
};

const whole =
  (low: number, high: number): Draw =>
  (u) =>
    low + Math.floor((high + 1 - low) * u);

/** Some standard deviations from the mean of the gamma distribution whose shape is drawn first. */
const aroundGammaMean =
  (deviations: number): Draw =>
  (u, _, [a]) => {
    const x = a + (2 * u - 1) * deviations * Math.sqrt(a);
    return x > 0 ? x : a * u;
  };

/** The same for the beta distribution. */
const aroundBetaMean =
  (deviations: number): Draw =>
  (u, _, [a, b]) => {
    const mean = a / (a + b);
    const deviation = Math.sqrt((mean * (1 - mean)) / (a + b));
    const x = mean + (2 * u - 1) * deviations * deviation;
    return x > 0 && x < 1 ? x : u;
  };

function powerOfTwo(exponent: number): number {
  return new Float64Array(BigUint64Array.of(BigInt(exponent + 1023) << 52n).buffer)[0];
}

/** Shape and argument of the incomplete gamma functions. */
const gammaBox: readonly (readonly Draw[])[] = [
  [between(0.1, 30), between(0, 60)],
  [positiveScales(-8, 3), positiveScales(-8, 2.8)],
  [positiveScales(-1, 3.3), aroundGammaMean(9)],
  [positiveScales(3.3, 10), aroundGammaMean(9)],
  [between(0.01, 3), positiveScales(-300, 0)],
];

const gammaEdges: readonly (readonly number[])[] = [
  [1, 1],
  [0.5, 5e-324],
  [1e-20, 1e-300],
  [1e10, 1e10],
  [170, 170],
  [1, 700],
  [0.5, 740],
];

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
  hypot: [
    [scales(-10, 10), scales(-10, 10)],
    [scales(-300, -290), scales(-300, -290)],
    [scales(290, 300), scales(290, 300)],
    [between(-1, 1), between(-1, 1)],
  ],
  erf: [[between(-6, 6)], [scales(-300, 0)]],
  erfc: [[between(-6, 26)], [between(-1, 2)]],
  digamma: [[between(0.01, 15)], [positiveScales(-10, 15)], [between(-10, 0)]],
  lgamma: [[between(0.01, 15)], [positiveScales(-10, 15)], [between(-10, 0)]],
  logAddExp: [
    [between(-30, 30), between(-30, 30)],
    [scales(0, 3), scales(0, 3)],
    [between(-2, 0), between(-2, 0)],
  ],
  sinc: [[between(-10, 10)], [scales(-300, 0)], [scales(0, 15)]],
  erfinv: [[between(-1, 1)], [between(-0.1, 0.1)], [scales(-300, 0)]],
  erfcinv: [[between(0, 2)], [positiveScales(-300, 0)]],
  ndtr: [[between(-37, 8)], [between(-2, 2)], [scales(-300, 0)]],
  ndtri: [[between(0, 1)], [positiveScales(-300, 0)]],
  lbeta: [
    [between(0.01, 15), between(0.01, 15)],
    [positiveScales(-10, 2), positiveScales(-10, 2)],
    [positiveScales(0, 3), positiveScales(0, 3)],
  ],
  polygamma: [
    [whole(1, 10), between(0.01, 15)],
    [whole(0, 20), positiveScales(-8, 8)],
    [whole(1, 6), between(-10, 0)],
    [whole(100, 900), between(60, 900)],
  ],
  zeta: [
    [between(1, 40), between(0.01, 15)],
    [between(1, 3), positiveScales(-8, 8)],
    [whole(2, 8), between(-10, 0)],
    [positiveScales(0, 3), between(0.5, 3)],
  ],
  igamma: gammaBox,
  igammac: gammaBox,
  betainc: [
    [between(0.1, 20), between(0.1, 20), between(0, 1)],
    [positiveScales(-3, 3), positiveScales(-3, 3), between(0, 1)],
    [positiveScales(-1, 3), positiveScales(-1, 3), aroundBetaMean(8)],
    [positiveScales(-2, 2), positiveScales(-2, 2), positiveScales(-200, 0)],
    [positiveScales(3, 10), positiveScales(3, 10), aroundBetaMean(8)],
    [positiveScales(3, 10), positiveScales(-1, 3), aroundBetaMean(8)],
  ],
  besselJ0: [[between(-60, 60)], [between(-2, 2)], [scales(-300, 15)]],
  besselJ1: [[between(-60, 60)], [between(-2, 2)], [scales(-300, 15)]],
  besselY0: [[between(0, 60)], [between(0, 2)], [positiveScales(-300, 15)]],
  besselY1: [[between(0, 60)], [between(0, 2)], [positiveScales(-300, 15)]],
  besselI0: [[between(-60, 60)], [between(-2, 2)], [between(-700, 700)]],
  besselI1: [[between(-60, 60)], [between(-2, 2)], [between(-700, 700)], [scales(-300, 1)]],
  besselI0e: [[between(-60, 60)], [between(-2, 2)], [scales(-300, 300)]],
  besselI1e: [[between(-60, 60)], [between(-2, 2)], [scales(-300, 300)]],
  besselK0: [[between(0, 60)], [between(0, 3)], [positiveScales(-300, 2.8)]],
  besselK1: [[between(0, 60)], [between(0, 3)], [positiveScales(-300, 2.8)]],
  besselK0e: [[between(0, 60)], [between(0, 3)], [positiveScales(-300, 300)]],
  besselK1e: [[between(0, 60)], [between(0, 3)], [positiveScales(-300, 300)]],
  expint: [[between(-30, 50)], [between(-2, 2)], [between(-700, 700)], [scales(-300, 0)]],
  spence: [[between(0, 3)], [positiveScales(-300, 300)]],
  dawsn: [[between(-15, 15)], [between(-2, 2)], [scales(-300, 300)]],
  fresnelCos: [[between(-10, 10)], [between(-2, 2)], [scales(-75, 20)]],
  fresnelSin: [[between(-10, 10)], [between(-2, 2)], [scales(-75, 20)]],
};

const least = 5e-324;
const greatest = Number.MAX_VALUE;
const belowOne = 1 - 2 ** -53;
const aboveOne = 1 + 2 ** -52;

/** Points that come first: the ends of domains and of doubles, zeros, and where methods change. */
const edges: Readonly<Record<string, readonly (readonly number[])[]>> = {
  exp: [[0], [least], [709.782712893384], [-745.1332191019411], [-708.4]],
  expm1: [[least], [709.782712893384], [-37.5], [-745]],
  log: [[least], [greatest], [belowOne], [aboveOne]],
  log1p: [[least], [greatest], [-belowOne]],
  sqrt: [[least], [greatest], [belowOne]],
  rsqrt: [[least], [greatest], [belowOne]],
  sin: [[least], [Math.PI], [Math.PI / 2], [1e22]],
  cos: [[least], [Math.PI], [Math.PI / 2], [1e22]],
  tan: [[least], [Math.PI], [Math.PI / 2], [1e22]],
  asin: [[least], [1], [-1], [belowOne], [-belowOne]],
  acos: [[least], [-1], [belowOne], [-belowOne]],
  atan: [[least], [greatest], [1]],
  sinh: [[least], [710.4758600739439], [-710.4758600739439]],
  cosh: [[least], [710.4758600739439]],
  tanh: [[least], [19.06], [22], [-710]],
  asinh: [[least], [greatest]],
  acosh: [[aboveOne], [greatest]],
  atanh: [[least], [belowOne], [-belowOne]],
  sigmoid: [[least], [-745], [-708.4], [37]],
  softplus: [[least], [-745], [-708.4], [37]],
  erf: [[least], [0.84375], [1.25], [6]],
  erfc: [[least], [0.84375], [1.25], [26.5], [27.2]],
  erfinv: [[least], [0.5], [belowOne], [-belowOne], [1e-8]],
  erfcinv: [[least], [0.5], [1], [aboveOne], [1.5], [2 - 2 ** -52]],
  ndtr: [[least], [-37.5], [-38.4], [9]],
  ndtri: [[least], [0.25], [0.5], [belowOne]],
  hypot: [
    [3, 4],
    [least, -least],
    [1e308, 1e308],
    [greatest, 1],
  ],
  logAddExp: [
    [0, 0],
    [1000, 1000],
    [-1000, -1000],
    [-1e300, 0],
    [Math.log(0.5), Math.log(0.5)],
  ],
  sinc: [[least], [0.5], [1], [2 ** 50 + 0.5]],
  digamma: [
    [1.4616321449683622],
    [1.4616321449683625],
    [-0.5040830082644554],
    [1e-300],
    [greatest],
  ],
  lgamma: [[1], [2], [belowOne], [aboveOne], [least], [1e305], [-2.457024738220801]],
  lbeta: [
    [1, 1],
    [0.5, 0.5],
    [1, 1e-300],
  ],
  polygamma: [
    [0, 1],
    [1, 1],
    [2, 1],
    [1, 1e300],
    [1, 1e-150],
    [2, -0.25],
  ],
  zeta: [
    [2, 1],
    [aboveOne, 1],
    [1000, 1],
    [2, 1e-150],
    [2, 1e300],
  ],
  igamma: gammaEdges,
  igammac: gammaEdges,
  betainc: [
    [1, 1, 0.5],
    [0.5, 0.5, belowOne],
    [1e10, 1e10, 0.5],
    [2, 3, 1e-150],
    [1e-300, 1, 0.5],
  ],
  besselJ0: [[least], [2.404825557695773], [30], [1e22]],
  besselJ1: [[least], [3.8317059702075125], [30], [1e22]],
  besselY0: [[least], [0.8935769662791675], [30], [1e22]],
  besselY1: [[1e-307], [2.1971413260310171], [30], [1e22]],
  besselI0: [[least], [30], [713]],
  besselI1: [[least], [30], [-713]],
  besselI0e: [[least], [30], [greatest]],
  besselI1e: [[least], [30], [-greatest]],
  besselK0: [[least], [1], [2], [30], [740]],
  besselK1: [[1e-307], [1], [2], [30], [740]],
  besselK0e: [[least], [1], [2], [30], [greatest]],
  besselK1e: [[1e-307], [1], [2], [30], [greatest]],
  expint: [[least], [0.3725074107813666], [-1], [40], [716], [-738]],
  spence: [[least], [0], [0.5], [1], [aboveOne], [2], [greatest]],
  dawsn: [[least], [1], [12], [greatest]],
  fresnelCos: [[least], [1.2], [-1.2], [1e17], [1e18]],
  fresnelSin: [[least], [1.2], [-1.2], [1e17], [1e18]],
};

/** Elementary functions first, up to hypot. */
export const functionNames: readonly string[] = Object.keys(ranges);

/** Arguments of the function; every other one is a float32 number. */
export function pointsOf(name: string): readonly (readonly number[])[] {
  const random = randomNumbers(seedOf(name));
  const own = ranges[name];
  const first = edges[name] ?? [];
  const drawn = Array.from({ length: count - first.length }, (_, i) => {
    const isNarrow = Math.floor(i / own.length) % 2 === 0;
    const point: number[] = [];
    for (const draw of own[i % own.length]) {
      const x = draw(random.uniform(0, 1), random.uniform(0, 1), point);
      const narrow = Math.fround(x);
      const isSmooth = narrow !== 0 && Math.abs(narrow) < Infinity;
      point.push(isNarrow && isSmooth && inside(name, narrow) ? narrow : x);
    }
    return point;
  });
  return [...first, ...drawn];
}

/** Rounding must not leave the domain. */
function inside(name: string, x: number): boolean {
  return name !== 'atanh' || Math.abs(x) < 1;
}

/** Functions with zeros elsewhere than at 0: an error near them counts as it is. */
export const withZeros: readonly string[] = [
  'besselJ0',
  'besselJ1',
  'besselY0',
  'besselY1',
  'digamma',
  'expint',
  'lbeta',
  'lgamma',
  'logAddExp',
  'polygamma',
  'sinc',
  'spence',
  'zeta',
];

/** Near its zeros the values of such a function are told apart in steps of this size. */
export const finest = 2 ** -60;

/** From here on doubles are no closer than that. */
const coarse = 2 ** -8;

const prime = 65521;
const words = new Uint32Array(2);
const double = new Float64Array(words.buffer);

/**
 * How many doubles lie between 0 and x (for functions with zeros: doubles and steps), modulo a prime.
 * It takes a quarter of the room of x, and tells how far two numbers are apart if that is not far.
 */
export function remainderOf(x: number, hasZeros: boolean): number {
  const size = Math.abs(x);
  let remainder = hasZeros ? stepsTo(size) : doublesTo(size);
  if (x < 0) remainder = -remainder;
  return ((remainder % prime) + prime) % prime;
}

function doublesTo(size: number): number {
  double[0] = size;
  return (words[1] % prime) * (2 ** 32 % prime) + (words[0] % prime);
}

function stepsTo(size: number): number {
  if (size < coarse) return Math.round(size / finest) % prime;
  return doublesTo(size) - doublesTo(coarse) + ((coarse / finest) % prime);
}

/** How far the first of two remainders is above the second. */
export function distance(remainder: number, other: number): number {
  const forward = (remainder - other + prime) % prime;
  return forward > prime / 2 ? forward - prime : forward;
}
