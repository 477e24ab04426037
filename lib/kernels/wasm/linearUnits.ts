import {
  geluCubic as cubic,
  geluLinear as linear,
  largest,
  lowest,
  seluLeft,
  seluScale,
} from '../linearUnits.ts';
import type { Formula } from './approximations.ts';
import { byType, exp, polynomial, rounded } from './approximations.ts';
import type { Body } from './assembler.ts';
import { bind } from './assembler.ts';
import type { V128, VectorFloat } from './code.ts';
import { v128 } from './code.ts';
import * as doubles from './doubles.ts';
import type { Vectorised } from './elementwise.ts';
import { approximately, closely } from './elementwise.ts';

/*
 * The vector formulas of kernels/linearUnits.ts, which explains them. Those of float32 are computed in
 * double and rounded once.
 */

/** A formula of x, cut off at a lowest and a largest number. */
const cutOff =
  (low: number, high: number, of: (f: VectorFloat, body: Body, x: V128) => V128): Formula =>
  (f, body, x) =>
    bind(body, 'v128', f.pmin(f.pmax(x, f.splat(low)), f.splat(high)), (a) => of(f, body, a));

/** A formula with an exponential or a sigmoid in it, which float32 needs fewer digits of. */
type Partwise = (f: VectorFloat, body: Body, x: V128, part: Formula) => V128;

const withPart = (low: number, high: number, single: Formula, double: Formula, of: Partwise) =>
  byType(
    rounded(cutOff(low, high, (f, body, x) => of(f, body, x, single))),
    cutOff(low, high, (f, body, x) => of(f, body, x, double)),
  );

const withSigmoid = (low: number, high: number, of: Partwise): Formula =>
  withPart(low, high, doubles.sigmoidForSingle, doubles.sigmoid, of);

/** A cotangent times a slope that depends on the input, and exactly 0 where the cotangent is. */
const times = (formula: Formula): Vectorised =>
  closely(2, (f, body, g, s) =>
    bind(body, 'v128', g, (cotangent) =>
      v128.andNot(f.mul(cotangent, formula(f, body, s)), f.eq(cotangent, f.splat(0))),
    ),
  );

const expm1 = rounded(doubles.expm1);

export const elu = approximately(1, (f, body, x) =>
  bind(body, 'v128', x, (a) => v128.select(a, expm1(f, body, a), f.gt(a, f.splat(0)))),
);
/** `right` where x is positive, else `left` exp x. */
const kinked = (right: number, left: number): Vectorised =>
  times((f, body, s) =>
    bind(body, 'v128', s, (x) => {
      const low = f.mul(exp(f, body, x), f.splat(left));
      return v128.select(f.splat(right), low, f.gt(x, f.splat(0)));
    }),
  );
export const eluSlope = kinked(1, 1);

export const selu = approximately(
  1,
  rounded((f, body, x) =>
    bind(body, 'v128', x, (a) => {
      const low = f.mul(doubles.expm1(f, body, a), f.splat(seluLeft));
      return v128.select(f.mul(a, f.splat(seluScale)), low, f.gt(a, f.splat(0)));
    }),
  ),
);
export const seluSlope = kinked(seluScale, seluLeft);

// exp(a²/2) times the normal distribution function at -a, over t = nearness / (nearness + a): a
// polynomial in t, fitted for this library with a relative error below 7e-9 for all a >= 0.
const nearness = 2.5 * Math.SQRT2;
const tailCoefficients = [
  -0.02950643227333052, 0.14192670482558745, -0.23873619774033802, 0.1414354644180398,
  -0.049744141327456984, 0.0852281590706472, 0.11863412393569538, 0.1718023452741999,
  0.20760805360712703, 0.2256760807976495, 0.2256758327065927,
];

