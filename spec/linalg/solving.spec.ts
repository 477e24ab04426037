import type { Tensor } from '../../lib/core/tensor.ts';
import { grad, linalg, tensor, zeros } from '../../lib/index.ts';
import { requireClose } from '../../lib/testing/compare.ts';
import { randomNumbers } from '../../lib/testing/randomNumbers.ts';

const { matMul, matrixTranspose } = linalg;

const double = (values: number[] | number[][]): Tensor => tensor(values, undefined, 'float64');

function random(...shape: number[]): Tensor {
  const { uniform } = randomNumbers(shape.reduce((seed, size) => seed * 31 + size, 11));
  const size = shape.reduce((product, length) => product * length, 1);
  return tensor(Float64Array.from({ length: size }, () => uniform(-1, 1))).reshape(shape);
}

function near(actual: Tensor, expected: Tensor, tolerance = 1e-11): void {
  expect(actual.shape).toEqual(expected.shape);
  requireClose('the result', [actual], [expected], tolerance);
}

describe('solve', () => {
  it('solves systems of a batch, with the matrix or its transpose', () => {
    const a = random(4, 6, 6);
    const b = random(6, 2);
    near(matMul(a, linalg.solve(a, b)), b.broadcastTo([4, 6, 2]));
    near(matMul(a, linalg.solve(a, b, true), true), b.broadcastTo([4, 6, 2]));
  });

  it('pivots', () => {
    expect(
      linalg
        .solve(
          [
            [0, 1],
            [1, 0],
          ],
          [[2], [3]],
        )
        .arraySync(),
    ).toEqual([[3], [2]]);
  });

  it('names the singular matrix of a batch', () => {
    const batch = [
      [
        [1, 0],
        [0, 1],
      ],
      [
        [1, 2],
        [2, 4],
      ],
    ];
    expect(() => linalg.solve(batch, [[[1], [1]]])).toThrow(
      'solve: matrix must be invertible; got a singular one in batch element [1]; pinv takes singular matrices, too',
    );
    expect(() => linalg.inv(batch)).toThrow('batch element [1]');
  });
});

describe('inv', () => {
  it("has Giles's derivative -A⁻ᵀ G A⁻ᵀ", () => {
    const a = random(4, 4);
    const g = random(4, 4);
    const y = linalg.inv(a);
    near(matMul(a, y), linalg.eye(4, 4, [], 'float64'));
    const expected = matMul(matMul(y, g, true), y, false, true).neg();
    near(grad((x) => linalg.inv(x).mul(g).sum())(a), expected);
  });
});

describe('pinv', () => {
  it.each([[[5, 3]], [[3, 5]], [[4, 4]]])("meets Penrose's conditions for %j", ([m = 0, n = 0]) => {
    const low = matMul(random(m, 2), random(2, n));
    for (const a of [random(m, n), low]) {
      const y = linalg.pinv(a);
      near(matMul(matMul(a, y), a), a);
      near(matMul(matMul(y, a), y), y, 1e-10);
      near(matMul(a, y), matrixTranspose(matMul(a, y)));
      near(matMul(y, a), matrixTranspose(matMul(y, a)));
    }
  });
});

describe('lstsq', () => {
  it('is what the pseudo-inverse gives, for tall and wide matrices', () => {
    for (const [m, n] of [
      [6, 3],
      [3, 6],
      [4, 4],
    ] as const) {
      const a = random(m, n);
      const b = random(m, 2);
      near(linalg.lstsq(a, b), matMul(linalg.pinv(a), b), 1e-10);
      near(linalg.lstsq(a, b, { l2Regularizer: 1e-12 }), linalg.lstsq(a, b), 1e-6);
    }
  });

  it('refuses lower ranks, also where rounding hides them', () => {
    const refusal = 'lstsq: matrix must have the rank of its shorter side; got a lower one; pinv';
    const hidden = tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], [3, 3], 'float64');
    expect(() => linalg.lstsq(hidden, [[1], [0], [0]])).toThrow(refusal);
    expect(() => linalg.lstsq(zeros([3, 2]), zeros([3, 1]))).toThrow(refusal);
    expect(() => linalg.lstsq(zeros([2, 3]), zeros([2, 1]))).toThrow(refusal);
    expect(linalg.lstsq(zeros([0, 2]), zeros([0, 1])).arraySync()).toEqual([[0], [0]]);
  });
});

describe('triangularSolve', () => {
  it('reads one triangle only', () => {
    const a = [
      [2, NaN],
      [1, 4],
    ];
    expect(linalg.triangularSolve(a, [[2], [9]]).arraySync()).toEqual([[1], [2]]);
    const b = [
      [2, 1],
      [NaN, 4],
    ];
    expect(linalg.triangularSolve(b, [[4], [8]], { lower: false }).arraySync()).toEqual([[1], [2]]);
  });

  it('refuses a zero on the diagonal', () => {
    expect(() =>
      linalg.triangularSolve(
        [
          [1, 0],
          [1, 0],
        ],
        [[1], [1]],
      ),
    ).toThrow('triangularSolve: diagonal must have no zeros; got 0 at [1,1]');
  });
});

