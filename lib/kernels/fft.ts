import type { Kernel, Operand } from './kernel.ts';

/*
 * Discrete Fourier transforms of any length: stages of small factors where the length has no large
 * prime factor, else a convolution (Bluestein). Everything is computed in double.
 */

/** Real and imaginary parts of a line of numbers. */
export interface Line {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Transforms `line` in place: `Y[k] = Σ X[j] exp(-2πi jk / n)`. */
export type Transform = (line: Line) => void;

export const newLine = (n: number): Line => ({ re: new Float64Array(n), im: new Float64Array(n) });

/** exp(-2πi k / n) for k < n; each from an angle below π/4, where sine and cosine are exact to the last digit. */
export function rootsOfUnity(n: number): Line {
  const roots = newLine(n);
  for (let k = 0; k < n; k++) {
    // k / n as eighths of a turn and a rest that may be measured from either end.
    const eighth = Math.floor((8 * k) / n);
    const rest = eighth % 2 === 0 ? 8 * k - eighth * n : (eighth + 1) * n - 8 * k;
    const angle = (Math.PI * rest) / (4 * n);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const isSteep = ((eighth + 1) >> 1) % 2 === 1;
    const [x, y] = isSteep ? [sin, cos] : [cos, sin];
    roots.re[k] = eighth >= 2 && eighth < 6 ? -x : x;
    roots.im[k] = eighth < 4 ? -y : y;
  }
  return roots;
}

/** Primes up to this are transformed as such; larger ones by a convolution. */
const largestFactor = 13;

/** The factors of n, fours first; null if one is too large. */
function smallFactors(n: number): readonly number[] | null {
  const factors: number[] = [];
  let rest = n;
  for (const factor of [4, 2, 3, 5, 7, 11, largestFactor]) {
    for (; rest % factor === 0; rest /= factor) factors.push(factor);
  }
  return rest === 1 ? factors : null;
}

// Plans are pure functions of the length, so that caching them is no state. Programs use few lengths.
const plans = new Map<number, Transform>();
const mostPlans = 64;

/** The transform of length n. */
export function planOf(n: number): Transform {
  const known = plans.get(n);
  if (known !== undefined) return known;
  const factors = smallFactors(n);
  const plan = factors === null ? byConvolution(n) : byFactors(n, factors);
  if (plans.size >= mostPlans) plans.clear();
  plans.set(n, plan);
  return plan;
}

/** @see Stockham 1966, as in Van Loan 1992, Computational Frameworks for the FFT, section 1.7 */
function byFactors(n: number, factors: readonly number[]): Transform {
  const roots = rootsOfUnity(n);
  const other = newLine(n);
  return (line) => {
    let from = line;
    let to = other;
    let length = n;
    for (const factor of factors) {
      const stage = { roots, n, length, factor };
      if (factor === 4) stageOfFour(from, to, stage);
      else if (factor === 2) stageOfTwo(from, to, stage);
      else stageOfAny(from, to, stage);
      length /= factor;
      [from, to] = [to, from];
    }
    if (from === line) return;
    line.re.set(from.re);
    line.im.set(from.im);
  };
}

/** One step of a transform: `n / length` interleaved transforms of `length` lose a `factor` each. */
interface Stage {
  readonly roots: Line;
  readonly n: number;
  readonly length: number;
  readonly factor: number;
}

function stageOfTwo(from: Line, to: Line, { roots, n, length }: Stage): void {
  const { re, im } = from;
  const stride = n / length;
  const half = length >> 1;
  for (let p = 0; p < half; p++) {
    const [wr, wi] = [roots.re[p * stride], roots.im[p * stride]];
    for (let q = 0; q < stride; q++) {
      const a = q + stride * p;
      const b = a + stride * half;
      const y = q + stride * 2 * p;
      const [dr, di] = [re[a] - re[b], im[a] - im[b]];
      to.re[y] = re[a] + re[b];
      to.im[y] = im[a] + im[b];
      to.re[y + stride] = dr * wr - di * wi;
      to.im[y + stride] = dr * wi + di * wr;
    }
  }
}

// prettier-ignore
function stageOfFour(from: Line, to: Line, { roots, n, length }: Stage): void {
  const xr = from.re, xi = from.im, yr = to.re, yi = to.im;
  const stride = n / length;
  const step = n >> 2;
  for (let p = 0; p < length >> 2; p++) {
    const k = p * stride;
    const w1r = roots.re[k], w1i = roots.im[k];
    const w2r = roots.re[2 * k], w2i = roots.im[2 * k];
    const w3r = roots.re[3 * k], w3i = roots.im[3 * k];
    for (let q = 0; q < stride; q++) {
      const a = q + k, b = a + step, c = b + step, d = c + step;
      const sr = xr[a] + xr[c], si = xi[a] + xi[c];
      const tr = xr[a] - xr[c], ti = xi[a] - xi[c];
      const ur = xr[b] + xr[d], ui = xi[b] + xi[d];
      const vr = xr[b] - xr[d], vi = xi[b] - xi[d];
      const y = q + 4 * k;
      yr[y] = sr + ur; yi[y] = si + ui;
      const y1r = tr + vi, y1i = ti - vr;
      yr[y + stride] = y1r * w1r - y1i * w1i; yi[y + stride] = y1r * w1i + y1i * w1r;
      const y2r = sr - ur, y2i = si - ui;
      yr[y + 2 * stride] = y2r * w2r - y2i * w2i; yi[y + 2 * stride] = y2r * w2i + y2i * w2r;
      const y3r = tr - vi, y3i = ti + vr;
      yr[y + 3 * stride] = y3r * w3r - y3i * w3i; yi[y + 3 * stride] = y3r * w3i + y3i * w3r;
    }
  }
}

function stageOfAny(from: Line, to: Line, { roots, n, length, factor }: Stage): void {
  const { re, im } = from;
  const stride = n / length;
  const step = n / factor;
  for (let p = 0; p < length / factor; p++) {
    for (let q = 0; q < stride; q++) {
      const first = q + stride * p;
      const y = q + stride * factor * p;
      for (let k = 0; k < factor; k++) {
        let sumR = re[first];
        let sumI = im[first];
        for (let j = 1; j < factor; j++) {
          const w = ((j * k) % factor) * step;
          const at = first + j * step;
          sumR += re[at] * roots.re[w] - im[at] * roots.im[w];
          sumI += re[at] * roots.im[w] + im[at] * roots.re[w];
        }
        const twist = p * k * stride;
        to.re[y + k * stride] = sumR * roots.re[twist] - sumI * roots.im[twist];
        to.im[y + k * stride] = sumR * roots.im[twist] + sumI * roots.re[twist];
      }
    }
  }
}

/**
 * As a convolution with a chirp, whose length may be a power of two.
 *
 * @see Bluestein 1970, A linear filtering approach to the computation of discrete Fourier transform
 */
function byConvolution(n: number): Transform {
  const size = 2 ** Math.ceil(Math.log2(2 * n - 1));
  const transform = planOf(size);
  const chirp = newLine(n);
  const roots = rootsOfUnity(2 * n);
  const filter = newLine(size);
  for (let k = 0; k < n; k++) {
    // exp(-πi k² / n); the square is taken modulo 2n without rounding.
    const at = squareModulo(k, 2 * n);
    chirp.re[k] = roots.re[at];
    chirp.im[k] = roots.im[at];
    filter.re[k] = filter.re[(size - k) % size] = chirp.re[k];
    filter.im[k] = filter.im[(size - k) % size] = -chirp.im[k];
  }
  transform(filter);
  const work = newLine(size);
  return (line) => {
    work.re.fill(0);
    work.im.fill(0);
    multiply(line, chirp, work, n, 1);
    transform(work);
    multiply(work, filter, work, size, 1);
    // An inverse transform is one between conjugates; the conjugation goes into the signs.
    for (let k = 0; k < size; k++) work.im[k] = -work.im[k];
    transform(work);
    for (let k = 0; k < n; k++) work.im[k] = -work.im[k];
    multiply(work, chirp, line, n, 1 / size);
  };
}

function squareModulo(k: number, n: number): number {
  // Without rounding: k² is an integer that a double holds for every length that fits in memory.
  return (k * k) % n;
}

function multiply(a: Line, b: Line, y: Line, n: number, scale: number): void {
  for (let k = 0; k < n; k++) {
    const re = a.re[k] * b.re[k] - a.im[k] * b.im[k];
    y.im[k] = (a.re[k] * b.im[k] + a.im[k] * b.re[k]) * scale;
    y.re[k] = re * scale;
  }
}

export interface FourierParams {
  readonly axes: readonly number[];
  /** Sign of the exponent: -1 for the transform, 1 for the inverse one. */
  readonly sign: 1 | -1;
  /** Whether to divide by the number of elements. */
  readonly isScaled: boolean;
}

/** Transforms along each of the axes. */
export const fourierKernel: Kernel<FourierParams> = ([x], [y], { axes, sign, isScaled }) => {
  const buffer = axes.length > 1 ? new Float64Array(x.values.length) : null;
  let from: Operand = x;
  axes.forEach((axis, i) => {
    const isLast = i === axes.length - 1;
    const to = isLast || buffer === null ? y : { ...specOf(x), values: buffer };
    const factor = isScaled ? 1 / x.shape[axis] : 1;
    transformAxis(from, to, axis, sign, factor);
    from = to;
  });
  if (axes.length === 0) y.values.set(x.values);
};

function specOf({ shape, dtype, size }: Operand): Omit<Operand, 'values'> {
  return { shape, dtype, size };
}

function transformAxis(x: Operand, y: Operand, axis: number, sign: 1 | -1, factor: number): void {
  const n = x.shape[axis];
  if (x.size === 0) return;
  const transform = planOf(n);
  const step = 2 * x.shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const line = newLine(n);
  // Swapped parts turn the sign of the exponent.
  const [first, second] = sign < 0 ? [line.re, line.im] : [line.im, line.re];
  for (let block = 0; block < x.values.length; block += n * step) {
    for (let start = block; start < block + step; start += 2) {
      for (let k = 0, at = start; k < n; k++, at += step) {
        first[k] = x.values[at];
        second[k] = x.values[at + 1];
      }
      transform(line);
      for (let k = 0, at = start; k < n; k++, at += step) {
        y.values[at] = first[k] * factor;
        y.values[at + 1] = second[k] * factor;
      }
    }
  }
}
