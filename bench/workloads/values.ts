/*
 * The numbers that every library computes with: a hash of position and seed, so that each language can
 * make them by itself. peers/worker.py has the same functions.
 */

/** `n` float32 numbers, uniform in [-scale, scale). */
export function uniform(seed: number, n: number, scale = 1): Float32Array<ArrayBuffer> {
  const values = new Float32Array(n);
  const offset = Math.imul(seed, 0x9e3779b9);
  for (let i = 0; i < n; i++) {
    let x = (i + offset) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    x = (x ^ (x >>> 15)) >>> 0;
    values[i] = ((x / 2 ** 32) * 2 - 1) * scale;
  }
  return values;
}

/** `n` classes in [0, count). */
export function classes(seed: number, n: number, count: number): Int32Array<ArrayBuffer> {
  const values = uniform(seed, n);
  return Int32Array.from(values, (u) => Math.min(count - 1, Math.floor(((u + 1) / 2) * count)));
}

/** Rows of `count` numbers with a 1 at the class. */
export function oneHotRows(picks: Int32Array, count: number): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(picks.length * count);
  picks.forEach((pick, row) => (rows[row * count + pick] = 1));
  return rows;
}

/** What is added to the scores of a (n, n) block so that no query sees a later key. */
export function laterKeys(n: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: n * n }, (_, at) => (at % n > Math.floor(at / n) ? -1e9 : 0));
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/**
 * One number that tells arrays apart by size, place and sign of their elements and in which nothing
 * cancels, so that two libraries which agree differ by little more than rounding.
 */
export function fingerprint(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    sum += Math.abs(values[i]) * (1 + (i % 13) / 13 + (values[i] > 0 ? 1 : 0));
  }
  return sum;
}
