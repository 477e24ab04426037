import type { Tensor } from '../../lib/core/tensor.ts';
import {
  fill,
  ForwardAccumulator,
  gather,
  grad,
  linalg,
  ones,
  sum,
  tensor,
  zeros,
} from '../../lib/index.ts';
import { requireClose } from '../../lib/testing/compare.ts';
import { randomNumbers } from '../../lib/testing/randomNumbers.ts';

const { eye, matMul, matrixTranspose } = linalg;

function random(...shape: number[]): Tensor {
  const { uniform } = randomNumbers(shape.reduce((seed, size) => seed * 31 + size, 7));
  const size = shape.reduce((product, length) => product * length, 1);
  const values = Float64Array.from({ length: size }, () => uniform(-1, 1));
  return tensor(values).reshape(shape);
}

function symmetric(...shape: number[]): Tensor {
  const x = random(...shape);
  return x.add(matrixTranspose(x));
}

function positive(...shape: number[]): Tensor {
  const x = random(...shape);
  return matMul(x, x, false, true).add(linalg.diag(fill(shape.slice(0, -1), 0.1, 'float64')));
}

function near(actual: Tensor, expected: Tensor, tolerance = 1e-12): void {
  expect(actual.shape).toEqual(expected.shape);
  requireClose('the result', [actual], [expected], tolerance);
}

function orthonormal(q: Tensor): void {
  const n = q.shape[q.rank - 1] ?? 0;
  near(matMul(q, q, true), eye(n, n, q.shape.slice(0, -2), 'float64'));
}

const shapes = [
  [1, 1],
  [2, 2],
  [3, 5],
  [5, 3],
  [12, 12],
  [2, 4, 4],
  [2, 3, 7, 2],
  [9, 1],
  [1, 9],
];
const squares = [
  [1, 1],
  [2, 2],
  [3, 3, 3],
  [12, 12],
  [2, 2, 5, 5],
];
const title = (list: readonly (readonly number[])[]): readonly (readonly [string, number[]])[] =>
  list.map((shape) => [`[${shape.join()}]`, [...shape]] as const);

describe('qr', () => {
  it.each([1e200, 1e-200])('does not overflow at elements of %p', (size) => {
    const a = tensor([1, 1, 1, -1, 3, 2], [3, 2], 'float64');
    const [q, r] = linalg.qr(a.mul(size));
    const [wantedQ, wantedR] = linalg.qr(a);
    near(q, wantedQ, 1e-14);
    near(r.div(size), wantedR, 1e-14);
  });

  it.each(title(shapes))('has an orthogonal and a triangular factor of %s', (_, shape) => {
    const a = random(...shape);
    for (const full of [false, true]) {
      const [q, r] = linalg.qr(a, full);
      orthonormal(q);
      near(matMul(q, r), a);
      near(linalg.bandPart(r, 0, -1), r, 0);
    }
  });

  it("has TensorFlow.js's signs and shapes", () => {
    const [q, r] = linalg.qr(
      tensor([
        [1, 3, 2],
        [-2, 0, 7],
        [8, -9, 4],
      ]),
    );
    requireClose(
      'Q and R',
      [q, r],
      [
        tensor([
          [-0.1204, 0.8729, 0.4729],
          [0.2408, -0.4364, 0.8669],
          [-0.9631, -0.2182, 0.1576],
        ]),
        tensor([
          [-8.3066, 8.3066, -2.4077],
          [0, 4.5826, -2.1822],
          [0, 0, 7.6447],
        ]),
      ],
      1e-4,
    );
    expect(linalg.qr(tensor([[10]])).map((x) => x.arraySync())).toEqual([[[-1]], [[-10]]]);
    const [full, tall] = linalg.qr(
      tensor([
        [1, 2],
        [3, -3],
        [-2, 1],
      ]),
      true,
    );
    expect([full.shape, tall.shape]).toEqual([
      [3, 3],
      [3, 2],
    ]);
  });

  it('takes columns of zeros and columns that depend on one another', () => {
    const a = tensor(
      [
        [0, 1, 1],
        [0, 2, 2],
        [0, 3, 3],
      ],
      undefined,
      'float64',
    );
    const [q, r] = linalg.qr(a);
    orthonormal(q);
    near(matMul(q, r), a);
  });
});

