import { ArgumentError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { requireInteger, requireOneOf } from '../base/options.ts';
import type { Shape } from '../base/shape.ts';
import { requireAxis, requireElements, sizeOf, specOf } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { ownedTensor } from '../core/tensor.ts';
import { gather } from '../ops/indexing.ts';
import { pad, slice } from '../ops/slicing.ts';
import { reshape, transpose } from '../ops/structural.ts';

/** The elements of an axis at constant places, in any order and as often as wanted. */
export function takeAt(x: Tensor, places: readonly number[], axis: number): Tensor {
  const indices = ownedTensor(specOf([places.length], 'int32'), Int32Array.from(places));
  return gather(x, indices, axis);
}

const places = (length: number, at: (i: number) => number): number[] =>
  Array.from({ length }, (_, i) => at(i));

/**
 * `x` with its elements moved on along axes; what falls out at the end comes in at the front.
 *
 * @param shift - by how many places, also negative; one for each axis
 * @param axis - which axes, as many as shifts
 * @throws AxisError when an axis is outside the rank
 * @throws ArgumentError when shifts are no integers, or not as many as axes
 * @example roll([1, 2, 3], 1, 0) // [3, 1, 2]
 */
export function roll(
  x: TensorLike,
  shift: number | readonly number[],
  axis: number | readonly number[],
): Tensor {
  const op = 'roll';
  let result = asTensor(x, 'x', op);
  const shifts = [shift].flat();
  const axes = [axis].flat();
  if (shifts.length !== axes.length) {
    const condition = `be as many as axes, ${String(axes.length)}`;
    throw misuse(ArgumentError, op, 'shift', condition, formatValue(shift));
  }
  axes.forEach((one, i) => {
    const at = requireAxis(op, one, result.rank);
    const by = requireInteger(op, 'shift', shifts[i]);
    const length = result.shape[at];
    if (length === 0) return;
    const from = places(length, (k) => (((k - by) % length) + length) % length);
    result = takeAt(result, from, at);
  });
  return result;
}

/**
 * `x` with mirrored elements around it.
 *
 * @param paddings - how many before and after along each axis
 * @param mode - `reflect`: mirrored about the centre of the border element, which does not come twice;
 *   `symmetric`: about its edge
 * @throws ShapeError when there is no pair for each axis, or one is larger than the axis allows
 * @throws ArgumentError when a number is no integer of at least 0, or `mode` is unknown
 * @example mirrorPad([1, 2, 3], [[2, 1]], 'reflect') // [3, 2, 1, 2, 3, 2]
 * @example mirrorPad([1, 2, 3], [[2, 1]], 'symmetric') // [2, 1, 1, 2, 3, 3]
 */
export function mirrorPad(
  x: TensorLike,
  paddings: readonly (readonly [number, number])[],
  mode: 'reflect' | 'symmetric',
): Tensor {
  const op = 'mirrorPad';
  let result = asTensor(x, 'x', op);
  requireOneOf(op, 'mode', mode, ['reflect', 'symmetric']);
  if (!Array.isArray(paddings) || paddings.length !== result.rank) {
    const condition = `hold a pair for each axis of x ${formatShape(result.shape)}`;
    throw misuse(ShapeError, op, 'paddings', condition, formatValue(paddings));
  }
  const skipped = mode === 'reflect' ? 1 : 0;
  const pairs = requirePairs(op, 'paddings', paddings);
  pairs.forEach((pair, axis) => {
    const length = result.shape[axis];
    if (Math.max(...pair) > Math.max(0, length - skipped)) {
      const condition = `be at most ${String(length - skipped)} along axis ${String(axis)}`;
      throw misuse(ShapeError, op, 'paddings', condition, formatShape(pair));
    }
  });
  pairs.forEach(([before, after], axis) => {
    const length = result.shape[axis];
    if (before + after === 0) return;
    const at = (i: number): number => {
      if (i < before) return before - i - 1 + skipped;
      const over = i - before - length;
      return over < 0 ? i - before : length - 1 - skipped - over;
    };
    result = takeAt(result, places(before + length + after, at), axis);
  });
  return result;
}

function requirePairs(
  op: string,
  argument: string,
  pairs: readonly unknown[],
): readonly (readonly [number, number])[] {
  return pairs.map((pair) => {
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw misuse(ShapeError, op, argument, 'hold pairs', formatValue(pair));
    }
    const list = pair as readonly unknown[];
    return [
      requireInteger(op, argument, list[0], { min: 0 }),
      requireInteger(op, argument, list[1], { min: 0 }),
    ];
  });
}

