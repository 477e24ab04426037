import type { Tensor } from '../../lib/index.ts';
import {
  conv2d,
  GradientTape,
  layerNorm,
  maxPool,
  tensor,
  train,
  variable,
} from '../../lib/index.ts';
import { sizeOf, uniform } from '../workloads/values.ts';
import type { Case, Limit } from './cases.ts';

function random(seed: number, shape: readonly number[]): Tensor {
  return tensor(uniform(seed, sizeOf(shape)), shape);
}

/** The derivative of an op alone, recorded once: what a tape runs on its way back. */
function derivative(y: (of: Tensor) => Tensor, of: Tensor): () => unknown {
  const tape = new GradientTape({ persistent: true });
  tape.watch(of);
  const result = y(of);
  tape.stop();
  const outputGradients = random(9, result.shape);
  return () => tape.gradient(result, of, { outputGradients });
}

function opCase(
  name: string,
  limit: Limit,
  work: Pick<Case, 'flops' | 'bytes' | 'elements'>,
  run: () => unknown,
): Case {
  return { name, limit, ...work, run };
}

/** The second convolution of W6. */
function convolution(): Case[] {
  const [x, filter] = [random(1, [64, 14, 14, 32]), random(2, [3, 3, 32, 64])];
  const y = (of: { readonly x?: Tensor; readonly filter?: Tensor }): Tensor =>
    conv2d(of.x ?? x, of.filter ?? filter, 1, 'same');
  const places = 64 * 14 * 14;
  const work = {
    flops: 2 * places * 64 * 9 * 32,
    bytes: 4 * (x.size + filter.size + places * 64),
    elements: places * 64,
  };
  return [
    opCase('convolution 3 x 3, 32 to 64', 'arithmetic', work, () => y({})),
    opCase(
      'convolution, gradient for the input',
      'arithmetic',
      work,
      derivative((at) => y({ x: at }), x),
    ),
    opCase(
      'convolution, gradient for the filter',
      'arithmetic',
      work,
      derivative((at) => y({ filter: at }), filter),
    ),
  ];
}

function normalization(): Case[] {
  const x = random(1, [512, 128]);
  const affine = { scale: random(2, [128]), offset: random(3, [128]) };
  const f = (at: Tensor): Tensor => layerNorm(at, affine, -1, 1e-5);
  const [forward, back] = [8 * x.size, 12 * x.size].map((bytes) => ({
    flops: 0,
    bytes,
    elements: x.size,
  }));
  return [
    opCase('layer norm, 512 rows of 128', 'copy', forward, () => f(x)),
    opCase('layer norm, gradient for the input', 'copy', back, derivative(f, x)),
  ];
}

function pooling(): Case[] {
  const x = random(1, [64, 28, 28, 32]);
  const f = (at: Tensor): Tensor => maxPool(at, 2, 2, 'same');
  const [forward, back] = [5 * x.size, 9 * x.size].map((bytes) => ({
    flops: 0,
    bytes,
    elements: x.size,
  }));
  return [
    opCase('max pooling 2 x 2 of 64 x 28 x 28 x 32', 'copy', forward, () => f(x)),
    opCase('max pooling, gradient', 'copy', back, derivative(f, x)),
  ];
}

function updates(): Case[] {
  const [w, g] = [variable(random(1, [784, 512])), random(2, [784, 512])];
  const adam = train.adam(1e-4);
  const sgd = train.sgd(1e-3);
  const work = (arrays: number): Omit<Case, 'name' | 'limit' | 'run'> => ({
    flops: 0,
    bytes: 4 * arrays * g.size,
    elements: g.size,
  });
  return [
    opCase('Adam, 784 x 512', 'copy', work(7), () => {
      adam.applyGradients([[g, w]]);
    }),
    opCase('gradient descent, 784 x 512', 'copy', work(3), () => {
      sgd.applyGradients([[g, w]]);
    }),
  ];
}

/** Ops as they are called, each with a fresh array for its result. */
export function opCases(): readonly Case[] {
  return [...convolution(), ...normalization(), ...pooling(), ...updates()];
}
