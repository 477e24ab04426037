import type { Values } from '../../base/dtype.ts';
import type { Gradients, Layout, NormalizationParams } from '../normalizationLayout.ts';
import type { Matrices } from './columns.ts';
import { areLong, mapRows, sumsOf } from './columns.ts';
import { isEnough } from './engine.ts';

/*
 * Columns of float32, or groups of adjacent ones, to mean 0 and variance 1. Sums are those of differences
 * from a group's first number: then one pass gives mean and variance, and columns far from 0 lose
 * nothing.
 */

/** Whether vectors normalize such blocks. */
export function areWorthIt({ length, groups, inner }: Layout, x: Values): boolean {
  const width = groups * inner;
  return length > 1 && isEnough(length * width, 256) && areLong(width, x);
}

/** For each column, what its group has. */
interface ColumnStatistics {
  /** What was taken off before the sums, and the mean of the differences. */
  readonly shift: Float32Array;
  readonly offset: Float64Array;
  readonly mean: Float64Array;
  readonly rate: Float64Array;
}

/** Adds up the columns of each group, and gives each column the sum. */
function sumGroups(x: Float64Array, inner: number): Float64Array {
  for (let at = 0; at < x.length; at += inner) {
    let sum = 0;
    for (let j = at; j < at + inner; j++) sum += x[j];
    x.fill(sum, at, at + inner);
  }
  return x;
}

function measure(
  { values: [x], start, rows, width }: Matrices,
  inner: number,
  { centered, epsilon }: NormalizationParams,
): ColumnStatistics {
  const firstOf = (_: unknown, j: number): number => (centered ? x[start + j - (j % inner)] : 0);
  const shift = Float32Array.from({ length: width }, firstOf);
  const matrix = { values: [x], start, rows, width };
  const [sums, squares] = sumsOf('moments', matrix, shift).map((one) => sumGroups(one, inner));
  const count = rows * inner;
  const offset = sums.map((sum) => (centered ? sum / count : 0));
  const mean = offset.map((value, j) => shift[j] + value);
  const rate = squares.map((square, j) => {
    const variance = Math.max(square / count - offset[j] * offset[j], 0);
    return 1 / Math.sqrt(variance + epsilon);
  });
  return { shift, offset, mean, rate };
}

function blocksOf({ outer, length, groups, inner }: Layout, values: readonly Values[]): Matrices[] {
  const width = groups * inner;
  return Array.from({ length: outer }, (_, o) => ({
    values,
    start: o * length * width,
    rows: length,
    width,
  }));
}

/** Blocks of x, scale and offset. */
export function normalize(
  layout: Layout,
  [x, scale, offset]: readonly [Values, Values, Values],
  y: Values,
  params: NormalizationParams,
): void {
  for (const matrix of blocksOf(layout, [x])) {
    const { mean, rate } = measure(matrix, layout.inner, params);
    const factor = rate.map((value, j) => value * scale[j]);
    mapRows('shiftAndScale', matrix, [mean, factor, offset], y);
  }
}

/** Blocks of g and x, and the scale. */
export function normalizeGrad(
  layout: Layout,
  [g, x, scale]: readonly [Values, Values, Values],
  { dx, dScale, dOffset }: Gradients,
  params: NormalizationParams,
): void {
  const count = layout.length * layout.inner;
  for (const matrices of blocksOf(layout, [g, x])) {
    const matrix = { ...matrices, values: [x] };
    const { shift, offset, mean, rate } = measure(matrix, layout.inner, params);
    const [sums, products] = sumsOf('products', matrices, shift);
    const normal = products.map((product, j) => rate[j] * (product - offset[j] * sums[j]));
    for (let j = 0; j < sums.length; j++) {
      dScale[j] += normal[j];
      dOffset[j] += sums[j];
    }
    const inEach = (x: Float64Array): Float64Array =>
      sumGroups(
        x.map((value, j) => value * scale[j]),
        layout.inner,
      ).map((sum) => sum / count);
    const [taken, slope] = [inEach(sums), inEach(normal)];
    const rows = [
      mean,
      rate.map((value, j) => value * scale[j]),
      rate.map((value, j) => value * value * slope[j]),
      rate.map((value, j) => (params.centered ? value * taken[j] : 0)),
    ];
    mapRows('gradient', matrices, rows, dx);
  }
}
