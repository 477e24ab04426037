import type { DType } from '../../lib/base/dtype.ts';
import { newValues } from '../../lib/base/dtype.ts';
import type { Shape } from '../../lib/base/shape.ts';
import { broadcastShapes } from '../../lib/base/shape.ts';
import * as arithmetic from '../../lib/kernels/arithmetic.ts';
import * as bitwise from '../../lib/kernels/bitwise.ts';
import * as compare from '../../lib/kernels/compare.ts';
import { binaryKernel, unaryKernel } from '../../lib/kernels/elementwise.ts';
import { selectKernel } from '../../lib/kernels/indexing.ts';
import type { Kernel, Operand } from '../../lib/kernels/kernel.ts';
import { both } from './both.ts';

const delicate = [0, -0, 1, -1, NaN, Infinity, -Infinity, 0.5, -0.5, 2.5, 1e-40, -3e38, 2 ** 31];

function operand(shape: Shape, dtype: DType, seed: number): Operand {
  const size = shape.reduce((product, n) => product * n, 1);
  const values = newValues(dtype, size);
  for (let i = 0; i < size; i++) {
    const pick = (i * 7 + seed * 5 + (i >> 3)) % 20;
    const number = pick < 13 ? delicate[pick] : Math.sin(i + seed) * 100;
    values[i] = dtype === 'bool' ? pick & 1 : number;
  }
  return { values, shape, dtype, size };
}

/** Requires the same bits of a kernel's vectors and its loop. */
function requireSameBits(kernel: Kernel<unknown>, inputs: readonly Operand[], dtype: DType): void {
  const shape = inputs.reduce<Shape>((all, x) => broadcastShapes('spec', all, x.shape), []);
  const size = shape.reduce((product, n) => product * n, 1);
  const [fast, slow] = both(() => {
    const values = newValues(dtype, size).fill(7);
    kernel(inputs, [{ values, shape, dtype, size }], undefined);
    return Array.from(values);
  }, 1);
  expect(fast).toEqual(slow);
}

// Equal shapes around a chunk, rows and columns of one and more, scalars, and both sides broadcast.
const shapes: readonly (readonly [Shape, Shape])[] = [
  [[67], [67]],
  [[4099], [4099]],
  [[130], []],
  [[], [131]],
  [[40, 7], [7]],
  [
    [40, 7],
    [40, 1],
  ],
  [[90, 2], [2]],
  [
    [90, 3],
    [90, 1],
  ],
  [
    [5, 1],
    [1, 33],
  ],
  [
    [3, 1, 9],
    [4, 9],
  ],
  [
    [2, 5, 6, 4],
    [5, 1, 4],
  ],
  [[2, 5003], [5003]],
];

const numbers = ['float32', 'float64', 'int32'] as const;

describe('two operands in vectors', () => {
  const { add, sub, mul } = arithmetic;
  const { maximum, minimum } = compare;
  const { equal, notEqual, less, lessEqual, greater, greaterEqual } = compare;
  const toNumbers = { add, sub, mul, maximum, minimum };
  const toBool = { equal, notEqual, less, lessEqual, greater, greaterEqual };
  const ofBits = {
    and: compare.logicalAnd,
    or: compare.logicalOr,
    xor: compare.logicalXor,
  };
  const ofWords = {
    and: bitwise.bitwiseAnd,
    or: bitwise.bitwiseOr,
    xor: bitwise.bitwiseXor,
  };
  const table = [
    ...Object.entries(toNumbers).flatMap(([name, loop]) =>
      numbers.map((dtype) => [name, dtype, dtype, loop] as const),
    ),
    ...Object.entries(toBool).flatMap(([name, loop]) =>
      numbers.map((dtype) => [name, dtype, 'bool', loop] as const),
    ),
    ...Object.entries(ofBits).map(([name, loop]) => [name, 'bool', 'bool', loop] as const),
    ...Object.entries(ofWords).map(([name, loop]) => [name, 'int32', 'int32', loop] as const),
  ];

  it.each(table)('%s of %s gives the bits of the loop', (_name, dtype, result, loop) => {
    for (const [a, b] of shapes)
      requireSameBits(binaryKernel(loop), [operand(a, dtype, 1), operand(b, dtype, 2)], result);
  });
});

describe('one operand in vectors', () => {
  const { neg, abs, square, sqrt, reciprocal } = arithmetic;
  const { floor, ceil, round, sign, isNaN, isFinite, isInf, logicalNot } = compare;
  const toNumbers = { neg, abs, square, sqrt, reciprocal, floor, ceil, round, sign };
  const toBool = { isNaN, isFinite, isInf };
  const table = [
    ...Object.entries(toNumbers).flatMap(([name, loop]) =>
      numbers.map((dtype) => [name, dtype, dtype, loop] as const),
    ),
    ...Object.entries(toBool).flatMap(([name, loop]) =>
      numbers.map((dtype) => [name, dtype, 'bool', loop] as const),
    ),
    ['logicalNot', 'bool', 'bool', logicalNot] as const,
    ['bitwiseNot', 'int32', 'int32', bitwise.bitwiseNot] as const,
  ];

  it.each(table)('%s of %s gives the bits of the loop', (_name, dtype, result, loop) => {
    for (const n of [64, 65, 66, 67, 4099])
      requireSameBits(unaryKernel(loop), [operand([n], dtype, 3)], result);
  });
});

describe('a choice in vectors', () => {
  it.each([...numbers, 'complex64', 'bool'] as const)(
    'of %s gives the bits of the loop',
    (dtype) => {
      const pair = (x: Operand): Operand =>
        dtype === 'complex64' ? { ...x, values: operand([...x.shape, 2], 'float32', 4).values } : x;
      for (const [a, b] of shapes)
        for (const [c, d, e] of [
          [a, b, a],
          [b, a, []],
          [a, a, b],
        ]) {
          const chooser = operand(c, 'bool', 5);
          const kind = dtype === 'complex64' ? 'float32' : dtype;
          const [x, y] = [pair(operand(d, kind, 6)), pair(operand(e, kind, 7))];
          if (dtype === 'complex64') {
            const [p, q] = [x, y].map((one) => ({ ...one, dtype }));
            requireSameBits(selectKernel, [chooser, p, q], dtype);
          } else requireSameBits(selectKernel, [chooser, x, y], dtype);
        }
    },
  );
});
