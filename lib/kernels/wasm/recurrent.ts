import type { Values } from '../../base/dtype.ts';
import type { Operand } from '../kernel.ts';
import * as approximations from './approximations.ts';
import type { Body, FunctionSource, Local } from './assembler.ts';
import { defineFunction, forRange } from './assembler.ts';
import type { Effect, V128, VectorFloat } from './code.ts';
import { i32, vectors32 } from './code.ts';
import type { KernelFunction } from './engine.ts';
import { compile, fitsScratch, isAvailable, isFused, mark, release, reserve } from './engine.ts';
import type { Piece } from './rows.ts';
import { advance, forEachPiece, zero } from './rows.ts';
import { copyIn, copyOut } from './staging.ts';

/*
 * The elementwise part of recurrent cells of float32: rows of inputs and outputs of n or 4 n numbers, of
 * which all that belongs to one column is computed together, by the formulas of the activations alone.
 */

/** One part of a row: its place is a variable that advances with the rows. */
type Part = Local<'i32'>;

interface Kit {
  readonly f: VectorFloat;
  readonly body: Body;
  readonly piece: Piece;
  readonly keep: (value: V128) => V128;
  readonly effects: Effect[];
}

/** `of` computes a piece from the parts of all rows, given one after the other. */
function overParts(
  name: string,
  widths: readonly number[],
  rows: number,
  of: (kit: Kit, parts: readonly Part[], shared: readonly Part[]) => void,
): FunctionSource {
  const params = new Array<'i32'>(widths.length + rows + 2).fill('i32');
  return defineFunction(name, params, (body, ...given) => {
    const places = given.slice(0, widths.length);
    const shared = given.slice(widths.length, widths.length + rows);
    const [n, count] = given.slice(widths.length + rows);
    const f = vectors32(isFused());
    const row = body.local('i32');
    const parts = widths.flatMap((width) => Array.from({ length: width }, () => body.local('i32')));
    const partOf = (i: number, k: number): Part =>
      parts[widths.slice(0, i).reduce((a, b) => a + b, 0) + k];
    const starts = widths.flatMap((width, i) =>
      Array.from({ length: width }, (_, k) =>
        partOf(i, k).set(i32.add(places[i].get, i32.mul(n.get, i32.const(k)))),
      ),
    );
    const steps = places.map((place, i) => advance(place, i32.mul(n.get, i32.const(widths[i]))));
    const pieces = forEachPiece(body, n, (piece) => {
      const effects: Effect[] = [];
      const keep = (value: V128): V128 => {
        const variable = body.local('v128');
        effects.push(variable.set(value));
        return variable.get;
      };
      of({ f, body, piece, keep, effects }, parts, shared);
      return effects;
    });
    return [forRange(row, zero, count.get, 1, [...starts, ...pieces, ...steps])];
  });
}

const bend = (f: VectorFloat, y: V128): V128 => f.mul(f.sub(f.splat(1), y), f.add(f.splat(1), y));
const ofSigmoid = (f: VectorFloat, y: V128): V128 => f.mul(y, f.sub(f.splat(1), y));

const lstmSource = (): FunctionSource =>
  overParts('lstmGates', [4, 1, 1, 1, 4], 1, (kit, parts, [bias]) => {
    const { f, body, piece, keep, effects } = kit;
    const [ofInput, ofCandidate, ofForget, ofOutput, cell, next, output, ...activated] = parts;
    const sigmoid = (x: V128): V128 => keep(approximations.sigmoid(f, body, x));
    const tanh = (x: V128): V128 => keep(approximations.tanh(f, body, x));
    const input = sigmoid(piece.load(ofInput));
    const candidate = tanh(piece.load(ofCandidate));
    const forget = sigmoid(f.add(piece.load(ofForget), piece.load(bias)));
    const open = sigmoid(piece.load(ofOutput));
    const state = keep(f.add(f.mul(input, candidate), f.mul(piece.load(cell), forget)));
    effects.push(
      piece.store(next, state),
      piece.store(output, f.mul(tanh(state), open)),
      ...[input, candidate, forget, open].map((value, k) => piece.store(activated[k], value)),
    );
  });

const lstmGradSource = (): FunctionSource =>
  overParts('lstmGatesGrad', [1, 1, 4, 1, 1, 4, 1], 0, (kit, parts) => {
    const { f, body, piece, keep, effects } = kit;
    const [gNext, gOutput, a0, a1, a2, a3, cell, next, d0, d1, d2, d3, dCell] = parts;
    const [input, candidate, forget, open] = [a0, a1, a2, a3].map((a) => keep(piece.load(a)));
    const t = keep(approximations.tanh(f, body, piece.load(next)));
    const byOutput = keep(piece.load(gOutput));
    const g = keep(f.add(piece.load(gNext), f.mul(f.mul(byOutput, open), bend(f, t))));
    effects.push(
      piece.store(d0, f.mul(f.mul(g, candidate), ofSigmoid(f, input))),
      piece.store(d1, f.mul(f.mul(g, input), bend(f, candidate))),
      piece.store(d2, f.mul(f.mul(g, piece.load(cell)), ofSigmoid(f, forget))),
      piece.store(d3, f.mul(f.mul(byOutput, t), ofSigmoid(f, open))),
      piece.store(dCell, f.mul(g, forget)),
    );
  });

