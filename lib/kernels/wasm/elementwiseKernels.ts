import type { Values } from '../../base/dtype.ts';
import { forEachBlock } from '../broadcast.ts';
import type { Operand } from '../kernel.ts';
import type { BinaryLoop, SlopeLoop, UnaryLoop } from '../loops.ts';
import { v128 } from './code.ts';
import type { RowOperand, Vectorised } from './elementwise.ts';
import { choice, isWorthIt, runRows, runUnary } from './elementwise.ts';

/*
 * Elementwise kernels: each computes its op in vectors and says so, or does nothing where the loop should
 * do the work.
 */

export function unary({ formula }: UnaryLoop, x: Values, y: Values, n: number): boolean {
  if (formula === undefined || !isWorthIt(formula, x, y, n)) return false;
  runUnary(formula, x, y, n);
  return true;
}

/** `s` may be one row that all rows of cotangents share. */
export function slope({ formula }: SlopeLoop, g: Values, s: Operand, y: Operand): boolean {
  if (formula === undefined || !isWorthIt(formula, g, y.values, y.size)) return false;
  const across = { values: g, at: 0, step: 1, rowStep: s.size };
  const shared = { values: s.values, at: 0, step: 1, rowStep: 0 };
  runRows(formula, [across, shared], y.values, 0, s.size, y.size / s.size);
  return true;
}

/** With broadcasting. */
export function binary({ formula }: BinaryLoop, operands: readonly Operand[], y: Operand): boolean {
  const [{ values }] = operands;
  if (formula === undefined || !isWorthIt(formula, values, y.values, y.size)) return false;
  compute(formula, operands, y);
  return true;
}

const chosen = choice((chooser, a, b) => v128.select(a, b, chooser));

/** One of two operands by a bool, with broadcasting. */
export function where(operands: readonly Operand[], y: Operand): boolean {
  const [, , b] = operands;
  if (!isWorthIt(chosen, b.values, y.values, y.size)) return false;
  compute(chosen, operands, y);
  return true;
}

/** Computes `y` from up to three operands of which each is a number or broadcasts to its shape. */
function compute(formula: Vectorised, operands: readonly Operand[], y: Operand): void {
  const n = y.size;
  if (areWhole(operands, n)) {
    const [a, b, c] = operands;
    // Literals: this is the way of arrays of a few hundred numbers, too.
    const rows =
      operands.length === 2
        ? [wholeRow(a, n), wholeRow(b, n)]
        : [wholeRow(a, n), wholeRow(b, n), wholeRow(c, n)];
    runRows(formula, rows, y.values, 0, n, 1);
    return;
  }
  const shapes = operands.map(({ shape }) => shape);
  forEachBlock(shapes, y.shape, (inner, outer, yAt, ...places) => {
    const rows = operands.map((x, k) => rowOf(x, places[k], inner.strides[k], outer.strides[k]));
    runRows(formula, rows, y.values, yAt, inner.size, outer.size);
  });
}

function areWhole(operands: readonly Operand[], n: number): boolean {
  for (const { size } of operands) if (size !== n && size !== 1) return false;
  return true;
}

function wholeRow(x: Operand, n: number): RowOperand {
  return rowOf(x, 0, x.size === n ? 1 : 0, 0);
}

function rowOf({ values }: Operand, at: number, step: number, rowStep: number): RowOperand {
  return { values, at, step, rowStep };
}
