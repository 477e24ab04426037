import {
  argMax,
  argSort,
  gather,
  grad,
  inTopK,
  lowerBound,
  mul,
  searchSorted,
  sort,
  sum,
  tensor,
  topk,
  upperBound,
} from '../../lib/index.ts';
import { argSortKernel } from '../../lib/kernels/sort.ts';
import { compute, operand } from '../kernels/operand.ts';
import { randomNumbers } from '../../lib/testing/randomNumbers.ts';

const int32 = (values: number[]) => tensor(values, undefined, 'int32');

describe('sort and argSort', () => {
  it('order along any axis, both ways, in the dtype given', () => {
    const x = [
      [3, 1, 2],
      [1, 5, 0],
    ];
    expect(sort(x).arraySync()).toEqual([
      [1, 2, 3],
      [0, 1, 5],
    ]);
    expect(sort(x, 0, 'DESCENDING').arraySync()).toEqual([
      [3, 5, 2],
      [1, 1, 0],
    ]);
    expect(argSort(x, -1, 'DESCENDING').arraySync()).toEqual([
      [0, 2, 1],
      [1, 0, 2],
    ]);
    expect([sort(int32([2, 1])).dtype, sort([true, false]).dtype]).toEqual(['int32', 'bool']);
    expect(() => sort(1)).toThrow('sort: axis must name an axis, and a scalar has none; got -1');
  });

  it('keep the order of equal elements', () => {
    expect(argSort([1, 0, 1, 0, 1]).arraySync()).toEqual([1, 3, 0, 2, 4]);
    expect(argSort([1, 0, 1, 0, 1], 0, 'DESCENDING').arraySync()).toEqual([0, 2, 4, 1, 3]);
    expect(Object.is(sort([0, -0]).dataSync()[0], 0)).toBe(true);
  });

  it('count NaN as greater than every number', () => {
    expect(sort([NaN, Infinity, -Infinity, NaN, 0]).arraySync()).toEqual([
      -Infinity,
      0,
      Infinity,
      NaN,
      NaN,
    ]);
    expect(argSort([0, NaN, Infinity, NaN], 0, 'DESCENDING').arraySync()).toEqual([1, 3, 2, 0]);
  });

  it.each([0, 1, 11, 12, 13, 24, 25, 100, 1000])('are stable for %d elements', (n) => {
    const random = randomNumbers(n);
    const values = Array.from({ length: n }, () => random.below(Math.ceil(n / 3) + 1));
    for (const descending of [false, true]) {
      const expected = values.map((_, i) => i);
      expected.sort((i, j) => (descending ? values[j] - values[i] : values[i] - values[j]));
      const x = operand('float64', [n], values);
      const places = operand('int32', [n], new Array<number>(n).fill(0));
      expect(compute(argSortKernel, [x], places, { axis: 0, descending })).toEqual(expected);
    }
  });

  it('pass each element its gradient, at a tie in the order of the elements', () => {
    const f = grad((x) => sum(mul(sort(x), [1, 10, 100])));
    expect(f(tensor([3, 1, 2])).arraySync()).toEqual([100, 1, 10]);
    expect(f(tensor([2, 2, 1])).arraySync()).toEqual([10, 100, 1]);
  });
});

