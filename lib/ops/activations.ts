import { requireFinite } from '../base/options.ts';
import { only } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Op } from '../core/op.ts';
import { defineOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import type { LeakyReluParams } from '../kernels/transcendental.ts';
import * as loops from '../kernels/transcendental.ts';
import { mul, sub } from './arithmetic.ts';
import { sign } from './compare.ts';
import {
  defineUnary,
  slopeAtInput,
  slopeAtOutput,
  toFloat,
  toNumber,
  unary,
} from './elementwise.ts';
import { broadcastTo, cast, zerosLike } from './structural.ts';

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
  batch: ([g, x], batched, params, size) => {
    const whole = [g, x].map((z, i) => (batched[i] ? z : broadcastTo(z, [size, ...z.shape])));
    return apply(leakyReluGradOp, whole, params);
  },
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
