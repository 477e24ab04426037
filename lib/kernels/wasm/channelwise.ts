import type { Values } from '../../base/dtype.ts';
import type { WindowParams } from '../windows.ts';
import { cellsUnder, productOf } from '../windows.ts';
import type { Body, FunctionSource, Local } from './assembler.ts';
import { defineFunction, forRange } from './assembler.ts';
import type { Effect, I32, V128, VectorFloat } from './code.ts';
import { i32, v128, vectors32, vectors64 } from './code.ts';
import type { KernelFunction } from './engine.ts';
import { compile, fitsScratch, isAvailable, isEnough, isFused, mark, release } from './engine.ts';
import { reserve, scratch } from './engine.ts';
import type { ImageLayout, Images } from './images.ts';
import { bytesOfImages, clearImages, layoutOf, reserveImages } from './images.ts';
import { stageImages, takeImages } from './images.ts';
import { roundUp } from './products.ts';
import { advance, zero } from './rows.ts';
import type { Floats } from './staging.ts';
import { copyIn, copyOut, isDouble } from './staging.ts';

/*
 * Windows in which each channel is for itself: depthwise convolutions, means, and their gradients.
 * Vectors run along the channels. Where a channel has several filters, its cells are repeated.
 */

/** What windows do to these images, whose cells have `width` bytes with their repetitions. */
export interface Channelwise {
  readonly layout: ImageLayout;
  readonly batch: number;
  readonly multiplier: number;
  readonly width: number;
}

/** (places, end, taps, end, width, factors, cotangents or results) */
const params = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;

interface Functions {
  readonly weigh: KernelFunction;
  readonly weighBack: KernelFunction;
  readonly correlate: KernelFunction;
  readonly average: KernelFunction;
  readonly averageBack: KernelFunction;
}

const made: (Functions | undefined)[] = [];

function functionsFor(x: Floats): Functions {
  const fused = isFused();
  const index = (isDouble(x) ? 2 : 0) + (fused ? 1 : 0);
  return (made[index] ??= compiled(isDouble(x) ? vectors64(fused) : vectors32(fused)));
}

function compiled(f: VectorFloat): Functions {
  const functions = compile([
    forward(f, 'weigh', true),
    back(f, 'weighBack', true),
    correlation(f),
    forward(f, 'average', false),
    back(f, 'averageBack', false),
  ]);
  return {
    weigh: functions['weigh'],
    weighBack: functions['weighBack'],
    correlate: functions['correlate'],
    average: functions['average'],
    averageBack: functions['averageBack'],
  };
}

/** Vectors that are worked on at a time. */
const together = 4;

/** Calls `use` for several vectors of `width` bytes at a time, then for single ones up to `end`. */
function alongCell(
  at: Local<'i32'>,
  width: I32,
  end: I32,
  use: (vectors: number) => readonly Effect[],
): readonly Effect[] {
  const blocks = i32.and(width, i32.const(-16 * together));
  return [
    forRange(at, zero, blocks, 16 * together, use(together)),
    forRange(at, blocks, end, 16, use(1)),
  ];
}

function vectorsOf(body: Body, count: number): readonly Local<'v128'>[] {
  return Array.from({ length: count }, () => body.local('v128'));
}

/** For each place the sum of its cells: weighted, or divided by their number. */
// What is written beyond the end of a place, the next one replaces.
function forward(f: VectorFloat, name: string, isWeighted: boolean): FunctionSource {
  return defineFunction(name, params, (body, table, tableEnd, taps, end, width, factors, y) => {
    const [place, tap, at, cell, weight] = integers(body);
    const each = (count: number): readonly Effect[] => {
      const sums = vectorsOf(body, count);
      const result = (sum: V128): V128 => (isWeighted ? sum : f.div(sum, f.loadSplat(factors.get)));
      return [
        ...sums.map((sum) => sum.set(v128.zero)),
        weight.set(i32.add(factors.get, at.get)),
        forRange(tap, taps.get, end.get, 4, [
          cell.set(i32.add(i32.add(i32.load(place.get), i32.load(tap.get)), at.get)),
          ...sums.map((sum, i) => {
            const value = v128.load(cell.get, 16 * i);
            return sum.set(
              isWeighted
                ? f.multiplyAdd(value, v128.load(weight.get, 16 * i), sum.get)
                : f.add(sum.get, value),
            );
          }),
          advance(weight, width.get),
        ]),
        ...sums.map((sum, i) => v128.store(i32.add(y.get, at.get), result(sum.get), 16 * i)),
      ];
    };
    return [
      forRange(place, table.get, tableEnd.get, 4, [
        ...alongCell(at, width.get, width.get, each),
        advance(y, width.get),
        isWeighted ? [] : advance(factors, i32.const(f.bytes)),
      ]),
    ];
  });
}

