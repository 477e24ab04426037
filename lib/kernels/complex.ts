import type { Values } from '../base/dtype.ts';
import type { BinaryLoop, UnaryLoop } from './elementwise.ts';

/*
 * Loops over complex elements, pairs of a real and an imaginary part. Places, steps and `n` count
 * elements. As everywhere, loops compute in double and round once, when they store.
 */

type Parts = Float64Array;

/** Writes a function of one complex number to the pair `to`. */
type UnaryFunction = (re: number, im: number, to: Parts) => void;
type BinaryFunction = (ar: number, ai: number, br: number, bi: number, to: Parts) => void;

function unaryLoop(f: UnaryFunction): UnaryLoop {
  const to = new Float64Array(2);
  return (x, y, n) => {
    for (let i = 0; i < 2 * n; i += 2) {
      f(x[i], x[i + 1], to);
      y[i] = to[0];
      y[i + 1] = to[1];
    }
  };
}

function binaryLoop(f: BinaryFunction): BinaryLoop {
  const to = new Float64Array(2);
  return (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
    for (let i = 0; i < n; i++) {
      const p = 2 * (aAt + i * aStep);
      const q = 2 * (bAt + i * bStep);
      f(a[p], a[p + 1], b[q], b[q + 1], to);
      y[2 * (yAt + i)] = to[0];
      y[2 * (yAt + i) + 1] = to[1];
    }
  };
}

export const add: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (let i = 0; i < n; i++) {
    const p = 2 * (aAt + i * aStep);
    const q = 2 * (bAt + i * bStep);
    y[2 * (yAt + i)] = a[p] + b[q];
    y[2 * (yAt + i) + 1] = a[p + 1] + b[q + 1];
  }
};

export const sub: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (let i = 0; i < n; i++) {
    const p = 2 * (aAt + i * aStep);
    const q = 2 * (bAt + i * bStep);
    y[2 * (yAt + i)] = a[p] - b[q];
    y[2 * (yAt + i) + 1] = a[p + 1] - b[q + 1];
  }
};

export const mul: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (let i = 0; i < n; i++) {
    const p = 2 * (aAt + i * aStep);
    const q = 2 * (bAt + i * bStep);
    const re = a[p] * b[q] - a[p + 1] * b[q + 1];
    y[2 * (yAt + i) + 1] = a[p] * b[q + 1] + a[p + 1] * b[q];
    y[2 * (yAt + i)] = re;
  }
};

/** @see Smith 1962, Algorithm 116: no square of a part can overflow */
function divide(ar: number, ai: number, br: number, bi: number, to: Parts): void {
  if (Math.abs(br) >= Math.abs(bi)) {
    const ratio = br === 0 ? bi : bi / br;
    const divisor = br + bi * ratio;
    to[0] = (ar + ai * ratio) / divisor;
    to[1] = (ai - ar * ratio) / divisor;
  } else {
    const ratio = br / bi;
    const divisor = br * ratio + bi;
    to[0] = (ar * ratio + ai) / divisor;
    to[1] = (ai * ratio - ar) / divisor;
  }
}

export const div = binaryLoop(divide);

export const equal: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (let i = 0; i < n; i++) {
    const p = 2 * (aAt + i * aStep);
    const q = 2 * (bAt + i * bStep);
    y[yAt + i] = a[p] === b[q] && a[p + 1] === b[q + 1] ? 1 : 0;
  }
};

export const notEqual: BinaryLoop = (a, aAt, aStep, b, bAt, bStep, y, yAt, n) => {
  for (let i = 0; i < n; i++) {
    const p = 2 * (aAt + i * aStep);
    const q = 2 * (bAt + i * bStep);
    y[yAt + i] = a[p] !== b[q] || a[p + 1] !== b[q + 1] ? 1 : 0;
  }
};

function multiply(ar: number, ai: number, br: number, bi: number, to: Parts): void {
  to[0] = ar * br - ai * bi;
  to[1] = ar * bi + ai * br;
}

function zero(to: Parts): void {
  to[0] = 0;
  to[1] = 0;
}

/** `a * b`, and exactly 0 where `a` is 0. */
export const scale = binaryLoop((ar, ai, br, bi, to) => {
  if (ar === 0 && ai === 0) zero(to);
  else multiply(ar, ai, br, bi, to);
});

