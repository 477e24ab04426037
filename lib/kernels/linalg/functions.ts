import { ArgumentError, misuse } from '../../base/errors.ts';
import { matrixCount, placeOf } from '../../base/matrix.ts';
import type { Kernel } from '../kernel.ts';
import { diagonalise } from './eigen.ts';
import { determinant, factorise, inverse, solveFactored } from './lu.ts';
import { combine, identityMatrix, multiply, oneNorm, readMatrix, transposed } from './matrix.ts';

// The coefficients of the numerator of the [13/13] Padé approximant of exp.
const numerator = [
  64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000,
  10559470521600, 670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1,
];

/** The greatest norm for which that approximant is exact in double. */
const greatestNorm = 5.371920351148152;

/**
 * @see Higham 2005, The scaling and squaring method for the matrix exponential revisited
 */
function exponential(a: Float64Array, n: number): Float64Array {
  const norm = oneNorm(a, n);
  const halvings = Math.max(0, Math.ceil(Math.log2(norm / greatestNorm)));
  const scaled = a.map((x) => x / 2 ** halvings);
  const product = (x: Float64Array, y: Float64Array): Float64Array => multiply(x, y, n, n, n);
  const one = identityMatrix(n);
  const a2 = product(scaled, scaled);
  const a4 = product(a2, a2);
  const a6 = product(a4, a2);
  const powers = [one, a2, a4, a6];
  const c = (...indices: number[]): number[] => indices.map((i) => numerator[i]);
  const oddHigh = product(a6, combine([a2, a4, a6], c(9, 11, 13)));
  const odd = product(scaled, combine([oddHigh, ...powers], [1, ...c(1, 3, 5, 7)]));
  const evenHigh = product(a6, combine([a2, a4, a6], c(8, 10, 12)));
  const even = combine([evenHigh, ...powers], [1, ...c(0, 2, 4, 6)]);
  const factors = combine([even, odd], [1, -1]);
  const pivoting = factorise(factors, n, n);
  let result = solveFactored(factors, pivoting, combine([even, odd], [1, 1]), { n, k: n });
  for (let i = 0; i < halvings; i++) result = product(result, result);
  return result;
}

/**
 * A function of the eigenvalues of a symmetric matrix; null where it has none, undefined for matrices
 * that are not symmetric.
 */
function ofEigenvalues(
  a: Float64Array,
  n: number,
  f: (eigenvalue: number, largest: number) => number,
): Float64Array | null | undefined {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) if (a[i * n + j] !== a[j * n + i]) return undefined;
  }
  const rotated = a.slice();
  const rows = diagonalise(rotated, n);
  if (rows === null) return undefined;
  const eigenvalues = Array.from({ length: n }, (_, i) => rotated[i * n + i]);
  const largest = Math.max(...eigenvalues.map(Math.abs));
  const scaled = rows.slice();
  for (let i = 0; i < n; i++) {
    const value = f(eigenvalues[i], largest);
    if (!Number.isFinite(value)) return null;
    for (let j = 0; j < n; j++) scaled[i * n + j] *= value;
  }
  return multiply(transposed(rows, n, n), scaled, n, n, n);
}

function squareRoot(a: Float64Array, n: number): Float64Array | null {
  // What rounding leaves of an eigenvalue of 0 may be negative.
  const rounding = 1e-15 * n;
  const found = ofEigenvalues(a, n, (x, largest) =>
    x < 0 && x > -rounding * largest ? 0 : Math.sqrt(x),
  );
  return found === undefined ? iteratedRoot(a, n) : found;
}

/**
 * The principal square root, or null when the iteration does not converge.
 *
 * @see Higham 2008, Functions of Matrices, (6.29): Denman and Beavers's iteration in product form
 */
