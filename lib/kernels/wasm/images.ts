import type { WindowParams } from '../windows.ts';
import { productOf } from '../windows.ts';
import type { FunctionSource, Local } from './assembler.ts';
import { defineFunction, forRange, ifThen, loopWhile } from './assembler.ts';
import type { Effect, I32 } from './code.ts';
import { i32, v128 } from './code.ts';
import type { KernelFunction } from './engine.ts';
import { compile, reserve, scratch } from './engine.ts';
import { advance, zero } from './rows.ts';
import type { Floats } from './staging.ts';
import { copyIn, copyOut, isDouble } from './staging.ts';

/*
 * Images in the scratch memory as windows see them: with their padding, so that a cell under a window
 * is found by adding where the place starts to where the cell lies in the window, without a test.
 */

/** How images lie, and where windows find their cells; steps in bytes. */
export interface ImageLayout {
  /** Bytes of one image as it lies in its array, and with its padding. */
  readonly plainBytes: number;
  readonly imageBytes: number;
  /** Where each row starts in a padded image, and its bytes. */
  readonly rows: readonly number[];
  readonly rowBytes: number;
  readonly isPadded: boolean;
  /** Where each place of the window starts. */
  readonly places: readonly number[];
  /** Where, from there, each piece of the window lies, and its bytes: cells side by side are one piece. */
  readonly runs: readonly number[];
  readonly runBytes: number;
  /** How many images are worked on at a time. */
  readonly together: number;
}

/** Images are worked on together until there are so many places. */
const placesTogether = 1024;

/** @param mostBytes - of a piece of the window; longer ones are left in single cells */
export function layoutOf(
  params: WindowParams,
  batch: number,
  cellBytes: number,
  mostBytes = Infinity,
): ImageLayout {
  const { input, window, strides, dilations, before, output } = params;
  const last = input.length - 1;
  const padded = input.map((size, i) => {
    const reached = (output[i] - 1) * strides[i] + (window[i] - 1) * dilations[i] + 1;
    return Math.max(before[i] + size, reached);
  });
  const steps = padded.map(() => cellBytes);
  let start = 0;
  for (let axis = last; axis >= 0; axis--) {
    if (axis < last) steps[axis] = steps[axis + 1] * padded[axis + 1];
    start += steps[axis] * before[axis];
  }
  const times = (factors: readonly number[]): number[] => steps.map((step, i) => step * factors[i]);
  const width = window[last] * cellBytes;
  const isJoined = (dilations[last] === 1 || window[last] === 1) && width <= mostBytes;
  const pieces = isJoined ? window.slice(0, -1) : window;
  const places = gridOf(output, times(strides), 0);
  return {
    plainBytes: productOf(input) * cellBytes,
    imageBytes: padded[0] * steps[0],
    rows: gridOf(input.slice(0, -1), steps, start),
    rowBytes: input[last] * cellBytes,
    isPadded: padded.some((size, i) => size !== input[i]),
    places,
    runs: gridOf(pieces, times(dilations), 0),
    runBytes: isJoined ? width : cellBytes,
    together: Math.max(1, Math.min(batch, Math.floor(placesTogether / places.length))),
  };
}

/** Where the points of a grid lie, in row-major order. */
function gridOf(
  sizes: readonly number[],
  steps: readonly number[],
  start: number,
): readonly number[] {
  let points = [start];
  for (let axis = 0; axis < sizes.length; axis++) {
    const next: number[] = [];
    for (const point of points) {
      for (let i = 0; i < sizes[axis]; i++) next.push(point + i * steps[axis]);
    }
    points = next;
  }
  return points;
}

/** Bytes of scratch memory that `reserveImages` takes. */
export function bytesOfImages({ imageBytes, plainBytes, together, places }: ImageLayout): number {
  return together * (imageBytes + plainBytes + 4 * places.length);
}

/** Images of a layout in the scratch memory. */
export interface Images {
  readonly layout: ImageLayout;
  readonly at: number;
  readonly plain: number;
  /** Tables of where things are: places of all images, pieces of the window, rows. */
  readonly placesAt: number;
  readonly runsAt: number;
  readonly rowsAt: number;
}

