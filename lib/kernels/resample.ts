import type { Kernel } from './kernel.ts';

/**
 * A sparse matrix that is applied along an axis: row `o` of the result is the sum of
 * `weights[k]` times slice `sources[k]` for k from `starts[o]` to before `starts[o + 1]`.
 */
export interface Taps {
  readonly starts: readonly number[];
  readonly sources: readonly number[];
  readonly weights: readonly number[];
  /** How many slices it takes: columns of the matrix. */
  readonly columns: number;
}

export interface ResampleParams {
  readonly axis: number;
  readonly taps: Taps;
}

/** Weighted sums of slices along an axis, kept in double. */
export const resampleKernel: Kernel<ResampleParams> = ([x], [y], { axis, taps }) => {
  const { starts, sources, weights } = taps;
  const [rows, columns] = [y.shape[axis], x.shape[axis]];
  let inner = 1;
  for (let i = axis + 1; i < x.shape.length; i++) inner *= x.shape[i];
  const sums = new Float64Array(inner);
  const blocks = rows * inner === 0 ? 0 : y.size / (rows * inner);
  for (let block = 0; block < blocks; block++) {
    for (let row = 0; row < rows; row++) {
      sums.fill(0);
      for (let k = starts[row]; k < starts[row + 1]; k++) {
        const from = (block * columns + sources[k]) * inner;
        const weight = weights[k];
        for (let j = 0; j < inner; j++) sums[j] += weight * x.values[from + j];
      }
      y.values.set(sums, (block * rows + row) * inner);
    }
  }
};

/** The matrix with rows and columns exchanged. */
export function transposedTaps(taps: Taps): Taps {
  const lists: (readonly [row: number, weight: number])[][] = Array.from(
    { length: taps.columns },
    () => [],
  );
  const rows = taps.starts.length - 1;
  for (let row = 0; row < rows; row++) {
    for (let k = taps.starts[row]; k < taps.starts[row + 1]; k++) {
      lists[taps.sources[k]].push([row, taps.weights[k]]);
    }
  }
  return tapsOf(lists, rows);
}

/** The matrix whose row `o` has the entries `lists[o]`, as pairs of column and weight. */
export function tapsOf(
  lists: readonly (readonly (readonly [source: number, weight: number])[])[],
  columns: number,
): Taps {
  const starts = [0];
  const sources: number[] = [];
  const weights: number[] = [];
  for (const list of lists) {
    for (const [source, weight] of list) {
      sources.push(source);
      weights.push(weight);
    }
    starts.push(sources.length);
  }
  return { starts, sources, weights, columns };
}