describe('the derivative of a full qr', () => {
  it('keeps R triangular', () => {
    const a = random(4, 3);
    const accumulator = new ForwardAccumulator(a, random(4, 3).square());
    const along = accumulator.jvp(accumulator.run(() => linalg.qr(a, true)[1]));
    near(linalg.bandPart(along, 0, -1), along, 0);
  });

  it('reflects a column with 0 on the diagonal as one with less', () => {
    const column = (head: number): Tensor => tensor([[head], [3], [4]], undefined, 'float64');
    const slope = grad((x) => linalg.qr(x, true)[0].mul(random(3, 3)).sum());
    near(slope(column(0)), slope(column(-1e-9)), 1e-8);
  });
});

describe('svd', () => {
  it.each(title(shapes))('has orthonormal vectors and descending values of %s', (_, shape) => {
    const a = random(...shape);
    for (const fullMatrices of [false, true]) {
      const { s, u, v } = linalg.svd(a, { fullMatrices });
      orthonormal(u);
      orthonormal(v);
      const k = s.shape[s.rank - 1] ?? 0;
      const [left, right] = [u, v].map((x) =>
        x.slice(
          x.shape.map(() => 0),
          [...x.shape.slice(0, -1), k],
        ),
      );
      near(matMul(left.mul(s.expandDims(-2)), right, false, true), a);
      const values = [...s.values];
      values.forEach((value, i) => {
        expect(value).toBeGreaterThanOrEqual(i % k === k - 1 ? 0 : (values[i + 1] ?? 0));
      });
    }
  });

  it('completes the vectors of matrices of low rank', () => {
    const x = random(6, 2);
    for (const a of [
      matMul(x, x, false, true),
      zeros([3, 3], 'float64'),
      ones([4, 3], 'float64'),
    ]) {
      const { s, u, v } = linalg.svd(a);
      orthonormal(u);
      orthonormal(v);
      near(matMul(u.mul(s.expandDims(-2)), v, false, true), a);
    }
  });

  it('neither over- nor underflows', () => {
    for (const scale of [1e200, 1e-200]) {
      const s = linalg.svd(
        tensor(
          [
            [3, 0],
            [4, 5],
          ],
          undefined,
          'float64',
        ).mul(scale),
        { computeUv: false },
      );
      near(s.div(scale), tensor([Math.sqrt(45), Math.sqrt(5)], undefined, 'float64'));
    }
  });

  it('has the gradient U Vᵀ of the sum of its values, also where they are equal', () => {
    const nuclear = grad((x) => linalg.svd(x, { computeUv: false }).sum());
    near(nuclear(eye(3, 3, [], 'float64')), eye(3, 3, [], 'float64'));
  });
});

describe('the derivative of singular vectors', () => {
  // Their last row moves by 1 / s for a change of that row, but not where s counts as 0.
  it('takes values as small as rounding for 0, each matrix by its own largest', () => {
    const tall = (s: number, t: number): number[][] => [
      [s, 0],
      [0, t],
      [0, 0],
    ];
    const a = tensor([tall(1, 1e-15), tall(1, 4.5e-15), tall(1e-15, 1e-29)], undefined, 'float64');
    const lastRow = (x: Tensor): Tensor => linalg.svd(x).u.slice([0, 2, 0], [3, 1, 2]).sum();
    const rows = grad(lastRow)(a).slice([0, 2, 0], [3, 1, 2]).reshape([3, 2]);
    const expected = [
      [1, 0],
      [1, 1 / 4.5e-15],
      [1e15, 1e29],
    ];
    near(rows, tensor(expected, undefined, 'float64'));
  });
});

