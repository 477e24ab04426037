import type { Values } from '../../base/dtype.ts';
import type { Body, FunctionSource } from './assembler.ts';
import { defineFunction, forRange } from './assembler.ts';
import type { I32, V128, VectorFloat, VectorNumber } from './code.ts';
import { i32, i32x4, i64x2, integers, v128, vectors32, vectors64 } from './code.ts';
import { beyondRange, largestAngle } from './doubles.ts';
import type { Element } from './elements.ts';
import { elementOf, loadLanes, loadStill, sizeOf, storeLanes } from './elements.ts';
import type { KernelFunction } from './engine.ts';
import {
  compile,
  isAvailable,
  isEnough,
  isFused,
  mark,
  release,
  reserve,
  scratch,
} from './engine.ts';
import { advance, zero } from './rows.ts';
import { copyIn, copyOut } from './staging.ts';

/** The result of an elementwise function for a vector of elements. */
export type VectorFormula = (f: VectorFloat, body: Body, ...operands: V128[]) => V128;

/** One that integers have as well. */
export type NumberFormula = (f: VectorNumber, body: Body, ...operands: V128[]) => V128;

/** A formula and the functions made of it so far. */
export interface Vectorised {
  readonly operands: number;
  /** Null for operations on bits, which bools have, too. */
  readonly formula: VectorFormula | null;
  /** For int32, where there is one. */
  readonly integers: NumberFormula | null;
  /** The fewest elements worth it: 1 where results must not depend on how many there are. */
  readonly least: number;
  /** Whether doubles gain too. */
  readonly doubles: boolean;
  /** Computes what the formula noted as beyond its range. */
  readonly beyond: ((x: number) => number) | null;
  /** What is bool beside the numbers: the first operand, as 0 or 1 in a lane, or the result, as a mask. */
  readonly bool: 'chooser' | 'result' | null;
  /** By type, kind of multiply-add, and which operands stand still. */
  readonly compiled: (KernelFunction | undefined)[];
}

/** Sums, products and selections: the bits are those of the loop. */
export function exactly(operands: number, formula: VectorFormula): Vectorised {
  const rest = { integers: null, doubles: false, beyond: null, bool: null } as const;
  return { operands, formula, least: 64 * operands, ...rest, compiled: [] };
}

/** Those that are the same for int32, whose sums and products keep their low 32 bits. */
export function exactlyForAll(
  operands: number,
  formula: NumberFormula,
  doubles = false,
): Vectorised {
  return { ...exactly(operands, formula), integers: formula, doubles };
}

/** Operations on the bits of int32 and bool. */
export function onBits(operands: number, formula: NumberFormula): Vectorised {
  return { ...exactlyForAll(operands, formula), formula: null };
}

/** Tests of floats: the formula gives a mask. */
export function test(operands: number, formula: VectorFormula): Vectorised {
  return { ...exactly(operands, formula), doubles: true, bool: 'result' };
}

/** Tests that int32 has as well. */
export function testForAll(operands: number, formula: NumberFormula): Vectorised {
  return { ...exactlyForAll(operands, formula, true), bool: 'result' };
}

/** One of two operands by a bool, which comes as a mask. */
export function choice(formula: (chooser: V128, a: V128, b: V128) => V128): Vectorised {
  const byMask: NumberFormula = ({ bytes }, _, chooser, a, b) =>
    formula((bytes === 8 ? i64x2 : i32x4).sub(v128.zero, chooser), a, b);
  return { ...exactlyForAll(3, byMask, true), bool: 'chooser', least: 64 };
}

/** Products and sums of several steps, each rounded: as good as the loop, but other bits. */
export const closely = exactly;
export const closelyForAll = exactlyForAll;

/** Approximations: used whatever the number of elements, so that results do not depend on it. */
export function approximately(
  operands: number,
  formula: VectorFormula,
  beyond: ((x: number) => number) | null = null,
): Vectorised {
  return { ...exactly(operands, formula), least: 1, doubles: true, beyond };
}

/** Elements that are copied in, computed and copied out at a time: they stay in the first cache. */
const chunkBytes = 16384;

const params = new Array<'i32'>(10).fill('i32');

/*
 * Rows of results. Parameters: the bytes of a row of lanes; how many rows; where the result and then each
 * of at most three operands is, and the bytes from one of its rows to the next. Bits of `still` tell which
 * operands stand still along a row. A row is computed in whole vectors: what reaches beyond its end is
 * written again by the next row, or lies in the slack behind the reserved memory.
 */
function rowsOf(
  operands: readonly Element[],
  result: Element,
  lanes: number,
  still: number,
  formula: (body: Body, operands: V128[]) => V128,
): FunctionSource {
  return defineFunction('rows', params, (body, end, rows, ...places) => {
    const [at, row] = [body.local('i32'), body.local('i32')];
    const held = operands.map(() => body.local('v128'));
    const isStill = (k: number): boolean => ((still >> k) & 1) === 1;
    const address = (element: Element, k: number): I32 => {
      const narrower = Math.log2(16 / lanes / sizeOf[element]);
      const offset = narrower === 0 ? at.get : i32.shrU(at.get, i32.const(narrower));
      return i32.add(places[2 * k].get, offset);
    };
    const vectors = operands.map((element, k) =>
      isStill(k) ? held[k].get : loadLanes(element, lanes, address(element, k + 1)),
    );
    const hold = operands.map((element, k) =>
      isStill(k) ? held[k].set(loadStill(element, lanes, places[2 * k + 2].get)) : [],
    );
    return [
      forRange(row, zero, rows.get, 1, [
        hold,
        forRange(at, zero, end.get, 16, [
          storeLanes(result, lanes, address(result, 0), formula(body, vectors)),
        ]),
        [result, ...operands].map((_, k) => advance(places[2 * k], places[2 * k + 1].get)),
      ]),
    ];
  });
}