describe('topk', () => {
  it('gives the first of equal elements first, from a short list and a long one', () => {
    const x = Array.from({ length: 70 }, (_, i) => i % 2);
    for (const k of [1, 7, 32, 33, 70]) {
      const { values, indices } = topk(x, k);
      const expected = Array.from({ length: k }, (_, i) => (i < 35 ? 2 * i + 1 : 2 * (i - 35)));
      expect(indices.arraySync()).toEqual(expected);
      expect(values.arraySync()).toEqual(expected.map((i) => i % 2));
    }
  });

  it('counts NaN as greater than every number', () => {
    expect(topk([1, NaN, Infinity], 2).indices.arraySync()).toEqual([1, 2]);
  });

  it('keeps the dtype, and gives places as int32', () => {
    const { values, indices } = topk(int32([2, 3, 1, 4]), 2);
    expect([values.dtype, indices.dtype]).toEqual(['int32', 'int32']);
    expect(
      tensor([[10, 50]])
        .topk()
        .values.arraySync(),
    ).toEqual([[50]]);
  });

  it('gives the whole gradient to the first of equal elements', () => {
    expect(grad((x) => topk(x).values)(tensor([1, 2, 2])).arraySync()).toEqual([0, 1, 0]);
  });

  // Where TensorFlow.js gives the places as a gradient.
  it('differentiates what is gathered at places computed from the input', () => {
    const x = tensor([1, 3, 2]);
    const squares = grad((z) => gather(z.square(), topk(z, 2).indices));
    expect(squares(x).arraySync()).toEqual([0, 6, 4]);
    expect(grad((z) => gather(z.square(), argMax(z)))(x).arraySync()).toEqual([0, 6, 0]);
  });

  it('rejects counts outside the axis', () => {
    expect(() => topk([1, 2], 3)).toThrow(
      "topk: 'k' passed to topk() must be <= the last dimension, 2; got 3",
    );
    expect(() => topk([1, 2], -1)).toThrow("topk: 'k' passed to topk() must be >= 0; got -1");
    expect(() => topk(2)).toThrow(
      'topk: x must have at least 1 axis; got shape []; topk() expects the input to be of rank 1 or higher',
    );
  });
});

describe('searchSorted', () => {
  it('finds places in each row, before or after equal elements', () => {
    const rows = [
      [0, 3, 9, 9, 10],
      [1, 2, 3, 4, 5],
    ];
    const values = [
      [2, 4, 9],
      [0, 2, 6],
    ];
    expect(searchSorted(rows, values).arraySync()).toEqual([
      [1, 2, 2],
      [0, 1, 5],
    ]);
    expect(searchSorted(rows, values, 'right').arraySync()).toEqual([
      [1, 2, 4],
      [0, 2, 5],
    ]);
    expect(lowerBound(rows, values).arraySync()).toEqual(searchSorted(rows, values).arraySync());
    expect(upperBound([1, 1], [1]).arraySync()).toEqual([2]);
  });

  it('puts NaN after every number', () => {
    expect(searchSorted([1, Infinity], [NaN, Infinity]).arraySync()).toEqual([2, 1]);
    expect(upperBound([1, NaN], [NaN, Infinity]).arraySync()).toEqual([2, 1]);
  });

  it('compares integers with fractions', () => {
    expect(searchSorted(int32([1, 2, 3]), [1.5]).arraySync()).toEqual([1]);
  });

  it('rejects rows that do not pair', () => {
    expect(() => searchSorted([[1]], [1])).toThrow(
      'searchSorted: sortedSequence and values must agree but in the last axis; got [1,1] and [1]',
    );
    expect(() => lowerBound(1, [1])).toThrow(
      'lowerBound: sortedSequence must have at least 1 axis; got shape []',
    );
  });
});

describe('inTopK', () => {
  const predictions = [
    [20, 10, 40, 30],
    [30, 50, -20, 10],
  ];

  it('tells whether targets are among the greatest', () => {
    expect(inTopK(predictions, [2, 0]).arraySync()).toEqual([1, 0]);
    expect(inTopK(predictions, [2, 0], 2).arraySync()).toEqual([1, 1]);
    expect(inTopK(predictions, [2, 0]).dtype).toBe('bool');
  });

  it('takes the first of equal elements, and no target outside the row', () => {
    const ties = [[1, 2, 2, 1]];
    expect([inTopK(ties, [1]).arraySync(), inTopK(ties, [2]).arraySync()]).toEqual([[1], [0]]);
    expect(inTopK(predictions, [4, -1], 4).arraySync()).toEqual([0, 0]);
  });

  it('rejects shapes and counts that do not fit', () => {
    expect(() => inTopK([1, 2], 1)).toThrow(
      'inTopK: predictions must have at least 2 axes; got shape [2]',
    );
    expect(() => inTopK(predictions, [[0], [0]])).toThrow(
      'inTopK: targets must have the shape of the rows of predictions, [2]; got [2,1]',
    );
    expect(() => inTopK(predictions, [0, 0], 5)).toThrow(
      "inTopK: 'k' passed to inTopK() must be <= the last dimension, 4; got 5",
    );
  });
});
