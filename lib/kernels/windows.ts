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
 * Whether the cells under one place after the other are those of the input in order: windows of one
 * cell, or windows that part the input into blocks.
 */
export function areCellsInOrder(params: WindowParams): boolean {
  const { input, window, strides, dilations, before, output } = params;
  // From the last axis on, windows span the axes until one is parted; from there on they are points.
  let isWhole = true;
  for (let axis = input.length - 1; axis >= 0; axis--) {
    const [size, width] = [input[axis], window[axis]];
    const isParted =
      before[axis] === 0 &&
      output[axis] * width === size &&
      (output[axis] === 1 || strides[axis] === width) &&
      (width === 1 || dilations[axis] === 1);
    if (!isParted || (!isWhole && width !== 1)) return false;
    isWhole &&= output[axis] === 1;
  }
  return true;
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
