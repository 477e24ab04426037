import type { Values } from '../../base/dtype.ts';
import type { Matrix, Patches, ProductSizes } from '../../base/products.ts';
import { lay, reserveRoom } from '../wasm/convolution.ts';
import { mark, release, scratch } from '../wasm/engine.ts';
import type { Floats } from '../wasm/staging.ts';
import { copyIn } from '../wasm/staging.ts';

/*
 * Convolutions as in wasm/convolution.ts, but for the products: a library reads the patches where they
 * were laid out, in the scratch memory, and all else where it is.
 */

/** `y = a b`, or `y += a b`. */
type Multiply = (a: Matrix, b: Matrix, y: Matrix, sizes: ProductSizes, isAdded: boolean) => unknown;

/** Bytes of the patches that are laid out at a time: they stay in the second-level cache. */
const bytesTogether = 2 ** 19;

/** `y[image, place, :] = patch weights`. */
export function convolve(
  multiply: Multiply,
  patches: Patches,
  weights: Values,
  y: Values,
  outputs: number,
): void {
  const length = patches.taps * patches.channels;
  const right = matrix(weights, 0, outputs);
  forEachPanel(patches, (left, first, count) => {
    const to = matrix(y, first * outputs, outputs);
    multiply(left, right, to, { m: count, n: outputs, k: length }, false);
  });
}

/** `weights[tap channel, :] = sum over images and places of patch g`. */
export function correlate(
  multiply: Multiply,
  patches: Patches,
  g: Values,
  weights: Values,
  outputs: number,
): void {
  const length = patches.taps * patches.channels;
  const to = matrix(weights, 0, outputs);
  forEachPanel(patches, ({ values, at }, first, count) => {
    const left = { values, at, rowStep: 1, columnStep: length };
    const right = matrix(g, first * outputs, outputs);
    multiply(left, right, to, { m: length, n: outputs, k: count }, first > 0);
  });
}

function matrix(values: Values, at: number, columns: number): Matrix {
  return { values, at, rowStep: columns, columnStep: 1 };
}

/** Calls `use` for panels of patches: which places, counted through all images, and how many. */
function forEachPanel(
  patches: Patches,
  use: (panel: Matrix, first: number, count: number) => void,
): void {
  const { x, batch, cells, channels, taps, places } = patches;
  const length = taps * channels;
  const bytes = x.BYTES_PER_ELEMENT;
  const together = Math.min(places, Math.max(1, Math.floor(bytesTogether / (length * bytes))));
  const start = mark();
  const room = reserveRoom(patches, together);
  const values = bytes === 8 ? scratch().f64 : scratch().f32;
  const panel = matrix(values, room.rows / bytes, length);
  for (let image = 0; image < batch; image++) {
    copyIn(x as Floats, image * cells * channels, cells * channels, room.image);
    for (let place = 0; place < places; place += together) {
      const count = Math.min(together, places - place);
      lay(patches, room, place, count);
      use(panel, image * places + place, count);
    }
  }
  release(start);
}