const resetSource = (): FunctionSource =>
  overParts('gruReset', [2, 1, 1, 1, 1], 0, ({ f, body, piece, keep, effects }, parts) => {
    const [ofUpdate, ofReset, last, update, reset, kept] = parts;
    const r = keep(approximations.sigmoid(f, body, piece.load(ofReset)));
    effects.push(
      piece.store(update, approximations.sigmoid(f, body, piece.load(ofUpdate))),
      piece.store(reset, r),
      piece.store(kept, f.mul(r, piece.load(last))),
    );
  });

const resetGradSource = (): FunctionSource =>
  overParts('gruResetGrad', [1, 1, 1, 1, 1, 2, 1], 0, ({ f, piece, keep, effects }, parts) => {
    const [gUpdate, gKept, update, reset, last, d0, d1, dLast] = parts;
    const [z, r, g] = [update, reset, gKept].map((part) => keep(piece.load(part)));
    effects.push(
      piece.store(d0, f.mul(piece.load(gUpdate), ofSigmoid(f, z))),
      piece.store(d1, f.mul(f.mul(g, piece.load(last)), ofSigmoid(f, r))),
      piece.store(dLast, f.mul(g, r)),
    );
  });

const outputSource = (): FunctionSource =>
  overParts('gruOutput', [1, 1, 1, 1, 1], 0, ({ f, body, piece, keep, effects }, parts) => {
    const [candidate, update, last, y, activated] = parts;
    const t = keep(approximations.tanh(f, body, piece.load(candidate)));
    const z = keep(piece.load(update));
    const rest = f.mul(f.sub(f.splat(1), z), t);
    effects.push(
      piece.store(y, f.add(f.mul(z, piece.load(last)), rest)),
      piece.store(activated, t),
    );
  });

const outputGradSource = (): FunctionSource =>
  overParts('gruOutputGrad', [1, 1, 1, 1, 1, 1, 1], 0, ({ f, piece, keep, effects }, parts) => {
    const [cotangent, activated, update, last, dCandidate, dUpdate, dLast] = parts;
    const [g, t, z] = [cotangent, activated, update].map((part) => keep(piece.load(part)));
    effects.push(
      piece.store(dCandidate, f.mul(f.mul(g, f.sub(f.splat(1), z)), bend(f, t))),
      piece.store(dUpdate, f.mul(g, f.sub(piece.load(last), t))),
      piece.store(dLast, f.mul(g, z)),
    );
  });

const sources = {
  lstmGates: lstmSource,
  lstmGatesGrad: lstmGradSource,
  gruReset: resetSource,
  gruResetGrad: resetGradSource,
  gruOutput: outputSource,
  gruOutputGrad: outputGradSource,
} as const;

type Name = keyof typeof sources;

const made: Partial<Record<Name, KernelFunction>>[] = [{}, {}];

function functionNamed(name: Name): KernelFunction {
  return (made[isFused() ? 1 : 0][name] ??= compile([sources[name]()])[name]);
}

/** Whether vectors compute rows of n numbers. */
export function areWorthIt(n: number, x: Values): boolean {
  return x instanceof Float32Array && x.length > 0 && fitsScratch(n * 64) && isAvailable();
}

const chunkBytes = 32768;

/** Runs a function over rows that are staged together; shared rows stay where they are. */
function runRows(
  run: KernelFunction,
  inputs: readonly Values[],
  outputs: readonly Operand[],
  n: number,
  rows: number,
  shared: readonly number[],
): void {
  const start = mark();
  const all = [...inputs, ...outputs.map(({ values }) => values)];
  const widths = all.map((x) => x.length / rows);
  const total = widths.reduce((a, b) => a + b, 0);
  const together = Math.min(rows, Math.max(1, Math.floor(chunkBytes / 4 / total)));
  const places = widths.map((width) => reserve(together * width * 4));
  for (let row = 0; row < rows; row += together) {
    const count = Math.min(together, rows - row);
    inputs.forEach((x, i) => {
      copyIn(x, row * widths[i], count * widths[i], places[i]);
    });
    run(...places, ...shared, n * 4, count);
    for (let i = inputs.length; i < all.length; i++)
      copyOut(places[i], all[i], row * widths[i], count * widths[i]);
  }
  release(start);
}

export function lstmGates(
  gates: Values,
  cell: Values,
  bias: Values,
  n: number,
  outputs: readonly Operand[],
): void {
  const start = mark();
  const place = reserve(n * 4);
  const row = bias.length === 1 ? new Float32Array(n).fill(bias[0]) : (bias as Float32Array);
  copyIn(row, 0, n, place);
  runRows(functionNamed('lstmGates'), [gates, cell], outputs, n, cell.length / n, [place]);
  release(start);
}

/** All rows of inputs and outputs that have n numbers for each column. */
export function overRows(
  name: Name,
  inputs: readonly Operand[],
  n: number,
  outputs: readonly Operand[],
): void {
  const values = inputs.map((x) => x.values);
  runRows(functionNamed(name), values, outputs, n, outputs[outputs.length - 1].size / n, []);
}