/** The adjoint: adds to each cell under a place. */
function back(f: VectorFloat, name: string, isWeighted: boolean): FunctionSource {
  return defineFunction(name, params, (body, table, tableEnd, taps, end, width, factors, g) => {
    const [place, tap, at, cell, weight] = integers(body);
    const whole = i32.and(width.get, i32.const(-16));
    const add = (
      count: number,
      load: (from: I32, offset?: number) => V128,
      store: (to: I32, value: V128, offset: number) => Effect,
    ): readonly Effect[] => {
      const shares = vectorsOf(body, count);
      const share = (value: V128): V128 =>
        isWeighted ? value : f.div(value, f.loadSplat(factors.get));
      return [
        ...shares.map((one, i) => one.set(share(load(i32.add(g.get, at.get), 16 * i)))),
        weight.set(i32.add(factors.get, at.get)),
        forRange(tap, taps.get, end.get, 4, [
          cell.set(i32.add(i32.add(i32.load(place.get), i32.load(tap.get)), at.get)),
          ...shares.map((one, i) => {
            const sum = load(cell.get, 16 * i);
            const own = isWeighted
              ? f.multiplyAdd(one.get, load(weight.get, 16 * i), sum)
              : f.add(one.get, sum);
            return store(cell.get, own, 16 * i);
          }),
          advance(weight, width.get),
        ]),
      ];
    };
    const storeFirst = (to: I32, value: V128): Effect => f.storeLane(to, value, 0, 0);
    return [
      forRange(place, table.get, tableEnd.get, 4, [
        ...alongCell(at, width.get, whole, (count) => add(count, v128.load, v128.store)),
        forRange(at, whole, width.get, f.bytes, add(1, f.loadFirst, storeFirst)),
        advance(g, width.get),
        isWeighted ? [] : advance(factors, i32.const(f.bytes)),
      ]),
    ];
  });
}

/** The gradient of the weights; `factors` is where they are summed, whole vectors for each tap. */
function correlation(f: VectorFloat): FunctionSource {
  return defineFunction(
    'correlate',
    params,
    (body, table, tableEnd, taps, end, width, factors, g) => {
      const [place, tap, at, cell, own] = integers(body);
      const step = i32.and(i32.add(width.get, i32.const(15)), i32.const(-16));
      const each = (count: number): readonly Effect[] => {
        const sums = vectorsOf(body, count);
        const to = i32.add(factors.get, at.get);
        return [
          ...sums.map((sum) => sum.set(v128.zero)),
          own.set(i32.add(g.get, at.get)),
          forRange(place, table.get, tableEnd.get, 4, [
            cell.set(i32.add(i32.add(i32.load(place.get), i32.load(tap.get)), at.get)),
            ...sums.map((sum, i) => {
              const value = v128.load(cell.get, 16 * i);
              return sum.set(f.multiplyAdd(value, v128.load(own.get, 16 * i), sum.get));
            }),
            advance(own, width.get),
          ]),
          ...sums.map((sum, i) => v128.store(to, f.add(v128.load(to, 16 * i), sum.get), 16 * i)),
        ];
      };
      return [
        forRange(tap, taps.get, end.get, 4, [
          ...alongCell(at, width.get, width.get, each),
          advance(factors, step),
        ]),
      ];
    },
  );
}

function integers(
  body: Body,
): readonly [Local<'i32'>, Local<'i32'>, Local<'i32'>, Local<'i32'>, Local<'i32'>] {
  const one = (): Local<'i32'> => body.local('i32');
  return [one(), one(), one(), one(), one()];
}

/** The work for vectors, or null where they do not do it; `arrays` are of images, filters and places. */
export function channelwise(
  window: WindowParams,
  { batch, channels, multiplier }: Readonly<Record<'batch' | 'channels' | 'multiplier', number>>,
  arrays: readonly Values[],
): Channelwise | null {
  const [x] = arrays;
  const isFloat = x instanceof Float32Array || x instanceof Float64Array;
  const isEmpty = arrays.some(({ length }) => length === 0);
  if (!isFloat || isEmpty || arrays.some((one) => one.constructor !== x.constructor)) return null;
  const cells = batch * channels * multiplier * productOf(window.output);
  if (!isEnough(cells * productOf(window.window), leastForVectors)) return null;
  const width = channels * multiplier * x.BYTES_PER_ELEMENT;
  const layout = layoutOf(window, batch, width, 0);
  const { together: images, places, runs } = layout;
  const bytes = bytesOfImages(layout) + (images * places.length + 2 * runs.length) * (width + 16);
  if (!fitsScratch(bytes) || !isAvailable()) return null;
  return { layout, batch, multiplier, width };
}

const leastForVectors = 512;

/** Calls `use` for groups of images, with how many there are and where their places end. */
function forEachGroup(
  { batch, layout }: Channelwise,
  { placesAt }: Images,
  use: (first: number, count: number, tableEnd: number) => void,
): void {
  for (let image = 0; image < batch; image += layout.together) {
    const count = Math.min(layout.together, batch - image);
    use(image, count, placesAt + 4 * count * layout.places.length);
  }
}

