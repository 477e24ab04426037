import type { Body } from './assembler.ts';
import { bind } from './assembler.ts';
import type { Effect, V128, VectorFloat } from './code.ts';
import { i32, i64x2, v128 } from './code.ts';

/*
 * Transcendental functions of two doubles at a time. They follow FDLIBM (Sun Microsystems, 1993),
 * which V8's own functions are ports of, without its branches: `exp` and `log` give the same bits.
 * Plain products and sums only, so that the results are the same on every engine.
 */

/** Horner's rule, the highest coefficient first. */
function polynomial(f: VectorFloat, x: V128, coefficients: readonly number[]): V128 {
  return coefficients
    .slice(1)
    .reduce((sum, c) => f.add(f.mul(sum, x), f.splat(c)), f.splat(coefficients[0]));
}

// Added to a whole number, it leaves that number in the low bits of the sum.
const magic = 1.5 * 2 ** 52;
const magicBits = 0x4338000000000000;

/** 2^n for whole n that give a normal number. */
function powerOfTwo(f: VectorFloat, n: V128): V128 {
  return i64x2.shl(i64x2.add(f.add(n, f.splat(magic)), i64x2.splat(1023)), 52);
}

// In two steps, each a normal number, so that the result may be none.
function timesPowerOfTwo(f: VectorFloat, body: Body, y: V128, n: V128): V128 {
  return bind(body, 'v128', f.trunc(f.mul(n, f.splat(0.5))), (half) =>
    f.mul(f.mul(y, powerOfTwo(f, half)), powerOfTwo(f, f.sub(n, half))),
  );
}

const ln2High = 6.9314718036912381649e-1;
const ln2Low = 1.90821492927058770002e-10;

const signOf = (f: VectorFloat, x: V128): V128 => v128.and(x, f.splat(-0));

/** Rounds away from zero at halves. */
function rounded(f: VectorFloat, x: V128): V128 {
  return f.trunc(f.add(x, v128.or(signOf(f, x), f.splat(0.5))));
}

/** `use(k, high, low)` where x = k ln 2 + high - low. */
function reduced(
  f: VectorFloat,
  body: Body,
  x: V128,
  use: (k: V128, high: V128, low: V128) => V128,
): V128 {
  const k = bind(body, 'v128', f.mul(x, f.splat(Math.LOG2E)), (scaled) => rounded(f, scaled));
  return bind(body, 'v128', k, (n) =>
    bind(body, 'v128', f.sub(x, f.mul(n, f.splat(ln2High))), (high) =>
      bind(body, 'v128', f.mul(n, f.splat(ln2Low)), (low) => use(n, high, low)),
    ),
  );
}

export function exp(f: VectorFloat, body: Body, x: V128): V128 {
  // Beyond these the result is Infinity or 0. A NaN passes.
  return bind(body, 'v128', f.pmin(f.pmax(x, f.splat(-746)), f.splat(710)), (a) =>
    reduced(f, body, a, (k, high, low) =>
      bind(body, 'v128', f.sub(high, low), (r) => {
        const c = bind(body, 'v128', f.mul(r, r), (t) =>
          f.sub(
            r,
            f.mul(
              t,
              polynomial(
                f,
                t,
                [
                  4.13813679705723846039e-8, -1.6533902205465251539e-6, 6.61375632143793436117e-5,
                  -2.77777777770155933842e-3, 1.66666666666666019037e-1,
                ],
              ),
            ),
          ),
        );
        return bind(body, 'v128', c, (correction) => {
          const fraction = f.div(f.mul(r, correction), f.sub(f.splat(2), correction));
          const y = f.sub(f.splat(1), f.sub(f.sub(low, fraction), high));
          return timesPowerOfTwo(f, body, y, k);
        });
      }),
    ),
  );
}

