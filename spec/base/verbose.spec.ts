import { complex, tensor, zeros } from '../../lib/index.ts';

describe('toString(true)', () => {
  it('writes dtype, rank and shape on lines of their own', () => {
    expect(tensor(5).toString(true)).toBe(
      'Tensor\n  dtype: float32\n  rank: 0\n  shape: []\n  values:\n    5',
    );
    expect(tensor([true, false]).toString(true)).toContain('\n    [true, false]');
    expect(complex([1, 2], [3, 4]).toString(true)).toContain('\n    [1 + 3j, 2 + 4j]');
  });

  it('aligns the columns of matrices, and parts them by blank lines', () => {
    const text = tensor([[[1.5, 2]], [[3, 40]]]).toString(true);
    expect(text).toContain('\n    [[[1.5, 2 ]],\n\n     [[3  , 40]]]');
  });

  it('shows three entries at either end of a long axis', () => {
    expect(zeros([30]).toString(true)).toContain('[0, 0, 0, ..., 0, 0, 0]');
    expect(zeros([21, 2]).toString(true).split('\n')).toHaveLength(12);
  });

  it('has nothing to show of an empty tensor', () => {
    expect(zeros([2, 0]).toString(true)).toContain('values:\n    []');
  });
});
