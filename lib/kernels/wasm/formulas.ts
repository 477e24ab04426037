import * as approximations from './approximations.ts';
import type { Body } from './assembler.ts';
import { bind } from './assembler.ts';
import type { V128, VectorFloat } from './code.ts';
import { i32x4, v128 } from './code.ts';
import type { Vectorised } from './elementwise.ts';
import {
  approximately,
  closely,
  closelyForAll,
  exactly,
  exactlyForAll,
  onBits,
  test,
  testForAll,
} from './elementwise.ts';

/*
 * The vector formulas of elementwise kernels, under the names of the loops they stand beside. Slopes
 * take the cotangent `g`, and what the loop's own comment says in `s`.
 */

/** `y`, and exactly 0 where `g` is 0. */
function orZero(f: VectorFloat, g: V128, y: V128): V128 {
  return v128.andNot(y, f.eq(g, f.splat(0)));
}

/** A slope from the cotangent and the input or output. */
function slope(of: (f: VectorFloat, g: V128, s: V128, body: Body) => V128): Vectorised {
  return closely(2, (f, body, g, s) =>
    bind(body, 'v128', g, (cotangent) =>
      bind(body, 'v128', s, (at) => orZero(f, cotangent, of(f, cotangent, at, body))),
    ),
  );
}

export const add = exactlyForAll(2, (f, _, a, b) => f.add(a, b));
export const sub = exactlyForAll(2, (f, _, a, b) => f.sub(a, b));
export const mul = exactlyForAll(2, (f, _, a, b) => f.mul(a, b));
export const div = exactly(2, (f, _, a, b) => f.div(a, b));
export const squaredDifference = closelyForAll(2, (f, body, a, b) =>
  bind(body, 'v128', f.sub(a, b), (d) => f.mul(d, d)),
);
export const scale = exactly(2, (f, body, a, b) =>
  bind(body, 'v128', a, (g) => orZero(f, g, f.mul(g, b))),
);
export const scaleBoth = exactly(2, (f, body, a, b) =>
  bind(body, 'v128', a, (g) =>
    bind(body, 'v128', b, (h) => orZero(f, h, orZero(f, g, f.mul(g, h)))),
  ),
);
export const quotient = exactly(2, (f, body, a, b) =>
  bind(body, 'v128', a, (g) => orZero(f, g, f.div(g, b))),
);

export const neg = exactlyForAll(1, (f, _, x) => f.neg(x));
export const abs = exactlyForAll(1, (f, _, x) => f.abs(x));
export const square = exactlyForAll(1, (f, body, x) => bind(body, 'v128', x, (a) => f.mul(a, a)));
export const sqrt = exactly(1, (f, _, x) => f.sqrt(x));
export const rsqrt = closely(1, (f, _, x) => f.div(f.splat(1), f.sqrt(x)));
export const reciprocal = exactly(1, (f, _, x) => f.div(f.splat(1), x));
export const relu = exactlyForAll(1, (f, _, x) => f.max(x, f.splat(0)));
export const maximum = exactlyForAll(2, (f, _, a, b) => f.max(a, b), true);
export const minimum = exactlyForAll(2, (f, _, a, b) => f.min(a, b), true);
export const floor = exactly(1, (f, _, x) => f.floor(x));
export const ceil = exactly(1, (f, _, x) => f.ceil(x));
export const round = exactly(1, (f, _, x) => f.nearest(x));
export const sign = exactly(1, (f, body, x) =>
  bind(body, 'v128', x, (a) => {
    const signed = v128.or(f.splat(1), v128.and(a, f.splat(-0)));
    return v128.select(signed, a, v128.or(f.gt(a, f.splat(0)), f.lt(a, f.splat(0))));
  }),
);

export const equal = testForAll(2, (f, _, a, b) => f.eq(a, b));
export const notEqual = testForAll(2, (f, _, a, b) => f.ne(a, b));
export const less = testForAll(2, (f, _, a, b) => f.lt(a, b));
export const lessEqual = testForAll(2, (f, _, a, b) => f.le(a, b));
export const greater = testForAll(2, (f, _, a, b) => f.gt(a, b));
export const greaterEqual = testForAll(2, (f, _, a, b) => f.ge(a, b));
export const isNaN = test(1, (f, body, x) => bind(body, 'v128', x, (a) => f.ne(a, a)));
export const isFinite = test(1, (f, body, x) =>
  bind(body, 'v128', x, (a) => f.eq(f.sub(a, a), f.splat(0))),
);
export const isInf = test(1, (f, _, x) => f.eq(f.abs(x), f.splat(Infinity)));

export const absSlope = slope((f, g, s) => {
  const signed = v128.xor(g, v128.and(s, f.splat(-0)));
  return v128.select(f.mul(g, s), signed, v128.or(f.eq(s, f.splat(0)), f.ne(s, s)));
});
export const squareSlope = slope((f, g, s, body) =>
  bind(body, 'v128', f.mul(g, s), (half) => f.add(half, half)),
);
export const sqrtSlope = slope((f, g, s) => f.div(f.mul(f.splat(0.5), g), s));
// The cotangent first: a cube alone may be too small for float32.
export const rsqrtSlope = slope((f, g, s) => f.mul(f.mul(f.mul(f.mul(g, f.splat(-0.5)), s), s), s));
export const reciprocalSlope = slope((f, g, s) => f.mul(f.mul(f.neg(g), s), s));
export const reluSlope = exactly(2, (f, _, g, s) =>
  v128.andNot(v128.and(g, f.gt(s, f.splat(0))), f.eq(g, f.splat(0))),
);

export const bitwiseAnd = onBits(2, (_f, _, a, b) => v128.and(a, b));
export const bitwiseOr = onBits(2, (_f, _, a, b) => v128.or(a, b));
export const bitwiseXor = onBits(2, (_f, _, a, b) => v128.xor(a, b));
export const bitwiseNot = onBits(1, (_f, _, x) => v128.not(x));
/* On the bits of truth values, 0 or 1, these are the same. */
export const logicalAnd = bitwiseAnd;
export const logicalOr = bitwiseOr;
export const logicalXor = bitwiseXor;
export const logicalNot = onBits(1, (_f, _, x) => v128.xor(x, i32x4.splat(0x01010101)));

const one = (f: VectorFloat): V128 => f.splat(1);

export const exp = approximately(1, approximations.exp);
export const expm1 = approximately(1, approximations.expm1);
export const log = approximately(1, approximations.log);
export const log1p = approximately(1, approximations.log1p);
export const sin = approximately(1, approximations.sin, Math.sin);
export const cos = approximately(1, approximations.cos, Math.cos);
export const tanh = approximately(1, approximations.tanh);
export const sigmoid = approximately(1, approximations.sigmoid);
export const softplus = approximately(1, approximations.softplus);

export const expSlope = slope((f, g, s) => f.mul(g, s));
export const expm1Slope = slope((f, g, s, body) => f.mul(g, approximations.exp(f, body, s)));
export const logSlope = slope((f, g, s) => f.div(g, s));
export const log1pSlope = slope((f, g, s) => f.div(g, f.add(one(f), s)));
export const tanhSlope = slope((f, g, s) => f.mul(g, f.mul(f.sub(one(f), s), f.add(one(f), s))));
export const sigmoidSlope = slope((f, g, s) => f.mul(g, f.mul(s, f.sub(one(f), s))));
export const softplusSlope = slope((f, g, s, body) => f.mul(g, approximations.sigmoid(f, body, s)));
