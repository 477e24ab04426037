import { matrixCount } from '../../base/matrix.ts';
import type { Kernel } from '../kernel.ts';
import { determinant } from './lu.ts';
import { multiply, readMatrix, transposed } from './matrix.ts';
import { decomposeOne } from './svd.ts';

/** A permutation and its determinant. */
interface Permutation {
  readonly to: readonly number[];
  readonly sign: number;
}

function permutationsOf(n: number): readonly Permutation[] {
  if (n === 0) return [{ to: [], sign: 1 }];
  // The new last one put in each place moves those behind it by one.
  return permutationsOf(n - 1).flatMap(({ to, sign }) =>
    Array.from({ length: n }, (_, place) => ({
      to: [...to.slice(0, place), n - 1, ...to.slice(place)],
      sign: (n - 1 - place) % 2 === 0 ? sign : -sign,
    })),
  );
}

/**
 * Derivatives of the cofactors of a matrix, once in the direction of each further input: without an
 * inverse, so right for singular matrices, too.
 *
 * With `A = U S Vᵀ` the determinant is that of S, times those of U and V, and a derivative of the
 * determinant of a diagonal matrix is a sum over the places where the directions stand in for its
 * elements.
 */
export const cofactorKernel: Kernel<unknown> = ([a, ...directions], [y]) => {
  const n = a.shape[a.shape.length - 1];
  for (let at = 0; at < matrixCount(a.shape); at++) {
    if (!readMatrix(a.values, at, n * n).every(Number.isFinite)) {
      y.values.fill(NaN, at * n * n, (at + 1) * n * n);
      continue;
    }
    const { s, u, v } = decomposeOne('det', a, at);
    // The singular vectors are rows here.
    const columns = transposed(v, n, n);
    const rotated = directions.map(({ values }) =>
      multiply(multiply(u, readMatrix(values, at, n * n), n, n, n), columns, n, n, n),
    );
    const inner = derivativeOfDiagonal(s, rotated);
    const sign = Math.sign(determinant(u, n)) * Math.sign(determinant(v, n));
    const result = multiply(multiply(transposed(u, n, n), inner, n, n, n), v, n, n, n);
    y.values.set(
      result.map((x) => sign * x),
      at * n * n,
    );
  }
};

function derivativeOfDiagonal(s: Float64Array, directions: readonly Float64Array[]): Float64Array {
  const n = s.length;
  const count = directions.length;
  const result = new Float64Array(n * n);
  const permutations = permutationsOf(count + 1);
  const places: number[] = [];
  const visit = (): void => {
    if (places.length <= count) {
      for (let i = 0; i < n; i++) {
        if (places.includes(i)) continue;
        places.push(i);
        visit();
        places.pop();
      }
      return;
    }
    let rest = 1;
    for (let i = 0; i < n; i++) if (!places.includes(i)) rest *= s[i];
    if (rest === 0) return;
    for (const { to, sign } of permutations) {
      let term = sign * rest;
      for (let p = 0; p < count; p++) term *= directions[p][places[p] * n + places[to[p]]];
      result[places[count] * n + places[to[count]]] += term;
    }
  };
  visit();
  return result;
}
