import type { Values } from '../../base/dtype.ts';
import type { FunctionSource, Local } from './assembler.ts';
import { defineFunction, forRange } from './assembler.ts';
import type { Effect, I32, V128, VectorFloat } from './code.ts';
import { i32, v128, vectors32, vectors64 } from './code.ts';
import type { KernelFunction } from './engine.ts';
import { compile, isFused, mark, release, reserve, scratch } from './engine.ts';
import { advance, zero } from './rows.ts';
import { copyIn, copyOut } from './staging.ts';

/*
 * Products of a matrix and a vector. Each number of the matrix is used once, so nothing is packed: the
 * matrix is copied in by pieces that fit the cache, and read in the order in which it lies.
 */

/** A matrix whose lines lie in one piece each, one after the other. */
export interface Lines {
  readonly values: Values;
  readonly at: number;
  /** Elements from one line to the next. */
  readonly step: number;
  readonly count: number;
  readonly length: number;
}

const pieceBytes = 2 ** 17;

interface Functions {
  /** (matrix, lineStep, vector, result, lines, lineBytes): a sum for each line. */
  readonly dot: KernelFunction;
  /** (matrix, lineStep, vector, result, lines, lineBytes): adds multiples of the lines to the result. */
  readonly combine: KernelFunction;
}

const made: (Functions | undefined)[] = [];

function functionsFor(isDouble: boolean): Functions {
  const fused = isFused();
  return (made[(isDouble ? 2 : 0) + (fused ? 1 : 0)] ??= compiled(
    isDouble ? vectors64(fused) : vectors32(fused),
  ));
}

function compiled(f: VectorFloat): Functions {
  const functions = compile([dot(f), combine(f)]);
  return { dot: functions['dot'], combine: functions['combine'] };
}

const params = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;

/** Lines that are summed side by side, since a sum has to wait for the one before it. */
const linesTogether = 4;

function dot(f: VectorFloat): FunctionSource {
  return defineFunction('dot', params, (body, matrix, step, vector, result, count, bytes) => {
    const [line, at, factor] = [body.local('i32'), body.local('i32'), body.local('v128')];
    const whole = i32.and(bytes.get, i32.const(-16));
    const inFours = i32.and(count.get, i32.const(-linesTogether));
    const sumLines = (lines: number): readonly Effect[] => {
      const places = Array.from({ length: lines }, () => body.local('i32'));
      const sums = Array.from({ length: lines }, () => body.local('v128'));
      const addTerms = (load: (place: I32) => V128): readonly Effect[] => [
        factor.set(load(i32.add(vector.get, at.get))),
        ...sums.map((sum, i) =>
          sum.set(f.multiplyAdd(factor.get, load(i32.add(places[i].get, at.get)), sum.get)),
        ),
      ];
      return [
        ...places.map((place, i) =>
          place.set(i === 0 ? matrix.get : i32.add(places[i - 1].get, step.get)),
        ),
        ...sums.map((sum) => sum.set(v128.zero)),
        forRange(
          at,
          zero,
          whole,
          16,
          addTerms((place) => v128.load(place)),
        ),
        forRange(at, whole, bytes.get, f.bytes, addTerms(f.loadFirst)),
        ...sums.flatMap((sum, i) => storeTotal(f, sum, result.get, i * f.bytes)),
        advance(result, i32.const(lines * f.bytes)),
        matrix.set(i32.add(places[lines - 1].get, step.get)),
      ];
    };
    return [
      forRange(line, zero, inFours, linesTogether, sumLines(linesTogether)),
      forRange(line, inFours, count.get, 1, sumLines(1)),
    ];
  });
}

function storeTotal(f: VectorFloat, sum: Local<'v128'>, to: I32, offset: number): Effect[] {
  const addRotated = (lanes: readonly number[]): Effect =>
    sum.set(f.add(sum.get, v128.shuffle(sum.get, sum.get, lanes)));
  const halves = addRotated([8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7]);
  const pairs = addRotated([4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11]);
  return [halves, ...(f.lanes === 4 ? [pairs] : []), f.storeLane(to, sum.get, 0, offset)];
}

