/** A stream of random numbers that is the same in every run and on every engine. */
export interface RandomNumbers {
  /** Evenly spread over [low, high). */
  uniform(low: number, high: number): number;
  /** An integer of at least 0 and below `limit`. */
  below(limit: number): number;
  /** 0 to n - 1 in random order. */
  permutation(n: number): number[];
}

/** @see Steele, Lea & Flood 2014 for the counter with a mixing function (mulberry32 is such a one) */
export function randomNumbers(seed: number): RandomNumbers {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    uniform: (low, high) => low + next() * (high - low),
    below,
    permutation(n) {
      const order = Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = below(i + 1);
        [order[i], order[j]] = [order[j], order[i]];
      }
      return order;
    },
  };
}

/** A seed from a text, so that a line added to a table does not change the numbers of the others. */
export function seedOf(text: string): number {
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  return hash;
}