/** As `scale`, but exactly 0 where either factor is 0. */
export const scaleBoth = binaryLoop((ar, ai, br, bi, to) => {
  if ((ar === 0 && ai === 0) || (br === 0 && bi === 0)) zero(to);
  else multiply(ar, ai, br, bi, to);
});

/** `a / b`, and exactly 0 where `a` is 0. */
export const quotient = binaryLoop((ar, ai, br, bi, to) => {
  if (ar === 0 && ai === 0) zero(to);
  else divide(ar, ai, br, bi, to);
});

export const neg: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < 2 * n; i++) y[i] = -x[i];
};

export const conj: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < 2 * n; i += 2) {
    y[i] = x[i];
    y[i + 1] = -x[i + 1];
  }
};

/** The absolute value, a real number. */
export const abs: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = Math.hypot(x[2 * i], x[2 * i + 1]);
};

export const real: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = x[2 * i];
};

export const imag: UnaryLoop = (x, y, n) => {
  for (let i = 0; i < n; i++) y[i] = x[2 * i + 1];
};

/** Pairs of the elements of two real arrays of `n`. */
export function interleave(re: Values, im: Values, y: Values, n: number): void {
  for (let i = 0; i < n; i++) {
    y[2 * i] = re[i];
    y[2 * i + 1] = im[i];
  }
}

export const square = unaryLoop((re, im, to) => {
  to[0] = (re - im) * (re + im);
  to[1] = 2 * re * im;
});

export const reciprocal = unaryLoop((re, im, to) => {
  divide(1, 0, re, im, to);
});

/** The root whose real part is not negative; below the cut along the negative axis for an imaginary -0. */
function root(re: number, im: number, to: Parts): void {
  const size = Math.hypot(re, im);
  if (size === 0) {
    to[0] = 0;
    to[1] = im;
    return;
  }
  const larger = Math.sqrt((size + Math.abs(re)) / 2);
  const smaller = Math.abs(im) / (2 * larger);
  const isBelow = im < 0 || Object.is(im, -0);
  to[0] = re >= 0 ? larger : smaller;
  to[1] = (re >= 0 ? smaller : larger) * (isBelow ? -1 : 1);
}

export const sqrt = unaryLoop(root);

export const rsqrt = unaryLoop((re, im, to) => {
  root(re, im, to);
  divide(1, 0, to[0], to[1], to);
});

function exponential(re: number, im: number, to: Parts): void {
  const size = Math.exp(re);
  // Without the test an infinite size would make NaN of a real argument.
  to[0] = size * Math.cos(im);
  to[1] = im === 0 ? im : size * Math.sin(im);
}

export const exp = unaryLoop(exponential);

/** The principal value: the imaginary part lies in [-π, π]. */
function logarithm(re: number, im: number, to: Parts): void {
  to[1] = Math.atan2(im, re);
  to[0] = logSize(re, im);
}

// Near the unit circle the logarithm of the rounded size would lose most digits.
function logSize(re: number, im: number): number {
  const size = Math.hypot(re, im);
  if (size <= 0.5 || size >= 2) return Math.log(size);
  const large = Math.max(Math.abs(re), Math.abs(im));
  const small = Math.min(Math.abs(re), Math.abs(im));
  return Math.log1p((large - 1) * (large + 1) + small * small) / 2;
}

export const log = unaryLoop(logarithm);

export const sin = unaryLoop((re, im, to) => {
  to[0] = Math.sin(re) * Math.cosh(im);
  to[1] = Math.cos(re) * Math.sinh(im);
});

export const cos = unaryLoop((re, im, to) => {
  to[0] = Math.cos(re) * Math.cosh(im);
  to[1] = -Math.sin(re) * Math.sinh(im);
});

export const sinh = unaryLoop((re, im, to) => {
  to[0] = Math.sinh(re) * Math.cos(im);
  to[1] = Math.cosh(re) * Math.sin(im);
});

export const cosh = unaryLoop((re, im, to) => {
  to[0] = Math.cosh(re) * Math.cos(im);
  to[1] = Math.sinh(re) * Math.sin(im);
});