/** Vectors of the result that stay in registers while the lines go by. */
const vectorsTogether = 8;

// What lies beyond the end of a line is read along, and written behind the end of the result.
function combine(f: VectorFloat): FunctionSource {
  return defineFunction('combine', params, (body, matrix, step, vector, result, count, bytes) => {
    const [at, line, from] = [body.local('i32'), body.local('i32'), body.local('i32')];
    const [to, number, factor] = [body.local('i32'), body.local('i32'), body.local('v128')];
    const block = 16 * vectorsTogether;
    const whole = i32.and(bytes.get, i32.const(-block));
    const addLines = (vectors: number): readonly Effect[] => {
      const sums = Array.from({ length: vectors }, () => body.local('v128'));
      return [
        from.set(i32.add(matrix.get, at.get)),
        to.set(i32.add(result.get, at.get)),
        number.set(vector.get),
        ...sums.map((sum, i) => sum.set(v128.load(to.get, 16 * i))),
        forRange(line, zero, count.get, 1, [
          factor.set(f.loadSplat(number.get)),
          ...sums.map((sum, i) =>
            sum.set(f.multiplyAdd(factor.get, v128.load(from.get, 16 * i), sum.get)),
          ),
          advance(from, step.get),
          advance(number, i32.const(f.bytes)),
        ]),
        ...sums.map((sum, i) => v128.store(to.get, sum.get, 16 * i)),
      ];
    };
    return [
      forRange(at, zero, whole, block, addLines(vectorsTogether)),
      forRange(at, whole, bytes.get, 16, addLines(1)),
    ];
  });
}

/** `y[i]` = line i times the vector, from place `yAt` on. */
export function dotLines(lines: Lines, vector: Values, at: number, y: Values, yAt: number): void {
  const bytes = y.BYTES_PER_ELEMENT;
  const { dot } = functionsFor(bytes === 8);
  const start = mark();
  const factors = reserve(lines.length * bytes);
  copyIn(vector, at, lines.length, factors);
  const results = reserve(lines.count * bytes);
  forEachPiece(lines, bytes, (matrix, first, count) => {
    const to = results + first * bytes;
    dot(matrix, lines.step * bytes, factors, to, count, lines.length * bytes);
  });
  copyOut(results, y, yAt, lines.count);
  release(start);
}

/** `y` = the sum of the lines, each times its number of the vector, from place `yAt` on. */
export function combineLines(
  lines: Lines,
  vector: Values,
  at: number,
  y: Values,
  yAt: number,
): void {
  const bytes = y.BYTES_PER_ELEMENT;
  const { combine } = functionsFor(bytes === 8);
  const start = mark();
  const factors = reserve(lines.count * bytes);
  copyIn(vector, at, lines.count, factors);
  const results = reserve(lines.length * bytes);
  scratch().u8.fill(0, results, results + lines.length * bytes);
  forEachPiece(lines, bytes, (matrix, first, count) => {
    const from = factors + first * bytes;
    combine(matrix, lines.step * bytes, from, results, count, lines.length * bytes);
  });
  copyOut(results, y, yAt, lines.length);
  release(start);
}

/** Copies some lines at a time, and calls `use` with where they are. */
function forEachPiece(
  { values, at, step, count, length }: Lines,
  bytes: number,
  use: (matrix: number, first: number, count: number) => void,
): void {
  const most = Math.max(1, Math.floor(pieceBytes / (step * bytes)));
  const start = mark();
  for (let first = 0; first < count; first += most) {
    const lines = Math.min(most, count - first);
    const size = (lines - 1) * step + length;
    const place = reserve(size * bytes);
    copyIn(values, at + first * step, size, place);
    use(place, first, lines);
    release(start);
  }
}
