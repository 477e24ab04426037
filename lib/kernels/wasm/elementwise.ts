import type { Values } from '../../base/dtype.ts';
import type { Body, FunctionSource, Local } from './assembler.ts';
import { defineFunction, forRange } from './assembler.ts';
import type { Effect, I32, V128, VectorFloat } from './code.ts';
import { i32, v128, vectors32, vectors64 } from './code.ts';
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
import type { Floats } from './staging.ts';
import { copyIn, copyOut, isDouble } from './staging.ts';
import { beyondRange, largestAngle } from './doubles.ts';

/** The result of an elementwise function for a vector of elements. */
export type VectorFormula = (f: VectorFloat, body: Body, ...operands: V128[]) => V128;

/** A formula and the modules made of it so far. */
export interface Vectorised {
  readonly formula: VectorFormula;
  readonly operands: 1 | 2;
  /** The fewest elements worth it: 1 where results must not depend on how many there are. */
  readonly least: number;
  /** Whether doubles gain too. */
  readonly doubles: boolean;
  /** Computes what the formula noted as beyond its range. */
  readonly beyond: ((x: number) => number) | null;
  /** By `variantOf`. */
  readonly compiled: (Record<string, KernelFunction> | undefined)[];
}

/** Sums, products and selections: the bits are those of the loop. */
export function exactly(operands: 1 | 2, formula: VectorFormula): Vectorised {
  return { formula, operands, least: 64, doubles: false, beyond: null, compiled: [] };
}

/** Products and sums of several steps, each rounded: as good as the loop, but other bits. */
export function closely(operands: 1 | 2, formula: VectorFormula): Vectorised {
  return exactly(operands, formula);
}

/** Approximations: used whatever the number of elements, so that results do not depend on it. */
export function approximately(
  operands: 1 | 2,
  formula: VectorFormula,
  beyond: ((x: number) => number) | null = null,
): Vectorised {
  return { formula, operands, least: 1, doubles: true, beyond, compiled: [] };
}

/** Elements that are copied in, computed and copied out at a time: they stay in the first cache. */
const chunkBytes = 16384;

/*
 * One operand: `y[i] = f(x[i])`. Two operands: rows of `n` elements; an operand advances with the
 * result or stands still along a row (v or s in the name), and its next row starts `step` bytes on.
 * A row is computed in whole vectors: what reaches beyond its end is written again by the next row,
 * or lies in the slack behind the reserved memory.
 */
function sourcesOf({ formula, operands }: Vectorised, f: VectorFloat): FunctionSource[] {
  const width = f.lanes * f.bytes;
  if (operands === 1) {
    return [
      defineFunction('v', ['i32', 'i32', 'i32'], (body, x, y, end) => {
        const at = body.local('i32');
        return [
          forRange(at, i32.const(0), end.get, width, [
            v128.store(i32.add(y.get, at.get), formula(f, body, v128.load(i32.add(x.get, at.get)))),
          ]),
        ];
      }),
    ];
  }
  return (['vv', 'vs', 'sv'] as const).map((name) => rowsFunction(name, formula, f, width));
}

function rowsFunction(
  name: 'vv' | 'vs' | 'sv',
  formula: VectorFormula,
  f: VectorFloat,
  width: number,
): FunctionSource {
  const params = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return defineFunction(name, params, (body, a, aStep, b, bStep, y, rowEnd, rows) => {
    const [at, row] = [body.local('i32'), body.local('i32')];
    const [left, right] = [body.local('v128'), body.local('v128')];
    const operand = (letter: string, from: Local<'i32'>, still: Local<'v128'>): V128 =>
      letter === 's' ? still.get : v128.load(i32.add(from.get, at.get));
    const advance = (to: Local<'i32'>, step: I32): Effect => to.set(i32.add(to.get, step));
    return [
      forRange(row, i32.const(0), rows.get, 1, [
        name === 'sv' ? left.set(f.loadSplat(a.get)) : [],
        name === 'vs' ? right.set(f.loadSplat(b.get)) : [],
        forRange(at, i32.const(0), rowEnd.get, width, [
          v128.store(
            i32.add(y.get, at.get),
            formula(f, body, operand(name[0], a, left), operand(name[1], b, right)),
          ),
        ]),
        advance(a, aStep.get),
        advance(b, bStep.get),
        advance(y, rowEnd.get),
      ]),
    ];
  });
}

