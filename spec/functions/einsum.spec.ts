import { einsum, grad, kron, ones, sum, tensor, tensordot } from '../../lib/index.ts';
import type { Tensor } from '../../lib/index.ts';
import { applications } from '../../lib/testing/observe.ts';
import { randomNumbers } from '../../lib/testing/randomNumbers.ts';

function random(seed: number, ...shape: number[]): Tensor {
  const numbers = randomNumbers(seed);
  const size = shape.reduce((product, n) => product * n, 1);
  const values = Array.from({ length: size }, () => numbers.uniform(-1, 1));
  return tensor(values, shape, 'float64');
}

/** The sum by its definition: over all values of all subscripts. */
function byDefinition(equation: string, ...operands: readonly Tensor[]): Tensor {
  const [left, right] = equation.split('->');
  const terms = left.split(',');
  const sizes = new Map<string, number>();
  terms.forEach((term, i) =>
    Array.from(term).forEach((letter, axis) => sizes.set(letter, operands[i].shape[axis])),
  );
  const letters = [...sizes.keys()];
  const shape = Array.from(right, (letter) => sizes.get(letter) ?? 0);
  const result = new Float64Array(shape.reduce((product, n) => product * n, 1));
  const at = new Map<string, number>();
  const placeOf = (term: string): number =>
    Array.from(term).reduce((place, one) => place * (sizes.get(one) ?? 0) + (at.get(one) ?? 0), 0);
  const walk = (depth: number): void => {
    if (depth === letters.length) {
      const factors = terms.map((term, i) => operands[i].dataSync()[placeOf(term)]);
      result[placeOf(right)] += factors.reduce((product, factor) => product * factor, 1);
      return;
    }
    for (let i = 0; i < (sizes.get(letters[depth]) ?? 0); i++) {
      at.set(letters[depth], i);
      walk(depth + 1);
    }
  };
  walk(0);
  return tensor(result, shape, 'float64');
}

describe('einsum', () => {
  it.each([
    ['i->', [[4]]],
    ['ij->ji', [[2, 3]]],
    ['iij->j', [[2, 2, 3]]],
    ['iji->ji', [[2, 3, 2]]],
    ['iiii->i', [[2, 2, 2, 2]]],
    [
      'ij,ij->',
      [
        [2, 3],
        [2, 3],
      ],
    ],
    [
      'ij,ji->j',
      [
        [2, 3],
        [3, 2],
      ],
    ],
    [
      'ij,kj->ik',
      [
        [2, 3],
        [4, 3],
      ],
    ],
    [
      'ji,jk->ik',
      [
        [3, 2],
        [3, 4],
      ],
    ],
    [
      'adc,abc->abd',
      [
        [2, 2, 3],
        [2, 4, 3],
      ],
    ],
    [
      'aecd,abcd->acbe',
      [
        [2, 3, 2, 2],
        [2, 4, 2, 2],
      ],
    ],
    [
      'abcd,cde->abe',
      [
        [2, 3, 2, 2],
        [2, 2, 4],
      ],
    ],
    ['i,j,k->kij', [[2], [3], [4]]],
    [
      'ab,bc,cd,de->ae',
      [
        [2, 3],
        [3, 4],
        [4, 2],
        [2, 5],
      ],
    ],
    [
      'iij,jk,kk->ik',
      [
        [2, 2, 3],
        [3, 4],
        [4, 4],
      ],
    ],
    ['i,i,i->i', [[3], [3], [3]]],
  ] as const)('%s is the sum that it stands for', (equation, shapes) => {
    const operands = shapes.map((shape, i) => random(i + 1, ...shape));
    const expected = byDefinition(equation, ...operands);
    const actual = einsum(equation, ...operands);
    expect(actual.shape).toEqual(expected.shape);
    expect(Array.from(actual.dataSync())).toEqual(
      Array.from(expected.dataSync(), (value) => expect.closeTo(value, 12)),
    );
  });

  it('orders the result by the alphabet without an arrow', () => {
    const x = random(1, 2, 3);
    expect(einsum('ba', x).arraySync()).toEqual(x.transpose().arraySync());
    expect(einsum('ij,jk', x, random(2, 3, 4)).shape).toEqual([2, 4]);
    expect(einsum('...ij->...ji', random(1, 5, 2, 3)).shape).toEqual([5, 3, 2]);
    expect(einsum('bi...', random(1, 5, 2, 3)).shape).toEqual([3, 5, 2]);
    expect(einsum(' i j , j k ', x, random(2, 3, 4)).shape).toEqual([2, 4]);
  });

  it('broadcasts the axes of an ellipsis, and sums those that the result leaves out', () => {
    const a = random(1, 2, 1, 3);
    const b = random(2, 4, 3);
    expect(einsum('...i,...i->...', a, b).shape).toEqual([2, 4]);
    expect(einsum('...i,...i->i', a, b).shape).toEqual([3]);
    const products = a.mul(b);
    expect(
      einsum('...i,...i->i', a, b)
        .sub(products.sum([0, 1]))
        .abs()
        .max()
        .item(),
    ).toBeLessThan(1e-12);
    expect(einsum('...,...->...', a, 2).arraySync()).toEqual(a.mul(2).arraySync());
    expect(einsum('...i->...i', random(1, 3)).shape).toEqual([3]);
  });

  it('keeps the dtype of integers, and mixes dtypes as products do', () => {
    const x = tensor([1, 2], undefined, 'int32');
    expect(einsum('i,i', x, x).dtype).toBe('int32');
    expect(einsum('i,i', x, random(1, 2)).dtype).toBe('float64');
    expect(einsum('i,i', [true, true], [true, false]).arraySync()).toBe(1);
  });

  it('multiplies the cheapest pair first', () => {
    const a = random(1, 50, 2);
    const b = random(2, 2, 50);
    const c = random(3, 50, 2);
    const shapes = applications(() => einsum('ij,jk,kl->il', a, b, c))
      .filter(({ op }) => op.name === 'matMul')
      .map(({ outputs }) => outputs[0].shape);
    // Two products of 200 multiplications each, not of 5000.
    expect(shapes).toEqual([
      [2, 2],
      [50, 2],
    ]);
  });

  it('moves no operand whose axes lie in either order of a matrix', () => {
    const a = random(1, 3, 2);
    const b = random(2, 4, 3);
    const names = applications(() => einsum('ji,kj->ik', a, b)).map(({ op }) => op.name);
    expect(names).toEqual(['matMul']);
  });

  it('has gradients through diagonals', () => {
    expect(grad((x) => einsum('ii', x))(ones([2, 2])).arraySync()).toEqual([
      [1, 0],
      [0, 1],
    ]);
    const square = grad((x) => sum(einsum('ij,jk->ik', x, x)));
    expect(
      square(
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ).arraySync(),
    ).toEqual([
      [7, 11],
      [9, 13],
    ]);
  });

  it.each([
    [
      'ij,jk->ik->i',
      [
        [2, 2],
        [2, 2],
      ],
      'equation must hold exactly one arrow, or none',
    ],
    [
      'ij,jk>ik',
      [
        [2, 2],
        [2, 2],
      ],
      "'jk>ik' does not. Equations without an arrow '->' sum over each letter that occurs more than once",
    ],
    ['i..j', [[2, 2]], 'equation must hold letters and at most one ellipsis in each term'],
    [
      'ij',
      [
        [2, 2],
        [2, 2],
      ],
      "tensors must be 1 operand, as the equation says; got 2 for 'ij'; Expected 1 input tensors, received 2. Equations without an arrow '->' sum",
    ],
    ['ij,jk', [[2, 2]], 'tensors must be 2 operands, as the equation says; got 1'],
    [
      'ij,jk->in',
      [
        [2, 2],
        [2, 2],
      ],
      "the output subscript 'n' is in no input",
    ],
    ['ij->ii', [[2, 2]], "the subscript 'i' comes twice"],
    ['ij->...i...', [[2, 2]], 'equation must hold letters and at most one ellipsis'],
    ['ij,jk->ik', [[2, 2]], "got 1 for 'ij,jk->ik'; Expected 2 input tensors, received 1"],
    ['ijk', [[2, 2]], "tensors[0] must have 3 axes, as 'ijk' says; got shape [2,2]"],
    ['i...jk', [[2, 2]], "tensors[0] must have at least 3 axes, as 'i...jk' says; got shape [2,2]"],
    [
      'ij,jk->ik',
      [
        [2, 3],
        [2, 2],
      ],
      'dimension 3 at axis 0 of the input shaped [2,2]',
    ],
    ['ii', [[2, 3]], "the axes of subscript 'i' must have one size; got 2 and 3"],
    ['...,...', [[2], [3]], 'the axes of an ellipsis must have one size; got 2 and 3'],
  ] as const)('rejects %s for shapes %j', (equation, shapes, message) => {
    const operands = shapes.map((shape) => ones([...shape]));
    expect(() => einsum(equation, ...operands)).toThrow(message);
  });
});

