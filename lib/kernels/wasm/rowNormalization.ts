import type { Values } from '../../base/dtype.ts';
import type { Gradients, Layout, NormalizationParams } from '../normalizationLayout.ts';
import type { Body, FunctionSource, Local } from './assembler.ts';
import { defineFunction, forRange } from './assembler.ts';
import type { Effect, F64, I32, V128 } from './code.ts';
import {
  f32,
  f64,
  i32,
  promote,
  splatDouble,
  splatRounded,
  v128,
  vectors32,
  vectors64,
} from './code.ts';
import type { KernelFunction } from './engine.ts';
import {
  compile,
  fitsScratch,
  isAvailable,
  isEnough,
  isFused,
  mark,
  release,
  reserve,
  scratch,
} from './engine.ts';
import { advance, doublesOf, forEachPiece, newRowSum, zero } from './rows.ts';
import { copyIn, copyOut } from './staging.ts';

/*
 * Rows of float32 to mean 0 and variance 1. Sums are kept in double, of differences from the row's first
 * number: then one pass gives mean and variance, and rows far from 0 lose nothing.
 */

const wide = vectors64(false);

/** Sums of a row, and what they give. */
interface RowStatistics {
  readonly reset: readonly Effect[];
  /** Adds a vector of differences. */
  readonly add: (difference: V128, half: number) => readonly Effect[];
  /** Differences of the row's numbers from its first one; numbers themselves where no mean is taken. */
  readonly differences: (doubles: V128) => V128;
  /** Once all is added: sets the three below. */
  readonly finish: readonly Effect[];
  /** The mean of the differences. */
  readonly offset: Local<'f64'>;
  readonly mean: Local<'v128'>;
  readonly rate: Local<'v128'>;
}

function rowStatistics(
  body: Body,
  x: Local<'i32'>,
  centered: boolean,
  reciprocal: Local<'f64'>,
  epsilon: Local<'f64'>,
): RowStatistics {
  const [first, offset] = [body.local('f64'), body.local('f64')];
  const [shift, mean, rate] = [body.local('v128'), body.local('v128'), body.local('v128')];
  const [sum, squares] = [newRowSum(body), newRowSum(body)];
  const ofSquares = f64.mul(squares.total, reciprocal.get);
  const spread = f64.max(f64.sub(ofSquares, f64.mul(offset.get, offset.get)), f64.const(0));
  return {
    reset: [
      centered ? first.set(promote(f32.load(x.get))) : [],
      shift.set(splatDouble(first.get)),
      ...sum.reset,
      ...squares.reset,
    ],
    differences: (doubles) => (centered ? wide.sub(doubles, shift.get) : doubles),
    add: (difference, half) => [
      centered ? sum.add(difference, half) : [],
      squares.addProduct(difference, difference, half),
    ],
    finish: [
      offset.set(f64.mul(sum.total, reciprocal.get)),
      mean.set(splatRounded(f64.add(first.get, offset.get))),
      rate.set(splatRounded(rateOf(f64.add(spread, epsilon.get)))),
    ],
    offset,
    mean,
    rate,
  };
}

const rateOf = (square: F64): F64 => f64.div(f64.const(1), f64.sqrt(square));

// Parameters: places of x, scale, offset and y, bytes of a row, number of rows; 1 / length, epsilon.
function normalizeSource(centered: boolean): FunctionSource {
  const params = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'f64', 'f64'] as const;
  return defineFunction('normalize', params, (body, x, scale, constant, y, n, count, ...rest) => {
    const f = vectors32(isFused());
    const row = body.local('i32');
    const [value, difference] = [body.local('v128'), body.local('v128')];
    const statistics = rowStatistics(body, x, centered, ...rest);
    const { mean, rate } = statistics;
    return [
      forRange(row, zero, count.get, 1, [
        ...statistics.reset,
        ...forEachPiece(body, n, (piece) => [
          value.set(piece.load(x)),
          ...doublesOf(piece, value, statistics.differences).flatMap((doubles, half) => [
            difference.set(doubles),
            ...statistics.add(difference.get, half),
          ]),
        ]),
        ...statistics.finish,
        ...forEachPiece(body, n, (piece) => {
          const normal = f.mul(f.sub(piece.load(x), mean.get), rate.get);
          return [piece.store(y, f.multiplyAdd(normal, piece.load(scale), piece.load(constant)))];
        }),
        advance(x, n.get),
        advance(y, n.get),
      ]),
    ];
  });
}