/**
 * `x` with each element along an axis several times in a row.
 *
 * @param repeats - how often: one number for all, or one for each
 * @param axis - along which; if absent, all elements are laid out along one axis first
 * @throws AxisError when `axis` is outside the rank
 * @throws ArgumentError when `repeats` does not hold integers of at least 0, one or one for each
 * @example repeat([1, 2], 2) // [1, 1, 2, 2]
 * @example repeat([[1], [2]], [1, 2], 0) // [[1], [2], [2]]
 */
export function repeat(
  x: TensorLike,
  repeats: number | readonly number[],
  axis?: number | null,
): Tensor {
  const op = 'repeat';
  const given = asTensor(x, 'x', op);
  const input = axis === undefined || axis === null ? reshape(given, [given.size]) : given;
  const at = requireAxis(op, axis ?? 0, input.rank);
  const length = input.shape[at];
  const counts = Array.isArray(repeats)
    ? (repeats as readonly unknown[])
    : new Array<unknown>(length).fill(repeats);
  if (counts.length !== length) {
    const condition = `be one number or ${String(length)}`;
    throw misuse(ArgumentError, op, 'repeats', condition, formatValue(repeats));
  }
  requireInteger(op, 'repeats', Array.isArray(repeats) ? 0 : repeats, { min: 0 });
  const wanted = Array.from(counts, (count) => requireInteger(op, 'repeats', count, { min: 0 }));
  const total = wanted.reduce((sum, count) => sum + count, 0);
  requireElements(
    op,
    'result',
    input.shape.map((size, i) => (i === at ? total : size)),
  );
  const places = wanted.flatMap((count, i) => new Array<number>(count).fill(i));
  return takeAt(input, places, at);
}

/**
 * Blocks of spatial axes laid into the batch: what undoes `batchToSpaceND`.
 *
 * @param x - shape (b, ...spatial, ...rest)
 * @param blockShape - sizes of a block along each spatial axis
 * @param paddings - zeros before and after along each spatial axis; the blocks must divide the sum
 * @returns shape (b * blocks, ...spatial / block, ...rest)
 * @throws ShapeError when the ranks do not fit or a block does not divide its axis
 * @throws ArgumentError when a number is no integer
 * @example spaceToBatchND([[[1], [2]]], [2], [[0, 0]]) // [[[1]], [[2]]]
 */
export function spaceToBatchND(
  x: TensorLike,
  blockShape: readonly number[],
  paddings: readonly (readonly number[])[],
): Tensor {
  const op = 'spaceToBatchND';
  const input = asTensor(x, 'x', op);
  const blocks = requireBlocks(op, blockShape, input, 'paddings', paddings);
  const pairs = requirePairs(op, 'paddings', paddings);
  const none = (count: number): [number, number][] => Array.from({ length: count }, () => [0, 0]);
  const rest = input.rank - 1 - blocks.length;
  const padded = pad(input, [
    ...none(1),
    ...pairs.map(([a, b]): [number, number] => [a, b]),
    ...none(rest),
  ]);
  const [batch, ...sizes] = padded.shape;
  const split = blocks.flatMap((block, i) => {
    if (sizes[i] % block !== 0) {
      const condition = `divide the padded size ${String(sizes[i])} of axis ${String(i + 1)}`;
      throw misuse(ShapeError, op, 'blockShape', condition, String(block));
    }
    return [sizes[i] / block, block];
  });
  const tail = sizes.slice(blocks.length);
  const apart = reshape(padded, [batch, ...split, ...tail]);
  const inner = blocks.map((_, i) => 2 * i + 2);
  const outer = blocks.map((_, i) => 2 * i + 1);
  const after = tail.map((_, i) => 1 + split.length + i);
  const moved = transpose(apart, [...inner, 0, ...outer, ...after]);
  const count = sizeOf(blocks);
  return reshape(moved, [batch * count, ...blocks.map((block, i) => sizes[i] / block), ...tail]);
}

