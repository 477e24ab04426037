import type { Tensor } from '../../lib/core/tensor.ts';
import { grad, linalg, scalar, tensor } from '../../lib/index.ts';
import { differenceQuotient } from '../../lib/testing/differences.ts';

const double = (values: number[][]): Tensor => tensor(values, undefined, 'float64');

// Symmetric parts positive definite, eigenvalues and singular values well apart.
const start = double([
  [2, 0.3, -0.2],
  [0.1, 3.5, 0.4],
  [-0.3, 0.2, 5],
]);
const direction = double([
  [0.4, -0.7, 0.2],
  [0.5, 0.3, -0.6],
  [0.1, 0.8, -0.2],
]);
const weights = double([
  [0.9, -0.4, 0.3],
  [0.2, 0.7, -0.8],
  [-0.5, 0.6, 0.1],
]);
const tall = (x: Tensor): Tensor => x.slice([0, 0], [3, 2]);

const functions: Readonly<Record<string, (a: Tensor) => Tensor>> = {
  cholesky: linalg.cholesky,
  inv: linalg.inv,
  solve: (a) => linalg.solve(a, weights, true),
  triangularSolve: (a) => linalg.triangularSolve(a, weights, { adjoint: true }),
  lu: (a) => linalg.lu(a).lower.add(linalg.lu(a).upper),
  qr: (a) => linalg.qr(a)[0].add(linalg.qr(a)[1]),
  'full qr': (a) => linalg.qr(tall(a), true)[0],
  eigenvectors: (a) => linalg.eigh(a).eigenvectors,
  eigenvalues: (a) => linalg.eigvalsh(a),
  'left singular vectors': (a) => linalg.svd(tall(a), { fullMatrices: true }).u,
  'singular values': (a) => linalg.svd(a, { computeUv: false }),
  pinv: (a) =>
    linalg
      .matrixTranspose(linalg.pinv(tall(a)))
      .concat(tall(a), 1)
      .slice([0, 0], [3, 3]),
  det: linalg.det,
  slogdet: (a) => linalg.slogdet(a).logAbsDeterminant,
  expm: linalg.expm,
  sqrtm: linalg.sqrtm,
  logm: linalg.logm,
  matrixPower: (a) => linalg.matrixPower(a, -3),
  tridiagonalSolve: (a) => linalg.tridiagonalSolve(a, weights),
  'spectral norm': (a) => linalg.norm(a, 2, [0, 1]),
};

describe('the third derivative along a line', () => {
  it.each(Object.keys(functions))('is that of differences for %s', (name) => {
    const f = functions[name];
    if (f === undefined) throw new Error(name);
    const along = (t: Tensor): Tensor =>
      f(start.add(direction.mul(t)))
        .mul(weights)
        .sum();
    const second = grad(grad(along));
    const at = (t: number): Tensor => scalar(t, 'float64');
    const [expected = NaN] = differenceQuotient((t) => [second(at(t)).item()], 1e-3);
    const actual = grad(second)(at(0)).item();
    expect(Math.abs(actual - expected)).toBeLessThan(1e-7 * Math.max(1, Math.abs(expected)));
    expect(Math.abs(expected)).toBeGreaterThan(1e-6);
  });
});