/** `use` with exp(-x²/2) and the normal distribution function at x, both of doubles. */
function normal(
  f: VectorFloat,
  body: Body,
  x: V128,
  use: (power: V128, distribution: V128) => V128,
): V128 {
  const half = f.mul(f.mul(x, x), f.splat(-0.5));
  return bind(body, 'v128', doubles.expForSingle(f, body, half), (power) =>
    bind(body, 'v128', f.div(f.splat(nearness), f.add(f.splat(nearness), f.abs(x))), (t) => {
      const tail = f.mul(f.mul(power, f.mul(t, f.splat(0.5))), polynomial(f, t, tailCoefficients));
      return bind(body, 'v128', tail, (low) =>
        use(power, v128.select(f.sub(f.splat(1), low), low, f.gt(x, f.splat(0)))),
      );
    }),
  );
}

// Digits for float32 only: doubles stay with the loops.
export const gelu: Vectorised = {
  ...approximately(
    1,
    rounded(
      cutOff(lowest, Infinity, (f, body, x) =>
        normal(f, body, x, (_, distribution) => f.mul(x, distribution)),
      ),
    ),
  ),
  doubles: false,
};
export const geluSlope = times(
  rounded(
    cutOff(lowest, -lowest, (f, body, x) =>
      normal(f, body, x, (power, distribution) =>
        f.add(distribution, f.mul(x, f.mul(power, f.splat(1 / Math.sqrt(2 * Math.PI))))),
      ),
    ),
  ),
);

export const geluTanh = approximately(
  1,
  withSigmoid(lowest, Infinity, (f, body, x, sigmoid) => {
    const inner = f.add(f.splat(linear), f.mul(f.splat(cubic), f.mul(x, x)));
    return f.mul(x, sigmoid(f, body, f.mul(x, inner)));
  }),
);
export const geluTanhSlope = times(
  withSigmoid(lowest, -lowest, (f, body, x, sigmoid) =>
    bind(body, 'v128', f.mul(f.splat(cubic), f.mul(x, x)), (square) => {
      const argument = f.mul(x, f.add(f.splat(linear), square));
      const inner = f.add(f.splat(linear), f.mul(f.splat(3), square));
      return bind(body, 'v128', sigmoid(f, body, argument), (p) =>
        f.add(p, f.mul(x, f.mul(f.mul(p, f.sub(f.splat(1), p)), inner))),
      );
    }),
  ),
);

export const silu = approximately(
  1,
  withSigmoid(lowest, Infinity, (f, body, x, sigmoid) => f.mul(x, sigmoid(f, body, x))),
);
export const siluSlope = times(
  withSigmoid(lowest, -lowest, (f, body, x, sigmoid) =>
    bind(body, 'v128', sigmoid(f, body, x), (p) =>
      f.add(p, f.mul(x, f.mul(p, f.sub(f.splat(1), p)))),
    ),
  ),
);

/** Formulas of w = exp(x) and m = w (w + 2), where x is cut off. */
const withPower =
  (of: (f: VectorFloat, body: Body, x: V128, w: V128, m: V128) => V128): Partwise =>
  (f, body, x, power) =>
    bind(body, 'v128', power(f, body, f.pmin(x, f.splat(largest))), (w) =>
      bind(body, 'v128', f.mul(w, f.add(w, f.splat(2))), (m) => of(f, body, x, w, m)),
    );

const ofMish = withPower((f, _, x, __, m) => f.mul(x, f.div(m, f.add(m, f.splat(2)))));
export const mish = approximately(
  1,
  withPart(lowest, Infinity, doubles.expForSingle, doubles.exp, ofMish),
);
const ofMishSlope = withPower((f, body, x, w, m) =>
  bind(body, 'v128', f.div(f.splat(2), f.add(m, f.splat(2))), (rest) =>
    bind(body, 'v128', f.div(m, f.add(m, f.splat(2))), (t) => {
      const sigmoid = f.div(w, f.add(f.splat(1), w));
      return f.add(t, f.mul(x, f.mul(f.mul(rest, f.add(f.splat(1), t)), sigmoid)));
    }),
  ),
);
export const mishSlope = times(
  withPart(lowest, largest, doubles.expForSingle, doubles.exp, ofMishSlope),
);
