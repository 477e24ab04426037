import type { Values } from '../base/dtype.ts';
import type { Kernel, Operand } from './kernel.ts';
import { sumRun } from './reduce.ts';
import { rowsInVectors, runRows } from './wasm/softmax.ts';

/*
 * The softmax family over the last axis. Each row is shifted by its maximum, so that nothing
 * overflows; its exponentials wait in a row of doubles, so that results are rounded once.
 */

/** exp(x) / sum(exp(x)) */
export const softmaxKernel: Kernel<unknown> = ([x], [y]) => {
  const operands = [x.values];
  if (rowsInVectors([...operands, y.values], lastSize(y))) {
    runRows('softmax', operands, y.values, rowsOf(y), lastSize(y));
    return;
  }
  const row = newRow(y);
  const n = row.length;
  for (let at = 0; at < y.size; at += n) {
    const sum = exponentiate(x.values, at, maxOf(x.values, at, n), row);
    for (let j = 0; j < n; j++) y.values[at + j] = row[j] / sum;
  }
};

/** x - log(sum(exp(x))) */
export const logSoftmaxKernel: Kernel<unknown> = ([x], [y]) => {
  const operands = [x.values];
  if (rowsInVectors([...operands, y.values], lastSize(y))) {
    runRows('logSoftmax', operands, y.values, rowsOf(y), lastSize(y));
    return;
  }
  const row = newRow(y);
  const n = row.length;
  for (let at = 0; at < y.size; at += n) {
    const max = maxOf(x.values, at, n);
    const logSum = Math.log(exponentiate(x.values, at, max, row));
    for (let j = 0; j < n; j++) y.values[at + j] = x.values[at + j] - max - logSum;
  }
};

/** Inputs g and y = softmax(x): y (g - sum(g y)). */
export const softmaxGradKernel: Kernel<unknown> = ([g, y], [dx]) => {
  const operands = [g.values, y.values];
  if (rowsInVectors([...operands, dx.values], lastSize(dx))) {
    runRows('softmaxGrad', operands, dx.values, rowsOf(dx), lastSize(dx));
    return;
  }
  const n = lastSize(dx);
  for (let at = 0; at < dx.size; at += n) {
    let sum = 0;
    for (let i = at; i < at + n; i++) sum += g.values[i] * y.values[i];
    for (let i = at; i < at + n; i++) dx.values[i] = y.values[i] * (g.values[i] - sum);
  }
};

/** Inputs g and y = logSoftmax(x): g - exp(y) sum(g). */
export const logSoftmaxGradKernel: Kernel<unknown> = ([g, y], [dx]) => {
  const operands = [g.values, y.values];
  if (rowsInVectors([...operands, dx.values], lastSize(dx))) {
    runRows('logSoftmaxGrad', operands, dx.values, rowsOf(dx), lastSize(dx));
    return;
  }
  const n = lastSize(dx);
  for (let at = 0; at < dx.size; at += n) {
    const sum = sumRun(g.values, at, n);
    for (let i = at; i < at + n; i++) dx.values[i] = g.values[i] - Math.exp(y.values[i]) * sum;
  }
};

/** Inputs labels and logits of shape (…, n): -sum(labels logSoftmax(logits)) of shape (…). */
export const softmaxCrossEntropyKernel: Kernel<unknown> = ([labels, logits], [loss]) => {
  const operands = [labels.values, logits.values];
  if (rowsInVectors([...operands, loss.values], lastSize(logits))) {
    runRows('crossEntropy', operands, loss.values, loss.size, lastSize(logits));
    return;
  }
  const row = newRow(logits);
  const n = row.length;
  for (let i = 0, at = 0; i < loss.size; i++, at += n) {
    const max = maxOf(logits.values, at, n);
    const logSum = Math.log(exponentiate(logits.values, at, max, row));
    let sum = 0;
    for (let j = at; j < at + n; j++) {
      // A label of 0 contributes nothing, even where the logit is -Infinity.
      const label = labels.values[j];
      if (label !== 0) sum += label * (logSum - (logits.values[j] - max));
    }
    loss.values[i] = sum;
  }
};

/** Inputs g of shape (…), labels and logits: g (softmax(logits) sum(labels) - labels). */
export const softmaxCrossEntropyGradKernel: Kernel<unknown> = ([g, labels, logits], [dx]) => {
  const operands = [g.values, labels.values, logits.values];
  if (rowsInVectors([...operands, dx.values], lastSize(logits))) {
    runRows('crossEntropyGrad', operands, dx.values, g.size, lastSize(logits));
    return;
  }
  const row = newRow(logits);
  const n = row.length;
  for (let i = 0, at = 0; i < g.size; i++, at += n) {
    const sum = exponentiate(logits.values, at, maxOf(logits.values, at, n), row);
    const total = sumRun(labels.values, at, n);
    for (let j = 0; j < n; j++) {
      dx.values[at + j] = g.values[i] * ((row[j] / sum) * total - labels.values[at + j]);
    }
  }
};

function lastSize(x: Operand): number {
  return x.shape[x.shape.length - 1];
}

function rowsOf(x: Operand): number {
  return x.size / lastSize(x);
}

function newRow(x: Operand): Float64Array {
  return new Float64Array(lastSize(x));
}

function maxOf(x: Values, at: number, n: number): number {
  let max = -Infinity;
  for (let i = at; i < at + n; i++) max = Math.max(max, x[i]);
  return max;
}

/** Fills `row` with exp(x - max) and returns its sum. */
function exponentiate(x: Values, at: number, max: number, row: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < row.length; j++) {
    row[j] = Math.exp(x[at + j] - max);
    sum += row[j];
  }
  return sum;
}