describe('tridiagonalSolve', () => {
  it('solves, also where pivots must be swapped', () => {
    const above = [1, 2, 3, 4, 0];
    for (const main of [
      [4, 5, 6, 7, 8],
      [0, 0, 0, 0, 1],
    ]) {
      const diagonals = double([above, main, [0, 1, -1, 2, 1]]);
      const b = random(5, 3);
      near(linalg.tridiagonalMatMul(diagonals, linalg.tridiagonalSolve(diagonals, b)), b);
    }
  });

  it('refuses singular matrices', () => {
    expect(() => linalg.tridiagonalSolve([[0], [0], [0]], [[1]])).toThrow('must be invertible');
  });
});

describe('determinants', () => {
  it('are those of small matrices', () => {
    expect(
      linalg
        .det([
          [1, 2],
          [3, 4],
        ])
        .item(),
    ).toBe(-2);
    expect(linalg.det(tensor([], [2, 0, 0])).arraySync()).toEqual([1, 1]);
    expect(linalg.det([[[2]], [[-3]]]).arraySync()).toEqual([2, -3]);
  });

  it('have the cofactors as gradient of singular matrices', () => {
    const rankTwo = double([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ]);
    near(
      grad(linalg.det)(rankTwo),
      double([
        [-3, 6, -3],
        [6, -12, 6],
        [-3, 6, -3],
      ]),
    );
    const rankOne = double([
      [1, 2, 3],
      [2, 4, 6],
      [3, 6, 9],
    ]);
    near(
      grad(linalg.det)(rankOne),
      double([
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
      ]),
    );
  });

  it('have every derivative of the zero matrix', () => {
    const zero = double([
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ]);
    const at =
      (i: number, j: number) =>
      (g: Tensor): Tensor =>
        g.slice([i, j], [1, 1]).sum();
    const d00 = (x: Tensor): Tensor => at(0, 0)(grad(linalg.det)(x));
    const d0011 = (x: Tensor): Tensor => at(1, 1)(grad(d00)(x));
    expect(d0011(zero).item()).toBe(0);
    near(
      grad(d0011)(zero),
      double([
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 1],
      ]),
    );
  });

  it('have logarithms that agree with them', () => {
    const a = random(3, 4, 4);
    const { sign, logAbsDeterminant } = linalg.slogdet(a);
    near(sign.mul(logAbsDeterminant.exp()), linalg.det(a));
    near(grad((x) => linalg.slogdet(x).logAbsDeterminant.sum())(a), matrixTranspose(linalg.inv(a)));
    const definite = matMul(a, a, false, true);
    near(linalg.logdet(definite), linalg.slogdet(definite).logAbsDeterminant, 1e-9);
  });

  it('have sign 0 and logarithm -Infinity if 0', () => {
    const { sign, logAbsDeterminant } = linalg.slogdet([
      [1, 2],
      [2, 4],
    ]);
    expect([sign.item(), logAbsDeterminant.item()]).toEqual([0, -Infinity]);
  });
});

