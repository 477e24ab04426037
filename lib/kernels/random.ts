import type { Kernel, Operand } from './kernel.ts';

/*
 * Philox4x32-10, a counter-based generator: a block of four words is a pure function of key and
 * counter. Numbers 2b and 2b + 1 of a draw come from block `counter + b`, whatever the dtype, so
 * each depends on nothing but the key, the counter and its place.
 *
 * See Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3 (2011).
 */

/** Two words of 32 bits. */
export type Key = readonly [number, number];

export interface DrawParams {
  readonly key: Key;
  /** Index of the first block, below 2^53. */
  readonly counter: number;
}

/** How many blocks a draw of `n` numbers consumes. */
export function blocksFor(n: number): number {
  return Math.ceil(n / 2);
}

/** A key of its own for each index: for the examples of a batch, or the streams of a seed. */
export function foldKey(key: Key, index: number): Key {
  const block = new Uint32Array(4);
  // Draws leave the last word of the counter 0, so that no draw repeats these words.
  philox(key, lowWord(index), highWord(index), block, 0, 1);
  return [block[0], block[1]];
}

const multiplier0 = 0xd2511f53 | 0;
const multiplier1 = 0xcd9e8d57 | 0;
const step0 = 0x9e3779b9 | 0;
const step1 = 0xbb67ae85 | 0;

/** Writes the block of four words at a counter of four words, the least significant first. */
export function philox(
  key: Key,
  counterLow: number,
  counterHigh: number,
  out: Uint32Array,
  counterThird = 0,
  counterFourth = 0,
): void {
  // The engine computes with signed words; only their bits matter.
  let k0 = key[0] | 0;
  let k1 = key[1] | 0;
  let c0 = counterLow | 0;
  let c1 = counterHigh | 0;
  let c2 = counterThird | 0;
  let c3 = counterFourth | 0;
  for (let round = 0; round < 10; round++) {
    const low0 = Math.imul(multiplier0, c0);
    const low1 = Math.imul(multiplier1, c2);
    const high0 = highProduct(multiplier0, c0);
    const high1 = highProduct(multiplier1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + step0) | 0;
    k1 = (k1 + step1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** The upper word of the product of two words, put together from products of half-words. */
function highProduct(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const carry = (Math.imul(aLow, bHigh) + (middle & 0xffff)) | 0;
  return (((Math.imul(aHigh, bHigh) + (middle >>> 16)) | 0) + (carry >>> 16)) | 0;
}

function lowWord(counter: number): number {
  return counter >>> 0;
}

function highWord(counter: number): number {
  return (counter - lowWord(counter)) / 2 ** 32;
}

const words = new Uint32Array(4);

/** Two uniform numbers in [0, 1) of 53 bits each; every `attempt` at a block gives others. */
export function uniformPair(key: Key, block: number, attempt: number, pair: Float64Array): void {
  philox(key, lowWord(block), highWord(block), words, attempt);
  pair[0] = words[0] * 2 ** -32 + (words[1] >>> 11) * 2 ** -53;
  pair[1] = words[2] * 2 ** -32 + (words[3] >>> 11) * 2 ** -53;
}

/** Two standard normal numbers, by the method of Box and Muller (1958). */
export function normalPair(key: Key, block: number, attempt: number, pair: Float64Array): void {
  uniformPair(key, block, attempt, pair);
  const radius = Math.sqrt(-2 * Math.log(1 - pair[0]));
  const angle = 2 * Math.PI * pair[1];
  pair[0] = radius * Math.cos(angle);
  pair[1] = radius * Math.sin(angle);
}

export interface RandomUniformParams extends DrawParams {
  readonly low: number;
  readonly high: number;
}

/** Uniform in [low, high): rounding never makes it `high`. */
export const randomUniformKernel: Kernel<RandomUniformParams> = (_, [y], params) => {
  const { key, counter, low, high } = params;
  const top = Math.max(low, largestBelow(high, y));
  const pair = new Float64Array(2);
  for (let i = 0; i < y.size; i++) {
    if (i % 2 === 0) uniformPair(key, counter + i / 2, 0, pair);
    y.values[i] = Math.min(low + pair[i % 2] * (high - low), top);
  }
};

function largestBelow(high: number, { dtype }: Operand): number {
  const isSingle = dtype === 'float32';
  const rounded = isSingle ? Math.fround(high) : high;
  if (rounded < high) return rounded;
  // A little more than half the distance between neighbours, so that it rounds to the next one.
  const step = Math.abs(high) * 1.0001 * (isSingle ? 2 ** -24 : 2 ** -53);
  return isSingle ? Math.fround(rounded - step) : rounded - step;
}

export interface RandomNormalParams extends DrawParams {
  readonly mean: number;
  readonly stdDev: number;
}

export const randomNormalKernel: Kernel<RandomNormalParams> = (_, [y], params) => {
  const { key, counter, mean, stdDev } = params;
  const pair = new Float64Array(2);
  for (let i = 0; i < y.size; i++) {
    if (i % 2 === 0) normalPair(key, counter + i / 2, 0, pair);
    y.values[i] = mean + stdDev * pair[i % 2];
  }
};

/** Normal, but at most 2 standard deviations from the mean: what lies beyond is drawn again. */
export const truncatedNormalKernel: Kernel<RandomNormalParams> = (_, [y], params) => {
  const { key, counter, mean, stdDev } = params;
  const pair = new Float64Array(2);
  const retry = new Float64Array(2);
  for (let i = 0; i < y.size; i++) {
    const block = counter + Math.floor(i / 2);
    if (i % 2 === 0) normalPair(key, block, 0, pair);
    let z = pair[i % 2];
    for (let attempt = 1; Math.abs(z) > 2; attempt++) {
      normalPair(key, block, attempt, retry);
      z = retry[i % 2];
    }
    y.values[i] = mean + stdDev * z;
  }
};

/** Uniform integers in [low, high), both int32 or one more; no value is favoured by over 2^-21. */
export const randomIntKernel: Kernel<RandomUniformParams> = (_, [y], params) => {
  const { key, counter, low, high } = params;
  const pair = new Float64Array(2);
  for (let i = 0; i < y.size; i++) {
    if (i % 2 === 0) uniformPair(key, counter + i / 2, 0, pair);
    y.values[i] = low + Math.floor(pair[i % 2] * (high - low));
  }
};