const codes = { f32: 0, f64: 1, i32: 2, u8: 3 } as const;

function functionOf(kernel: Vectorised, element: Element, still: number): KernelFunction {
  const fused = isFused();
  const variant = (codes[element] << 4) | (still << 1) | (fused ? 1 : 0);
  return (kernel.compiled[variant] ??= compiledFor(kernel, element, still, fused));
}

function compiledFor(
  kernel: Vectorised,
  element: Element,
  still: number,
  fused: boolean,
): KernelFunction {
  const { formula, integers: whole, bool } = kernel;
  const operands = new Array<Element>(kernel.operands).fill(element);
  if (bool === 'chooser') operands[0] = 'u8';
  const result = bool === 'result' ? 'u8' : element;
  const floats = element === 'f32' ? vectors32(fused) : vectors64(fused);
  const compute = (body: Body, vectors: V128[]): V128 => {
    if (whole !== null && (formula === null || element === 'i32'))
      return whole(integers, body, ...vectors);
    return formula === null ? v128.zero : formula(floats, body, ...vectors);
  };
  return compile([rowsOf(operands, result, 16 / sizeOf[element], still, compute)])['rows'];
}

/** Whether the kernel should compute `n` results in `y` rather than the loop it stands beside. */
export function isWorthIt(kernel: Vectorised, x: Values, y: Values, n: number): boolean {
  if (!isEnough(n, kernel.least)) return false;
  if (x.constructor !== y.constructor && kernel.bool !== 'result') return false;
  const { formula, integers: whole, doubles } = kernel;
  if (x instanceof Uint8Array) return formula === null && isAvailable();
  if (x instanceof Int32Array) return whole !== null && isAvailable();
  return formula !== null && (doubles || x instanceof Float32Array) && isAvailable();
}

/** `y[i] = f(x[i])` for i < n. */
export function runUnary(kernel: Vectorised, x: Values, y: Values, n: number): void {
  const run = functionOf(kernel, elementOf(x), 0);
  const size = x.BYTES_PER_ELEMENT;
  const chunk = Math.min(n, chunkBytes / size);
  const start = mark();
  // Results may replace operands, of which they never take more bytes.
  const place = reserve(chunk * size);
  for (let at = 0; at < n; at += chunk) {
    const count = Math.min(chunk, n - at);
    copyIn(x, at, count, place);
    run(count * size, 1, place, 0, place, 0, 0, 0, 0, 0);
    copyOut(place, y, at, count);
  }
  release(start);
  if (kernel.beyond !== null && takeNote()) mend(kernel.beyond, x, y, n);
}

function takeNote(): boolean {
  const { i32 } = scratch();
  const at = beyondRange / 4;
  const isNoted = (i32[at] | i32[at + 1] | i32[at + 2] | i32[at + 3]) !== 0;
  if (isNoted) i32.fill(0, at, at + 4);
  return isNoted;
}

function mend(f: (x: number) => number, x: Values, y: Values, n: number): void {
  for (let i = 0; i < n; i++) if (Math.abs(x[i]) > largestAngle) y[i] = f(x[i]);
}

/** An operand of several: it advances along a row (step 1) or stands still (0). */
export interface RowOperand {
  readonly values: Values;
  readonly at: number;
  readonly step: number;
  /** Elements from one row to the next. */
  readonly rowStep: number;
}

/** Copies a part of each of `count` rows in. */
function stage(x: RowOperand, row: number, at: number, part: number, count: number): number {
  if (x === nothing) return 0;
  const taken = (count - 1) * x.rowStep + (x.step === 0 ? 1 : part);
  const place = reserve(taken * x.values.BYTES_PER_ELEMENT);
  copyIn(x.values, x.at + row * x.rowStep + at * x.step, taken, place);
  return place;
}

const nothing: RowOperand = { values: new Float32Array(0), at: 0, step: 1, rowStep: 0 };

/** Rows of `n` results from one to three operands, of which at least one advances along the rows. */
export function runRows(
  kernel: Vectorised,
  operands: readonly RowOperand[],
  y: Values,
  yAt: number,
  n: number,
  rows: number,
): void {
  const [a, b = nothing, c = nothing] = operands;
  const numbers = operands[operands.length - 1].values;
  const still = (1 - a.step) | ((1 - b.step) << 1) | ((1 - c.step) << 2);
  const run = functionOf(kernel, elementOf(numbers), still);
  const size = numbers.BYTES_PER_ELEMENT;
  const most = chunkBytes / size;
  const length = Math.min(n, most);
  const together = n > most ? 1 : Math.floor(most / n);
  const start = mark();
  for (let row = 0; row < rows; row += together) {
    const count = Math.min(together, rows - row);
    for (let at = 0; at < n; at += length) {
      const part = Math.min(length, n - at);
      // First, so that no load seems to the processor, by its low bits, to be of what was just stored.
      const result = reserve(part * count * y.BYTES_PER_ELEMENT);
      run(
        part * size,
        count,
        result,
        part * y.BYTES_PER_ELEMENT,
        stage(a, row, at, part, count),
        a.rowStep * a.values.BYTES_PER_ELEMENT,
        stage(b, row, at, part, count),
        b.rowStep * b.values.BYTES_PER_ELEMENT,
        stage(c, row, at, part, count),
        c.rowStep * c.values.BYTES_PER_ELEMENT,
      );
      copyOut(result, y, yAt + row * n + at, part * count);
      release(start);
    }
  }
}