function requireBlocks(
  op: string,
  blockShape: readonly number[],
  x: Tensor,
  argument: string,
  pairs: readonly unknown[],
): readonly number[] {
  if (!Array.isArray(blockShape) || blockShape.length >= x.rank) {
    const condition = `hold fewer sizes than the ${String(x.rank)} axes of x`;
    throw misuse(ShapeError, op, 'blockShape', condition, formatValue(blockShape));
  }
  if (!Array.isArray(pairs) || pairs.length !== blockShape.length) {
    const condition = `hold a pair for each of the ${String(blockShape.length)} blocks`;
    throw misuse(ShapeError, op, argument, condition, formatValue(pairs));
  }
  return blockShape.map((block) => requireInteger(op, 'blockShape', block, { min: 1 }));
}

/**
 * The batch laid out as blocks of spatial axes: what undoes `spaceToBatchND`.
 *
 * @param x - shape (b, ...spatial, ...rest)
 * @param blockShape - sizes of a block along each spatial axis; their product divides b
 * @param crops - what is cut off before and after along each spatial axis
 * @returns shape (b / blocks, ...spatial * block - crops, ...rest)
 * @throws ShapeError when the ranks do not fit, the blocks do not divide b, or more is cut than there is
 * @throws ArgumentError when a number is no integer
 * @example batchToSpaceND([[[1]], [[2]]], [2], [[0, 0]]) // [[[1], [2]]]
 */
export function batchToSpaceND(
  x: TensorLike,
  blockShape: readonly number[],
  crops: readonly (readonly number[])[],
): Tensor {
  const op = 'batchToSpaceND';
  const input = asTensor(x, 'x', op);
  const blocks = requireBlocks(op, blockShape, input, 'crops', crops);
  const pairs = requirePairs(op, 'crops', crops);
  const count = sizeOf(blocks);
  const [batch, ...sizes] = input.shape;
  if (batch % count !== 0) {
    const condition = `have a product that divides the batch of ${String(batch)}`;
    throw misuse(ShapeError, op, 'blockShape', condition, formatShape(blocks));
  }
  const m = blocks.length;
  const apart = reshape(input, [...blocks, batch / count, ...sizes]);
  const order = blocks.flatMap((_, i) => [m + 1 + i, i]);
  const after = sizes.slice(m).map((_, i) => 2 * m + 1 + i);
  const moved = transpose(apart, [m, ...order, ...after]);
  const whole = [batch / count, ...sizes.map((size, i) => (i < m ? size * blocks[i] : size))];
  const begin = whole.map((_, i) => (i > 0 && i <= m ? pairs[i - 1][0] : 0));
  const size = whole.map((length, i) => {
    const kept = i > 0 && i <= m ? length - pairs[i - 1][0] - pairs[i - 1][1] : length;
    if (kept >= 0) return kept;
    const condition = `leave something of the ${String(length)} cells of axis ${String(i)}`;
    throw misuse(ShapeError, op, 'crops', condition, formatShape(pairs[i - 1]));
  });
  return slice(reshape(moved, whole), begin, size);
}

interface Picture {
  readonly x: Tensor;
  readonly restore: (y: Tensor) => Tensor;
}

function asPicture(op: string, x: TensorLike, dataFormat: string): Picture {
  const input = asTensor(x, 'x', op);
  const format = requireOneOf(op, 'dataFormat', dataFormat as 'NHWC', ['NHWC', 'NCHW'] as const);
  if (input.rank !== 4) {
    throw misuse(ShapeError, op, 'x', 'have 4 axes', formatShape(input.shape));
  }
  if (format === 'NHWC') return { x: input, restore: (y) => y };
  return {
    x: transpose(input, [0, 2, 3, 1]),
    restore: (y) => transpose(y, [0, 3, 1, 2]),
  };
}

