import type { Kernel } from './kernel.ts';
import type { DrawParams } from './random.ts';
import { normalPair, uniformPair } from './random.ts';
import { digamma } from './special/gamma.ts';

/*
 * Draws by rejection. Element i uses one half of block `counter + floor(i / 2)`, as every draw does;
 * what a rejection asks for beyond that comes from later attempts at the same block.
 */

/** Half of a pair of the block of element `i`, at one attempt. */
type Pair = (i: number, attempt: number) => number;

function halves(draw: typeof normalPair, { key, counter }: DrawParams): Pair {
  const pair = new Float64Array(2);
  return (i, attempt) => {
    draw(key, counter + Math.floor(i / 2), attempt, pair);
    return pair[i % 2];
  };
}

/**
 * Gamma of rate 1, by Marsaglia and Tsang: A simple method for generating gamma variables (2000).
 * A shape below 1 is raised by 1 and paid for by a power of a uniform number.
 */
export const randomGammaKernel: Kernel<DrawParams> = ([alpha], [y], params) => {
  const normal = halves(normalPair, params);
  const uniform = halves(uniformPair, params);
  for (let i = 0; i < y.size; i++) {
    const shape = alpha.values[i];
    if (!(shape > 0) || shape === Infinity) {
      y.values[i] = shape === 0 ? 0 : shape === Infinity ? Infinity : NaN;
      continue;
    }
    const d = (shape < 1 ? shape + 1 : shape) - 1 / 3;
    const x = d * cubeOfAccepted(i, d, normal, uniform);
    // Attempt 0 of the uniform numbers is left for this.
    y.values[i] = shape < 1 ? x * (1 - uniform(i, 0)) ** (1 / shape) : x;
  }
};

function cubeOfAccepted(i: number, d: number, normal: Pair, uniform: Pair): number {
  const c = 1 / Math.sqrt(9 * d);
  for (let attempt = 1; ; attempt += 2) {
    const z = normal(i, attempt);
    const v = (1 + c * z) ** 3;
    if (v <= 0) continue;
    const u = 1 - uniform(i, attempt + 1);
    if (Math.log(u) < 0.5 * z * z + d * (1 - v + Math.log(v))) return v;
  }
}

/**
 * `g` times how a gamma number x moves with its shape a while its quantile stays: minus the
 * derivative of the distribution function by a, over the density. Both come from one series, of
 * terms x^k / ((a + 1) ... (a + k)).
 *
 * See Figurnov, Mohamed, Mnih: Implicit reparameterization gradients (2018).
 */
export const randomGammaGradKernel: Kernel<unknown> = ([g, alpha, x], [y]) => {
  for (let i = 0; i < y.size; i++) {
    y.values[i] = g.values[i] === 0 ? 0 : g.values[i] * shapeSlope(alpha.values[i], x.values[i]);
  }
};

function shapeSlope(a: number, x: number): number {
  if (x === 0) return 0;
  if (!(x < Infinity)) return NaN;
  let term = 1;
  let harmonic = 0;
  let total = 1;
  let slope = 0;
  for (let k = 1; term > total * 1e-17; k++) {
    term *= x / (a + k);
    harmonic += 1 / (a + k);
    total += term;
    slope -= term * harmonic;
  }
  return (-x / a) * (total * (Math.log(x) - digamma(a + 1)) + slope);
}

/** Poisson: by inversion for small rates, by rejection for others. */
export const randomPoissonKernel: Kernel<DrawParams> = ([rate], [y], params) => {
  const uniform = halves(uniformPair, params);
  for (let i = 0; i < y.size; i++) {
    const lambda = rate.values[i];
    if (!(lambda >= 0) || lambda === Infinity) y.values[i] = NaN;
    else if (lambda < 30) y.values[i] = poissonByInversion(lambda, uniform(i, 0));
    else y.values[i] = poissonByRejection(lambda, i, uniform);
  }
};

function poissonByInversion(lambda: number, u: number): number {
  let k = 0;
  let mass = Math.exp(-lambda);
  for (let total = mass; u >= total && mass > 0; total += mass) mass *= lambda / ++k;
  return k;
}

/** Hörmann: The transformed rejection method for generating Poisson random variables (1993). */
function poissonByRejection(lambda: number, i: number, uniform: Pair): number {
  const b = 0.931 + 2.53 * Math.sqrt(lambda);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const top = 0.9277 - 3.6224 / (b - 2);
  for (let attempt = 1; ; attempt += 2) {
    const u = uniform(i, attempt) - 0.5;
    const v = 1 - uniform(i, attempt + 1);
    const margin = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / margin + b) * u + lambda + 0.43);
    if (margin >= 0.07 && v <= top) return k;
    if (k < 0 || (margin < 0.013 && v > margin)) continue;
    const bound = k * Math.log(lambda) - lambda - logFactorial(k);
    if (Math.log((v * inverseAlpha) / (a / (margin * margin) + b)) <= bound) return k;
  }
}

function logFactorial(k: number): number {
  let below = 0;
  let x = k + 1;
  for (; x < 10; x++) below += Math.log(x);
  const r = 1 / (x * x);
  const series = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r / 1680))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series - below;
}

/** Classes by their probabilities, unnormalised, given as rows. */
export const multinomialKernel: Kernel<DrawParams> = ([weights], [y], params) => {
  const uniform = halves(uniformPair, params);
  const classes = weights.shape[weights.shape.length - 1];
  const samples = y.shape[y.shape.length - 1];
  const sums = new Float64Array(classes);
  for (let at = 0; at < y.size; at++) {
    if (at % samples === 0) {
      const row = (at / samples) * classes;
      for (let j = 0, total = 0; j < classes; j++) sums[j] = total += weights.values[row + j];
    }
    y.values[at] = firstAbove(sums, uniform(at, 0) * sums[classes - 1]);
  }
};

/** Index of the first of ascending numbers that is above `limit`; a class of weight 0 is never one. */
function firstAbove(sums: Float64Array, limit: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle] > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}