/** Reserves room for images, and writes the tables; padding is 0. */
export function reserveImages(layout: ImageLayout): Images {
  const { together, imageBytes, plainBytes, isPadded, places, runs, rows } = layout;
  const at = reserve(together * imageBytes);
  const plain = isPadded ? reserve(together * plainBytes) : at;
  const placesAt = reserve(together * places.length * 4);
  const runsAt = reserveTable(runs);
  const rowsAt = reserveTable(rows);
  const { i32: numbers } = scratch();
  let to = placesAt / 4;
  for (let image = 0; image < together; image++) {
    const start = at + image * imageBytes;
    for (let i = 0; i < places.length; i++) numbers[to++] = start + places[i];
  }
  const images = { layout, at, plain, placesAt, runsAt, rowsAt };
  if (isPadded) clearImages(images, together);
  return images;
}

/** Reserves room for a table, and writes it. */
export function reserveTable(table: readonly number[]): number {
  const at = reserve(table.length * 4);
  const { i32: numbers } = scratch();
  for (let i = 0; i < table.length; i++) numbers[at / 4 + i] = table[i];
  return at;
}

export function clearImages({ at, layout }: Images, count: number): void {
  scratch().u8.fill(0, at, at + count * layout.imageBytes);
}

/** Brings `count` images of an array in, from number `first` on; each number so many times. */
export function stageImages(
  images: Images,
  x: Floats,
  first: number,
  count: number,
  times = 1,
): void {
  const { plain, layout } = images;
  const numbers = layout.plainBytes / times / x.BYTES_PER_ELEMENT;
  if (times === 1) copyIn(x, first * numbers, count * numbers, plain);
  else {
    const memory = viewOf(x);
    let to = plain / x.BYTES_PER_ELEMENT;
    for (let i = first * numbers; i < (first + count) * numbers; i++) {
      for (let j = 0; j < times; j++) memory[to++] = x[i];
    }
  }
  if (layout.isPadded) moveRows(images, count, 0);
}

/** Takes them out again, without their padding; so many numbers as their sum. */
export function takeImages(
  images: Images,
  x: Floats,
  first: number,
  count: number,
  times = 1,
): void {
  const { plain, layout } = images;
  const numbers = layout.plainBytes / times / x.BYTES_PER_ELEMENT;
  if (layout.isPadded) moveRows(images, count, 1);
  if (times === 1) copyOut(plain, x, first * numbers, count * numbers);
  else {
    const memory = viewOf(x);
    let from = plain / x.BYTES_PER_ELEMENT;
    for (let i = first * numbers; i < (first + count) * numbers; i++) {
      let sum = 0;
      for (let j = 0; j < times; j++) sum += memory[from++];
      x[i] = sum;
    }
  }
}

function viewOf(x: Floats): Floats {
  return isDouble(x) ? scratch().f64 : scratch().f32;
}

const made: { move: KernelFunction | null } = { move: null };

function moveRows({ at, plain, rowsAt, layout }: Images, count: number, isBack: number): void {
  const { imageBytes, rows, rowBytes } = layout;
  const move = (made.move ??= compile([moveFunction()])['move']);
  const end = rowsAt + rows.length * 4;
  move(plain, at, count * imageBytes, imageBytes, rowsAt, end, rowBytes, isBack);
}

function moveFunction(): FunctionSource {
  const params = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return defineFunction(
    'move',
    params,
    (body, plain, images, size, imageBytes, rows, end, rowBytes, isBack) => {
      const [image, row, padded, at] = (['i32', 'i32', 'i32', 'i32'] as const).map((type) =>
        body.local(type),
      );
      return [
        size.set(i32.add(images.get, size.get)),
        image.set(images.get),
        loopWhile(
          [
            forRange(row, rows.get, end.get, 4, [
              padded.set(i32.add(image.get, i32.load(row.get))),
              ifThen(
                isBack.get,
                copyRow(at, padded.get, plain.get, rowBytes.get),
                copyRow(at, plain.get, padded.get, rowBytes.get),
              ),
              advance(plain, rowBytes.get),
            ]),
            advance(image, imageBytes.get),
          ],
          i32.ltS(image.get, size.get),
        ),
      ];
    },
  );
}

// Exactly so many bytes, a multiple of 4: what lies behind a row is padding, or the next row.
function copyRow(at: Local<'i32'>, from: I32, to: I32, bytes: I32): readonly Effect[] {
  const whole = i32.and(bytes, i32.const(-16));
  const place = (start: I32): I32 => i32.add(start, at.get);
  return [
    forRange(at, zero, whole, 16, [v128.store(place(to), v128.load(place(from)))]),
    forRange(at, whole, bytes, 4, [i32.store(place(to), i32.load(place(from)))]),
  ];
}
