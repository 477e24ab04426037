/** Tensors as text: nested brackets in columns, shortened to what fits a screen. */

import type { DType, Values } from './dtype.ts';
import { isComplex, isFloat, realDType } from './dtype.ts';
import { formatShape } from './format.ts';
import type { Shape } from './shape.ts';
import { sizeOf } from './shape.ts';

export interface PrintOptions {
  /** Most decimals of a float; 4 unless told. */
  readonly precision?: number;
  /** How many entries of each axis to show at either end of a shortened tensor; 3 unless told. */
  readonly edgeItems?: number;
  /** Tensors of more elements are shortened; 1000 unless told, Infinity for all of them. */
  readonly threshold?: number;
  /** Columns before a row is broken; 80 unless told. */
  readonly lineWidth?: number;
  /** Most characters altogether; 1000 unless told, or no limit where threshold or edgeItems is given. */
  readonly maxLength?: number;
  /** Colours one number, as the option of that name of Node's `inspect`. */
  readonly stylize?: (text: string, style: 'number') => string;
}

/**
 * dtype, shape and values, on one line if they fit.
 *
 * @example formatTensor(Float32Array.of(1, 2.5), [2], 'float32') // 'Tensor float32 [2] [1, 2.5]'
 */
export function formatTensor(
  values: Values,
  shape: Shape,
  dtype: DType,
  options: PrintOptions = {},
): string {
  const head = `Tensor ${dtype} ${formatShape(shape)}`;
  const settings = settle(options);
  const body = print(values, shape, dtype, {
    ...settings,
    maxLength: settings.maxLength - head.length - 1,
  });
  const isShort =
    !body.text.includes('\n') && head.length + 1 + body.text.length <= settings.lineWidth;
  return `${head}${isShort ? ' ' : '\n'}${body.styled()}`;
}

/**
 * Values as nested arrays that can be pasted into a program unless shortened. Reads no more
 * elements than it prints.
 *
 * @example formatValues(Int32Array.of(1, 20, 3, 4), [2, 2], 'int32') // '[[ 1, 20],\n [ 3,  4]]'
 */
export function formatValues(
  values: Values,
  shape: Shape,
  dtype: DType,
  options: PrintOptions = {},
): string {
  return print(values, shape, dtype, settle(options)).styled();
}

type Stylize = (text: string, style: 'number') => string;

interface Settings {
  readonly precision: number;
  readonly edgeItems: number;
  readonly threshold: number;
  readonly lineWidth: number;
  readonly maxLength: number;
  readonly stylize: Stylize | undefined;
}

function settle(options: PrintOptions): Settings {
  const { precision = 4, edgeItems = 3, threshold = 1000, lineWidth = 80, stylize } = options;
  const isLimited = options.threshold === undefined && options.edgeItems === undefined;
  const { maxLength = isLimited ? 1000 : Infinity } = options;
  return {
    precision: Math.min(Math.max(Math.trunc(precision), 0), 20),
    edgeItems: Math.max(Math.trunc(edgeItems), 1),
    threshold,
    lineWidth,
    maxLength,
    stylize,
  };
}

/** A text as it is measured, and the same in colours. */
interface Printed {
  readonly text: string;
  readonly styled: () => string;
}

function print(values: Values, shape: Shape, dtype: DType, settings: Settings): Printed {
  if (sizeOf(shape) === 0) return { text: '[]', styled: () => '[]' };
  for (const shown of plans(shape, settings)) {
    // An element takes two characters at least: what cannot fit need not be tried.
    const count = shown.reduce(
      (product, positions) => product * positions.filter(isInside).length,
      1,
    );
    if (2 * count > settings.maxLength + 2) continue;
    const printed = printPage(
      formatElements(values, pick(shape, shown), dtype, settings.precision),
      shown,
      settings,
    );
    if (printed.text.length <= settings.maxLength) return printed;
  }
  return { text: '[...]', styled: () => '[...]' };
}

// One line is shortest without padding; several lines need columns.
function printPage(
  cells: readonly string[],
  shown: Shown,
  { lineWidth, stylize }: Settings,
): Printed {
  let page: Page = { cells, shown, width: 0, lineWidth };
  const isOneRow = shown.slice(0, -1).every((positions) => positions.length === 1);
  let text = isOneRow ? layOut(page) : '\n';
  if (text.includes('\n')) {
    const aligned = alignPoints(cells);
    page = { ...page, cells: aligned, width: longest(aligned) };
    text = layOut(page);
  }
  return { text, styled: () => (stylize === undefined ? text : layOut(page, stylize)) };
}

/** Stands for the positions left out. */
const gap = -1;

function isInside(position: number): boolean {
  return position !== gap;
}

/** For each axis the positions to show, with a `gap` where some are left out. */
type Shown = readonly (readonly number[])[];

/** What to show: everything if that is allowed, then less and less of it. */
function* plans(shape: Shape, { edgeItems, threshold, maxLength }: Settings): Generator<Shown> {
  const edges = (edgeOf: (axis: number) => number): Shown =>
    shape.map((size, axis) => ends(size, edgeOf(axis), edgeOf(axis)));
  if (sizeOf(shape) <= threshold) yield edges(() => Infinity);
  if (maxLength === Infinity) yield edges(() => edgeItems);
  const most = Math.min(edgeItems, maxLength);
  for (let edge = most; edge > 1; edge--) yield edges(() => edge);
  for (let edge = most; edge > 1; edge--)
    yield edges((axis) => (axis < shape.length - 2 ? 1 : edge));
  yield edges(() => 1);
  for (let outer = 1; outer <= shape.length; outer++) {
    yield shape.map((size, axis) => ends(size, 1, axis < outer ? 0 : 1));
  }
}

