/*
 * Fresnel's integrals: the series near 0 (DLMF 7.6), else the auxiliary functions f and g of DLMF
 * 7.5, whose integrals the trapezoidal rule computes with exponential accuracy.
 */

/** ∫ cos(πt²/2) dt from 0 to x. */
export function fresnelCos(x: number): number {
  const z = Math.abs(x);
  if (z < seriesEnd) return series(x, 0);
  if (!(z <= farEnd)) return 0.5 * Math.sign(x);
  const { f, g, sine, cosine } = auxiliary(z);
  return Math.sign(x) * (0.5 + f * sine - g * cosine);
}

/** ∫ sin(πt²/2) dt from 0 to x. */
export function fresnelSin(x: number): number {
  const z = Math.abs(x);
  if (z < seriesEnd) return series(x, 1);
  if (!(z <= farEnd)) return 0.5 * Math.sign(x);
  const { f, g, sine, cosine } = auxiliary(z);
  return Math.sign(x) * (0.5 - f * cosine - g * sine);
}

const seriesEnd = 1.2;

/** From here on f and g are below half an ulp of the limit. */
const farEnd = 1e17;

/** Terms (-1)^k a^(2k + parity) x / ((2k + parity)! (4k + 2 parity + 1)) with a = πx²/2. */
function series(x: number, parity: number): number {
  const a = (Math.PI / 2) * x * x;
  let power = parity === 0 ? x : x * a;
  let sum = power / (2 * parity + 1);
  for (let n = 2 + parity; n < 60; n += 2) {
    power *= (-a * a) / ((n - 1) * n);
    const term = power / (2 * n + 1);
    sum += term;
    if (Math.abs(term) < 1e-18 * Math.abs(sum)) break;
  }
  return sum;
}

interface Auxiliary {
  readonly f: number;
  readonly g: number;
  readonly sine: number;
  readonly cosine: number;
}

function auxiliary(z: number): Auxiliary {
  // The step resolves the poles at |u| = 1 and the Gauss curve, whichever is narrower.
  const step = Math.min(0.11, 0.4 / z);
  const decay = (Math.PI / 2) * z * z;
  let f = 0.5;
  let g = 0;
  for (let k = 1; ; k++) {
    const u = k * step;
    const exponent = decay * u * u;
    if (exponent > 42) break;
    const square = u * u;
    const weight = Math.exp(-exponent) / (1 + square * square);
    f += weight;
    g += square * weight;
  }
  const factor = (Math.SQRT2 / Math.PI) * step;
  const angle = (Math.PI / 2) * squareModuloFour(z);
  return { f: factor * f, g: factor * g, sine: Math.sin(angle), cosine: Math.cos(angle) };
}

/** z² less a multiple of 4, from the exact square: its last bits decide the phase. */
function squareModuloFour(z: number): number {
  const high = Math.fround(z);
  const low = z - high;
  return ((high * high) % 4) + ((2 * high * low) % 4) + low * low;
}
