import type { BinaryLoop } from './elementwise.ts';

/** Right also where a square overflows. */
export const hypot: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep)
    y[yAt] = Math.hypot(a[aAt], b[bAt]);
};

export const logAddExp: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep) {
    const top = Math.max(a[aAt], b[bAt]);
    // Of equal infinities the difference would be NaN.
    const gap = a[aAt] === b[bAt] ? 0 : Math.abs(a[aAt] - b[bAt]);
    y[yAt] = top + Math.log1p(Math.exp(-gap));
  }
};

/** The quotient without its fraction; exact, as that of `floorDiv` is. */
export const truncateDiv: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep) {
    const rest = a[aAt] % b[bAt];
    const isExact = rest === 0 || rest !== rest;
    y[yAt] = isExact ? Math.trunc(a[aAt] / b[bAt]) : Math.round((a[aAt] - rest) / b[bAt]);
  }
};

export const truncateMod: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep) y[yAt] = a[aAt] % b[bAt];
};

const single = new Float32Array(1);
const singleBits = new Int32Array(single.buffer);
const double = new Float64Array(1);
const doubleBits = new BigInt64Array(double.buffer);

/** Floats of one sign are ordered as the integers that their bits spell. */
export const nextAfter: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  const isSingle = y instanceof Float32Array;
  for (const end = yAt + n; yAt < end; yAt++, aAt += aStep, bAt += bStep) {
    const from = a[aAt];
    const to = b[bAt];
    if (from === to || from !== from || to !== to) {
      y[yAt] = from === to ? to : NaN;
    } else if (from === 0) {
      y[yAt] = Math.sign(to) * (isSingle ? 2 ** -149 : Number.MIN_VALUE);
    } else if (isSingle) {
      single[0] = from;
      singleBits[0] += to > from === from > 0 ? 1 : -1;
      y[yAt] = single[0];
    } else {
      double[0] = from;
      doubleBits[0] += to > from === from > 0 ? 1n : -1n;
      y[yAt] = double[0];
    }
  }
};
