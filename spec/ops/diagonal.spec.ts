import { diagonal, embedDiagonal, grad, range, tensor } from '../../lib/index.ts';

describe('diagonal', () => {
  const x = range(0, 12).reshape([3, 4]);

  it('lies as far to the right as the offset says', () => {
    expect(diagonal(x).arraySync()).toEqual([0, 5, 10]);
    expect(diagonal(x, 1).arraySync()).toEqual([1, 6, 11]);
    expect(diagonal(x, 2).arraySync()).toEqual([2, 7]);
    expect(diagonal(x, -1).arraySync()).toEqual([4, 9]);
    expect(diagonal(x, 4).shape).toEqual([0]);
    expect(diagonal(x, -3).shape).toEqual([0]);
    expect(diagonal(x, 1, 1, 0).arraySync()).toEqual([4, 9]);
  });

  it('becomes the last axis', () => {
    const blocks = range(0, 12).reshape([2, 3, 2]);
    // As numpy.diagonal gives.
    expect(diagonal(blocks, 0, 0, 2).arraySync()).toEqual([
      [0, 7],
      [2, 9],
      [4, 11],
    ]);
    expect(diagonal(blocks, 0, -1, -2).arraySync()).toEqual([
      [0, 3],
      [6, 9],
    ]);
  });

  it('has its embedding as adjoint, also in a matrix that is not square', () => {
    expect(grad((z) => diagonal(z, 1).mul([1, 10, 100]))(x).arraySync()).toEqual([
      [0, 1, 0, 0],
      [0, 0, 10, 0],
      [0, 0, 0, 100],
    ]);
  });

  it('rejects vectors, and one axis for both', () => {
    expect(() => diagonal([1])).toThrow('diagonal: x must have at least 2 axes; got shape [1]');
    expect(() => diagonal(x, 0, 1, -1)).toThrow(
      'diagonal: axis1 and axis2 must name two axes; got 1 and -1',
    );
  });
});

describe('embedDiagonal', () => {
  it('makes room for the offset', () => {
    expect(embedDiagonal([1, 2], 1).arraySync()).toEqual([
      [0, 1, 0],
      [0, 0, 2],
      [0, 0, 0],
    ]);
    expect(embedDiagonal([1, 2], -1).arraySync()).toEqual([
      [0, 0, 0],
      [1, 0, 0],
      [0, 2, 0],
    ]);
  });

  it('puts the matrices along any two axes', () => {
    const rows = tensor([
      [1, 2],
      [3, 4],
    ]);
    expect(embedDiagonal(rows, 0, 0, 2).arraySync()).toEqual([
      [
        [1, 0],
        [3, 0],
      ],
      [
        [0, 2],
        [0, 4],
      ],
    ]);
    expect(diagonal(embedDiagonal(rows, -2, 2, 0), -2, 2, 0).arraySync()).toEqual(rows.arraySync());
  });

  it('rejects scalars', () => {
    expect(() => embedDiagonal(1)).toThrow('embedDiagonal: x must have at least 1 axis');
  });
});