/** exp(x) - 1 */
export function expm1(f: VectorFloat, body: Body, x: V128): V128 {
  return bind(body, 'v128', x, (given) =>
    // Below -50 the result is -1.
    bind(body, 'v128', f.pmin(f.pmax(given, f.splat(-50)), f.splat(710)), (a) => {
      const y = reduced(f, body, a, (k, high, low) =>
        bind(body, 'v128', f.sub(high, low), (r) =>
          bind(body, 'v128', f.sub(f.sub(high, r), low), (c) => expm1Of(f, body, k, r, c)),
        ),
      );
      // The sign of a zero.
      return v128.select(given, y, f.eq(given, f.splat(0)));
    }),
  );
}

function expm1Of(f: VectorFloat, body: Body, k: V128, r: V128, c: V128): V128 {
  return bind(body, 'v128', f.mul(f.splat(0.5), r), (half) =>
    bind(body, 'v128', f.mul(r, half), (square) => {
      const series = polynomial(
        f,
        square,
        [
          -2.01099218183624371326e-7, 4.00821782732936239552e-6, -7.93650757867487942473e-5,
          1.58730158725481460165e-3, -3.33333333333331316428e-2, 1,
        ],
      );
      const e = bind(body, 'v128', series, (r1) =>
        bind(body, 'v128', f.sub(f.splat(3), f.mul(r1, half)), (t) =>
          f.mul(square, f.div(f.sub(r1, t), f.sub(f.splat(6), f.mul(r, t)))),
        ),
      );
      const rest = f.sub(f.sub(f.mul(r, f.sub(e, c)), c), square);
      // Below 2^-57 it is nothing beside 1, and far below that no normal number.
      const t = f.sub(f.splat(1), powerOfTwo(f, f.pmax(f.neg(k), f.splat(-100))));
      return timesPowerOfTwo(f, body, f.sub(t, f.sub(rest, r)), k);
    }),
  );
}

/** log(x + correction) where the correction is below the last digit of x. */
function logOfSum(f: VectorFloat, body: Body, x: V128, correction: V128 | null): V128 {
  const half = 0x3fe6a09e00000000; // the root of a half, rounded down
  return bind(body, 'v128', i64x2.shrS(i64x2.sub(x, i64x2.splat(half)), 52), (exponent) =>
    bind(body, 'v128', f.sub(i64x2.sub(x, i64x2.shl(exponent, 52)), f.splat(1)), (m) =>
      bind(
        body,
        'v128',
        f.sub(i64x2.add(exponent, i64x2.splat(magicBits)), f.splat(magic)),
        (k) => {
          const tail =
            correction === null
              ? f.mul(k, f.splat(ln2Low))
              : f.add(f.mul(k, f.splat(ln2Low)), correction);
          const s = f.div(m, f.add(f.splat(2), m));
          return bind(body, 'v128', f.mul(f.mul(f.splat(0.5), m), m), (square) =>
            bind(body, 'v128', s, (ratio) => {
              const r = bind(body, 'v128', f.mul(ratio, ratio), (z) =>
                f.mul(
                  z,
                  polynomial(
                    f,
                    z,
                    [
                      1.479819860511658591e-1, 1.531383769920937332e-1, 1.818357216161805012e-1,
                      2.222219843214978396e-1, 2.857142874366239149e-1, 3.999999999940941908e-1,
                      6.66666666666673513e-1,
                    ],
                  ),
                ),
              );
              const inner = f.add(f.mul(ratio, f.add(square, r)), tail);
              return f.sub(f.mul(k, f.splat(ln2High)), f.sub(f.sub(square, inner), m));
            }),
          );
        },
      ),
    ),
  );
}

function logSpecials(f: VectorFloat, x: V128, y: V128): V128 {
  const low = v128.select(f.splat(-Infinity), f.splat(NaN), f.eq(x, f.splat(0)));
  const finite = v128.select(x, y, f.eq(x, f.splat(Infinity)));
  return v128.select(finite, low, f.gt(x, f.splat(0)));
}

export function log(f: VectorFloat, body: Body, x: V128): V128 {
  return bind(body, 'v128', x, (given) =>
    bind(body, 'v128', f.lt(given, f.splat(2 ** -1022)), (isTiny) => {
      const scaled = v128.select(f.mul(given, f.splat(2 ** 54)), given, isTiny);
      const y = bind(body, 'v128', scaled, (a) => logOfSum(f, body, a, null));
      const shift = v128.and(isTiny, f.splat(54 * Math.LN2));
      return logSpecials(f, given, f.sub(y, shift));
    }),
  );
}

