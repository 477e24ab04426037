import type { DType, Values } from '../../lib/base/dtype.ts';
import type { AnyOp } from '../../lib/core/op.ts';
import type { Operand } from '../../lib/kernels/kernel.ts';
import { softmaxOp } from '../../lib/ops/activations.ts';
import { mulOp } from '../../lib/ops/arithmetic.ts';
import { addOp } from '../../lib/ops/elementwise.ts';
import { gatherOp } from '../../lib/ops/indexing.ts';
import { matMulOp } from '../../lib/ops/matmul.ts';
import { sumOp, transposeOp } from '../../lib/ops/structural.ts';
import { expOp, tanhOp } from '../../lib/ops/transcendental.ts';
import { classes, sizeOf, uniform } from '../workloads/values.ts';

/** Which of the machine's limits a kernel is read beside. */
export type Limit = 'arithmetic' | 'arithmetic64' | 'copy' | 'read';

export interface Case {
  readonly name: string;
  /** Floating-point operations, where the kernel is about them. */
  readonly flops: number;
  /** Bytes of all inputs and results. */
  readonly bytes: number;
  readonly elements: number;
  readonly limit: Limit;
  readonly run: () => unknown;
}

type Shape = readonly number[];

export function operand(values: Values, shape: Shape): Operand {
  const dtypes = { Float32Array: 'float32', Float64Array: 'float64', Int32Array: 'int32' } as const;
  const dtype: DType = dtypes[values.constructor.name as keyof typeof dtypes];
  return { values, shape, dtype, size: sizeOf(shape) };
}

export function numbers(seed: number, shape: Shape, isDouble = false): Operand {
  const values = uniform(seed, sizeOf(shape));
  return operand(isDouble ? Float64Array.from(values) : values, shape);
}

function empty(shape: Shape, isDouble: boolean): Operand {
  const size = sizeOf(shape);
  return operand(isDouble ? new Float64Array(size) : new Float32Array(size), shape);
}

function bytesOf(operands: readonly Operand[]): number {
  return operands.reduce((sum, { values }) => sum + values.byteLength, 0);
}

/** A kernel that writes into a given array. */
function kernelCase(
  name: string,
  op: AnyOp,
  inputs: readonly Operand[],
  shape: Shape,
  rest: { readonly params?: unknown; readonly flops?: number; readonly limit?: Limit } = {},
): Case {
  const outputs = [empty(shape, inputs[0].dtype === 'float64')];
  const { params, flops = 0, limit = 'copy' } = rest;
  return {
    name,
    flops,
    bytes: bytesOf([...inputs, ...outputs]),
    elements: Math.max(...inputs.map(({ size }) => size)),
    limit,
    run: () => {
      op.kernel(inputs, outputs, params);
    },
  };
}

function elementwise(n: number, isDouble = false): Case[] {
  const tag = `${n.toExponential().replace('+', '')}${isDouble ? ', float64' : ''}`;
  const [x, y] = [numbers(1, [n], isDouble), numbers(2, [n], isDouble)];
  const product = kernelCase('', mulOp, [x, y], [n]);
  const sum = kernelCase('', addOp, [x, y], [n]);
  const chain: Case = {
    ...sum,
    name: `mul, then add, ${tag}`,
    bytes: 2 * sum.bytes,
    run: () => [product.run(), sum.run()],
  };
  const all = { axes: [0], keepDims: false };
  return [
    kernelCase(`add, ${tag}`, addOp, [x, y], [n]),
    chain,
    kernelCase(`exp, ${tag}`, expOp, [x], [n]),
    kernelCase(`tanh, ${tag}`, tanhOp, [x], [n]),
    kernelCase(`sum, ${tag}`, sumOp, [x], [], { params: all, limit: 'read' }),
  ];
}

function copies(n: number): Case {
  const [x, y] = [uniform(1, n), new Float32Array(n)];
  return {
    name: `copy by the typed array's set, ${n.toExponential().replace('+', '')}`,
    flops: 0,
    bytes: 8 * n,
    elements: n,
    limit: 'copy',
    run: () => {
      y.set(x);
    },
  };
}

function moves(): Case[] {
  const square = numbers(1, [1000, 1000]);
  const rows = operand(classes(3, 10_000, 1000), [10_000]);
  const picks = { axis: 0, batchDims: 0, negative: 'throw' };
  const gather = kernelCase(
    'gather 10,000 of 1000 rows of 100',
    gatherOp,
    [numbers(2, [1000, 100]), rows],
    [10_000, 100],
    { params: picks },
  );
  return [
    kernelCase('softmax, 1000 rows of 100', softmaxOp, [numbers(1, [1000, 100])], [1000, 100]),
    kernelCase('transpose, 1000 x 1000', transposeOp, [square], [1000, 1000], {
      params: { perm: [1, 0] },
    }),
    { ...gather, bytes: 8_000_000, elements: 1_000_000 },
  ];
}

function products(n: number, isDouble: boolean): Case[] {
  const [a, b] = [numbers(1, [n, n], isDouble), numbers(2, [n, n], isDouble)];
  const flags = [false, true];
  const forms = flags.flatMap((transposeA) =>
    flags.map((transposeB) => ({ transposeA, transposeB })),
  );
  const limit = isDouble ? 'arithmetic64' : 'arithmetic';
  return (isDouble ? forms.slice(0, 1) : forms).map((params) => {
    const letters = `A${params.transposeA ? "'" : ''} B${params.transposeB ? "'" : ''}`;
    const name = `product ${letters}, ${String(n)}${isDouble ? ', float64' : ''}`;
    return kernelCase(name, matMulOp, [a, b], [n, n], { params, flops: 2 * n ** 3, limit });
  });
}

/** The kernels that are measured on their own, writing into given arrays. */
export function kernelCases(): readonly Case[] {
  return [
    copies(100_000),
    ...elementwise(100_000),
    copies(1_000_000),
    ...elementwise(1_000_000),
    ...elementwise(100_000, true),
    ...moves(),
    ...[64, 256, 512, 1024].flatMap((n) => products(n, false)),
    ...[256, 512].flatMap((n) => products(n, true)),
  ];
}
