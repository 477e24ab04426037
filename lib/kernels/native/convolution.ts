import type { Values } from '../../base/dtype.ts';
import type { Matrix, ProductSizes } from '../../base/products.ts';
import { defineFunction, forRange } from '../wasm/assembler.ts';
import { i32, v128 } from '../wasm/code.ts';
import type { Convolution } from '../wasm/convolution.ts';
import { addPatches, forEachGroup } from '../wasm/convolution.ts';
import type { KernelFunction } from '../wasm/engine.ts';
import { compile, mark, release, reserve, scratch } from '../wasm/engine.ts';
import type { Images } from '../wasm/images.ts';
import { clearImages, reserveImages, stageImages, takeImages } from '../wasm/images.ts';
import { advance, zero } from '../wasm/rows.ts';
import type { Floats } from '../wasm/staging.ts';

/*
 * Convolutions as products of patches, the cells under each place of the window: a library reads or
 * writes some rows of them at a time in the scratch memory, and all else where it is.
 */

/** `y = a b`, or `y += a b`. */
type Multiply = (a: Matrix, b: Matrix, y: Matrix, sizes: ProductSizes, isAdded: boolean) => unknown;

/** `y = patches filter`. */
export function convolve(multiply: Multiply, call: Convolution): void {
  const { x, y, outputs } = call;
  const filter = rowsOf(call.filter, outputs);
  inPanels(call, {
    before: (images, image, count) => stageImages(images, x as Floats, image, count),
    each: ({ patches, lay }, row, m) => {
      lay();
      const sizes = { m, n: outputs, k: patches.rowStep };
      multiply(patches, filter, rowsOf(y, outputs, row), sizes, false);
    },
  });
}

/** The gradient of the input: `x` = the cells of `y filterᵀ`, each added where it lies. */
export function convolveBack(multiply: Multiply, call: Convolution): void {
  const { x, y, outputs } = call;
  const filter = transposed(rowsOf(call.filter, outputs));
  inPanels(call, {
    before: (images, _, count) => clearImages(images, count),
    each: ({ patches, add }, row, m) => {
      const sizes = { m, n: patches.rowStep, k: outputs };
      multiply(rowsOf(y, outputs, row), filter, patches, sizes, false);
      add();
    },
    after: (images, image, count) => takeImages(images, x as Floats, image, count),
  });
}

/** The gradient of the filter: `filter = patchesᵀ y`. */
export function correlate(multiply: Multiply, call: Convolution): void {
  const { x, y, outputs } = call;
  const filter = rowsOf(call.filter, outputs);
  inPanels(call, {
    before: (images, image, count) => stageImages(images, x as Floats, image, count),
    each: ({ patches, lay }, row, k) => {
      lay();
      const sizes = { m: patches.rowStep, n: outputs, k };
      multiply(transposed(patches), rowsOf(y, outputs, row), filter, sizes, row > 0);
    },
  });
}

function rowsOf(values: Values, columns: number, from = 0): Matrix {
  return { values, at: from * columns, rowStep: columns, columnStep: 1 };
}

function transposed({ values, at, rowStep, columnStep }: Matrix): Matrix {
  return { values, at, rowStep: columnStep, columnStep: rowStep };
}

/** Some rows of patches, which can be laid out from the images, or added to them. */
interface Panel {
  readonly patches: Matrix;
  readonly lay: () => void;
  readonly add: () => void;
}

/** What is done for a group of images, and for each panel of their patches. */
interface Work {
  readonly before: (images: Images, image: number, count: number) => void;
  /** @param row - the first place, counted through all images */
  readonly each: (panel: Panel, row: number, rows: number) => void;
  readonly after?: (images: Images, image: number, count: number) => void;
}

/** Bytes of a panel: it stays in the second-level cache. */
const panelBytes = 2 ** 19;

function inPanels(call: Convolution, { before, each, after }: Work): void {
  const { layout, filter, outputs } = call;
  const bytes = filter.BYTES_PER_ELEMENT;
  const length = filter.length / outputs;
  const together = Math.max(1, Math.floor(panelBytes / (length * bytes)));
  const start = mark();
  const images = reserveImages(layout);
  const at = reserve(together * length * bytes);
  const values = bytes === 8 ? scratch().f64 : scratch().f32;
  const patches = { values, at: at / bytes, rowStep: length, columnStep: 1 };
  const { placesAt, runsAt } = images;
  const runs = [runsAt, runsAt + 4 * layout.runs.length, layout.runBytes] as const;
  forEachGroup(call, (image, count) => {
    before(images, image, count);
    const end = count * layout.places.length;
    for (let from = 0; from < end; from += together) {
      const rows = Math.min(together, end - from);
      const table = [placesAt + 4 * from, placesAt + 4 * (from + rows)] as const;
      const lay = (): void => layPatches()(...table, ...runs, at);
      const add = (): void => addPatches(bytes === 8)(...table, ...runs, at, length * bytes);
      each({ patches, lay, add }, image * layout.places.length + from, rows);
    }
    after?.(images, image, count);
  });
  release(start);
}

const made: { lay: KernelFunction | null } = { lay: null };

// Parameters: the table of places and its end, that of pieces of the window and its end, bytes of a
// piece, and where the rows go. What is written beyond a piece, the next one replaces.
function layPatches(): KernelFunction {
  const params = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
  const lay = defineFunction('lay', params, (body, table, tableEnd, pieces, end, bytes, to) => {
    const [place, piece] = [body.local('i32'), body.local('i32')];
    const [from, at] = [body.local('i32'), body.local('i32')];
    return [
      forRange(place, table.get, tableEnd.get, 4, [
        forRange(piece, pieces.get, end.get, 4, [
          from.set(i32.add(i32.load(place.get), i32.load(piece.get))),
          forRange(at, zero, bytes.get, 16, [
            v128.store(i32.add(to.get, at.get), v128.load(i32.add(from.get, at.get))),
          ]),
          advance(to, bytes.get),
        ]),
      ]),
    ];
  });
  return (made.lay ??= compile([lay])['lay']);
}
