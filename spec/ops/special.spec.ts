import * as gradtape from '../../lib/index.ts';
import type { Tensor } from '../../lib/index.ts';
import { grad, tensor } from '../../lib/index.ts';

const at = (f: (...x: Tensor[]) => Tensor, ...x: number[]): number =>
  f(...x.map((each) => tensor(each, undefined, 'float64'))).dataSync()[0];

const slope = (f: (x: Tensor) => Tensor, x: number): number => at((z) => grad(f)(z), x);

function near(actual: number, expected: number, tolerance = 1e-14): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(
    tolerance * Math.max(1, Math.abs(expected)),
  );
}

const { digamma, igamma, igammac, lgamma, polygamma, zeta } = gradtape;
const euler = 0.5772156649015329;

describe('published values (Abramowitz and Stegun 1964)', () => {
  it.each<[string, (...x: Tensor[]) => Tensor, number[], number]>([
    ['erfc', gradtape.erfc, [1], 0.15729920705028513], // table 7.1
    ['lgamma', lgamma, [0.5], Math.log(Math.PI) / 2], // 6.1.8
    ['digamma', digamma, [1], -euler], // 6.3.2
    ['digamma', digamma, [0.5], -euler - 2 * Math.LN2], // 6.3.3
    ['polygamma', polygamma, [1, 1], Math.PI ** 2 / 6], // 6.4.2
    ['zeta', zeta, [2, 1], Math.PI ** 2 / 6], // 23.2.24
    ['zeta', zeta, [4, 1], Math.PI ** 4 / 90], // 23.2.25
    ['besselJ0', gradtape.besselJ0, [1], 0.7651976865579666], // table 9.1
    ['besselJ1', gradtape.besselJ1, [1], 0.4400505857449335],
    ['besselY0', gradtape.besselY0, [1], 0.08825696421567697],
    ['besselY1', gradtape.besselY1, [1], -0.7812128213002887],
    ['besselI0', gradtape.besselI0, [1], 1.2660658777520082], // table 9.8
    ['besselI1', gradtape.besselI1, [1], 0.565159103992485],
    ['besselK0', gradtape.besselK0, [1], 0.42102443824070834],
    ['besselK1', gradtape.besselK1, [1], 0.6019072301972346],
    ['expint', gradtape.expint, [1], 1.8951178163559368], // table 5.1
    ['spence', gradtape.spence, [0], Math.PI ** 2 / 6], // 27.7.3
    ['fresnelCos', gradtape.fresnelCos, [1], 0.7798934003768228], // table 7.7
    ['fresnelSin', gradtape.fresnelSin, [1], 0.4382591473903548],
    ['dawsn', gradtape.dawsn, [1], 0.5380795069127684], // table 7.5
    ['sinc', gradtape.sinc, [0.5], 2 / Math.PI], // 4.3.1
    ['ndtri', gradtape.ndtri, [0.975], 1.959963984540054], // table 26.1
    ['igamma', igamma, [1, 2], 1 - Math.exp(-2)], // 6.5.1
    ['betainc', gradtape.betainc, [2, 1, 0.3], 0.09], // 26.5.1
  ])('%s is right', (_, f, x, expected) => {
    near(at(f, ...x), expected);
  });
});

describe('identities', () => {
  const points = [0.05, 0.3, 0.77, 1, 1.4, 2.5, 6, 11.3, 29, 31, 70];

  it('lgamma grows by log x, digamma by 1 / x', () => {
    for (const x of points) {
      near(at(lgamma, x + 1), at(lgamma, x) + Math.log(x), 1e-14);
      near(at(digamma, x + 1), at(digamma, x) + 1 / x);
    }
  });

  it('digamma and lgamma are reflected (DLMF 5.5.3, 5.5.4)', () => {
    for (const x of [0.05, 0.3, 0.77]) {
      near(at(digamma, 1 - x) - at(digamma, x), Math.PI / Math.tan(Math.PI * x), 1e-13);
      near(at(lgamma, 1 - x) + at(lgamma, x), Math.log(Math.PI / Math.sin(Math.PI * x)));
      near(at(lgamma, -x) + at(lgamma, 1 + x), Math.log(Math.PI / Math.sin(Math.PI * x)));
    }
  });

  it('the lower and upper incomplete gamma functions add up to 1', () => {
    for (const a of points) for (const x of points) near(at(igamma, a, x) + at(igammac, a, x), 1);
  });

  it('igamma falls by its density from a to a + 1 (DLMF 8.8.5)', () => {
    for (const a of points) {
      for (const x of points) {
        const weight = Math.exp(a * Math.log(x) - x - at(lgamma, a + 1));
        near(at(igamma, a, x) - at(igamma, a + 1, x), weight, 1e-13);
      }
    }
  });

  it('betainc is reflected (DLMF 8.17.4)', () => {
    for (const a of points) {
      for (const b of points) {
        const { betainc } = gradtape;
        near(at(betainc, a, b, 0.25) + at(betainc, b, a, 0.75), 1, 1e-13);
      }
    }
  });

  it('the Bessel functions have their Wronskians (DLMF 10.5.2, 10.28.2)', () => {
    const { besselJ0, besselJ1, besselY0, besselY1 } = gradtape;
    const { besselI0e, besselI1e, besselK0e, besselK1e } = gradtape;
    for (const x of points) {
      near(
        x * (at(besselJ1, x) * at(besselY0, x) - at(besselJ0, x) * at(besselY1, x)),
        2 / Math.PI,
        1e-13,
      );
      near(x * (at(besselI0e, x) * at(besselK1e, x) + at(besselI1e, x) * at(besselK0e, x)), 1);
    }
  });

  it('the inverses undo', () => {
    for (const p of [1e-300, 1e-20, 0.01, 0.3, 0.5, 0.9]) {
      expect(at(gradtape.ndtr, at(gradtape.ndtri, p)) / p).toBeCloseTo(1, 12);
      expect(at(gradtape.erfc, at(gradtape.erfcinv, p)) / p).toBeCloseTo(1, 12);
      expect(at(gradtape.erf, at(gradtape.erfinv, p)) / p).toBeCloseTo(1, 12);
    }
  });

  it('zeta moves by its first term (DLMF 25.11.3)', () => {
    for (const q of points) near(at(zeta, 2.5, q), at(zeta, 2.5, q + 1) + q ** -2.5);
  });

  it('spence is reflected (DLMF 25.12.6)', () => {
    for (const x of [0.1, 0.4, 0.9]) {
      const { spence } = gradtape;
      near(at(spence, x) + at(spence, 1 - x), Math.PI ** 2 / 6 - Math.log(x) * Math.log(1 - x));
    }
  });
});

