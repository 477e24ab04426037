import { requireFinite } from '../base/options.ts';
import { only, requireAxis } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Differentiability, Op, Reads } from '../core/op.ts';
import { defineOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Kernel } from '../kernels/kernel.ts';
import * as rows from '../kernels/softmax.ts';
import type { LeakyReluParams } from '../kernels/transcendental.ts';
import * as loops from '../kernels/transcendental.ts';
import { mul, sub } from './arithmetic.ts';
import { inEachExample } from './batchRules.ts';
import { sign } from './select.ts';
import {
  defineUnary,
  slopeAtInput,
  slopeAtOutput,
  toFloat,
  toNumber,
  unary,
} from './elementwise.ts';
import { cast, sum, transpose, zerosLike } from './structural.ts';
import { exp } from './transcendental.ts';

export const sigmoidOp = defineUnary(
  'sigmoid',
  loops.sigmoid,
  slopeAtOutput(loops.sigmoidSlope, (y) => mul(y, sub(1, y))),
  { coerce: toFloat },
);

/**
 * `1 / (1 + exp(-x))`.
 *
 * @example sigmoid([0, 100]) // [0.5, 1]
 */
export function sigmoid(x: TensorLike): Tensor {
  return unary(sigmoidOp, x);
}

export const softplusOp = defineUnary(
  'softplus',
  loops.softplus,
  slopeAtInput(loops.softplusSlope, sigmoid),
  { coerce: toFloat },
);

/**
 * `log(1 + exp(x))`, right also where `exp(x)` overflows.
 *
 * @example softplus(1000) // 1000
 */
export function softplus(x: TensorLike): Tensor {
  return unary(softplusOp, x);
}

// Where the output is not 0 it is positive, so its sign is the slope.
export const reluOp = defineUnary('relu', loops.relu, slopeAtOutput(loops.reluSlope, sign), {
  coerce: toNumber,
  kinks: '0 at 0',
});

/**
 * `x` where it is positive, else 0. Its slope at 0 is 0.
 *
 * @example relu([-1, 0, 2]) // [0, 0, 2]
 */
export function relu(x: TensorLike): Tensor {
  return unary(reluOp, x);
}

export const leakyReluOp: Op<LeakyReluParams> = defineOp<LeakyReluParams>({
  name: 'leakyRelu',
  infer: (inputs) => only(inputs[0]),
  kernel: loops.leakyReluKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ inputs: [x], params }, [t]) => [t && leakyReluGrad(t, x, params)],
    vjp: ({ inputs: [x], params }, [g]) => [g && leakyReluGrad(g, x, params)],
  },
  batch: (inputs, _, params) => apply(leakyReluOp, inputs, params),
  traits: { elementwise: true },
  reads: { inputs: [0], outputs: [] },
  kinks: 'alpha at 0',
});

// The slope is piecewise constant in x: zeros, like those of `sign`, rather than a missing gradient.
export const leakyReluGradOp: Op<LeakyReluParams> = defineOp<LeakyReluParams>({
  name: 'leakyReluGrad',
  infer: (inputs) => only(inputs[0]),
  kernel: loops.leakyReluGradKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ inputs: [, x], params }, [t]) => [t ? leakyReluGrad(t, x, params) : zerosLike(x)],
    vjp: ({ inputs: [, x], params }, [g]) => [g && leakyReluGrad(g, x, params), g && zerosLike(x)],
  },
  batch: (inputs, batched, params, size) =>
    apply(leakyReluGradOp, inEachExample(inputs, batched, size), params),
  traits: { elementwise: true },
  reads: { inputs: [1], outputs: [] },
});

function leakyReluGrad(g: Tensor, x: Tensor, params: LeakyReluParams): Tensor {
  return apply(leakyReluGradOp, [g, x], params)[0];
}

/**
 * `x` where it is positive, else `alpha * x`. Its slope at 0 is `alpha`.
 *
 * @throws ArgumentError when `alpha` is no finite number
 * @example leakyRelu([-2, 0, 2], 0.5) // [-1, 0, 2]
 */
export function leakyRelu(x: TensorLike, alpha = 0.2): Tensor {
  requireFinite('leakyRelu', 'alpha', alpha);
  const input = asTensor(x, 'x', 'leakyRelu');
  return apply(leakyReluOp, [cast(input, toFloat(input.dtype))], { alpha })[0];
}

/** An op on the last axis of inputs of one shape. */
function defineRowOp(
  name: string,
  kernel: Kernel<unknown>,
  derivative: Differentiability<undefined>,
  reads: Reads,
): Op {
  const op: Op = defineOp({
    name,
    infer: (inputs) => only(inputs[0]),
    kernel,
    derivative,
    batch: (inputs, batched, _, size) => apply(op, inEachExample(inputs, batched, size), undefined),
    reads,
  });
  return op;
}

const readsOutput = { inputs: [], outputs: [0] } as const;
const readsInputs = { inputs: [0, 1], outputs: [] } as const;

export const softmaxOp = defineRowOp(
  'softmax',
  rows.softmaxKernel,
  {
    kind: 'rules',
    jvp: ({ outputs: [y] }, [t]) => [t && apply(softmaxGradOp, [t, y], undefined)[0]],
    vjp: ({ outputs: [y] }, [g]) => [g && apply(softmaxGradOp, [g, y], undefined)[0]],
  },
  readsOutput,
);

export const softmaxGradOp = defineRowOp(
  'softmaxGrad',
  rows.softmaxGradKernel,
  { kind: 'expansion', expand: ([g, y]) => [mul(y, sub(g, sum(mul(g, y), -1, true)))] },
  readsInputs,
);

export const logSoftmaxOp = defineRowOp(
  'logSoftmax',
  rows.logSoftmaxKernel,
  {
    kind: 'rules',
    jvp: ({ outputs: [y] }, [t]) => [t && sub(t, sum(mul(exp(y), t), -1, true))],
    vjp: ({ outputs: [y] }, [g]) => [g && apply(logSoftmaxGradOp, [g, y], undefined)[0]],
  },
  readsOutput,
);

export const logSoftmaxGradOp = defineRowOp(
  'logSoftmaxGrad',
  rows.logSoftmaxGradKernel,
  { kind: 'expansion', expand: ([g, y]) => [sub(g, mul(exp(y), sum(g, -1, true)))] },
  readsInputs,
);

function alongAxis(op: Op, x: TensorLike, axis: number): Tensor {
  const input = asTensor(x, 'logits', op.name);
  const at = requireAxis(op.name, axis, input.rank);
  const reals = cast(input, toFloat(input.dtype));
  const last = input.rank - 1;
  if (at === last) return apply(op, [reals], undefined)[0];
  const exchange = input.shape.map((_, i) => (i === at ? last : i === last ? at : i));
  return transpose(apply(op, [transpose(reals, exchange)], undefined)[0], exchange);
}

/**
 * `exp(logits) / sum(exp(logits))` along `axis`, without overflow: positive numbers whose sum is 1.
 *
 * @throws AxisError when `axis` is outside the rank
 * @example softmax([0, 0, -1000]) // [0.5, 0.5, 0]
 */
export function softmax(logits: TensorLike, axis = -1): Tensor {
  return alongAxis(softmaxOp, logits, axis);
}

/**
 * `logits - logSumExp(logits)` along `axis`: the logarithm of the softmax, in nats.
 *
 * @throws AxisError when `axis` is outside the rank
 * @example logSoftmax([0, -1000]) // [0, -1000]
 */
export function logSoftmax(logits: TensorLike, axis = -1): Tensor {
  return alongAxis(logSoftmaxOp, logits, axis);
}