describe('tensordot', () => {
  it('is the sum over paired axes', () => {
    const a = random(1, 2, 3, 4);
    const b = random(2, 4, 3, 5);
    const expected = einsum('ijk,kjl->il', a, b).dataSync();
    expect(
      Array.from(
        tensordot(a, b, [
          [1, 2],
          [1, 0],
        ]).dataSync(),
      ),
    ).toEqual(Array.from(expected, (value) => expect.closeTo(value, 12)));
    expect(tensordot(a, b, 1).shape).toEqual([2, 3, 3, 5]);
    expect(tensordot(a, b, [2, 0]).shape).toEqual([2, 3, 3, 5]);
    expect(tensordot([1, 2], [3, 4], 0).arraySync()).toEqual([
      [3, 4],
      [6, 8],
    ]);
  });

  it('rejects axes that do not pair', () => {
    const [a, b] = [ones([2, 3]), ones([2, 3])];
    expect(() => tensordot(a, b, 1)).toThrow(
      'tensordot: sizes of paired axes must agree; got [3] in a [2,3] and [2] in b [2,3]',
    );
    expect(() => tensordot(a, b, [[0, 1], [0]])).toThrow(
      'tensordot: axes must be a count, or two lists of as many axes',
    );
    expect(() =>
      tensordot(a, b, [
        [0, 0],
        [0, 1],
      ]),
    ).toThrow('tensordot: axes[0] must name each axis once');
    expect(() => tensordot(a, b, [[2], [0]])).toThrow(
      'tensordot: axes[0] must lie in [-2, 2); got 2',
    );
  });
});

describe('kron', () => {
  it('puts a multiple of the second operand for each element of the first', () => {
    expect(
      kron(
        [
          [1, 2],
          [3, 4],
        ],
        [[0, 1]],
      ).arraySync(),
    ).toEqual([
      [0, 1, 0, 2],
      [0, 3, 0, 4],
    ]);
    expect(kron([1, 10], [1, 2]).arraySync()).toEqual([1, 2, 10, 20]);
    expect(kron([[1], [2]], [1, 2]).arraySync()).toEqual([
      [1, 2],
      [2, 4],
    ]);
    expect(kron(3, [1, 2]).arraySync()).toEqual([3, 6]);
  });
});
