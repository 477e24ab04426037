import type { BinaryLoop, UnaryLoop } from './loops.ts';

export const bitwiseAnd: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep) y[yAt] = a[aAt] & b[bAt];
};

export const bitwiseOr: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep) y[yAt] = a[aAt] | b[bAt];
};

export const bitwiseXor: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep) y[yAt] = a[aAt] ^ b[bAt];
};

export const bitwiseNot: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = ~x[i];
};

/** The engine takes shifts modulo 32; here 32 and more shift everything out. */
export const leftShift: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep)
    y[yAt] = b[bAt] > 31 ? 0 : a[aAt] << Math.max(b[bAt], 0);
};

/** Copies of the sign come in from the left. */
export const rightShift: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep)
    y[yAt] = a[aAt] >> Math.min(Math.max(b[bAt], 0), 31);
};