describe('eigh', () => {
  it.each(title(squares))('diagonalises %s', (_, shape) => {
    const a = symmetric(...shape);
    const { eigenvalues: w, eigenvectors: v } = linalg.eigh(a);
    orthonormal(v);
    near(matMul(v.mul(w.expandDims(-2)), v, false, true), a);
    near(linalg.eigvalsh(a), w, 0);
  });

  it('converges for 60 rows, and for equal eigenvalues', () => {
    const a = symmetric(60, 60);
    near(linalg.eigvalsh(a).sum(), linalg.trace(a));
    const b = ones([5, 5], 'float64');
    near(linalg.eigvalsh(b), tensor([0, 0, 0, 0, 5], undefined, 'float64'));
  });

  it('takes the symmetric part', () => {
    const a = random(3, 3);
    const part = a.add(matrixTranspose(a)).div(2);
    near(linalg.eigvalsh(a), linalg.eigvalsh(part), 0);
  });

  // The sum of squares of the eigenvalues is that of the elements.
  it('has right first derivatives of symmetric functions of equal eigenvalues', () => {
    const squares = grad((x) => linalg.eigvalsh(x).square().sum());
    const a = eye(3, 3, [], 'float64').mul(2);
    near(squares(a), a.mul(2));
  });

  it('keeps eigenvectors of equal eigenvalues from turning into one another', () => {
    const vectors = grad((x) => linalg.eigh(x).eigenvectors.mul(random(3, 3)).sum());
    near(vectors(eye(3, 3, [], 'float64')), zeros([3, 3], 'float64'), 0);
  });

  it('has the derivative of the projector onto a pair of equal eigenvalues', () => {
    const a = linalg.diag(tensor([1, 1, 3], undefined, 'float64'));
    const projector = (x: Tensor): Tensor => {
      const v = linalg.eigh(x).eigenvectors.slice([0, 0], [3, 2]);
      return matMul(v, v, false, true);
    };
    // Its element (0, 2) moves by -1 / (3 - 1) for a symmetric change of that element.
    const slope = grad((x) =>
      sum(
        projector(x).mul(
          tensor([
            [0, 0, 1],
            [0, 0, 0],
            [0, 0, 0],
          ]),
        ),
      ),
    );
    near(
      slope(a),
      tensor(
        [
          [0, 0, -0.25],
          [0, 0, 0],
          [-0.25, 0, 0],
        ],
        undefined,
        'float64',
      ),
    );
  });
});

describe('cholesky', () => {
  it.each(title(squares))('has a lower factor of %s', (_, shape) => {
    const a = positive(...shape);
    const l = linalg.cholesky(a);
    near(matMul(l, l, false, true), a);
    near(linalg.bandPart(l, -1, 0), l, 0);
    const b = random(...shape);
    near(matMul(a, linalg.choleskySolve(l, b)), b, 1e-10);
  });

  it('names the matrix that is not positive definite', () => {
    const good = [
      [2, 0],
      [0, 2],
    ];
    const bad = [
      [1, 2],
      [2, 1],
    ];
    const message =
      'cholesky: a must be positive definite; got one whose leading 2 rows and columns are not in batch element [1,0]';
    expect(() => linalg.cholesky([[good], [bad]])).toThrow(message);
  });

  it('has a symmetric gradient', () => {
    const g = grad((x) => linalg.cholesky(x).mul(random(3, 3)).sum())(positive(3, 3));
    near(g, matrixTranspose(g), 0);
  });
});

describe('lu', () => {
  it.each(title(shapes))(
    'has triangular factors of %s with its rows in another order',
    (_, shape) => {
      const a = random(...shape);
      const { lower, upper, permutation } = linalg.lu(a);
      near(matMul(lower, upper), gather(a, permutation, a.rank - 2, a.rank - 2));
      near(linalg.bandPart(upper, 0, -1), upper, 0);
      near(linalg.bandPart(lower, -1, 0), lower, 0);
      expect(Math.max(...lower.abs().values)).toBe(1);
    },
  );
});
