import type { Values } from '../../base/dtype.ts';
import type { Operand } from '../kernel.ts';
import type { BinaryLoop, SlopeLoop, UnaryLoop } from '../loops.ts';
import { broadcastStrides, mergeAxes, singleAxis } from '../strides.ts';
import type { RowOperand, Vectorised } from './elementwise.ts';
import { isWorthIt, runBinary, runUnary } from './elementwise.ts';

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
  const across = { values: g, at: 0, step: 1, rowStep: s.size } as const;
  const shared = { values: s.values, at: 0, step: 1, rowStep: 0 } as const;
  runBinary(formula, across, shared, y.values, 0, s.size, s.size === y.size ? 1 : y.size / s.size);
  return true;
}

/** With broadcasting; rows too short for vectors are done by the loop. */
export function binary(loop: BinaryLoop, a: Operand, b: Operand, y: Operand): boolean {
  const { formula } = loop;
  if (formula === undefined || !isWorthIt(formula, a.values, y.values, y.size)) return false;
  const n = y.size;
  if (a.size === n && b.size === n)
    runBinary(formula, whole(a.values, n), whole(b.values, n), y.values, 0, n, 1);
  else runBroadcast(formula, loop, a, b, y);
  return true;
}

function whole(values: Values, n: number): RowOperand {
  return { values, at: 0, step: 1, rowStep: n };
}

/** Broadcast operands as blocks of rows: the last axis within a row, the one before it across rows. */
function runBroadcast(
  formula: Vectorised,
  loop: BinaryLoop,
  a: Operand,
  b: Operand,
  y: Operand,
): void {
  const strides = [broadcastStrides(a.shape, y.shape), broadcastStrides(b.shape, y.shape)];
  const axes = mergeAxes(y.shape, strides);
  const inner = axes.pop() ?? singleAxis;
  const outer = axes.pop() ?? { size: 1, strides: [0, 0] };
  const isStill = inner.strides[0] === 0 && inner.strides[1] === 0;
  let yAt = 0;
  const block = (aAt: number, bAt: number): void => {
    const operand = (x: Operand, at: number, which: 0 | 1): RowOperand => ({
      values: x.values,
      at,
      step: inner.strides[which] === 0 ? 0 : 1,
      rowStep: outer.strides[which],
    });
    const [left, right] = [operand(a, aAt, 0), operand(b, bAt, 1)];
    if (isStill || inner.size < shortestRow) {
      for (let row = 0; row < outer.size; row++) {
        loop(
          a.values,
          aAt + row * left.rowStep,
          left.step,
          b.values,
          bAt + row * right.rowStep,
          right.step,
          y.values,
          yAt + row * inner.size,
          inner.size,
        );
      }
    } else runBinary(formula, left, right, y.values, yAt, inner.size, outer.size);
    yAt += inner.size * outer.size;
  };
  const visit = (depth: number, aAt: number, bAt: number): void => {
    if (depth === axes.length) {
      block(aAt, bAt);
      return;
    }
    const { size, strides: steps } = axes[depth];
    for (let i = 0; i < size; i++) visit(depth + 1, aAt + i * steps[0], bAt + i * steps[1]);
  };
  visit(0, 0, 0);
}

/** Below this, a loop over a row is as fast as vectors. */
const shortestRow = 4;
