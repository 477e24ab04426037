import type { BinaryLoop, UnaryLoop } from './elementwise.ts';
import { withVectors } from './elementwise.ts';
import * as vectors from './wasm/formulas.ts';

export const equal: BinaryLoop = withVectors((a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep)
    y[yAt] = a[aAt] === b[bAt] ? 1 : 0;
}, vectors.equal);

export const notEqual: BinaryLoop = withVectors((a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep)
    y[yAt] = a[aAt] !== b[bAt] ? 1 : 0;
}, vectors.notEqual);

export const less: BinaryLoop = withVectors((a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep)
    y[yAt] = a[aAt] < b[bAt] ? 1 : 0;
}, vectors.less);

export const lessEqual: BinaryLoop = withVectors((a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep)
    y[yAt] = a[aAt] <= b[bAt] ? 1 : 0;
}, vectors.lessEqual);

export const greater: BinaryLoop = withVectors((a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep)
    y[yAt] = a[aAt] > b[bAt] ? 1 : 0;
}, vectors.greater);

export const greaterEqual: BinaryLoop = withVectors((a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep)
    y[yAt] = a[aAt] >= b[bAt] ? 1 : 0;
}, vectors.greaterEqual);

export const logicalAnd: BinaryLoop = withVectors((a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep) y[yAt] = a[aAt] & b[bAt];
}, vectors.and);

export const logicalOr: BinaryLoop = withVectors((a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep) y[yAt] = a[aAt] | b[bAt];
}, vectors.or);

export const logicalXor: BinaryLoop = withVectors((a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep) y[yAt] = a[aAt] ^ b[bAt];
}, vectors.xor);

export const logicalNot: UnaryLoop = withVectors((x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = x[i] ^ 1;
}, vectors.logicalNot);

export const isNaN: UnaryLoop = withVectors((x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = x[i] !== x[i] ? 1 : 0;
}, vectors.isNaN);

export const isFinite: UnaryLoop = withVectors((x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = x[i] - x[i] === 0 ? 1 : 0;
}, vectors.isFinite);

export const isInf: UnaryLoop = withVectors((x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = x[i] === Infinity || x[i] === -Infinity ? 1 : 0;
}, vectors.isInf);

/** NaN if either is; 0 counts as more than -0. */
export const maximum: BinaryLoop = withVectors((a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep)
    y[yAt] = Math.max(a[aAt], b[bAt]);
}, vectors.maximum);

/** NaN if either is; -0 counts as less than 0. */
export const minimum: BinaryLoop = withVectors((a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep)
    y[yAt] = Math.min(a[aAt], b[bAt]);
}, vectors.minimum);

export const floor: UnaryLoop = withVectors((x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.floor(x[i]);
}, vectors.floor);

export const ceil: UnaryLoop = withVectors((x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.ceil(x[i]);
}, vectors.ceil);

/** Halves go to the even neighbour, as TensorFlow's and NumPy's do; `Math.round` takes them up. */
export const round: UnaryLoop = withVectors((x, y, n) => {
  for (let i = 0; i < n; i++) {
    const up = Math.round(x[i]);
    y[i] = up - x[i] === 0.5 && up % 2 !== 0 ? up - 1 : up;
  }
}, vectors.round);

/** -1, 0 or 1; -0 and NaN stay what they are. */
export const sign: UnaryLoop = withVectors((x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.sign(x[i]);
}, vectors.sign);
