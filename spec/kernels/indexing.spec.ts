import type { Operand } from '../../lib/kernels/kernel.ts';
import {
  gatherKernel,
  oneHotKernel,
  segmentSumKernel,
  selectKernel,
} from '../../lib/kernels/indexing.ts';
import { compute, elementAt, indicesOf, operand, sample } from './operand.ts';

const cases: { x: number[]; indices: Operand; axis: number; batchDims: number }[] = [
  { x: [5], indices: operand('int32', [4], [3, 0, 3, 1]), axis: 0, batchDims: 0 },
  { x: [5], indices: operand('int32', [], [2]), axis: 0, batchDims: 0 },
  { x: [4, 40], indices: operand('int32', [2, 2], [3, 1, 1, 0]), axis: 0, batchDims: 0 },
  { x: [2, 3, 2], indices: operand('int32', [5], [2, 2, 0, 1, 2]), axis: 1, batchDims: 0 },
  { x: [2, 3], indices: operand('int32', [2, 2], [2, 0, 1, 1]), axis: 1, batchDims: 1 },
  { x: [2, 3, 4], indices: operand('int32', [2, 2], [3, 0, 1, 1]), axis: 2, batchDims: 1 },
  { x: [4], indices: operand('int32', [4], [-1, 4, 2, 9]), axis: 0, batchDims: 0 },
  { x: [4, 2], indices: operand('int32', [0], []), axis: 0, batchDims: 0 },
  { x: [0, 2], indices: operand('int32', [1], [0]), axis: 0, batchDims: 0 },
];

function gatheredShape({ x, indices, axis, batchDims }: (typeof cases)[number]): number[] {
  return [...x.slice(0, axis), ...indices.shape.slice(batchDims), ...x.slice(axis + 1)];
}

/** Where in `x` an element of the result comes from; null outside the range. */
function sourceOf(
  { x, indices, axis, batchDims }: (typeof cases)[number],
  index: number[],
): number[] | null {
  const end = axis + indices.shape.length - batchDims;
  const place = [...index.slice(0, batchDims), ...index.slice(axis, end)];
  const picked = elementAt(indices, place);
  const isInside = picked >= 0 && picked < x[axis];
  return isInside ? [...index.slice(0, axis), picked, ...index.slice(end)] : null;
}

describe('gatherKernel', () => {
  it.each(cases)('picks slices of $x along axis $axis', (one) => {
    const shape = gatheredShape(one);
    const x = sample('float32', one.x);
    const expected = indicesOf(shape).map((index) => {
      const source = sourceOf(one, index);
      return source === null ? 0 : elementAt(x, source);
    });
    expect(compute(gatherKernel, [x, one.indices], { dtype: 'float32', shape }, one)).toEqual(
      expected,
    );
  });
});

describe('segmentSumKernel', () => {
  it.each(cases)('is the adjoint of picking slices of $x along axis $axis', (one) => {
    const shape = gatheredShape(one);
    const g = sample('float64', shape);
    const sums = new Map<string, number>();
    indicesOf(shape).forEach((index, i) => {
      const key = String(sourceOf(one, index)?.join());
      sums.set(key, (sums.get(key) ?? 0) + g.values[i]);
    });
    const expected = indicesOf(one.x).map((index) => sums.get(index.join()) ?? 0);
    const result = { dtype: 'float64', shape: one.x } as const;
    expect(compute(segmentSumKernel, [g, one.indices], result, one)).toEqual(expected);
  });

  it('adds float32 in double', () => {
    const g = operand('float32', [5], [2 ** 24, 1, 1, 1, -(2 ** 24)]);
    const indices = operand('int32', [5], [0, 0, 0, 0, 0]);
    const result = { dtype: 'float32', shape: [2] } as const;
    expect(compute(segmentSumKernel, [g, indices], result, { axis: 0, batchDims: 0 })).toEqual([
      3, 0,
    ]);
  });
});

describe('oneHotKernel', () => {
  it('marks each index that lies in the row', () => {
    const indices = operand('int32', [2, 2], [0, 2, -1, 3]);
    const result = { dtype: 'float32', shape: [2, 2, 3] } as const;
    const params = { onValue: 5, offValue: -1 };
    expect(compute(oneHotKernel, [indices], result, params)).toEqual([
      5, -1, -1, -1, -1, 5, -1, -1, -1, -1, -1, -1,
    ]);
  });

  it('takes a depth of 0', () => {
    const indices = operand('int32', [2], [0, 1]);
    const result = { dtype: 'int32', shape: [2, 0] } as const;
    expect(compute(oneHotKernel, [indices], result, { onValue: 1, offValue: 0 })).toEqual([]);
  });
});

describe('selectKernel', () => {
  it.each([
    [[], [], []],
    [[3], [3], [3]],
    [[2, 1], [3], []],
    [[3], [2, 3], [2, 1]],
    [[2, 1, 2], [3, 1], [1]],
    [[0], [1], []],
  ])('broadcasts %j, %j and %j', (...shapes) => {
    const [condition, a, b] = shapes.map((shape, i) => sample(i === 0 ? 'bool' : 'float64', shape));
    const rank = Math.max(...shapes.map((shape) => shape.length));
    const shape = Array.from({ length: rank }, (_, i) => {
      const sizes = shapes.map((one) => one[i - rank + one.length] ?? 1);
      return sizes.find((size) => size !== 1) ?? 1;
    });
    const expected = indicesOf(shape).map((index) =>
      elementAt(condition, index) === 1 ? elementAt(a, index) : elementAt(b, index),
    );
    expect(
      compute(selectKernel, [condition, a, b], { dtype: 'float64', shape }, undefined),
    ).toEqual(expected);
  });

  it('does not mix in the branch that was not chosen', () => {
    const condition = operand('bool', [2], [1, 0]);
    const a = operand('float32', [2], [1, NaN]);
    const b = operand('float32', [2], [NaN, 2]);
    expect(compute(selectKernel, [condition, a, b], a, undefined)).toEqual([1, 2]);
  });
});