/** log(1 + x) */
export function log1p(f: VectorFloat, body: Body, x: V128): V128 {
  return bind(body, 'v128', x, (given) =>
    bind(body, 'v128', f.add(f.splat(1), given), (u) => {
      // What the sum has lost, exactly (D. Knuth's two-sum).
      const lost = bind(body, 'v128', f.sub(u, f.splat(1)), (part) =>
        f.add(f.sub(f.splat(1), f.sub(u, part)), f.sub(given, part)),
      );
      return bind(body, 'v128', f.div(lost, u), (correction) => {
        const y = logSpecials(f, u, logOfSum(f, body, u, correction));
        return v128.select(given, y, f.eq(given, f.splat(0)));
      });
    }),
  );
}

export function tanh(f: VectorFloat, body: Body, x: V128): V128 {
  return bind(body, 'v128', x, (a) =>
    // Above 22 the result is 1.
    bind(body, 'v128', f.pmin(f.abs(a), f.splat(22)), (size) =>
      bind(body, 'v128', f.lt(size, f.splat(1)), (isSmall) => {
        const twice = f.add(size, size);
        const e = expm1(f, body, v128.xor(twice, v128.and(isSmall, f.splat(-0))));
        return bind(body, 'v128', e, (t) => {
          const numerator = v128.select(f.neg(t), f.splat(2), isSmall);
          const ratio = bind(body, 'v128', f.div(numerator, f.add(t, f.splat(2))), (q) =>
            v128.select(q, f.sub(f.splat(1), q), isSmall),
          );
          return v128.select(a, v128.or(ratio, signOf(f, a)), f.ne(a, a));
        });
      }),
    ),
  );
}

/** exp of numbers that are not positive, to 32 bits: enough for what is then rounded to float32. */
export function expForSingle(f: VectorFloat, body: Body, x: V128): V128 {
  return bind(body, 'v128', f.pmax(x, f.splat(-700)), (a) =>
    bind(body, 'v128', f.nearest(f.mul(a, f.splat(Math.LOG2E))), (k) =>
      bind(body, 'v128', f.sub(a, f.mul(k, f.splat(Math.LN2))), (r) => {
        const factorials = [40320, 5040, 720, 120, 24, 6, 2, 1, 1];
        const y = polynomial(
          f,
          r,
          factorials.map((n) => 1 / n),
        );
        return f.mul(y, powerOfTwo(f, k));
      }),
    ),
  );
}

/** The sigmoid, to be rounded to float32. */
export function sigmoidForSingle(f: VectorFloat, body: Body, x: V128): V128 {
  return logistic(f, body, x, expForSingle);
}

export function sigmoid(f: VectorFloat, body: Body, x: V128): V128 {
  return logistic(f, body, x, exp);
}

// Only exponentials of negative numbers: both tails keep their relative accuracy.
function logistic(f: VectorFloat, body: Body, x: V128, power: typeof exp): V128 {
  return bind(body, 'v128', x, (a) =>
    bind(body, 'v128', power(f, body, f.neg(f.abs(a))), (e) =>
      f.div(v128.select(f.splat(1), e, f.ge(a, f.splat(0))), f.add(f.splat(1), e)),
    ),
  );
}

/** log(1 + exp(x)) */
export function softplus(f: VectorFloat, body: Body, x: V128): V128 {
  return bind(body, 'v128', x, (a) =>
    f.add(f.max(a, f.splat(0)), log1p(f, body, exp(f, body, f.neg(f.abs(a))))),
  );
}

/** Where formulas note that an element was beyond their range, for the caller to compute it. */
export const beyondRange = 0;

/** Up to here the multiples of a half of pi that are taken off are exact. */
export const largestAngle = 2 ** 19;

