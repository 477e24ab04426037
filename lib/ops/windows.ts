import { ArgumentError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { requireInteger, requireOneOf } from '../base/options.ts';
import type { Shape } from '../base/shape.ts';
import type { Tensor } from '../core/tensor.ts';
import type { WindowParams } from '../kernels/windows.ts';
import { reshape, transpose } from './structural.ts';

/*
 * What convolutions, pools and dilations share: how a window moves, and where the channels stand.
 * Ops work on (batch, ...spatial, channels); other layouts are transposed at the door.
 */

/** Padding: cells on each side, none, as many as keep the size, or pairs for every axis. */
export type Padding = number | 'valid' | 'same' | readonly (readonly [number, number])[];

/** What to do with a size that is no integer: cut, unless told. */
export type RoundingMode = 'floor' | 'round' | 'ceil';

/** One number for all spatial axes, or one for each; null for 1. */
export type PerAxis = number | readonly number[] | null;

export function perAxis(
  op: string,
  argument: string,
  given: PerAxis,
  count: number,
): readonly number[] {
  const list: readonly unknown[] = Array.isArray(given)
    ? given
    : new Array<number>(count).fill((given as number | null) ?? 1);
  if (!Array.isArray(list) || list.length !== count) {
    const condition = `be one integer or ${String(count)}`;
    throw misuse(ArgumentError, op, argument, condition, formatValue(given));
  }
  // From, for holes: map would leave them as they are.
  return Array.from(list, (one) => requireInteger(op, argument, one, { min: 1 }));
}

interface Moves {
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pad: Padding;
  readonly roundingMode?: RoundingMode | undefined;
  readonly channelsFirst?: boolean;
}

/** The way of a window over spatial axes; throws where it does not fit. */
export function windowOver(op: string, input: readonly number[], moves: Moves): WindowParams {
  const { window, strides, dilations, pad } = moves;
  const reach = window.map((size, i) => (size - 1) * dilations[i] + 1);
  const pads = padsOf(op, input, reach, moves);
  const output = input.map((size, i) => {
    const [before, after] = pads[i];
    const free = size + before + after - reach[i];
    const count =
      pad === 'same' ? Math.ceil(size / strides[i]) : rounded(free / strides[i], moves) + 1;
    if (count < 0 || (free < 0 && pad !== 'same')) {
      const condition = `fit into the input ${formatShape(input)} with its padding`;
      throw misuse(ShapeError, op, 'filter', condition, formatShape(reach));
    }
    return count;
  });
  return { input, window, strides, dilations, before: pads.map(([before]) => before), output };
}

function rounded(size: number, { roundingMode }: Moves): number {
  return roundingMode === undefined ? Math.trunc(size) : Math[roundingMode](size);
}

function padsOf(
  op: string,
  input: readonly number[],
  reach: readonly number[],
  { strides, pad, roundingMode, channelsFirst }: Moves,
): readonly (readonly [number, number])[] {
  if (roundingMode !== undefined) {
    requireOneOf(op, 'dimRoundingMode', roundingMode, ['floor', 'round', 'ceil']);
    if (typeof pad === 'string') {
      const condition = `be a number or pairs of numbers with dimRoundingMode`;
      throw misuse(ArgumentError, op, 'pad', condition, formatValue(pad));
    }
  }
  if (pad === 'valid') return input.map(() => [0, 0]);
  if (pad === 'same') {
    return input.map((size, i) => {
      const total = Math.max(0, (Math.ceil(size / strides[i]) - 1) * strides[i] + reach[i] - size);
      return [Math.floor(total / 2), total - Math.floor(total / 2)];
    });
  }
  if (typeof pad === 'number') {
    const cells = requireInteger(op, 'pad', pad, { min: 0 });
    return input.map(() => [cells, cells]);
  }
  return explicitPads(op, pad, input.length, channelsFirst === true);
}

function explicitPads(
  op: string,
  pad: unknown,
  count: number,
  channelsFirst: boolean,
): readonly (readonly [number, number])[] {
  // TensorFlow.js takes conv1d for a conv2d over one row, which four pairs may pad by nothing.
  const isOfRow = count === 1 && Array.isArray(pad) && pad.length === 4 && isNothing(pad[1]);
  const list: unknown = isOfRow ? pad.filter((_, i) => i !== 1) : pad;
  // From, for holes: every would pass them by.
  const isList =
    Array.isArray(list) &&
    list.length === count + 2 &&
    Array.from(list as readonly unknown[]).every(Array.isArray);
  if (!isList) {
    const condition = `be 'valid', 'same', a number or ${String(count + 2)} pairs`;
    throw misuse(ArgumentError, op, 'pad', condition, formatValue(pad));
  }
  const pairs = (list as readonly (readonly unknown[])[]).map((pair) =>
    [0, 1].map((side) => requireInteger(op, 'pad', pair[side], { min: 0 })),
  );
  const first = channelsFirst ? 2 : 1;
  const others = pairs.filter((_, i) => i < first || i >= first + count);
  if (others.some(([before, after]) => before + after > 0)) {
    const condition = 'leave batch and channels as they are';
    throw misuse(ArgumentError, op, 'pad', condition, formatValue(pad));
  }
  return pairs.slice(first, first + count).map(([before, after]) => [before, after]);
}

function isNothing(pair: unknown): boolean {
  return Array.isArray(pair) && pair.every((cells) => cells === 0);
}

/** An input brought to (batch, ...spatial, channels), and the way back for results. */
export interface Layout {
  readonly x: Tensor;
  readonly restore: (y: Tensor) => Tensor;
}

/** Adds a batch axis where there is none, and puts the channels last. */
export function channelsLast(
  op: string,
  x: Tensor,
  spatial: number,
  channelsFirst: boolean,
): Layout {
  const isSingle = x.rank === spatial + 1;
  if (!isSingle && x.rank !== spatial + 2) {
    const condition = `have rank ${String(spatial + 2)}, or rank ${String(spatial + 1)} without a batch`;
    throw misuse(ShapeError, op, 'x', condition, formatShape(x.shape));
  }
  const batch = isSingle ? reshape(x, [1, ...x.shape]) : x;
  const back = (y: Tensor): Tensor => (isSingle ? reshape(y, y.shape.slice(1)) : y);
  if (!channelsFirst) return { x: batch, restore: back };
  const axes = Array.from({ length: spatial }, (_, i) => i);
  return {
    x: transpose(batch, [0, ...axes.map((i) => i + 2), 1]),
    restore: (y) => back(transpose(y, [0, spatial + 1, ...axes.map((i) => i + 1)])),
  };
}

/** The spatial sizes of (batch, ...spatial, channels). */
export function spatialOf(shape: Shape): readonly number[] {
  return shape.slice(1, -1);
}

/** Checks the name of a layout; whether the channels come first. */
export function isChannelsFirst(
  op: string,
  format: unknown,
  choices: readonly [string, string],
): boolean {
  return requireOneOf(op, 'dataFormat', format as string, choices) === choices[1];
}