/** @see Kahan 1987, Branch Cuts for Complex Elementary Functions, for the form that cannot overflow */
function hyperbolicTangent(re: number, im: number, to: Parts): void {
  if (Math.abs(re) > 20) {
    to[0] = Math.sign(re);
    to[1] = 4 * Math.sin(im) * Math.cos(im) * Math.exp(-2 * Math.abs(re));
    return;
  }
  const t = Math.tan(im);
  const beta = 1 + t * t;
  const s = Math.sinh(re);
  const rho = Math.sqrt(1 + s * s);
  const divisor = 1 + beta * s * s;
  to[0] = (beta * rho * s) / divisor;
  to[1] = t / divisor;
}

export const tanh = unaryLoop(hyperbolicTangent);

export const tan = unaryLoop((re, im, to) => {
  // tan z = -i tanh(i z)
  hyperbolicTangent(-im, re, to);
  const swapped = -to[0];
  to[0] = to[1];
  to[1] = swapped;
});

/** Without the loss of digits near 0. */
export const expm1 = unaryLoop((re, im, to) => {
  const sine = Math.sin(im / 2);
  to[0] = Math.expm1(re) * Math.cos(im) - 2 * sine * sine;
  to[1] = im === 0 ? im : Math.exp(re) * Math.sin(im);
});

export const log1p = unaryLoop((re, im, to) => {
  to[0] = Math.log1p(re * (2 + re) + im * im) / 2;
  to[1] = Math.atan2(im, 1 + re);
});

/** @see Kahan 1987 for this and the inverse functions below */
function arcSine(re: number, im: number, to: Parts): void {
  root(1 - re, -im, to);
  const [lowRe, lowIm] = to;
  root(1 + re, im, to);
  const [highRe, highIm] = to;
  to[0] = Math.atan2(re, lowRe * highRe - lowIm * highIm);
  to[1] = Math.asinh(lowRe * highIm - lowIm * highRe);
}

export const asin = unaryLoop(arcSine);

export const acos = unaryLoop((re, im, to) => {
  root(1 - re, -im, to);
  const [lowRe, lowIm] = to;
  root(1 + re, im, to);
  const [highRe, highIm] = to;
  to[0] = 2 * Math.atan2(lowRe, highRe);
  to[1] = Math.asinh(highRe * lowIm - highIm * lowRe);
});

export const asinh = unaryLoop((re, im, to) => {
  // asinh z = -i asin(i z)
  arcSine(-im, re, to);
  const swapped = -to[0];
  to[0] = to[1];
  to[1] = swapped;
});

export const acosh = unaryLoop((re, im, to) => {
  root(re - 1, im, to);
  const [lowRe, lowIm] = to;
  root(re + 1, im, to);
  const [highRe, highIm] = to;
  to[0] = Math.asinh(lowRe * highRe + lowIm * highIm);
  to[1] = 2 * Math.atan2(lowIm, highRe);
});

function areaTangent(re: number, im: number, to: Parts): void {
  const square = im * im;
  to[0] = Math.log1p((4 * re) / ((1 - re) * (1 - re) + square)) / 4;
  to[1] = Math.atan2(2 * im, (1 - re) * (1 + re) - square) / 2;
}

export const atanh = unaryLoop(areaTangent);

export const atan = unaryLoop((re, im, to) => {
  // atan z = -i atanh(i z)
  areaTangent(-im, re, to);
  const swapped = -to[0];
  to[0] = to[1];
  to[1] = swapped;
});

/** The principal value, exp(b log a); 1 for an exponent of 0, also at a base of 0. */
export const pow = binaryLoop((ar, ai, br, bi, to) => {
  if (br === 0 && bi === 0) {
    to[0] = 1;
    to[1] = 0;
  } else if (ar === 0 && ai === 0) {
    to[0] = br > 0 ? 0 : br < 0 ? Infinity : NaN;
    to[1] = br > 0 ? 0 : NaN;
  } else {
    logarithm(ar, ai, to);
    exponential(br * to[0] - bi * to[1], br * to[1] + bi * to[0], to);
  }
});

/** `y[o, j]` is the product of the elements `x[o, i, j]`. */
export function product(x: Values, y: Values, outer: number, length: number, inner: number): void {
  const to = new Float64Array(2);
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < inner; j++) {
      to[0] = 1;
      to[1] = 0;
      for (let i = 0; i < length; i++) {
        const at = 2 * ((o * length + i) * inner + j);
        multiply(to[0], to[1], x[at], x[at + 1], to);
      }
      y[2 * (o * inner + j)] = to[0];
      y[2 * (o * inner + j) + 1] = to[1];
    }
  }
}
