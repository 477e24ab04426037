import { ArgumentError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { readOptions, requireInteger, requireOneOf } from '../base/options.ts';
import { requireElements } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { concat } from '../ops/joining.ts';
import { pad } from '../ops/slicing.ts';
import { broadcastTo, reshape } from '../ops/structural.ts';
import { takeAt } from './rearrange.ts';

export interface MeshgridOptions {
  /** `xy`: the first input runs along columns; `ij`: along rows. */
  readonly indexing?: 'xy' | 'ij';
}

/**
 * The coordinates of a grid: each input along an axis of its own, repeated along the others.
 *
 * @param x - n elements; an input of more than one axis is flattened
 * @param y - m elements; without it the grid has one axis
 * @throws ArgumentError when an option is none
 * @example meshgrid([1, 2], [3, 4, 5])[0] // [[1, 2], [1, 2], [1, 2]]
 */
export function meshgrid(x?: TensorLike, y?: TensorLike, options: MeshgridOptions = {}): Tensor[] {
  const op = 'meshgrid';
  const { indexing = 'xy' } = readOptions(op, options, { indexing: true });
  requireOneOf(op, 'indexing', indexing, ['xy', 'ij']);
  if (x === undefined) return [];
  const first = asLine(op, 'x', x);
  if (y === undefined) return [first];
  const second = asLine(op, 'y', y);
  const shape = indexing === 'xy' ? [second.size, first.size] : [first.size, second.size];
  requireElements(op, 'result', shape);
  const columns = indexing === 'xy' ? first : second;
  const rows = indexing === 'xy' ? second : first;
  const along = broadcastTo(reshape(columns, [1, columns.size]), shape);
  const down = broadcastTo(reshape(rows, [rows.size, 1]), shape);
  return indexing === 'xy' ? [along, down] : [down, along];
}

function asLine(op: string, argument: string, x: TensorLike): Tensor {
  const input = asTensor(x, argument, op);
  return reshape(input, [input.size]);
}

/**
 * The windows of images, each laid out along the channels, as TensorFlow's `image.extract_patches`.
 *
 * @param images - shape (b, h, w, c)
 * @param size - height and width of a window
 * @param strides - steps of the window
 * @param rates - distances of the pixels in a window
 * @param padding - `valid`, or `same` with zeros around
 * @returns shape (b, h', w', size[0] * size[1] * c)
 * @throws ShapeError when `images` has another rank or a window does not fit
 * @throws ArgumentError when an option is none
 * @example extractImagePatches([[[[1], [2], [3]]]], [1, 2], [1, 1]) // [[[[1, 2], [2, 3]]]]
 */
export function extractImagePatches(
  images: TensorLike,
  size: readonly [number, number],
  strides: readonly [number, number],
  rates: readonly [number, number] = [1, 1],
  padding: 'valid' | 'same' = 'valid',
): Tensor {
  const op = 'extractImagePatches';
  const input = asTensor(images, 'images', op);
  if (input.rank !== 4) {
    throw misuse(ShapeError, op, 'images', 'have 4 axes', formatShape(input.shape));
  }
  requireOneOf(op, 'padding', padding, ['valid', 'same']);
  const windows = requirePair(op, 'size', size);
  const steps = requirePair(op, 'strides', strides);
  const dilations = requirePair(op, 'rates', rates);
  const axes = windows.map((window, i) => {
    const moves = { window, step: steps[i], rate: dilations[i], isSame: padding === 'same' };
    return windowAxis(op, input.shape[i + 1], moves);
  });
  const [rows, columns] = axes;
  const margins = axes.map(({ before, after }): [number, number] => [before, after]);
  const padded = pad(input, [[0, 0], ...margins, [0, 0]]);
  const patches = rows.starts.flatMap((top) => {
    const band = takeAt(
      padded,
      rows.places.map((at) => at + top),
      1,
    );
    return columns.starts.map((left) =>
      takeAt(
        band,
        columns.places.map((at) => at + left),
        2,
      ),
    );
  });
  return concat(patches, 3);
}

function requirePair(op: string, argument: string, given: unknown): readonly number[] {
  if (!Array.isArray(given) || given.length !== 2) {
    throw misuse(ArgumentError, op, argument, 'be a pair of integers', formatValue(given));
  }
  return Array.from(given, (one) => requireInteger(op, argument, one, { min: 1 }));
}

interface WindowAxis {
  readonly before: number;
  readonly after: number;
  /** Where the windows begin, and where the pixels stand in a window. */
  readonly places: readonly number[];
  readonly starts: readonly number[];
}

function windowAxis(
  op: string,
  length: number,
  { window, step, rate, isSame }: { window: number; step: number; rate: number; isSame: boolean },
): WindowAxis {
  const reach = (window - 1) * rate + 1;
  const count = isSame ? Math.ceil(length / step) : Math.floor((length - reach) / step) + 1;
  if (count < 1 && !isSame) {
    const condition = `fit into ${String(length)} pixels`;
    throw misuse(ShapeError, op, 'size', condition, String(reach));
  }
  const total = isSame ? Math.max(0, (count - 1) * step + reach - length) : 0;
  return {
    before: Math.floor(total / 2),
    after: total - Math.floor(total / 2),
    places: Array.from({ length: count }, (_, i) => i * step),
    starts: Array.from({ length: window }, (_, i) => i * rate),
  };
}
