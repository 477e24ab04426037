import type { BinaryLoop, SlopeLoop, UnaryLoop } from './loops.ts';

/*
 * Loops compute in double and round once, when they store. Slopes are named after the function they
 * belong to; `s` is the function's input or its output, whichever gives the shorter formula.
 */

export const add: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep) y[yAt] = a[aAt] + b[bAt];
};

export const sub: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep) y[yAt] = a[aAt] - b[bAt];
};

/** Integer products keep their low 32 bits, which a double product would lose. */
export const mul: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  const end = yAt + n;
  if (y instanceof Int32Array) {
    for (; yAt < end; yAt++, aAt += aStep, bAt += bStep) y[yAt] = Math.imul(a[aAt], b[bAt]);
  } else {
    for (; yAt < end; yAt++, aAt += aStep, bAt += bStep) y[yAt] = a[aAt] * b[bAt];
  }
};

/** True division, also of integers. */
export const div: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep) y[yAt] = a[aAt] / b[bAt];
};

/** Exact: `floor(1 / 0.1)` would be 10, but 0.1 is stored as slightly more than a tenth. */
export const floorDiv: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep) {
    const divisor = b[bAt];
    const rest = a[aAt] % divisor;
    if (rest === 0 || rest !== rest) {
      y[yAt] = Math.floor(a[aAt] / divisor);
    } else {
      const quotient = Math.round((a[aAt] - rest) / divisor);
      y[yAt] = rest < 0 === divisor < 0 ? quotient : quotient - 1;
    }
  }
};

/** The remainder that `floorDiv` leaves; it has the sign of the divisor. */
export const mod: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep) {
    const divisor = b[bAt];
    const rest = a[aAt] % divisor;
    if (rest === 0) y[yAt] = divisor < 0 ? -0 : 0;
    else y[yAt] = rest < 0 === divisor < 0 || rest !== rest ? rest : rest + divisor;
  }
};

/**
 * As IEEE 754 and NumPy have it: where ECMAScript has NaN, 1^y and (-1)^±Infinity are 1. Integer
 * powers keep their low 32 bits.
 */
export const pow: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  const isInteger = y instanceof Int32Array;
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep) {
    const base = a[aAt];
    const exponent = b[bAt];
    const isOne = base === 1 || (base === -1 && (exponent === Infinity || exponent === -Infinity));
    if (isInteger) y[yAt] = integerPower(base, exponent);
    else y[yAt] = isOne ? 1 : Math.pow(base, exponent);
  }
};

/** The low 32 bits of an int32 to the power of one that is not negative, by repeated squaring. */
function integerPower(base: number, exponent: number): number {
  let power = 1;
  for (let factor = base; exponent > 0; exponent >>= 1, factor = Math.imul(factor, factor)) {
    if (exponent & 1) power = Math.imul(power, factor);
  }
  return power;
}

export const squaredDifference: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  const isInteger = y instanceof Int32Array;
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep) {
    const difference = a[aAt] - b[bAt];
    y[yAt] = isInteger ? Math.imul(difference, difference) : difference * difference;
  }
};

/** `a * b`, and exactly 0 where `a` is 0: a zero cotangent gives 0 whatever the slope. */
export const scale: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep) {
    y[yAt] = a[aAt] === 0 ? 0 : a[aAt] * b[bAt];
  }
};

/** As `scale`, but exactly 0 where either factor is 0. */
export const scaleBoth: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep) {
    y[yAt] = a[aAt] === 0 || b[bAt] === 0 ? 0 : a[aAt] * b[bAt];
  }
};

/** `a / b`, and exactly 0 where `a` is 0. */
export const quotient: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep) {
    y[yAt] = a[aAt] === 0 ? 0 : a[aAt] / b[bAt];
  }
};

export const neg: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = -x[i];
};

export const abs: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.abs(x[i]);
};

/** The sign of the input; 0 has slope 0. */
export const absSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) y[i] = g[i] === 0 ? 0 : g[i] * Math.sign(s[i]);
};

export const square: UnaryLoop = (x, y, n) => {
  if (y instanceof Int32Array) {
    for (let i = 0; i < n; i++) y[i] = Math.imul(x[i], x[i]);
  } else {
    for (let i = 0; i < n; i++) y[i] = x[i] * x[i];
  }
};

/** 2x, from the input. */
export const squareSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) y[i] = g[i] === 0 ? 0 : g[i] * (2 * s[i]);
};

export const sqrt: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.sqrt(x[i]);
};

/** 1 / 2y, from the output. */
export const sqrtSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) y[i] = g[i] === 0 ? 0 : (0.5 * g[i]) / s[i];
};

export const rsqrt: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = 1 / Math.sqrt(x[i]);
};

/** -y³ / 2, from the output. */
export const rsqrtSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) y[i] = g[i] === 0 ? 0 : g[i] * (-0.5 * s[i] * s[i] * s[i]);
};

export const reciprocal: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = 1 / x[i];
};

/** -y², from the output. */
export const reciprocalSlope: SlopeLoop = (g, s, y, n) => {
  for (let i = 0; i < n; i++) y[i] = g[i] === 0 ? 0 : -g[i] * s[i] * s[i];
};
