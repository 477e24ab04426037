import {
  complex,
  grad,
  Graph,
  inTopKAsync,
  placeholder,
  setdiff1d,
  setdiff1dAsync,
  sum,
  tensor,
  unique,
  uniqueWithCounts,
  UnsupportedError,
  vmap,
} from '../../lib/index.ts';

const int32 = (values: number[]) => tensor(values, undefined, 'int32');

describe('unique', () => {
  it('gives distinct elements in the order in which they come first', () => {
    const { values, indices } = unique(int32([1, 1, 2, 4, 4, 4, 7, 8, 8, 2]));
    expect(values.arraySync()).toEqual([1, 2, 4, 7, 8]);
    expect(indices.arraySync()).toEqual([0, 0, 1, 2, 2, 2, 3, 4, 4, 1]);
    expect([values.dtype, indices.dtype]).toEqual(['int32', 'int32']);
    expect(unique([true, false, true]).values.dtype).toBe('bool');
    expect(unique([]).values.shape).toEqual([0]);
  });

  it('takes NaN for equal to NaN, and -0 to 0', () => {
    const { values, indices } = unique([NaN, Infinity, NaN, 0, -0]);
    expect(values.arraySync()).toEqual([NaN, Infinity, 0]);
    expect(indices.arraySync()).toEqual([0, 1, 0, 2, 2]);
  });

  it('compares slices along any axis', () => {
    const x = [
      [1, 0, 0, 1],
      [1, 0, 0, 1],
      [2, 0, 0, 2],
    ];
    expect(unique(x).values.arraySync()).toEqual([
      [1, 0, 0, 1],
      [2, 0, 0, 2],
    ]);
    expect(unique(x, -1).values.arraySync()).toEqual([
      [1, 0],
      [1, 0],
      [2, 0],
    ]);
    expect(unique(x, 1).indices.arraySync()).toEqual([0, 1, 1, 0]);
    expect(
      unique([
        [1.1, 11],
        [1.11, 1],
      ]).indices.arraySync(),
    ).toEqual([0, 1]);
    expect(unique([[], []]).values.shape).toEqual([1, 0]);
  });

  it('compares complex elements by both parts', () => {
    const x = complex([1, 1, 1], [2, 3, 2]);
    expect(unique(x).indices.arraySync()).toEqual([0, 1, 0]);
    expect(setdiff1d(x, complex([1], [2]))[1].arraySync()).toEqual([1]);
  });

  it('counts', () => {
    const { values, indices, counts } = uniqueWithCounts([5, 3, 5, 5]);
    expect(values.arraySync()).toEqual([5, 3]);
    expect(indices.arraySync()).toEqual([0, 1, 0, 0]);
    expect(counts.arraySync()).toEqual([3, 1]);
  });

  it('has a derivative: that of picking the first of equal elements', () => {
    const gradient = grad((x) => sum(unique(x).values.square()));
    expect(gradient(tensor([1, 3, 1])).arraySync()).toEqual([2, 6, 0]);
  });

  it('says why it needs values', () => {
    const message =
      'unique: x must hold values, because the shape of the result depends on them; got float32 [3]';
    expect(() => vmap((x) => unique(x).values)([[1, 2, 3]])).toThrow(message);
    const graph = new Graph();
    expect(() => graph.run(() => unique(placeholder('float32', [3])))).toThrow(UnsupportedError);
  });

  it('rejects scalars and axes outside the rank', () => {
    expect(() => unique(1)).toThrow('unique: axis must name an axis, and a scalar has none; got 0');
    expect(() => uniqueWithCounts([1], 1)).toThrow(
      'uniqueWithCounts: axis must lie in [-1, 1); got 1',
    );
  });
});

describe('setdiff1d', () => {
  it('gives the elements that are not in the other list, and their places', async () => {
    const [values, indices] = setdiff1d([1, 2, 3, 2, NaN], [3, NaN, 1]);
    expect(values.arraySync()).toEqual([2, 2]);
    expect(indices.arraySync()).toEqual([1, 3]);
    const [none] = await setdiff1dAsync(int32([1]), int32([1]));
    expect([none.shape, none.dtype]).toEqual([[0], 'int32']);
  });

  it('has a derivative', () => {
    const gradient = grad((x) => setdiff1d(x, [2])[0].square());
    expect(gradient(tensor([1, 2, 3])).arraySync()).toEqual([2, 0, 6]);
  });

  it('rejects matrices and other dtypes, as a promise by rejection', async () => {
    expect(() => setdiff1d([[1]], [1])).toThrow('setdiff1d: x must have rank 1; got shape [1,1]');
    expect(() => setdiff1d([1], 1)).toThrow('setdiff1d: y must have rank 1; got shape []');
    await expect(setdiff1dAsync(tensor([1.5]), int32([1]))).rejects.toThrow(
      'setdiff1d: x and y must have one dtype; got float32 and int32',
    );
  });
});

describe('inTopKAsync', () => {
  it('promises what inTopK gives', async () => {
    expect((await inTopKAsync([[20, 10, 40, 30]], [2])).arraySync()).toEqual([1]);
    await expect(inTopKAsync([1, 2], 1)).rejects.toThrow('inTopK: predictions must have');
  });
});
