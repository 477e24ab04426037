import type { Body } from './assembler.ts';
import { bind } from './assembler.ts';
import type { V128, VectorFloat } from './code.ts';
import { demoteZero, i32x4, promoteLow, v128, vectors64 } from './code.ts';
import * as doubles from './doubles.ts';
import { upperHalf } from './rows.ts';

/*
 * Transcendental functions of four float32 at a time, within 2 ulp, as the spec checks on all of the
 * range. Polynomials for float32 are those of the Cephes library (S. L. Moshier, 1992). Functions that
 * would lose digits are computed in double, two lanes at a time, and rounded once.
 */

export type Formula = (f: VectorFloat, body: Body, x: V128) => V128;

/** A polynomial by Horner's rule, the highest coefficient first. */
export function polynomial(f: VectorFloat, x: V128, coefficients: readonly number[]): V128 {
  return coefficients
    .slice(1)
    .reduce((sum, c) => f.multiplyAdd(sum, x, f.splat(c)), f.splat(coefficients[0]));
}

/** Formulas for float32 and for float64. */
export function byType(single: Formula, double: Formula): Formula {
  return (f, body, x) => (f.type === 'f32' ? single : double)(f, body, x);
}

/** Evaluates a formula for doubles on four float32. */
export function rounded(double: Formula): Formula {
  return (f, body, x) => {
    if (f.type === 'f64') return double(f, body, x);
    const wide = vectors64(f.fused);
    return bind(body, 'v128', x, (all) =>
      v128.shuffle(
        demoteZero(double(wide, body, promoteLow(all))),
        demoteZero(double(wide, body, promoteLow(v128.shuffle(all, all, upperHalf)))),
        lowerHalves,
      ),
    );
  };
}

const lowerHalves = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];

// ln 2 in two parts, of which the first has so few digits that its multiples are exact.
const ln2High = 0.693359375;
const ln2Low = -2.1219444e-4;

const exp32: Formula = (f, body, x) =>
  // Beyond these the result is Infinity or 0. A NaN passes.
  bind(body, 'v128', f.pmin(f.pmax(x, f.splat(-105)), f.splat(89)), (a) =>
    bind(body, 'v128', f.nearest(f.mul(a, f.splat(Math.LOG2E))), (n) => {
      const high = f.subtractProduct(n, f.splat(ln2High), a);
      return bind(body, 'v128', f.subtractProduct(n, f.splat(ln2Low), high), (r) => {
        const p = polynomial(
          f,
          r,
          [
            1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1,
            5.0000001201e-1,
          ],
        );
        const y = f.add(f.multiplyAdd(p, f.mul(r, r), r), f.splat(1));
        return timesPowerOfTwo(f, body, y, i32x4.ofFloat(n));
      });
    }),
  );

// In two steps, each a normal number, so that the result may be none.
function timesPowerOfTwo(f: VectorFloat, body: Body, y: V128, exponent: V128): V128 {
  return bind(body, 'v128', exponent, (n) =>
    bind(body, 'v128', i32x4.shrS(n, 1), (half) =>
      f.mul(f.mul(y, powerOfTwo(half)), powerOfTwo(i32x4.sub(n, half))),
    ),
  );
}

function powerOfTwo(n: V128): V128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

const signBits = (f: VectorFloat): V128 => f.splat(-0);

const tanh32: Formula = (f, body, x) =>
  bind(body, 'v128', x, (a) =>
    bind(body, 'v128', f.abs(a), (size) => {
      const near = bind(body, 'v128', f.mul(a, a), (z) =>
        f.multiplyAdd(
          f.mul(
            polynomial(
              f,
              z,
              [
                -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1,
                -3.33332819422e-1,
              ],
            ),
            z,
          ),
          size,
          size,
        ),
      );
      const e = exp32(f, body, f.add(size, size));
      const far = f.sub(f.splat(1), f.div(f.splat(2), f.add(e, f.splat(1))));
      const y = v128.select(near, far, f.lt(size, f.splat(0.625)));
      return v128.or(y, v128.and(a, signBits(f)));
    }),
  );

const log32: Formula = (f, body, x) =>
  bind(body, 'v128', x, (given) =>
    bind(body, 'v128', f.lt(given, f.splat(2 ** -126)), (isTiny) =>
      bind(body, 'v128', v128.select(f.mul(given, f.splat(2 ** 23)), given, isTiny), (a) =>
        // The mantissa from the root of a half to the root of 2.
        bind(body, 'v128', i32x4.shrS(i32x4.sub(a, i32x4.splat(0x3f3504f3)), 23), (exponent) =>
          bind(body, 'v128', f.sub(i32x4.sub(a, i32x4.shl(exponent, 23)), f.splat(1)), (m) =>
            bind(body, 'v128', f.sub(i32x4.toFloat(exponent), v128.and(isTiny, f.splat(23))), (e) =>
              logSpecials(f, given, logOf(f, body, m, e)),
            ),
          ),
        ),
      ),
    ),
  );

/** log(2^e (1 + m)) */
function logOf(f: VectorFloat, body: Body, m: V128, e: V128): V128 {
  return bind(body, 'v128', f.mul(m, m), (z) => {
    const p = polynomial(
      f,
      m,
      [
        7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1,
        -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
      ],
    );
    const small = f.multiplyAdd(e, f.splat(ln2Low), f.mul(f.mul(p, m), z));
    const tail = f.subtractProduct(f.splat(0.5), z, small);
    return f.multiplyAdd(e, f.splat(ln2High), f.add(m, tail));
  });
}

function logSpecials(f: VectorFloat, x: V128, y: V128): V128 {
  const isAtMostZero = v128.not(f.gt(x, f.splat(0)));
  // -Infinity at 0, NaN below it and for NaN itself; Infinity stays.
  const low = v128.select(f.splat(-Infinity), f.splat(NaN), f.eq(x, f.splat(0)));
  const finite = v128.select(x, y, f.eq(x, f.splat(Infinity)));
  return v128.select(low, finite, isAtMostZero);
}

export const exp: Formula = byType(exp32, doubles.exp);
export const log: Formula = byType(log32, doubles.log);
export const tanh: Formula = byType(tanh32, doubles.tanh);
export const sigmoid: Formula = byType(rounded(doubles.sigmoidForSingle), doubles.sigmoid);
export const expm1: Formula = rounded(doubles.expm1);
export const log1p: Formula = rounded(doubles.log1p);
export const softplus: Formula = rounded(doubles.softplus);
export const sin: Formula = rounded(doubles.sin);
export const cos: Formula = rounded(doubles.cos);
