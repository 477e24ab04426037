import * as approximations from './approximations.ts';
import type { Body } from './assembler.ts';
import { bind } from './assembler.ts';
import type { V128, VectorFloat } from './code.ts';
import { v128 } from './code.ts';
import type { Vectorised } from './elementwise.ts';
import { approximately, closely, exactly } from './elementwise.ts';

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

export const add = exactly(2, (f, _, a, b) => f.add(a, b));
export const sub = exactly(2, (f, _, a, b) => f.sub(a, b));
export const mul = exactly(2, (f, _, a, b) => f.mul(a, b));
export const div = exactly(2, (f, _, a, b) => f.div(a, b));
export const squaredDifference = closely(2, (f, body, a, b) =>
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

export const neg = exactly(1, (f, _, x) => f.neg(x));
export const abs = exactly(1, (f, _, x) => f.abs(x));
export const square = exactly(1, (f, body, x) => bind(body, 'v128', x, (a) => f.mul(a, a)));
export const sqrt = exactly(1, (f, _, x) => f.sqrt(x));
export const rsqrt = closely(1, (f, _, x) => f.div(f.splat(1), f.sqrt(x)));
export const reciprocal = exactly(1, (f, _, x) => f.div(f.splat(1), x));
export const relu = exactly(1, (f, _, x) => f.max(x, f.splat(0)));

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