function iteratedRoot(a: Float64Array, n: number): Float64Array | null {
  const one = identityMatrix(n);
  let m = a;
  let x = a;
  let before = Infinity;
  for (let step = 0; step < 60; step++) {
    const distance = oneNorm(combine([m, one], [1, -1]), n);
    // Quadratic convergence: what does not shrink any more below this is rounding.
    if (distance === 0 || (distance < 0.01 && distance >= before / 2)) break;
    if (!Number.isFinite(distance)) return null;
    before = distance;
    const inverted = inverse(m, n);
    if (inverted === null) return null;
    const scale = distance < 0.01 ? 1 : Math.abs(determinant(m, n)) ** (-1 / (2 * n));
    if (!(scale > 0) || !Number.isFinite(scale)) return null;
    const square = scale * scale;
    x = multiply(x, combine([one, inverted], [scale / 2, 1 / (2 * scale)]), n, n, n);
    m = combine([one, m, inverted], [0.5, square / 4, 1 / (4 * square)]);
  }
  const error = oneNorm(combine([multiply(x, x, n, n, n), a], [1, -1]), n);
  return error <= 1e-6 * oneNorm(a, n) ? x : null;
}

/** Points and weights for integrals from 0 to 1. */
interface Quadrature {
  readonly nodes: readonly number[];
  readonly weights: readonly number[];
}

/** Gauss and Legendre's, by Newton's method on the polynomial. */
function quadrature(count: number): Quadrature {
  const nodes: number[] = [];
  const weights: number[] = [];
  for (let i = 0; i < count; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 1;
    for (let step = 0; step < 20; step++) {
      let [last, value] = [1, x];
      for (let k = 2; k <= count; k++) {
        [last, value] = [value, ((2 * k - 1) * x * value - (k - 1) * last) / k];
      }
      slope = (count * (x * value - last)) / (x * x - 1);
      x -= value / slope;
    }
    nodes.push((1 + x) / 2);
    weights.push(1 / ((1 - x * x) * slope * slope));
  }
  return { nodes, weights };
}

const { nodes, weights } = quadrature(10);

/**
 * The principal logarithm by square roots, then `∫ X (I + t X)⁻¹ dt` near the identity.
 *
 * @see Higham 2008, Functions of Matrices, algorithm 11.9 and (11.18)
 */
function integratedLogarithm(a: Float64Array, n: number): Float64Array | null {
  const one = identityMatrix(n);
  let root: Float64Array | null = a;
  let roots = 0;
  let x = combine([root, one], [1, -1]);
  while (oneNorm(x, n) > 0.25) {
    root = iteratedRoot(root, n);
    if (root === null || roots++ > 60) return null;
    x = combine([root, one], [1, -1]);
  }
  const result = new Float64Array(n * n);
  for (let j = 0; j < nodes.length; j++) {
    const inverted = inverse(combine([one, x], [1, nodes[j]]), n);
    if (inverted === null) return null;
    const term = multiply(x, inverted, n, n, n);
    for (let i = 0; i < n * n; i++) result[i] += 2 ** roots * weights[j] * term[i];
  }
  return result;
}

function logarithm(a: Float64Array, n: number): Float64Array | null {
  const found = ofEigenvalues(a, n, Math.log);
  return found === undefined ? integratedLogarithm(a, n) : found;
}

function functionKernel(
  op: string,
  f: (a: Float64Array, n: number) => Float64Array | null,
): Kernel<unknown> {
  return ([a], [y]) => {
    const n = a.shape[a.shape.length - 1];
    if (a.size === 0) return;
    for (let at = 0; at < matrixCount(a.shape); at++) {
      const matrix = readMatrix(a.values, at, n * n);
      const found = matrix.every(Number.isFinite) ? f(matrix, n) : matrix.fill(NaN);
      if (found === null) {
        const got = `one that has some${placeOf(a.shape, at)}`;
        const condition = 'have no eigenvalues that are 0 or negative';
        throw misuse(ArgumentError, op, 'a', condition, got);
      }
      y.values.set(found, at * n * n);
    }
  };
}

export const expmKernel = functionKernel('expm', exponential);
export const sqrtmKernel = functionKernel('sqrtm', squareRoot);
export const logmKernel = functionKernel('logm', logarithm);