describe('functions of matrices', () => {
  it('are known for rotations and nilpotent matrices', () => {
    const turn = double([
      [0, -1],
      [1, 0],
    ]);
    const [c, s] = [Math.cos(1), Math.sin(1)];
    near(
      linalg.expm(turn),
      double([
        [c, -s],
        [s, c],
      ]),
      1e-15,
    );
    near(linalg.logm(linalg.expm(turn)), turn, 1e-13);
    near(
      linalg.expm(
        double([
          [0, 0],
          [0, 0],
        ]),
      ),
      double([
        [1, 0],
        [0, 1],
      ]),
      0,
    );
  });

  it('undo one another', () => {
    const x = random(2, 5, 5);
    near(linalg.logm(linalg.expm(x)), x, 1e-10);
    const a = linalg.expm(x.mul(2));
    const root = linalg.sqrtm(a);
    near(matMul(root, root), a);
    near(root, linalg.expm(x), 1e-10);
    near(
      matMul(linalg.expm(x.mul(4)), linalg.expm(x.mul(-4))),
      linalg.eye(5, 5, [2], 'float64'),
      1e-9,
    );
  });

  it('take matrices far from 1', () => {
    for (const scale of [1e-8, 1e8]) {
      const a = double([
        [4, 1],
        [0, 9],
      ]).mul(scale);
      near(
        linalg.sqrtm(a).div(Math.sqrt(scale)),
        double([
          [2, 0.2],
          [0, 3],
        ]),
      );
      near(
        linalg.expm(linalg.logm(a)).div(scale),
        double([
          [4, 1],
          [0, 9],
        ]),
        1e-9,
      );
    }
  });

  it('take symmetric matrices that are ill-conditioned, and roots of singular ones', () => {
    const x = random(40, 40);
    const a = matMul(x, x, false, true);
    const root = linalg.sqrtm(a);
    near(matMul(root, root), a);
    near(
      linalg.sqrtm(
        double([
          [1, 1],
          [1, 1],
        ]),
      ),
      double([
        [Math.SQRT1_2, Math.SQRT1_2],
        [Math.SQRT1_2, Math.SQRT1_2],
      ]),
    );
    const shifted = x.add(linalg.diag(tensor(new Float64Array(40).fill(6))));
    near(matMul(linalg.sqrtm(shifted), linalg.sqrtm(shifted)), shifted);
  });

  it('refuse what has no principal value', () => {
    const message = 'sqrtm: a must have no eigenvalues that are 0 or negative';
    expect(() =>
      linalg.sqrtm([
        [-1, 0],
        [0, 1],
      ]),
    ).toThrow(message);
    expect(() => linalg.logm([[0]])).toThrow('logm: a must have no eigenvalues');
  });

  it.each([linalg.expm, linalg.sqrtm, linalg.logm])(
    'have exact derivatives in directions of any size (%#)',
    (f) => {
      const a = double([
        [2, 0.5],
        [0.25, 3],
      ]);
      const w = double([
        [-1, -2],
        [-3, -0.5],
      ]);
      const along = (scale: number): Tensor => grad((x) => f(x).mul(w.mul(scale)).sum())(a);
      for (const scale of [1e30, -1e30, 1e-30]) near(along(scale).div(scale), along(1));
      near(
        along(0),
        double([
          [0, 0],
          [0, 0],
        ]),
        0,
      );
    },
  );

  it('have whole powers', () => {
    const a = random(3, 3);
    near(linalg.matrixPower(a, 5), matMul(a, matMul(matMul(a, a), matMul(a, a))));
    near(matMul(linalg.matrixPower(a, -2), matMul(a, a)), linalg.eye(3, 3, [], 'float64'), 1e-9);
  });
});

describe('the rest', () => {
  it('takes parts of matrices as TensorFlow does', () => {
    const a = tensor([
      [0, 1, 2, 3],
      [-1, 0, 1, 2],
      [-2, -1, 0, 1],
      [-3, -2, -1, 0],
    ]);
    expect(linalg.bandPart(a, 2, 1).arraySync()).toEqual([
      [0, 1, 0, 0],
      [-1, 0, 1, 0],
      [-2, -1, 0, 1],
      [0, -2, -1, 0],
    ]);
    expect(() => linalg.bandPart(tensor(1), 1, 2)).toThrow(
      /^bandPart: a must have rank >= 2; got rank 0/,
    );
    expect(
      grad((x) => linalg.bandPart(x, 0, 0).sum())(a)
        .sum()
        .item(),
    ).toBe(4);
  });

  it('has norms by singular values', () => {
    const a = double([
      [3, 0],
      [4, 5],
    ]);
    near(linalg.norm(a, 2, [0, 1]), tensor(Math.sqrt(45), undefined, 'float64'));
    near(linalg.norm(a, 'nuc', [0, 1]), tensor(Math.sqrt(45) + Math.sqrt(5), undefined, 'float64'));
    expect(linalg.norm(a, Infinity, [0, 1]).item()).toBe(9);
    expect(linalg.norm(a, 2).item()).toBeCloseTo(Math.sqrt(50), 12);
  });

  it('makes lists and matrices of vectors orthonormal', () => {
    const x = random(3, 5);
    const y = linalg.gramSchmidt(x);
    near(matMul(y, y, false, true), linalg.eye(3, 3, [], 'float64'));
    const list = linalg.gramSchmidt(x.unstack());
    list.forEach((row, i) => near(row, y.gather([i]).reshape([5])));
    expect(() =>
      linalg.gramSchmidt([
        [1, 2],
        [3, -1],
        [5, 1],
      ]),
    ).toThrow(
      'gramSchmidt: xs must hold no more vectors than elements in one; got 3 vectors of 2; Number of vectors (3) exceeds number of dimensions (2): they cannot be independent',
    );
    expect(() => linalg.gramSchmidt([tensor([1, 2, 3]), tensor([0, 0])])).toThrow(
      'hold vectors of one size; got [3] and [2]; Non-unique lengths or ranks found among the vectors',
    );
  });

  it('counts ranks', () => {
    expect(
      linalg
        .matrixRank([
          [
            [1, 2],
            [2, 4],
          ],
          [
            [1, 0],
            [0, 1],
          ],
        ])
        .arraySync(),
    ).toEqual([1, 2]);
  });
});
