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
    [0.3, 1e-10, -0.0254678622206569987],
    [0.3, 0.05, -1.28073360812587286],
    [0.3, 0.9, -0.382613860759421288],
    [0.5, 1, -0.389837264328510578],
    [0.5, 1.2, -0.316002499793142743],
    [1, 1, -0.431729710634898696],
    [2.5, 2.4, -0.265642550387988407],
    [2.5, 2.5, -0.260844962368669449],
    [2.5, 2.6, -0.255278496732744475],
    [5, 40, -1.10935232591842697e-12],
    [9.5, 8, -0.124467887524802237],
    [9.5, 14, -0.0472543124970220578],
    [10, 10, -0.127214823209919245],
    [10.5, 8, -0.0993458112761105155],
    [10.5, 15, -0.0485453005903410023],
    [10.5, 20, -0.00573875459551466395],
    [30, 12, -8.4424793436036674e-6],
    [30, 29, -0.0730288397831552242],
    [30, 31, -0.0706864360333748617],
    [30, 70, -2.15836726387759535e-8],
    [500, 480, -0.0120736290600368397],
    [500, 520, -0.0118503983734520917],
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
    [2e6, 1.998e6, -0.000103759553682236893],
    [2e6, 2e6, -0.000282094803527828241],
    [2e6, 2.001e6, -0.000219659045572234647],
    [2e6, 2.004e6, -5.18914724113311105e-6],
    [1e8, 1e8, -0.0000398942280733884579],
    [1e8, 100010000, -0.0000241966691808179156],
  ])('of igamma at (%d, %d) are right', (a, x, expected) => {
    near(slopes(igamma, a, x)[0], expected, 1e-12);
  });

  it.each([
    [1.01, 1, -9999.92728116045274],
    [1.5, 0.3, 3.29203776173120326],
    [2, 1, -0.937548254315843754],
    [2, 1000, -0.00791121022458064714],
    [3, 20, -0.00456105573282590953],
    [12.5, 7, -6.75209933976010181e-11],
    [20, 0.5, 726817.497880880143],
    [50, 2, -6.1563836897964879e-16],
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
