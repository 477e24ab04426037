import type { Values } from '../base/dtype.ts';
import type { Line, Transform } from './fft.ts';
import { newLine, planOf, rootsOfUnity } from './fft.ts';
import type { Kernel } from './kernel.ts';

/*
 * Transforms between n real numbers and the first n/2 + 1 elements of their transform, along the last
 * axis. Of an even length, the numbers make half as many complex ones, of which the transform is taken.
 *
 * @see Press et al. 2007, Numerical Recipes, section 12.3.2
 */

interface Plan {
  readonly n: number;
  readonly transform: Transform;
  /** exp(-2πi k / n). */
  readonly roots: Line;
}

const plans = new Map<number, Plan>();
const mostPlans = 64;

function realPlanOf(n: number): Plan {
  const known = plans.get(n);
  if (known !== undefined) return known;
  const plan = { n, transform: planOf(n % 2 === 0 ? n / 2 : n), roots: rootsOfUnity(n) };
  if (plans.size >= mostPlans) plans.clear();
  plans.set(n, plan);
  return plan;
}

/** `Y[k] = Σ x[j] exp(-2πi jk / n)` for k up to n / 2. */
export const realFourierKernel: Kernel<unknown> = ([x], [y]) => {
  const n = x.shape[x.shape.length - 1];
  const bins = Math.floor(n / 2) + 1;
  const plan = realPlanOf(n);
  const line = newLine(n % 2 === 0 ? n / 2 : n);
  const rows = x.size / n;
  for (let row = 0; row < rows; row++) {
    const transformRow = n % 2 === 0 ? forwardByHalf : forwardWhole;
    transformRow(plan, line, x.values, row * n, y.values, row * bins * 2);
  }
};

function forwardWhole(
  { n, transform }: Plan,
  line: Line,
  x: Values,
  from: number,
  y: Values,
  to: number,
): void {
  for (let j = 0; j < n; j++) line.re[j] = x[from + j];
  line.im.fill(0);
  transform(line);
  for (let k = 0; 2 * k <= n; k++) {
    y[to + 2 * k] = line.re[k];
    y[to + 2 * k + 1] = line.im[k];
  }
}

function forwardByHalf(
  { n, transform, roots }: Plan,
  { re, im }: Line,
  x: Values,
  from: number,
  y: Values,
  to: number,
): void {
  const half = n / 2;
  for (let j = 0; j < half; j++) {
    re[j] = x[from + 2 * j];
    im[j] = x[from + 2 * j + 1];
  }
  transform({ re, im });
  for (let k = 0; k <= half; k++) {
    const [i, mirror] = [k % half, (half - k) % half];
    const evenRe = (re[i] + re[mirror]) / 2;
    const evenIm = (im[i] - im[mirror]) / 2;
    const oddRe = (im[i] + im[mirror]) / 2;
    const oddIm = (re[mirror] - re[i]) / 2;
    const [cos, sin] = [roots.re[k], roots.im[k]];
    y[to + 2 * k] = evenRe + cos * oddRe - sin * oddIm;
    y[to + 2 * k + 1] = evenIm + cos * oddIm + sin * oddRe;
  }
}

export interface HermitianParams {
  /** Length of the result. */
  readonly n: number;
}

/**
 * `y[j] = Σ w[k] Re(X[k] exp(2πi jk / n))` for k up to n / 2, where w is 2 but for those k that are
 * their own mirror images.
 */
export const hermitianFourierKernel: Kernel<HermitianParams> = ([x], [y], { n }) => {
  const bins = Math.floor(n / 2) + 1;
  const plan = realPlanOf(n);
  const line = newLine(n % 2 === 0 ? n / 2 : n);
  const rows = y.size / n;
  for (let row = 0; row < rows; row++) {
    const transformRow = n % 2 === 0 ? backwardByHalf : backwardWhole;
    transformRow(plan, line, x.values, row * bins * 2, y.values, row * n);
  }
};

// Conjugates turn the sign of the exponent, and a result that is real does not need to be turned back.
function backwardWhole(
  { n, transform }: Plan,
  { re, im }: Line,
  x: Values,
  from: number,
  y: Values,
  to: number,
): void {
  re[0] = x[from];
  im[0] = 0;
  for (let k = 1; 2 * k < n; k++) {
    re[k] = re[n - k] = x[from + 2 * k];
    im[n - k] = x[from + 2 * k + 1];
    im[k] = -im[n - k];
  }
  transform({ re, im });
  for (let j = 0; j < n; j++) y[to + j] = re[j];
}

function backwardByHalf(
  { n, transform, roots }: Plan,
  { re, im }: Line,
  x: Values,
  from: number,
  y: Values,
  to: number,
): void {
  const half = n / 2;
  const imagOf = (k: number): number => (k === 0 || k === half ? 0 : x[from + 2 * k + 1]);
  for (let k = 0; k < half; k++) {
    const mirror = half - k;
    const sumRe = x[from + 2 * k] + x[from + 2 * mirror];
    const sumIm = imagOf(k) - imagOf(mirror);
    const restRe = x[from + 2 * k] - x[from + 2 * mirror];
    const restIm = imagOf(k) + imagOf(mirror);
    // The roots are conjugates of those wanted, and so is what is transformed.
    const [cos, sin] = [roots.re[k], -roots.im[k]];
    re[k] = sumRe - (sin * restRe + cos * restIm);
    im[k] = -(sumIm + cos * restRe - sin * restIm);
  }
  transform({ re, im });
  for (let j = 0; j < half; j++) {
    y[to + 2 * j] = re[j];
    y[to + 2 * j + 1] = -im[j];
  }
}