function functionsOf(kernel: Vectorised, isDouble: boolean): Record<string, KernelFunction> {
  const fused = isFused();
  const variant = (isDouble ? 2 : 0) + (fused ? 1 : 0);
  return (kernel.compiled[variant] ??= compile(
    sourcesOf(kernel, isDouble ? vectors64(fused) : vectors32(fused)),
  ));
}

/** Whether the kernel should compute `n` results in `y` rather than the loop it stands beside. */
export function isWorthIt(
  { least, doubles }: Vectorised,
  x: Values,
  y: Values,
  n: number,
): boolean {
  if (!isEnough(n, least)) return false;
  const isFloat = y instanceof Float32Array || (doubles && y instanceof Float64Array);
  return isFloat && x.constructor === y.constructor && isAvailable();
}

/** `y[i] = f(x[i])` for i < n, both of one float type. */
export function runUnary(kernel: Vectorised, x: Values, y: Values, n: number): void {
  const { v } = functionsOf(kernel, isDouble(x as Floats));
  const size = x.BYTES_PER_ELEMENT;
  const chunk = Math.min(n, chunkBytes / size);
  const start = mark();
  const place = reserve(chunk * size);
  for (let at = 0; at < n; at += chunk) {
    const count = Math.min(chunk, n - at);
    copyIn(x as Floats, at, count, place);
    v(place, place, count * size);
    copyOut(place, y as Floats, at, count);
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

/** An operand of a two-operand kernel: it advances along a row (step 1) or stands still (0). */
export interface RowOperand {
  readonly values: Values;
  readonly at: number;
  readonly step: 0 | 1;
  /** Elements from one row to the next. */
  readonly rowStep: number;
}

/** Rows of `n` results from two operands, of which at least one advances along the rows. */
export function runBinary(
  kernel: Vectorised,
  a: RowOperand,
  b: RowOperand,
  y: Values,
  yAt: number,
  n: number,
  rows: number,
): void {
  const functions = functionsOf(kernel, isDouble(y as Floats));
  const run = a.step === 0 ? functions['sv'] : b.step === 0 ? functions['vs'] : functions['vv'];
  const most = chunkBytes / y.BYTES_PER_ELEMENT;
  const start = mark();
  if (n > most) {
    for (let row = 0; row < rows; row++) {
      for (let at = 0; at < n; at += most) {
        const part = Math.min(most, n - at);
        runPiece(run, piece(a, row, at), piece(b, row, at), y, yAt + row * n + at, part, 1);
        release(start);
      }
    }
    return;
  }
  const together = Math.max(1, Math.floor(most / n));
  for (let row = 0; row < rows; row += together) {
    const count = Math.min(together, rows - row);
    runPiece(run, piece(a, row, 0), piece(b, row, 0), y, yAt + row * n, n, count);
    release(start);
  }
}

function piece(x: RowOperand, row: number, at: number): RowOperand {
  const { values, step, rowStep } = x;
  return { values, at: x.at + row * rowStep + at * step, step, rowStep };
}

function runPiece(
  run: KernelFunction,
  a: RowOperand,
  b: RowOperand,
  y: Values,
  yAt: number,
  n: number,
  rows: number,
): void {
  const size = y.BYTES_PER_ELEMENT;
  const lengthOf = ({ step, rowStep }: RowOperand): number =>
    (rows - 1) * rowStep + (step === 0 ? 1 : n);
  const [aLength, bLength] = [lengthOf(a), lengthOf(b)];
  const result = reserve(n * rows * size);
  const left = reserve(aLength * size);
  const right = reserve(bLength * size);
  copyIn(a.values as Floats, a.at, aLength, left);
  copyIn(b.values as Floats, b.at, bLength, right);
  run(left, a.rowStep * size, right, b.rowStep * size, result, n * size, rows);
  copyOut(result, y as Floats, yAt, n * rows);
}