/**
 * Channels laid out as blocks of pixels.
 *
 * @param x - shape (b, h, w, c)
 * @param blockSize - side of a block in pixels, at least 2; its square divides c
 * @param dataFormat - `NHWC`, or `NCHW` for channels before the spatial axes
 * @returns shape (b, h * blockSize, w * blockSize, c / blockSize²)
 * @throws ShapeError when `x` has another rank or the channels do not divide
 * @throws ArgumentError when `blockSize` is no integer of at least 2
 * @example depthToSpace([[[[1, 2, 3, 4]]]], 2) // [[[[1], [2]], [[3], [4]]]]
 */
export function depthToSpace(
  x: TensorLike,
  blockSize: number,
  dataFormat: 'NHWC' | 'NCHW' = 'NHWC',
): Tensor {
  const op = 'depthToSpace';
  const picture = asPicture(op, x, dataFormat);
  const block = requireInteger(op, 'blockSize', blockSize, { min: 2 });
  const [batch, height, width, channels] = picture.x.shape;
  const depth = channels / block ** 2;
  if (!Number.isInteger(depth)) {
    const condition = `have a square that divides the ${String(channels)} channels`;
    throw misuse(ShapeError, op, 'blockSize', condition, String(block));
  }
  const apart = reshape(picture.x, [batch, height, width, block, block, depth]);
  const moved = transpose(apart, [0, 1, 3, 2, 4, 5]);
  return picture.restore(reshape(moved, [batch, height * block, width * block, depth]));
}

/**
 * Blocks of pixels laid into channels: what undoes `depthToSpace`.
 *
 * @param x - shape (b, h, w, c)
 * @param blockSize - side of a block in pixels, at least 2; it divides h and w
 * @param dataFormat - `NHWC`, or `NCHW` for channels before the spatial axes
 * @returns shape (b, h / blockSize, w / blockSize, c * blockSize²)
 * @throws ShapeError when `x` has another rank or the pixels do not divide
 * @throws ArgumentError when `blockSize` is no integer of at least 2
 * @example spaceToDepth([[[[1], [2]], [[3], [4]]]], 2) // [[[[1, 2, 3, 4]]]]
 */
export function spaceToDepth(
  x: TensorLike,
  blockSize: number,
  dataFormat: 'NHWC' | 'NCHW' = 'NHWC',
): Tensor {
  const op = 'spaceToDepth';
  const picture = asPicture(op, x, dataFormat);
  const block = requireInteger(op, 'blockSize', blockSize, { min: 2 });
  const [batch, height, width, channels] = picture.x.shape;
  const [rows, columns] = [height / block, width / block];
  if (!Number.isInteger(rows) || !Number.isInteger(columns)) {
    const condition = `divide the ${String(height)} by ${String(width)} pixels`;
    throw misuse(ShapeError, op, 'blockSize', condition, String(block));
  }
  const apart = reshape(picture.x, [batch, rows, block, columns, block, channels]);
  const moved = transpose(apart, [0, 1, 3, 2, 4, 5]);
  return picture.restore(reshape(moved, [batch, rows, columns, channels * block ** 2]));
}

/**
 * Whether each place along a new last axis lies before a length: a mask for padded sequences.
 *
 * @param lengths - int32 or an array of integers
 * @param maxLength - size of the new axis; the largest length if absent
 * @throws ArgumentError when `maxLength` is no integer of at least 0
 * @example sequenceMask([1, 3]) // [[1, 0, 0], [1, 1, 1]]
 */
export function sequenceMask(lengths: TensorLike, maxLength?: number): Tensor {
  const op = 'sequenceMask';
  const counts = asTensor(lengths, 'lengths', op);
  const list = Array.from(counts.dataSync());
  const longest = maxLength ?? Math.max(0, ...list);
  const width = requireInteger(op, 'maxLength', longest, { min: 0 });
  const shape: Shape = [...counts.shape, width];
  requireElements(op, 'result', shape);
  const values = new Uint8Array(sizeOf(shape));
  values.forEach((_, at) => {
    values[at] = at % width < list[Math.floor(at / width)] ? 1 : 0;
  });
  return ownedTensor(specOf(shape, 'bool'), values);
}
