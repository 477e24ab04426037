import type { DType } from '../../lib/base/dtype.ts';
import { newValues } from '../../lib/base/dtype.ts';
import type { Shape } from '../../lib/base/shape.ts';
import { sizeOf } from '../../lib/base/shape.ts';
import type { Kernel, Operand } from '../../lib/kernels/kernel.ts';

/* What kernel specs need: operands, runs with poisoned outputs, and elements by index. */

export function operand(dtype: DType, shape: Shape, elements: readonly number[]): Operand {
  const values = newValues(dtype, sizeOf(shape));
  values.set(elements);
  return { values, shape, dtype, size: values.length };
}

/** Elements that differ from each other, of both signs where the dtype allows. */
export function sample(dtype: DType, shape: Shape): Operand {
  const size = sizeOf(shape);
  const elements = Array.from({ length: size }, (_, i) =>
    dtype === 'bool' ? (i * i) % 2 : i - (size >> 1),
  );
  return operand(dtype, shape, elements);
}

interface Result {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** Runs a kernel with one output. */
export function compute<P>(
  kernel: Kernel<P>,
  inputs: readonly Operand[],
  { dtype, shape }: Result,
  params: P,
): number[] {
  return computeAll(kernel, inputs, [{ dtype, shape }], params)[0];
}

/** Runs a kernel twice, on differently poisoned outputs, and checks that it left no trace of that. */
export function computeAll<P>(
  kernel: Kernel<P>,
  inputs: readonly Operand[],
  results: readonly Result[],
  params: P,
): number[][] {
  const before = inputs.map((x) => x.values.slice());
  const [first, second] = [NaN, 77].map((poison) => {
    const outputs = results.map(({ dtype, shape }) => {
      const values = newValues(dtype, sizeOf(shape)).fill(poison);
      return { values, shape, dtype, size: values.length };
    });
    kernel(inputs, outputs, params);
    return outputs.map((y) => Array.from(y.values));
  });
  expect(second).toEqual(first);
  expect(inputs.map((x) => x.values)).toEqual(before);
  return first;
}

/** All indices of a shape, in the order in which elements are stored. */
export function indicesOf(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (heads, size) => heads.flatMap((head) => Array.from({ length: size }, (_, i) => [...head, i])),
    [[]],
  );
}

/** The element at an index, read as if size-1 axes and missing leading ones were broadcast. */
export function elementAt({ values, shape }: Operand, index: readonly number[]): number {
  const own = index.slice(index.length - shape.length);
  return values[shape.reduce((at, size, axis) => at * size + (size === 1 ? 0 : own[axis]), 0)];
}

/** How many numbers of float64 lie between two of them. */
export function ulpsApart(a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  if (Number.isNaN(a) || Number.isNaN(b)) return Infinity;
  const [i, j] = new BigInt64Array(Float64Array.of(a, b).buffer);
  const order = (bits: bigint): bigint => (bits < 0n ? -(bits & 0x7fffffffffffffffn) : bits);
  const distance = order(i) - order(j);
  return Number(distance < 0n ? -distance : distance);
}
