import type { Kernel, Operand } from './kernel.ts';
import { logistic } from './transcendental.ts';
import * as vectors from './wasm/recurrent.ts';

/*
 * The elementwise part of recurrent cells, row by row. Gates lie side by side in a row: those of a long
 * short-term memory are input, candidate, forget, output.
 */

/**
 * Inputs: gates (…, 4 n), cell (…, n), forget bias of one number or n. Outputs: next cell, output (…, n),
 * and the gates after their activations.
 */
export const lstmGatesKernel: Kernel<unknown> = (inputs, outputs) => {
  const [gates, cell, bias] = inputs;
  const [next, output, activated] = outputs;
  const n = rowLength(cell);
  if (vectors.areWorthIt(n, cell.values)) {
    vectors.lstmGates(gates.values, cell.values, bias.values, n, [next, output, activated]);
    return;
  }
  const a = activated.values;
  for (let at = 0, row = 0; at < cell.size; at += n, row += 4 * n) {
    for (let j = 0; j < n; j++) {
      const place = row + j;
      const forget = gates.values[place + 2 * n] + bias.values[bias.size === 1 ? 0 : j];
      const input = logistic(gates.values[place]);
      const candidate = Math.tanh(gates.values[place + n]);
      const kept = logistic(forget);
      const open = logistic(gates.values[place + 3 * n]);
      const state = input * candidate + cell.values[at + j] * kept;
      a[place] = input;
      a[place + n] = candidate;
      a[place + 2 * n] = kept;
      a[place + 3 * n] = open;
      next.values[at + j] = state;
      output.values[at + j] = Math.tanh(state) * open;
    }
  }
};

/** Inputs: cotangents of next cell and output, activated gates, cell and next cell; outputs: for gates and cell. */
export const lstmGatesGradKernel: Kernel<unknown> = (inputs, [dGates, dCell]) => {
  const [gNext, gOutput, activated, cell, next] = inputs.map(({ values }) => values);
  const n = rowLength(dCell);
  if (vectors.areWorthIt(n, cell)) {
    vectors.overRows('lstmGatesGrad', inputs, n, [dGates, dCell]);
    return;
  }
  for (let at = 0, row = 0; at < dCell.size; at += n, row += 4 * n) {
    for (let j = 0; j < n; j++) {
      const place = row + j;
      const [input, candidate] = [activated[place], activated[place + n]];
      const [kept, open] = [activated[place + 2 * n], activated[place + 3 * n]];
      const t = Math.tanh(next[at + j]);
      const g = gNext[at + j] + gOutput[at + j] * open * ((1 - t) * (1 + t));
      dGates.values[place] = g * candidate * (input * (1 - input));
      dGates.values[place + n] = g * input * ((1 - candidate) * (1 + candidate));
      dGates.values[place + 2 * n] = g * cell[at + j] * (kept * (1 - kept));
      dGates.values[place + 3 * n] = gOutput[at + j] * t * (open * (1 - open));
      dCell.values[at + j] = g * kept;
    }
  }
};

/** Inputs: gates (…, 2 n), update and reset, and the last output (…, n). Outputs: both after the sigmoid, reset times last. */
export const gruResetKernel: Kernel<unknown> = ([gates, last], outputs) => {
  const [update, reset, kept] = outputs.map(({ values }) => values);
  const n = rowLength(last);
  if (vectors.areWorthIt(n, last.values)) {
    vectors.overRows('gruReset', [gates, last], n, outputs);
    return;
  }
  for (let at = 0, row = 0; at < last.size; at += n, row += 2 * n) {
    for (let j = 0; j < n; j++) {
      const r = logistic(gates.values[row + n + j]);
      update[at + j] = logistic(gates.values[row + j]);
      reset[at + j] = r;
      kept[at + j] = r * last.values[at + j];
    }
  }
};

/** Inputs: cotangents of update and of reset times last, then update, reset and last; outputs: for gates and last. */
export const gruResetGradKernel: Kernel<unknown> = (inputs, outputs) => {
  const [gUpdate, gKept, update, reset, last] = inputs.map(({ values }) => values);
  const [dGates, dLast] = outputs;
  const n = rowLength(dLast);
  if (vectors.areWorthIt(n, last)) {
    vectors.overRows('gruResetGrad', inputs, n, outputs);
    return;
  }
  for (let at = 0, row = 0; at < dLast.size; at += n, row += 2 * n) {
    for (let j = 0; j < n; j++) {
      const [z, r] = [update[at + j], reset[at + j]];
      dGates.values[row + j] = gUpdate[at + j] * (z * (1 - z));
      dGates.values[row + n + j] = gKept[at + j] * last[at + j] * (r * (1 - r));
      dLast.values[at + j] = gKept[at + j] * r;
    }
  }
};

/** Inputs of one shape: candidate, update and last; outputs: update last + (1 - update) t, and t = tanh(candidate). */
export const gruOutputKernel: Kernel<unknown> = (inputs, outputs) => {
  const [candidate, update, last] = inputs.map(({ values }) => values);
  const [y, activated] = outputs.map(({ values }) => values);
  if (vectors.areWorthIt(rowLength(inputs[0]), last)) {
    vectors.overRows('gruOutput', inputs, rowLength(inputs[0]), outputs);
    return;
  }
  for (let i = 0; i < y.length; i++) {
    const t = Math.tanh(candidate[i]);
    activated[i] = t;
    y[i] = update[i] * last[i] + (1 - update[i]) * t;
  }
};

/** Inputs: cotangent, t, update and last; outputs: for candidate, update and last. */
export const gruOutputGradKernel: Kernel<unknown> = (inputs, outputs) => {
  const [g, t, update, last] = inputs.map(({ values }) => values);
  const [dCandidate, dUpdate, dLast] = outputs.map(({ values }) => values);
  if (vectors.areWorthIt(rowLength(inputs[0]), last)) {
    vectors.overRows('gruOutputGrad', inputs, rowLength(inputs[0]), outputs);
    return;
  }
  for (let i = 0; i < g.length; i++) {
    dCandidate[i] = g[i] * (1 - update[i]) * ((1 - t[i]) * (1 + t[i]));
    dUpdate[i] = g[i] * (last[i] - t[i]);
    dLast[i] = g[i] * update[i];
  }
};

function rowLength({ shape }: Operand): number {
  return shape.length === 0 ? 1 : shape[shape.length - 1];
}
