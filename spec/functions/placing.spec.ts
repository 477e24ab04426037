import { gather, meshgrid, scatterND, sparse } from '../../lib/index.ts';

describe('gather', () => {
  it('counts negative batchDims from the rank of the indices', () => {
    const rows = [[1, 11], [2, 22]]; // prettier-ignore
    const places = [[1, 0], [0, 1]]; // prettier-ignore
    expect(gather(rows, places, 1, -1).arraySync()).toEqual([
      [11, 1],
      [2, 22],
    ]);
    expect(() => gather(rows, places, 1, -3)).toThrow(
      'be an integer from -2 to 2, the rank of indices; got -3; Expect batchDims in the range of [-2, 2]',
    );
  });
});

describe('meshgrid', () => {
  it('flattens inputs of more than one axis', () => {
    const [x, y] = meshgrid([1, 2], [[3], [4]]);
    expect([x.arraySync(), y.arraySync()]).toEqual([
      [
        [1, 2],
        [1, 2],
      ],
      [
        [3, 3],
        [4, 4],
      ],
    ]);
  });
});

describe('scatterND', () => {
  it('takes a vector as one place or, beside updates of full rank, as several', () => {
    expect(scatterND([1, 0], 7, [2, 2]).arraySync()).toEqual([
      [0, 0],
      [7, 0],
    ]);
    const rows = scatterND([1, 1], [[1, 2], [3, 4]], [2, 2]); // prettier-ignore
    expect(rows.arraySync()).toEqual([
      [0, 0],
      [4, 6],
    ]);
  });
});

describe('sparse', () => {
  it('fills empty rows of places in any order', () => {
    const places = [[3, 1], [1, 0], [3, 0]]; // prettier-ignore
    const filled = sparse.sparseFillEmptyRows(places, [1, 2, 3], [4, 2], 9);
    expect(filled.outputValues.arraySync()).toEqual([9, 2, 9, 1, 3]);
    expect(filled.reverseIndexMap.arraySync()).toEqual([3, 1, 4]);
  });

  it.each([
    [3, 'indices[1] == 3 out of range [0, 3)'],
    [-1, 'indices[1] == -1 out of range [0, 3)'],
  ])('sums no row %j', (row, message) => {
    const call = (): unknown => sparse.sparseSegmentSum([1, 2, 3], [0, row], [0, 0]);
    expect(call).toThrow(`sparseSegmentSum: indices must name rows of data; got ${message}`);
  });

  it('names a row of a matrix without rows', () => {
    const call = (): unknown => sparse.sparseFillEmptyRows([[0, 0]], [1], [0, 2], 9);
    expect(call).toThrow('indices.shape[0] = 1');
  });

  it.each([
    [[-1, -1], 'only one output dimension may be -1'],
    [[-1, 7], '24 is no multiple of 7'],
    [[-1, 0], 'unless all specified input sizes are non-zero'],
    [[5, 5], 'a tensor with 24 dense values'],
    [[1, -7], 'newShape must hold sizes'],
  ])('refuses the shape %j', (shape, message) => {
    expect(() => sparse.sparseReshape([[0, 0, 0]], [2, 3, 4], shape)).toThrow(message);
  });
});
