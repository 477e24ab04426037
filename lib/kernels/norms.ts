import { reduceKernel } from './reduce.ts';

/** Square root of the sum of squares, scaled by the greatest size so that no square overflows. */
export const euclideanNormKernel = reduceKernel((x, y, outer, length, inner) => {
  const peak = new Float64Array(inner);
  const sums = new Float64Array(inner);
  for (let o = 0; o < outer; o++) {
    const start = o * length * inner;
    const end = start + length * inner;
    peak.fill(0);
    for (let at = start; at < end; at += inner) {
      for (let j = 0; j < inner; j++) peak[j] = Math.max(peak[j], Math.abs(x[at + j]));
    }
    // Neither 0 nor an infinity is a scale: the plain formula gives what is right.
    for (let j = 0; j < inner; j++) peak[j] = peak[j] > 0 && peak[j] < Infinity ? peak[j] : 1;
    sums.fill(0);
    for (let at = start; at < end; at += inner) {
      for (let j = 0; j < inner; j++) sums[j] += (x[at + j] / peak[j]) ** 2;
    }
    for (let j = 0; j < inner; j++) y[o * inner + j] = peak[j] * Math.sqrt(sums[j]);
  }
});
