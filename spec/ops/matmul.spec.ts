import type { NestedArray } from '../../lib/core/convert.ts';
import { createTensor } from '../../lib/core/convert.ts';
import type { Tensor } from '../../lib/core/tensor.ts';
import { mul } from '../../lib/ops/arithmetic.ts';
import { dot, matMul, outerProduct } from '../../lib/ops/matmul.ts';
import { reshape, sum, transpose } from '../../lib/ops/structural.ts';
import { GradientTape } from '../../lib/transforms/tape.ts';
import { vmap } from '../../lib/transforms/vmap.ts';

const float64 = (values: NestedArray | number): Tensor =>
  createTensor('tensor', values, undefined, 'float64');

/** Small integers, so that products are exact and results can be compared by equality. */
function filled(shape: readonly number[], start = 1): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  const values = Array.from({ length: size }, (_, i) => ((i + start) % 7) - 3);
  return reshape(float64(values), shape);
}

function gradients(f: (a: Tensor, b: Tensor) => Tensor, a: Tensor, b: Tensor): Tensor[] {
  const tape = new GradientTape();
  const y = tape.run(() => {
    tape.watch([a, b]);
    return f(a, b);
  });
  return tape.gradient(y, [a, b], { outputGradients: filled(y.shape, 2) });
}

const flags = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

function lastTwoSwapped(x: Tensor): Tensor {
  const axes = Array.from({ length: x.rank }, (_, i) => i);
  return transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
}

function swappedIf(isSwapped: boolean, shape: readonly number[]): readonly number[] {
  return isSwapped
    ? [...shape.slice(0, -2), shape[shape.length - 1], shape[shape.length - 2]]
    : shape;
}

describe('matMul', () => {
  it('multiplies matrices', () => {
    const y = matMul(
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    );
    expect(y.arraySync()).toEqual([
      [19, 22],
      [43, 50],
    ]);
    expect(y.dtype).toBe('float32');
  });

  it('gives float64 as soon as one operand is, int32 for integers and bools', () => {
    expect(matMul(float64([[1]]), [[2]]).dtype).toBe('float64');
    const int = createTensor('tensor', [[3]], undefined, 'int32');
    expect(matMul(int, [[2]]).dtype).toBe('int32');
    expect(matMul([[true]], [[true]]).dtype).toBe('int32');
  });

  it('is zero where the inner size is 0', () => {
    expect(matMul(filled([2, 0]), filled([0, 1])).arraySync()).toEqual([[0], [0]]);
  });

  it('broadcasts leading axes', () => {
    const y = matMul(filled([4, 1, 2, 3]), filled([5, 3, 2]));
    expect(y.shape).toEqual([4, 5, 2, 2]);
  });

  it.each(flags)('agrees with transposed operands for flags %s, %s', (tA, tB) => {
    const a = filled(swappedIf(tA, [2, 3, 4]));
    const b = filled(swappedIf(tB, [2, 4, 2]));
    const plain = matMul(tA ? lastTwoSwapped(a) : a, tB ? lastTwoSwapped(b) : b);
    expect(matMul(a, b, tA, tB).arraySync()).toEqual(plain.arraySync());
  });

  // Where TensorFlow.js throws in the gradient of the smaller operand.
  const broadcasts = [
    [
      [3, 2, 4],
      [4, 2],
    ],
    [
      [2, 4],
      [3, 4, 2],
    ],
    [
      [1, 2, 4],
      [3, 4, 2],
    ],
    [
      [3, 1, 2, 4],
      [5, 4, 2],
    ],
    [
      [2, 3, 2, 4],
      [4, 2],
    ],
    [
      [0, 2, 4],
      [4, 2],
    ],
  ] as const;

  it.each(broadcasts.flatMap(([a, b]) => flags.map(([tA, tB]) => [a, b, tA, tB] as const)))(
    'has gradients of the shapes of %j and %j, flags %s, %s',
    (shapeA, shapeB, tA, tB) => {
      const a = filled(swappedIf(tA, shapeA));
      const b = filled(swappedIf(tB, shapeB));
      // The same by broadcast products and sums.
      const reference = (x: Tensor, y: Tensor): Tensor => {
        const left = tA ? lastTwoSwapped(x) : x;
        const right = tB ? lastTwoSwapped(y) : y;
        return vectorwise(left, right);
      };
      const [da, db] = gradients((x, y) => matMul(x, y, tA, tB), a, b);
      const [ra, rb] = gradients(reference, a, b);
      expect(da.shape).toEqual(a.shape);
      expect(db.shape).toEqual(b.shape);
      expect(da.arraySync()).toEqual(ra.arraySync());
      expect(db.arraySync()).toEqual(rb.arraySync());
    },
  );

  it.each(
    [
      [false, true],
      [true, false],
      [true, true],
    ].flatMap(([isA, isB]) =>
      flags.flatMap(([tA, tB]) =>
        [
          [
            [2, 3],
            [3, 2],
          ],
          [
            [1, 3],
            [3, 2],
          ],
          [
            [2, 3],
            [3, 1],
          ],
          [
            [4, 2, 3],
            [3, 2],
          ],
          [
            [2, 3],
            [4, 3, 1],
          ],
          [
            [4, 1, 2, 3],
            [5, 3, 2],
          ],
        ].map(([a, b]) => [isA, isB, tA, tB, a, b] as const),
      ),
    ),
  )('is mapped over a batch in a %s, b %s; flags %s, %s; %j, %j', (isA, isB, tA, tB, a, b) => {
    const size = 3;
    const x = filled([...(isA ? [size] : []), ...swappedIf(tA, a)]);
    const y = filled([...(isB ? [size] : []), ...swappedIf(tB, b)], 3);
    const inAxes = [isA ? 0 : null, isB ? 0 : null];
    const mapped = vmap((u, v) => matMul(u, v, tA, tB), { inAxes })(x, y);
    const rows = (z: Tensor, isBatch: boolean, i: number): NestedArray =>
      (isBatch ? (z.arraySync() as NestedArray)[i] : z.arraySync()) as NestedArray;
    const looped = Array.from({ length: size }, (_, i) =>
      matMul(float64(rows(x, isA, i)), float64(rows(y, isB, i)), tA, tB).arraySync(),
    );
    expect(mapped.arraySync()).toEqual(looped);
  });

  it.each([
    [
      'ranks below 2',
      [1, 2],
      [[1], [2]],
      'matMul: a must have at least 2 axes; got [2]; use dot for vectors, or reshape to one row or column',
    ],
    [
      'inner sizes that differ',
      [[1, 2, 3]],
      [
        [1, 2],
        [3, 4],
      ],
      'matMul: inner sizes must agree; got 3 and 2 in a [1,3] and b [2,2]; transposeA and transposeB swap the last two axes',
    ],
    [
      'inner sizes that agree after transposing b',
      [[1, 2]],
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      'matMul: inner sizes must agree; got 2 and 3 in a [1,2] and b [3,2]; they agree with transposeB = true',
    ],
    [
      'inner sizes that agree after transposing a',
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      [[1], [2], [3]],
      'matMul: inner sizes must agree; got 2 and 3 in a [3,2] and b [3,1]; they agree with transposeA = true',
    ],
  ])('rejects %s', (_, a, b, message) => {
    expect(() => matMul(a, b)).toThrow(message);
  });

  it('rejects misfits inside vmap, naming the shapes of one example', () => {
    expect(() => vmap((x) => matMul(x, [[1]]))([[1], [2]])).toThrow('got [1]; use dot');
    expect(() => vmap((x) => matMul(x, [[1]]))([[[1, 2]]])).toThrow('a [1,2] and b [1,1]');
  });

  it('rejects flags that are no booleans', () => {
    const flag = 'yes' as unknown as boolean;
    expect(() => matMul([[1]], [[1]], flag)).toThrow(
      "matMul: transposeA must be true or false; got 'yes'",
    );
  });
});

