import { isFloat } from '../base/dtype.ts';
import { misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { pairOf, sameShape, specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { Op } from '../core/op.ts';
import { defineOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import * as kernels from '../kernels/recurrent.ts';
import { sigmoid } from './activations.ts';
import { mul, square, sub } from './arithmetic.ts';
import { inEachExample } from './batchRules.ts';
import { add } from './elementwise.ts';
import { concat, split } from './joining.ts';
import { alignRank, sumToShape, zerosLike } from './structural.ts';
import { tanh } from './transcendental.ts';

/*
 * The elementwise part of recurrent cells as one op each way. What the activations gave is an output of
 * its own, so that the way back need not compute them again.
 */

/** Inputs: gates, cell and forget bias; outputs: next cell, output and activated gates. */
export const lstmGatesOp: Op = defineOp({
  name: 'lstmGates',
  infer: ([gates, cell]) => {
    const wanted = [...cell.shape.slice(0, -1), 4 * cell.shape[cell.shape.length - 1]];
    if (!sameShape(gates.shape, wanted)) {
      const condition = `have four columns for each of the cell: ${formatShape(wanted)}`;
      throw misuse(ShapeError, 'lstmGates', 'gates', condition, formatShape(gates.shape));
    }
    return [cell, cell, gates];
  },
  kernel: kernels.lstmGatesKernel,
  derivative: {
    kind: 'rules',
    vjp: ({ inputs: [, cell, bias], outputs: [next, , activated] }, given, needed) => {
      const [ofNext, ofOutput, ofActivated] = given;
      const known = [activated, cell, next];
      const cotangents = [ofNext ?? zerosLike(next), ofOutput ?? zerosLike(next)];
      const [own, dCell] = apply(lstmGatesGradOp, [...cotangents, ...known], undefined);
      const dGates = ofActivated === null ? own : add(own, mul(ofActivated, slopes(activated)));
      const dBias = needed[2] ? sumToShape(split(dGates, 4, -1)[2], bias.shape) : null;
      return [dGates, dCell, dBias];
    },
  },
  batch: ([gates, cell, bias], batched, _, size) => {
    const [all, cells] = inEachExample([gates, cell], batched, size);
    if (!batched[2]) return apply(lstmGatesOp, [all, cells, bias], undefined);
    return gatesByOps(all, cells, alignRank(bias, cells.rank - 1));
  },
  reads: { inputs: [1], outputs: [0, 2] },
});

/** Of the four activations, from what they gave. */
function slopes(activated: Tensor): Tensor {
  const [input, candidate, forget, open] = split(activated, 4, -1);
  const ofSigmoid = (y: Tensor): Tensor => mul(y, sub(1, y));
  const bend = sub(1, square(candidate));
  return concat([ofSigmoid(input), bend, ofSigmoid(forget), ofSigmoid(open)], -1);
}

/** Inputs: cotangents of next cell and output, activated gates, cell and next cell. */
export const lstmGatesGradOp: Op = defineOp({
  name: 'lstmGatesGrad',
  infer: ([, , activated, cell]) => pairOf(activated, cell),
  kernel: kernels.lstmGatesGradKernel,
  derivative: {
    kind: 'expansion',
    expand: ([gNext, gOutput, activated, cell, next]) => {
      const [input, candidate, forget, open] = split(activated, 4, -1);
      const t = tanh(next);
      const g = add(gNext, mul(mul(gOutput, open), sub(1, square(t))));
      const shares = [mul(g, candidate), mul(g, input), mul(g, cell), mul(gOutput, t)];
      return [mul(concat(shares, -1), slopes(activated)), mul(g, forget)];
    },
  },
  batch: (inputs, batched, _, size) =>
    apply(lstmGatesGradOp, inEachExample(inputs, batched, size), undefined),
});

function gatesByOps(gates: Tensor, cell: Tensor, forgetBias: Tensor): readonly Tensor[] {
  const [i, candidate, f, o] = split(gates, 4, -1);
  const activated = [sigmoid(i), tanh(candidate), sigmoid(add(f, forgetBias)), sigmoid(o)];
  const next = add(mul(activated[0], activated[1]), mul(cell, activated[2]));
  return [next, mul(tanh(next), activated[3]), concat(activated, -1)];
}

/** The new cell state and output from what the gates of a long short-term memory are made of. */
export function remember(gates: Tensor, cell: Tensor, forgetBias: Tensor): [Tensor, Tensor] {
  const { dtype, shape } = cell;
  const isOne = isFloat(dtype) && [gates, forgetBias].every((x) => x.dtype === dtype);
  const isRow = forgetBias.size === 1 || sameShape(forgetBias.shape, shape.slice(-1));
  const isWhole = sameShape(gates.shape.slice(0, -1), shape.slice(0, -1));
  const [next, output] =
    isOne && isRow && isWhole && forgetBias.rank <= 1
      ? apply(lstmGatesOp, [gates, cell, forgetBias], undefined)
      : gatesByOps(gates, cell, forgetBias);
  return [next, output];
}

/** An op whose inputs all carry the examples of a batch. */
function defineCell(definition: Omit<Op, 'batch' | 'traits'>): Op {
  const op: Op = defineOp({
    ...definition,
    batch: (inputs, batched, _, size) => apply(op, inEachExample(inputs, batched, size), undefined),
  });
  return op;
}

/** Inputs: gates and the last output; outputs: update, reset, and reset times last. */
export const gruResetOp: Op = defineCell({
  name: 'gruReset',
  infer: ([, last]) => [last, last, last],
  kernel: kernels.gruResetKernel,
  derivative: {
    kind: 'rules',
    vjp: ({ inputs: [, last], outputs: [update, reset] }, [ofUpdate, ofReset, ofKept]) => {
      const cotangents = [ofUpdate ?? zerosLike(last), ofKept ?? zerosLike(last)];
      const given = [...cotangents, update, reset, last];
      const [dGates, dLast] = apply(gruResetGradOp, given, undefined);
      if (ofReset === null) return [dGates, dLast];
      const share = mul(ofReset, mul(reset, sub(1, reset)));
      return [add(dGates, concat([zerosLike(share), share], -1)), dLast];
    },
  },
  reads: { inputs: [1], outputs: [0, 1] },
});

/** Inputs: cotangents of update and of reset times last, then update, reset and last. */
export const gruResetGradOp: Op = defineCell({
  name: 'gruResetGrad',
  infer: ([, , , , last]) => {
    const width = last.shape[last.shape.length - 1];
    return [specOf([...last.shape.slice(0, -1), 2 * width], last.dtype), last];
  },
  kernel: kernels.gruResetGradKernel,
  derivative: {
    kind: 'expansion',
    expand: ([gUpdate, gKept, update, reset, last]) => {
      const byUpdate = mul(gUpdate, mul(update, sub(1, update)));
      const byReset = mul(mul(gKept, last), mul(reset, sub(1, reset)));
      return [concat([byUpdate, byReset], -1), mul(gKept, reset)];
    },
  },
  reads: { inputs: 'every', outputs: [] },
});

/** Inputs: candidate, update and last; outputs: the new output, and the tanh of the candidate. */
export const gruOutputOp: Op = defineCell({
  name: 'gruOutput',
  infer: ([, , last]) => pairOf(last, last),
  kernel: kernels.gruOutputKernel,
  derivative: {
    kind: 'rules',
    vjp: ({ inputs: [, update, last], outputs: [, activated] }, [g, ofActivated]) => {
      const given = [g ?? zerosLike(last), activated, update, last];
      const [dCandidate, ...rest] = apply(gruOutputGradOp, given, undefined);
      if (ofActivated === null) return [dCandidate, ...rest];
      return [add(dCandidate, mul(ofActivated, sub(1, square(activated)))), ...rest];
    },
  },
  reads: { inputs: [1, 2], outputs: [1] },
});

/** Inputs: cotangent, tanh of the candidate, update and last. */
export const gruOutputGradOp: Op = defineCell({
  name: 'gruOutputGrad',
  infer: ([, , , last]) => [last, last, last],
  kernel: kernels.gruOutputGradKernel,
  derivative: {
    kind: 'expansion',
    expand: ([g, activated, update, last]) => [
      mul(mul(g, sub(1, update)), sub(1, square(activated))),
      mul(g, sub(last, activated)),
      mul(g, update),
    ],
  },
  reads: { inputs: 'every', outputs: [] },
});

/**
 * The output of a gated recurrent unit from what its update and reset gates are made of, and from a
 * function that gives what its candidate is made of.
 */
export function refresh(
  gates: Tensor,
  last: Tensor,
  candidateOf: (kept: Tensor) => Tensor,
): Tensor {
  const isWhole = sameShape(gates.shape.slice(0, -1), last.shape.slice(0, -1));
  if (isFloat(last.dtype) && gates.dtype === last.dtype && isWhole) {
    const [update, , kept] = apply(gruResetOp, [gates, last], undefined);
    const candidate = candidateOf(kept);
    if (candidate.dtype === last.dtype && sameShape(candidate.shape, last.shape))
      return apply(gruOutputOp, [candidate, update, last], undefined)[0];
    return add(mul(update, last), mul(sub(1, update), tanh(candidate)));
  }
  const [z, r] = split(gates, 2, -1).map((gate) => sigmoid(gate));
  return add(mul(z, last), mul(sub(1, z), tanh(candidateOf(mul(r, last)))));
}
