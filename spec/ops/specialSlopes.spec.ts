import type { Tensor } from '../../lib/index.ts';
import { ForwardAccumulator, grad, grads, tensor } from '../../lib/index.ts';
import { hypot, logAddExp } from '../../lib/ops/binary.ts';
import { binary } from '../../lib/ops/elementwise.ts';
import { randomGamma, randomGammaGrad } from '../../lib/ops/distributions.ts';
import { igamma, igammac, polygamma, polygammaOp, zeta } from '../../lib/ops/gammaFunctions.ts';

const float64 = (x: number): Tensor => tensor(x, [], 'float64');

/** The slopes of `f` at two numbers. */
function slopes(f: (a: Tensor, b: Tensor) => Tensor, a: number, b: number): number[] {
  return grads(f)([float64(a), float64(b)]).map((g) => g.item());
}

/** The derivative of `f` at `x` along `tangent`, computed forward. */
function forwardSlope(f: (x: Tensor) => Tensor, x: number, tangent: number): number {
  const at = float64(x);
  const accumulator = new ForwardAccumulator(at, float64(tangent));
  return accumulator.jvp(accumulator.run(() => f(at))).item();
}

function near(actual: number, expected: number, tolerance: number): void {
  expect(Math.abs(actual / expected - 1)).toBeLessThanOrEqual(tolerance);
}

describe('slopes by parameters', () => {
  // Differences of the regularised function and of zeta, taken with 60 digits.
  it.each([
    [0.3, 1e-10, -0.025467862220656997],
    [0.3, 0.05, -1.280733608125873],
    [0.3, 0.9, -0.3826138607594213],
    [0.5, 1, -0.38983726432851057],
    [0.5, 1.2, -0.31600249979314277],
    [1, 1, -0.4317297106348987],
    [2.5, 2.4, -0.2656425503879884],
    [2.5, 2.5, -0.26084496236866944],
    [2.5, 2.6, -0.2552784967327445],
    [5, 40, -1.109352325918427e-12],
    [9.5, 8, -0.12446788752480224],
    [9.5, 14, -0.047254312497022055],
    [10, 10, -0.12721482320991925],
    [10.5, 8, -0.09934581127611052],
    [10.5, 15, -0.048545300590341005],
    [10.5, 20, -0.005738754595514664],
    [30, 12, -8.442479343603667e-6],
    [30, 29, -0.07302883978315522],
    [30, 31, -0.07068643603337486],
    [30, 70, -2.1583672638775952e-8],
    [500, 480, -0.012073629060036839],
    [500, 520, -0.011850398373452092],
  ])('of igamma, igammac and gamma numbers at (%d, %d) are right', (a, x, expected) => {
    const [byA, density] = slopes(igamma, a, x);
    near(byA, expected, 1e-12);
    near(slopes(igammac, a, x)[0], -expected, 1e-12);
    // Far above, the one series for gamma numbers loses digits.
    if (x > 2 * Math.max(a, 1)) return;
    near(randomGammaGrad(float64(1), float64(a), float64(x)).item(), -expected / density, 1e-11);
  });

  // The integral of (log t - digamma(a)) by the density, taken with 40 digits.
  it.each([
    [2e6, 1.998e6, -0.0001037595536822369],
    [2e6, 2e6, -0.00028209480352782825],
    [2e6, 2.001e6, -0.00021965904557223466],
    [2e6, 2.004e6, -5.189147241133111e-6],
    [1e8, 1e8, -3.989422807338846e-5],
    [1e8, 100010000, -2.4196669180817916e-5],
  ])('of igamma at (%d, %d) are right', (a, x, expected) => {
    near(slopes(igamma, a, x)[0], expected, 1e-12);
  });

  it.each([
    [1.01, 1, -9999.927281160453],
    [1.5, 0.3, 3.292037761731203],
    [2, 1, -0.9375482543158438],
    [2, 1000, -0.007911210224580648],
    [3, 20, -0.00456105573282591],
    [12.5, 7, -6.752099339760102e-11],
    [20, 0.5, 726817.4978808801],
    [50, 2, -6.156383689796488e-16],
  ])('of zeta at (%d, %d) are right', (s, q, expected) => {
    near(slopes(zeta, s, q)[0], expected, 1e-13);
  });
});