describe('derivatives', () => {
  it('are those of the neighbouring functions', () => {
    near(slope(lgamma, 2.3), at(digamma, 2.3));
    near(slope(digamma, 2.3), at(polygamma, 1, 2.3));
    near(slope(gradtape.besselJ0, 2.3), -at(gradtape.besselJ1, 2.3));
    near(slope(gradtape.besselY0, 2.3), -at(gradtape.besselY1, 2.3));
    near(slope(gradtape.besselI0, 2.3), at(gradtape.besselI1, 2.3));
    near(slope(gradtape.besselK0, 2.3), -at(gradtape.besselK1, 2.3));
  });

  it('are finite at 0 and 1, to every order', () => {
    const second = grad(grad(gradtape.besselJ0));
    near(at(second, 0), -0.5);
    near(slope(gradtape.besselJ1, 0), 0.5);
    near(slope(gradtape.spence, 1), -1);
    near(at(grad(grad(gradtape.spence)), 1), 0.5);
    near(at(grad(grad(grad(gradtape.spence))), 1), -2 / 3);
  });

  it('of igamma, betainc and zeta with respect to parameters are first ones only', () => {
    const x = tensor(1.5);
    expect(() => grad(grad((a) => igamma(a, x)))(tensor(2))).toThrow(/first derivative/);
    expect(() => grad(grad((a) => zeta(a, x)))(tensor(2))).toThrow(/first derivative/);
    expect(() => grad(grad((a) => gradtape.betainc(a, x, 0.5)))(tensor(2))).toThrow(
      /first derivatives/,
    );
  });

  it('do not pass to the order of polygamma', () => {
    expect(() => grad((n) => polygamma(n, 1.5))(tensor(1))).not.toThrow();
  });
});

describe('the domain', () => {
  it('ends where the functions do', () => {
    expect(at(gradtape.erfinv, 1.1)).toBeNaN();
    expect(at(gradtape.ndtri, -0.1)).toBeNaN();
    expect(at(igamma, -1, 1)).toBeNaN();
    expect(at(gradtape.betainc, 1, 1, 1.5)).toBeNaN();
    expect(at(zeta, 0.5, 1)).toBeNaN();
    expect(at(digamma, -2)).toBeNaN();
    expect(at(lgamma, -2)).toBe(Infinity);
    expect(at(polygamma, 1.5, 2)).toBeNaN();
    expect(at(gradtape.besselK0, -1)).toBeNaN();
  });

  it('holds NaN', () => {
    const own = ['erfc', 'lgamma', 'digamma', 'besselJ0', 'besselY1', 'besselI0e', 'besselK1'];
    for (const name of [...own, 'expint', 'spence', 'fresnelCos', 'dawsn', 'ndtr']) {
      const f = (gradtape as unknown as Record<string, (x: Tensor) => Tensor>)[name];
      expect(at(f, NaN)).toBeNaN();
    }
  });

  it('reaches far', () => {
    near(at(igamma, 2e6, 2.001e6), 0.7602865609469363, 1e-12);
    near(at(igammac, 1e9, 1e9 + 3e4), 0.17139058740184138, 1e-12);
    near(at(gradtape.besselI0e, 1e6) * Math.sqrt(2e6 * Math.PI), 1 + 1 / 8e6 + 9 / 128e12);
    expect(at(gradtape.erfc, 26) / 5.663192408856143e-296).toBeCloseTo(1, 14);
  });
});

describe('lbeta', () => {
  it('reduces the last axis', () => {
    const y = gradtape.lbeta(
      tensor(
        [
          [1, 1],
          [2, 3],
        ],
        undefined,
        'float64',
      ),
    );
    expect(y.shape).toEqual([2]);
    near(y.dataSync()[1], Math.log(1 / 12));
  });

  it('refuses a scalar', () => {
    expect(() => gradtape.lbeta(2)).toThrow('lbeta: x must have at least one axis; got []');
  });
});

describe('sinc', () => {
  it('is 0 at whole numbers, however large', () => {
    for (const x of [1, -2, 1e6, 2 ** 52]) expect(Math.abs(at(gradtape.sinc, x))).toBe(0);
    expect(at(gradtape.sinc, Infinity)).toBe(0);
  });

  it('is smooth at 0', () => {
    const curvature = (x: number): number => slope(grad(gradtape.sinc), x);
    near(slope(gradtape.sinc, 0), 0);
    near(curvature(0), -(Math.PI ** 2) / 3);
    near(
      slope((x) => grad(grad(grad(gradtape.sinc)))(x), 0),
      Math.PI ** 4 / 5,
      1e-13,
    );
  });
});