/** The matrix product as sums of elementwise products. */
function vectorwise(a: Tensor, b: Tensor): Tensor {
  const rank = Math.max(a.rank, b.rank);
  const left = reshape(a, [...a.shape, 1]);
  const right = reshape(b, [...b.shape.slice(0, -2), 1, ...b.shape.slice(-2)]);
  return sum(mul(left, right), rank - 1);
}

describe('dot', () => {
  it('multiplies vectors and matrices', () => {
    const matrix = [
      [1, 2],
      [3, 4],
    ];
    expect(dot([1, 2], [3, 4]).arraySync()).toBe(11);
    expect(dot([1, 2], matrix).arraySync()).toEqual([7, 10]);
    expect(dot(matrix, [1, 2]).arraySync()).toEqual([5, 11]);
    expect(dot(matrix, matrix).arraySync()).toEqual([
      [7, 10],
      [15, 22],
    ]);
  });

  it('has the other operand as gradient', () => {
    const [da, db] = gradients((x, y) => reshape(dot(x, y), [1]), float64([1, 2]), float64([3, 4]));
    // The cotangent is -1.
    expect(da.arraySync()).toEqual([-3, -4]);
    expect(db.arraySync()).toEqual([-1, -2]);
  });

  it('rejects other ranks and inner sizes that differ', () => {
    expect(() => dot(1, [1])).toThrow(
      'dot: t1 must have rank 1 or 2; got shape []; use matMul for higher ranks',
    );
    expect(() => dot([1, 2], [1])).toThrow(
      'dot: inner sizes must agree; got 2 and 1 in t1 [2] and t2 [1]',
    );
  });
});

describe('outerProduct', () => {
  it('multiplies each element with each', () => {
    expect(outerProduct([1, 2], [3, 4, 5]).arraySync()).toEqual([
      [3, 4, 5],
      [6, 8, 10],
    ]);
  });

  it('rejects matrices', () => {
    expect(() => outerProduct([[1]], [1])).toThrow(
      'outerProduct: v1 must have rank 1; got shape [1,1]; reshape it to [-1]',
    );
  });
});