// Parameters: places of g, x, scale, dx and of the double sums of g n and of g; then as above.
function gradientSource(centered: boolean): FunctionSource {
  const params = [...new Array<'i32'>(8).fill('i32'), 'f64', 'f64'] as const;
  return defineFunction('gradient', params, (body, ...given) => {
    const [g, x, scale, dx, dScale, dOffset, n, count] = given as unknown as Local<'i32'>[];
    const [reciprocal, epsilon] = given.slice(8) as unknown as Local<'f64'>[];
    const f = vectors32(isFused());
    const row = body.local('i32');
    const [value, share, normal] = [body.local('v128'), body.local('v128'), body.local('v128')];
    const [difference, wideShare] = [body.local('v128'), body.local('v128')];
    const [taken, slope] = [body.local('v128'), body.local('v128')];
    const statistics = rowStatistics(body, x, centered, reciprocal, epsilon);
    const { mean, rate, offset } = statistics;
    const [shares, products] = [newRowSum(body), newRowSum(body)];
    // mean(h n) / rate, from the sum of h times differences from the first number.
    const product = f64.sub(products.total, f64.mul(offset.get, shares.total));
    const addTo = (sums: Local<'i32'>, at: I32, doubles: V128, half: number): Effect => {
      const place = i32.add(sums.get, i32.shl(at, i32.const(1)));
      return v128.store(place, wide.add(v128.load(place, 16 * half), doubles), 16 * half);
    };
    return [
      forRange(row, zero, count.get, 1, [
        ...[statistics.reset, shares.reset, products.reset].flat(),
        ...forEachPiece(body, n, (piece) => {
          const wideShares = doublesOf(piece, share);
          return [
            value.set(piece.load(x)),
            share.set(f.mul(piece.load(g), piece.load(scale))),
            ...doublesOf(piece, value, statistics.differences).flatMap((doubles, half) => [
              difference.set(doubles),
              wideShare.set(wideShares[half]),
              ...statistics.add(difference.get, half),
              centered ? shares.add(wideShare.get, half) : [],
              products.addProduct(wideShare.get, difference.get, half),
            ]),
          ];
        }),
        ...statistics.finish,
        taken.set(splatRounded(f64.mul(shares.total, reciprocal.get))),
        slope.set(f.mul(rate.get, splatRounded(f64.mul(product, reciprocal.get)))),
        ...forEachPiece(body, n, (piece) => {
          const rest = f.sub(f.mul(piece.load(g), piece.load(scale)), taken.get);
          return [
            normal.set(f.mul(f.sub(piece.load(x), mean.get), rate.get)),
            value.set(piece.load(g)),
            share.set(f.mul(value.get, normal.get)),
            ...doublesOf(piece, share).map((doubles, half) =>
              addTo(dScale, piece.at, doubles, half),
            ),
            ...doublesOf(piece, value).map((doubles, half) =>
              addTo(dOffset, piece.at, doubles, half),
            ),
            piece.store(dx, f.mul(rate.get, f.subtractProduct(normal.get, slope.get, rest))),
          ];
        }),
        ...[g, x, dx].map((place) => advance(place, n.get)),
      ]),
    ];
  });
}

const made: (Record<string, KernelFunction> | undefined)[] = [];

function functionsFor({ centered }: NormalizationParams): Record<string, KernelFunction> {
  return (made[(centered ? 1 : 0) + (isFused() ? 2 : 0)] ??= compile([
    normalizeSource(centered),
    gradientSource(centered),
  ]));
}

const chunkBytes = 16384;

/** Whether vectors normalize these rows. */
export function areWorthIt({ outer, length, groups, inner }: Layout, x: Values): boolean {
  if (length !== 1 || groups !== 1 || !isEnough(inner, 8) || !isEnough(outer * inner, 64))
    return false;
  return x instanceof Float32Array && fitsScratch(inner * 40) && isAvailable();
}

/** Rows of x, scale and offset. */
export function normalize(
  { outer, inner }: Layout,
  [x, scale, offset]: readonly [Values, Values, Values],
  y: Values,
  params: NormalizationParams,
): void {
  const run = functionsFor(params)['normalize'];
  const start = mark();
  const together = Math.min(outer, Math.max(1, Math.floor(chunkBytes / 4 / inner)));
  const [factors, constants] = [scale, offset].map((values) => placed(values));
  const place = reserve(together * inner * 4);
  for (let row = 0; row < outer; row += together) {
    const count = Math.min(together, outer - row);
    copyIn(x, row * inner, count * inner, place);
    run(place, factors, constants, place, inner * 4, count, 1 / inner, params.epsilon);
    copyOut(place, y, row * inner, count * inner);
  }
  release(start);
}

function placed(values: Values): number {
  const place = reserve(values.length * 4);
  copyIn(values, 0, values.length, place);
  return place;
}

/** Rows of g and x, and the scale. */
export function normalizeGrad(
  { outer, inner }: Layout,
  [g, x, scale]: readonly [Values, Values, Values],
  { dx, dScale, dOffset }: Gradients,
  params: NormalizationParams,
): void {
  const run = functionsFor(params)['gradient'];
  const start = mark();
  const together = Math.min(outer, Math.max(1, Math.floor(chunkBytes / 8 / inner)));
  const factors = placed(scale);
  const [products, sums] = [reserve(inner * 8), reserve(inner * 8)];
  const [left, right] = [reserve(together * inner * 4), reserve(together * inner * 4)];
  scratch().f64.fill(0, products / 8, sums / 8 + inner);
  for (let row = 0; row < outer; row += together) {
    const count = Math.min(together, outer - row);
    copyIn(g, row * inner, count * inner, left);
    copyIn(x, row * inner, count * inner, right);
    const places = [left, right, factors, left, products, sums];
    run(...places, inner * 4, count, 1 / inner, params.epsilon);
    copyOut(left, dx, row * inner, count * inner);
  }
  copyOut(products, dScale, 0, inner);
  copyOut(sums, dOffset, 0, inner);
  release(start);
}
