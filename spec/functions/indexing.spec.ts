import { getAt, grad, tensor, withAt, zeros } from '../../lib/index.ts';
import type { IndexPart, Tensor } from '../../lib/index.ts';

const matrix = tensor([0, 1, 2, 3, 4, 5], [2, 3]);
const row = tensor([10, 11, 12, 13]);

describe('get', () => {
  const cases: readonly (readonly [IndexPart[], unknown])[] = [
    [[-1], 13],
    [['::-1'], [13, 12, 11, 10]],
    [['3:0:-2'], [13, 11]],
    [['-3:-1'], [11, 12]],
    [['9:'], []],
    [[[3, 0, 0]], [13, 10, 10]],
    [[tensor([-1, 1], [2], 'int32')], [13, 11]],
    [[tensor([true, false, false, true])], [10, 13]],
    [[tensor([false, false, false, false])], []],
    [['newaxis', '...', '1:2'], [[11]]],
  ];
  it.each(cases)('of %j takes what Python takes', (index, wanted) => {
    expect(row.get(...index).arraySync()).toEqual(wanted);
  });

  it('takes masks and places of one axis among others', () => {
    const mask = tensor([true, false, true]);
    expect(matrix.get(null, mask).arraySync()).toEqual([
      [0, 2],
      [3, 5],
    ]);
    expect(matrix.get(-1, mask).arraySync()).toEqual([3, 5]);
  });

  it('passes gradients to the elements that a mask takes', () => {
    const mask = tensor([true, false, true]);
    const f = (x: Tensor): Tensor => x.get(mask).square().sum();
    expect(grad(f)(tensor([1, 2, 3])).arraySync()).toEqual([2, 0, 6]);
  });

  it('refuses tensors that are no list of places', () => {
    const get = (part: Tensor) => (): Tensor => getAt(row, part);
    expect(get(tensor([true, false]))).toThrow('must have the 4 elements for axis 0; got [2]');
    expect(get(tensor([[0, 1]], [1, 2], 'int32'))).toThrow(
      'must have one axis for axis 0; got [1,2]',
    );
    expect(get(tensor([0, 1]))).toThrow('must have dtype int32 or bool; got float32');
    expect(get(tensor([4], [1], 'int32'))).toThrow('must lie in [-4, 4) along axis 0; got 4');
  });
});

describe('with', () => {
  it('replaces what a mask or a list of places names', () => {
    const mask = tensor([true, false, true]);
    expect(withAt(matrix, [null, mask], [7, 8]).arraySync()).toEqual([
      [7, 1, 8],
      [7, 4, 8],
    ]);
    expect(withAt(row, [[3, 0]], [1, 2]).arraySync()).toEqual([2, 11, 12, 1]);
  });

  it('leaves everything as it is where nothing is named', () => {
    expect(withAt(zeros([2]), ['2:'], 1).arraySync()).toEqual([0, 0]);
  });
});
