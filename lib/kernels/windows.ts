/** How a window moves over the spatial axes of an array of shape (batch, ...spatial, channels). */
export interface WindowParams {
  /** Sizes of the spatial axes that the window moves over. */
  readonly input: readonly number[];
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Cells of padding before the first one along each axis. */
  readonly before: readonly number[];
  /** How many places the window takes along each axis. */
  readonly output: readonly number[];
}

export function productOf(sizes: readonly number[]): number {
  return sizes.reduce((product, size) => product * size, 1);
}

/**
 * The other way round: for each cell of the input and each cell of the window, the number of the place
 * at which the one lies under the other, or -1 where there is none.
 */
export function placesOver(params: WindowParams): Int32Array {
  const { input, window, output } = params;
  const [cells, taps] = [productOf(input), productOf(window)];
  const under = cellsUnder(params);
  const table = new Int32Array(cells * taps).fill(-1);
  for (let place = 0; place < productOf(output); place++) {
    for (let tap = 0; tap < taps; tap++) {
      const cell = under[place * taps + tap];
      if (cell >= 0) table[cell * taps + tap] = place;
    }
  }
  return table;
}

/**
 * For each place of the window and each of its cells, in row-major order, the number of the cell of
 * the input that lies under it, or -1 for padding.
 */
export function cellsUnder(params: WindowParams): Int32Array {
  const { input, window, strides, dilations, before, output } = params;
  // Axis by axis: the table of the axes so far, refined by the next one.
  let table = Int32Array.of(0);
  let places = 1;
  let cells = 1;
  input.forEach((size, axis) => {
    const [more, wide] = [output[axis], window[axis]];
    const next = new Int32Array(places * more * cells * wide);
    let at = 0;
    for (let place = 0; place < places; place++) {
      for (let o = 0; o < more; o++) {
        const start = o * strides[axis] - before[axis];
        for (let cell = 0; cell < cells; cell++) {
          const outer = table[place * cells + cell];
          for (let k = 0; k < wide; k++) {
            const i = start + k * dilations[axis];
            next[at++] = outer < 0 || i < 0 || i >= size ? -1 : outer * size + i;
          }
        }
      }
    }
    table = next;
    places *= more;
    cells *= wide;
  });
  return table;
}
