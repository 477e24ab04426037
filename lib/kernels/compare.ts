import type { BinaryLoop, UnaryLoop } from './loops.ts';

export const equal: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep)
    y[yAt] = a[aAt] === b[bAt] ? 1 : 0;
};

export const notEqual: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep)
    y[yAt] = a[aAt] !== b[bAt] ? 1 : 0;
};

export const less: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep)
    y[yAt] = a[aAt] < b[bAt] ? 1 : 0;
};

export const lessEqual: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep)
    y[yAt] = a[aAt] <= b[bAt] ? 1 : 0;
};

export const greater: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep)
    y[yAt] = a[aAt] > b[bAt] ? 1 : 0;
};

export const greaterEqual: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep)
    y[yAt] = a[aAt] >= b[bAt] ? 1 : 0;
};

export const logicalAnd: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep) y[yAt] = a[aAt] & b[bAt];
};

export const logicalOr: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep) y[yAt] = a[aAt] | b[bAt];
};

export const logicalXor: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep) y[yAt] = a[aAt] ^ b[bAt];
};

export const logicalNot: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = x[i] ^ 1;
};

export const isNaN: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = x[i] !== x[i] ? 1 : 0;
};

export const isFinite: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = x[i] - x[i] === 0 ? 1 : 0;
};

export const isInf: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = x[i] === Infinity || x[i] === -Infinity ? 1 : 0;
};

/** NaN if either is; 0 counts as more than -0. */
export const maximum: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep)
    y[yAt] = Math.max(a[aAt], b[bAt]);
};

/** NaN if either is; -0 counts as less than 0. */
export const minimum: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep)
    y[yAt] = Math.min(a[aAt], b[bAt]);
};

export const floor: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.floor(x[i]);
};

export const ceil: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.ceil(x[i]);
};

/** Halves go to the even neighbour, as TensorFlow's and NumPy's do; `Math.round` takes them up. */
export const round: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) {
    const up = Math.round(x[i]);
    y[i] = up - x[i] === 0.5 && up % 2 !== 0 ? up - 1 : up;
  }
};

/** -1, 0 or 1; -0 and NaN stay what they are. */
export const sign: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.sign(x[i]);
};