/** `y = sum over taps of x filter`. */
export function weigh(call: Channelwise, x: Values, filter: Values, y: Values): void {
  const start = mark();
  const images = reserveImages(call.layout);
  const factors = reserve(filter.length * filter.BYTES_PER_ELEMENT);
  copyIn(filter, 0, filter.length, factors);
  runForward(call, images, functionsFor(x as Floats).weigh, factors, [x as Floats, y as Floats]);
  release(start);
}

function runForward(
  call: Channelwise,
  images: Images,
  run: KernelFunction,
  factors: number,
  [x, y]: readonly [Floats, Floats],
): void {
  const { layout, width, multiplier } = call;
  const { placesAt, runsAt } = images;
  const results = reserve(layout.together * layout.places.length * width);
  const numbers = (layout.places.length * width) / y.BYTES_PER_ELEMENT;
  forEachGroup(call, images, (image, count, tableEnd) => {
    stageImages(images, x, image, count, multiplier);
    run(placesAt, tableEnd, runsAt, runsAt + 4 * layout.runs.length, width, factors, results);
    copyOut(results, y, image * numbers, count * numbers);
  });
}

/** The gradient of the input. */
export function weighBack(call: Channelwise, g: Values, filter: Values, x: Values): void {
  const start = mark();
  const images = reserveImages(call.layout);
  const factors = reserve(filter.length * filter.BYTES_PER_ELEMENT);
  copyIn(filter, 0, filter.length, factors);
  runBack(call, images, functionsFor(x as Floats).weighBack, factors, [g as Floats, x as Floats]);
  release(start);
}

function runBack(
  call: Channelwise,
  images: Images,
  run: KernelFunction,
  factors: number,
  [g, x]: readonly [Floats, Floats],
): void {
  const { layout, width, multiplier } = call;
  const { placesAt, runsAt } = images;
  const cotangents = reserve(layout.together * layout.places.length * width);
  const numbers = (layout.places.length * width) / g.BYTES_PER_ELEMENT;
  forEachGroup(call, images, (image, count, tableEnd) => {
    clearImages(images, count);
    copyIn(g, image * numbers, count * numbers, cotangents);
    run(placesAt, tableEnd, runsAt, runsAt + 4 * layout.runs.length, width, factors, cotangents);
    takeImages(images, x, image, count, multiplier);
  });
}

/** The gradient of the filter. */
export function correlateChannels(call: Channelwise, x: Values, g: Values, filter: Values): void {
  const { layout, width, multiplier } = call;
  const bytes = filter.BYTES_PER_ELEMENT;
  const { length: taps } = layout.runs;
  const start = mark();
  const images = reserveImages(layout);
  const step = roundUp(width, 16);
  const sums = reserve(taps * step);
  scratch().u8.fill(0, sums, sums + taps * step);
  const { placesAt, runsAt } = images;
  const cotangents = reserve(layout.together * layout.places.length * width);
  const numbers = (layout.places.length * width) / bytes;
  const { correlate } = functionsFor(x as Floats);
  forEachGroup(call, images, (image, count, tableEnd) => {
    stageImages(images, x as Floats, image, count, multiplier);
    copyIn(g, image * numbers, count * numbers, cotangents);
    correlate(placesAt, tableEnd, runsAt, runsAt + 4 * taps, width, sums, cotangents);
  });
  for (let tap = 0; tap < taps; tap++) {
    copyOut(sums + tap * step, filter, (tap * width) / bytes, width / bytes);
  }
  release(start);
}

/** Means over the cells under each place, padding left out; 0 where there is nothing else. */
export function average(call: Channelwise, window: WindowParams, x: Values, y: Values): void {
  const start = mark();
  const images = reserveImages(call.layout);
  const counts = reserveCounts(call.layout, window, x as Floats);
  runForward(call, images, functionsFor(x as Floats).average, counts, [x as Floats, y as Floats]);
  release(start);
}

/** The gradient of the means. */
export function averageBack(call: Channelwise, window: WindowParams, g: Values, x: Values): void {
  const start = mark();
  const images = reserveImages(call.layout);
  const counts = reserveCounts(call.layout, window, x as Floats);
  runBack(call, images, functionsFor(x as Floats).averageBack, counts, [g as Floats, x as Floats]);
  release(start);
}

/** How many cells lie under each place of each image, 1 where there are none. */
function reserveCounts(layout: ImageLayout, window: WindowParams, x: Floats): number {
  const { together: images, places, runs, isPadded } = layout;
  const bytes = x.BYTES_PER_ELEMENT;
  const at = reserve(images * places.length * bytes);
  const counts = isDouble(x) ? scratch().f64 : scratch().f32;
  const table = isPadded ? cellsUnder(window) : null;
  for (let place = 0; place < places.length; place++) {
    let count = table === null ? runs.length : 0;
    if (table !== null) {
      for (let tap = place * runs.length; tap < (place + 1) * runs.length; tap++) {
        if (table[tap] >= 0) count++;
      }
    }
    for (let image = 0; image < images; image++) {
      counts[at / bytes + image * places.length + place] = Math.max(1, count);
    }
  }
  return at;
}