describe('slopes at the edges', () => {
  it.each([
    [0, 1, NaN, NaN],
    [-1, 1, NaN, NaN],
    [-0.5, 1, NaN, NaN],
    [Infinity, 1, NaN, NaN],
    [NaN, 1, NaN, NaN],
    [1, -1, NaN, NaN],
    [1, -0.5, NaN, NaN],
    [1, NaN, NaN, NaN],
    [2e6, NaN, NaN, NaN],
    [0.5, 0, 0, Infinity],
    [1, 0, 0, 1],
    [1.5, 0, 0, 0],
    [2e6, 0, 0, 0],
    [0.5, Infinity, 0, 0],
    [2, Infinity, 0, 0],
    [2e6, Infinity, 0, 0],
  ])('igamma(%d, %d) has its limits', (a, x, byA, byX) => {
    expect(slopes(igamma, a, x)).toEqual([byA, byX]);
    expect(slopes(igammac, a, x).map((slope) => 0 - slope)).toEqual([byA, byX]);
  });

  it.each([
    [NaN, 1, NaN],
    [2, NaN, NaN],
    [1, NaN, NaN],
    [0.5, 1, NaN],
    [1, 1, -Infinity],
    [1, -1, -Infinity],
    [2, 0, NaN],
    [3, -1, NaN],
    [3, -1.5, NaN],
    [1.5, -0.5, NaN],
    [Infinity, 0.5, 0],
    [Infinity, 1, 0],
    [Infinity, 2, 0],
    [2, Infinity, 0],
    [2, 1e200, 0],
    [400, 0.1, Infinity],
  ])('zeta(%d, %d) has its limits by s', (s, q, expected) => {
    expect(slopes(zeta, s, q)[0] + 0).toBe(expected);
  });

  it('zeta falls by its second term alone for large s', () => {
    near(slopes(zeta, 400, 1)[0], -(2 ** -400) * Math.LN2, 1e-13);
    near(slopes(zeta, 400, 2)[0], -(2 ** -400) * Math.LN2, 1e-13);
    expect(slopes(zeta, 1500, 1)[0] + 0).toBe(0);
  });

  it('polygamma passes nothing to its order', () => {
    expect(slopes(polygamma, 2, 3)[0]).toBe(0);
    expect(slopes((n, x) => binary(polygammaOp, n, x), 2, 3)[0]).toBe(0);
  });

  it('hypot has curvature 0 at the origin', () => {
    const curve = grad(grad((a) => hypot(a, float64(0))));
    expect(curve(float64(0)).item() + 0).toBe(0);
    expect(grad(curve)(float64(0)).item() + 0).toBe(0);
    const mixed = grad((b) => grad((a) => hypot(a, b))(float64(0)));
    expect(mixed(float64(0)).item() + 0).toBe(0);
    const forward = forwardSlope(
      grad((z) => hypot(z, float64(0))),
      0,
      1,
    );
    expect(forward + 0).toBe(0);
  });

  it('zeta itself is infinite at whole numbers below 1', () => {
    for (const [s, q] of [
      [2.5, -1],
      [3, -2],
      [2, 0],
    ])
      expect(zeta(float64(s), float64(q)).item()).toBe(Infinity);
  });

  it('gamma numbers move forward as in reverse', () => {
    const f = (alpha: Tensor): Tensor => randomGamma([], alpha, 1, 'float64', 7);
    near(forwardSlope(f, 2.5, 3), 3 * grad(f)(float64(2.5)).item(), 1e-14);
  });

  it('gamma numbers have theirs', () => {
    const at = (g: number, a: number, x: number): number =>
      randomGammaGrad(float64(g), float64(a), float64(x)).item();
    expect(at(1, 2, 0) + 0).toBe(0);
    expect(at(1, 2, Infinity)).toBeNaN();
    expect(at(1, 2, NaN)).toBeNaN();
    expect(at(0, 2, Infinity)).toBe(0);
    expect(at(-1, 2, 1)).toBe(-at(1, 2, 1));
    expect(at(3, 2, 1)).toBeCloseTo(3 * at(1, 2, 1), 14);
  });

  it('hypot and logAddExp have theirs', () => {
    expect(slopes(hypot, 0, 0)).toEqual([0, 0]);
    expect(slopes(hypot, 0, -2)).toEqual([0, -1]);
    expect(slopes(hypot, 1, 0)).toEqual([1, 0]);
    expect(slopes(logAddExp, Infinity, Infinity)).toEqual([0, 0]);
    expect(slopes(logAddExp, Infinity, 1)).toEqual([1, 0]);
    expect(slopes(logAddExp, 2, 2)).toEqual([0.5, 0.5]);
  });
});