function noteBeyond(f: VectorFloat, x: V128): Effect {
  const at = i32.const(beyondRange);
  const isBeyond = f.gt(f.abs(x), f.splat(largestAngle));
  return v128.store(at, v128.or(v128.load(at), isBeyond));
}

export function sin(f: VectorFloat, body: Body, x: V128): V128 {
  return bind(body, 'v128', x, (a) => {
    const y = sineOf(f, body, a, 0);
    return [noteBeyond(f, a), v128.select(a, y, f.eq(a, f.splat(0)))];
  });
}

export function cos(f: VectorFloat, body: Body, x: V128): V128 {
  return bind(body, 'v128', x, (a) => [noteBeyond(f, a), sineOf(f, body, a, 1)]);
}

/** The sine of x and `quarters` more quarters of a turn. */
function sineOf(f: VectorFloat, body: Body, x: V128, quarters: number): V128 {
  return bind(body, 'v128', f.nearest(f.mul(x, f.splat(2 / Math.PI))), (n) => {
    // Half of pi in three parts: products with n up to 2^20 of the first two are exact.
    const first = f.sub(x, f.mul(n, f.splat(1.57079632673412561417)));
    return bind(body, 'v128', first, (t) =>
      bind(body, 'v128', f.mul(n, f.splat(6.0771005063039659766e-11)), (w) =>
        bind(body, 'v128', f.sub(t, w), (s) => {
          const lost = bind(body, 'v128', f.sub(s, t), (part) =>
            f.sub(f.sub(t, f.sub(s, part)), f.add(w, part)),
          );
          const tail = f.sub(lost, f.mul(n, f.splat(2.02226624879595063154e-21)));
          return bind(body, 'v128', tail, (rest) =>
            bind(body, 'v128', f.add(s, rest), (high) =>
              bind(body, 'v128', f.add(f.sub(s, high), rest), (low) =>
                inQuarter(f, body, n, quarters, high, low),
              ),
            ),
          );
        }),
      ),
    );
  });
}

function inQuarter(
  f: VectorFloat,
  body: Body,
  n: V128,
  quarters: number,
  x: V128,
  tail: V128,
): V128 {
  const quarter = i64x2.add(f.add(n, f.splat(magic)), i64x2.splat(quarters));
  return bind(body, 'v128', quarter, (q) =>
    bind(body, 'v128', f.mul(x, x), (z) => {
      const isOdd = i64x2.sub(v128.zero, v128.and(q, i64x2.splat(1)));
      const y = v128.select(cosine(f, body, x, z, tail), sine(f, x, z, tail), isOdd);
      return v128.xor(y, i64x2.shl(v128.and(q, i64x2.splat(2)), 62));
    }),
  );
}

function sine(f: VectorFloat, x: V128, z: V128, tail: V128): V128 {
  const r = polynomial(
    f,
    z,
    [
      1.58969099521155010221e-10, -2.50507602534068634195e-8, 2.75573137070700676789e-6,
      -1.98412698298579493134e-4, 8.33333333332248946124e-3,
    ],
  );
  const v = f.mul(z, x);
  const inner = f.sub(f.mul(z, f.sub(f.mul(f.splat(0.5), tail), f.mul(v, r))), tail);
  return f.sub(x, f.sub(inner, f.mul(v, f.splat(-1.66666666666666324348e-1))));
}

function cosine(f: VectorFloat, body: Body, x: V128, z: V128, tail: V128): V128 {
  const r = polynomial(
    f,
    z,
    [
      -1.13596475577881948265e-11, 2.0875723212981748279e-9, -2.75573143513906633035e-7,
      2.48015872894767294178e-5, -1.38888888888741095749e-3, 4.16666666666666019037e-2,
    ],
  );
  return bind(body, 'v128', f.mul(f.splat(0.5), z), (half) =>
    bind(body, 'v128', f.sub(f.splat(1), half), (w) => {
      const rest = f.sub(f.mul(z, f.mul(z, r)), f.mul(x, tail));
      return f.add(w, f.add(f.sub(f.sub(f.splat(1), w), half), rest));
    }),
  );
}