function ends(size: number, head: number, tail: number): number[] {
  if (head + tail >= size) return Array.from({ length: size }, (_, i) => i);
  const first = Array.from({ length: head }, (_, i) => i);
  const last = Array.from({ length: tail }, (_, i) => size - tail + i);
  return [...first, gap, ...last];
}

/** The places of the elements to show, in order. */
function pick(shape: Shape, shown: Shown): number[] {
  let offsets = [0];
  shown.forEach((positions, axis) => {
    const inside = positions.filter(isInside);
    offsets = offsets.flatMap((offset) =>
      inside.map((position) => offset * shape[axis] + position),
    );
  });
  return offsets;
}

interface Page {
  readonly cells: readonly string[];
  readonly shown: Shown;
  /** Cells are filled up to it from the left. */
  readonly width: number;
  readonly lineWidth: number;
}

function layOut(
  { cells, shown, width, lineWidth }: Page,
  stylize: Stylize = (text) => text,
): string {
  const rank = shown.length;
  let next = 0;
  const cell = (): string => {
    const text = cells[next++];
    return ' '.repeat(Math.max(0, width - text.length)) + stylize(text, 'number');
  };
  const row = (positions: readonly number[]): string => {
    let text = '';
    let column = rank;
    positions.forEach((position, i) => {
      const length = position === gap ? 3 : Math.max(width, cells[next].length);
      // Leaves room for the closing brackets after any entry, so that none is alone on its line for them.
      const isFull = i > 0 && column + 2 + length + rank > lineWidth;
      if (i > 0) text += isFull ? `,\n${' '.repeat(rank)}` : ', ';
      column = isFull ? rank + length : column + length + (i > 0 ? 2 : 0);
      text += position === gap ? '...' : cell();
    });
    return `[${text}]`;
  };
  const block = (axis: number): string => {
    if (axis === rank - 1) return row(shown[axis]);
    const separator = `,${axis === rank - 2 ? '\n' : '\n\n'}${' '.repeat(axis + 1)}`;
    return `[${shown[axis].map((position) => (position === gap ? '...' : block(axis + 1))).join(separator)}]`;
  };
  return rank === 0 ? cell() : block(0);
}

function formatElements(
  values: Values,
  places: readonly number[],
  dtype: DType,
  precision: number,
): string[] {
  if (!isComplex(dtype)) {
    const numbers = places.map((at) => values[at]);
    return formatNumbers(numbers, dtype, precision);
  }
  const [re, im] = [0, 1].map((part) =>
    formatNumbers(
      places.map((at) => values[2 * at + part]),
      realDType(dtype),
      precision,
    ),
  );
  return re.map((text, i) => `${text}${im[i].startsWith('-') ? '' : '+'}${im[i]}i`);
}

function formatNumbers(numbers: readonly number[], dtype: DType, precision: number): string[] {
  if (dtype === 'bool') return numbers.map((x) => (x === 0 ? 'false' : 'true'));
  if (!isFloat(dtype)) return numbers.map(String);
  const shortest = dtype === 'float32' ? numbers.map(shortestFloat32) : numbers;
  const isScientific = needsExponent(shortest, dtype === 'float32' ? 1e8 : 1e15, precision);
  return shortest.map((x) => {
    if (Object.is(x, -0)) return '-0';
    if (x === 0 || !Number.isFinite(x)) return String(x);
    return isScientific ? scientific(x, precision) : fixed(x, precision);
  });
}

/** The number of fewest digits that is `x` in float32: 0.1 rather than 0.10000000149011612. */
function shortestFloat32(x: number): number {
  if (Number.isInteger(x) && Math.abs(x) < 2 ** 24) return x;
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(x.toPrecision(digits));
    if (Math.fround(short) === x) return short;
  }
  return Number.isFinite(x) ? Number(x.toPrecision(9)) : x;
}

/** Whether decimals would be too long for the largest, or hide the digits of the smallest number. */
function needsExponent(
  numbers: readonly number[],
  largestInteger: number,
  precision: number,
): boolean {
  const finite = numbers.filter((x) => x !== 0 && Number.isFinite(x));
  const limit = finite.every(Number.isInteger) ? largestInteger : 1e8;
  const small = Math.min(1, 10 ** (1 - precision));
  return finite.some((x) => {
    const size = Math.abs(x);
    return size >= limit || (size < small && Number(x.toFixed(precision)) !== x);
  });
}

function fixed(x: number, precision: number): string {
  const shortest = String(x);
  if (decimalsOf(shortest) <= precision && !shortest.includes('e')) return shortest;
  const text = x.toFixed(precision);
  return precision === 0 ? text : text.replace(/\.?0+$/, '');
}

function scientific(x: number, precision: number): string {
  const shortest = x.toExponential();
  return decimalsOf(shortest) <= precision
    ? shortest
    : x.toExponential(precision).replace(/\.?0+e/, 'e');
}

/** Fills up with zeros, so that numbers that end in one column have their points in one column. */
function alignPoints(cells: readonly string[]): string[] {
  const most = cells.reduce((decimals, cell) => Math.max(decimals, decimalsOf(cell)), 0);
  return cells.map((cell) => {
    const decimals = decimalsOf(cell);
    // A complex number has two points, which cannot both be aligned so.
    if (decimals === most || !/\d$/.test(cell)) return cell;
    const filler = (decimals === 0 ? '.' : '') + '0'.repeat(most - decimals);
    return cell.replace(/e|$/, (end) => filler + end);
  });
}

function decimalsOf(cell: string): number {
  return /\.(\d+)/.exec(cell)?.[1].length ?? 0;
}

function longest(cells: readonly string[]): number {
  return cells.reduce((most, cell) => Math.max(most, cell.length), 0);
}
